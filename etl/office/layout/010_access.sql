-- People who may sign in, their sessions, and failed attempts. Passwords as argon2id, session tokens as their hash only.
create table person (
    name text primary key,
    role text not null,
    shown text not null,
    department text,
    window text,
    staff_no text,
    password text,
    must_change integer not null,
    is_disabled integer not null,
    changed_at real not null,
    created_at real not null
);
create table session (
    handle text primary key,
    token text not null unique,
    name text not null,
    way text not null,
    demo text,
    address text not null,
    created_at real not null,
    seen_at real not null,
    ends_at real not null
);
create index session_of on session (name);
create table failure (
    subject text primary key,
    failures integer not null,
    last_at real not null,
    locked_until real not null
);
