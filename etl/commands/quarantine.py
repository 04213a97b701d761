"""`hall quarantine`: what was refused, out as a workbook to correct, and in again."""

from pathlib import Path
from typing import Annotated

import typer

from etl.commands.output import JsonOption, home_of, print_json, print_table

quarantine = typer.Typer(help="隔离区 / refused records", no_args_is_help=True)


@quarantine.command("list")
def listing(
    context: typer.Context,
    limit: Annotated[int | None, typer.Option(min=1, help="最多列出几条 / at most this many")] = None,
    as_json: JsonOption = False,
) -> None:
    """列出问题 / every open fault with file, line, column and value."""
    from etl.config import connect
    from etl.ingest.quarantine import listed
    from etl.ingest.warehouse import ensure_tables

    with connect(home_of(context)) as con:
        ensure_tables(con)
        rows = listed(con, limit)
    if as_json:
        shape = [
            {
                "file": row["file"] if row["sheet"] is None else f"{row['file']}#{row['sheet']}",
                "line": row["line"], "column": row["field"], "value": row["value"], "rule": row["rule"],
                "message": row["zh"], "message_en": row["en"], "raw": row["raw"],
            }
            for row in rows
        ]  # fmt: skip
        print_json({"rows": shape})
        return
    table = [[row["file"], row["line"], row["field"], (row["value"] or "")[:40], row["rule"], row["zh"]] for row in rows]
    print_table("隔离的记录", ["文件", "行", "列", "值", "规则", "问题"], table)


@quarantine.command("export")
def export(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="工作簿 / workbook to write")] = Path("quarantine.xlsx"),
    as_json: JsonOption = False,
) -> None:
    """导出工作簿，供单位改正 / a workbook that the office can correct."""
    from etl.config import connect
    from etl.ingest.quarantine import export as write
    from etl.ingest.warehouse import ensure_tables, refuse_lake

    with connect(home_of(context)) as con:
        ensure_tables(con)
        # What was written in the refused records stays with the county.
        refuse_lake(con)
        rows = write(con, out)
    if as_json:
        print_json({"file": str(out), "rows": rows})
    else:
        typer.echo(f"{out}：{rows} 行 / rows")


@quarantine.command("retry")
def retry(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="改正后的工作簿 / the corrected workbook")],
    as_json: JsonOption = False,
) -> None:
    """载入改正后的工作簿 / load the corrected workbook."""
    from etl.config import connect
    from etl.ingest.retry import retry as again

    with connect(home_of(context)) as con:
        done = again(con, home_of(context), file)
    if as_json:
        print_json({"batches": [result.as_json() for result in done.results], "resolved": done.resolved, "open": done.open})
    else:
        typer.echo(f"已改正 {done.resolved} 条，仍隔离 {done.open} 条 / {done.resolved} resolved, {done.open} still quarantined")


def register(app: typer.Typer) -> None:
    """Add this module's commands to `hall`."""
    app.add_typer(quarantine, name="quarantine")
