-- Evaluations by the day they were given; what became of the bad ones stands with the day of the evaluation.
select
    e.evaluated_on as day,
    e.department,
    e.window_name,
    e.channel,
    e.evaluation_channel,
    e.satisfaction,
    count(*) as evaluations,
    count(case when e.is_active then 1 end) as active,
    count(case when e.is_default then 1 end) as defaults,
    count(case when e.is_excluded then 1 end) as excluded,
    count(case when e.is_good then 1 end) as good,
    count(case when e.is_bad then 1 end) as bad,
    count(case when e.is_bad and e.is_fixed then 1 end) as bad_fixed,
    count(case when a.answer_state in ('early', 'on_day') then 1 end) as bad_fixed_in_time,
    count(case when a.answer_state in ('early', 'on_day', 'late', 'undated', 'overdue') then 1 end) as bad_judged,
    count(case when a.answer_state = 'overdue' then 1 end) as bad_overdue,
    count(case when e.is_bad and e.is_revisited then 1 end) as bad_revisited
from fact_evaluation e
left join fact_answer a
    on a.record = 'evaluation'
    and e.evaluation_no = a.answer_no
where e.evaluated_on is not null
group by e.evaluated_on, e.department, e.window_name, e.channel, e.evaluation_channel, e.satisfaction
