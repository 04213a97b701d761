-- 目录 (main items, 主项) by scope: a catalogue entry of a department is in force as long as any of its items is.
-- Items come and go one by one, so the stretches of an entry's items are joined into islands: two that meet or overlap are one.
with scope as (
    select 'all' as scope
    union all
    select 'district' as scope
    union all
    select 'township' as scope
    union all
    select 'centre' as scope
),

stretch as (
    select distinct
        s.scope,
        i.department,
        i.item_kind,
        i.parent_name,
        i.in_force_from,
        i.in_force_to
    from fact_item i
    join scope s
        on s.scope = 'all'
        or (s.scope = 'district' and not i.is_township)
        or (s.scope = 'township' and i.is_township)
        or (s.scope = 'centre' and i.is_entry_center)
    where i.in_force_from < i.in_force_to
),

reached as (
    select
        stretch.*,
        max(in_force_to) over (
            partition by scope, department, item_kind, parent_name
            order by in_force_from nulls last, in_force_to nulls last
            rows between unbounded preceding and 1 preceding
        ) as reached_to
    from stretch
),

numbered as (
    select
        reached.*,
        sum(case when reached_to >= in_force_from then 0 else 1 end) over (
            partition by scope, department, item_kind, parent_name
            order by in_force_from nulls last, in_force_to nulls last
            rows between unbounded preceding and current row
        ) as island
    from reached
),

entry as (
    select
        scope,
        department,
        item_kind,
        parent_name,
        island,
        min(in_force_from) as in_force_from,
        max(in_force_to) as in_force_to
    from numbered
    group by scope, department, item_kind, parent_name, island
)

select
    scope,
    department,
    item_kind,
    in_force_from,
    in_force_to,
    count(*) as catalogues
from entry
group by scope, department, item_kind, in_force_from, in_force_to
