-- narrowed by: case_no in fact_assess_case, fact_assess_found, fact_assess_recorded
-- 考核事件: one row an event that a rule of assessment may count, however it came to be known. What a record does not say of window and
-- department is that of the person's post on that day: the own post before one of cover, the newest of several.
with found as (
    select event_id, day, kind, workdays_late, staff_no, window_name, department, case_no, evidence_type, evidence_no, evidence_version
    from fact_assess_found
    union all
    select event_id, day, kind, workdays_late, staff_no, window_name, department, case_no, evidence_type, evidence_no, evidence_version
    from fact_assess_case
),

event as (
    select
        event_id,
        day,
        kind,
        quantity,
        cast(0 as bigint) as workdays_late,
        staff_no,
        window_name,
        department,
        case_no,
        evidence_type,
        evidence_no,
        evidence_version,
        is_automatic
    from fact_assess_recorded
    union all
    select
        event_id,
        day,
        kind,
        cast(1 as decimal(16, 2)) as quantity,
        workdays_late,
        staff_no,
        window_name,
        department,
        case_no,
        evidence_type,
        evidence_no,
        evidence_version,
        true as is_automatic
    from found
),

held as (
    select
        e.*,
        p.window_name as post_window,
        p.department as post_department,
        row_number() over (
            partition by e.event_id
            order by case when p.post = 'backup' then 1 else 0 end nulls last, p.from_on desc nulls last, p.window_name nulls last
        ) as choice
    from event e
    left join fact_staff_post p
        on e.staff_no = p.staff_no
        and p.from_on <= e.day
        and (p.to_on is null or p.to_on > e.day)
)

select
    event_id,
    day,
    substr(cast(day as string), 1, 7) as month,
    kind,
    quantity,
    workdays_late,
    coalesce(staff_no, '') as staff_no,
    case when coalesce(window_name, '') = '' then coalesce(post_window, '') else window_name end as window_name,
    case when coalesce(department, '') = '' then coalesce(post_department, '') else department end as department,
    case_no,
    evidence_type,
    evidence_no,
    coalesce(evidence_version, '') as evidence_version,
    is_automatic
from held
where choice = 1
