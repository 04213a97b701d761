-- Windows by half hour (0 to 47): the seconds they were open, and of those how many they served. A window is open from its first call
-- of a session to the end of its last ticket; an hour without a call in between counts as open.
with open_time as (
    select
        s.taken_on as day,
        h.half_hour,
        s.zone,
        s.department,
        s.window_name,
        s.channel,
        least(s.closed_s, h.ends_s) - greatest(s.opened_s, h.begins_s) as open_s,
        0 as serve_s
    from fact_window_session s
    inner join ref_half_hour h
        on h.begins_s < s.closed_s and s.opened_s < h.ends_s
),

serve_time as (
    select
        t.taken_on as day,
        h.half_hour,
        t.zone,
        t.department,
        t.window_name,
        t.channel,
        0 as open_s,
        least(t.ended_s, h.ends_s) - greatest(t.started_s, h.begins_s) as serve_s
    from fact_ticket t
    inner join ref_half_hour h
        on h.begins_s < t.ended_s and t.started_s < h.ends_s
    where t.is_served and t.window_name <> ''
),

together as (
    select day, half_hour, zone, department, window_name, channel, open_s, serve_s
    from open_time
    union all
    select day, half_hour, zone, department, window_name, channel, open_s, serve_s
    from serve_time
)

select
    day,
    half_hour,
    cast(floor(half_hour / 2.0) as integer) as hour,
    zone,
    department,
    window_name,
    channel,
    cast(sum(open_s) as bigint) as open_s,
    cast(sum(serve_s) as bigint) as serve_s
from together
group by day, half_hour, zone, department, window_name, channel
