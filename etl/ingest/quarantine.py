"""Refused records: kept with file, line, raw text and every fault, given out as a workbook, and loaded again when corrected."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from etl.config import HallError
from etl.ingest.conform import Conform, Fault
from etl.ingest.rows import RULES, Refused, Table

ID_HEADER = "隔离编号"
NOTE_HEADERS = ("原文件", "原行号", "问题")
ROW_ONLY = ("repeated_header", "total_row")


def quarantine_bad_rows(con: duckdb.DuckDBPyConnection, made: Conform, batch_id: str, table: Table, sha: str) -> None:
    """Rows of `incoming` that break a rule: the raw row and one fault for each rule broken."""
    if con.execute("select 1 from incoming where _bad limit 1").fetchone() is None:
        return
    record, mapping = made.match.mapping.record, made.match.mapping.name
    origin = [batch_id, table.name, table.sheet, sha, record, mapping]
    con.execute(
        "insert into quarantine select ?, ?, ?, ?, ?, ?, _line, "
        "array_to_string(list_transform(_cells, lambda c: coalesce(c, '')), ','), _cells, "
        "(select any_value(resolved_by) from resolved r where r.line = _line) from incoming where _bad",
        origin,
    )
    columns = ", ".join(f"_cells[{index + 1}] as c{index}" for index in range(len(made.match.columns)))
    # Apart, or each cell would be taken out of its list wherever the statement speaks of it.
    con.execute(f"create or replace temp table bad_cells as select _line, {columns} from incoming where _bad")
    con.execute(f"create or replace temp table bad as {made.typed('bad_cells')}")
    # A repeated header or a row of totals is no record; what else is wrong with it is of no use to anyone.
    row_only = " or ".join(f"coalesce({fault.sql}, false)" for fault in made.faults if fault.rule in ROW_ONLY)
    con.execute(f"create or replace temp table row_only as select _line from bad where {row_only}")
    for fault in _broken(con, made):
        value = f"t_{fault.field}" if fault.field else "cast(null as varchar)"
        alone = "true" if fault.rule in ROW_ONLY else "_line not in (select _line from row_only)"
        con.execute(
            f"insert into quarantine_fault select ?, ?, ?, ?, _line, ?, {value}, ?, ?, ? from bad where ({fault.sql}) and {alone}",
            [batch_id, sha, table.sheet, record, fault.field, fault.rule, fault.zh, fault.en],
        )
    for name in ("bad_cells", "bad", "row_only"):
        con.execute(f"drop table {name}")


def _broken(con: duckdb.DuckDBPyConnection, made: Conform) -> list[Fault]:
    """The rules that any row of `bad` breaks: few of many."""
    counted = con.execute(f"select {', '.join(f'bool_or({fault.sql})' for fault in made.faults)} from bad").fetchone() or ()
    return [fault for fault, is_broken in zip(made.faults, counted, strict=True) if is_broken]


def quarantine_refused(
    con: duckdb.DuckDBPyConnection, made: Conform, batch_id: str, table: Table, sha: str, refused: Sequence[Refused]
) -> None:
    """Lines that could not be split into fields."""
    if not refused:
        return
    record, mapping = made.match.mapping.record, made.match.mapping.name
    rules = [RULES[one.rule] for one in refused]
    lines = pa.table(
        {
            "line": [one.line for one in refused],
            "raw": [one.raw.replace("\x00", "\ufffd") for one in refused],
            "rule": [rule.id for rule in rules],
            "zh": [rule.zh for rule in rules],
            "en": [rule.en for rule in rules],
        }
    )
    con.register("refused_lines", lines)
    con.execute(
        "insert into quarantine select ?, ?, ?, ?, ?, ?, line, raw, cast(null as varchar[]), "
        "(select any_value(resolved_by) from resolved r where r.line = refused_lines.line) from refused_lines",
        [batch_id, table.name, table.sheet, sha, record, mapping],
    )
    con.execute(
        "insert into quarantine_fault select ?, ?, ?, ?, line, '', raw, rule, zh, en from refused_lines",
        [batch_id, sha, table.sheet, record],
    )
    con.unregister("refused_lines")


LISTED = """
select q.file, q.sheet, q.line, f.field, f.value, f.rule, f.zh, f.en, q.record, q.mapping, q.batch_id, q.raw
from quarantine q join quarantine_fault f
  on f.batch_id = q.batch_id and f.line = q.line and f.sheet is not distinct from q.sheet
where q.resolved_by is null
order by q.file, q.sheet nulls first, q.line, f.rule
"""


def listed(con: duckdb.DuckDBPyConnection, limit: int | None = None) -> list[dict[str, Any]]:
    """Open faults, one row each, in the order of the files."""
    cursor = con.execute(LISTED + (" limit ?" if limit is not None else ""), [] if limit is None else [limit])
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def export(con: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Write the open rows as a workbook to correct: a sheet for each file, its own headers, the problems beside each row.

    Returns the number of rows. Every cell is text, so that nothing typed by a stranger becomes a formula.
    """
    import xlsxwriter

    groups = con.execute(
        "select q.batch_id, q.file, q.sheet, q.mapping, b.headers, count(*) from quarantine q join batch b on b.batch_id = q.batch_id "
        "where q.resolved_by is null group by all order by q.file, q.sheet nulls first"
    ).fetchall()
    if not groups:
        raise HallError("隔离区是空的", "nothing is quarantined")
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    written = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DDE7F3", "text_wrap": True})
        for number, (batch_id, file, _sheet, mapping, headers, _rows) in enumerate(groups, 1):
            page = book.add_worksheet(f"{number}-{mapping}"[:31])
            page.freeze_panes(1, 0)
            for column, header in enumerate([ID_HEADER, *NOTE_HEADERS, *headers]):
                page.write_string(0, column, header, bold)
            page.set_column(0, 2, 14)
            page.set_column(3, 3, 60)
            rows = con.execute(
                "select q.line, q.cells, q.raw, string_agg(f.zh, '；' order by f.rule) from quarantine q join quarantine_fault f "
                "on f.batch_id = q.batch_id and f.line = q.line where q.batch_id = ? and q.resolved_by is null "
                "group by all order by q.line",
                [batch_id],
            ).fetchall()
            for place, (line, cells, raw, problems) in enumerate(rows, 1):
                values = cells if cells is not None else [raw]
                for column, value in enumerate([f"{batch_id}:{line}", file, str(line), problems, *values]):
                    page.write_string(place, column, (value or "")[:32767])
                written += 1
    return written


def resolve(con: duckdb.DuckDBPyConnection, ids: Sequence[str], batch_id: str) -> int:
    """Mark rows, named `batch:line`, as loaded by a correction. Returns how many were open."""
    done = 0
    for one in ids:
        origin, _, line = one.partition(":")
        if not line.isdigit():
            continue
        row = con.execute(
            "update quarantine set resolved_by = ? where batch_id = ? and line = ? and resolved_by is null returning line",
            [batch_id, origin, int(line)],
        ).fetchall()
        done += len(row)
    return done
