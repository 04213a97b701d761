-- What the system found by itself, in more than one case's own rows, that a rule of assessment may count: pre-checks, certificates,
-- complaints, evaluations, windows warned again and again. One row an event; `fact_assess_case` has those of one case. `case_no` is empty
-- where there is none. The person is the case's handler where the case export says who (经办人工号), else nobody: the event is the
-- window's. It counts on the day on which it could no longer be mended.
with cutoff as (
    select d.ordinal as as_of_ordinal
    from (
        select max(cast(substr(value, 1, 10) as date)) as as_of
        from meta
        where key = 'as_of'
    ) k
    inner join ref_calendar d
        on k.as_of = d.day
),

setting as (
    select coalesce(max(cast(value as bigint)), 1) as precheck_workdays
    from meta
    where key = 'precheck_workdays'
),

handler as (
    select
        case_no,
        staff_no,
        cast(_version as string) as version
    from raw_case
),

-- Days of a window with a warning, numbered within each run of working days that follow one another.
warned as (
    select
        s.window_name,
        s.department,
        d.ordinal,
        min(s.raised_on) as day,
        min(s.signal_id) as signal_id,
        min(s.rule_version) as rule_version
    from fact_signal s
    inner join ref_calendar d
        on s.raised_on = d.day
    where s.level = 'warning' and s.window_name <> ''
    group by s.window_name, s.department, d.ordinal
),

run as (
    select
        window_name,
        department,
        ordinal,
        day,
        signal_id,
        rule_version,
        ordinal - row_number() over (partition by window_name, department order by ordinal nulls last) as run_no
    from warned
),

numbered as (
    select
        window_name,
        department,
        day,
        signal_id,
        rule_version,
        row_number() over (partition by window_name, department, run_no order by ordinal nulls last) as place
    from run
)

-- On the last day on which it would have been in time.
select
    concat('application:', a.application_no) as event_id,
    w.day,
    'precheck_late' as kind,
    cast(0 as bigint) as workdays_late,
    cast(null as string) as staff_no,
    coalesce(f.window_name, '') as window_name,
    a.department,
    coalesce(a.case_no, '') as case_no,
    'application' as evidence_type,
    a.application_no as evidence_no,
    cast(r._version as string) as evidence_version
from fact_application a
cross join setting s
inner join ref_calendar d
    on a.submitted_on = d.day
inner join ref_workday w
    on w.ordinal = d.ordinal + s.precheck_workdays
left join fact_case f
    on a.case_no = f.case_no
left join raw_application r
    on a.application_no = r.application_no
where a.is_precheck_due and not a.is_prechecked_in_time
union all
-- The certificate has the ten working days of art. 44 of the Administrative Licensing Law.
select
    concat('certificate:', m.case_no) as event_id,
    w.day,
    'certificate_missing' as kind,
    cast(0 as bigint) as workdays_late,
    h.staff_no,
    m.window_name,
    m.department,
    coalesce(m.case_no, '') as case_no,
    'certificate' as evidence_type,
    m.case_no as evidence_no,
    h.version as evidence_version
from fact_certificate_missing m
cross join cutoff k
inner join ref_calendar d
    on m.closed_on = d.day
inner join ref_workday w
    on w.ordinal = d.ordinal + 10
left join handler h
    on m.case_no = h.case_no
where w.ordinal <= k.as_of_ordinal
union all
select
    concat('complaint:', a.answer_no) as event_id,
    a.answered_on as day,
    'complaint_upheld' as kind,
    cast(0 as bigint) as workdays_late,
    p.staff_no,
    a.window_name,
    a.department,
    coalesce(a.case_no, '') as case_no,
    'complaint' as evidence_type,
    a.answer_no as evidence_no,
    cast(p._version as string) as evidence_version
from fact_answer a
inner join raw_complaint p
    on a.answer_no = p.complaint_no
where a.record = 'complaint' and a.outcome in ('upheld', 'partly_upheld') and a.answered_on is not null
union all
select
    concat('evaluation:', e.evaluation_no) as event_id,
    e.evaluated_on as day,
    case when e.satisfaction = 'very_dissatisfied' then 'very_bad_verified' else 'bad_verified' end as kind,
    cast(0 as bigint) as workdays_late,
    coalesce(r.staff_no, h.staff_no) as staff_no,
    e.window_name,
    e.department,
    coalesce(e.case_no, '') as case_no,
    'evaluation' as evidence_type,
    e.evaluation_no as evidence_no,
    cast(r._version as string) as evidence_version
from fact_evaluation e
inner join raw_evaluation r
    on e.evaluation_id = r.evaluation_id
    and e.assess_number = r.assess_number
left join handler h
    on e.case_no = h.case_no
where e.is_bad and r.review_status = 'valid' and e.evaluated_on is not null
union all
select
    concat('evaluation:', a.answer_no, ':late') as event_id,
    a.due_on as day,
    'bad_not_fixed' as kind,
    cast(0 as bigint) as workdays_late,
    coalesce(r.staff_no, h.staff_no) as staff_no,
    a.window_name,
    a.department,
    coalesce(a.case_no, '') as case_no,
    'evaluation' as evidence_type,
    a.answer_no as evidence_no,
    cast(r._version as string) as evidence_version
from fact_answer a
inner join fact_evaluation e
    on a.answer_no = e.evaluation_no
inner join raw_evaluation r
    on e.evaluation_id = r.evaluation_id
    and e.assess_number = r.assess_number
left join handler h
    on a.case_no = h.case_no
where a.record = 'evaluation' and a.answer_state in ('late', 'overdue')
union all
select
    concat('warned:', n.department, ':', n.window_name, ':', cast(n.day as string)) as event_id,
    n.day,
    'warned_thrice' as kind,
    cast(0 as bigint) as workdays_late,
    cast(null as string) as staff_no,
    n.window_name,
    n.department,
    '' as case_no,
    'signal' as evidence_type,
    n.signal_id as evidence_no,
    n.rule_version as evidence_version
from numbered n
where n.place % 3 = 0
