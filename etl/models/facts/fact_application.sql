-- 网上申报: one row an online application that is not deleted.
-- Pre-checked in time: within meta precheck_workdays working days after the day of submission (that day is day 0).
with setting as (
    select cast(max(value) as bigint) as precheck_workdays
    from meta
    where key = 'precheck_workdays'
),

application as (
    select
        application_no,
        coalesce(case_no, '') as case_no,
        coalesce(item_code, '') as item_code,
        coalesce(item_name, '') as item_name,
        coalesce(department, '') as department,
        coalesce(channel, '') as channel,
        applicant_name,
        submitted_at,
        cast(submitted_at as date) as submitted_on,
        prechecked_at,
        cast(prechecked_at as date) as prechecked_on,
        coalesce(precheck_result, '') as precheck_result,
        cast(sent_at as date) as sent_on,
        cast(delivered_at as date) as delivered_on
    from raw_application
    where coalesce(sync_operation, 'I') <> 'D'
)

select
    application.application_no,
    application.case_no,
    application.item_code,
    application.item_name,
    application.department,
    application.channel,
    application.applicant_name,
    application.submitted_at,
    application.submitted_on,
    application.prechecked_at,
    application.prechecked_on,
    application.precheck_result,
    application.sent_on,
    application.delivered_on,
    checked.ordinal - submitted.ordinal as precheck_workdays,
    application.prechecked_on is not null as is_prechecked,
    coalesce(checked.ordinal - submitted.ordinal <= setting.precheck_workdays, false) as is_prechecked_in_time,
    application.precheck_result = 'returned' as is_precheck_returned,
    application.case_no <> '' as has_case,
    application.delivered_on is not null as is_delivered
from application
cross join setting
left join ref_calendar as submitted on application.submitted_on = submitted.day
left join ref_calendar as checked on application.prechecked_on = checked.day
