-- 网上申报: one row an online application that is not deleted. It became a case only where the case of the number it gives is loaded.
-- Pre-checked in time: within meta precheck_workdays working days after the day of submission (that day is day 0).
-- Working minutes lie in the office hours of working days (ref_office_day, ref_office_clock).
with setting as (
    select
        cast(max(case when key = 'precheck_workdays' then value end) as bigint) as precheck_workdays,
        cast(max(case when key = 'as_of' then value end) as date) as as_of
    from meta
    where key in ('precheck_workdays', 'as_of')
),

cut_off as (
    select setting.precheck_workdays, ref_calendar.ordinal as as_of_ordinal
    from setting
    inner join ref_calendar on setting.as_of = ref_calendar.day
),

application as (
    select
        application_no,
        coalesce(case_no, '') as case_no,
        coalesce(item_code, '') as item_code,
        coalesce(item_name, '') as item_name,
        coalesce(department, '') as department,
        coalesce(channel, '') as channel,
        submitted_at,
        cast(submitted_at as date) as submitted_on,
        extract(hour from submitted_at) * 60 + extract(minute from submitted_at) as submitted_minute,
        prechecked_at,
        cast(prechecked_at as date) as prechecked_on,
        extract(hour from prechecked_at) * 60 + extract(minute from prechecked_at) as prechecked_minute,
        coalesce(precheck_result, '') as precheck_result,
        coalesce(trim(return_reason), '') as reason_text,
        cast(sent_at as date) as sent_on,
        cast(delivered_at as date) as delivered_on
    from raw_application
    where coalesce(sync_operation, 'I') <> 'D'
),

reason_text as (
    select distinct reason_text
    from application
    where precheck_result = 'returned' and reason_text <> ''
),

-- The first rule that fits counts; a rule that comes twice under other words is one.
fitting as (
    select
        reason_text.reason_text,
        ref_return_reason.reason,
        row_number() over (partition by reason_text.reason_text order by ref_return_reason.position nulls last, ref_return_reason.word nulls last) as place
    from reason_text
    inner join ref_return_reason on reason_text.reason_text like concat('%', ref_return_reason.word, '%')
),

named as (
    select
        application.application_no,
        -- Several applications may name one case: the first of them stands for it where cases are counted.
        row_number() over (partition by application.case_no order by application.submitted_at nulls last, application.application_no nulls last) as place
    from application
    where application.case_no <> ''
)

select
    application.application_no,
    application.case_no,
    application.item_code,
    application.item_name,
    application.department,
    application.channel,
    application.submitted_at,
    application.submitted_on,
    application.prechecked_at,
    application.prechecked_on,
    application.precheck_result,
    case
        when application.precheck_result <> 'returned' or application.reason_text = '' then ''
        else coalesce(fitting.reason, 'unclassified')
    end as return_reason,
    application.sent_on,
    application.delivered_on,
    checked.ordinal - submitted.ordinal as precheck_workdays,
    check_day.minutes_before + check_clock.worked - submit_day.minutes_before - submit_clock.worked as precheck_minutes,
    application.prechecked_on is not null as is_prechecked,
    coalesce(checked.ordinal - submitted.ordinal <= cut_off.precheck_workdays, false) as is_prechecked_in_time,
    -- Owed once it was done, or once the last day for it is over.
    application.prechecked_on is not null or coalesce(cut_off.as_of_ordinal - submitted.ordinal >= cut_off.precheck_workdays, false) as is_precheck_due,
    application.prechecked_on is null and coalesce(cut_off.as_of_ordinal - submitted.ordinal >= cut_off.precheck_workdays, false) as is_precheck_overdue,
    application.precheck_result = 'passed' as is_precheck_passed,
    application.precheck_result = 'returned' as is_precheck_returned,
    application.case_no <> '' as names_case,
    fact_case.case_no is not null as is_matched,
    fact_case.case_no is not null and named.place = 1 as is_first_of_case,
    fact_case.accepted_on is not null as is_accepted,
    coalesce(fact_case.is_closed, false) as is_closed,
    fact_case.closed_on,
    application.sent_on is not null as is_sent,
    application.delivered_on is not null as is_delivered,
    case when application.sent_on is not null then delivered_day.day_number - sent_day.day_number end as express_days
from application
cross join cut_off
left join fact_case on application.case_no = fact_case.case_no
left join named on application.application_no = named.application_no
left join fitting on application.reason_text = fitting.reason_text and fitting.place = 1
left join ref_calendar as submitted on application.submitted_on = submitted.day
left join ref_calendar as checked on application.prechecked_on = checked.day
left join ref_calendar as sent_day on application.sent_on = sent_day.day
left join ref_calendar as delivered_day on application.delivered_on = delivered_day.day
left join ref_office_day as submit_day on application.submitted_on = submit_day.day
left join ref_office_clock as submit_clock on submit_day.schedule = submit_clock.schedule and application.submitted_minute = submit_clock.minute
left join ref_office_day as check_day on application.prechecked_on = check_day.day
left join ref_office_clock as check_clock on check_day.schedule = check_clock.schedule and application.prechecked_minute = check_clock.minute
