"""The audit trail: who did what to which subject and when. Append-only; a chain of hashes shows whether it was tampered with."""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from etl.office.database import Office

BEGINNING = "0" * 64


@dataclass(frozen=True)
class AuditEntry:
    """One act. `action` is a dotted verb such as `signal.acknowledged`; `detail` is JSON without personal data."""

    number: int
    at: str
    actor: str
    action: str
    subject: str
    detail: str
    hash: str


def append(
    con: sqlite3.Connection, actor: str, action: str, subject: str, now: datetime, detail: Mapping[str, object] | None = None
) -> AuditEntry:
    """Adds an entry inside the caller's transaction, so that an act and its trace are kept together or not at all."""
    last = con.execute("select number, hash from audit order by number desc limit 1").fetchone()
    number, former = (last["number"] + 1, last["hash"]) if last else (1, BEGINNING)
    text = json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True)
    at = now.isoformat(timespec="seconds")
    entry = AuditEntry(number, at, actor, action, subject, text, _hash(former, number, at, actor, action, subject, text))
    con.execute("insert into audit values (:number, :at, :actor, :action, :subject, :detail, :hash)", asdict(entry))
    return entry


def entries(office: Office, limit: int = 1000, action: str | None = None, subject: str | None = None) -> list[AuditEntry]:
    """The newest entries first; of one action or subject where they are given. `action` may be a beginning such as `signal.`."""
    with office.reading() as con:
        found = con.execute(
            "select * from audit where (:action is null or substr(action, 1, length(:action)) = :action) "
            "and (:subject is null or subject = :subject) order by number desc limit :most",
            {"action": action, "subject": subject, "most": limit},
        )
        return [AuditEntry(**dict(row)) for row in found]


def verify(office: Office) -> int | None:
    """The number of the first entry that does not follow from the ones before it; None when the whole chain holds.

    Entries cut off at the end leave a chain that holds: compare the last hash with a copy kept elsewhere.
    """
    former, expected = BEGINNING, 1
    with office.reading() as con:
        for row in con.execute("select * from audit order by number"):
            entry = AuditEntry(**dict(row))
            fields = (entry.at, entry.actor, entry.action, entry.subject, entry.detail)
            if entry.number != expected or entry.hash != _hash(former, entry.number, *fields):
                return entry.number
            former, expected = entry.hash, expected + 1
    return None


def _hash(former: str, number: int, *fields: str) -> str:
    return hashlib.sha256(json.dumps([former, number, *fields], ensure_ascii=False).encode()).hexdigest()
