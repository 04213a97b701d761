-- 请假: one row a leave, `to_on` excluded. `half_days` are the half-days of work within it, never more than its working days have:
-- a slip that counts the weekend too does not make more of them. Window and department are those of the person's post on its first day.
with slip as (
    select
        a.attendance_no,
        a.staff_no,
        a.from_on,
        cast(coalesce(a.to_on, a.from_on) + interval '1' day as date) as to_on,
        substr(a.attendance_kind, 7) as leave_kind,
        a.days * 2 as said_half_days,
        2 * (last_day.ordinal - first_day.ordinal + case when first_day.is_workday then 1 else 0 end) as worked_half_days,
        a.window_name,
        a.department
    from raw_attendance a
    inner join ref_calendar first_day
        on a.from_on = first_day.day
    inner join ref_calendar last_day
        on coalesce(a.to_on, a.from_on) = last_day.day
    where a.attendance_kind like 'leave%' and coalesce(a.sync_operation, 'I') <> 'D'
),

held as (
    select
        s.*,
        p.window_name as post_window,
        p.department as post_department,
        row_number() over (
            partition by s.attendance_no
            order by case when p.post = 'backup' then 1 else 0 end nulls last, p.from_on desc nulls last, p.window_name nulls last
        ) as choice
    from slip s
    left join fact_staff_post p
        on s.staff_no = p.staff_no
        and p.from_on <= s.from_on
        and (p.to_on is null or p.to_on > s.from_on)
)

select
    attendance_no as leave_no,
    staff_no,
    from_on,
    to_on,
    leave_kind,
    cast(least(coalesce(said_half_days, worked_half_days), worked_half_days) as decimal(16, 2)) as half_days,
    coalesce(window_name, post_window, '') as window_name,
    coalesce(department, post_department, '') as department
from held
where choice = 1
