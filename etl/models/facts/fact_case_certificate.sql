-- Cases that must have ended in a certificate: closed by a decision that did not refuse, of an item whose version in force at
-- acceptance results in one (审批结果类型 = 证照). A case has one when any certificate that names its number was converted.
with made as (
    select
        case_no,
        min(converted_on) as generated_on
    from fact_certificate
    where case_no <> '' and is_converted
    group by case_no
)

select
    c.case_no,
    c.item_code,
    c.item_name,
    c.department,
    c.window_name,
    c.channel,
    c.case_type,
    c.item_kind,
    c.place,
    c.closed_on,
    m.generated_on,
    m.generated_on is not null as is_generated,
    coalesce(m.generated_on <= c.closed_on, false) as is_same_day
from fact_case c
join fact_item i
    on c.item_code = i.item_code
    and coalesce(c.accepted_on, c.received_on) >= i.in_force_from
    and coalesce(c.accepted_on, c.received_on) < i.in_force_to
left join made m
    on c.case_no = m.case_no
where c.is_closed and c.outcome <> 'rejected' and i.result_type = 'certificate'
