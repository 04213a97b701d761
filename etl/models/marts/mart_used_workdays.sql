-- summed over: fact_case
-- Histogram: closed cases by the whole working days they took (acceptance is day 0, pauses not counted). Percentiles come exact from it.
select
    closed_on as day,
    department,
    window_name,
    channel,
    case_type,
    item_kind,
    place,
    used_workdays,
    count(*) as closed
from fact_case
where is_closed and used_workdays is not null
group by closed_on, department, window_name, channel, case_type, item_kind, place, used_workdays
