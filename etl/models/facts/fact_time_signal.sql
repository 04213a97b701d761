-- narrowed by: case_no in fact_case
-- Signals of the clock: one row a case and rule, from the day its condition first held to the day it held no more (null: it still
-- holds). A rule judges by the version in force on that first day. On a day a case is in hand from the day its clock started to the
-- day it left; one that came and left the same day is never near its due date. A case whose clock stands still raises nothing.
with cutoff as (
    select
        c.as_of,
        d.ordinal as as_of_ordinal
    from (
        select max(cast(substr(value, 1, 10) as date)) as as_of
        from meta
        where key = 'as_of'
    ) c
    left join ref_calendar d
        on c.as_of = d.day
),

held as (
    select
        f.case_no,
        f.department,
        f.window_name,
        f.channel,
        f.case_type,
        f.item_kind,
        f.place,
        f.received_on,
        f.accepted_on,
        f.started_on,
        f.closed_on,
        f.promised_limit,
        f.promised_unit,
        f.promised_due_on,
        f.statutory_limit,
        f.statutory_unit,
        f.statutory_due_on,
        f.promise_state,
        f.statute_state,
        f.is_deemed_accepted,
        f.is_provisional,
        k.as_of
    from fact_case f
    cross join cutoff k
    where f.started_on <= k.as_of
        and (f.is_open or f.closed_on is not null)
        and (
            f.closed_on is null
            or f.closed_on > f.started_on
            or f.promise_state = 'late'
            or f.statute_state = 'late'
            or f.is_deemed_accepted
        )
),

-- The two deadlines of a case side by side. A paused one owes nothing for now.
deadline as (
    select
        case_no,
        'promised' as deadline,
        promised_due_on as due_on,
        statutory_due_on as statute_on,
        promised_limit as limit_count,
        promised_unit as limit_unit,
        promise_state as state,
        started_on,
        closed_on,
        as_of
    from held
    where promised_due_on is not null and promise_state <> 'paused'
    union all
    select
        case_no,
        'statutory' as deadline,
        statutory_due_on as due_on,
        statutory_due_on as statute_on,
        statutory_limit as limit_count,
        statutory_unit as limit_unit,
        statute_state as state,
        started_on,
        closed_on,
        as_of
    from held
    where statutory_due_on is not null and statute_state <> 'paused'
),

clocked as (
    select
        d.*,
        e.ordinal as due_ordinal,
        case when d.limit_unit = 'workday' then d.limit_count else e.ordinal - s.ordinal end as limit_workdays
    from deadline d
    inner join ref_calendar s
        on d.started_on = s.day
    inner join ref_calendar e
        on d.due_on = e.day
),

approaching as (
    select
        c.case_no,
        r.rule_id,
        r.rule_version,
        c.deadline,
        c.due_on,
        greatest(w.day, c.started_on) as raised_on,
        c.due_on as passed_on
    from clocked c
    inner join ref_supervision_rule r
        on c.deadline = r.deadline
        and c.limit_workdays >= r.limit_from
        and c.limit_workdays <= coalesce(r.limit_to, c.limit_workdays)
    inner join ref_workday w
        on w.ordinal = c.due_ordinal - greatest(r.least_workdays, cast(ceil(c.limit_workdays * r.limit_percent / 100.0) as bigint))
    where r.trigger_name = 'near_due'
        and greatest(w.day, c.started_on) < c.due_on
        and coalesce(c.closed_on > c.started_on and c.closed_on >= greatest(w.day, c.started_on), true)
        and greatest(w.day, c.started_on) <= c.as_of
        and greatest(w.day, c.started_on) >= r.valid_from
        and greatest(w.day, c.started_on) < r.valid_to
),

today as (
    select
        c.case_no,
        r.rule_id,
        r.rule_version,
        c.deadline,
        c.due_on,
        c.due_on as raised_on,
        cast(c.due_on + interval '1' day as date) as passed_on
    from clocked c
    inner join ref_supervision_rule r
        on c.deadline = r.deadline
        and c.limit_workdays >= r.limit_from
        and c.limit_workdays <= coalesce(r.limit_to, c.limit_workdays)
    where r.trigger_name = 'due_today'
        and c.due_on >= c.started_on
        and coalesce(c.closed_on > c.started_on and c.closed_on >= c.due_on, true)
        and c.due_on <= c.as_of
        and c.due_on >= r.valid_from
        and c.due_on < r.valid_to
),

