"""`hall load`: files or folders into the warehouse."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from etl.commands.output import JsonOption, home_of, print_json, print_table
from etl.commands.steps import STEP

if TYPE_CHECKING:
    from etl.config import Home
    from etl.ingest.load import BatchResult


def load(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="文件或文件夹 / files or folders")],
    record: Annotated[str | None, typer.Option("--as", help="记录类型 / record type")] = None,
    mapping: Annotated[str | None, typer.Option(help="映射名称 / name of the mapping")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只试载入，不写入 / try only, write nothing")] = False,
    publish: Annotated[bool, typer.Option("--publish", help="载入后计算并发布 / then build and publish")] = False,
    actor: Annotated[str | None, typer.Option(help="经办人，记入留痕 / who loads, for the audit trail")] = None,
    steps: Annotated[bool, typer.Option("--steps", help="把每一步写到标准错误 / tell each step on standard error", hidden=True)] = False,
    as_json: JsonOption = False,
) -> None:
    """载入文件 / load files; every record is inserted, updated, unchanged, superseded or quarantined."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from etl.config import HallError, connect
    from etl.engine import build
    from etl.ingest.load import load as load_files
    from etl.publish import publish as publish_built

    if publish and dry_run:
        raise HallError("--dry-run 与 --publish 不能同时使用", "--dry-run and --publish do not go together")
    home, refusals, snapshot = home_of(context), list[HallError](), None

    def tell(step: str) -> None:
        if steps:
            sys.stderr.write(f"{STEP}{step}\n")
            sys.stderr.flush()

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with connect(home) as con, Progress(*columns, transient=True, console=_errors(), disable=as_json) as progress:
        task = progress.add_task("")

        def next_file(path: Path) -> None:
            progress.update(task, description=path.name)
            tell("load")

        results = load_files(con, home, paths, record, mapping, dry_run, on_file=next_file, on_refusal=refusals.append)
        if publish and results:
            tell("build")
            build(con, home)
            tell("publish")
            snapshot = publish_built(con, home).id
    if actor is not None and not dry_run and results:
        _keep_trace(home, actor, results)
    if as_json:
        document: dict[str, object] = {"batches": [result.as_json() for result in results]}
        if publish:
            document["snapshot"] = snapshot
        print_json(document)
    else:
        headers = ["文件", "记录", "映射", "读入", "新增", "更新", "未变", "被取代", "隔离", "提醒"]
        rows = [
            [
                result.as_json()["file"], result.record, result.mapping, result.read, result.inserted, result.updated, result.unchanged,
                result.superseded, result.quarantined, len(result.warnings),
            ]
            for result in results
        ]  # fmt: skip
        print_table("试载入（未写入）" if dry_run else "载入结果", headers, rows)
        for result in results:
            for warned in result.warnings:
                sys.stdout.write(f"  {result.file} {warned.zh}（{warned.rows}）\n")
            for problem in result.problems or ():
                sys.stdout.write(f"  {result.file} 第 {problem.line} 行 {problem.column} {problem.value} {problem.zh}\n")
    for refusal in refusals:
        sys.stderr.write(f"{refusal.zh}\n{refusal.en}\n")
    if refusals or not results:
        if not refusals:
            sys.stderr.write("没有可载入的文件\nno files to load\n")
        raise typer.Exit(1)


def _keep_trace(home: "Home", actor: str, results: "list[BatchResult]") -> None:
    """Who loaded what: file, counts and batch, nothing of its records."""
    from etl.office import append, open_office

    with open_office(home).writing() as trail:
        for result in results:
            detail = {"record": result.record, "mapping": result.mapping, "read": result.read, "quarantined": result.quarantined}
            append(trail, actor, "file.loaded", f"{result.batch_id} {result.file}", datetime.now(), detail)


def _errors() -> Console:
    return Console(stderr=True)


def register(app: typer.Typer) -> None:
    """Add this module's commands to `hall`."""
    app.command("load")(load)
