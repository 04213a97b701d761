-- Units with an account, an e-seal and a digital certificate: +1 on the day each began, -1 on the day it ended. The level at the end of
-- a day is the sum up to it.
with opened as (
    select 'listed' as thing, unit, listed_on as opened_on, closed_on as ended_on
    from fact_unit_access
    union all
    select 'account' as thing, unit, account_opened_on as opened_on, closed_on as ended_on
    from fact_unit_access
    union all
    select 'seal' as thing, unit, seal_opened_on as opened_on, closed_on as ended_on
    from fact_unit_access
    union all
    select
        'ca' as thing,
        unit,
        ca_opened_on as opened_on,
        least(coalesce(ca_ended_on, closed_on), coalesce(closed_on, ca_ended_on)) as ended_on
    from fact_unit_access
),

event as (
    select thing, unit, opened_on as day, 1 as change
    from opened
    where opened_on is not null
    union all
    select thing, unit, greatest(ended_on, opened_on) as day, -1 as change
    from opened
    where opened_on is not null and ended_on is not null
)

select
    day,
    unit,
    unit as department,
    cast(sum(case when thing = 'listed' then change else 0 end) as bigint) as units,
    cast(sum(case when thing = 'account' then change else 0 end) as bigint) as accounts,
    cast(sum(case when thing = 'seal' then change else 0 end) as bigint) as seals,
    cast(sum(case when thing = 'ca' then change else 0 end) as bigint) as digital_certificates
from event
group by day, unit
