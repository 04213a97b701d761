"""`hall load`: files or folders into the warehouse."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from etl.commands.output import JsonOption, home_of, print_json, print_table


def load(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="文件或文件夹 / files or folders")],
    record: Annotated[str | None, typer.Option("--as", help="记录类型 / record type")] = None,
    mapping: Annotated[str | None, typer.Option(help="映射名称 / name of the mapping")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只试载入，不写入 / try only, write nothing")] = False,
    as_json: JsonOption = False,
) -> None:
    """载入文件 / load files; every record is inserted, updated, unchanged, superseded or quarantined."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from etl.config import HallError, connect
    from etl.ingest.load import load as load_files

    refusals: list[HallError] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with connect(home_of(context)) as con, Progress(*columns, transient=True, console=_errors(), disable=as_json) as progress:
        task = progress.add_task("")
        results = load_files(
            con, home_of(context), paths, record, mapping, dry_run,
            on_file=lambda path: progress.update(task, description=path.name), on_refusal=refusals.append,
        )  # fmt: skip
    if as_json:
        print_json({"batches": [result.as_json() for result in results]})
    else:
        headers = ["文件", "记录", "映射", "读入", "新增", "更新", "未变", "被取代", "隔离", "提醒"]
        rows = [[*list(result.as_json().values())[:-1], len(result.warnings)] for result in results]
        print_table("试载入（未写入）" if dry_run else "载入结果", headers, rows)
        for result in results:
            for warned in result.warnings:
                sys.stdout.write(f"  {result.file} {warned.zh}（{warned.rows}）\n")
    for refusal in refusals:
        sys.stderr.write(f"{refusal.zh}\n{refusal.en}\n")
    if refusals or not results:
        if not refusals:
            sys.stderr.write("没有可载入的文件\nno files to load\n")
        raise typer.Exit(1)


def _errors() -> Console:
    return Console(stderr=True)


def register(app: typer.Typer) -> None:
    """Add this module's commands to `hall`."""
    app.command("load")(load)
