-- What people add to the assessment. Everything here is only ever added to; the newest row of a thing says how it stands.

-- Counts up with each act below, so that scores kept in memory are known to be stale.
create table assessment_revision (only integer primary key check (only = 1), number integer not null);
insert into assessment_revision values (1, 0);

-- Months as they were published. The document is what the scores were that day.
create table frozen_month (
    month text primary key check (month glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]'),
    at text not null,
    actor text not null,
    snapshot_id text not null,
    scheme_id text not null,
    scheme_version text not null,
    document text not null,
    sha256 text not null
);
create trigger frozen_month_is_not_changed before update on frozen_month begin select raise(abort, 'frozen months are not changed'); end;
create trigger frozen_month_is_not_removed before delete on frozen_month begin select raise(abort, 'frozen months are not removed'); end;
create trigger frozen_month_counts after insert on frozen_month begin update assessment_revision set number = number + 1; end;

-- Findings of a patrol entered on the page. cells: the fields of the patrol contract as typed. counts_in: the month in which it counts.
-- replaces: the event of a loaded record that this one stands for, empty for a finding of the office's own.
create table finding (
    number integer primary key,
    finding_id text not null,
    version integer not null,
    act text not null check (act in ('entered', 'corrected', 'withdrawn')),
    day text not null,
    counts_in text not null,
    window_name text not null,
    staff_no text not null,
    cells text not null,
    replaces text not null,
    reason text not null,
    actor text not null,
    at text not null,
    unique (finding_id, version)
);
create trigger finding_is_not_changed before update on finding begin select raise(abort, 'findings are not changed'); end;
create trigger finding_is_not_removed before delete on finding begin select raise(abort, 'findings are not removed'); end;
create trigger finding_counts after insert on finding begin update assessment_revision set number = number + 1; end;

-- One appeal an event; month: the one in which the event counts.
create table appeal (
    number integer primary key,
    event_id text not null unique,
    month text not null,
    staff_no text not null,
    reason text not null,
    actor text not null,
    at text not null
);
create trigger appeal_is_not_changed before update on appeal begin select raise(abort, 'appeals are not changed'); end;
create trigger appeal_is_not_removed before delete on appeal begin select raise(abort, 'appeals are not removed'); end;
create trigger appeal_counts after insert on appeal begin update assessment_revision set number = number + 1; end;
create index appeal_of on appeal (staff_no);

create table appeal_decision (
    appeal integer primary key references appeal (number),
    outcome text not null check (outcome in ('granted', 'refused')),
    reason text not null,
    actor text not null,
    at text not null
);
create trigger appeal_decision_is_not_changed before update on appeal_decision begin select raise(abort, 'decisions are not changed'); end;
create trigger appeal_decision_is_not_removed before delete on appeal_decision begin select raise(abort, 'decisions are not removed'); end;
create trigger appeal_decision_counts after insert on appeal_decision begin update assessment_revision set number = number + 1; end;

-- What was found wrong with a frozen month, and the open month in which it is made good. event: the whole event where one is added.
create table correction (
    number integer primary key,
    month text not null,
    month_of text not null,
    effect text not null check (effect in ('reversed', 'added')),
    event_id text not null,
    event text not null,
    reason text not null,
    actor text not null,
    at text not null,
    unique (event_id, effect)
);
create trigger correction_is_not_changed before update on correction begin select raise(abort, 'corrections are not changed'); end;
create trigger correction_is_not_removed before delete on correction begin select raise(abort, 'corrections are not removed'); end;
create trigger correction_counts after insert on correction begin update assessment_revision set number = number + 1; end;

-- What was said of a window (empty: of the hall) at the weekly meeting; week: its Monday.
create table review (
    number integer primary key,
    week text not null,
    window_name text not null,
    text text not null,
    actor text not null,
    at text not null
);
create trigger review_is_not_changed before update on review begin select raise(abort, 'reviews are not changed'); end;
create trigger review_is_not_removed before delete on review begin select raise(abort, 'reviews are not removed'); end;
create index review_of on review (week, window_name);

-- Points of the annual review that no record gives: the case files, the colleagues' vote, the leaders' judgement.
create table annual_mark (
    number integer primary key,
    year text not null,
    staff_no text not null,
    part text not null check (part in ('dossier', 'peers', 'leaders')),
    points text not null,
    actor text not null,
    at text not null
);
create trigger annual_mark_is_not_changed before update on annual_mark begin select raise(abort, 'marks are not changed'); end;
create trigger annual_mark_is_not_removed before delete on annual_mark begin select raise(abort, 'marks are not removed'); end;
create trigger annual_mark_counts after insert on annual_mark begin update assessment_revision set number = number + 1; end;
create index annual_mark_of on annual_mark (year, staff_no, part);
