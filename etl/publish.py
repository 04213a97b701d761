"""Publishes what was built as an immutable, masked snapshot, checks it, and makes it current in one step; takes it back."""

import contextlib
import hashlib
import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from etl.config import HallError, Home, settings_from
from etl.divisions import CASES_LEFT, SHARED, described, divisions_of, write_divisions
from etl.ingest.warehouse import LAKE_MARK
from etl.quarantinecounts import write_quarantine
from etl.records.masking import masked_person
from etl.soundness import IDENTIFIER, current_id, damage_of, digest_of, manifest_of, next_moment, sealed
from etl.whole import write_whole

READING: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": False, "lock_configuration": True}
# Bytes of a block. With DuckDB's usual 262144 the many small columns leave half of a county's file empty, and a server that keeps blocks
# in memory keeps as much of nothing; in blocks under 65536 texts are packed worse.
BLOCK = 65536
COPIED = (
    "fact_application", "fact_one_window", "fact_one_window_part",
    "fact_item", "fact_item_change", "fact_certificate_missing", "fact_unit_access", "fact_cancelled_proof",
    "ref_answer_rule", "fact_answer", "fact_answer_stop",
    "fact_staff_post", "fact_leave", "fact_patrol", "fact_assess_event",
    "ref_supervision_rule", "ref_supervision_level", "fact_signal",
    "ref_calendar", "ref_workday", "ref_suspension_rule", "ref_time_rule", "fact_suspension", "batch", "batch_warning", "meta",
)  # fmt: skip
QUEUE = ("ref_service_session", "ref_service_zone", "fact_ticket", "fact_window_session")
ORDER = ("division", "day", "received_on", "taken_at", "department", "window_name", "case_no")
# An organisation is public and named in full; where its file does not say what an applicant is, only a name that can be no person's is.
ORGANISATION_WORDS = "(公司|集团|银行|合作社|委员会|人民政府)$"
HIDDEN_COLUMNS = frozenset({"headers", "approved_by", "result", "remark"})
FORBIDDEN = re.compile(
    r"(^|_)(id_no|phone|mobile|address|uscc|holder|remark|title|agent|cert_no|certificate_no|raw|cells|value|extra)($|_)"
)


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds: rows of each table, totals, versions, the checks it passed, the hash of its content and of its file.

    `is_new` is False when the content equals the current snapshot's, so that no new version was made.
    """

    id: str
    content: str
    published_at: str
    as_of: str
    versions: dict[str, str]
    tables: dict[str, int]
    totals: dict[str, int]
    checks: list[str]
    batches: int
    sha256: str = ""
    is_new: bool = True
    is_current: bool = False


def current(home: Home) -> Path | None:
    """The file of the current snapshot; None when none is published. Raises HallError when it is named but gone.

    Whether its bytes are as they were published, `etl/soundness.py` says.
    """
    identifier = current_id(home)
    if identifier is None:
        return None
    path = _file(home, identifier)
    if not path.exists():
        raise HallError(
            f"当前版本 {identifier} 的文件不见了；请运行 hall publish 重新发布，或用 hall rollback 退回",
            f"the file of snapshot {identifier} is gone; run hall publish again, or hall rollback",
        )
    return path


def open_snapshot(path: Path) -> duckdb.DuckDBPyConnection:
    """A snapshot for reading only: no file, no network and no setting can be reached through it."""
    return duckdb.connect(str(path), read_only=True, config=READING)


def snapshots(home: Home) -> list[Manifest]:
    """All versions whose manifest can be read, the newest first; `is_current` marks the one that is shown.

    The others are told by `damaged` of `etl/soundness.py`.
    """
    try:
        now = current_id(home)
    except HallError:
        now = None
    found = []
    for path in home.snapshots.glob("*.json"):
        if IDENTIFIER.match(path.stem) and path.with_suffix(".duckdb").exists():
            with contextlib.suppress(HallError):
                found.append(Manifest(**manifest_of(path)))
    marked = [Manifest(**{**asdict(manifest), "is_current": manifest.id == now}) for manifest in found]
    return sorted(marked, key=lambda manifest: manifest.id, reverse=True)


def rollback(home: Home, id: str | None = None) -> str:
    """Makes an earlier version current: `id`, else the nearest sound one before the current. Returns its id.

    Raises HallError when there is none, naming those there are, and when the one asked for is damaged.
    """
    known = [manifest.id for manifest in snapshots(home)]
    if id is None:
        now = current_id(home)
        earlier = [one for one in known if now is not None and one < now and damage_of(_file(home, one)) is None]
        if not earlier:
            raise HallError("没有更早的版本可以退回", "there is no earlier version to go back to")
        id = earlier[0]
    if id not in known:
        listed = "、".join(known) or "（无）"
        raise HallError(f"没有版本 {id}；现有：{listed}", f"no snapshot {id}; known: {', '.join(known) or 'none'}")
    if (damage := damage_of(_file(home, id))) is not None:
        raise damage.refusal
    _make_current(home, id)
    return id


def publish(con: duckdb.DuckDBPyConnection, home: Home, now: datetime | None = None) -> Manifest:
    """Writes a snapshot of what was built and makes it current; the former ones stay until they are old.

    Killed at any instant it leaves the former version current: the file is written under another name, checked, named, and only then
    pointed to. Unchanged content makes no new version. Raises HallError when nothing is built or a check fails.
    """
    moment = now or datetime.now()
    home.make()
    _sweep(home)
    if not _tables(con, "mart_%"):
        raise HallError("尚未生成统计：请先运行 hall build", "nothing is built yet: run hall build first")
    working = home.tmp / f"snapshot-{os.getpid()}-{moment:%Y%m%dT%H%M%S}.duckdb"
    try:
        expected = _write(con, home, working)
        manifest = _checked(working, expected, moment)
        former = _former(home)
        if former is not None and former.content == manifest.content:
            return Manifest(**{**asdict(former), "is_new": False, "is_current": True})
        _sync(working)
        manifest = Manifest(**{**asdict(manifest), "id": _free_id(home, manifest), "sha256": digest_of(working)})
        _put_in_place(home, working, manifest)
    finally:
        working.unlink(missing_ok=True)
        Path(f"{working}.wal").unlink(missing_ok=True)
    _make_current(home, manifest.id)
    _remove_old(home, manifest.id, moment - timedelta(days=settings_from(home).keep_snapshot_days))
    return Manifest(**{**asdict(manifest), "is_current": True})


def _file(home: Home, identifier: str) -> Path:
    return home.snapshots / f"{identifier}.duckdb"


def _former(home: Home) -> Manifest | None:
    """The current version, unless it is damaged: the same content is then published anew."""
    identifier = current_id(home)
    if identifier is None or damage_of(_file(home, identifier)) is not None:
        return None
    return Manifest(**manifest_of(home.snapshots / f"{identifier}.json"))


def _tables(con: duckdb.DuckDBPyConnection, like: str) -> list[str]:
    found = con.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = current_database() and table_schema = 'main' and table_name like ? order by 1",
        [like],
    ).fetchall()
    return [name for (name,) in found]


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in con.execute("select column_name from (describe " + table + ")").fetchall()]


def masked_applicant(kind: str, name: str) -> str:
    """SQL of an applicant's name as it is published; `kind` is the column of what the file says an applicant is."""
    by_name = f"({kind} is null and length({name}) >= 5 and regexp_matches({name}, '{ORGANISATION_WORDS}'))"
    return f"case when {name} = '' then '' when {kind} = 'organisation' or {by_name} then {name} else {masked_person(name)} end"


