-- 事项清单: one row an item and version that is not deleted.
-- in_force_from (included) to in_force_to (excluded) is the time in which this version is the one that counts: a version ends
-- on its 取消日期 or on the day a newer one begins. Versions that begin on the same day: the higher number counts, "10" above "9".
with listed as (
    select
        item_code,
        item_version,
        coalesce(item_name, '') as item_name,
        coalesce(department, '') as department,
        coalesce(item_kind, '') as item_kind,
        coalesce(level, '') as level,
        coalesce(case_type, '') as case_type,
        statutory_limit,
        coalesce(statutory_unit, '') as statutory_unit,
        promised_limit,
        coalesce(promised_unit, '') as promised_unit,
        trips,
        coalesce(is_online, false) as is_online,
        coalesce(is_entry_center, false) as is_entry_center,
        coalesce(valid_from, cast('1900-01-01' as date)) as in_force_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as cancelled_on
    from raw_item
    where coalesce(sync_operation, 'I') <> 'D'
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
    item_code,
    item_version,
    item_name,
    department,
    item_kind,
    level,
    case_type,
    statutory_limit,
    statutory_unit,
    promised_limit,
    promised_unit,
    trips,
    is_online,
    is_entry_center,
    level in ('township', 'village') as is_township,
    case_type = 'instant' or coalesce(promised_limit, -1) = 0 as is_instant,
    in_force_from,
    least(cancelled_on, coalesce(next_from, cancelled_on)) as in_force_to
from followed
