"""Entries → files as the source systems write them. The same entries give the same bytes."""

import gzip
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

LABEL = "合成数据，仅供演示"
# Stands in text for the byte FF, which is no character in GB18030 or UTF-8.
_BROKEN = "\ue000"
WORKBOOK_DATE = datetime(2019, 1, 2, 9, 0)


@dataclass(frozen=True)
class Entry:
    """One record as text cells under the file's headers. `kind` names the dirt planted in it; `is_refused` says that it must not load."""

    cells: tuple[str, ...]
    kind: str = ""
    is_refused: bool = False


@dataclass(frozen=True)
class Planted:
    """Where dirt of one kind was planted: lines of a text file, rows of a sheet, places in a JSON array, all counted from 1."""

    file: str
    sheet: str | None
    kind: str
    is_refused: bool
    lines: tuple[int, ...]


def iso(day: date | None) -> str:
    """A date as most of the systems write it; nothing for none."""
    return "" if day is None else day.isoformat()


def _noted(file: str, sheet: str | None, entries: Sequence[Entry], lines: Sequence[int]) -> list[Planted]:
    found: dict[tuple[str, bool], list[int]] = {}
    for entry, line in zip(entries, lines, strict=True):
        if entry.kind:
            found.setdefault((entry.kind, entry.is_refused), []).append(line)
    return [Planted(file, sheet, kind, is_refused, tuple(at)) for (kind, is_refused), at in sorted(found.items())]


def _more_separators(line: str, delimiter: str) -> str:
    head, _, tail = line.partition(delimiter)
    return f"{head}{delimiter}{delimiter}{tail}"


def _fewer_separators(line: str, delimiter: str) -> str:
    head, _, tail = line.partition(delimiter)
    return head + tail


def _open_quote(line: str, delimiter: str) -> str:
    cells = line.split(delimiter)
    return delimiter.join([*cells[:2], '"' + cells[2], *cells[3:]])


def _quote_within(line: str, delimiter: str) -> str:
    cells = line.split(delimiter)
    return delimiter.join([*cells[:2], f'"{cells[2][:2]}"{cells[2][2:]}"', *cells[3:]])


def _nul(line: str, delimiter: str) -> str:
    head, _, tail = line.partition(delimiter)
    return f"{head}{delimiter}\x00{tail}"


def _undecodable(line: str, delimiter: str) -> str:
    head, _, tail = line.partition(delimiter)
    return f"{head}{delimiter}{_BROKEN}{tail}"


def _cut_off(line: str, delimiter: str) -> str:
    return delimiter.join(line.split(delimiter)[:5])


# Dirt that lies in the line and not in a cell.
LINE_DIRT: Mapping[str, Callable[[str, str], str]] = {
    "extra_separator": _more_separators,
    "missing_separator": _fewer_separators,
    "stray_quote": _open_quote,
    "unescaped_quote": _quote_within,
    "nul_byte": _nul,
    "undecodable": _undecodable,
    "truncated": _cut_off,
}


def write_delimited(
    path: Path, headers: Sequence[str], entries: Sequence[Entry], *, encoding: str, delimiter: str, preamble: str = "", end: str = "\r\n"
) -> list[Planted]:
    """A text file. A cell with a separator, a quotation mark or a line break is quoted. A record cut short has no line end."""
    lines: list[int] = []
    parts = [preamble + end] if preamble else []
    number = len(parts) + 1
    parts.append(delimiter.join(headers) + end)
    for entry in entries:
        lines.append(number + 1)
        text = delimiter.join(_quoted(cell, delimiter) for cell in entry.cells)
        text = LINE_DIRT[entry.kind](text, delimiter) if entry.kind in LINE_DIRT else text
        number += 1 + text.count("\n")
        parts.append(text if entry.kind == "truncated" else text + end)
    path.write_bytes(b"\xff".join(text.encode(encoding) for text in "".join(parts).split(_BROKEN)))
    noted = _noted(path.name, None, entries, lines)
    return [*noted, Planted(path.name, None, "preamble", False, (1,))] if preamble else noted


def _quoted(cell: str, delimiter: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in (delimiter, '"', "\n", "\r")) else cell


def write_workbook(
    path: Path, headers: Sequence[str], sheets: Mapping[str, Sequence[Entry]], *, preamble: str, serials: frozenset[str] = frozenset(),
    notes: Sequence[str] = (),
) -> list[Planted]:  # fmt: skip
    """A workbook with a title line over each sheet. A header "上级/下级" makes two header rows with merged cells.

    Cells of the columns in `serials` are real dates in two rows of three and text in the third, as offices mix them.
    `notes` go on a last sheet that holds no data.
    """
    planted: list[Planted] = []
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd hh:mm"}
    )
    book.set_properties({"title": LABEL, "created": WORKBOOK_DATE})
    for name, entries in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.merge_range(0, 0, 0, len(headers) - 1, preamble)
        first = 1 + _write_header(sheet, headers)
        for row, entry in enumerate(entries, start=first):
            for column, cell in enumerate(entry.cells):
                if cell and headers[column] in serials and row % 3 and (moment := _moment(cell)) is not None:
                    sheet.write_datetime(row, column, moment)
                elif cell:
                    sheet.write_string(row, column, cell)
        planted += _noted(path.name, name, entries, range(first + 1, first + 1 + len(entries)))
        planted.append(Planted(path.name, name, "preamble", False, (1,)))
    if notes:
        sheet = book.add_worksheet("填表说明")
        for row, note in enumerate((LABEL, *notes)):
            sheet.write_string(row, 0, note)
    book.close()
    return planted


def _write_header(sheet: Any, headers: Sequence[str]) -> int:
    """Write the header rows below the title; returns how many there are."""
    if not any("/" in header for header in headers):
        for column, header in enumerate(headers):
            sheet.write_string(1, column, header)
        return 1
    column = 0
    while column < len(headers):
        upper, _, lower = headers[column].partition("/")
        if not lower:
            sheet.merge_range(1, column, 2, column, upper)
            column += 1
            continue
        begin = column
        while column < len(headers) and headers[column].startswith(f"{upper}/"):
            sheet.write_string(2, column, headers[column].partition("/")[2])
            column += 1
        if column - begin > 1:
            sheet.merge_range(1, begin, 1, column - 1, upper)
        else:
            sheet.write_string(1, begin, upper)
    return 2


def _moment(cell: str) -> datetime | None:
    try:
        return datetime.strptime(cell, "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return None


def write_json(path: Path, headers: Sequence[str], entries: Sequence[Entry], compress: bool = False) -> list[Planted]:
    """A JSON document with its records under "data"; blank cells are null. With `compress` a .gz that names no time."""
    records = [{header: cell or None for header, cell in zip(headers, entry.cells, strict=True)} for entry in entries]
    text = json.dumps({"说明": LABEL, "total": len(records), "data": records}, ensure_ascii=False, indent=1) + "\n"
    data = text.encode("utf-8")
    if compress:
        packed = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as stream:
            stream.write(data)
        data = packed.getvalue()
    path.write_bytes(data)
    # The loader names a packed file by what is in it.
    name = path.name.removesuffix(".gz")
    return _noted(name, None, entries, range(1, len(entries) + 1))
