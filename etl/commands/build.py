"""`hall build`: facts and marts from what is loaded."""

from datetime import date
from typing import Annotated

import typer

from etl.commands.days import day_of
from etl.commands.output import JsonOption, home_of, print_json, print_table

WAYS = {
    "whole": "全部 / whole",
    "narrowed": "变化的办件 / changed cases",
    "summed": "增减 / added and taken off",
    "kept": "未变 / kept",
}


def build(
    context: typer.Context,
    full: Annotated[bool, typer.Option("--full", help="全部重算，而不只算变化的部分 / compute everything, not only what changed")] = False,
    as_of: Annotated[str | None, typer.Option(help="数据截止日 / data cut-off, YYYY-MM-DD")] = None,
    engine: Annotated[str, typer.Option(help="计算引擎 / engine: duckdb")] = "duckdb",
    as_json: JsonOption = False,
) -> None:
    """由已载入的记录计算办件时限和统计表 / facts and marts from what is loaded."""
    from etl.config import HallError, connect
    from etl.engine import build as run

    if engine != "duckdb":
        raise HallError(
            f"本版不含 {engine} 引擎，请用 --engine duckdb", f"engine {engine} is not part of this version; use --engine duckdb"
        )
    cut_off: date | None = None if as_of is None else day_of(as_of)
    home = home_of(context)
    if not home.warehouse.exists():
        raise HallError("尚无数据：请先运行 hall load", "nothing is loaded yet: run hall load first")
    with connect(home) as con:
        result = run(con, home, cut_off, full=full)
    if as_json:
        models = [{"name": one.name, "rows": one.rows, "seconds": round(one.seconds, 3), "way": one.way} for one in result.runs]
        print_json({"as_of": result.as_of, "seconds": round(result.seconds, 3), "models": models})
        return
    rows = [(one.name, "视图 / view" if one.is_view else one.rows, WAYS[one.way], f"{one.seconds:.2f}") for one in result.runs]
    print_table(
        f"数据截止 {result.as_of}（data cut-off），{result.seconds:.2f} s", ["模型 / model", "行 / rows", "算法 / way", "秒 / s"], rows
    )


def register(app: typer.Typer) -> None:
    """Add `hall build`."""
    app.command("build")(build)
