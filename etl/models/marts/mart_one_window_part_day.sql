-- Departments' parts of intakes, by the day the intake was received. slowest: the part held its joint intake longest.
select
    intake_on as day,
    category,
    window_name,
    department,
    count(*) as parts,
    count(case when is_taken then 1 end) as taken,
    count(case when is_finished then 1 end) as finished,
    count(case when part_result = 'returned' then 1 end) as returned,
    count(case when is_joint then 1 end) as joint_parts,
    count(case when is_slowest then 1 end) as slowest,
    count(case when not has_intake then 1 end) as without_intake
from fact_one_window_part
group by intake_on, category, window_name, department
