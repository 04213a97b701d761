-- Departments in force, with their place in the order in which tables list them. A row of a department ends when its next one begins.
with followed as (
    select
        department,
        sort_order,
        valid_from as in_force_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as closed_on,
        lead(valid_from) over (partition by department_code order by valid_from nulls last) as next_from
    from raw_department
)

select
    department,
    sort_order,
    in_force_from,
    least(closed_on, coalesce(next_from, closed_on)) as in_force_to,
    count(*) as units
from followed
group by department, sort_order, in_force_from, least(closed_on, coalesce(next_from, closed_on))
