"""`hall publish`, `hall rollback`, `hall snapshots`."""

from dataclasses import asdict
from typing import Annotated

import typer

from etl.commands.output import JsonOption, home_of, print_json, print_table


def publish(context: typer.Context, as_json: JsonOption = False) -> None:
    """把统计结果发布成只读版本供看板使用 / make what was built the snapshot that the dashboard shows."""
    from etl.config import HallError, connect
    from etl.publish import publish as run

    home = home_of(context)
    if not home.warehouse.exists():
        raise HallError("尚无数据：请先运行 hall load 和 hall build", "nothing is loaded yet: run hall load and hall build first")
    with connect(home) as con:
        manifest = run(con, home)
    if as_json:
        print_json(asdict(manifest))
        return
    if not manifest.is_new:
        typer.echo(f"内容与当前版本 {manifest.id} 相同，未生成新版本 / unchanged: snapshot {manifest.id} stays current")
        return
    typer.echo(f"已发布 {manifest.id}，数据截止 {manifest.as_of} / published, data cut-off {manifest.as_of}")


def rollback(
    context: typer.Context,
    snapshot: Annotated[str | None, typer.Argument(metavar="ID", help="版本号，默认上一版 / snapshot, by default the one before")] = None,
    as_json: JsonOption = False,
) -> None:
    """退回到更早的版本 / show an earlier snapshot again."""
    from etl.publish import rollback as run

    identifier = run(home_of(context), snapshot)
    if as_json:
        print_json({"id": identifier})
        return
    typer.echo(f"当前版本：{identifier} / current snapshot: {identifier}")


def snapshots(context: typer.Context, as_json: JsonOption = False) -> None:
    """列出已发布的版本 / the published snapshots, newest first."""
    from etl.publish import snapshots as run

    found = run(home_of(context))
    if as_json:
        keys = ("id", "published_at", "as_of", "is_current", "tables", "totals", "versions", "content")
        print_json({"rows": [{key: asdict(manifest)[key] for key in keys} for manifest in found]})
        return
    rows = [(one.id, "●" if one.is_current else "", one.published_at, one.as_of, one.totals.get("cases")) for one in found]
    print_table(
        "已发布版本 / snapshots", ["版本 / id", "当前 / current", "发布时间 / published", "数据截止 / cut-off", "办件 / cases"], rows
    )


def register(app: typer.Typer) -> None:
    """Add the commands on snapshots."""
    app.command("publish")(publish)
    app.command("rollback")(rollback)
    app.command("snapshots")(snapshots)
