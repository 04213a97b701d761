-- materialize: view
-- 一窗受理: one row an intake at a comprehensive window that is not deleted.
select
    intake_no,
    coalesce(case_no, '') as case_no,
    coalesce(category, '') as category,
    coalesce(window_name, '') as window_name,
    coalesce(item_code, '') as item_code,
    coalesce(item_name, '') as item_name,
    coalesce(departments, '') as departments,
    received_at,
    cast(received_at as date) as received_on,
    cast(dispatched_at as date) as dispatched_on,
    cast(result_at as date) as result_on,
    dispatched_at is not null as is_dispatched,
    result_at is not null as is_completed
from raw_one_window
where coalesce(sync_operation, 'I') <> 'D'
