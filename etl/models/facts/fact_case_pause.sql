-- narrowed by: case_no in fact_suspension
-- Each case with pauses has a calendar of its own, cut where a pause begins: one row a stretch, from the first day of a pause
-- to the eve of the next. On a day of the stretch the days counted so far are greatest(ordinal - shift, from): within the pause
-- they stand still. The other way round, the count n that lies in (from, to] falls on the day whose ordinal is n + shift.
-- Counts are kept twice: in working days (ref_calendar.ordinal) and in calendar days (ref_calendar.day_number).
with pause as (
    select
        f.case_no,
        s.day_number as first_number,
        e.day_number as last_number
    from fact_suspension f
    join ref_calendar s
        on f.started_on = s.day
    join ref_calendar e
        on f.effective_end_on = e.day
    where f.is_pause
),

marked as (
    select
        case_no,
        first_number,
        last_number,
        case
            when first_number > coalesce(max(last_number) over (
                partition by case_no order by first_number nulls last, last_number nulls last rows between unbounded preceding and 1 preceding
            ), -1) then 1
            else 0
        end as is_new
    from pause
),

numbered as (
    select
        case_no,
        first_number,
        last_number,
        sum(is_new) over (
            partition by case_no order by first_number nulls last, last_number nulls last rows between unbounded preceding and current row
        ) as island
    from marked
),

island as (
    select
        case_no,
        island,
        min(first_number) as first_number,
        max(last_number) as last_number
    from numbered
    group by case_no, island
),

counted as (
    select
        i.case_no,
        i.island,
        i.first_number,
        s.ordinal - case when s.is_workday then 1 else 0 end as ordinal_before,
        e.ordinal - s.ordinal + case when s.is_workday then 1 else 0 end as workdays,
        i.last_number - i.first_number + 1 as days
    from island i
    join ref_calendar s
        on i.first_number = s.day_number
    join ref_calendar e
        on i.last_number = e.day_number
),

shifted as (
    select
        case_no,
        island,
        first_number,
        ordinal_before,
        workdays,
        days,
        sum(workdays) over (partition by case_no order by island nulls last rows between unbounded preceding and current row) as workday_shift,
        sum(days) over (partition by case_no order by island nulls last rows between unbounded preceding and current row) as day_shift,
        lead(first_number) over (partition by case_no order by island nulls last) as next_number,
        lead(ordinal_before) over (partition by case_no order by island nulls last) as next_ordinal_before
    from counted
)

select
    case_no,
    cast(-1 as bigint) as first_number,
    cast(first_number - 1 as bigint) as last_number,
    cast(0 as bigint) as workday_shift,
    cast(-1 as bigint) as workday_from,
    cast(ordinal_before as bigint) as workday_to,
    cast(0 as bigint) as day_shift,
    cast(-1 as bigint) as day_from,
    cast(first_number - 1 as bigint) as day_to
from shifted
where island = 1
union all
select
    case_no,
    cast(first_number as bigint) as first_number,
    cast(coalesce(next_number - 1, 999999) as bigint) as last_number,
    cast(workday_shift as bigint) as workday_shift,
    cast(ordinal_before - (workday_shift - workdays) as bigint) as workday_from,
    cast(coalesce(next_ordinal_before - workday_shift, 999999) as bigint) as workday_to,
    cast(day_shift as bigint) as day_shift,
    cast(first_number - 1 - (day_shift - days) as bigint) as day_from,
    cast(coalesce(next_number - 1 - day_shift, 999999) as bigint) as day_to
from shifted
