-- summed over: fact_case
-- Signed changes of the backlog: open cases at the end of day D = sum of change over the days up to and including D.
-- A case is in the backlog from the day received until the day before it ends; those that end the same day never enter it.
-- age: working days since receipt. It moves a case from one row to the next (-1 and +1) on the day the case reaches 6, 11, 21, 41.
-- is_overdue: from the day after the promised due day; a case whose clock stands still at the cut-off is never overdue.
with cut_off as (
    select cast(max(value) as date) as as_of
    from meta
    where key = 'as_of'
),

workday as (
    select ordinal, day
    from ref_calendar
    where is_workday
),

ageing as (
    select
        received.day as opened_on,
        day_06.day as from_06,
        day_11.day as from_11,
        day_21.day as from_21,
        day_41.day as from_41
    from ref_calendar as received
    left join workday as day_06 on received.ordinal + 6 = day_06.ordinal
    left join workday as day_11 on received.ordinal + 11 = day_11.ordinal
    left join workday as day_21 on received.ordinal + 21 = day_21.ordinal
    left join workday as day_41 on received.ordinal + 41 = day_41.ordinal
),

span as (
    select
        received_on as opened_on,
        case
            when is_open then cast(cut_off.as_of + interval '1' day as date)
            else greatest(coalesce(closed_on, received_on), coalesce(started_on, received_on), received_on)
        end as left_on,
        case when promise_state <> 'paused' then cast(promised_due_on + interval '1' day as date) end as overdue_on,
        department,
        window_name,
        channel,
        case_type,
        item_kind,
        place,
        is_open,
        cut_off.as_of
    from fact_case
    cross join cut_off
),

held as (
    select
        opened_on,
        least(left_on, cast(as_of + interval '1' day as date)) as left_on,
        coalesce(overdue_on, left_on) as overdue_on,
        department,
        window_name,
        channel,
        case_type,
        item_kind,
        place,
        count(*) as cases
    from span
    where left_on > opened_on and opened_on <= as_of
    group by
        opened_on, least(left_on, cast(as_of + interval '1' day as date)), coalesce(overdue_on, left_on),
        department, window_name, channel, case_type, item_kind, place
),

aged as (
    select held.*, 'a00_05' as age, held.opened_on as entered_on, least(held.left_on, ageing.from_06) as passed_on
    from held
    left join ageing on held.opened_on = ageing.opened_on
    union all
    select held.*, 'a06_10' as age, ageing.from_06 as entered_on, least(held.left_on, ageing.from_11) as passed_on
    from held
    inner join ageing on held.opened_on = ageing.opened_on
    where ageing.from_06 < held.left_on
    union all
    select held.*, 'a11_20' as age, ageing.from_11 as entered_on, least(held.left_on, ageing.from_21) as passed_on
    from held
    inner join ageing on held.opened_on = ageing.opened_on
    where ageing.from_11 < held.left_on
    union all
    select held.*, 'a21_40' as age, ageing.from_21 as entered_on, least(held.left_on, ageing.from_41) as passed_on
    from held
    inner join ageing on held.opened_on = ageing.opened_on
    where ageing.from_21 < held.left_on
    union all
    select held.*, 'a41_up' as age, ageing.from_41 as entered_on, held.left_on as passed_on
    from held
    inner join ageing on held.opened_on = ageing.opened_on
    where ageing.from_41 < held.left_on
),

stay as (
    select
        department, window_name, channel, case_type, item_kind, place, age, cases,
        false as is_overdue, entered_on, least(passed_on, overdue_on) as passed_on
    from aged
    where entered_on < overdue_on
    union all
    select
        department, window_name, channel, case_type, item_kind, place, age, cases,
        true as is_overdue, greatest(entered_on, overdue_on) as entered_on, passed_on
    from aged
    where overdue_on < passed_on
),

step as (
    select entered_on as day, department, window_name, channel, case_type, item_kind, place, age, is_overdue, cases as change
    from stay
    union all
    select passed_on as day, department, window_name, channel, case_type, item_kind, place, age, is_overdue, -cases as change
    from stay
)

select
    step.day,
    step.department,
    step.window_name,
    step.channel,
    step.case_type,
    step.item_kind,
    step.place,
    step.age,
    step.is_overdue,
    cast(sum(step.change) as bigint) as change
from step
cross join cut_off
where step.day <= cut_off.as_of
group by
    step.day, step.department, step.window_name, step.channel, step.case_type, step.item_kind, step.place, step.age, step.is_overdue
having sum(step.change) <> 0
