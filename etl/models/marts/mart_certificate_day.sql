-- Certificates by the day of each event: listed for conversion (stock only), converted, stored, returned by the quality check.
with event as (
    select listed_on as day, unit, stock_or_new, 1 as targeted, 0 as converted, 0 as stored, 0 as returned
    from fact_certificate
    where stock_or_new = 'stock'
    union all
    select converted_on as day, unit, stock_or_new, 0 as targeted, 1 as converted, 0 as stored, case when is_returned then 1 else 0 end as returned
    from fact_certificate
    where is_converted
    union all
    select stored_on as day, unit, stock_or_new, 0 as targeted, 0 as converted, 1 as stored, 0 as returned
    from fact_certificate
    where is_stored
)

select
    day,
    unit,
    stock_or_new,
    cast(sum(targeted) as bigint) as targeted,
    cast(sum(converted) as bigint) as converted,
    cast(sum(stored) as bigint) as stored,
    cast(sum(returned) as bigint) as returned
from event
where day is not null
group by day, unit, stock_or_new
