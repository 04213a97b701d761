-- What somebody wrote down that a rule of assessment may count: attendance, patrols, case-file inspections, merits and vetoes.
-- One row an event, of the columns that fact_assess_event has; null where the record does not say,
-- but for `case_no`, which is empty then.
select
    concat('attendance:', a.attendance_no) as event_id,
    a.from_on as day,
    case
        when a.attendance_kind in ('late', 'early') and coalesce(a.minutes, 0) > 10 then 'late_long'
        when a.attendance_kind in ('late', 'early') then 'late_short'
        else a.attendance_kind
    end as kind,
    -- Absence is counted in half-days: those written down, else the working ones between the dates, at least one.
    cast(
        case
            when a.attendance_kind <> 'absent' then 1
            when a.days > 0 then a.days * 2
            when a.to_on > a.from_on
                then greatest(2 * (last_day.ordinal - first_day.ordinal + case when first_day.is_workday then 1 else 0 end), 1)
            else 1
        end as decimal(16, 2)
    ) as quantity,
    a.staff_no,
    a.window_name,
    a.department,
    '' as case_no,
    'attendance' as evidence_type,
    a.attendance_no as evidence_no,
    cast(a._version as string) as evidence_version,
    false as is_automatic
from raw_attendance a
left join ref_calendar first_day
    on a.from_on = first_day.day
left join ref_calendar last_day
    on a.to_on = last_day.day
where a.attendance_kind not like 'leave%' and coalesce(a.sync_operation, 'I') <> 'D'
union all
select
    concat('patrol:', patrol_no) as event_id,
    day,
    event_kind as kind,
    cast(1 as decimal(16, 2)) as quantity,
    staff_no,
    window_name,
    department,
    '' as case_no,
    'patrol' as evidence_type,
    patrol_no as evidence_no,
    version as evidence_version,
    is_automatic
from fact_patrol
where is_finding
union all
-- A file that is not in order without a word why is an error of the file; one with flaws counts only where the flaw is named.
select
    concat('dossier:', d.dossier_no) as event_id,
    d.reviewed_on as day,
    coalesce(d.event_kind, 'file_error') as kind,
    cast(1 as decimal(16, 2)) as quantity,
    coalesce(d.staff_no, c.staff_no) as staff_no,
    coalesce(d.window_name, f.window_name) as window_name,
    coalesce(d.department, f.department) as department,
    coalesce(d.case_no, '') as case_no,
    'dossier' as evidence_type,
    d.dossier_no as evidence_no,
    cast(d._version as string) as evidence_version,
    false as is_automatic
from raw_dossier d
left join fact_case f
    on d.case_no = f.case_no
left join raw_case c
    on d.case_no = c.case_no
where coalesce(d.sync_operation, 'I') <> 'D' and (d.event_kind is not null or d.dossier_result = 'failed')
union all
-- Nothing counts for or against anybody until it is confirmed.
select
    concat('merit:', merit_no) as event_id,
    happened_on as day,
    event_kind as kind,
    cast(coalesce(times, 1) as decimal(16, 2)) as quantity,
    staff_no,
    window_name,
    department,
    '' as case_no,
    'merit' as evidence_type,
    merit_no as evidence_no,
    cast(_version as string) as evidence_version,
    false as is_automatic
from raw_merit
where coalesce(sync_operation, 'I') <> 'D' and merit_status = 'confirmed'
