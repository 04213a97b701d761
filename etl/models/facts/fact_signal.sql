-- narrowed by: case_no in fact_time_signal, fact_quality_signal
-- All signals with what their rule says of them. `ended_on` is the first day on which the condition held no more; an event has none,
-- it is over as soon as it is seen. `lapses`: needs nobody's attention once it has ended.
with cutoff as (
    select max(cast(substr(value, 1, 10) as date)) as as_of
    from meta
    where key = 'as_of'
),

version as (
    select max(value) as calendar_version
    from meta
    where key = 'calendar_version'
),

rule as (
    select distinct
        rule_id,
        rule_version,
        level,
        level_rank,
        lapses,
        family,
        trigger_name
    from ref_supervision_rule
),

signal as (
    select
        signal_id, rule_id, rule_version, case_no, department, window_name, channel, case_type, item_kind, place, raised_on,
        ended_on, false as is_event, deadline, due_on, is_provisional, cases, measured
    from fact_time_signal
    union all
    select
        signal_id, rule_id, rule_version, case_no, department, window_name, channel, case_type, item_kind, place, raised_on,
        raised_on as ended_on, true as is_event, '' as deadline, due_on, is_provisional, cases, measured
    from fact_quality_signal
)

select
    s.signal_id,
    s.rule_id,
    s.rule_version,
    v.calendar_version,
    r.level,
    r.level_rank,
    r.family,
    r.trigger_name,
    r.lapses,
    s.case_no,
    s.department,
    s.window_name,
    s.channel,
    s.case_type,
    s.item_kind,
    s.place,
    s.raised_on,
    case when s.ended_on <= k.as_of then s.ended_on end as ended_on,
    coalesce(s.ended_on > k.as_of, true) as is_current,
    s.is_event,
    s.deadline,
    s.due_on,
    s.is_provisional,
    s.cases,
    s.measured
from signal s
inner join rule r
    on s.rule_id = r.rule_id
    and s.rule_version = r.rule_version
cross join cutoff k
cross join version v
