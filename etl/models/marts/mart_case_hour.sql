-- summed over: fact_case
-- Cases by the hour of each event, for the heat map of hours and weekdays.
with event as (
    select received_on as day, received_hour as hour, department, window_name, channel, place, count(*) as received, 0 as accepted, 0 as closed
    from fact_case
    group by received_on, received_hour, department, window_name, channel, place
    union all
    select accepted_on as day, hour(accepted_at) as hour, department, window_name, channel, place, 0 as received, count(*) as accepted, 0 as closed
    from fact_case
    where accepted_on is not null
    group by accepted_on, hour(accepted_at), department, window_name, channel, place
    union all
    select closed_on as day, hour(closed_at) as hour, department, window_name, channel, place, 0 as received, 0 as accepted, count(*) as closed
    from fact_case
    where is_closed
    group by closed_on, hour(closed_at), department, window_name, channel, place
)

select
    day,
    hour,
    department,
    window_name,
    channel,
    place,
    cast(sum(received) as bigint) as received,
    cast(sum(accepted) as bigint) as accepted,
    cast(sum(closed) as bigint) as closed
from event
group by day, hour, department, window_name, channel, place
