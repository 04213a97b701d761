-- Queue tickets by the day they were taken: what became of them, and the seconds they took. A window's idle time is that which
-- followed its tickets. Self-service stands apart by its channel.
select
    taken_on as day,
    zone,
    service_name,
    department,
    window_name,
    channel,
    count(*) as tickets,
    count(case when is_called then 1 end) as called,
    count(case when is_served then 1 end) as served,
    count(case when is_no_show then 1 end) as no_show,
    count(case when is_abandoned then 1 end) as abandoned,
    count(case when is_transferred then 1 end) as transferred,
    count(case when is_appointment then 1 end) as by_appointment,
    cast(sum(coalesce(wait_s, 0)) as bigint) as wait_s,
    cast(sum(coalesce(walk_s, 0)) as bigint) as walk_s,
    count(walk_s) as walk_count,
    cast(sum(case when is_served then serve_s else 0 end) as bigint) as serve_s,
    cast(sum(coalesce(idle_s, 0)) as bigint) as idle_s,
    count(idle_s) as idle_count
from fact_ticket
group by taken_on, zone, service_name, department, window_name, channel
