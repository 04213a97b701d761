-- Certificates by the day of each event: listed for conversion (stock only), converted, checked and returned (by the day of conversion),
-- stored. `declared`: the paper stock that a unit said it has, on the day it came on the register; it leaves with the unit.
-- The unit that issues is a department of the hall: pages narrow by it.
with event as (
    select listed_on as day, unit, stock_or_new, '' as return_reason, 'listed' as event, 1 as certificates
    from fact_certificate
    where stock_or_new = 'stock'
    union all
    select converted_on as day, unit, stock_or_new, return_reason, 'converted' as event, 1 as certificates
    from fact_certificate
    where is_converted
    union all
    select converted_on as day, unit, stock_or_new, return_reason, 'checked' as event, 1 as certificates
    from fact_certificate
    where is_converted and is_checked
    union all
    select converted_on as day, unit, stock_or_new, return_reason, 'returned' as event, 1 as certificates
    from fact_certificate
    where is_converted and is_returned
    union all
    select stored_on as day, unit, stock_or_new, return_reason, 'stored' as event, 1 as certificates
    from fact_certificate
    where is_stored
    union all
    select listed_on as day, unit, 'stock' as stock_or_new, '' as return_reason, 'declared' as event, declared_stock as certificates
    from fact_unit_access
    union all
    select greatest(closed_on, listed_on) as day, unit, 'stock' as stock_or_new, '' as return_reason, 'declared' as event, 0 - declared_stock as certificates
    from fact_unit_access
    where closed_on is not null
)

select
    day,
    unit,
    unit as department,
    stock_or_new,
    return_reason,
    cast(sum(case when event = 'listed' then certificates else 0 end) as bigint) as targeted,
    cast(sum(case when event = 'converted' then certificates else 0 end) as bigint) as converted,
    cast(sum(case when event = 'checked' then certificates else 0 end) as bigint) as checked,
    cast(sum(case when event = 'returned' then certificates else 0 end) as bigint) as returned,
    cast(sum(case when event = 'stored' then certificates else 0 end) as bigint) as stored,
    cast(sum(case when event = 'declared' then certificates else 0 end) as bigint) as declared
from event
where day is not null
group by day, unit, stock_or_new, return_reason
