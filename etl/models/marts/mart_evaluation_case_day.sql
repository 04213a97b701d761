-- Active evaluations beside closed cases: evaluations by the day given, cases by the day closed, and how many of these have one.
with event as (
    select
        evaluated_on as day,
        department,
        window_name,
        channel,
        count(*) as active,
        0 as closed,
        0 as closed_evaluated
    from fact_evaluation
    where is_active and evaluated_on is not null
    group by evaluated_on, department, window_name, channel
    union all
    select
        c.closed_on as day,
        c.department,
        c.window_name,
        c.channel,
        0 as active,
        count(*) as closed,
        count(e.case_no) as closed_evaluated
    from fact_case c
    left join (
        select distinct case_no
        from fact_evaluation
        where is_active and case_no <> ''
    ) e
        on c.case_no = e.case_no
    where c.is_closed
    group by c.closed_on, c.department, c.window_name, c.channel
)

select
    day,
    department,
    window_name,
    channel,
    cast(sum(active) as bigint) as active,
    cast(sum(closed) as bigint) as closed,
    cast(sum(closed_evaluated) as bigint) as closed_evaluated
from event
group by day, department, window_name, channel
