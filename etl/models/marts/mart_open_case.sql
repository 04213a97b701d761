-- summed over: fact_case
-- Open cases at the cut-off by where they stand against the promised limit: what is due soon is in no mart by day.
select
    department,
    window_name,
    channel,
    case_type,
    item_kind,
    place,
    promise_state,
    count(*) as cases
from fact_case
where is_open
group by department, window_name, channel, case_type, item_kind, place, promise_state
