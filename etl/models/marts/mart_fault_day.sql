-- Faults of the records still in quarantine, by the day they were loaded and the rule broken. A record may have several: they are no
-- records, which mart_load_day counts.
select
    cast(b.loaded_at as date) as day,
    q.record,
    q.mapping,
    f.rule as fault,
    count(*) as faults
from quarantine q
inner join batch b
    on q.batch_id = b.batch_id
inner join quarantine_fault f
    on q.batch_id = f.batch_id
    and q.line = f.line
where q.resolved_by is null
group by cast(b.loaded_at as date), q.record, q.mapping, f.rule
