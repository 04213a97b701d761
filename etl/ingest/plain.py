"""Blocks of plain lines, split together instead of one by one, and held against counts that are taken apart from the splitting."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from etl.ingest.decode import Block
from etl.ingest.rows import LONGEST_RECORD
from etl.ingest.stage import split_lines

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Split:
    """The lines of a block that are plainly records, as a table `_line, c0 …`, and the `others` by number."""

    table: pa.Table
    others: list[tuple[int, str]]
    lines: int


def split_plain(block: Block, delimiter: str, width: int, first: int, terminator: str) -> Split | None:
    """Split lines without quotes or control characters, the first of which has the number `first`.

    None when the splitting and the counts do not agree, or when the block is not for splitting together: then it must be
    looked at line by line.
    """
    data, lines = block.data, block.lines
    if width == 1 or data.startswith(BYTE_ORDER_MARK) or _has_long_line(data, terminator.encode()):
        return None
    wrong: list[tuple[int, str]] = []

    def refuse(row: pa_csv.InvalidRow) -> str:
        wrong.append((first + row.number - 1, row.text))
        return "skip"

    try:
        table = split_lines(data, delimiter, width, refuse)
    except pa.ArrowInvalid:
        return None
    separators = table.num_rows * (width - 1) + sum(line.count(delimiter) for _, line in wrong)
    if table.num_rows + len(wrong) != lines or separators != data.count(delimiter.encode()):
        return None
    table = table.add_column(0, "_line", _numbers(first, lines, [number for number, _ in wrong]))
    others = wrong
    # A line of separators and blanks alone is no record, so one whose first field is empty or blank is looked at.
    unsure = pc.or_kleene(table.column(1).is_null(), pc.utf8_is_space(table.column(1)))
    if pc.any(unsure).as_py():
        others = wrong + list(_lines_of(table.filter(unsure), delimiter))
        table = table.filter(pc.invert(unsure))
    return Split(table, sorted(others), lines)


def _lines_of(table: pa.Table, delimiter: str) -> Iterator[tuple[int, str]]:
    numbers, *columns = (column.to_pylist() for column in table.columns)
    for number, *cells in zip(numbers, *columns, strict=True):
        yield number, delimiter.join(cell or "" for cell in cells)


def _numbers(first: int, lines: int, without: list[int]) -> pa.ChunkedArray | pa.Array:
    """The numbers of the lines from `first` on, but for those `without`."""
    cuts = [first - 1, *without, first + lines]
    return pa.concat_arrays([pa.arange(before + 1, after) for before, after in pairwise(cuts)])


def _has_long_line(data: bytes, terminator: bytes) -> bool:
    """Whether a line may be longer than a record may be: it would cover a whole one of these windows."""
    window = LONGEST_RECORD // 2
    return any(data.find(terminator, start, start + window) < 0 for start in range(0, len(data) - window, window))
