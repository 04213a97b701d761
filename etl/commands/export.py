"""`hall export`: the loaded records into a lake that many counties share."""

from typing import Annotated

import typer

from etl.commands.days import day_of
from etl.commands.output import JsonOption, home_of, print_json, print_table


def export(
    context: typer.Context,
    lake: Annotated[
        str, typer.Option(help="数据湖：目录、网络共享或 s3a://桶/前缀 / folder, network share or s3a://BUCKET/PREFIX", metavar="DIR")
    ],
    division: Annotated[str | None, typer.Option(help="行政区划代码，默认取 hall.toml / division code, by default of hall.toml")] = None,
    as_of: Annotated[str | None, typer.Option(help="数据截止日 / data cut-off, YYYY-MM-DD")] = None,
    as_json: JsonOption = False,
) -> None:
    """把已载入的记录写入数据湖，供上级用 Spark 计算 / the loaded records, masked, for a build on Spark."""
    from etl.config import HallError, connect, settings_from
    from etl.lake import export as run
    from etl.lake.layout import require_division

    home = home_of(context)
    code = settings_from(home).division if division is None else division
    require_division(code)
    if not home.warehouse.exists():
        raise HallError("尚无数据：请先运行 hall load", "nothing is loaded yet: run hall load first")
    with connect(home) as con:
        made = run(con, home, lake, code, None if as_of is None else day_of(as_of))
    tables = made.manifest.tables
    if as_json:
        rows = [
            {"name": name, "rows": table.rows, "columns": len(table.columns), "is_by_month": table.is_by_month}
            for name, table in tables.items()
        ]
        print_json({"division": code, "as_of": made.manifest.as_of, "path": made.path, "tables": rows})
        return
    print_table(
        f"{code} 已导出，数据截止 {made.manifest.as_of} / exported, data cut-off",
        ["表 / table", "行 / rows", "列 / columns", "按月 / by month"],
        [(name, table.rows, len(table.columns), "是 / yes" if table.is_by_month else "") for name, table in tables.items()],
    )


def register(app: typer.Typer) -> None:
    """Add `hall export`."""
    app.command("export")(export)
