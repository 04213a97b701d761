-- 事项清单: one row an item and version that is not deleted.
-- in_force_from (included) to in_force_to (excluded) is the time in which this version is the one that counts. A version ends on its
-- 取消日期, on the day a newer one of the item begins, or on the day the next version of its list begins without the item.
-- Versions that begin on the same day: the higher number counts, "10" above "9".
with listed as (
    select
        item_code,
        item_version,
        coalesce(item_list, '') as item_list,
        coalesce(item_name, '') as item_name,
        coalesce(parent_name, item_name, '') as parent_name,
        coalesce(department, '') as department,
        coalesce(item_kind, '') as item_kind,
        coalesce(level, '') as level,
        coalesce(case_type, '') as case_type,
        statutory_limit,
        coalesce(statutory_unit, '') as statutory_unit,
        promised_limit,
        coalesce(promised_unit, '') as promised_unit,
        coalesce(trips, -1) as trips,
        coalesce(is_online, false) as is_online,
        coalesce(online_depth, '') as online_depth,
        coalesce(is_on_provincial_hall, false) as is_on_provincial_hall,
        coalesce(is_entry_center, false) as is_entry_center,
        coalesce(result_type, '') as result_type,
        coalesce(valid_from, cast('1900-01-01' as date)) as in_force_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as cancelled_on
    from raw_item
    where coalesce(sync_operation, 'I') <> 'D'
),

-- Only a list that is published whole has a name.
edition as (
    select
        item_list,
        item_version,
        min(in_force_from) as begins_on,
        count(*) as items
    from listed
    where item_list <> ''
    group by item_list, item_version
),

-- A version with less than half of the items of the one before is a part of a list or a slip in the version column: it drops nothing.
sized as (
    select
        item_list,
        item_version,
        begins_on,
        items,
        lag(items) over (
            partition by item_list
            order by begins_on nulls last, length(item_version) nulls last, item_version nulls last
        ) as items_before
    from edition
),

succeeded as (
    select
        e.item_list,
        e.item_version,
        min(w.begins_on) as next_begins_on
    from edition e
    join sized w
        on e.item_list = w.item_list
        and e.begins_on < w.begins_on
        and w.items * 2 >= coalesce(w.items_before, 0)
    group by e.item_list, e.item_version
),

kept as (
    select distinct
        l.item_list,
        l.item_code,
        e.begins_on
    from listed l
    join edition e
        on l.item_list = e.item_list
        and l.item_version = e.item_version
),

followed as (
    select
        listed.*,
        lead(in_force_from) over (
            partition by item_code
            order by in_force_from nulls last, length(item_version) nulls last, item_version nulls last
        ) as next_from
    from listed
)

select
    f.item_code,
    f.item_version,
    f.item_list,
    f.item_name,
    f.parent_name,
    f.department,
    f.item_kind,
    f.level,
    f.case_type,
    f.statutory_limit,
    f.statutory_unit,
    f.promised_limit,
    f.promised_unit,
    f.trips,
    f.is_online,
    f.online_depth,
    f.is_on_provincial_hall,
    f.is_entry_center,
    f.result_type,
    f.level in ('township', 'village') as is_township,
    f.case_type = 'instant' or coalesce(f.promised_limit, -1) = 0 as is_instant,
    f.in_force_from,
    least(
        f.cancelled_on,
        coalesce(f.next_from, f.cancelled_on),
        case when k.item_code is null then coalesce(s.next_begins_on, f.cancelled_on) else f.cancelled_on end
    ) as in_force_to
from followed f
left join succeeded s
    on f.item_list = s.item_list
    and f.item_version = s.item_version
left join kept k
    on s.item_list = k.item_list
    and s.next_begins_on = k.begins_on
    and f.item_code = k.item_code
