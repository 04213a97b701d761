-- summed over: fact_case
-- Case events by the day each fell on. Every rate over cases is a sum of these over a sum of these.
-- received day: received, applied_online, supplemented, refused_of_received, returned_of_received (what became of those received that day)
-- acceptance: accepted; start of the clock: started, deemed_accepted (Administrative Licensing Law, art. 32; 行政许可法第三十二条)
-- closing day: closed and how; used_workdays over used_count; saved_workdays over statutory_workdays (limits in working days only)
-- of statutory_count cases
-- day a case left the hall, decided or not: refused, returned, withdrawn, started_ended
-- promised due day up to the cut-off: due, due_met (cases that ended without a decision, and paused ones, owe nothing that day)
with cut_off as (
    select cast(max(value) as date) as as_of
    from meta
    where key = 'as_of'
),

ended as (
    select
        fact_case.*,
        greatest(coalesce(closed_on, received_on), coalesce(started_on, received_on), received_on) as ended_on
    from fact_case
    where not is_open and (is_refused or is_returned or is_withdrawn or started_on is not null)
),

event as (
    select
        received_on as day,
        department, window_name, channel, case_type, item_kind, place,
        count(*) as received,
        count(case when channel in ('web', 'mobile') then 1 end) as applied_online,
        count(case when is_supplemented then 1 end) as supplemented,
        count(case when is_refused then 1 end) as refused_of_received,
        count(case when is_returned then 1 end) as returned_of_received,
        0 as accepted, 0 as started, 0 as deemed_accepted, 0 as closed, 0 as closed_instant, 0 as closed_committed,
        0 as early_committed, 0 as early, 0 as on_day, 0 as late, 0 as no_limit, 0 as statute_on_time, 0 as statute_late,
        0 as same_day, 0 as used_workdays, 0 as used_count, 0 as committed_used_workdays, 0 as committed_used_count,
        0 as statutory_workdays, 0 as saved_workdays, 0 as statutory_count, 0 as refused, 0 as returned, 0 as withdrawn,
        0 as started_ended, 0 as due, 0 as due_met
    from fact_case
    group by received_on, department, window_name, channel, case_type, item_kind, place
    union all
    select
        accepted_on as day,
        department, window_name, channel, case_type, item_kind, place, 0 as received, 0 as applied_online, 0 as supplemented,
        0 as refused_of_received, 0 as returned_of_received,
        count(*) as accepted,
        0 as started, 0 as deemed_accepted, 0 as closed, 0 as closed_instant, 0 as closed_committed, 0 as early_committed,
        0 as early, 0 as on_day, 0 as late, 0 as no_limit, 0 as statute_on_time, 0 as statute_late, 0 as same_day,
        0 as used_workdays, 0 as used_count, 0 as committed_used_workdays, 0 as committed_used_count,
        0 as statutory_workdays, 0 as saved_workdays, 0 as statutory_count, 0 as refused, 0 as returned, 0 as withdrawn,
        0 as started_ended, 0 as due, 0 as due_met
    from fact_case
    where accepted_on is not null
    group by accepted_on, department, window_name, channel, case_type, item_kind, place
    union all
    select
        started_on as day,
        department, window_name, channel, case_type, item_kind, place, 0 as received, 0 as applied_online, 0 as supplemented,
        0 as refused_of_received, 0 as returned_of_received, 0 as accepted,
        count(*) as started,
        count(case when is_deemed_accepted then 1 end) as deemed_accepted,
        0 as closed, 0 as closed_instant, 0 as closed_committed, 0 as early_committed, 0 as early, 0 as on_day, 0 as late,
        0 as no_limit, 0 as statute_on_time, 0 as statute_late, 0 as same_day, 0 as used_workdays, 0 as used_count,
        0 as committed_used_workdays, 0 as committed_used_count, 0 as statutory_workdays, 0 as saved_workdays,
        0 as statutory_count, 0 as refused, 0 as returned, 0 as withdrawn, 0 as started_ended, 0 as due, 0 as due_met
    from fact_case
    where started_on is not null
    group by started_on, department, window_name, channel, case_type, item_kind, place
    union all
    select
        closed_on as day,
        department, window_name, channel, case_type, item_kind, place, 0 as received, 0 as applied_online, 0 as supplemented,
        0 as refused_of_received, 0 as returned_of_received, 0 as accepted, 0 as started, 0 as deemed_accepted,
        count(*) as closed,
        count(case when case_type = 'instant' then 1 end) as closed_instant,
        count(case when case_type = 'committed_ordinary' then 1 end) as closed_committed,
        count(case when case_type = 'committed_ordinary' and promise_state = 'early' then 1 end) as early_committed,
        count(case when promise_state = 'early' then 1 end) as early,
        count(case when promise_state = 'on_day' then 1 end) as on_day,
        count(case when promise_state = 'late' then 1 end) as late,
        count(case when promise_state = 'no_limit' then 1 end) as no_limit,
        count(case when statute_state in ('early', 'on_day') then 1 end) as statute_on_time,
        count(case when statute_state = 'late' then 1 end) as statute_late,
        count(case when is_same_day then 1 end) as same_day,
        coalesce(sum(used_workdays), 0) as used_workdays,
        count(used_workdays) as used_count,
        coalesce(sum(case when case_type = 'committed_ordinary' then used_workdays end), 0) as committed_used_workdays,
        count(case when case_type = 'committed_ordinary' and used_workdays is not null then 1 end) as committed_used_count,
        coalesce(sum(case when statutory_unit = 'workday' and statutory_limit > 0 and used_workdays is not null then statutory_limit end), 0) as statutory_workdays,
        coalesce(sum(case when statutory_unit = 'workday' and statutory_limit > 0 and used_workdays is not null then statutory_limit - used_workdays end), 0) as saved_workdays,
        count(case when statutory_unit = 'workday' and statutory_limit > 0 and used_workdays is not null then 1 end) as statutory_count,
        0 as refused, 0 as returned, 0 as withdrawn, 0 as started_ended, 0 as due, 0 as due_met
    from fact_case
    where is_closed
    group by closed_on, department, window_name, channel, case_type, item_kind, place
    union all
    select
        ended_on as day,
        department, window_name, channel, case_type, item_kind, place, 0 as received, 0 as applied_online, 0 as supplemented,
        0 as refused_of_received, 0 as returned_of_received, 0 as accepted, 0 as started, 0 as deemed_accepted, 0 as closed,
        0 as closed_instant, 0 as closed_committed, 0 as early_committed, 0 as early, 0 as on_day, 0 as late, 0 as no_limit,
        0 as statute_on_time, 0 as statute_late, 0 as same_day, 0 as used_workdays, 0 as used_count,
        0 as committed_used_workdays, 0 as committed_used_count, 0 as statutory_workdays, 0 as saved_workdays, 0 as statutory_count,
        count(case when is_refused then 1 end) as refused,
        count(case when is_returned then 1 end) as returned,
        count(case when is_withdrawn then 1 end) as withdrawn,
        count(case when started_on is not null then 1 end) as started_ended,
        0 as due, 0 as due_met
    from ended
    group by ended_on, department, window_name, channel, case_type, item_kind, place
    union all
    select
        promised_due_on as day,
        department, window_name, channel, case_type, item_kind, place, 0 as received, 0 as applied_online, 0 as supplemented,
        0 as refused_of_received, 0 as returned_of_received, 0 as accepted, 0 as started, 0 as deemed_accepted, 0 as closed,
        0 as closed_instant, 0 as closed_committed, 0 as early_committed, 0 as early, 0 as on_day, 0 as late, 0 as no_limit,
        0 as statute_on_time, 0 as statute_late, 0 as same_day, 0 as used_workdays, 0 as used_count,
        0 as committed_used_workdays, 0 as committed_used_count, 0 as statutory_workdays, 0 as saved_workdays,
        0 as statutory_count, 0 as refused, 0 as returned, 0 as withdrawn, 0 as started_ended,
        count(*) as due,
        count(case when promise_state in ('early', 'on_day') then 1 end) as due_met
    from fact_case
    cross join cut_off
    where promised_due_on <= cut_off.as_of and (is_closed or is_open) and promise_state <> 'paused'
    group by promised_due_on, department, window_name, channel, case_type, item_kind, place
)

