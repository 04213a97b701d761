"""Months are frozen when they are published: in order, once, for good. What is found wrong later counts in the next open month."""

import hashlib
import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from etl.assess.inputs import month_of, next_month
from etl.config import HallError
from etl.office.audit import append
from etl.office.database import Office
from etl.office.reasons import acting

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
Effect = Literal["reversed", "added"]


@dataclass(frozen=True)
class FrozenMonth:
    """A month as it was published; `document` is what the scores were."""

    month: str
    at: str
    actor: str
    snapshot_id: str
    scheme_id: str
    scheme_version: str
    document: Any
    sha256: str

    @property
    def published_on(self) -> date:
        return datetime.fromisoformat(self.at).date()


@dataclass(frozen=True)
class Correction:
    """What was found wrong with a frozen month, made good in an open one.

    `reversed`: the event should not have counted in `month_of`; its points are given back in `month`.
    `added`: the event, in full in `event`, should have counted in `month_of` and counts in `month`.
    """

    number: int
    month: str
    month_of: str
    effect: Effect
    event_id: str
    event: dict[str, Any]
    reason: str
    actor: str
    at: str


def freeze(
    office: Office,
    month: str,
    document: Mapping[str, Any],
    snapshot_id: str,
    scheme_id: str,
    scheme_version: str,
    actor: str,
    now: datetime,
    revision: int | None = None,
) -> FrozenMonth:
    """Freezes a month that is over. Its scores are `document`, computed when the office's acts stood at `revision`.

    The first month frozen may be any; after it they follow one another without a gap. Raises HallError with what to do instead;
    then nothing is written.
    """
    require_month(month)
    acting(actor)
    if month >= month_of(now.date()):
        raise HallError(f"{month} 还没有结束，不能冻结", f"{month} is not over yet and cannot be frozen")
    text = json.dumps(document, ensure_ascii=False)
    made = FrozenMonth(
        month, now.isoformat(timespec="seconds"), actor, snapshot_id, scheme_id, scheme_version, json.loads(text), _sha(text)
    )
    with office.writing() as con:
        last = last_frozen(con)
        if con.execute("select 1 from frozen_month where month = ?", [month]).fetchone() is not None:
            raise HallError(f"{month} 已经冻结，不能再冻结", f"{month} is frozen already and is not frozen again")
        if last is not None and month != next_month(last):
            wanted = next_month(last)
            raise HallError(
                f"月份须依次冻结：{last} 之后应冻结 {wanted}，不能先冻结 {month}",
                f"months are frozen in order: after {last} comes {wanted}, not {month}",
            )
        if revision is not None and revision != revision_in(con):
            raise HallError(
                "得分算出之后又有了新的申诉、更正或巡查记录，请重新打开页面核对后再冻结",
                "an appeal, a correction or a finding came in after these scores were computed; look at them again before freezing",
            )
        con.execute(
            "insert into frozen_month values (?, ?, ?, ?, ?, ?, ?, ?)",
            [month, made.at, actor, snapshot_id, scheme_id, scheme_version, text, made.sha256],
        )
        append(
            con, actor, "month.frozen", month, now,
            {"snapshot": snapshot_id, "scheme": scheme_id, "scheme_version": scheme_version, "sha256": made.sha256},
        )  # fmt: skip
    return made


def frozen(office: Office, month: str) -> FrozenMonth | None:
    """The month as it was published; None while it is open."""
    with office.reading() as con:
        row = con.execute("select * from frozen_month where month = ?", [month]).fetchone()
    return None if row is None else FrozenMonth(**{**dict(row), "document": json.loads(row["document"])})


def frozen_months(office: Office) -> list[str]:
    """In order."""
    with office.reading() as con:
        return [row["month"] for row in con.execute("select month from frozen_month order by month")]


def altered_months(office: Office) -> list[str]:
    """Months whose document is not the one that the audit trail tells of: somebody changed it past the refusal."""
    with office.reading() as con:
        told = {
            row["subject"]: json.loads(row["detail"])["sha256"]
            for row in con.execute("select subject, detail from audit where action = 'month.frozen'")
        }
        kept = {row["month"]: _sha(row["document"]) for row in con.execute("select month, document from frozen_month")}
    return sorted(month for month in told.keys() | kept.keys() if told.get(month) != kept.get(month))


def revision(office: Office) -> int:
    """Counts the acts that scores depend on: scores computed at an earlier one are stale."""
    with office.reading() as con:
        return revision_in(con)


def corrections(office: Office, month: str | None = None) -> list[Correction]:
    """In order; those that count in this month where one is named."""
    with office.reading() as con:
        found = con.execute("select * from correction where :month is null or month = :month order by number", {"month": month})
        return [Correction(**{**dict(row), "event": json.loads(row["event"])}) for row in found]


# What the other services need within their own transactions.


def revision_in(con: sqlite3.Connection) -> int:
    return int(con.execute("select number from assessment_revision").fetchone()["number"])


def last_frozen(con: sqlite3.Connection) -> str | None:
    found = con.execute("select max(month) as month from frozen_month").fetchone()["month"]
    return None if found is None else str(found)


def is_frozen_in(con: sqlite3.Connection, month: str) -> bool:
    """Whether a month is closed to changes: frozen itself, or before the first that was."""
    last = last_frozen(con)
    return last is not None and month <= last


def open_month(con: sqlite3.Connection, month: str) -> str:
    """The month in which something of this month counts now: itself, or the next open one."""
    last = last_frozen(con)
    return month if last is None or month > last else next_month(last)


def correct(
    con: sqlite3.Connection, month: str, effect: Effect, event_id: str, event: Mapping[str, Any], reason: str, actor: str, now: datetime
) -> str:
    """Writes a correction of a frozen month into the next open one, which is returned. The caller writes the act's trace."""
    counts_in = open_month(con, month)
    con.execute(
        "insert into correction (month, month_of, effect, event_id, event, reason, actor, at) values (?, ?, ?, ?, ?, ?, ?, ?)",
        [counts_in, month, effect, event_id, json.dumps(dict(event), ensure_ascii=False), reason, actor, now.isoformat(timespec="seconds")],
    )
    return counts_in


def require_month(month: str) -> str:
    """Raises HallError unless it is written like 2018-10."""
    if not MONTH.fullmatch(month):
        raise HallError(f"月份“{month}”应写成 2018-10", f"the month {month!r} should be written as in 2018-10")
    return month


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
