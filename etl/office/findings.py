"""Findings of a patrol entered on the page: held to the same contract as a file of them, kept version by version, never removed.

A correction takes the place of the version before it, or of a loaded record; what it stands for stays readable. Every version is an
event of its own, so that an appeal speaks of what was written when it was made.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from etl.assess.documents import to_document
from etl.assess.inputs import Event, month_of
from etl.config import HallError
from etl.ingest.single import Judged, judge
from etl.office.appeals import appeal_of
from etl.office.audit import append
from etl.office.database import Office
from etl.office.freezing import correct as write_correction
from etl.office.freezing import is_frozen_in, open_month
from etl.office.reasons import acting, checked
from etl.records import contract

RECORD = "patrol"
Act = Literal["entered", "corrected", "withdrawn"]
FREE_TEXT = ("finding", "remark")
# What the office fills in by itself; nobody types it.
OWN_FIELDS = ("patrol_no", "patrol_result", "sync_operation", "synced_at")


@dataclass(frozen=True)
class Finding:
    """One version of a finding. `cells`: the fields of the patrol contract as text; `counts_in`: the month in which it counts."""

    finding_id: str
    version: int
    act: Act
    day: date
    counts_in: str
    window_name: str
    staff_no: str
    cells: dict[str, str]
    replaces: str
    reason: str
    actor: str
    at: str

    @property
    def event_id(self) -> str:
        return f"finding:{self.finding_id}:{self.version}"

    @property
    def event(self) -> Event:
        return Event(
            self.event_id, self.day, self.cells["event_kind"], Decimal(1), 0, self.staff_no, self.window_name,
            self.cells.get("department", ""), "", "patrol", self.finding_id, str(self.version),
            self.cells.get("patrol_source") == "electronic",
        )  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    """A finding that came by file, as the snapshot has it."""

    event_id: str
    day: date
    cells: Mapping[str, str]


def judged(cells: Mapping[str, str], finding_id: str = "") -> Judged:
    """What the loader would say of a file with this record; the number is the office's own to give."""
    return judge(contract(RECORD), {**cells, "patrol_no": finding_id or "—", "patrol_result": "found"})


def enter(office: Office, cells: Mapping[str, str], actor: str, now: datetime, as_correction: bool = False) -> Finding:
    """Writes a new finding. One of a frozen month is refused unless it is to count, as a correction, in the next open month.

    Raises HallError with what to do instead; then nothing is written.
    """
    acting(actor)
    kept, day = _valid(cells, now)
    with office.writing() as con:
        month = month_of(day)
        if is_frozen_in(con, month) and not as_correction:
            wanted = open_month(con, month)
            raise HallError(
                f"{month} 已冻结，不再录入；请作为更正计入下一个未冻结的月份 {wanted}",
                f"{month} is frozen; what is found now enters as a correction in the next open month, {wanted}",
            )
        made = _made(con, _next_id(con), 1, "entered", day, kept, "", "", actor, now)
        _keep(con, made, now)
    return made


def correct(office: Office, target: str | Loaded, cells: Mapping[str, str], reason: str, actor: str, now: datetime) -> Finding:
    """Writes what a finding should have said; `target` is its number, or the loaded record. Points of a frozen month are made good
    in the next open one. Raises HallError with what to do instead; then nothing is written."""
    acting(actor)
    why = checked(reason)
    kept, day = _valid(cells, now)
    return _replace(office, target, "corrected", kept, day, why, actor, now)


def withdraw(office: Office, target: str | Loaded, reason: str, actor: str, now: datetime) -> Finding:
    """Takes a finding back; it stays readable. Raises HallError with what to do instead; then nothing is written."""
    acting(actor)
    return _replace(office, target, "withdrawn", None, None, checked(reason), actor, now)


def findings(office: Office, first: date | None = None, last: date | None = None) -> list[Finding]:
    """The newest version of each finding, withdrawn ones too, by day; of these days where they are named."""
    with office.reading() as con:
        rows = con.execute(
            "select * from finding f where version = (select max(version) from finding g where g.finding_id = f.finding_id) "
            "and (:first is null or day >= :first) and (:last is null or day <= :last) order by day, finding_id",
            {"first": None if first is None else first.isoformat(), "last": None if last is None else last.isoformat()},
        ).fetchall()
    return [_finding(row) for row in rows]


def versions(office: Office, finding_id: str) -> list[Finding]:
    """All versions of a finding, the first first."""
    with office.reading() as con:
        return [_finding(row) for row in con.execute("select * from finding where finding_id = ? order by version", [finding_id])]


def standing_for(office: Office, event_id: str) -> Finding | None:
    """What the office has written in place of a loaded record; None when the record stands as it came."""
    with office.reading() as con:
        return _standing_for(con, event_id)


