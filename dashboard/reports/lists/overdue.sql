select case_no, item_name, department, window_name, case_type, started_on, promised_due_on, closed_on, used_workdays
from fact_case
where is_closed and promise_state = 'late' and closed_on between $first and $last
order by department, promised_due_on nulls last, case_no
