"""The list of reports that were asked for: who, when, of what, what became of them. Kept in the office's own database."""

import contextlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from dashboard.reports.asking import Asked, Format, Outcome, require, snapshot_of
from dashboard.reports.plan import Audience
from etl.access.principal import Principal
from etl.config import Home
from etl.office import append, open_office

State = Literal["waiting", "running", "done", "failed", "cancelled"]
ACTOR = "local"
# A worker says that it lives at every step of a report; the longest step is the charts' with its own limit.
SILENT = timedelta(minutes=5)


@dataclass(frozen=True)
class File:
    """One file of a report. One that was written elsewhere (by the command line) is not kept here."""

    format: Format
    name: str
    sha256: str
    bytes: int
    is_kept: bool


@dataclass(frozen=True)
class Job:
    """One report that was asked for."""

    number: int
    batch: str
    kind: str
    period: str
    audience: Audience
    formats: tuple[str, ...]
    document_number: str
    snapshot_id: str
    is_draft: bool
    state: State
    share: float
    step: str
    message: str
    actor: str
    asked_at: str
    finished_at: str | None
    files: tuple[File, ...]
    division: str = ""

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed", "cancelled")


class Cancelled(Exception):  # noqa: N818  (it is no error)
    """The report is no longer wanted."""


def folder(home: Home, number: int) -> Path:
    """Where the files of a report lie."""
    return home.root / "reports" / f"{number:06d}"


def ask(home: Home, wanted: Sequence[Asked], actor: str, now: datetime, batch: str = "") -> list[int]:
    """Puts reports on the list, all from the snapshot that is current now. Returns their numbers. Raises HallError when there is none."""
    identifier = snapshot_of(home)[0].stem
    numbers: list[int] = []
    with open_office(home).writing() as con:
        for one in wanted:
            row = con.execute(
                "insert into report_job "
                "(batch, kind, period, audience, formats, document_number, snapshot_id, is_draft, state, actor, asked_at, division) "
                "values (?, ?, ?, ?, ?, ?, ?, 1, 'waiting', ?, ?, ?) returning number",
                [
                    batch,
                    one.kind,
                    one.period,
                    one.audience,
                    ",".join(one.formats),
                    one.number,
                    one.snapshot_id or identifier,
                    actor,
                    _said(now),
                    one.division,
                ],
            ).fetchone()
            numbers.append(int(row["number"]))
            append(con, actor, "report.asked", f"report:{row['number']}", now, _detail(one, one.snapshot_id or identifier))
    return numbers


def record(home: Home, asked: Asked, outcome: Outcome, actor: str, now: datetime) -> int:
    """Puts on the list what the command line has made already; its files are not kept here."""
    stamp = outcome.report.stamp
    with open_office(home).writing() as con:
        row = con.execute(
            "insert into report_job "
            "(batch, kind, period, audience, formats, snapshot_id, is_draft, state, share, actor, asked_at, finished_at, division) "
            "values ('', ?, ?, ?, ?, ?, ?, 'done', 1, ?, ?, ?, ?) returning number",
            [
                asked.kind, stamp.period.key, asked.audience, ",".join(asked.formats), stamp.snapshot_id, stamp.is_draft, actor, _said(now),
                _said(now), asked.division,
            ],
        ).fetchone()  # fmt: skip
        number = int(row["number"])
        _keep_files(con, number, outcome, is_kept=False)
        append(con, actor, "report.made", f"report:{number}", now, _detail(asked, stamp.snapshot_id))
    return number


def claim(home: Home, worker: int, now: datetime) -> Job | None:
    """The next report to make, now this worker's; None when there is none or another worker is at work.

    What a dead worker left is made anew.
    """
    with open_office(home).writing() as con:
        for row in con.execute("select number, worker, seen_at from report_job where state = 'running'").fetchall():
            if row["worker"] != worker and _lives(row["worker"], row["seen_at"], now):
                return None
            con.execute("update report_job set state = 'waiting', worker = null where number = ?", [row["number"]])
        row = con.execute("select number from report_job where state = 'waiting' order by number limit 1").fetchone()
        if row is None:
            return None
        con.execute(
            "update report_job set state = 'running', worker = ?, seen_at = ?, share = 0, message = '' where number = ?",
            [worker, _said(now), row["number"]],
        )
        return _job(con, row["number"])


def advance(home: Home, number: int, share: float, step: str, now: datetime) -> None:
    """Says how far a report is. Raises Cancelled when it is no longer wanted."""
    with open_office(home).writing() as con:
        changed = con.execute(
            "update report_job set share = ?, step = ?, seen_at = ? where number = ? and state = 'running'",
            [share, step, _said(now), number],
        ).rowcount
    if not changed:
        raise Cancelled