-- Due dates that came with a file are instants: such a case may be late on its due day.
passed as (
    select
        c.case_no,
        r.rule_id,
        r.rule_version,
        c.deadline,
        c.due_on,
        case
            when r.workdays > 0 then w.day
            when c.state = 'late' then least(cast(c.due_on + interval '1' day as date), c.closed_on)
            else cast(c.due_on + interval '1' day as date)
        end as raised_on,
        case when r.is_within_statute then cast(c.statute_on + interval '1' day as date) end as passed_on,
        c.closed_on,
        c.as_of,
        r.valid_from,
        r.valid_to
    from clocked c
    inner join ref_supervision_rule r
        on c.deadline = r.deadline
    left join ref_workday w
        on w.ordinal = c.due_ordinal + r.workdays
    where r.trigger_name = 'over_due'
        and (c.state = 'late' or coalesce(c.closed_on, c.as_of) > c.due_on)
),

unaccepted as (
    select
        h.case_no,
        r.rule_id,
        r.rule_version,
        '' as deadline,
        w.day as due_on,
        cast(w.day + interval '1' day as date) as raised_on,
        h.accepted_on as passed_on
    from held h
    inner join ref_calendar d
        on h.received_on = d.day
    inner join ref_time_rule t
        on h.received_on >= t.valid_from
        and h.received_on < t.valid_to
    inner join ref_workday w
        on w.ordinal = d.ordinal + t.acceptance_workdays
    inner join ref_supervision_rule r
        on r.trigger_name = 'deemed_accepted'
        and cast(w.day + interval '1' day as date) >= r.valid_from
        and cast(w.day + interval '1' day as date) < r.valid_to
    where h.is_deemed_accepted
),

-- An instant case is due the day it starts, or the day to which a pause moved it.
lingering as (
    select
        h.case_no,
        r.rule_id,
        r.rule_version,
        'promised' as deadline,
        d.day as due_on,
        w.day as raised_on,
        cast(null as date) as passed_on
    from held h
    inner join ref_calendar d
        on d.day = case when h.promised_limit = 0 then h.promised_due_on else h.started_on end
    inner join ref_supervision_rule r
        on r.trigger_name = 'instant_open'
    inner join ref_workday w
        on w.ordinal = d.ordinal + r.workdays + 1
    where h.case_type = 'instant'
        and h.promise_state <> 'paused'
        and coalesce(h.closed_on >= w.day, true)
        and w.day <= h.as_of
        and w.day >= r.valid_from
        and w.day < r.valid_to
),

raised as (
    select case_no, rule_id, rule_version, deadline, due_on, raised_on, passed_on
    from approaching
    union all
    select case_no, rule_id, rule_version, deadline, due_on, raised_on, passed_on
    from today
    union all
    select case_no, rule_id, rule_version, deadline, due_on, raised_on, passed_on
    from passed
    where coalesce(closed_on >= raised_on, true)
        and raised_on <= as_of
        and coalesce(raised_on < passed_on, true)
        and raised_on >= valid_from
        and raised_on < valid_to
    union all
    select case_no, rule_id, rule_version, deadline, due_on, raised_on, passed_on
    from unaccepted
    union all
    select case_no, rule_id, rule_version, deadline, due_on, raised_on, passed_on
    from lingering
)

select
    r.rule_id || ':' || r.case_no as signal_id,
    r.rule_id,
    r.rule_version,
    h.case_no,
    h.department,
    h.window_name,
    h.channel,
    h.case_type,
    h.item_kind,
    h.place,
    r.raised_on,
    least(r.passed_on, h.closed_on) as ended_on,
    r.deadline,
    r.due_on,
    h.is_provisional,
    cast(1 as bigint) as cases,
    -- Working days past the due day when the case left, or by the cut-off; negative: still left when the signal was raised.
    cast(
        case when r.raised_on <= r.due_on then a.ordinal - d.ordinal else coalesce(c.ordinal, k.as_of_ordinal) - d.ordinal end
        as bigint
    ) as measured
from raised r
inner join held h
    on r.case_no = h.case_no
cross join cutoff k
inner join ref_calendar d
    on r.due_on = d.day
inner join ref_calendar a
    on r.raised_on = a.day
left join ref_calendar c
    on h.closed_on = c.day
