-- Patrols by day: windows and persons looked at, what was found, what of it was put right on the spot, what a system found by itself.
select
    day,
    zone,
    window_name,
    department,
    patrol_source,
    event_kind,
    count(*) as patrols,
    count(case when is_finding then 1 end) as findings,
    count(case when is_fixed then 1 end) as fixed,
    count(case when is_finding and is_automatic then 1 end) as automatic
from fact_patrol
group by day, zone, window_name, department, patrol_source, event_kind
