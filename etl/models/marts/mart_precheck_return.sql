-- Applications returned at the pre-check, by the day of submission and the class of the reason.
select
    submitted_on as day,
    department,
    channel,
    item_code,
    item_name,
    return_reason,
    count(*) as returned
from fact_application
where is_precheck_returned
group by submitted_on, department, channel, item_code, item_name, return_reason
