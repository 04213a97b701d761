-- Departments in force: which have an e-certificate account and an e-seal. A row of a department ends when its next one begins.
with followed as (
    select
        department,
        has_account,
        has_seal,
        valid_from as in_force_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as closed_on,
        lead(valid_from) over (partition by department_code order by valid_from nulls last) as next_from
    from raw_department
)

select
    department,
    in_force_from,
    least(closed_on, coalesce(next_from, closed_on)) as in_force_to,
    count(*) as units,
    count(case when has_account then 1 end) as with_account,
    count(case when has_seal then 1 end) as with_seal
from followed
group by department, in_force_from, least(closed_on, coalesce(next_from, closed_on))
