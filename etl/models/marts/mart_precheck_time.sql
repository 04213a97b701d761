-- Histogram: pre-checked applications by the day of submission and the time the pre-check took, in quarters of a working hour
-- (rounded up) and in working days. The exact minutes are there as a sum.
select
    submitted_on as day,
    department,
    channel,
    item_code,
    item_name,
    precheck_workdays as used_workdays,
    cast(ceil(precheck_minutes / 15.0) as bigint) as used_quarter_hours,
    count(*) as prechecked,
    cast(sum(precheck_minutes) as bigint) as used_minutes
from fact_application
where is_prechecked and precheck_minutes is not null and precheck_workdays is not null
group by submitted_on, department, channel, item_code, item_name, precheck_workdays, cast(ceil(precheck_minutes / 15.0) as bigint)
