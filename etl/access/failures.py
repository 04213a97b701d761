"""Failed sign-ins: after some of them an address, a name at an address, and at last a name have to wait, each time longer.

It is kept in the database, so that a restart does not clear it; names that do not exist are not kept, so that it does not grow.
"""

import sqlite3
from dataclasses import dataclass

from etl.office import Office

FORGOTTEN_AFTER = 24 * 3600


@dataclass(frozen=True)
class Limit:
    """Failures that are free, then the first wait and the longest, in seconds; each further failure doubles it."""

    free: int
    first: float
    longest: float

    def wait(self, failures: int) -> float:
        return 0.0 if failures < self.free else min(self.first * 2.0 ** min(failures - self.free, 30), self.longest)


# A name at an address waits early. A name everywhere waits late and briefly: else a colleague could lock one out at will.
# An address waits after more failures than a person makes.
PAIR = Limit(5, 30, 15 * 60)
EVERYWHERE = Limit(30, 60, 5 * 60)
ADDRESS = Limit(20, 30, 60 * 60)


def _subjects(name: str | None, address: str) -> list[tuple[str, Limit]]:
    found = [(f"address:{address}", ADDRESS)]
    if name is not None:
        found += [(f"name:{name}@{address}", PAIR), (f"name:{name}", EVERYWHERE)]
    return found


def waiting(office: Office, name: str, address: str, now: float) -> float:
    """Seconds that this name at this address has yet to wait; 0 when it may try."""
    subjects = [subject for subject, _ in _subjects(name, address)]
    with office.reading() as con:
        row = con.execute(
            f"select max(locked_until) as until from failure where subject in ({', '.join('?' * len(subjects))})",  # noqa: S608
            subjects,
        ).fetchone()
    return max(0.0, float(row["until"] or 0) - now)


def failed(con: sqlite3.Connection, name: str | None, address: str, now: float) -> bool:
    """Counts a failure, within the caller's transaction. Whether it made somebody wait."""
    con.execute("delete from failure where last_at < ?", [now - FORGOTTEN_AFTER])
    has_locked = False
    for subject, limit in _subjects(name, address):
        row = con.execute("select failures from failure where subject = ?", [subject]).fetchone()
        failures = 1 + (row["failures"] if row else 0)
        wait = limit.wait(failures)
        has_locked |= wait > 0
        con.execute(
            "insert into failure values (?, ?, ?, ?) on conflict (subject) do update "
            "set failures = excluded.failures, last_at = excluded.last_at, locked_until = excluded.locked_until",
            [subject, failures, now, now + wait if wait else 0],
        )
    return has_locked


def forgiven(con: sqlite3.Connection, name: str, address: str) -> None:
    """A right password clears the name; the address keeps its count, or one good account would free it for guessing."""
    con.execute("delete from failure where subject in (?, ?)", [f"name:{name}@{address}", f"name:{name}"])
