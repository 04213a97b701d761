-- Items by scope; an item stands once in every scope it belongs to, so a question names one scope.
-- 区直各部门 (district): exercised above township level; 中心进驻 (centre): handled in the hall; 乡镇 (township); all.
-- Limits are summed only where both are in working days: other units are flagged, never converted in silence.
with scoped as (
    select 'all' as scope, fact_item.*
    from fact_item
    union all
    select 'district' as scope, fact_item.*
    from fact_item
    where not is_township
    union all
    select 'township' as scope, fact_item.*
    from fact_item
    where is_township
    union all
    select 'centre' as scope, fact_item.*
    from fact_item
    where is_entry_center
),

measured as (
    select
        scoped.*,
        statutory_unit = 'workday' and statutory_limit > 0
        and (promised_limit = 0 or (promised_limit > 0 and promised_unit = 'workday')) as is_comparable
    from scoped
)

select
    scope,
    item_version as version,
    department,
    item_kind,
    coalesce(trips, -1) as trips,
    in_force_from,
    in_force_to,
    count(*) as items,
    count(case when is_online then 1 end) as online_items,
    count(case when is_instant then 1 end) as instant_items,
    cast(coalesce(sum(case when is_comparable then statutory_limit end), 0) as bigint) as statutory_workdays,
    cast(coalesce(sum(case when is_comparable then promised_limit end), 0) as bigint) as promised_workdays
from measured
where in_force_from < in_force_to
group by scope, item_version, department, item_kind, coalesce(trips, -1), in_force_from, in_force_to
