-- Case files looked through, by day. An inspection of a file that has two faults is two rows of the register: each is a finding.
with inspected as (
    select
        d.reviewed_on as day,
        coalesce(d.department, f.department, '') as department,
        coalesce(d.window_name, f.window_name, '') as window_name,
        coalesce(d.event_kind, case when d.dossier_result = 'failed' then 'file_error' else '' end) as event_kind,
        d.dossier_result,
        d.rectified_on
    from raw_dossier d
    left join fact_case f
        on d.case_no = f.case_no
    where coalesce(d.sync_operation, 'I') <> 'D'
)

select
    day,
    department,
    window_name,
    event_kind,
    count(*) as inspections,
    count(case when event_kind <> '' then 1 end) as findings,
    count(case when event_kind <> '' and rectified_on is not null then 1 end) as rectified
from inspected
group by day, department, window_name, event_kind