select
    day,
    department,
    window_name,
    channel,
    case_type,
    item_kind,
    place,
    cast(sum(received) as bigint) as received,
    cast(sum(applied_online) as bigint) as applied_online,
    cast(sum(supplemented) as bigint) as supplemented,
    cast(sum(refused_of_received) as bigint) as refused_of_received,
    cast(sum(returned_of_received) as bigint) as returned_of_received,
    cast(sum(accepted) as bigint) as accepted,
    cast(sum(started) as bigint) as started,
    cast(sum(deemed_accepted) as bigint) as deemed_accepted,
    cast(sum(closed) as bigint) as closed,
    cast(sum(closed_instant) as bigint) as closed_instant,
    cast(sum(closed_committed) as bigint) as closed_committed,
    cast(sum(early_committed) as bigint) as early_committed,
    cast(sum(early) as bigint) as early,
    cast(sum(on_day) as bigint) as on_day,
    cast(sum(late) as bigint) as late,
    cast(sum(no_limit) as bigint) as no_limit,
    cast(sum(statute_on_time) as bigint) as statute_on_time,
    cast(sum(statute_late) as bigint) as statute_late,
    cast(sum(same_day) as bigint) as same_day,
    cast(sum(used_workdays) as bigint) as used_workdays,
    cast(sum(used_count) as bigint) as used_count,
    cast(sum(committed_used_workdays) as bigint) as committed_used_workdays,
    cast(sum(committed_used_count) as bigint) as committed_used_count,
    cast(sum(statutory_workdays) as bigint) as statutory_workdays,
    cast(sum(saved_workdays) as bigint) as saved_workdays,
    cast(sum(statutory_count) as bigint) as statutory_count,
    cast(sum(refused) as bigint) as refused,
    cast(sum(returned) as bigint) as returned,
    cast(sum(withdrawn) as bigint) as withdrawn,
    cast(sum(started_ended) as bigint) as started_ended,
    cast(sum(due) as bigint) as due,
    cast(sum(due_met) as bigint) as due_met
from event
group by day, department, window_name, channel, case_type, item_kind, place
