-- materialize: view
-- 电子证照转换: one row a paper certificate on the conversion list that is not deleted, converted or not yet.
-- listed_on: the day from which a stock certificate counts as one to be converted, which is the day it was issued.
select
    source,
    certificate_no,
    coalesce(certificate_name, '') as certificate_name,
    coalesce(unit, '') as unit,
    coalesce(stock_or_new, '') as stock_or_new,
    coalesce(qc_result, '') as qc_result,
    case when qc_result = 'returned' then coalesce(return_reason, '') else '' end as return_reason,
    coalesce(case_no, '') as case_no,
    issued_on,
    converted_on,
    stored_on,
    coalesce(issued_on, converted_on, stored_on) as listed_on,
    converted_on is not null as is_converted,
    stored_on is not null as is_stored,
    coalesce(qc_result, '') = 'returned' as is_returned,
    coalesce(qc_result, '') in ('passed', 'returned') as is_checked
from raw_certificate
where coalesce(sync_operation, 'I') <> 'D'
