-- 取号叫号: one row a queue ticket that is not deleted, with its durations. Who took it and who called it stay in the warehouse.
--   wait_s   called - taken;  walk_s  start - called;  serve_s  end - start;  idle_s  next call at the window - this end
-- idle_s is null over a pause between two sessions of the service hours (noon, night) and where a window had no next call.
-- wait_minutes, serve_minutes: begun minutes (a second over 20 minutes is 21), so that "within n minutes" is one comparison.
-- channel: self-service by zone, weekend service by day, else the counters. left_queue_at: called, given up, or the end of the session.
-- A contract refuses spans of a day and more, so that only one midnight can lie between two times of a ticket.
with cutoff as (
    select max(cast(substr(value, 1, 10) as date)) as as_of
    from meta
    where key = 'as_of'
),

day_channel as (
    select
        s.day,
        case when max(case when s.channel = 'window' then 1 else 0 end) = 1 then 'window' else max(s.channel) end as channel
    from ref_service_session s
    left join ref_service_zone z
        on s.channel = z.channel
    where z.channel is null
    group by s.day
),

-- A window may stand in the register more than once on a day; a ticket is counted once all the same.
window_day as (
    select t.taken_on, t.window_name, max(w.department) as department
    from (
        select distinct taken_on, window_name
        from raw_ticket
        where window_name is not null
    ) t
    inner join raw_window w
        on t.window_name = w.window_name
        and w.valid_from <= t.taken_on
        and (w.valid_to is null or w.valid_to > t.taken_on)
    group by t.taken_on, t.window_name
),

ticket as (
    select
        t.taken_on,
        t.zone,
        t.ticket_no,
        coalesce(t.service_name, '') as service_name,
        coalesce(t.window_name, '') as window_name,
        coalesce(w.department, '') as department,
        coalesce(z.channel, d.channel, 'window') as channel,
        t.status,
        coalesce(t.no_show_source, '') as no_show_source,
        coalesce(t.is_appointment, false) as is_appointment,
        t.taken_at,
        t.called_at,
        t.started_at,
        t.ended_at,
        k.as_of,
        hour(t.taken_at) * 3600 + minute(t.taken_at) * 60 + second(t.taken_at) as taken_s,
        hour(t.called_at) * 3600 + minute(t.called_at) * 60 + second(t.called_at)
        + case when cast(t.called_at as date) > t.taken_on then 86400 else 0 end as called_s,
        hour(t.started_at) * 3600 + minute(t.started_at) * 60 + second(t.started_at)
        + case when cast(t.started_at as date) > t.taken_on then 86400 else 0 end as started_s,
        hour(t.ended_at) * 3600 + minute(t.ended_at) * 60 + second(t.ended_at)
        + case when cast(t.ended_at as date) > t.taken_on then 86400 else 0 end as ended_s
    from raw_ticket t
    cross join cutoff k
    left join ref_service_zone z
        on t.zone = z.zone
    left join day_channel d
        on t.taken_on = d.day
    left join window_day w
        on t.taken_on = w.taken_on and t.window_name = w.window_name
    where coalesce(t.sync_operation, 'I') <> 'D'
),

-- The session in which a moment lies; 0 is outside of all of them.
call_session as (
    select t.taken_on, t.zone, t.ticket_no, max(s.session) as session
    from ticket t
    inner join ref_service_session s
        on t.channel = s.channel
        and t.taken_on = s.day
        and s.opens_at <= t.called_at
        and t.called_at < s.closes_at
    group by t.taken_on, t.zone, t.ticket_no
),

end_session as (
    select t.taken_on, t.zone, t.ticket_no, max(s.session) as session
    from ticket t
    inner join ref_service_session s
        on t.channel = s.channel
        and t.taken_on = s.day
        and s.opens_at <= t.ended_at
        and t.ended_at < s.closes_at
    group by t.taken_on, t.zone, t.ticket_no
),

closing as (
    select channel, day, max(closes_at) as closes_at
    from ref_service_session
    group by channel, day
),

placed as (
    select
        t.taken_on,
        t.zone,
        t.ticket_no,
        t.service_name,
        t.window_name,
        t.department,
        t.channel,
        t.status,
        t.no_show_source,
        t.is_appointment,
        t.taken_at,
        t.called_at,
        t.started_at,
        t.ended_at,
        t.as_of,
        t.taken_s,
        t.called_s,
        t.started_s,
        t.ended_s,
        coalesce(c.session, 0) as call_session,
        coalesce(e.session, 0) as end_session,
        l.closes_at
    from ticket t
    left join call_session c
        on t.taken_on = c.taken_on and t.zone = c.zone and t.ticket_no = c.ticket_no
    left join end_session e
        on t.taken_on = e.taken_on and t.zone = e.zone and t.ticket_no = e.ticket_no
    left join closing l
        on t.channel = l.channel and t.taken_on = l.day
),

-- The next call at the same window that day, whichever ticket it was.
followed as (
    select
        taken_on,
        zone,
        ticket_no,
        lead(called_s) over (partition by taken_on, zone, window_name order by called_at nulls last, ticket_no nulls last) as next_called_s,
        lead(call_session) over (partition by taken_on, zone, window_name order by called_at nulls last, ticket_no nulls last) as next_session
    from placed
    where called_at is not null and window_name <> ''
)

select
    p.taken_on,
    p.zone,
    p.ticket_no,
    p.service_name,
    p.window_name,
    p.department,
    p.channel,
    p.status,
    p.no_show_source,
    p.is_appointment,
    p.taken_at,
    p.called_at,
    p.started_at,
    p.ended_at,
    case
        when p.called_at is not null then p.called_at
        when p.ended_at is not null then p.ended_at
        when p.closes_at > p.taken_at then p.closes_at
        else p.taken_at
    end as left_queue_at,
    p.call_session,
    p.taken_s,
    p.called_s,
    p.started_s,
    p.ended_s,
    p.called_s - p.taken_s as wait_s,
    p.started_s - p.called_s as walk_s,
    p.ended_s - p.started_s as serve_s,
    -- Two windows of one name, or a call keyed in before the former end, leave no idle time.
    case
        when p.end_session > 0 and p.end_session = f.next_session and f.next_called_s >= p.ended_s then f.next_called_s - p.ended_s
    end as idle_s,
    cast(ceil((p.called_s - p.taken_s) / 60.0) as bigint) as wait_minutes,
    cast(ceil((p.ended_s - p.started_s) / 60.0) as bigint) as serve_minutes,
    p.called_at is not null as is_called,
    p.status = 'no_show' as is_no_show,
    p.status = 'transferred' as is_transferred,
    p.status <> 'no_show' and p.started_at is not null and p.ended_at is not null as is_served,
    p.called_at is null and (p.status = 'cancelled' or p.taken_on < p.as_of) as is_abandoned
from placed p
left join followed f
    on p.taken_on = f.taken_on and p.zone = f.zone and p.ticket_no = f.ticket_no
