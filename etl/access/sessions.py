"""Sessions: what a signed-in browser holds is a random token; what is kept is its hash, with the person and two ends.

A session ends when nobody has touched it for a while (idle), some hours after sign-in whatever happens (absolute), when it is
signed out, and when the person is disabled or gets a new password.
"""

import hashlib
import json
import secrets
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from etl.access.people import find
from etl.access.principal import Principal
from etl.office import Office, append

Way = Literal["password", "demo", "proxy", "oidc"]
MOST_PER_PERSON = 5
# A touch is written down at most this often: a page is redrawn many times a minute.
TOUCH_SECONDS = 15


@dataclass(frozen=True)
class Lifetime:
    """How long a session lives without being touched, and at most. In seconds."""

    idle: float = 30 * 60
    absolute: float = 12 * 3600


@dataclass(frozen=True)
class Session:
    """A living session and whose it is. `handle` names it where the token must not appear."""

    handle: str
    principal: Principal
    way: Way
    must_change: bool
    seen_at: float


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def begin(office: Office, who: Principal, way: Way, address: str, life: Lifetime, now: datetime) -> str:
    """A new session; returns its token, which is kept nowhere. The oldest ends when the person has too many."""
    token, handle, moment = secrets.token_urlsafe(32), secrets.token_hex(8), now.timestamp()
    demo = json.dumps(asdict(who)) if way == "demo" else None
    with office.writing() as con:
        _forget_old(con, life, moment)
        con.execute(
            "delete from session where handle in (select handle from session where name = ? order by created_at desc limit -1 offset ?)",
            [who.name, MOST_PER_PERSON - 1],
        )
        con.execute(
            "insert into session values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [handle, _hash(token), who.name, way, demo, address, moment, moment, moment + life.absolute],
        )
        append(con, who.name, "session.begun", who.name, now, {"way": way, "address": address, "role": who.role})
    return token


def of_token(office: Office, token: str, life: Lifetime, now: float) -> Session | None:
    """The living session of this token."""
    return _living(office, "token", _hash(token), life, now)


def of_handle(office: Office, handle: str, life: Lifetime, now: float) -> Session | None:
    """The living session of this handle."""
    return _living(office, "handle", handle, life, now)


def _living(office: Office, column: Literal["token", "handle"], value: str, life: Lifetime, now: float) -> Session | None:
    sql = "select * from session where token = ?" if column == "token" else "select * from session where handle = ?"
    with office.reading() as con:
        row = con.execute(sql, [value]).fetchone()
        if row is None or now >= row["ends_at"] or now - row["seen_at"] >= life.idle:
            return None
        if row["demo"]:
            return Session(row["handle"], Principal(**json.loads(row["demo"])), row["way"], False, row["seen_at"])
        found = find(con, row["name"])
    if found is None or found.is_disabled:
        return None
    return Session(row["handle"], found.principal, row["way"], found.must_change and row["way"] == "password", row["seen_at"])


def touch(office: Office, session: Session, now: float) -> None:
    """The person did something. Redrawing by itself is nothing that they did."""
    if now - session.seen_at >= TOUCH_SECONDS:
        with office.writing() as con:
            con.execute("update session set seen_at = ? where handle = ? and seen_at < ?", [now, session.handle, now])


def end(office: Office, session: Session, now: datetime) -> None:
    """Signs this session out."""
    with office.writing() as con:
        con.execute("delete from session where handle = ?", [session.handle])
        append(con, session.principal.name, "session.ended", session.principal.name, now)


def end_all(office: Office, name: str, by: str, now: datetime) -> int:
    """Signs all sessions of this person out; returns how many there were."""
    with office.writing() as con:
        ended = con.execute("delete from session where name = ?", [name]).rowcount
        append(con, by, "session.ended_all", name, now, {"sessions": ended})
    return ended


def living_handles(office: Office, life: Lifetime, now: float) -> set[str]:
    """The handles of all living sessions: one question for all open pages."""
    sql = (
        "select handle from session left join person on session.name = person.name "
        "where ends_at > :now and seen_at > :now - :idle and (demo is not null or person.is_disabled = 0)"
    )
    with office.reading() as con:
        return {row["handle"] for row in con.execute(sql, {"now": now, "idle": life.idle})}


def _forget_old(con: sqlite3.Connection, life: Lifetime, now: float) -> None:
    con.execute("delete from session where ends_at <= ? or seen_at <= ?", [now, now - life.idle])