def finish(home: Home, number: int, outcome: Outcome, now: datetime) -> None:
    """The report is made."""
    message = " ".join(zh for zh, _ in outcome.warnings)
    with open_office(home).writing() as con:
        con.execute(
            "update report_job set state = 'done', share = 1, step = '', message = ?, is_draft = ?, finished_at = ? where number = ?",
            [message, outcome.report.stamp.is_draft, _said(now), number],
        )
        _keep_files(con, number, outcome, is_kept=True)
        actor = con.execute("select actor from report_job where number = ?", [number]).fetchone()["actor"]
        append(con, actor, "report.made", f"report:{number}", now, {"sha256": [made.sha256 for made in outcome.files]})


def fail(home: Home, number: int, message: str, now: datetime) -> None:
    """The report could not be made."""
    with open_office(home).writing() as con:
        con.execute("update report_job set state = 'failed', message = ?, finished_at = ? where number = ?", [message, _said(now), number])


def cancel(home: Home, numbers: Sequence[int], actor: str, now: datetime) -> None:
    """What is not made yet is no longer wanted; a worker stops at its next step."""
    _turn(home, numbers, ("waiting", "running"), "cancelled", "report.cancelled", actor, now)


def resume(home: Home, numbers: Sequence[int], actor: str, now: datetime) -> None:
    """Wants again what was cancelled or failed; what is made stays."""
    _turn(home, numbers, ("cancelled", "failed"), "waiting", "report.resumed", actor, now)


def downloaded(home: Home, number: int, kind: str, who: Principal, now: datetime) -> bytes:
    """The bytes of a file that was made, with an entry in the trail. Nothing is made anew.

    Raises NotAllowedError when the version is not for this person.
    """
    job = next(one for one in jobs(home, number=number))
    require(who, job.audience, job.division)
    file = next(one for one in job.files if one.format == kind and one.is_kept)
    content = (folder(home, number) / file.name).read_bytes()
    with open_office(home).writing() as con:
        append(con, who.name, "report.downloaded", f"report:{number}", now, {"format": kind, "sha256": file.sha256})
    return content


def jobs(home: Home, limit: int = 100, number: int | None = None) -> list[Job]:
    """The newest reports first, or the one of that number."""
    with open_office(home).reading() as con:
        rows = con.execute(
            "select number from report_job where (:number is null or number = :number) order by number desc limit :most",
            {"number": number, "most": limit},
        ).fetchall()
        return [_job(con, row["number"]) for row in rows]


def known_file(home: Home, sha256: str) -> Job | None:
    """The report that has a file with these bytes."""
    with open_office(home).reading() as con:
        row = con.execute("select job from report_file where sha256 = ? order by job limit 1", [sha256]).fetchone()
        return None if row is None else _job(con, row["job"])


def _turn(home: Home, numbers: Sequence[int], from_states: Sequence[str], to: str, action: str, actor: str, now: datetime) -> None:
    with open_office(home).writing() as con:
        for number in numbers:
            row = con.execute("select state from report_job where number = ?", [number]).fetchone()
            if row is not None and row["state"] in from_states:
                con.execute("update report_job set state = ?, worker = null where number = ?", [to, number])
                append(con, actor, action, f"report:{number}", now)


def _keep_files(con: sqlite3.Connection, number: int, outcome: Outcome, is_kept: bool) -> None:
    con.execute("delete from report_file where job = ?", [number])
    for made in outcome.files:
        con.execute(
            "insert into report_file values (?, ?, ?, ?, ?, ?)", [number, made.format, made.path.name, made.sha256, made.bytes, is_kept]
        )


def _job(con: sqlite3.Connection, number: int) -> Job:
    row = con.execute("select * from report_job where number = ?", [number]).fetchone()
    files = tuple(
        File(file["format"], file["name"], file["sha256"], file["bytes"], bool(file["is_kept"]))
        for file in con.execute("select * from report_file where job = ? order by format", [number])
    )
    return Job(
        row["number"], row["batch"], row["kind"], row["period"], row["audience"], tuple(row["formats"].split(",")),
        row["document_number"], row["snapshot_id"],
        bool(row["is_draft"]), row["state"], row["share"], row["step"], row["message"], row["actor"], row["asked_at"], row["finished_at"],
        files, row["division"],
    )  # fmt: skip


def _lives(worker: int | None, seen_at: str | None, now: datetime) -> bool:
    """Whether the worker of a running report is still there."""
    if worker is None or seen_at is None or now - datetime.fromisoformat(seen_at) > SILENT:
        return False
    state = Path(f"/proc/{worker}/stat")
    if not Path("/proc/self/stat").exists():
        return True
    with contextlib.suppress(OSError):
        return state.read_text("utf-8", "replace").rpartition(")")[2].split()[0] not in ("Z", "X")
    return False


def _said(now: datetime) -> str:
    return now.isoformat(timespec="seconds")


def _detail(asked: Asked, snapshot_id: str) -> dict[str, object]:
    division = {"division": asked.division} if asked.division else {}
    return {"period": asked.period, "audience": asked.audience, "formats": list(asked.formats), "snapshot": snapshot_id, **division}
