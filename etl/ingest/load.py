"""One file after another: read, conform, check, upsert, ledger. A file is one transaction: it is loaded whole or not at all."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from etl.config import HallError, Home, transaction
from etl.ingest.arriving import files_of, reading, require_unchanged, sha_of, stamp_of
from etl.ingest.conform import Conform, conform, set_variables
from etl.ingest.macros import create_macros
from etl.ingest.match import Match, choose
from etl.ingest.orders import open_codes, require_declared_orders
from etl.ingest.pseudonym import kept, set_key, settle_former
from etl.ingest.quarantine import ID_HEADER, quarantine_bad_rows, quarantine_refused
from etl.ingest.rows import Table, Tally
from etl.ingest.sources import tables
from etl.ingest.stage import NOTHING, SOURCE, Feed, Holds, pour
from etl.ingest.upsert import upsert
from etl.ingest.warehouse import ensure_tables, refuse_lake
from etl.records import contract, contracts
from etl.records.mapping import Mapping, mappings

SAMPLE_LINES = 5
SAMPLE_FAULTS = 50


@dataclass(frozen=True)
class Warned:
    """A rule that loaded rows break: how many and the first lines."""

    rule: str
    field: str
    rows: int
    lines: list[int]
    zh: str
    en: str


@dataclass(frozen=True)
class Problem:
    """A fault of a refused record, shown before anything is loaded. Personal values are left out."""

    line: int
    column: str
    value: str
    rule: str
    zh: str
    en: str


@dataclass
class BatchResult:
    """What became of one table of one file. The five outcomes add up to `read`; `problems` are the first faults of a dry run."""

    batch_id: str
    file: str
    sheet: str | None
    record: str
    mapping: str
    encoding: str
    read: int
    inserted: int
    updated: int
    unchanged: int
    superseded: int
    quarantined: int
    warnings: list[Warned] = field(default_factory=list)
    problems: list[Problem] | None = None

    def as_json(self) -> dict[str, object]:
        """The shape that `hall load --json` prints."""
        document: dict[str, object] = {
            "file": self.file if self.sheet is None else f"{self.file}#{self.sheet}",
            "record": self.record,
            "mapping": self.mapping,
        }
        for name in ("read", "inserted", "updated", "unchanged", "superseded", "quarantined"):
            document[name] = getattr(self, name)
        document["warnings"] = [
            {"rule": w.rule, "column": w.field, "count": w.rows, "lines": w.lines, "message": w.zh, "message_en": w.en}
            for w in self.warnings
        ]
        if self.problems is not None:
            document["problems"] = [
                {"line": p.line, "column": p.column, "value": p.value, "rule": p.rule, "message": p.zh, "message_en": p.en}
                for p in self.problems
            ]
        return document


def _settle_former(con: duckdb.DuckDBPyConnection) -> None:
    """ID numbers that an earlier release loaded. No batch tells the next build of it, so that it has to compute everything."""
    if settle_former(con, list(contracts().values())):
        con.execute("drop table if exists build_state")


def load(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    paths: Iterable[Path],
    record: str | None = None,
    mapping: str | None = None,
    dry_run: bool = False,
    on_file: Callable[[Path], None] | None = None,
    on_refusal: Callable[[HallError], None] | None = None,
) -> list[BatchResult]:
    """Load files into the warehouse; returns one result a table.

    `record` and `mapping` narrow the choice of mapping. With `dry_run` everything is done and then undone. A refused
    file raises HallError, unless `on_refusal` takes it and the other files go on.
    """
    con.execute("set preserve_insertion_order = false")
    create_macros(con)
    ensure_tables(con)
    refuse_lake(con)
    set_key(con, home)
    _settle_former(con)
    known = _candidates(home, record, mapping)
    results: list[BatchResult] = []
    # One at a time: who gives them may make each ready only when it is asked for.
    for path in (one for given in paths for one in files_of([given])):
        if on_file:
            on_file(path)
        try:
            results += _load_file(con, home, path, known, mapping is not None, dry_run)
        except HallError as refusal:
            if on_refusal is None:
                raise
            on_refusal(refusal)
    return results


def _candidates(home: Home, record: str | None, name: str | None) -> list[Mapping]:
    known = mappings(home)
    if name is not None:
        if name not in known:
            listed = ", ".join(sorted(known))
            raise HallError(f"没有映射 {name}；现有：{listed}", f"no mapping {name}; known: {listed}")
        return [known[name]]
    if record is not None:
        contract(record)
        return [mapping for mapping in known.values() if mapping.record == record]
    return list(known.values())


def _load_file(
    con: duckdb.DuckDBPyConnection, home: Home, path: Path, known: list[Mapping], named: bool, dry_run: bool
) -> list[BatchResult]:
    """Every table of one file, in one transaction, as of one moment: a file that changed meanwhile is not loaded."""
    before = stamp_of(path)
    with reading(path), transaction(con, keep=not dry_run):
        sha = sha_of(path)
        results = [_load_table(con, home, table, match, sha) for table, match in _matched(path, known, named)]
        if dry_run:
            for result in results:
                result.problems = _problems(con, result)
        require_unchanged(path, before)
        return results


def _problems(con: duckdb.DuckDBPyConnection, result: BatchResult) -> list[Problem]:
    """The first faults of a batch in the order of its lines."""
    private = {one.name for one in contract(result.record).fields if one.personal is not None}
    found = con.execute(
        "select line, field, value, rule, zh, en from quarantine_fault where batch_id = ? order by line, field, rule limit ?",
        [result.batch_id, SAMPLE_FAULTS],
    ).fetchall()
    return [
        # A line that could not be split has no field: it is shown by its number alone.
        Problem(line, name, "" if name in private or not name else (value or "")[:80], rule, zh, en)
        for line, name, value, rule, zh, en in found
    ]


def load_table_as(con: duckdb.DuckDBPyConnection, home: Home, table: Table, mapping: Mapping, path: Path) -> tuple[BatchResult, set[int]]:
    """One table through a named mapping, in one transaction; returns its result and the lines refused, which are
    reported but not quarantined a second time."""
    create_macros(con)
    ensure_tables(con)
    set_key(con, home)
    _settle_former(con)
    with transaction(con):
        result = _load_table(con, home, table, choose(table, [mapping], named=True), sha_of(path))
        lines = {int(row[0]) for row in con.execute("select line from quarantine where batch_id = ?", [result.batch_id]).fetchall()}
        for target in ("quarantine_fault", "quarantine"):
            con.execute(f"delete from {target} where batch_id = ?", [result.batch_id])
    return result, lines


def _matched(path: Path, known: list[Mapping], named: bool) -> Iterator[tuple[Table, Match]]:
    """The tables of a file with their mappings. A sheet that fits nothing is passed over when another sheet fits."""
    found = list(tables(path))
    refusals: list[HallError] = []
    matches: list[tuple[Table, Match]] = []
    for table in found:
        try:
            match = choose(table, known, named)
        except HallError as refusal:
            if table.sheet is None or len(found) == 1:
                raise
            refusals.append(refusal)
            continue
        if ID_HEADER in match.columns:
            # Loaded as any other file its rows would come in, and stay in quarantine all the same.
            raise HallError(
                f"{table.name}：这是隔离区导出的更正表，未载入；请运行 hall quarantine retry {table.name}",
                f"{table.name} is a workbook of the quarantine, not loaded; run hall quarantine retry {table.name}",
            )
        chosen = match.mapping.sheets
        if chosen == "first" and matches:
            continue
        if table.sheet is not None and isinstance(chosen, tuple) and table.sheet not in chosen:
            continue
        matches.append((table, match))
    if not matches and refusals:
        raise refusals[0]
    yield from matches


def _load_table(con: duckdb.DuckDBPyConnection, home: Home, table: Table, match: Match, sha: str) -> BatchResult:
    record = match.mapping.contract
    tally, made = _stage(con, table, match)
    require_declared_orders(con, table, match)
    arrived, bad = _pair(con, "select count(*), count(*) filter (where _bad) from incoming")
    if arrived != tally.rows:
        raise HallError(
            f"{table.name}：读出 {tally.rows} 条而到达 {arrived} 条，未载入任何数据；请把该文件报告给开发者",
            f"{table.name}: {tally.rows} records read but {arrived} arrived; nothing loaded; please report this file",
        )
    batch_id = _next_batch(con)
    warnings = _warnings(con, made, tally)
    _forget(con, sha, table.sheet, table.name, record.record)
    quarantine_bad_rows(con, made, batch_id, table, sha)
    quarantine_refused(con, made, batch_id, table, sha, tally.refused)
    outcome = upsert(con, record, made.fields, batch_id)
    read = tally.rows + len(tally.refused)
    quarantined = bad + len(tally.refused)
    total = outcome.inserted + outcome.updated + outcome.unchanged + outcome.superseded + quarantined
    if total != read:
        raise HallError(
            f"{table.name}：读出 {read} 条而去向共 {total} 条，未载入任何数据；请把该文件报告给开发者",
            f"{table.name}: {read} records read but {total} accounted for; nothing loaded; please report this file",
        )
    encoding = getattr(table, "encoding", "")
    result = BatchResult(
        batch_id, table.name, table.sheet, record.record, match.mapping.name, encoding,
        read, outcome.inserted, outcome.updated, outcome.unchanged, outcome.superseded, quarantined, warnings,
    )  # fmt: skip
    _write_ledger(con, result, match, sha)
    con.execute("drop table incoming")
    return result


def _stage(con: duckdb.DuckDBPyConnection, table: Table, match: Match) -> tuple[Tally, Conform]:
    """The temporary table `incoming`: every record that the reader could split, typed and judged."""
    tally, made = Tally(), conform(match, NOTHING)

    def statement(holds: Holds) -> str:
        nonlocal made
        made = conform(match, holds)
        set_variables(con, made)
        own = ", ".join([*(kept(field) for field in made.fields), *open_codes(match)])
        return (
            f"create or replace temp table incoming as select _line, {own}, _version, _extra, _bad, "
            f"case when _bad then {made.cells} end as _cells from (select *, ({made.bad}) as _bad from ({made.typed(SOURCE)}))"
        )

    def read(feed: Feed) -> None:
        nonlocal tally
        tally = table.stage(match.way, match.header, feed)

    pour(con, statement, len(match.columns), read)
    return tally, made


def _pair(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, int]:
    row = con.execute(sql).fetchone()
    if row is None:
        raise ValueError("a count gave no row")
    return int(row[0]), int(row[1])


def _next_batch(con: duckdb.DuckDBPyConnection) -> str:
    row = con.execute("select count(*) + 1 from batch").fetchone()
    return f"B{row[0] if row else 1:06d}"


def _forget(con: duckdb.DuckDBPyConnection, sha: str, sheet: str | None, name: str, record: str) -> None:
    """The same file loaded again replaces its own quarantined rows instead of repeating them; resolved ones stay resolved."""
    con.execute(
        "create or replace temp table resolved as select line, resolved_by from quarantine where file_sha = ? and record = ? and file = ? "
        "and sheet is not distinct from ? and resolved_by is not null",
        [sha, record, name, sheet],
    )
    for target in ("quarantine_fault", "quarantine"):
        con.execute(
            f"delete from {target} where record = ? and sheet is not distinct from ? and file_sha = ? "
            f"and batch_id in (select batch_id from quarantine where file = ? and file_sha = ?)",
            [record, sheet, sha, name, sha],
        )


def _warnings(con: duckdb.DuckDBPyConnection, made: Conform, tally: Tally) -> list[Warned]:
    """What is worth saying of the rows that load: broken warn rules, unknown columns, blank lines."""
    found: list[Warned] = []
    if made.warnings:
        parts = ", ".join(f"count(*) filter (where {w.sql}), min(_line, {SAMPLE_LINES}) filter (where {w.sql})" for w in made.warnings)
        row = con.execute(f"select {parts} from incoming where not _bad").fetchone() or ()
        for index, warning in enumerate(made.warnings):
            count, lines = row[2 * index], row[2 * index + 1]
            if count:
                found.append(Warned(warning.rule, warning.field, int(count), [int(n) for n in lines], warning.zh, warning.en))
    for name in made.extra_names:
        if name != "_extra":
            what = f"未知的列“{name}”已随记录保存，未作计算", f"unknown column “{name}” is kept with each record but not used"
            found.append(Warned("unknown_column", name, tally.rows, [], *what))
    if tally.blank:
        found.append(
            Warned("blank_line", "", tally.blank, [], f"{tally.blank} 个空行不是记录", f"{tally.blank} blank lines are no records")
        )
    if not tally.rows and not tally.refused:
        found.append(Warned("no_records", "", 0, [], "只有表头，没有记录", "a header but no records"))
    return found


def _write_ledger(con: duckdb.DuckDBPyConnection, result: BatchResult, match: Match, sha: str) -> None:
    times = [name for name in match.mapping.contract.times if match.mapping.header_of(name) in match.normal_columns]
    first, last = None, None
    if times:
        row = con.execute("select min(cast(_version as date)), max(cast(_version as date)) from incoming where not _bad").fetchone()
        first, last = row if row else (None, None)
    con.execute(
        "insert into batch values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            result.batch_id, datetime.now(), result.file, result.sheet, sha, result.record, result.mapping, result.encoding, match.columns,
            result.read, result.inserted, result.updated, result.unchanged, result.superseded, result.quarantined, first, last,
        ],
    )  # fmt: skip
    for warned in result.warnings:
        con.execute(
            "insert into batch_warning values (?, ?, ?, ?, ?, ?, ?)",
            [result.batch_id, warned.rule, warned.field, warned.rows, warned.lines, warned.zh, warned.en],
        )
