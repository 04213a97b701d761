"""A corrected quarantine workbook, loaded through the mapping that each sheet came by."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from etl.config import HallError, Home
from etl.ingest.load import BatchResult, load_table_as
from etl.ingest.quarantine import ID_HEADER, NOTE_HEADERS, resolve
from etl.ingest.rows import Row, Stage, Tally, staged
from etl.ingest.workbook import sheets
from etl.records.mapping import mappings


@dataclass(frozen=True)
class Retried:
    """Results of each sheet, and how many quarantined rows are resolved and still open."""

    results: list[BatchResult]
    resolved: int
    open: int


class _CorrectedTable:
    """A sheet of the workbook without the columns that the quarantine added."""

    kind = "workbook"

    def __init__(self, name: str, sheet: str | None, rows: list[Row], own: int) -> None:
        self.name = name
        self.sheet = sheet
        self.encoding = ""
        self._header = Row(rows[0].line, rows[0].cells[own:])
        self._rows = [Row(row.line, row.cells[own:]) for row in rows[1:]]
        self.ids = {row.line: row.cells[0] for row in rows[1:]}

    def head(self, limit: int) -> list[list[Row]]:
        return [[self._header]]

    def stage(self, way: int, header: list[Row], out: Stage) -> Tally:
        tally = Tally()
        staged(iter(self._rows), len(header[-1].cells), out, tally)
        return tally


def retry(con: duckdb.DuckDBPyConnection, home: Home, path: Path) -> Retried:
    """Load the rows that `quarantine export` gave out and someone corrected.

    What loads is marked resolved; what is refused again stays quarantined under its first file and line. Raises
    HallError when the workbook is not one of ours.
    """
    known = mappings(home)
    own = 1 + len(NOTE_HEADERS)
    results: list[BatchResult] = []
    resolved = 0
    for sheet in sheets(path.name, path):
        rows = sheet.head(1_048_576)[0]
        if not rows or rows[0].cells[:own] != [ID_HEADER, *NOTE_HEADERS]:
            raise HallError(
                f"{path.name}［{sheet.sheet}］：不是隔离区导出的工作表，前四列应为 {ID_HEADER}、{'、'.join(NOTE_HEADERS)}",
                f"{path.name} [{sheet.sheet}]: not a sheet of the quarantine's workbook; keep its first four columns",
            )
        table = _CorrectedTable(path.name, sheet.sheet, rows, own)
        ids = sorted({identifier.partition(":")[0] for identifier in table.ids.values()})
        found = con.execute("select distinct mapping from batch where list_contains(?::varchar[], batch_id)", [ids]).fetchall()
        if len(found) != 1 or found[0][0] not in known:
            raise HallError(
                f"{path.name}［{sheet.sheet}］：{ID_HEADER} 列有误", f"{path.name} [{sheet.sheet}]: the column {ID_HEADER} is wrong"
            )
        result, refused = load_table_as(con, home, table, known[found[0][0]], path)
        accepted = [identifier for line, identifier in table.ids.items() if line not in refused]
        resolved += resolve(con, accepted, result.batch_id)
        results.append(result)
    row = con.execute("select count(*) from quarantine where resolved_by is null").fetchone()
    return Retried(results, resolved, int(row[0]) if row else 0)
