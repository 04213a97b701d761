-- Proofs abolished, by the day from which they are no longer asked for and the unit that asked.
select
    cancelled_on as day,
    unit,
    unit as department,
    count(*) as proofs
from fact_cancelled_proof
where cancelled_on is not null
group by cancelled_on, unit
