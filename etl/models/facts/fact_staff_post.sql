-- 人员岗位: a person's stretches at a post, `to_on` excluded, null while it lasts. A post of one's own ends at the latest where the next
-- begins, whatever the roster says; to cover for a colleague (B post) one leaves nothing, so such a stretch stands beside the own one.
with stretch as (
    select
        staff_no,
        coalesce(staff_name, '') as staff_name,
        coalesce(department, '') as department,
        window_name,
        staff_post as post,
        from_on,
        cast(to_on + interval '1' day as date) as to_on
    from raw_staff
    where coalesce(sync_operation, 'I') <> 'D'
),

begun as (
    select
        staff_no,
        from_on,
        lead(from_on) over (partition by staff_no order by from_on nulls last) as next_on
    from stretch
    where post <> 'backup'
    group by staff_no, from_on
)

select
    s.staff_no,
    s.staff_name,
    s.department,
    s.window_name,
    s.post,
    s.from_on,
    case when b.next_on is not null then least(coalesce(s.to_on, b.next_on), b.next_on) else s.to_on end as to_on
from stretch s
left join begun b
    on s.staff_no = b.staff_no
    and s.from_on = b.from_on
    and s.post <> 'backup'
