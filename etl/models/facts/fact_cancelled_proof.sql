-- 取消证明事项: one row a proof that is no longer asked for.
select
    code,
    coalesce(proof_name, '') as proof_name,
    coalesce(unit, '') as unit,
    coalesce(issuer, '') as issuer,
    coalesce(item_name, '') as item_name,
    coalesce(basis, '') as basis,
    coalesce(replacement, '') as replacement,
    cancelled_on
from raw_cancelled_proof
where coalesce(sync_operation, 'I') <> 'D'
