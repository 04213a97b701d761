-- Histogram of the times of intakes, by the day received: receipt to dispatch, receipt to result. Quarters of a working hour are
-- rounded up; the exact minutes are there as a sum.
with stage as (
    select received_on as day, category, window_name, 'dispatch' as stage, dispatch_minutes as minutes, dispatch_workdays as workdays
    from fact_one_window
    where is_dispatched
    union all
    select received_on as day, category, window_name, 'whole' as stage, whole_minutes as minutes, whole_workdays as workdays
    from fact_one_window
    where is_completed
)

select
    day,
    category,
    window_name,
    stage,
    workdays as used_workdays,
    cast(ceil(minutes / 15.0) as bigint) as used_quarter_hours,
    count(*) as timed,
    cast(sum(minutes) as bigint) as used_minutes
from stage
where minutes is not null and workdays is not null
group by day, category, window_name, stage, workdays, cast(ceil(minutes / 15.0) as bigint)
