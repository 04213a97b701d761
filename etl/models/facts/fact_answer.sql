-- What must be answered within a limit, one row each: requests (依申请公开, 信箱, 找错), complaints (投诉) and bad evaluations (差评).
-- The clock is that of the cases: the day of receipt is day 0, days of a pause are not counted, an extension adds working days.
-- Few have a pause: those walk their days one by one (`walked`); all others are one look-up of an ordinal.
with cutoff as (
    select
        c.as_of,
        d.ordinal
    from (
        select max(cast(substr(value, 1, 10) as date)) as as_of
        from meta
        where key = 'as_of'
    ) c
    left join ref_calendar d
        on c.as_of = d.day
),

due_soon as (
    select coalesce(max(cast(value as bigint)), 3) as workdays
    from meta
    where key = 'due_soon_workdays'
),

duty as (
    select
        'request' as record,
        request_no as answer_no,
        request_kind as kind,
        coalesce(department, '') as department,
        '' as window_name,
        '' as channel,
        '' as case_no,
        '' as item_name,
        coalesce(request_channel, '') as source,
        coalesce(request_outcome, '') as outcome,
        cast(received_at as date) as received_on,
        cast(supplement_notice_at as date) as supplement_notice_on,
        cast(supplemented_at as date) as supplemented_on,
        cast(answered_at as date) as answered_on,
        cast(null as bigint) as own_workdays,
        coalesce(extended_workdays, 0) as asked_extension,
        coalesce(request_outcome, '') = 'withdrawn' as is_ended,
        false as is_undated,
        false as is_revisited
    from raw_request
    where coalesce(sync_operation, 'I') <> 'D'
    union all
    select
        'complaint' as record,
        p.complaint_no as answer_no,
        'complaint' as kind,
        coalesce(p.department, c.department, '') as department,
        coalesce(p.window_name, c.window_name, '') as window_name,
        coalesce(c.channel, '') as channel,
        coalesce(p.case_no, '') as case_no,
        coalesce(c.item_name, '') as item_name,
        coalesce(p.complaint_source, '') as source,
        coalesce(p.complaint_outcome, '') as outcome,
        cast(p.received_at as date) as received_on,
        cast(null as date) as supplement_notice_on,
        cast(null as date) as supplemented_on,
        cast(p.answered_at as date) as answered_on,
        p.promised_workdays as own_workdays,
        coalesce(p.extended_workdays, 0) as asked_extension,
        coalesce(p.complaint_outcome, '') in ('withdrawn', 'not_accepted') as is_ended,
        false as is_undated,
        false as is_revisited
    from raw_complaint p
    left join fact_case c
        on p.case_no = c.case_no
    where coalesce(p.sync_operation, 'I') <> 'D'
    union all
    select
        'evaluation' as record,
        evaluation_no as answer_no,
        'bad_evaluation' as kind,
        department,
        window_name,
        channel,
        case_no,
        item_name,
        evaluation_channel as source,
        satisfaction as outcome,
        evaluated_on as received_on,
        cast(null as date) as supplement_notice_on,
        cast(null as date) as supplemented_on,
        rectified_on as answered_on,
        cast(null as bigint) as own_workdays,
        0 as asked_extension,
        false as is_ended,
        is_fixed and rectified_on is null as is_undated,
        is_revisited
    from fact_evaluation
    where is_bad and evaluated_on is not null
),

ruled as (
    select
        d.*,
        coalesce(r.rule_id, '') as rule_id,
        coalesce(d.own_workdays, r.limit_count) as limit_count,
        case when d.own_workdays is not null then 'workday' else r.limit_unit end as limit_unit,
        case when d.own_workdays is not null then 'record' when r.limit_count is not null then 'rule' else 'none' end as limit_source,
        least(d.asked_extension, coalesce(r.extension_workdays, 0)) as extension_workdays,
        case
            when coalesce(r.is_restarted, false) and d.supplemented_on is not null then d.supplemented_on
            else d.received_on
        end as started_on,
        coalesce(r.is_restarted, false) and d.supplement_notice_on is not null and d.supplemented_on is null and d.answered_on is null as is_waiting
    from duty d
    left join ref_answer_rule r
        on d.kind = r.kind
        and d.received_on >= r.valid_from
        and d.received_on < r.valid_to
),

begun as (
    select
        r.*,
        s.ordinal as start_ordinal,
        s.day_number as start_number,
        s.provisional_days as start_provisional_days,
        r.limit_count + r.extension_workdays as target
    from ruled r
    left join ref_calendar s
        on r.started_on = s.day
),

