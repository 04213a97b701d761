-- Before and after the reform: cases of the items that the comprehensive windows took in, by the day received, also before there were
-- such windows; by which door each came; working days from receipt to the decision (-1: not closed by the cut-off).
-- An item has one category: the one most of its intakes have.
with intake as (
    select item_code, category, count(*) as intakes
    from fact_one_window
    where item_code <> ''
    group by item_code, category
),

item_category as (
    select item_code, category, row_number() over (partition by item_code order by intakes desc nulls last, category nulls last) as place
    from intake
),

taken_in as (
    select distinct case_no
    from fact_one_window
    where is_matched
),

course as (
    select
        fact_case.received_on as day,
        fact_case.department,
        fact_case.item_code,
        fact_case.item_name,
        item_category.category,
        case when taken_in.case_no is not null then 'one_window' else 'other' end as route,
        case
            when not fact_case.is_closed then -1
            when closed.ordinal < received.ordinal then 0
            else closed.ordinal - received.ordinal
        end as used_workdays,
        fact_case.is_closed
    from fact_case
    inner join item_category on fact_case.item_code = item_category.item_code and item_category.place = 1
    left join taken_in on fact_case.case_no = taken_in.case_no
    left join ref_calendar as received on fact_case.received_on = received.day
    left join ref_calendar as closed on fact_case.closed_on = closed.day
)

select
    day,
    department,
    item_code,
    item_name,
    category,
    route,
    used_workdays,
    count(*) as cases,
    count(case when is_closed then 1 end) as closed,
    cast(sum(case when is_closed then used_workdays else 0 end) as bigint) as workdays_taken
from course
where day is not null and used_workdays is not null
group by day, department, item_code, item_name, category, route, used_workdays
