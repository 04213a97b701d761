"""JSON arrays and JSON lines, read as a stream. Numbers keep the digits that the file has."""

import codecs
import json
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from etl.config import HallError
from etl.ingest.decode import encoding_of
from etl.ingest.rows import Refused, Row, Stage, Tally, staged

SAMPLE = 1000
CHUNK = 1024 * 1024
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


def value_text(value: object) -> str:
    """A JSON value as text: nothing for null, the file's own digits for a number, JSON for an object or a list."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


class JsonTable:
    """Records of a JSON file: `lines` for JSON lines, else an array at the top or under one key of an object."""

    kind = "json"

    def __init__(self, name: str, open_stream: Callable[[], BinaryIO], lines: bool) -> None:
        self.name = name
        self.sheet: str | None = None
        self._open = open_stream
        self._lines = lines
        self._columns: list[str] = []

    def head(self, limit: int) -> list[list[Row]]:
        """One row: the keys met in the first records. A key first met later goes to the record's extra columns."""
        columns: dict[str, None] = {}
        for index, (_, record) in enumerate(self._records(Tally())):
            columns.update(dict.fromkeys(record))
            if index >= SAMPLE:
                break
        self._columns = list(columns)
        # The last column takes what has no column of its own, as a JSON object.
        return [[Row(0, [*self._columns, "_extra"])]] if columns else [[]]

    def stage(self, way: int, header: list[Row], out: Stage) -> Tally:
        tally = Tally()
        known = set(self._columns)
        rows = (Row(line, self._cells(record, known)) for line, record in self._records(tally))
        staged(rows, len(self._columns) + 1, out, tally)
        return tally

    def _cells(self, record: dict[str, Any], known: set[str]) -> list[str]:
        rest = {key: value_text(value) for key, value in record.items() if key not in known}
        return [*(value_text(record.get(column)) for column in self._columns), json.dumps(rest, ensure_ascii=False) if rest else ""]

    def _text(self, stream: BinaryIO) -> Iterator[str]:
        first = stream.read(CHUNK)
        encoding, skip = encoding_of(first)
        decoder = codecs.getincrementaldecoder(encoding or "utf-8")()
        try:
            yield decoder.decode(first[skip:])
            while chunk := stream.read(CHUNK):
                yield decoder.decode(chunk)
            yield decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise HallError(
                f"{self.name}：JSON 不是 UTF-8 编码（{error.reason}），未载入任何数据；请另存为 UTF-8",
                f"{self.name}: the JSON is not UTF-8 ({error.reason}); nothing loaded; save it as UTF-8",
            ) from None

    def _records(self, tally: Tally) -> Iterator[tuple[int, dict[str, Any]]]:
        with self._open() as stream:
            yield from self._by_line(stream, tally) if self._lines else self._by_element(stream, tally)

    def _by_line(self, stream: BinaryIO, tally: Tally) -> Iterator[tuple[int, dict[str, Any]]]:
        number = 0
        rest = ""
        for text in self._text(stream):
            lines = (rest + text).split("\n")
            rest = lines.pop()
            for line in lines:
                number += 1
                yield from self._one_line(number, line, tally)
        yield from self._one_line(number + 1, rest, tally)

    def _one_line(self, number: int, line: str, tally: Tally) -> Iterator[tuple[int, dict[str, Any]]]:
        if not line.strip():
            return
        try:
            record = _DECODER.decode(line)
        except json.JSONDecodeError:
            record = None
        if isinstance(record, dict):
            yield number, record
        else:
            tally.refused.append(Refused(number, "bad_json", line.rstrip("\r")[:2000]))

    def _by_element(self, stream: BinaryIO, tally: Tally) -> Iterator[tuple[int, dict[str, Any]]]:
        """Elements of the first array of objects, one at a time, wherever in the document it begins."""
        chunks = self._text(stream)
        buffer = ""
        while "[" not in buffer:
            chunk = next(chunks, None)
            if chunk is None:
                raise self._broken("没有找到记录数组", "no array of records found")
            buffer += chunk
        buffer = buffer[buffer.index("[") + 1 :]
        number = 0
        while True:
            buffer = buffer.lstrip(" \t\r\n,")
            if buffer.startswith("]"):
                return
            try:
                record, end = _DECODER.raw_decode(buffer)
            except json.JSONDecodeError:
                chunk = next(chunks, None)
                if chunk is None:
                    raise self._broken(f"第 {number + 1} 条之后不完整或有误", f"cut short or broken after record {number}") from None
                buffer += chunk
                continue
            number += 1
            buffer = buffer[end:]
            if isinstance(record, dict):
                yield number, record
            else:
                tally.refused.append(Refused(number, "bad_json", json.dumps(record, ensure_ascii=False)[:2000]))

    def _broken(self, zh: str, en: str) -> HallError:
        return HallError(f"{self.name}：JSON {zh}，未载入任何数据；请重新导出", f"{self.name}: JSON: {en}; nothing loaded; export it again")
