-- One-window intakes by the day received: what became of those taken in that day.
select
    received_on as day,
    category,
    window_name,
    count(*) as intakes,
    count(case when is_dispatched then 1 end) as dispatched,
    count(case when is_completed then 1 end) as completed
from fact_one_window
group by received_on, category, window_name
