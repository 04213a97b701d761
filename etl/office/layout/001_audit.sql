-- Who did what, in order; each entry carries the hash of the one before it.
create table audit (
    number integer primary key,
    at text not null,
    actor text not null,
    action text not null,
    subject text not null,
    detail text not null,
    hash text not null
);
create trigger audit_is_not_changed before update on audit begin select raise(abort, 'the audit trail is append-only'); end;
create trigger audit_is_not_removed before delete on audit begin select raise(abort, 'the audit trail is append-only'); end;
