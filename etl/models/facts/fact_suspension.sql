-- narrowed by: case_no in raw_suspension, raw_case
-- Stops of the clock and extensions, one row each, with the rule that says whether the clock stands still meanwhile.
-- An open one runs to the data cut-off, but never beyond the day its case was closed.
with cutoff as (
    select max(cast(substr(value, 1, 10) as date)) as as_of
    from meta
    where key = 'as_of'
),

stop as (
    select
        s.case_no,
        s.kind,
        cast(s.started_at as date) as started_on,
        cast(s.ended_at as date) as ended_on,
        cast(coalesce(c.closed_at, cast(k.as_of as timestamp)) as date) as last_seen_on,
        case when s.kind = 'extension' then coalesce(s.extension_workdays, 0) else 0 end as extension_workdays,
        coalesce(s.legal_basis, '') as legal_basis
    from raw_suspension s
    cross join cutoff k
    left join raw_case c
        on s.case_no = c.case_no
    where coalesce(s.sync_operation, '') <> 'D'
)

select
    p.case_no,
    p.kind,
    p.started_on,
    p.ended_on,
    case
        when p.ended_on is not null then p.ended_on
        when p.last_seen_on > p.started_on then p.last_seen_on
        else p.started_on
    end as effective_end_on,
    p.ended_on is null as is_open,
    coalesce(r.is_pause, false) as is_pause,
    p.extension_workdays,
    p.legal_basis
from stop p
left join ref_suspension_rule r
    on p.kind = r.kind
    and p.started_on >= r.valid_from
    and p.started_on < r.valid_to
