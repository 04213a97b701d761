-- summed over: fact_case
-- Histogram: received cases by the whole working days after which they were keyed in (0: the same day; before it counts as 0).
-- Cases whose file names no time of entry are left out.
select
    f.received_on as day,
    f.department,
    f.window_name,
    f.channel,
    f.case_type,
    f.item_kind,
    f.place,
    cast(greatest(e.ordinal - d.ordinal, 0) as bigint) as entry_workdays,
    count(*) as entered
from fact_case f
inner join ref_calendar d
    on f.received_on = d.day
inner join ref_calendar e
    on cast(f.entered_at as date) = e.day
group by f.received_on, f.department, f.window_name, f.channel, f.case_type, f.item_kind, f.place, greatest(e.ordinal - d.ordinal, 0)
