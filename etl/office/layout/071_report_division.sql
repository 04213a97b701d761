-- The county, city or province that a report is of, as what its codes begin with; empty is all that the snapshot holds.
alter table report_job add column division text not null default '';
