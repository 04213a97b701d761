"""`hall demo`: a synthetic year through the whole house, from the files to the dashboard."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from etl.commands.output import home_of, print_table
from etl.config import HallError, Home, connect, settings_from

if TYPE_CHECKING:
    import duckdb

    from etl.demo import Made

FOLDER = "demo-2018"


def _refuse_among_real_records(con: "duckdb.DuckDBPyConnection") -> None:
    """Made-up records never go among an office's own. Raises HallError when the warehouse holds only those."""
    from etl.ingest.warehouse import ensure_tables
    from etl.synthetic import MARK

    ensure_tables(con)
    row = con.execute("select count(*), count(*) filter (where starts_with(file, ?)) from batch", [MARK]).fetchone()
    if row is not None and row[0] and not row[1]:
        raise HallError(
            "数据仓库里已有真实数据，不能混入合成演示数据；请用 --home 指定另一个目录",
            "the warehouse holds real records; synthetic ones must not be mixed in: name another folder with --home",
        )


def _load(con: "duckdb.DuckDBPyConnection", home: Home, made: "Made") -> None:
    """Load the files, and hold what went to quarantine against what was planted."""
    from etl.ingest.load import load

    results = load(con, home, made.files)
    columns = ("文件", "记录", "读入", "新增", "更新", "未变", "被取代", "隔离")
    print_table(
        "合成演示数据 / synthetic data",
        columns,
        [
            (
                r.file if r.sheet is None else f"{r.file}#{r.sheet}",
                r.record,
                r.read,
                r.inserted,
                r.updated,
                r.unchanged,
                r.superseded,
                r.quarantined,
            )
            for r in results
        ],
    )
    quarantined = sum(result.quarantined for result in results)
    if quarantined != made.refused:
        raise HallError(
            f"演示数据里故意写错 {made.refused} 条，却隔离了 {quarantined} 条；请报告给开发者",
            f"{made.refused} records were spoilt on purpose but {quarantined} went to quarantine; please report this",
        )


def run(home: Home) -> None:
    """Make, load, build and publish the demo year under `home`, and its twelve months. Running it again changes nothing."""
    from etl.demo import make
    from etl.demo.yearend import publish_year
    from etl.engine import build
    from etl.publish import publish

    home.make()
    with connect(home) as con:
        _refuse_among_real_records(con)
        typer.echo(f"生成文件 / making files: {home.inbox / FOLDER}")
        made = make(home.inbox / FOLDER)
        _load(con, home, made)
        typer.echo("计算 / building")
        build(con, home)
        typer.echo("发布 / publishing")
        publish(con, home)
    typer.echo("考核 / assessment")
    marks, months = publish_year(home, datetime.now())
    typer.echo(f"年度评价 {marks} 项，公布 {months} 个月 / {marks} annual marks, {months} months published")


def demo(
    context: typer.Context,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="只准备数据，不打开看板 / prepare the data only")] = False,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="端口，默认取 hall.toml 的 port / port, by default from hall.toml")
    ] = None,
) -> None:
    """合成的 2018 年：生成、载入、计算、发布并打开看板 / a synthetic 2018, from files to dashboard."""
    from etl.commands import serve

    home = home_of(context)
    chosen = settings_from(home).port if port is None else port
    if not no_serve:
        serve.require_free(serve.LOCAL, chosen)
    run(home)
    if no_serve:
        typer.echo("已发布；运行 hall serve 打开看板 / published; hall serve opens the dashboard")
        return
    serve.run(home, serve.LOCAL, chosen, serve.access_of(home, serve.LOCAL))


def register(app: typer.Typer) -> None:
    """Add `hall demo`."""
    app.command("demo")(demo)
