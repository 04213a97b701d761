-- Signals of what looks keyed in or arranged rather than done: events, each on its day. Times of midnight sharp come from exports
-- that carry dates only: nothing is concluded from their hours and minutes.
with cutoff as (
    select max(cast(substr(value, 1, 10) as date)) as as_of
    from meta
    where key = 'as_of'
),

rule as (
    select *
    from ref_supervision_rule
    where family = 'data_quality'
),

quick as (
    select
        r.rule_id || ':' || f.case_no as signal_id,
        r.rule_id,
        r.rule_version,
        f.case_no,
        f.closed_on as raised_on,
        cast(
            floor(
                (
                    (hour(f.closed_at) - hour(f.accepted_at)) * 3600
                    + (minute(f.closed_at) - minute(f.accepted_at)) * 60
                    + second(f.closed_at) - second(f.accepted_at)
                ) / 60.0
            ) as bigint
        ) as measured
    from fact_case f
    inner join rule r
        on r.trigger_name = 'quick_close'
        and r.case_types like '%|' || f.case_type || '|%'
        and f.closed_on >= r.valid_from
        and f.closed_on < r.valid_to
    where f.is_closed
        and f.closed_on = f.accepted_on
        and f.accepted_at <> cast(f.accepted_on as timestamp)
        and f.closed_at <> cast(f.closed_on as timestamp)
        and (hour(f.closed_at) - hour(f.accepted_at)) * 3600
        + (minute(f.closed_at) - minute(f.accepted_at)) * 60
        + second(f.closed_at) - second(f.accepted_at) < r.minutes * 60
),

-- The due date as it stood on the eve of the pause: what of the limit was left then, counted on from there.
-- The counting is that of fact_case; only a day on which the clock was running can begin a pause.
pausing as (
    select
        s.case_no,
        s.started_on as paused_on,
        f.started_on,
        f.promised_limit,
        f.promised_unit,
        f.promised_due_on,
        f.limit_source,
        coalesce(t.is_rolled, false) as is_rolled,
        d.month_number + f.promised_limit as month_number,
        d.day_of_month,
        d.day_number as start_number,
        -- A pause from the very first day: nothing of the limit was used, and it is counted from that day as if there were no pause.
        case when s.started_on = f.started_on then d.ordinal else eve.ordinal end as base_ordinal,
        case when s.started_on = f.started_on then d.day_number else eve.day_number end as base_number,
        case
            when s.started_on > f.started_on
                then greatest(eve.ordinal - q.workday_shift, q.workday_from) - greatest(d.ordinal - p.workday_shift, p.workday_from)
            else 0
        end
        + case when t.is_same_day_counted and d.is_workday and (s.started_on = f.started_on or d.ordinal - p.workday_shift > p.workday_from) then 1 else 0 end
            as used_workdays,
        case
            when s.started_on > f.started_on
                then greatest(eve.day_number - q.day_shift, q.day_from) - greatest(d.day_number - p.day_shift, p.day_from)
            else 0
        end
        + case when t.is_same_day_counted and (s.started_on = f.started_on or d.day_number - p.day_shift > p.day_from) then 1 else 0 end
            as used_days
    from (
        select distinct
            case_no,
            started_on
        from fact_suspension
        where is_pause
    ) s
    inner join fact_case f
        on s.case_no = f.case_no
        and s.started_on >= f.started_on
        and s.started_on <= coalesce(f.closed_on, s.started_on)
    inner join ref_calendar b
        on s.started_on = b.day
    inner join fact_case_pause o
        on s.case_no = o.case_no
        and b.day_number = o.first_number
    inner join ref_calendar eve
        on eve.day_number = b.day_number - 1
    inner join fact_case_pause q
        on s.case_no = q.case_no
        and eve.day_number between q.first_number and q.last_number
    inner join ref_calendar d
        on f.started_on = d.day
    inner join fact_case_pause p
        on s.case_no = p.case_no
        and d.day_number between p.first_number and p.last_number
    left join ref_time_rule t
        on f.started_on >= t.valid_from
        and f.started_on < t.valid_to
    where f.promised_due_on is not null
),

expected as (
    select
        p.case_no,
        p.paused_on,
        case
            when p.promised_limit = 0 then p.started_on
            when p.limit_source = 'file' then p.promised_due_on
            when p.promised_unit = 'workday' then w.day
            when p.is_rolled then n.next_workday
            else n.day
        end as due_on
    from pausing p
    left join ref_calendar m
        on p.promised_unit = 'month'
        and m.month_number = p.month_number
        and m.day_of_month = 1
    left join ref_workday w
        on p.promised_unit = 'workday'
        and w.ordinal = p.base_ordinal + p.promised_limit - p.used_workdays
    left join ref_calendar n
        on n.day_number
        = p.base_number - p.used_days
        + case
            when p.promised_unit = 'month' then m.day_number + least(p.day_of_month, m.month_days) - 1 - p.start_number
            else p.promised_limit
        end
),

