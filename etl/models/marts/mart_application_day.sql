-- Online applications by the day of submission: what became of those submitted that day.
select
    submitted_on as day,
    department,
    channel,
    count(*) as submitted,
    count(case when is_prechecked then 1 end) as prechecked,
    count(case when is_prechecked_in_time then 1 end) as prechecked_in_time,
    count(case when is_precheck_returned then 1 end) as precheck_returned,
    count(case when has_case then 1 end) as with_case,
    count(case when is_delivered then 1 end) as delivered
from fact_application
group by submitted_on, department, channel
