"""From the readers into DuckDB without a file between: tables of text in a short queue, taken while the file is still being read.

What a file's text holds (full-width characters, rare blanks, line breaks inside values) makes its cleaning dearer, so the
statement is made for what the first blocks hold. When a later block holds more, reading begins again with a statement for that.
"""

import queue
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import TracebackType

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv

from etl.config import HallError
from etl.ingest.macros import RARE_BLANKS
from etl.ingest.rows import FIELD_MARK, NEWLINE_MARK, RETURN_MARK

# Full-width digits and letters as UTF-8; the fixed first byte keeps the search cheap. The ideographic space is a blank.
FULLWIDTH = re.compile(rb"\xef(?:\xbc[\x90-\x99\xa1-\xba]|\xbd[\x81-\x9a])")
IDEOGRAPHIC_SPACE = "\u3000".encode()
# Newlines and returns end lines; those inside values are staged as marks. A pattern with a fixed first byte is the cheapest search.
BLANKS = {blank.encode(): re.compile(re.escape(blank.encode())) for blank in RARE_BLANKS if blank not in "\n\r"}
LINE_BREAKS = (NEWLINE_MARK.encode(), RETURN_MARK.encode())
SOURCE = "staged_rows"
WAITING = 4


@dataclass(frozen=True)
class Holds:
    """What the text of a file holds beside the ordinary."""

    fullwidth: bool = False
    rare_blanks: bool = False
    breaks: bool = False

    def __or__(self, other: "Holds") -> "Holds":
        return Holds(self.fullwidth or other.fullwidth, self.rare_blanks or other.rare_blanks, self.breaks or other.breaks)


NOTHING = Holds()
EVERYTHING = Holds(True, True, True)


class HoldsMoreError(Exception):
    """A block holds something that the statement was not made for."""

    def __init__(self, holds: Holds) -> None:
        super().__init__(holds)
        self.holds = holds


def holds_of(data: bytes) -> Holds:
    """What staged text, as UTF-8, holds."""
    blanks = {blank for blank, pattern in BLANKS.items() if blank[:1] in data and pattern.search(data)}
    wide = IDEOGRAPHIC_SPACE in blanks or (b"\xef" in data and FULLWIDTH.search(data) is not None)
    return Holds(wide, bool(blanks), any(mark in data for mark in LINE_BREAKS))


def split_lines(
    data: bytes, delimiter: str, width: int, refuse: Callable[[pa_csv.InvalidRow], str] | None = None, numbered: bool = False
) -> pa.Table:
    """Lines of valid UTF-8 without quoting as a table of text `c0 …`, after `_line` when they are `numbered`; an empty field is null.

    A line with another number of fields goes to `refuse`, else ArrowInvalid is raised.
    """
    fields = [f"c{index}" for index in range(width)]
    types = {**({"_line": pa.int64()} if numbered else {}), **dict.fromkeys(fields, pa.string())}
    return pa_csv.read_csv(
        pa.py_buffer(data),
        read_options=pa_csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=list(types)),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter, quote_char=False, escape_char=False, ignore_empty_lines=False, invalid_row_handler=refuse
        ),
        convert_options=pa_csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True, check_utf8=False),
    )


class Feed:
    """Runs a statement that reads `staged_rows` in a thread of its own, and hands it what the readers write meanwhile.

    The statement is made when the first block is there, for what is expected and what that block holds.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, statement: Callable[[Holds], str], width: int, expected: Holds) -> None:
        self._con = con
        self._statement = statement
        self._width = width
        self._expected = expected
        self._queue: queue.Queue[pa.Table | None] = queue.Queue(WAITING)
        self._failure: BaseException | None = None
        self._ended = False
        schema = pa.schema([("_line", pa.int64()), *((f"c{index}", pa.string()) for index in range(width))])
        self._reader = pa.RecordBatchReader.from_batches(schema, self._batches())
        self._thread: threading.Thread | None = None

    def write(self, block: str) -> None:
        """Lines of `number MARK field MARK field …`."""
        try:
            data = block.encode("utf-8")
        except UnicodeEncodeError:
            raise HallError(
                "文件含有不成对的代理字符，无法保存，未载入任何数据；请重新导出",
                "the file holds half of a surrogate pair, which cannot be kept; nothing loaded; export it again",
            ) from None
        self._take(split_lines(data, FIELD_MARK, self._width, numbered=True), data)

    def write_table(self, table: pa.Table, data: bytes) -> None:
        """A table `_line, c0 …` with the text that it was made of."""
        self._take(table, data)

    def _take(self, table: pa.Table, data: bytes) -> None:
        if self._failure is not None:
            raise self._failure
        if self._expected != EVERYTHING:
            holds = holds_of(data) | self._expected
            if self._thread is None:
                self._expected = holds
            elif holds != self._expected:
                raise HoldsMoreError(holds)
        self._begin()
        self._queue.put(table)

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, args=[self._statement(self._expected)], daemon=True)
            self._thread.start()

    def _batches(self) -> Iterator[pa.RecordBatch]:
        while (table := self._queue.get()) is not None:
            yield from table.to_batches()
        self._ended = True

    def _run(self, statement: str) -> None:
        try:
            self._con.execute(statement)
        except BaseException as failure:
            self._failure = failure
        while not self._ended:
            # The statement failed: the writer must not wait for ever.
            self._ended = self._queue.get() is None

    def __enter__(self) -> "Feed":
        self._con.register(SOURCE, self._reader)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self._begin()
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
        self._con.unregister(SOURCE)
        if self._failure is not None and error is None:
            raise self._failure


def pour(con: duckdb.DuckDBPyConnection, statement: Callable[[Holds], str], width: int, read: Callable[[Feed], None]) -> None:
    """Run the statement that `statement` makes over all that `read` writes. Text that holds more than the beginning is read again."""
    expected = NOTHING
    while True:
        try:
            with Feed(con, statement, width, expected) as feed:
                read(feed)
            return
        except HoldsMoreError as more:
            expected = replace(more.holds)
