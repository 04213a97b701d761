-- Cases that must have ended in a certificate, by the day they were closed: how many have one, how many had it that day.
select
    closed_on as day,
    department,
    window_name,
    channel,
    case_type,
    item_kind,
    place,
    count(*) as certificate_cases,
    count(case when is_generated then 1 end) as generated,
    count(case when is_same_day then 1 end) as generated_same_day
from fact_case_certificate
where closed_on is not null
group by closed_on, department, window_name, channel, case_type, item_kind, place