def _selected(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """The SELECT that copies a table: personal columns left out, names of persons masked, rows in the order they are asked for.

    A table of counties put together says itself whose each row is; else all are those of the variable `division`.
    """
    columns = [column for column in _columns(con, table) if column not in HIDDEN_COLUMNS]
    applicant = masked_applicant("filed.applicant_type", "shown.applicant_name")
    names = [f"{applicant} as applicant_name" if column == "applicant_name" else f"shown.{column}" for column in columns]
    joined = ""
    if "applicant_name" in columns:
        same = " and shown.division = filed.division" if "division" in columns else ""
        joined = f" left join raw_case as filed on shown.case_no = filed.case_no{same}"
    if "division" not in columns and not SHARED.fullmatch(table):
        names.append("getvariable('division') as division")
    ordered = [f"shown.{column}" for column in ORDER if column in columns]
    order = f" order by {', '.join(ordered)}" if ordered else ""
    return f"select {', '.join(names)} from {table} as shown{joined}{order}"


def _division_of(con: duckdb.DuckDBPyConnection, home: Home) -> str:
    """Whose records the home holds: those of the lake's county, else as hall.toml says; empty where nobody said."""
    found = con.execute("select value from meta where key = ?", [LAKE_MARK]).fetchone() if _tables(con, "meta") else None
    return settings_from(home).division if found is None else str(found[0])


def _write(con: duckdb.DuckDBPyConnection, home: Home, path: Path) -> dict[str, int]:
    """Copies everything a reader may see into a new file. Returns the rows that each table must have there."""
    division = _division_of(con, home)
    con.execute("set variable division = ?", [division])
    present = set(_tables(con, "%"))
    chosen = [*(name for name in (*COPIED, *QUEUE) if name in present), "fact_case", *_tables(con, "mart_%")]
    expected: dict[str, int] = {}
    con.execute(f"attach '{str(path).replace(chr(39), chr(39) * 2)}' as snapshot (block_size {BLOCK})")
    try:
        for table in chosen:
            con.execute(f"create table snapshot.{table} as {_selected(con, table)}")
            expected[table] = _count(con, table)
        write_quarantine(con, _columns(con, "quarantine") if {"quarantine", "quarantine_fault"} <= present else None)
        if "ref_division" in present:
            con.execute("create table snapshot.ref_division as select * from ref_division order by division")
        else:
            write_divisions(con, "snapshot.ref_division", described([division] if division else [], divisions_of(home)))
        con.execute("create index fact_case_no on snapshot.fact_case (case_no)")
        con.execute("checkpoint snapshot")
    finally:
        con.execute("detach snapshot")
    return expected


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    found = con.execute(f"select count(*) from {table}").fetchone()
    return int(found[0]) if found else 0


def _totals(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Totals that must come out the same by two ways: from the cases and from the marts."""
    sql = """
    select
        (select count(*) from fact_case) as cases,
        (select coalesce(sum(received), 0) from mart_case_day) as received,
        (select coalesce(sum(received), 0) from mart_item_day) as received_by_item,
        (select coalesce(sum(received), 0) from mart_case_hour) as received_by_hour,
        (select count(*) from fact_case where is_closed) as closed_cases,
        (select coalesce(sum(closed), 0) from mart_case_day) as closed,
        (select coalesce(sum(closed), 0) from mart_item_day) as closed_by_item,
        (
            select count(*) from fact_case
            where received_on <= (select cast(max(value) as date) from meta where key = 'as_of')
            and (is_open or greatest(closed_on, received_on, started_on) > (select cast(max(value) as date) from meta where key = 'as_of'))
        ) as open_cases,
        (select coalesce(sum(change), 0) from mart_backlog_change) as open,
        (select count(*) from fact_ticket) as tickets,
        (select coalesce(sum(tickets), 0) from mart_ticket_day) as tickets_by_day,
        (select coalesce(sum(tickets), 0) from mart_ticket_half_hour) as tickets_by_half_hour,
        (select coalesce(sum(tickets), 0) from mart_ticket_wait) as tickets_by_wait
    """
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description]
    return {name: int(value) for name, value in zip(names, cursor.fetchone() or (), strict=True)}


# Whoever puts counties together may leave their cases with them: then only counts are there to be compared.
OF_ROWS = frozenset({"cases", "closed_cases", "open_cases", "tickets"})
EQUAL = (
    ("cases", "received"), ("cases", "received_by_item"), ("cases", "received_by_hour"),
    ("closed_cases", "closed"), ("closed_cases", "closed_by_item"), ("open_cases", "open"),
    ("tickets", "tickets_by_day"), ("tickets", "tickets_by_half_hour"), ("tickets", "tickets_by_wait"),
    ("received", "received_by_item"), ("received", "received_by_hour"), ("closed", "closed_by_item"),
    ("tickets_by_day", "tickets_by_half_hour"), ("tickets_by_day", "tickets_by_wait"),
)  # fmt: skip


def _checked(path: Path, expected: dict[str, int], moment: datetime) -> Manifest:
    """Opens the new file as a reader would and looks at it. Raises HallError naming the check that failed."""
    with contextlib.closing(open_snapshot(path)) as con:
        tables = {name: _count(con, name) for name in _tables(con, "%")}
        for name, rows in expected.items():
            _require(
                tables.get(name) == rows,
                f"{name} 行数不符（{tables.get(name)}，应为 {rows}）",
                f"{name} has {tables.get(name)} rows, not {rows}",
            )
        totals = _totals(con)
        are_cases_left = con.execute("select 1 from meta where key = ?", [CASES_LEFT]).fetchone() is not None
        for one, other in EQUAL:
            _require(
                totals[one] == totals[other] or (are_cases_left and one in OF_ROWS),
                f"{one}={totals[one]} 与 {other}={totals[other]} 不等",
                f"{one} {totals[one]} is not {other} {totals[other]}",
            )
        for name in tables:
            for column in _columns(con, name):
                allowed = (name, column) == ("meta", "value")
                _require(allowed or not FORBIDDEN.search(column), f"{name}.{column} 不得发布", f"{name}.{column} must not be published")
        batches = _ledger(con, tables)
        meta = dict(con.execute("select key, value from meta").fetchall())
        content = _content(con, sorted(tables))
    identifier = f"{moment:%Y%m%dT%H%M%S}-{content[:8]}"
    checks = ["rows", "totals", "columns", "ledger", "read_only"]
    versions = {key: value for key, value in meta.items() if key.endswith("_version")}
    return Manifest(identifier, content, moment.isoformat(timespec="seconds"), meta["as_of"], versions, tables, totals, checks, batches)


def _ledger(con: duckdb.DuckDBPyConnection, tables: dict[str, int]) -> int:
    """Batches in the ledger, each of which must account for every record it read."""
    if "batch" not in tables:
        return 0
    lost = con.execute("select file from batch where read <> inserted + updated + unchanged + superseded + quarantined limit 1").fetchone()
    if lost is not None:
        raise HallError(
            f"发布前核对未通过：{lost[0]} 的账目不平", f"the check before publishing failed: the ledger of {lost[0]} does not add up"
        )
    return tables["batch"]


def _require(holds: bool, zh: str, en: str) -> None:
    if not holds:
        raise HallError(f"发布前核对未通过：{zh}；当前版本未变", f"the check before publishing failed: {en}; the current version stays")


def _content(con: duckdb.DuckDBPyConnection, tables: list[str]) -> str:
    """Hash of all rows of all tables, whatever their order, the time of the build left out."""
    digest = hashlib.sha256()
    for table in tables:
        chosen = " where key <> 'built_at'" if table == "meta" else ""
        found = con.execute(f"select count(*), bit_xor(hash({table})), sum(hash({table})::hugeint) from {table}{chosen}").fetchone()
        digest.update(f"{table}:{','.join(_columns(con, table))}:{found}\n".encode())
    return digest.hexdigest()


def _free_id(home: Home, manifest: Manifest) -> str:
    """The id, later than every other: ids stand in the order of publishing, even when the clock was set back."""
    moment = next_moment(home, datetime.fromisoformat(manifest.published_at))
    return f"{moment:%Y%m%dT%H%M%S}-{manifest.content[:8]}"


def _sync(path: Path) -> None:
    """The file or folder is on the disk when this returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(home: Home, target: Path, text: str) -> None:
    """Writes a small file so that a reader sees the old text or the new one, never half of it."""
    write_whole(target, text, home.tmp / f"{target.name}-{os.getpid()}")
    _sync(target.parent)


def _put_in_place(home: Home, working: Path, manifest: Manifest) -> None:
    working.replace(_file(home, manifest.id))
    document = {key: value for key, value in asdict(manifest).items() if key not in ("is_new", "is_current")}
    _replace(home, home.snapshots / f"{manifest.id}.json", sealed(document))


def _make_current(home: Home, identifier: str) -> None:
    _replace(home, home.snapshots / "current", identifier + "\n")


def _left_over(home: Home) -> Iterator[Path]:
    yield from home.tmp.glob("snapshot-*")
    yield from home.tmp.glob("current-*")
    yield from home.tmp.glob("*.json-*")
    now = current_id(home)
    for path in home.snapshots.glob("*.duckdb"):
        if not path.with_suffix(".json").exists() and path.stem != now:
            yield path


def _sweep(home: Home) -> None:
    """Removes what a killed run left; the caller holds the warehouse, so no other run is under way."""
    for path in _left_over(home):
        path.unlink(missing_ok=True)


def _remove_old(home: Home, newest: str, before: datetime) -> None:
    """Removes versions older than `before`, never the newest nor the sound one before it: readers may still hold that."""
    known = snapshots(home)
    sound = (manifest.id for manifest in known if damage_of(_file(home, manifest.id)) is None)
    kept = {newest, *itertools.islice(sound, 2)}
    for manifest in known:
        if manifest.id not in kept and datetime.fromisoformat(manifest.published_at) < before:
            _file(home, manifest.id).unlink(missing_ok=True)
            (home.snapshots / f"{manifest.id}.json").unlink(missing_ok=True)
