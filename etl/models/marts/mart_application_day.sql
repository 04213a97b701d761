-- Online applications by the day of submission: the counts of mart_application_item_day over all items.
select
    day,
    department,
    channel,
    cast(sum(submitted) as bigint) as submitted,
    cast(sum(prechecked) as bigint) as prechecked,
    cast(sum(precheck_due) as bigint) as precheck_due,
    cast(sum(prechecked_in_time) as bigint) as prechecked_in_time,
    cast(sum(precheck_overdue) as bigint) as precheck_overdue,
    cast(sum(precheck_passed) as bigint) as precheck_passed,
    cast(sum(precheck_returned) as bigint) as precheck_returned,
    cast(sum(with_case_no) as bigint) as with_case_no,
    cast(sum(matched) as bigint) as matched,
    cast(sum(matched_cases) as bigint) as matched_cases,
    cast(sum(accepted) as bigint) as accepted,
    cast(sum(closed) as bigint) as closed,
    cast(sum(sent) as bigint) as sent,
    cast(sum(delivered) as bigint) as delivered
from mart_application_item_day
group by day, department, channel
