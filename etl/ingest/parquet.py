"""Parquet, by row group. Values become text like those of every other file, so that one set of rules judges them all."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pyarrow.parquet as pq

from etl.ingest.jsonfile import value_text
from etl.ingest.rows import Row, Stage, Tally, staged


def parquet_text(value: object) -> str:
    """A Parquet value as text: ISO for times, plain digits for numbers."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int | Decimal):
        return str(value)
    return value_text(value)


class ParquetTable:
    """A Parquet file; `line` is the row's number from 1."""

    kind = "parquet"

    def __init__(self, name: str, file: pq.ParquetFile) -> None:
        self.name = name
        self.sheet: str | None = None
        self._file = file

    def head(self, limit: int) -> list[list[Row]]:
        return [[Row(0, list(self._file.schema_arrow.names))]]

    def stage(self, way: int, header: list[Row], out: Stage) -> Tally:
        tally = Tally()
        staged(self._rows(), len(header[-1].cells), out, tally)
        return tally

    def _rows(self) -> Iterator[Row]:
        line = 0
        for batch in self._file.iter_batches(batch_size=8192):
            columns = [column.to_pylist() for column in batch.columns]
            for cells in zip(*columns, strict=True):
                line += 1
                yield Row(line, [parquet_text(cell) for cell in cells])
