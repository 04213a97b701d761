-- Online applications by the day of submission and item: what became of those submitted that day, up to the data cut-off.
-- accepted, closed: of the case whose number the application gives, where that case is loaded.
select
    submitted_on as day,
    department,
    channel,
    item_code,
    item_name,
    count(*) as submitted,
    count(case when is_prechecked then 1 end) as prechecked,
    count(case when is_precheck_due then 1 end) as precheck_due,
    count(case when is_prechecked_in_time then 1 end) as prechecked_in_time,
    count(case when is_precheck_overdue then 1 end) as precheck_overdue,
    count(case when is_precheck_passed then 1 end) as precheck_passed,
    count(case when is_precheck_returned then 1 end) as precheck_returned,
    count(case when names_case then 1 end) as with_case_no,
    count(case when is_matched then 1 end) as matched,
    count(case when is_first_of_case then 1 end) as matched_cases,
    count(case when is_accepted then 1 end) as accepted,
    count(case when is_closed then 1 end) as closed,
    count(case when is_sent then 1 end) as sent,
    count(case when is_delivered then 1 end) as delivered
from fact_application
group by submitted_on, department, channel, item_code, item_name
