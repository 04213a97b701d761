-- narrowed by: case_no in fact_case, raw_case, fact_signal
-- What the system found in one case that a rule of assessment may count: closed late, entered late, a card. One row an event. A case
-- over the statute is not counted as over the promise too; of the cards of one colour for one case the first counts. The person is
-- the case's handler where the case export says who (经办人工号), else nobody: the event is the window's. It counts on the day on
-- which it could no longer be mended.
with handler as (
    select
        case_no,
        staff_no,
        cast(_version as string) as version
    from raw_case
),

late as (
    select
        f.case_no,
        f.window_name,
        f.department,
        f.closed_on,
        f.statute_state = 'late' as is_statute,
        case when f.statute_state = 'late' then f.statutory_due_on else f.promised_due_on end as due_on
    from fact_case f
    where f.is_closed and (f.statute_state = 'late' or f.promise_state = 'late')
),

card as (
    select
        case_no,
        level,
        signal_id,
        rule_version,
        window_name,
        department,
        raised_on,
        row_number() over (partition by case_no, level order by raised_on nulls last, rule_id nulls last, rule_version nulls last) as place
    from fact_signal
    where level in ('yellow', 'red') and case_no <> ''
)

select
    concat('case:', l.case_no) as event_id,
    l.closed_on as day,
    case when l.is_statute then 'statute_late' else 'promise_late' end as kind,
    cast(greatest(coalesce(c.ordinal - d.ordinal, 1), 1) as bigint) as workdays_late,
    h.staff_no,
    l.window_name,
    l.department,
    l.case_no,
    'case' as evidence_type,
    l.case_no as evidence_no,
    h.version as evidence_version
from late l
left join ref_calendar c
    on l.closed_on = c.day
left join ref_calendar d
    on l.due_on = d.day
left join handler h
    on l.case_no = h.case_no
union all
select
    concat('signal:', s.signal_id) as event_id,
    s.raised_on as day,
    'entry_late' as kind,
    cast(0 as bigint) as workdays_late,
    h.staff_no,
    s.window_name,
    s.department,
    s.case_no,
    'signal' as evidence_type,
    s.signal_id as evidence_no,
    s.rule_version as evidence_version
from fact_signal s
left join handler h
    on s.case_no = h.case_no
where s.trigger_name = 'late_entry'
union all
select
    concat('card:', c.level, ':', c.case_no) as event_id,
    c.raised_on as day,
    case when c.level = 'red' then 'red_card' else 'yellow_card' end as kind,
    cast(0 as bigint) as workdays_late,
    h.staff_no,
    c.window_name,
    c.department,
    c.case_no,
    'signal' as evidence_type,
    c.signal_id as evidence_no,
    c.rule_version as evidence_version
from card c
left join handler h
    on c.case_no = h.case_no
where c.place = 1
