-- 一窗受理: one row an intake at a comprehensive window that is not deleted, with its departments' parts summed up.
-- Joint: parts of at least two departments are loaded. An intake whose parts are not loaded is not taken for a single one: part_count is 0.
with intake as (
    select
        intake_no,
        coalesce(case_no, '') as case_no,
        coalesce(category, '') as category,
        coalesce(window_name, '') as window_name,
        coalesce(item_code, '') as item_code,
        coalesce(item_name, '') as item_name,
        coalesce(departments, '') as departments,
        received_at,
        dispatched_at,
        result_at,
        cast(received_at as date) as received_on,
        cast(dispatched_at as date) as dispatched_on,
        cast(result_at as date) as result_on,
        extract(hour from received_at) * 60 + extract(minute from received_at) as received_minute,
        extract(hour from dispatched_at) * 60 + extract(minute from dispatched_at) as dispatched_minute,
        extract(hour from result_at) * 60 + extract(minute from result_at) as result_minute
    from raw_one_window
    where coalesce(sync_operation, 'I') <> 'D'
),

parts as (
    select
        intake_no,
        count(*) as part_count,
        count(case when is_finished then 1 end) as finished_parts,
        max(case when is_slowest then department end) as slowest_department,
        max(case when is_slowest then held_minutes end) as slowest_minutes,
        max(case when is_slowest and not is_finished then 1 else 0 end) as slowest_open
    from fact_one_window_part
    where has_intake
    group by intake_no
)

select
    intake.intake_no,
    intake.case_no,
    intake.category,
    intake.window_name,
    intake.item_code,
    intake.item_name,
    intake.departments,
    intake.received_at,
    intake.received_on,
    intake.dispatched_on,
    intake.result_on,
    intake.dispatched_at is not null as is_dispatched,
    intake.result_at is not null as is_completed,
    fact_case.case_no is not null as is_matched,
    coalesce(parts.part_count, 0) as part_count,
    coalesce(parts.finished_parts, 0) as finished_parts,
    coalesce(parts.part_count, 0) > 0 as has_parts,
    coalesce(parts.part_count, 0) > 1 as is_joint,
    coalesce(parts.slowest_department, '') as slowest_department,
    parts.slowest_minutes,
    coalesce(parts.slowest_open, 0) = 1 as is_slowest_open,
    sent_day.minutes_before + sent_clock.worked - in_day.minutes_before - in_clock.worked as dispatch_minutes,
    sent_calendar.ordinal - in_calendar.ordinal as dispatch_workdays,
    out_day.minutes_before + out_clock.worked - in_day.minutes_before - in_clock.worked as whole_minutes,
    out_calendar.ordinal - in_calendar.ordinal as whole_workdays
from intake
left join parts on intake.intake_no = parts.intake_no
left join fact_case on intake.case_no = fact_case.case_no
left join ref_calendar as in_calendar on intake.received_on = in_calendar.day
left join ref_calendar as sent_calendar on intake.dispatched_on = sent_calendar.day
left join ref_calendar as out_calendar on intake.result_on = out_calendar.day
left join ref_office_day as in_day on intake.received_on = in_day.day
left join ref_office_clock as in_clock on in_day.schedule = in_clock.schedule and intake.received_minute = in_clock.minute
left join ref_office_day as sent_day on intake.dispatched_on = sent_day.day
left join ref_office_clock as sent_clock on sent_day.schedule = sent_clock.schedule and intake.dispatched_minute = sent_clock.minute
left join ref_office_day as out_day on intake.result_on = out_day.day
left join ref_office_clock as out_clock on out_day.schedule = out_clock.schedule and intake.result_minute = out_clock.minute
