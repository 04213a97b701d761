"""`hall gather`: the counties of a city or a province put together in a home of its own."""

from dataclasses import asdict
from typing import Annotated

import typer

from etl.commands.output import JsonOption, home_of, print_json, print_table


def gather(
    context: typer.Context,
    lake: Annotated[
        str, typer.Option(help="数据湖：目录、网络共享或 s3a://桶/前缀 / folder, network share or s3a://BUCKET/PREFIX", metavar="DIR")
    ],
    division: Annotated[
        str | None,
        typer.Option(help="市或省的代码，默认取 hall.toml / city or province: 3509, 35; by default of hall.toml", metavar="CODE"),
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="不汇集的区县，可多次 / a county to leave out, repeatable", metavar="CODE")
    ] = None,
    with_cases: Annotated[
        bool,
        typer.Option("--with-cases/--without-cases", help="是否汇集逐件的记录 / take rows of cases along, or leave them with the counties"),
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """把数据湖中各区县的结果汇集到一个目录，供市、省发布 / counties of a lake put together for a city or a province."""
    from etl.config import HallError, connect, settings_from
    from etl.divisions import prefix_of
    from etl.lake import gather as run

    home = home_of(context)
    code = settings_from(home).division if division is None else division
    if not code:
        raise HallError(
            "请用 --division 指定市或省的代码，或在 hall.toml 中设置 division",
            "name the city or province with --division, or set division in hall.toml",
        )
    with connect(home) as con:
        made = run(con, home, lake, prefix_of(code), without or (), with_cases)
    if as_json:
        rows = [asdict(one) for one in made.counties]
        print_json({"division": made.division, "as_of": made.as_of, "differing": made.differing, "counties": rows})
        return
    print_table(
        f"已汇集 {len(made.counties)} 个区县，数据截止 {made.as_of} / counties put together, data cut-off",
        ["区划 / division", "名称 / name", "办件 / cases", "本次计算 / computed now"],
        [(one.division, f"{one.name} / {one.name_en}", one.cases, "是 / yes" if one.is_computed else "") for one in made.counties],
    )
    if made.differing:
        typer.echo(f"各区县规则不同：{'、'.join(made.differing)} / the counties' rules differ: {', '.join(made.differing)}")


def register(app: typer.Typer) -> None:
    """Add `hall gather`."""
    app.command("gather")(gather)
