-- Histogram: called tickets by the begun minutes they waited. Percentiles and the share called within any number of minutes come exact
-- from it. Tickets that were never called stand with wait_minutes -1, so that no share can be bettered by not calling.
select
    taken_on as day,
    zone,
    service_name,
    department,
    window_name,
    channel,
    coalesce(wait_minutes, -1) as wait_minutes,
    count(*) as tickets,
    count(wait_minutes) as called
from fact_ticket
group by taken_on, zone, service_name, department, window_name, channel, coalesce(wait_minutes, -1)
