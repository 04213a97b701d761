-- Requests (依申请公开, 信箱, 找错) by the day of each event: received, answered, due up to the data cut-off.
with answer as (
    select
        a.received_on,
        a.answered_on,
        a.due_on,
        a.answer_state,
        a.used_workdays,
        a.extension_workdays,
        a.is_ended,
        a.department,
        a.kind as request_kind,
        a.outcome as request_outcome,
        k.as_of
    from fact_answer a
    cross join (
        select max(cast(substr(value, 1, 10) as date)) as as_of
        from meta
        where key = 'as_of'
    ) k
    where a.record = 'request'
),

event as (
    select
        received_on as day,
        department,
        request_kind,
        request_outcome,
        count(*) as received,
        count(case when extension_workdays > 0 then 1 end) as extended,
        count(case when answer_state = 'overdue' then 1 end) as overdue,
        0 as answered,
        0 as answered_in_time,
        0 as answered_late,
        0 as used_workdays,
        0 as due,
        0 as due_met
    from answer
    where received_on is not null
    group by received_on, department, request_kind, request_outcome
    union all
    select
        answered_on as day,
        department,
        request_kind,
        request_outcome,
        0 as received,
        0 as extended,
        0 as overdue,
        count(*) as answered,
        count(case when answer_state in ('early', 'on_day') then 1 end) as answered_in_time,
        count(case when answer_state = 'late' then 1 end) as answered_late,
        coalesce(sum(used_workdays), 0) as used_workdays,
        0 as due,
        0 as due_met
    from answer
    where answered_on is not null
    group by answered_on, department, request_kind, request_outcome
    union all
    select
        due_on as day,
        department,
        request_kind,
        request_outcome,
        0 as received,
        0 as extended,
        0 as overdue,
        0 as answered,
        0 as answered_in_time,
        0 as answered_late,
        0 as used_workdays,
        count(*) as due,
        count(case when answer_state in ('early', 'on_day') then 1 end) as due_met
    from answer
    where due_on <= as_of and answer_state not in ('paused', 'no_limit')
    group by due_on, department, request_kind, request_outcome
)

select
    day,
    department,
    request_kind,
    request_outcome,
    cast(sum(received) as bigint) as received,
    cast(sum(extended) as bigint) as extended,
    cast(sum(overdue) as bigint) as overdue,
    cast(sum(answered) as bigint) as answered,
    cast(sum(answered_in_time) as bigint) as answered_in_time,
    cast(sum(answered_late) as bigint) as answered_late,
    cast(sum(used_workdays) as bigint) as used_workdays,
    cast(sum(due) as bigint) as due,
    cast(sum(due_met) as bigint) as due_met
from event
group by day, department, request_kind, request_outcome
