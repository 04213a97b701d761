-- 好差评: one row an evaluation that is not deleted. A default made by the system is no opinion and is kept apart; one given by
-- mistake or found malicious is counted apart too. Without a time of its own it counts on the day its case was closed.
select
    e.evaluation_id,
    e.assess_number,
    case when e.assess_number = 1 then e.evaluation_id else concat(e.evaluation_id, '#', cast(e.assess_number as string)) end as evaluation_no,
    coalesce(e.case_no, '') as case_no,
    coalesce(e.department, c.department, '') as department,
    coalesce(e.window_name, c.window_name, '') as window_name,
    coalesce(c.channel, '') as channel,
    coalesce(e.item_name, c.item_name, '') as item_name,
    coalesce(e.evaluation_channel, '') as evaluation_channel,
    coalesce(e.satisfaction, '') as satisfaction,
    cast(coalesce(e.evaluated_at, c.closed_at) as date) as evaluated_on,
    cast(e.rectified_at as date) as rectified_on,
    cast(e.revisited_at as date) as revisited_on,
    coalesce(e.review_status, '') in ('mistaken', 'malicious') as is_excluded,
    coalesce(e.review_status, '') not in ('mistaken', 'malicious') and e.evaluation_channel = 'default' as is_default,
    coalesce(e.review_status, '') not in ('mistaken', 'malicious') and e.evaluation_channel <> 'default' as is_active,
    coalesce(e.review_status, '') not in ('mistaken', 'malicious')
    and e.evaluation_channel <> 'default'
    and e.satisfaction in ('very_satisfied', 'satisfied', 'basically_satisfied') as is_good,
    coalesce(e.review_status, '') not in ('mistaken', 'malicious')
    and e.evaluation_channel <> 'default'
    and e.satisfaction in ('dissatisfied', 'very_dissatisfied') as is_bad,
    e.rectified_at is not null or coalesce(e.is_rectified, e.rectification is not null) as is_fixed,
    e.revisited_at is not null or coalesce(e.is_revisited, false) as is_revisited
from raw_evaluation e
left join fact_case c
    on e.case_no = c.case_no
where coalesce(e.sync_operation, 'I') <> 'D'
