-- 一窗受理部门环节: one row a department's part of an intake that is not deleted. A part whose intake is not loaded stays, without
-- category and window. Working minutes lie in the office hours of working days.
-- held: from dispatch until finished, or, while it is not, until the end of the data cut-off's day.
with cut_off as (
    select cast(max(value) as date) as as_of
    from meta
    where key = 'as_of'
),

part as (
    select
        intake_no,
        department,
        coalesce(role, '') as role,
        coalesce(part_result, '') as part_result,
        coalesce(item_code, '') as item_code,
        coalesce(item_name, '') as item_name,
        dispatched_at,
        received_at,
        finished_at,
        cast(dispatched_at as date) as dispatched_on,
        cast(received_at as date) as taken_on,
        cast(finished_at as date) as finished_on,
        extract(hour from dispatched_at) * 60 + extract(minute from dispatched_at) as dispatched_minute,
        extract(hour from received_at) * 60 + extract(minute from received_at) as taken_minute,
        extract(hour from finished_at) * 60 + extract(minute from finished_at) as finished_minute
    from raw_one_window_part
    where coalesce(sync_operation, 'I') <> 'D'
),

intake as (
    select intake_no, coalesce(category, '') as category, coalesce(window_name, '') as window_name, cast(received_at as date) as received_on
    from raw_one_window
    where coalesce(sync_operation, 'I') <> 'D'
),

timed as (
    select
        part.intake_no,
        part.department,
        part.role,
        part.part_result,
        part.item_code,
        part.item_name,
        part.dispatched_at,
        part.received_at,
        part.finished_at,
        part.dispatched_on,
        part.taken_on,
        part.finished_on,
        coalesce(intake.category, '') as category,
        coalesce(intake.window_name, '') as window_name,
        coalesce(intake.received_on, part.dispatched_on) as intake_on,
        intake.intake_no is not null as has_intake,
        sent_day.minutes_before + sent_clock.worked as sent_at_minute,
        taken_day.minutes_before + taken_clock.worked as taken_at_minute,
        done_day.minutes_before + done_clock.worked as done_at_minute,
        last_day.minutes_before + last_clock.worked as last_minute,
        sent_calendar.ordinal as sent_ordinal,
        taken_calendar.ordinal as taken_ordinal,
        done_calendar.ordinal as done_ordinal
    from part
    cross join cut_off
    left join intake on part.intake_no = intake.intake_no
    left join ref_calendar as sent_calendar on part.dispatched_on = sent_calendar.day
    left join ref_calendar as taken_calendar on part.taken_on = taken_calendar.day
    left join ref_calendar as done_calendar on part.finished_on = done_calendar.day
    left join ref_office_day as sent_day on part.dispatched_on = sent_day.day
    left join ref_office_clock as sent_clock on sent_day.schedule = sent_clock.schedule and part.dispatched_minute = sent_clock.minute
    left join ref_office_day as taken_day on part.taken_on = taken_day.day
    left join ref_office_clock as taken_clock on taken_day.schedule = taken_clock.schedule and part.taken_minute = taken_clock.minute
    left join ref_office_day as done_day on part.finished_on = done_day.day
    left join ref_office_clock as done_clock on done_day.schedule = done_clock.schedule and part.finished_minute = done_clock.minute
    left join ref_office_day as last_day on cut_off.as_of = last_day.day
    left join ref_office_clock as last_clock on last_day.schedule = last_clock.schedule and last_clock.minute = 1439
),

held as (
    select
        intake_no,
        department,
        role,
        part_result,
        item_code,
        item_name,
        dispatched_at,
        received_at,
        finished_at,
        dispatched_on,
        taken_on,
        finished_on,
        category,
        window_name,
        intake_on,
        has_intake,
        taken_at_minute - sent_at_minute as handover_minutes,
        taken_ordinal - sent_ordinal as handover_workdays,
        done_at_minute - taken_at_minute as handling_minutes,
        done_ordinal - taken_ordinal as handling_workdays,
        case
            when coalesce(done_at_minute, last_minute) < sent_at_minute then 0
            else coalesce(done_at_minute, last_minute) - sent_at_minute
        end as held_minutes
    from timed
),

-- The slowest part of an intake held it longest; of equals the one not finished, then the one finished last, then by name.
ranked as (
    select
        intake_no,
        department,
        count(*) over (partition by intake_no) as part_count,
        row_number() over (
            partition by intake_no
            order by
                held_minutes desc nulls last,
                case when finished_at is null then 0 else 1 end nulls last,
                finished_at desc nulls last,
                department nulls last
        ) as place
    from held
)

select
    held.intake_no,
    held.department,
    held.role,
    held.part_result,
    held.item_code,
    held.item_name,
    held.dispatched_at,
    held.received_at,
    held.finished_at,
    held.dispatched_on,
    held.taken_on,
    held.finished_on,
    held.category,
    held.window_name,
    held.intake_on,
    held.has_intake,
    held.handover_minutes,
    held.handover_workdays,
    held.handling_minutes,
    held.handling_workdays,
    held.held_minutes,
    ranked.part_count,
    held.taken_on is not null as is_taken,
    held.finished_on is not null as is_finished,
    ranked.part_count > 1 as is_joint,
    ranked.part_count > 1 and ranked.place = 1 as is_slowest
from held
inner join ranked on held.intake_no = ranked.intake_no and held.department = ranked.department
