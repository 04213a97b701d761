"""`hall build`: facts and marts from what is loaded."""

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from etl.commands.days import day_of
from etl.commands.output import JsonOption, home_of, print_json, print_table

if TYPE_CHECKING:
    from etl.config import Home
    from etl.engine import BuildResult

# What Spark's settings call the keys of object storage.
SECRET = re.compile(r"(access[._]key([._]id)?|secret[._]key|session[._]token)$", re.IGNORECASE)
ENGINES = ("duckdb", "spark")
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
    engine: Annotated[str, typer.Option(help="计算引擎 / engine: duckdb, spark")] = "duckdb",
    lake: Annotated[
        str | None,
        typer.Option(help="Spark 读取的数据湖，目录或 s3a://桶/前缀 / lake that Spark reads: folder or s3a://BUCKET/PREFIX", metavar="DIR"),
    ] = None,
    division: Annotated[str | None, typer.Option(help="行政区划代码，默认取 hall.toml / division code, by default of hall.toml")] = None,
    master: Annotated[str, typer.Option(help="Spark 地址 / address: local[2], spark://…, sc://…")] = "local[*]",
    conf: Annotated[list[str] | None, typer.Option(help="Spark 设置，可多次 / setting of Spark, repeatable", metavar="KEY=VALUE")] = None,
    as_json: JsonOption = False,
) -> None:
    """由已载入的记录计算办件时限和统计表 / facts and marts from what is loaded."""
    from etl.config import HallError, connect
    from etl.engine import build as run

    if engine not in ENGINES:
        raise HallError(f"没有 {engine} 引擎；可用：duckdb、spark", f"there is no engine {engine}; there are duckdb and spark")
    home = home_of(context)
    if engine == "spark":
        if as_of is not None:
            raise HallError("Spark 的数据截止日由 hall export --as-of 决定", "with Spark the cut-off is that of hall export --as-of")
        result = _on_spark(home, lake, division, master, conf or [])
    else:
        if lake is not None:
            raise HallError("--lake 须与 --engine spark 同用", "--lake goes with --engine spark")
        cut_off: date | None = None if as_of is None else day_of(as_of)
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


def _on_spark(home: "Home", lake: str | None, division: str | None, master: str, conf: list[str]) -> "BuildResult":
    from etl.config import HallError, connect, settings_from
    from etl.engine.spark import build_from_lake
    from etl.lake import county_of, lake_at

    if lake is None:
        raise HallError("请用 --lake 指定数据湖", "say with --lake where the lake is")
    wrong = next((one for one in conf if "=" not in one), None)
    if wrong is not None:
        raise HallError(f"Spark 设置应为 键=值：{wrong}", f"a setting of Spark is KEY=VALUE: {wrong}")
    secret = next((key for key in (one.partition("=")[0] for one in conf) if SECRET.search(key)), None)
    if secret is not None:
        raise HallError(
            f"{secret} 不能写在命令行上，本机每个账号都看得到：请写入 Spark 集群自己的配置（core-site.xml）",
            f"{secret} does not belong on a command line, which every account of this machine can read: set it in the cluster's own "
            "configuration (core-site.xml)",
        )
    code = settings_from(home).division if division is None else division
    with connect(home) as con, lake_at(lake, home) as root:
        return build_from_lake(con, county_of(root, code), master, dict(one.split("=", 1) for one in conf))


def register(app: typer.Typer) -> None:
    """Add `hall build`."""
    app.command("build")(build)
