-- Queue tickets by the half hour (0 to 47) in which each event fell: taken, called; and the seconds for which those called then
-- kept their window, from the call to the end. What Erlang's formula is fed with, and the heat map of hours and weekdays.
with event as (
    select
        taken_on,
        cast(floor(taken_s / 1800.0) as integer) as half_hour,
        zone,
        service_name,
        department,
        window_name,
        channel,
        1 as tickets,
        0 as called,
        0 as occupied_s,
        0 as occupied_count
    from fact_ticket
    union all
    select
        taken_on,
        cast(floor(case when called_s >= 86400 then called_s - 86400 else called_s end / 1800.0) as integer) as half_hour,
        zone,
        service_name,
        department,
        window_name,
        channel,
        0 as tickets,
        1 as called,
        case when is_served then ended_s - called_s else 0 end as occupied_s,
        case when is_served then 1 else 0 end as occupied_count
    from fact_ticket
    where is_called
)

select
    taken_on as day,
    half_hour,
    cast(floor(half_hour / 2.0) as integer) as hour,
    zone,
    service_name,
    department,
    window_name,
    channel,
    cast(sum(tickets) as bigint) as tickets,
    cast(sum(called) as bigint) as called,
    cast(sum(occupied_s) as bigint) as occupied_s,
    cast(sum(occupied_count) as bigint) as occupied_count
from event
group by taken_on, half_hour, zone, service_name, department, window_name, channel
