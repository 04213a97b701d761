-- Histogram of the times of departments' parts, by the day the intake was received: dispatch to taking over, taking over to finish.
with stage as (
    select intake_on as day, category, window_name, department, 'handover' as stage, handover_minutes as minutes, handover_workdays as workdays
    from fact_one_window_part
    where is_taken
    union all
    select intake_on as day, category, window_name, department, 'handling' as stage, handling_minutes as minutes, handling_workdays as workdays
    from fact_one_window_part
    where is_taken and is_finished
)

select
    day,
    category,
    window_name,
    department,
    stage,
    workdays as used_workdays,
    cast(ceil(minutes / 15.0) as bigint) as used_quarter_hours,
    count(*) as timed,
    cast(sum(minutes) as bigint) as used_minutes
from stage
where minutes is not null and workdays is not null
group by day, category, window_name, department, stage, workdays, cast(ceil(minutes / 15.0) as bigint)
