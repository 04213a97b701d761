"""CSV and TXT, split exactly: a line that is not plainly one record is refused, never bent into shape.

A line without quotation marks and with the header's number of separators is passed on as it is; only the others are
looked at one by one. A quotation mark that opens and never closes must not swallow the lines after it: when the quoted
text would take in whole records, the opening line is refused and reading goes on at the next line.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import BinaryIO

from etl.config import HallError
from etl.ingest.decode import Block, Decoder
from etl.ingest.plain import split_plain
from etl.ingest.rows import FIELD_MARK, LONGEST_RECORD, RESERVED, Refused, Row, Stage, Tally, stage_record

DELIMITERS = (",", "\t", ";", "|")
LONGEST_RECORD_LINES = 500
SPECIAL = (b'"', *(mark.encode() for mark in RESERVED))


class OpenQuoteError(Exception):
    """The text ends inside a quoted field."""


class UnescapedQuoteError(Exception):
    """A closing quotation mark is followed by something other than a separator."""


@cache
def _field_pattern(delimiter: str) -> re.Pattern[str]:
    separator = re.escape(delimiter)
    return re.compile(rf'(?:"((?:[^"]|"")*)"|((?:[^"{separator}][^{separator}]*)?))({separator}|\Z)', re.DOTALL)


def split_record(text: str, delimiter: str) -> list[str]:
    """The fields of one record after RFC 4180. A quotation mark inside an unquoted field stands for itself.

    Raises OpenQuoteError when the text ends inside quotes, UnescapedQuoteError when quotes end in mid-field.
    """
    if '"' not in text:
        return text.split(delimiter)
    pattern = _field_pattern(delimiter)
    cells: list[str] = []
    position = 0
    while True:
        match = pattern.match(text, position)
        if match is None:
            raise OpenQuoteError if _is_open(text, position) else UnescapedQuoteError
        quoted = match.group(1)
        cells.append(match.group(2) if quoted is None else quoted.replace('""', '"'))
        position = match.end()
        if not match.group(3):
            return cells


def _is_open(text: str, position: int) -> bool:
    """Whether the quoted field that begins at `position` has no closing mark before the end of the text."""
    return re.compile(r'"(?:[^"]|"")*').match(text, position).end() == len(text)  # type: ignore[union-attr]


@dataclass
class _Line:
    number: int
    text: str
    end: str
    undecodable: str | None = None


@dataclass
class _Splitter:
    """Feeds on lines that need a closer look; gives records and refusals in the order of the file."""

    delimiter: str
    width: int
    record: Callable[[int, list[str], int], None]
    refuse: Callable[[Refused], None]
    blank: Callable[[], None]
    held: list[_Line] = field(default_factory=list)

    def take(self, line: _Line) -> None:
        if self.held:
            self._continue(line)
        else:
            self._begin(line)

    def _begin(self, line: _Line) -> None:
        if line.undecodable is not None:
            self.refuse(Refused(line.number, "undecodable", line.undecodable))
            return
        if len(line.text) > LONGEST_RECORD:
            self.refuse(Refused(line.number, "line_too_long", line.text[:2000]))
            return
        if any(mark in line.text for mark in RESERVED):
            self.refuse(Refused(line.number, "control_character", line.text))
            return
        if not line.text.replace(self.delimiter, "").strip():
            self.blank()
            return
        try:
            cells = split_record(line.text, self.delimiter)
        except OpenQuoteError:
            self.held = [line]
            return
        except UnescapedQuoteError:
            self.refuse(Refused(line.number, "unescaped_quote", line.text))
            return
        self._give(line.number, cells, line.text, 1)

    def _give(self, number: int, cells: list[str], raw: str, lines: int) -> None:
        if len(cells) == self.width:
            self.record(number, cells, lines)
        else:
            rule = "too_many_fields" if len(cells) > self.width else "too_few_fields"
            self.refuse(Refused(number, rule, raw, lines))

    def _continue(self, line: _Line) -> None:
        self.held.append(line)
        if line.undecodable is not None or any(mark in line.text for mark in RESERVED) or len(self.held) > LONGEST_RECORD_LINES:
            self._give_up("unclosed_quote")
            return
        if '"' not in line.text:
            return
        text = "".join(part.text + part.end for part in self.held[:-1]) + line.text
        try:
            cells = split_record(text, self.delimiter)
        except OpenQuoteError:
            return
        except UnescapedQuoteError:
            self._give_up("unclosed_quote")
            return
        if len(cells) != self.width or self._takes_in_records():
            self._give_up("unclosed_quote")
            return
        first, lines = self.held[0], len(self.held)
        self.held = []
        self.record(first.number, cells, lines)

    def _takes_in_records(self) -> bool:
        """Whether the held lines look like several records of the file joined by two stray quotation marks."""
        counts = [line.text.count(self.delimiter) + 1 for line in self.held]
        inner = any(count == self.width and self.width > 1 for count in counts[1:-1])
        both_ends = self.width >= 3 and counts[0] >= self.width and counts[-1] >= self.width
        return inner or both_ends

    def _give_up(self, rule: str) -> None:
        """Refuse the line that opened the quote and read the others anew."""
        held, self.held = self.held, []
        first = held[0]
        self.refuse(Refused(first.number, rule, first.text))
        for line in held[1:]:
            self.take(line)

    def end(self) -> None:
        while self.held:
            self._give_up("unclosed_quote")


class DelimitedTable:
    """A text file of separated values. `open_stream` gives its bytes anew at each call."""

    kind = "delimited"

    def __init__(self, name: str, open_stream: Callable[[], BinaryIO]) -> None:
        self.name = name
        self.sheet: str | None = None
        self._open = open_stream
        self.encoding = ""

    def head(self, limit: int) -> list[list[Row]]:
        """The first rows, once for each separator that occurs."""
        with self._open() as stream:
            decoder = Decoder(stream)
            block = next(decoder.blocks(), Block(""))
            self.encoding = decoder.encoding or "utf-8"
            lines = list(islice(_lines(block, 0, decoder.terminator), limit * 4))
        return [self._head_rows(lines, delimiter, limit) for delimiter in DELIMITERS]

    def _head_rows(self, lines: list[_Line], delimiter: str, limit: int) -> list[Row]:
        rows: list[Row] = []
        held: list[_Line] = []
        for line in lines:
            held.append(line)
            text = "".join(part.text + part.end for part in held[:-1]) + line.text
            try:
                cells = split_record(text, delimiter)
            except OpenQuoteError:
                if len(held) < 20:
                    continue
                cells = held[0].text.split(delimiter)
            except UnescapedQuoteError:
                cells = held[0].text.split(delimiter)
            if any(cell.strip() for cell in cells):
                rows.append(Row(held[-1].number, cells))
            held = []
            if len(rows) == limit:
                break
        return rows

    def stage(self, way: int, header: list[Row], out: Stage) -> Tally:
        """Write every record below the header's last line, and hold the count of lines against the bytes."""
        delimiter, width, below = DELIMITERS[way], len(header[-1].cells), header[-1].line
        tally = Tally()
        pending: list[str] = []

        def record(number: int, cells: list[str], lines: int) -> None:
            stage_record(number, FIELD_MARK.join(cells), lines, pending, tally, delimiter)

        def blank() -> None:
            tally.blank += 1

        splitter = _Splitter(delimiter, width, record, tally.refused.append, blank)
        with self._open() as stream:
            decoder = Decoder(stream)
            number = 0
            for block in decoder.blocks():
                number = self._stage_block(block, number, decoder.terminator, below, splitter, pending, tally, out)
            splitter.end()
            self._flush(pending, out)
            self.encoding = decoder.encoding or "utf-8"
        # Counted by the decoder from line ends alone; an empty line and the lines above the data count too.
        counted = min(below, decoder.lines) + tally.blank + tally.row_lines + tally.refused_lines
        if counted != decoder.lines:
            raise HallError(
                f"{self.name}：文件有 {decoder.lines} 行，只认出 {counted} 行，未载入任何数据；请把该文件报告给开发者",
                f"{self.name}: {decoder.lines} lines in the file but {counted} accounted for; nothing loaded; please report this file",
            )
        return tally

    def _stage_block(
        self, block: Block, number: int, terminator: str, below: int, splitter: _Splitter, pending: list[str], tally: Tally, out: Stage
    ) -> int:
        data = block.data
        other = b"\r" if terminator == "\n" else b"\n"
        plain = (
            not block.undecodable
            and not any(mark in data for mark in SPECIAL)
            and (other not in data or data.count(other) == data.count(b"\r\n"))
        )
        if plain and not splitter.held:
            if number < below:
                # The lines above the data.
                *above, text = block.text.split(terminator, below - number)
                number += len(above)
                if number < below:
                    return number + bool(text)
                block = Block(text)
            return self._stage_plain(block, number, terminator, splitter, pending, tally, out)
        for line in _lines(block, number, terminator):
            number = line.number
            if line.number > below:
                splitter.take(line)
            if len(pending) >= 20_000:
                self._flush(pending, out)
        self._flush(pending, out)
        return number

    def _stage_plain(
        self, block: Block, number: int, terminator: str, splitter: _Splitter, pending: list[str], tally: Tally, out: Stage
    ) -> int:
        """A block without quotes or control characters: lines of the right width pass as they are, together."""
        delimiter, width = splitter.delimiter, splitter.width
        split = split_plain(block, delimiter, width, number + 1, terminator)
        if split is None:
            return self._stage_lines(block.text, number, terminator, splitter, pending, tally, out)
        for at, line in split.others:
            splitter.take(_Line(at, line, terminator))
        tally.rows += split.table.num_rows
        tally.row_lines += split.table.num_rows
        if split.table.num_rows:
            out.write_table(split.table, block.data)
        self._flush(pending, out)
        return number + split.lines

    def _stage_lines(
        self, text: str, number: int, terminator: str, splitter: _Splitter, pending: list[str], tally: Tally, out: Stage
    ) -> int:
        """The same line by line."""
        if "\r" in text and terminator == "\n":
            text = text.replace("\r\n", "\n")
        delimiter, separators = splitter.delimiter, splitter.width - 1
        lines = text.split(terminator)
        if lines and not lines[-1]:
            lines.pop()
        kept: list[str] = []
        for number, line in enumerate(lines, number + 1):  # noqa: B020 - the number goes on from block to block
            # One that begins with a separator or a blank may hold nothing else.
            is_filled = line and line[0] != delimiter and not line[0].isspace()
            if is_filled and line.count(delimiter) == separators and len(line) <= LONGEST_RECORD:
                kept.append(f"{number}{delimiter}{line}")
            else:
                splitter.take(_Line(number, line, terminator))
        tally.rows += len(kept)
        tally.row_lines += len(kept)
        if kept:
            out.write("\n".join(kept).replace(delimiter, FIELD_MARK) + "\n")
        self._flush(pending, out)
        return number

    def _flush(self, pending: list[str], out: Stage) -> None:
        if pending:
            out.write("\n".join(pending) + "\n")
            pending.clear()


def _lines(block: Block, number: int, terminator: str) -> Iterator[_Line]:
    """The physical lines of a block, whatever ends them, with the end each had."""
    parts = block.text.split(terminator)
    if parts and not parts[-1]:
        parts.pop()
    for index, part in enumerate(parts):
        undecodable = block.undecodable.get(index)
        pieces = re.split(r"\r(?!\Z)|\n", part) if terminator == "\n" else part.split("\n")
        for place, piece in enumerate(pieces):
            number += 1
            inner = place < len(pieces) - 1
            carriage = not inner and piece.endswith("\r")
            end = "\r" if inner else ("\r" + terminator if carriage else terminator)
            yield _Line(number, piece[:-1] if carriage else piece, end, undecodable)
