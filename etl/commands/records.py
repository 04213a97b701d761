"""`hall records TYPE`: what was loaded, under canonical names, masked."""

import csv
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from etl.commands.output import home_of

BLOCK = 10_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    csv = "csv"
    json = "json"
    parquet = "parquet"
    xlsx = "xlsx"


def records(
    context: typer.Context,
    record: Annotated[str, typer.Argument(metavar="TYPE", help="记录类型 / record type")],
    form: Annotated[Format, typer.Option("--format", help="格式 / format")] = Format.csv,
    out: Annotated[Path | None, typer.Option(help="写入文件 / file to write")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="同 --format json / same as --format json")] = False,
) -> None:
    """取回已载入的记录（已脱敏） / the loaded records under their canonical field names, masked."""
    from etl.config import HallError, connect
    from etl.ingest.warehouse import ensure_tables
    from etl.records import contract
    from etl.records.masking import masked_columns
    from etl.records.sheets import write_sheets

    form = Format.json if as_json else form
    wanted = contract(record)
    if form in (Format.parquet, Format.xlsx) and out is None:
        raise HallError(f"{form} 格式须用 --out 指定文件", f"{form} needs --out FILE")
    sql = f"select {masked_columns(wanted)} from {wanted.table} order by {', '.join(wanted.key)}"
    with connect(home_of(context)) as con:
        ensure_tables(con)
        if form is Format.parquet:
            place = str(out).replace("'", "''")
            con.execute(f"copy ({sql}) to '{place}' (format parquet)")
            return
        cursor = con.execute(sql)
        names = [column[0] for column in cursor.description or []]
        if form is Format.xlsx and out is not None:
            labels = {field.name: field.zh for field in wanted.fields}
            write_sheets(out, wanted.zh, [labels.get(name, name) for name in names], _rows(cursor))
            return
        stream = out.open("w", encoding="utf-8", newline="") if out else sys.stdout
        try:
            write = _write_csv if form is Format.csv else _write_json
            write(stream, names, cursor)
        finally:
            if out:
                stream.close()


def _rows(cursor: Any) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(BLOCK):
        yield from rows


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str) else float(value)


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    plain = _plain(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return f"'{plain}" if isinstance(plain, str) and plain.startswith(FORMULA_STARTS) else plain


def _write_csv(stream: Any, names: list[str], cursor: Any) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    while rows := cursor.fetchmany(BLOCK):
        writer.writerows([_cell(value) for value in row] for row in rows)


def _write_json(stream: Any, names: list[str], cursor: Any) -> None:
    stream.write("[")
    first = True
    while rows := cursor.fetchmany(BLOCK):
        for row in rows:
            text = json.dumps({name: _plain(value) for name, value in zip(names, row, strict=True)}, ensure_ascii=False)
            stream.write(("\n" if first else ",\n") + text)
            first = False
    stream.write("\n]\n")


def register(app: typer.Typer) -> None:
    """Add this module's commands to `hall`."""
    app.command("records")(records)
