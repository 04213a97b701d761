-- narrowed by: case_no in raw_case, fact_suspension, fact_case_pause
-- One row a case that is not deleted, with both deadlines and what became of them.
-- Most cases have no pause: their due day is one look-up of a working-day ordinal. A paused case counts in its own calendar,
-- fact_case_pause; `paused_case_no` and `extended_case_no` are null for all others, so that those joins cost nothing.
with cutoff as (
    select
        c.as_of,
        d.day_number,
        d.ordinal
    from (
        select max(cast(substr(value, 1, 10) as date)) as as_of
        from meta
        where key = 'as_of'
    ) c
    left join ref_calendar d
        on c.as_of = d.day
),

due_soon as (
    select coalesce(max(cast(value as bigint)), 3) as workdays
    from meta
    where key = 'due_soon_workdays'
),

-- Item versions may overlap or leave gaps: between two dates on which any version begins or ends, the newest valid one holds.
version as (
    select
        item_code,
        item_version,
        item_name,
        item_kind,
        case
            when level in ('township', 'village') and is_entry_center then 'township_centre'
            when level in ('township', 'village') then 'township'
            when is_entry_center then 'centre'
            else 'district'
        end as place,
        department,
        case_type,
        promised_limit,
        promised_unit,
        statutory_limit,
        statutory_unit,
        coalesce(valid_from, date '1000-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from raw_item
    where coalesce(sync_operation, '') <> 'D'
),

cut as (
    select
        item_code,
        valid_from as cut_on
    from version
    union
    select
        item_code,
        valid_to as cut_on
    from version
),

stretch as (
    select
        item_code,
        cut_on as first_on,
        lead(cut_on) over (partition by item_code order by cut_on nulls last) as end_on
    from cut
),

ranked as (
    select
        s.first_on,
        s.end_on,
        v.item_code,
        v.item_version,
        v.item_name,
        v.item_kind,
        v.place,
        v.department,
        v.case_type,
        v.promised_limit,
        v.promised_unit,
        v.statutory_limit,
        v.statutory_unit,
        row_number() over (
            partition by s.item_code, s.first_on
            order by v.valid_from desc nulls last, length(v.item_version) desc nulls last, v.item_version desc nulls last
        ) as choice
    from stretch s
    join version v
        on s.item_code = v.item_code
        and s.first_on >= v.valid_from
        and s.first_on < v.valid_to
    where s.end_on is not null
),

activity as (
    select
        s.case_no,
        sum(s.extension_workdays) as extension_workdays,
        max(case when s.is_pause then 1 else 0 end) as has_pause,
        min(case when s.kind = 'supplement' then s.started_on end) as supplement_on,
        min(
            case when s.is_pause and s.started_on <= c.as_of and (s.ended_on is null or s.ended_on > c.as_of) then s.started_on end
        ) as standing_since
    from fact_suspension s
    cross join cutoff c
    group by s.case_no
),

-- A day with the rule that holds on it; no rule: counted from the next day, no acceptance deemed.
ruled_day as (
    select
        d.day,
        d.day_number,
        d.ordinal,
        d.is_workday,
        d.month_number,
        d.day_of_month,
        d.provisional_days,
        w.day as acceptance_due_on,
        coalesce(r.is_same_day_counted, false) as is_same_day_counted,
        coalesce(r.is_rolled, false) as is_rolled
    from ref_calendar d
    left join ref_time_rule r
        on d.day >= r.valid_from
        and d.day < r.valid_to
    left join ref_workday w
        on w.ordinal = d.ordinal + r.acceptance_workdays
),

month_start as (
    select
        month_number,
        day_number,
        month_days
    from ref_calendar
    where day_of_month = 1
),

limited as (
    select
        c.case_no,
        coalesce(c.item_code, '') as item_code,
        coalesce(c.item_name, i.item_name, '') as item_name,
        coalesce(c.item_version, i.item_version, '') as item_version,
        coalesce(i.item_kind, '') as item_kind,
        coalesce(i.place, '') as place,
        coalesce(c.department, i.department, '') as department,
        coalesce(c.window_name, '') as window_name,
        coalesce(c.channel, '') as channel,
        coalesce(c.case_type, i.case_type, '') as case_type,
        coalesce(c.handling_mode, '') as handling_mode,
        coalesce(c.applicant_name, '') as applicant_name,
        coalesce(c.outcome, '') as outcome,
        c.applied_at,
        coalesce(c.received_at, c.accepted_at, c.applied_at) as received_at,
        c.accepted_at,
        c.closed_at,
        c.entered_at,
        cast(c.applied_at as date) as applied_on,
        cast(coalesce(c.received_at, c.accepted_at, c.applied_at) as date) as received_on,
        cast(c.received_at as date) as receipt_on,
        cast(c.accepted_at as date) as accepted_on,
        cast(c.closed_at as date) as closed_on,
        case
            when c.supplement_notice_at is null then a.supplement_on
            when a.supplement_on is null or cast(c.supplement_notice_at as date) < a.supplement_on then cast(c.supplement_notice_at as date)
            else a.supplement_on
        end as supplement_on,
        -- The case's own limit wins, -1 meaning none; only a case that says nothing takes the item list's.
        case when coalesce(c.promised_limit, i.promised_limit) >= 0 then coalesce(c.promised_limit, i.promised_limit) end as promised_limit,
        coalesce(case when c.promised_limit is null then i.promised_unit else c.promised_unit end, 'workday') as promised_unit,
        case when coalesce(c.statutory_limit, i.statutory_limit) >= 0 then coalesce(c.statutory_limit, i.statutory_limit) end as statutory_limit,
        coalesce(case when c.statutory_limit is null then i.statutory_unit else c.statutory_unit end, 'workday') as statutory_unit,
        case
            when c.promised_limit >= 0 then 'case'
            when c.promised_limit is null and i.promised_limit >= 0 then 'item'
            when c.promise_due_at is not null then 'file'
            else 'none'
        end as limit_source,
        c.promise_due_at,
        c.statutory_due_at,
        coalesce(c.outcome, '') in ('refused', 'returned', 'withdrawn', 'terminated') as is_undecided,
        a.standing_since,
        case when a.has_pause = 1 then c.case_no end as paused_case_no,
        case when a.extension_workdays > 0 then c.case_no end as extended_case_no,
        coalesce(a.extension_workdays, 0) as extension_workdays
    from raw_case c
    left join activity a
        on c.case_no = a.case_no
    left join ranked i
        on c.item_code = i.item_code
        and i.choice = 1
        and cast(coalesce(c.accepted_at, c.received_at, c.applied_at) as date) >= i.first_on
        and cast(coalesce(c.accepted_at, c.received_at, c.applied_at) as date) < i.end_on
    where coalesce(c.sync_operation, '') <> 'D'
),

-- Art. 32: neither told what is missing, nor accepted, nor refused by the fifth working day after receipt: accepted on receipt.
-- A due date that came with a file says that its system had begun the clock, so acceptance need not be deemed.
answered as (
    select
        l.*,
        k.as_of,
        k.ordinal as as_of_ordinal,
        k.day_number as as_of_number,
        coalesce(
            not (l.accepted_on is null and l.limit_source = 'file')
            and coalesce(l.accepted_on, date '9999-12-31') > r.acceptance_due_on
            and coalesce(l.closed_on, date '9999-12-31') > r.acceptance_due_on
            and coalesce(l.supplement_on, date '9999-12-31') > r.acceptance_due_on
            and not (l.is_undecided and l.closed_on is null)
            and k.as_of > r.acceptance_due_on,
            false
        ) as is_deemed_accepted
    from limited l
    cross join cutoff k
    left join ruled_day r
        on l.receipt_on = r.day
),

-- A decision without a recorded acceptance was accepted at some time after receipt: the clock runs from receipt.
begun as (
    select
        a.*,
        case
            when a.is_deemed_accepted then a.receipt_on
            when a.accepted_on is not null then a.accepted_on
            when a.limit_source = 'file' then a.received_on
            when a.closed_on is not null and not a.is_undecided then a.received_on
        end as started_on
    from answered a
),

-- How many days of its own calendar a case has behind it at the start, and how many it must have at each due date.
started as (
    select
        b.*,
        d.ordinal as start_ordinal,
        d.day_number as start_number,
        d.provisional_days as start_provisional_days,
        d.is_rolled,
        coalesce(greatest(d.ordinal - p.workday_shift, p.workday_from), d.ordinal) as start_workdays,
        coalesce(greatest(d.day_number - p.day_shift, p.day_from), d.day_number) as start_days,
        case when d.is_same_day_counted and d.is_workday and coalesce(d.ordinal - p.workday_shift > p.workday_from, true) then 1 else 0 end as same_workday,
        case when d.is_same_day_counted and coalesce(d.day_number - p.day_shift > p.day_from, true) then 1 else 0 end as same_day,
        d.day_of_month,
        case when b.promised_unit = 'month' and b.promised_limit > 0 then d.month_number + b.promised_limit end as promised_month,
        case when b.statutory_unit = 'month' and b.statutory_limit > 0 then d.month_number + b.statutory_limit end as statutory_month
    from begun b
    left join ruled_day d
        on b.started_on = d.day
    left join fact_case_pause p
        on b.paused_case_no = p.case_no
        and d.day_number between p.first_number and p.last_number
),

targeted as (
    select
        s.*,
        case when s.promised_unit = 'workday' and s.promised_limit > 0 then s.start_workdays + s.promised_limit - s.same_workday end as promised_workdays,
        case
            when s.promised_limit = 0 or s.promised_limit is null then null
            when s.promised_unit = 'day' then s.start_days + s.promised_limit - s.same_day
            when s.promised_unit = 'month' then s.start_days + pm.day_number + least(s.day_of_month, pm.month_days) - 1 - s.start_number - s.same_day
        end as promised_days,
        case when s.statutory_unit = 'workday' and s.statutory_limit > 0 then s.start_workdays + s.statutory_limit - s.same_workday end as statutory_workdays,
        case
            when s.statutory_limit = 0 or s.statutory_limit is null then null
            when s.statutory_unit = 'day' then s.start_days + s.statutory_limit - s.same_day
            when s.statutory_unit = 'month' then s.start_days + sm.day_number + least(s.day_of_month, sm.month_days) - 1 - s.start_number - s.same_day
        end as statutory_days
    from started s
    left join month_start pm
        on s.promised_month = pm.month_number
    left join month_start sm
        on s.statutory_month = sm.month_number
),

due as (
    select
        t.*,
        case
            when t.promised_limit = 0 then t.started_on
            when t.promised_workdays is not null then pw.day
            when t.promised_days is not null and t.is_rolled then pd.next_workday
            when t.promised_days is not null then pd.day
            when t.limit_source = 'file' then cast(t.promise_due_at as date)
        end as promised_due_on,
        case
            when t.statutory_limit = 0 then t.started_on
            when t.statutory_workdays is not null then sw.day
            when t.statutory_days is not null and t.is_rolled then sd.next_workday
            when t.statutory_days is not null then sd.day
        end as unextended_due_on,
        coalesce(pw.provisional_days > t.start_provisional_days, false)
        or coalesce(sw.provisional_days > t.start_provisional_days, false)
        or coalesce(t.is_rolled and pd.is_next_provisional, false)
        or coalesce(t.is_rolled and sd.is_next_provisional, false) as is_provisional
    from targeted t
    left join fact_case_pause pp
        on t.paused_case_no = pp.case_no
        and (
            (t.promised_workdays > pp.workday_from and t.promised_workdays <= pp.workday_to)
            or (t.promised_days > pp.day_from and t.promised_days <= pp.day_to)
        )
    left join fact_case_pause sp
        on t.paused_case_no = sp.case_no
        and (
            (t.statutory_workdays > sp.workday_from and t.statutory_workdays <= sp.workday_to)
            or (t.statutory_days > sp.day_from and t.statutory_days <= sp.day_to)
        )
    left join ref_workday pw
        on pw.ordinal = t.promised_workdays + coalesce(pp.workday_shift, 0)
    left join ref_calendar pd
        on pd.day_number = t.promised_days + coalesce(pp.day_shift, 0)
    left join ref_workday sw
        on sw.ordinal = t.statutory_workdays + coalesce(sp.workday_shift, 0)
    left join ref_calendar sd
        on sd.day_number = t.statutory_days + coalesce(sp.day_shift, 0)
),

-- An extension moves the statutory date by working days that lie in no pause; a due date from the file is taken as it came.
extended as (
    select
        d.*,
        coalesce(
            xw.day,
            d.unextended_due_on,
            case when d.statutory_limit is null then cast(d.statutory_due_at as date) end
        ) as statutory_due_on,
        d.is_provisional or coalesce(xw.provisional_days > xd.provisional_days, false) as is_guessed
    from due d
    left join ref_calendar xd
        on d.unextended_due_on = xd.day
        and d.extended_case_no is not null
    left join fact_case_pause xs
        on d.paused_case_no = xs.case_no
        and xd.day_number between xs.first_number and xs.last_number
    left join fact_case_pause xt
        on d.paused_case_no = xt.case_no
        and coalesce(greatest(xd.ordinal - xs.workday_shift, xs.workday_from), xd.ordinal) + d.extension_workdays > xt.workday_from
        and coalesce(greatest(xd.ordinal - xs.workday_shift, xs.workday_from), xd.ordinal) + d.extension_workdays <= xt.workday_to
    left join ref_workday xw
        on xw.ordinal
        = coalesce(greatest(xd.ordinal - xs.workday_shift, xs.workday_from), xd.ordinal) + d.extension_workdays + coalesce(xt.workday_shift, 0)
),

measured as (
    select
        e.*,
        pd.ordinal as promised_due_ordinal,
        coalesce(c.ordinal, e.as_of_ordinal) - e.start_ordinal as elapsed_workdays,
        coalesce(
            greatest(coalesce(c.ordinal, e.as_of_ordinal) - p.workday_shift, p.workday_from), c.ordinal, e.as_of_ordinal
        ) - e.start_workdays as running_workdays,
        e.closed_at is not null and not e.is_undecided as is_closed,
        e.closed_at is null and not e.is_undecided as is_open,
        -- A due date of the file is an instant (the load gives one without a time of day the last second of its day).
        case
            when e.limit_source <> 'file' then e.closed_on > e.promised_due_on
            else e.closed_at > e.promise_due_at
        end as is_promise_late,
        case
            when e.statutory_limit is not null then e.closed_on > e.statutory_due_on
            else e.closed_at > e.statutory_due_at
        end as is_statute_late
    from extended e
    left join ref_calendar c
        on e.closed_on = c.day
    left join ref_calendar pd
        on e.promised_due_on = pd.day
    left join fact_case_pause p
        on e.paused_case_no = p.case_no
        and coalesce(c.day_number, e.as_of_number) between p.first_number and p.last_number
)

select
    m.case_no,
    m.item_code,
    m.item_name,
    m.item_version,
    m.item_kind,
    m.place,
    m.department,
    m.window_name,
    m.channel,
    m.case_type,
    m.handling_mode,
    m.applicant_name,
    m.outcome,
    m.applied_at,
    m.received_at,
    m.accepted_at,
    m.closed_at,
    m.entered_at,
    m.applied_on,
    m.received_on,
    m.accepted_on,
    m.closed_on,
    cast(extract(hour from m.received_at) as bigint) as received_hour,
    m.started_on,
    m.is_deemed_accepted,
    m.promised_limit,
    case when m.promised_limit is not null then m.promised_unit end as promised_unit,
    m.statutory_limit,
    case when m.statutory_limit is not null then m.statutory_unit end as statutory_unit,
    m.limit_source,
    m.promised_due_on,
    m.statutory_due_on,
    m.promise_due_at,
    m.is_guessed as is_provisional,
    cast(case when m.elapsed_workdays > m.running_workdays then m.elapsed_workdays - m.running_workdays else 0 end as bigint) as paused_workdays,
    cast(case when m.closed_on is not null and m.running_workdays < 0 then 0 when m.closed_on is not null then m.running_workdays end as bigint) as used_workdays,
    case
        when m.promised_due_on is null or not (m.is_closed or m.is_open) then 'no_limit'
        when m.is_closed and m.is_promise_late then 'late'
        when m.is_closed and m.closed_on < m.promised_due_on then 'early'
        when m.is_closed then 'on_day'
        when m.standing_since <= m.promised_due_on then 'paused'
        when m.as_of > m.promised_due_on then 'overdue'
        when m.promised_due_ordinal - m.as_of_ordinal <= s.workdays then 'due_soon'
        else 'running'
    end as promise_state,
    case
        when m.statutory_due_on is null or not (m.is_closed or m.is_open) then 'no_limit'
        when m.is_closed and m.is_statute_late then 'late'
        when m.is_closed and m.closed_on < m.statutory_due_on then 'early'
        when m.is_closed then 'on_day'
        when m.standing_since <= m.statutory_due_on then 'paused'
        when m.as_of > m.statutory_due_on then 'overdue'
        when sd.ordinal - m.as_of_ordinal <= s.workdays then 'due_soon'
        else 'running'
    end as statute_state,
    cast(case
        when not m.is_open then null
        when m.as_of > m.promised_due_on then least(m.promised_due_ordinal - m.as_of_ordinal, -1)
        else m.promised_due_ordinal - m.as_of_ordinal
    end as bigint) as days_left,
    m.is_closed,
    m.is_open,
    m.outcome = 'refused' as is_refused,
    m.outcome = 'returned' as is_returned,
    m.outcome in ('withdrawn', 'terminated') as is_withdrawn,
    m.supplement_on is not null as is_supplemented,
    m.is_closed and m.closed_on = coalesce(m.accepted_on, m.received_on) as is_same_day,
    m.case_type = 'instant' as is_instant
from measured m
cross join due_soon s
left join ref_calendar sd
    on m.statutory_due_on = sd.day