def _valid(cells: Mapping[str, str], now: datetime) -> tuple[dict[str, str], date]:
    """The fields as the loader would keep them, as text, and the day. Raises HallError with all that is wrong."""
    found = judged(cells)
    if found.faults:
        raise HallError("；".join(fault.zh for fault in found.faults), "; ".join(fault.en for fault in found.faults))
    kept = {name: _text(value) for name, value in found.values.items() if value is not None and name not in OWN_FIELDS}
    for name in FREE_TEXT:
        checked(kept.get(name, ""), is_required=False)
    day = date.fromisoformat(kept["patrolled_on"])
    if day > now.date():
        raise HallError(f"巡查日期 {day} 还没有到", f"the day of the patrol, {day}, is yet to come")
    return kept, day


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value)


def _replace(
    office: Office,
    target: str | Loaded,
    act: Act,
    cells: dict[str, str] | None,
    day: date | None,
    reason: str,
    actor: str,
    now: datetime,
) -> Finding:
    """The next version of a finding, or the first one that stands for a loaded record."""
    with office.writing() as con:
        if isinstance(target, Loaded):
            standing = _standing_for(con, target.event_id)
            if standing is not None:
                raise HallError(
                    f"该记录已由 {standing.finding_id} 更正，请在其上继续更正",
                    f"this record is corrected by {standing.finding_id} already; correct that one",
                )
            event_id, counted_in, former_day, former_cells = target.event_id, month_of(target.day), target.day, dict(target.cells)
            finding_id, version, replaces = _next_id(con), 1, target.event_id
        else:
            former = _last(con, target)
            if former.act == "withdrawn":
                raise HallError(f"{target} 已撤销，请另行录入", f"{target} is withdrawn; enter a new one")
            event_id, counted_in, former_day, former_cells = former.event_id, former.counts_in, former.day, former.cells
            finding_id, version, replaces = former.finding_id, former.version + 1, former.replaces
        _refuse_disputed(con, event_id)
        made = _made(con, finding_id, version, act, day or former_day, cells or former_cells, replaces, reason, actor, now)
        was_added = con.execute("select 1 from correction where event_id = ? and effect = 'added'", [event_id]).fetchone() is not None
        if was_added or is_frozen_in(con, counted_in):
            write_correction(con, counted_in, "reversed", event_id, {}, reason, actor, now)
        _keep(con, made, now, former=event_id)
    return made


def _refuse_disputed(con: sqlite3.Connection, event_id: str) -> None:
    found = appeal_of(con, event_id)
    if found is not None and found.state == "open":
        raise HallError("该记录正在申诉中，请先处理申诉", "this finding is under appeal; decide the appeal first")
    if found is not None and found.state == "granted":
        raise HallError("该记录的申诉已获支持，不再更正", "the appeal against this finding was granted; it is not corrected any more")


def _made(
    con: sqlite3.Connection,
    finding_id: str,
    version: int,
    act: Act,
    day: date,
    cells: Mapping[str, str],
    replaces: str,
    reason: str,
    actor: str,
    now: datetime,
) -> Finding:
    counts_in = open_month(con, month_of(day))
    window, staff_no = cells.get("window_name", ""), cells.get("staff_no", "")
    return Finding(
        finding_id, version, act, day, counts_in, window, staff_no, dict(cells), replaces, reason, actor,
        now.isoformat(timespec="seconds"),
    )  # fmt: skip


def _keep(con: sqlite3.Connection, made: Finding, now: datetime, former: str = "") -> None:
    con.execute(
        "insert into finding (finding_id, version, act, day, counts_in, window_name, staff_no, cells, replaces, reason, actor, at) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            made.finding_id, made.version, made.act, made.day.isoformat(), made.counts_in, made.window_name, made.staff_no,
            json.dumps(made.cells, ensure_ascii=False), made.replaces, made.reason, made.actor, made.at,
        ],
    )  # fmt: skip
    month = month_of(made.day)
    if made.act != "withdrawn" and made.counts_in != month:
        write_correction(con, month, "added", made.event_id, to_document(made.event), made.reason, made.actor, now)
    # The trail says what was done to which finding; the words and names of the finding itself stay out of it.
    detail = {
        "version": made.version, "replaces": former, "kind": made.cells.get("event_kind", ""), "counts_in": made.counts_in,
        "reason": made.reason,
    }  # fmt: skip
    append(con, made.actor, f"finding.{made.act}", made.finding_id, now, detail)


def _next_id(con: sqlite3.Connection) -> str:
    row = con.execute("select count(distinct finding_id) + 1 as number from finding").fetchone()
    return f"OF{row['number']:06d}"


def _last(con: sqlite3.Connection, finding_id: str) -> Finding:
    row = con.execute("select * from finding where finding_id = ? order by version desc limit 1", [finding_id]).fetchone()
    if row is None:
        raise HallError(f"没有巡查记录 {finding_id}", f"there is no finding {finding_id}")
    return _finding(row)


def _standing_for(con: sqlite3.Connection, event_id: str) -> Finding | None:
    row = con.execute("select * from finding where replaces = ? order by version desc limit 1", [event_id]).fetchone()
    return None if row is None else _finding(row)


def _finding(row: sqlite3.Row) -> Finding:
    values = {name: row[name] for name in row.keys() if name != "number"}  # noqa: SIM118
    return Finding(**{**values, "day": date.fromisoformat(row["day"]), "cells": json.loads(row["cells"])})
