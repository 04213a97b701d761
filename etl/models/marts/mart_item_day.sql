-- summed over: fact_case
-- Cases by item and the day of each event.
with event as (
    select
        received_on as day, department, place, item_code, item_name,
        count(*) as received, 0 as accepted, 0 as closed, 0 as early, 0 as on_day, 0 as late
    from fact_case
    group by received_on, department, place, item_code, item_name
    union all
    select
        accepted_on as day, department, place, item_code, item_name,
        0 as received, count(*) as accepted, 0 as closed, 0 as early, 0 as on_day, 0 as late
    from fact_case
    where accepted_on is not null
    group by accepted_on, department, place, item_code, item_name
    union all
    select
        closed_on as day, department, place, item_code, item_name,
        0 as received, 0 as accepted, count(*) as closed,
        count(case when promise_state = 'early' then 1 end) as early,
        count(case when promise_state = 'on_day' then 1 end) as on_day,
        count(case when promise_state = 'late' then 1 end) as late
    from fact_case
    where is_closed
    group by closed_on, department, place, item_code, item_name
)

select
    day,
    department,
    place,
    item_code,
    item_name,
    cast(sum(received) as bigint) as received,
    cast(sum(accepted) as bigint) as accepted,
    cast(sum(closed) as bigint) as closed,
    cast(sum(early) as bigint) as early,
    cast(sum(on_day) as bigint) as on_day,
    cast(sum(late) as bigint) as late
from event
group by day, department, place, item_code, item_name
