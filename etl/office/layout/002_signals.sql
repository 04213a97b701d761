-- How the office handled each signal: one row an act, never changed; the last row of a signal says where it stands.
create table signal_handling (
    number integer primary key,
    signal_id text not null,
    action text not null check (action in ('acknowledged', 'explained', 'closed')),
    actor text not null,
    at text not null,
    reason text not null,
    rule_version text not null,
    is_current integer not null
);
create index signal_handling_of on signal_handling (signal_id);
create trigger signal_handling_is_not_changed before update on signal_handling begin select raise(abort, 'acts are not changed'); end;
create trigger signal_handling_is_not_removed before delete on signal_handling begin select raise(abort, 'acts are not removed'); end;
