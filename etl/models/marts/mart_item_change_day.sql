-- Changes of the item list by the day they took effect, by scope as in mart_item_scope.
-- `eased`: fewer trips, or a promise shortened within its unit; from "nothing promised" (-1) to something is not counted as less.
with scope as (
    select 'all' as scope
    union all
    select 'district' as scope
    union all
    select 'township' as scope
    union all
    select 'centre' as scope
)

select
    s.scope,
    c.day,
    c.change,
    c.after_version as version,
    c.department,
    c.item_kind,
    count(*) as changes,
    count(
        case
            when c.change = 'trips' and c.after_count >= 0 and c.after_count < c.before_count then 1
            when c.change = 'promised' and c.after_count >= 0 and c.after_count < c.before_count
                and (c.after_count = 0 or c.before_text = c.after_text) then 1
        end
    ) as eased
from fact_item_change c
join scope s
    on s.scope = 'all'
    or (s.scope = 'district' and not c.is_township)
    or (s.scope = 'township' and c.is_township)
    or (s.scope = 'centre' and c.is_entry_center)
group by s.scope, c.day, c.change, c.after_version, c.department, c.item_kind
