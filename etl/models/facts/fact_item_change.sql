-- What changed on the list, one row an item and kind of change, on the day the newer version began or the item left the list.
-- An item that a list began with is no change. Limits: the number in *_count, its unit in *_text; a name: in *_text; yes and no: 1 and 0.
-- A bracket typed in the other width makes no new name.
with span as (
    select *
    from fact_item
    where in_force_from < in_force_to
),

beginning as (
    select
        item_list,
        min(in_force_from) as first_from
    from fact_item
    group by item_list
),

followed as (
    select
        n.in_force_from as day,
        o.item_version as before_version,
        n.item_version as after_version,
        n.item_code,
        n.item_name,
        n.department,
        n.item_kind,
        n.is_township,
        n.is_entry_center or o.is_entry_center as is_entry_center,
        o.item_name as before_name,
        o.trips as before_trips,
        n.trips as after_trips,
        o.promised_limit as before_promised,
        n.promised_limit as after_promised,
        o.promised_unit as before_promised_unit,
        n.promised_unit as after_promised_unit,
        o.statutory_limit as before_statutory,
        n.statutory_limit as after_statutory,
        o.statutory_unit as before_statutory_unit,
        n.statutory_unit as after_statutory_unit,
        case when o.is_online then 1 else 0 end as before_online,
        case when n.is_online then 1 else 0 end as after_online,
        case when o.is_entry_center then 1 else 0 end as before_centre,
        case when n.is_entry_center then 1 else 0 end as after_centre
    from span n
    join span o
        on n.item_code = o.item_code
        and n.in_force_from = o.in_force_to
),

came as (
    select
        n.in_force_from as day,
        '' as before_version,
        n.item_version as after_version,
        n.item_code,
        n.item_name,
        n.department,
        n.item_kind,
        n.is_township,
        n.is_entry_center
    from span n
    join beginning b
        on n.item_list = b.item_list
        and n.in_force_from > b.first_from
    left join span o
        on n.item_code = o.item_code
        and n.in_force_from = o.in_force_to
    where o.item_code is null
),

went as (
    select
        o.in_force_to as day,
        o.item_version as before_version,
        '' as after_version,
        o.item_code,
        o.item_name,
        o.department,
        o.item_kind,
        o.is_township,
        o.is_entry_center
    from span o
    left join span n
        on o.item_code = n.item_code
        and o.in_force_to = n.in_force_from
    where n.item_code is null and o.in_force_to < cast('9999-12-31' as date)
),

change as (
    select
        day, before_version, after_version, item_code, item_name, department, item_kind, is_township, is_entry_center,
        'added' as change,
        cast(null as bigint) as before_count, cast(null as bigint) as after_count, '' as before_text, '' as after_text
    from came
    union all
    select
        day, before_version, after_version, item_code, item_name, department, item_kind, is_township, is_entry_center,
        'dropped' as change,
        cast(null as bigint) as before_count, cast(null as bigint) as after_count, '' as before_text, '' as after_text
    from went
    union all
    select
        day, before_version, after_version, item_code, item_name, department, item_kind, is_township, is_entry_center,
        'renamed' as change,
        cast(null as bigint) as before_count, cast(null as bigint) as after_count, before_name as before_text, item_name as after_text
    from followed
    where replace(replace(before_name, '（', '('), '）', ')') <> replace(replace(item_name, '（', '('), '）', ')')
    union all
    select
        day, before_version, after_version, item_code, item_name, department, item_kind, is_township, is_entry_center,
        'trips' as change,
        before_trips as before_count, after_trips as after_count, '' as before_text, '' as after_text
    from followed
    where before_trips <> after_trips
    union all
    select
        day, before_version, after_version, item_code, item_name, department, item_kind, is_township, is_entry_center,
        'promised' as change,
        before_promised as before_count, after_promised as after_count, before_promised_unit as before_text, after_promised_unit as after_text
    from followed
    where coalesce(before_promised, -1) <> coalesce(after_promised, -1)
        or (before_promised > 0 and before_promised_unit <> after_promised_unit)
    union all
    select
        day, before_version, after_version, item_code, item_name, department, item_kind, is_township, is_entry_center,
        'statutory' as change,
        before_statutory as before_count, after_statutory as after_count, before_statutory_unit as before_text, after_statutory_unit as after_text
    from followed
    where coalesce(before_statutory, -1) <> coalesce(after_statutory, -1)
        or (before_statutory > 0 and before_statutory_unit <> after_statutory_unit)
    union all
    select
        day, before_version, after_version, item_code, item_name, department, item_kind, is_township, is_entry_center,
        'online' as change,
        before_online as before_count, after_online as after_count, '' as before_text, '' as after_text
    from followed
    where before_online <> after_online
    union all
    select
        day, before_version, after_version, item_code, item_name, department, item_kind, is_township, is_entry_center,
        'centre' as change,
        before_centre as before_count, after_centre as after_count, '' as before_text, '' as after_text
    from followed
    where before_centre <> after_centre
)

select
    day,
    change,
    before_version,
    after_version,
    item_code,
    item_name,
    department,
    item_kind,
    is_township,
    is_entry_center,
    before_count,
    after_count,
    before_text,
    after_text
from change
