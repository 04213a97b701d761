-- One-window intakes by the day received: what became of those taken in that day.
select
    received_on as day,
    category,
    window_name,
    count(*) as intakes,
    count(case when is_dispatched then 1 end) as dispatched,
    count(case when is_completed then 1 end) as completed,
    count(case when is_matched then 1 end) as matched,
    count(case when has_parts then 1 end) as with_parts,
    count(case when is_dispatched and not has_parts then 1 end) as without_parts,
    count(case when has_parts and finished_parts = part_count then 1 end) as parts_finished,
    count(case when is_joint then 1 end) as joint,
    count(case when is_joint and is_completed then 1 end) as joint_completed
from fact_one_window
group by received_on, category, window_name
