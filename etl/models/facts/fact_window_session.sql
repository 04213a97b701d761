-- A window in one session of the day (morning, noon duty, afternoon): open from its first call to the end of its last ticket.
select
    taken_on,
    zone,
    window_name,
    department,
    channel,
    call_session as session,
    min(called_at) as opened_at,
    max(coalesce(ended_at, started_at, called_at)) as closed_at,
    min(called_s) as opened_s,
    max(coalesce(ended_s, started_s, called_s)) as closed_s,
    count(*) as calls
from fact_ticket
where is_called and window_name <> ''
group by taken_on, zone, window_name, department, channel, call_session
