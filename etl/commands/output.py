"""How every command speaks: a table for people, JSON for programs, two lines for a refusal."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from etl.config import Home

JsonOption = Annotated[bool, typer.Option("--json", help="机器可读的 JSON / machine-readable JSON")]


def home_of(context: typer.Context) -> Home:
    """The home that `hall` was started with."""
    home = context.find_root().obj
    if not isinstance(home, Home):
        raise TypeError("hall was started without a home")
    return home


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def print_json(document: Any) -> None:
    """The document on standard output, UTF-8, dates in ISO form."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=_plain, indent=2) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for people. Numbers stand right, and nothing is cut off when the output is not a terminal."""
    console = Console(width=None if sys.stdout.isatty() else 240)
    table = Table(title=title, title_justify="left")
    listed = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = any(isinstance(row[index], int | float) for row in listed)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(table)
