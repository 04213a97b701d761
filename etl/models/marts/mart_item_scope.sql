-- Items by scope; an item stands once in every scope it belongs to, so a question names one scope.
-- 区直各部门 (district): exercised above township level; 中心进驻 (centre): handled in the hall; 乡镇 (township); all.
-- Limits are summed only where both are in working days (compared_items). Items whose limits are in other units (other_unit_items)
-- are counted apart, never converted in silence; the rest has no statutory or no promised limit.
with scope as (
    select 'all' as scope
    union all
    select 'district' as scope
    union all
    select 'township' as scope
    union all
    select 'centre' as scope
),

measured as (
    select
        s.scope,
        i.*,
        i.statutory_limit > 0 and i.promised_limit >= 0 as has_both_limits,
        i.statutory_limit > 0 and i.statutory_unit = 'workday'
        and (i.promised_limit = 0 or (i.promised_limit > 0 and i.promised_unit = 'workday')) as is_comparable
    from fact_item i
    join scope s
        on s.scope = 'all'
        or (s.scope = 'district' and not i.is_township)
        or (s.scope = 'township' and i.is_township)
        or (s.scope = 'centre' and i.is_entry_center)
)

select
    scope,
    item_version as version,
    department,
    item_kind,
    trips,
    online_depth,
    in_force_from,
    in_force_to,
    count(*) as items,
    count(case when is_online then 1 end) as online_items,
    count(case when is_on_provincial_hall then 1 end) as provincial_items,
    count(case when is_instant then 1 end) as instant_items,
    count(case when not is_instant then 1 end) as committed_items,
    count(case when not is_instant and case_type = 'committed_special' then 1 end) as special_items,
    count(case when is_comparable then 1 end) as compared_items,
    count(case when has_both_limits and not is_comparable then 1 end) as other_unit_items,
    cast(coalesce(sum(case when is_comparable then statutory_limit end), 0) as bigint) as statutory_workdays,
    cast(coalesce(sum(case when is_comparable then promised_limit end), 0) as bigint) as promised_workdays
from measured
where in_force_from < in_force_to
group by scope, item_version, department, item_kind, trips, online_depth, in_force_from, in_force_to
