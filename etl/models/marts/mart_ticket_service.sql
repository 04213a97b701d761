-- Histogram: served tickets by the begun minutes of their service.
select
    taken_on as day,
    zone,
    service_name,
    department,
    window_name,
    channel,
    serve_minutes,
    count(*) as served
from fact_ticket
where is_served
group by taken_on, zone, service_name, department, window_name, channel, serve_minutes
