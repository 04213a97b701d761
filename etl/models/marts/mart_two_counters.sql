-- The two counters of the annual report beside each other: cases by the day received, online applications by the day submitted.
-- They stay two: a case is in matched_cases only where an application gives its number, and it is counted once.
with counted as (
    select day, department, received as cases, 0 as applications, 0 as matched_applications, 0 as matched_cases
    from mart_case_day
    union all
    select day, department, 0 as cases, submitted as applications, matched as matched_applications, matched_cases
    from mart_application_day
)

select
    day,
    department,
    cast(sum(cases) as bigint) as cases,
    cast(sum(applications) as bigint) as applications,
    cast(sum(matched_applications) as bigint) as matched_applications,
    cast(sum(matched_cases) as bigint) as matched_cases
from counted
where day is not null
group by day, department
