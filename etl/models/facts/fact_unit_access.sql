-- 单位账号与印章: one row a unit that is not deleted. A thing is there from its date, or, where the register only says yes, since ever.
-- A closed unit has none of them from the day it closed; a digital certificate ends after its last day.
select
    unit,
    coalesce(declared_stock, 0) as declared_stock,
    coalesce(listed_on, account_opened_on, seal_opened_on, ca_opened_on, cast('1900-01-01' as date)) as listed_on,
    coalesce(account_opened_on, case when has_account then cast('1900-01-01' as date) end) as account_opened_on,
    coalesce(seal_opened_on, case when has_seal then cast('1900-01-01' as date) end) as seal_opened_on,
    coalesce(ca_opened_on, case when has_ca then cast('1900-01-01' as date) end) as ca_opened_on,
    ca_valid_to,
    cast(ca_valid_to + interval '1' day as date) as ca_ended_on,
    closed_on
from raw_unit_access
where coalesce(sync_operation, 'I') <> 'D'
