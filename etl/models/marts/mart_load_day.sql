-- The ledger by day of loading: every record read ended as one of the five. open: still in quarantine when this was built.
with held as (
    select
        batch_id,
        count(*) as held
    from quarantine
    where resolved_by is null
    group by batch_id
)

select
    cast(b.loaded_at as date) as day,
    b.record,
    b.mapping,
    count(*) as batches,
    cast(sum(b.read) as bigint) as read_records,
    cast(sum(b.inserted) as bigint) as inserted,
    cast(sum(b.updated) as bigint) as updated,
    cast(sum(b.unchanged) as bigint) as unchanged,
    cast(sum(b.superseded) as bigint) as superseded,
    cast(sum(b.quarantined) as bigint) as quarantined,
    cast(sum(coalesce(h.held, 0)) as bigint) as held
from batch b
left join held h
    on b.batch_id = h.batch_id
group by cast(b.loaded_at as date), b.record, b.mapping
