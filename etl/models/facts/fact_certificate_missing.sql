-- Cases that ended without the certificate they should have generated, with the working days since then.
select
    c.case_no,
    c.item_name,
    c.department,
    c.window_name,
    c.channel,
    c.place,
    c.closed_on,
    k.ordinal - d.ordinal as waiting_workdays
from fact_case_certificate c
cross join (
    select max(cast(substr(value, 1, 10) as date)) as as_of
    from meta
    where key = 'as_of'
) t
left join ref_calendar d
    on c.closed_on = d.day
left join ref_calendar k
    on t.as_of = k.day
where not c.is_generated
