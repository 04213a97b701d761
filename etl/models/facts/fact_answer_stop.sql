-- Consultations of third parties and other organs while a request is answered, and whether the rule of its day stops the clock for them.
-- An open one runs to the data cut-off, but never beyond the answer.
with cutoff as (
    select max(cast(substr(value, 1, 10) as date)) as as_of
    from meta
    where key = 'as_of'
),

stop as (
    select
        request_no,
        'third_party' as kind,
        request_kind,
        cast(received_at as date) as received_on,
        cast(answered_at as date) as answered_on,
        third_party_from as started_on,
        third_party_to as ended_on
    from raw_request
    where third_party_from is not null and coalesce(sync_operation, 'I') <> 'D'
    union all
    select
        request_no,
        'other_organ' as kind,
        request_kind,
        cast(received_at as date) as received_on,
        cast(answered_at as date) as answered_on,
        organ_from as started_on,
        organ_to as ended_on
    from raw_request
    where organ_from is not null and coalesce(sync_operation, 'I') <> 'D'
)

select
    'request' as record,
    s.request_no as answer_no,
    s.kind,
    s.started_on,
    s.ended_on,
    greatest(s.started_on, coalesce(s.ended_on, s.answered_on, k.as_of)) as effective_end_on,
    s.ended_on is null and s.answered_on is null as is_open,
    coalesce(case when s.kind = 'third_party' then r.is_third_party_paused else r.is_other_organ_paused end, false) as is_pause
from stop s
cross join cutoff k
left join ref_answer_rule r
    on s.request_kind = r.kind
    and s.received_on >= r.valid_from
    and s.received_on < r.valid_to