paused as (
    select
        r.rule_id || ':' || e.case_no || ':' || cast(e.paused_on as string) as signal_id,
        r.rule_id,
        r.rule_version,
        e.case_no,
        e.paused_on as raised_on,
        e.due_on,
        d.ordinal - b.ordinal as measured
    from expected e
    inner join ref_calendar d
        on e.due_on = d.day
    inner join ref_calendar b
        on e.paused_on = b.day
    inner join rule r
        on r.trigger_name = 'pause_near_due'
        and d.ordinal - b.ordinal <= r.workdays
        and e.paused_on >= r.valid_from
        and e.paused_on < r.valid_to
    where e.paused_on <= e.due_on
),

-- The end of a month: its last working day and the days off after it. Each department by itself.
closing as (
    select
        f.department,
        f.closed_on,
        hour(f.closed_at) as hour,
        count(*) as cases
    from fact_case f
    inner join ref_calendar d
        on f.closed_on = d.day
    inner join ref_calendar l
        on l.month_number = d.month_number
        and l.day_of_month = l.month_days
        and l.ordinal = d.ordinal
    where f.is_closed and f.closed_at <> cast(f.closed_on as timestamp)
    group by f.department, f.closed_on, hour(f.closed_at)
),

closing_day as (
    select
        department,
        closed_on,
        hour,
        cases,
        sum(cases) over (partition by department, closed_on) as of_day
    from closing
),

bulk as (
    select
        r.rule_id || ':' || c.department || ':' || cast(c.closed_on as string) || ':' || cast(c.hour as string) as signal_id,
        r.rule_id,
        r.rule_version,
        c.department,
        c.closed_on as raised_on,
        c.cases,
        cast(floor(c.cases * 100.0 / c.of_day) as bigint) as measured
    from closing_day c
    inner join rule r
        on r.trigger_name = 'bulk_close'
        and c.cases * 100 > r.percent * c.of_day
        and c.of_day >= r.least_cases
        and c.closed_on >= r.valid_from
        and c.closed_on < r.valid_to
),

keyed as (
    select
        r.rule_id || ':' || f.case_no as signal_id,
        r.rule_id,
        r.rule_version,
        f.case_no,
        e.day as raised_on,
        e.ordinal - d.ordinal as measured
    from fact_case f
    inner join ref_calendar d
        on f.received_on = d.day
    inner join ref_calendar e
        on cast(f.entered_at as date) = e.day
    inner join rule r
        on r.trigger_name = 'late_entry'
        and e.ordinal - d.ordinal > r.workdays
        and e.day >= r.valid_from
        and e.day < r.valid_to
),

-- A notice is one day's: the same one may stand in the case and in the register of suspensions.
notice as (
    select
        case_no,
        cast(supplement_notice_at as date) as noticed_on
    from raw_case
    where supplement_notice_at is not null
    union
    select
        case_no,
        started_on as noticed_on
    from fact_suspension
    where kind = 'supplement'
),

numbered as (
    select
        case_no,
        noticed_on,
        row_number() over (partition by case_no order by noticed_on nulls last) as number,
        count(*) over (partition by case_no) as notices
    from notice
),

repeated as (
    select
        r.rule_id || ':' || n.case_no as signal_id,
        r.rule_id,
        r.rule_version,
        n.case_no,
        n.noticed_on as raised_on,
        n.notices as measured
    from numbered n
    inner join rule r
        on r.trigger_name = 'supplements'
        and n.number = r.notices + 1
        and n.noticed_on >= r.valid_from
        and n.noticed_on < r.valid_to
),

of_case as (
    select signal_id, rule_id, rule_version, case_no, raised_on, cast(null as date) as due_on, measured
    from quick
    union all
    select signal_id, rule_id, rule_version, case_no, raised_on, due_on, measured
    from paused
    union all
    select signal_id, rule_id, rule_version, case_no, raised_on, cast(null as date) as due_on, measured
    from keyed
    union all
    select signal_id, rule_id, rule_version, case_no, raised_on, cast(null as date) as due_on, measured
    from repeated
)

select
    o.signal_id,
    o.rule_id,
    o.rule_version,
    f.case_no,
    f.department,
    f.window_name,
    f.channel,
    f.case_type,
    f.item_kind,
    f.place,
    o.raised_on,
    coalesce(o.due_on, f.promised_due_on) as due_on,
    f.is_provisional,
    cast(1 as bigint) as cases,
    cast(o.measured as bigint) as measured
from of_case o
inner join fact_case f
    on o.case_no = f.case_no
cross join cutoff k
where o.raised_on <= k.as_of
union all
select
    b.signal_id,
    b.rule_id,
    b.rule_version,
    '' as case_no,
    b.department,
    '' as window_name,
    '' as channel,
    '' as case_type,
    '' as item_kind,
    '' as place,
    b.raised_on,
    cast(null as date) as due_on,
    false as is_provisional,
    cast(b.cases as bigint) as cases,
    cast(b.measured as bigint) as measured
from bulk b
cross join cutoff k
where b.raised_on <= k.as_of
