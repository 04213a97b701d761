"""The command `hall`. Exit code 0: done; 1: refused or failed, said in two lines; 2: wrong usage."""

import importlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from etl.config import home_from
from etl.trouble import told

COMMAND_MODULES = (
    "demo",
    "load",
    "build",
    "export",
    "gather",
    "snapshot",
    "serve",
    "refresh",
    "quarantine",
    "records",
    "indicator",
    "signals",
    "score",
    "freeze",
    "rules",
    "report",
    "clock",
    "queue",
    "mapping",
    "user",
    "audit",
    "doctor",
)


def _hall(
    context: typer.Context,
    home: Annotated[Path | None, typer.Option("--home", help="运行数据所在目录（或环境变量 HALL_HOME） / folder of run-time data")] = None,
) -> None:
    context.obj = home_from(home)


def hall() -> typer.Typer:
    """The whole command line, in the order in which the commands are used."""
    app = typer.Typer(
        name="hall",
        help="政务大厅运行看板 / service-hall dashboard",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_hall)
    for name in COMMAND_MODULES:
        importlib.import_module(f"etl.commands.{name}").register(app)
    return app


def _home_first(arguments: list[str]) -> list[str]:
    """`--home` may stand anywhere on the line; Typer wants it before the command."""
    home: list[str] = []
    rest: list[str] = []
    pending = iter(arguments)
    for argument in pending:
        if argument == "--":
            rest += [argument, *pending]
        elif argument == "--home":
            home += [argument, *([value] if (value := next(pending, None)) is not None else [])]
        elif argument.startswith("--home="):
            home.append(argument)
        else:
            rest.append(argument)
    return home + rest


def main() -> None:
    """Entry point of `hall`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    try:
        hall()(_home_first(sys.argv[1:]))
    except Exception as error:
        refusal = told(error)
        if refusal is None:
            raise
        sys.stderr.write(f"{refusal.zh}\n{refusal.en}\n")
        sys.exit(1)
