"""XLSX, XLS and WPS ET by python-calamine: sheets as rows of text, merged cells filled, nothing turned into another type.

A number stays the number that the sheet holds ("007" kept as text stays "007"; 7 stays "7"); what it means, an Excel
serial for instance, is decided where the field's type is known.
"""

import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from etl.config import HallError
from etl.ingest.errorcells import error_cells
from etl.ingest.rows import Refused, Row, Stage, Tally, staged


def open_workbook(name: str, data: bytes | Path) -> CalamineWorkbook:
    """The workbook, told by its content and not by its suffix. Raises HallError when it cannot be read."""
    try:
        if isinstance(data, Path):
            with data.open("rb") as stream:
                return CalamineWorkbook.from_filelike(stream)
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError:
        raise HallError(
            f"{name}：工作簿有密码，请去掉密码后再试", f"{name}: the workbook has a password; remove it and try again"
        ) from None
    except (CalamineError, OSError) as error:
        raise HallError(
            f"{name}：无法读取该工作簿，文件可能已损坏；请用 Excel 或 WPS 重新另存",
            f"{name}: cannot read the workbook ({error}); save it anew",
        ) from None


def cell_text(value: object) -> str:
    """A cell as the text that a reader of the sheet would copy: whole numbers without a fraction, times in ISO form."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds" if not value.microsecond else "milliseconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


class SheetTable:
    """One sheet."""

    kind = "workbook"

    def __init__(self, name: str, sheet: CalamineSheet, errors: Mapping[tuple[int, int], str]) -> None:
        self.name = name
        self.sheet: str | None = sheet.name
        self._sheet = sheet
        self._errors = errors

    @property
    def is_empty(self) -> bool:
        return self._sheet.start is None

    def _rows(self, limit: int | None = None) -> Iterator[Row]:
        # Blank rows and columns before the data are read too, so that a line is the row number that Excel shows.
        for index, cells in enumerate(self._sheet.to_python(skip_empty_area=False, nrows=limit)):
            yield Row(index + 1, [cell_text(cell) for cell in cells])

    def _sound(self, rows: Iterator[Row], tally: Tally) -> Iterator[Row]:
        """The rows without those that hold an error cell, which are refused and show what it said."""
        faulty = {line for line, _ in self._errors}
        for row in rows:
            if row.line in faulty:
                shown = [self._errors.get((row.line, column), cell) for column, cell in enumerate(row.cells)]
                tally.refused.append(Refused(row.line, "error_cell", " | ".join(shown)))
            else:
                yield row

    def head(self, limit: int) -> list[list[Row]]:
        grid = {row.line: row.cells for row in self._rows(limit)}
        for start, end in self._sheet.merged_cell_ranges or []:
            self._fill(grid, start, end)
        return [[Row(line, cells) for line, cells in grid.items() if any(cell.strip() for cell in cells)]]

    @staticmethod
    def _fill(grid: dict[int, list[str]], start: tuple[int, int], end: tuple[int, int]) -> None:
        """Give every cell of a merged range the text of its first cell."""
        first = grid.get(start[0] + 1)
        if first is None or start[1] >= len(first):
            return
        for row in range(start[0], end[0] + 1):
            cells = grid.get(row + 1)
            if cells is None:
                continue
            for column in range(start[1], min(end[1] + 1, len(cells))):
                cells[column] = first[start[1]]

    def stage(self, way: int, header: list[Row], out: Stage) -> Tally:
        below = header[-1].line
        tally = Tally()
        rows = (row for row in self._rows() if row.line > below)
        staged(self._sound(self._filled(rows, below), tally), len(header[-1].cells), out, tally)
        return tally

    def _filled(self, rows: Iterator[Row], below: int) -> Iterator[Row]:
        """Cells merged downwards in one column of the data belong to every row of the range."""
        ranges = [(start, end) for start, end in self._sheet.merged_cell_ranges or [] if start[0] >= below and start[1] == end[1]]
        if not ranges:
            yield from rows
            return
        grid = {row.line: row.cells for row in rows}
        for start, end in ranges:
            self._fill(grid, start, end)
        yield from (Row(line, cells) for line, cells in grid.items())


def sheets(name: str, data: bytes | Path) -> list[SheetTable]:
    """The sheets of a workbook that hold anything. Raises HallError when none does."""
    book = open_workbook(name, data)
    errors = error_cells(data)
    tables = [SheetTable(name, book.get_sheet_by_name(sheet), errors.get(sheet, {})) for sheet in book.sheet_names]
    filled = [table for table in tables if not table.is_empty]
    if not filled:
        raise HallError(f"{name}：工作簿里没有数据", f"{name}: the workbook holds no data")
    return filled
