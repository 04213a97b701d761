-- Signals by day. raised: on the day their condition began. change: +1 that day and -1 on the day it ended, so that those in force at
-- the end of day D are the sum of change up to D; an event is never in force.
with step as (
    select
        raised_on as day, department, window_name, channel, case_type, item_kind, place, family, level, rule_id,
        1 as raised,
        case when is_event then 0 else 1 end as change
    from fact_signal
    union all
    select
        ended_on as day, department, window_name, channel, case_type, item_kind, place, family, level, rule_id,
        0 as raised,
        -1 as change
    from fact_signal
    where ended_on is not null and not is_event
),

cutoff as (
    select max(cast(substr(value, 1, 10) as date)) as as_of
    from meta
    where key = 'as_of'
)

select
    s.day,
    s.department,
    s.window_name,
    s.channel,
    s.case_type,
    s.item_kind,
    s.place,
    s.family,
    s.level,
    s.rule_id,
    cast(sum(s.raised) as bigint) as raised,
    cast(sum(s.change) as bigint) as change
from step s
cross join cutoff k
where s.day <= k.as_of
group by s.day, s.department, s.window_name, s.channel, s.case_type, s.item_kind, s.place, s.family, s.level, s.rule_id
