-- Reports that were asked for: one row a report, one a file of it. What is asked for again gets a number of its own.
create table report_job (
    number integer primary key,
    batch text not null,
    kind text not null,
    period text not null,
    audience text not null,
    formats text not null,
    document_number text not null default '',
    snapshot_id text not null,
    is_draft integer not null,
    state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    share real not null default 0,
    step text not null default '',
    message text not null default '',
    worker integer,
    actor text not null,
    asked_at text not null,
    seen_at text,
    finished_at text
);
create table report_file (
    job integer not null references report_job (number),
    format text not null,
    name text not null,
    sha256 text not null,
    bytes integer not null,
    is_kept integer not null,
    primary key (job, format)
);
create index report_file_sha256 on report_file (sha256);