pause as (
    select
        b.record,
        b.answer_no,
        min(b.started_on) as clock_from,
        min(b.start_number) as start_number,
        min(b.target) as target,
        min(b.limit_unit) as limit_unit,
        min(coalesce(b.answered_on, k.as_of)) as last_on,
        sum(e.day_number - d.day_number + 1) as stopped_days,
        min(case when s.is_open then s.started_on end) as standing_since
    from fact_answer_stop s
    join begun b
        on s.record = b.record
        and s.answer_no = b.answer_no
    cross join cutoff k
    join ref_calendar d
        on s.started_on = d.day
    join ref_calendar e
        on s.effective_end_on = e.day
    where s.is_pause
    group by b.record, b.answer_no
),

-- Twice as many days as are counted, and two months of holidays, hold every deadline.
open_day as (
    select
        p.record,
        p.answer_no,
        c.day,
        row_number() over (partition by p.record, p.answer_no order by c.day nulls last) as counted,
        p.target
    from pause p
    join ref_calendar c
        on c.day_number > p.start_number
        and c.day_number <= p.start_number + 2 * p.target + 60 + p.stopped_days
    left join fact_answer_stop s
        on p.record = s.record
        and p.answer_no = s.answer_no
        and s.is_pause
        and c.day >= s.started_on
        and c.day <= s.effective_end_on
    where s.answer_no is null and (c.is_workday or p.limit_unit = 'day')
),

walked as (
    select
        record,
        answer_no,
        day
    from open_day
    where counted = target
),

stood as (
    select
        p.record,
        p.answer_no,
        count(distinct c.day) as paused_workdays
    from pause p
    join fact_answer_stop s
        on p.record = s.record
        and p.answer_no = s.answer_no
        and s.is_pause
    join ref_calendar c
        on c.day >= s.started_on
        and c.day <= s.effective_end_on
        and c.day > p.clock_from
        and c.day <= p.last_on
        and c.is_workday
    group by p.record, p.answer_no
),

due as (
    select
        b.*,
        p.standing_since,
        coalesce(t.paused_workdays, 0) as paused_workdays,
        case
            when b.limit_count is null or b.is_waiting then null
            when b.target = 0 then b.started_on
            when p.answer_no is not null then w.day
            when b.limit_unit = 'day' then e.day
            else o.day
        end as due_on
    from begun b
    left join pause p
        on b.record = p.record
        and b.answer_no = p.answer_no
    left join walked w
        on b.record = w.record
        and b.answer_no = w.answer_no
    left join stood t
        on b.record = t.record
        and b.answer_no = t.answer_no
    left join ref_workday o
        on o.ordinal = b.start_ordinal + b.target
    left join ref_calendar e
        on e.day_number = b.start_number + b.target
)

select
    d.record,
    d.answer_no,
    d.kind,
    d.department,
    d.window_name,
    d.channel,
    d.case_no,
    d.item_name,
    d.source,
    d.outcome,
    d.received_on,
    d.started_on,
    d.answered_on,
    d.rule_id,
    d.limit_count,
    d.limit_unit,
    d.limit_source,
    cast(d.asked_extension as bigint) as asked_extension,
    cast(d.extension_workdays as bigint) as extension_workdays,
    d.is_waiting,
    d.due_on,
    coalesce(d.limit_unit = 'workday' and u.provisional_days > d.start_provisional_days, false) as is_provisional,
    cast(d.paused_workdays as bigint) as paused_workdays,
    cast(case when d.answered_on is not null then greatest(a.ordinal - d.start_ordinal - d.paused_workdays, 0) end as bigint) as used_workdays,
    case
        when d.is_ended or (d.due_on is null and not d.is_waiting) then 'no_limit'
        when d.is_undated then 'undated'
        when d.answered_on > d.due_on then 'late'
        when d.answered_on < d.due_on then 'early'
        when d.answered_on is not null then 'on_day'
        when d.is_waiting or d.standing_since <= d.due_on then 'paused'
        when k.as_of > d.due_on then 'overdue'
        when u.ordinal - k.ordinal <= s.workdays then 'due_soon'
        else 'running'
    end as answer_state,
    cast(case
        when d.answered_on is not null or d.is_ended or d.is_undated then null
        when k.as_of > d.due_on then least(u.ordinal - k.ordinal, -1)
        else u.ordinal - k.ordinal
    end as bigint) as days_left,
    d.answered_on is not null or d.is_undated as is_answered,
    d.is_ended,
    d.is_revisited
from due d
cross join cutoff k
cross join due_soon s
left join ref_calendar u
    on d.due_on = u.day
left join ref_calendar a
    on d.answered_on = a.day
