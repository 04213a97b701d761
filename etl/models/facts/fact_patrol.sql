-- 巡查: one row a window or person looked at, without the words and names that somebody wrote. Zone and department are the register's
-- of that day where the patrol does not say. What a system found by itself (电子监察) is automatic.
with register as (
    select
        window_name,
        department,
        zone,
        valid_from,
        valid_to
    from raw_window
),

placed as (
    select
        p.patrol_no,
        p.patrolled_on as day,
        coalesce(p.patrol_slot, '') as patrol_slot,
        p.patrol_source,
        coalesce(p.zone, w.zone, '') as zone,
        coalesce(p.department, w.department, '') as department,
        p.window_name,
        coalesce(p.staff_no, '') as staff_no,
        coalesce(p.event_kind, '') as event_kind,
        coalesce(p.check_code, '') as check_code,
        p.event_kind is not null as is_finding,
        p.event_kind is not null and coalesce(p.is_fixed, false) as is_fixed,
        p.patrol_source = 'electronic' as is_automatic,
        coalesce(p.photo_no, '') as photo_no,
        coalesce(p.review_week, '') as review_week,
        coalesce(cast(p._version as string), '') as version,
        row_number() over (partition by p.patrol_no order by w.valid_from desc nulls last, w.department nulls last) as choice
    from raw_patrol p
    left join register w
        on p.window_name = w.window_name
        and w.valid_from <= p.patrolled_on
        and (w.valid_to is null or w.valid_to > p.patrolled_on)
    where coalesce(p.sync_operation, 'I') <> 'D'
)

select
    patrol_no,
    day,
    patrol_slot,
    patrol_source,
    zone,
    department,
    window_name,
    staff_no,
    event_kind,
    check_code,
    is_finding,
    is_fixed,
    is_automatic,
    photo_no,
    review_week,
    version
from placed
where choice = 1
