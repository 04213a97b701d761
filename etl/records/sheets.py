"""A long list of records as a workbook, row by row, so that memory does not grow with it. Text stays text, whatever it begins with."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter

# A sheet ends at 1,048,576 rows; what is longer goes on on the next one and is never cut.
ROWS_A_SHEET = 1_000_000
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_sheets(path: Path, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes the rows under a frozen header. `rows` may be read only once."""
    with xlsxwriter.Workbook(str(path), OPTIONS) as book:
        head = book.add_format({"bold": True, "border": 1, "bg_color": "#eef2f6"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        source, number = iter(rows), 0
        while True:
            block = islice(source, ROWS_A_SHEET)
            first = next(block, None)
            if first is None and number:
                break
            number += 1
            sheet = book.add_worksheet(f"{title[:26]}{number if number > 1 else ''}")
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, max(0, len(header) - 1), 16)
            for column, heading in enumerate(header):
                sheet.write_string(0, column, heading, head)
            put = _putter(sheet, moment, day)
            for row, values in enumerate(_with(first, block), 1):
                for column, value in enumerate(values):
                    if value is not None:
                        put(row, column, value)


def _with(first: Sequence[Any] | None, rest: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    if first is not None:
        yield first
    yield from rest


def _putter(sheet: Any, moment: Any, day: Any) -> Callable[[int, int, Any], None]:
    text, number, dated, truth = sheet.write_string, sheet.write_number, sheet.write_datetime, sheet.write_boolean

    def put(row: int, column: int, value: Any) -> None:
        if isinstance(value, str):
            text(row, column, value)
        elif isinstance(value, bool):
            truth(row, column, value)
        elif isinstance(value, datetime):
            dated(row, column, value, moment)
        elif isinstance(value, date):
            dated(row, column, value, day)
        else:
            number(row, column, value)

    return put
