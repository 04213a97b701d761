"""`hall indicator` and `hall reconcile`: numbers with what they are made of."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from etl.commands.days import day_of
from etl.commands.output import JsonOption, home_of, print_json, print_table

if TYPE_CHECKING:
    from etl.indicators import Indicator, Result

WarehouseOption = Annotated[bool, typer.Option("--warehouse", help="读数据仓库而不是已发布的版本 / read the warehouse, not the snapshot")]
DivisionOption = Annotated[
    str | None, typer.Option("--division", help="只看某县、市、省 / of a county, city or province: 350902, 3509, 35", metavar="CODE")
]


def _conditions(given: Sequence[str]) -> dict[str, list[str]]:
    from etl.config import HallError

    where: dict[str, list[str]] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise HallError(f"条件“{text}”应写成 维度=值，如 channel=web", f"condition {text!r} should be DIM=VALUE, as in channel=web")
        where.setdefault(name.strip(), []).append(value.strip())
    return where


def _shown(value: float | None, indicator: "Indicator") -> str:
    if value is None:
        return "—"
    return f"{value:.2f}" if indicator.kind in ("rate", "mean", "percentile") else f"{value}"


def _named(dimension: str, value: str | int) -> str:
    """The words of a value; a division, which has a name in either language, by both."""
    from etl.indicators.dimensions import DIMENSIONS, value_label

    words = [value_label(dimension, value, language) for language in ("zh_CN", "en")]
    return " / ".join(dict.fromkeys(words)) if DIMENSIONS[dimension].type == "division" and value else words[0]


def _print_dictionary(as_json: bool) -> None:
    from etl.indicators import definitions
    from etl.indicators.dictionary import entry

    if as_json:
        print_json({"rows": [entry(indicator) for indicator in definitions().values()]})
        return
    columns = ["名称 / name", "指标", "indicator", "单位 / unit", "公式 / formula", "维度 / dimensions"]
    rows = [(one.name, one.zh, one.en, one.unit.zh, one.formula.zh, " ".join(one.dimensions)) for one in definitions().values()]
    print_table("指标字典 / dictionary of indicators", columns, rows)


def _print_result(result: "Result", indicator: "Indicator") -> None:
    from etl.indicators.dimensions import DIMENSIONS

    names = list(result.rows[0].by) if result.rows else []
    columns = [*(DIMENSIONS[name].zh for name in names), "分子 / numerator", "分母 / denominator", f"值 / value（{result.unit}）", "n"]
    rows = [
        (
            *(_named(name, row.by[name]) for name in names),
            row.numerator,
            row.denominator,
            _shown(row.value, indicator) + ("（n 过小 / small n）" if row.n < indicator.minimum_denominator else ""),
            row.n,
        )
        for row in result.rows
    ]
    print_table(f"{result.label}（{indicator.en}），{result.date_from} 至 {result.date_to}：{indicator.formula.zh}", columns, rows)


def indicator(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="指标名，省略则列出全部 / indicator; without it the dictionary")] = None,
    date_from: Annotated[str | None, typer.Option("--from", help="开始日期 / first day, YYYY-MM-DD")] = None,
    date_to: Annotated[str | None, typer.Option("--to", help="结束日期（含） / last day, YYYY-MM-DD")] = None,
    by: Annotated[list[str] | None, typer.Option("--by", help="维度，可重复 / dimension, may be repeated")] = None,
    where: Annotated[list[str] | None, typer.Option("--where", help="维度=值，可重复 / DIM=VALUE, may be repeated")] = None,
    division: DivisionOption = None,
    from_warehouse: WarehouseOption = False,
    as_json: JsonOption = False,
) -> None:
    """一个指标的分子、分母和值 / numerator, denominator and value of an indicator."""
    from etl.config import HallError
    from etl.indicators import Query, definition, evaluate
    from etl.indicators.values import require_known_values
    from etl.reading import open_numbers

    if name is None:
        _print_dictionary(as_json)
        return
    asked = definition(name)
    if date_from is None or date_to is None:
        raise HallError("请用 --from 和 --to 指定起止日期", "give the first and last day with --from and --to")
    query = Query(day_of(date_from), day_of(date_to), tuple(by or ()), _conditions(where or ()))
    with open_numbers(home_of(context), from_warehouse, division) as con:
        result = evaluate(con, name, query)
        require_known_values(con, asked, query)
    if as_json:
        print_json(result.as_json())
        return
    _print_result(result, asked)


def _annual(context: typer.Context, year: int, from_warehouse: bool, as_json: bool) -> None:
    """For each sentence of the annual report its figures from the data, with formula and link."""
    from etl.indicators import definitions
    from etl.reading import open_county
    from etl.reconcile import annual, asking

    with open_county(home_of(context), from_warehouse) as con:
        rows = annual(asking(con), year)
    if as_json:
        print_json({"year": year, "rows": [row.as_json() for row in rows]})
        return
    listed = [
        (
            row.sentence.zh if row.sentence else "",
            f"{row.figure.zh}（{row.figure.scope.zh}）" if row.published is not None else row.figure.zh,
            (row.row.value or 0) if row.row else "—",
            "" if row.published is None else ("约 " if row.figure.approximate else "") + str(row.published),
            definitions()[row.figure.indicator].formula.zh if row.figure.indicator else "无数据 / no data",
            row.link,
        )
        for row in rows
    ]
    columns = ("句 / sentence", "数字 / figure", "计算 / computed", "公布 / published", "公式 / formula", "链接 / link")
    print_table(f"{year} 年年度报告数字 / figures of the annual report {year}", columns, listed)


def reconcile(
    context: typer.Context,
    year: Annotated[
        int | None, typer.Option(min=1990, max=2100, help="年度报告各句的数字 / figures for each sentence of that year's report")
    ] = None,
    from_warehouse: WarehouseOption = False,
    as_json: JsonOption = False,
) -> None:
    """把公布的年度数字与计算结果并排核对 / the published figures beside the computed ones."""
    from etl.reading import open_county

    if year is not None:
        _annual(context, year, from_warehouse, as_json)
        return
    from etl.reconcile import figures
    from etl.reconcile import reconcile as run

    with open_county(home_of(context), from_warehouse) as con:
        rows = run(con, figures())
    if as_json:
        print_json({"rows": [row.as_json() for row in rows]})
        return
    marks = {True: "相符 / equal", False: "不符 / differs", None: "无数据 / no data"}
    listed = [
        (
            row.figure.zh,
            row.figure.scope.zh,
            ("约 " if row.figure.approximate else "") + str(row.figure.published),
            row.computed,
            marks[row.equal],
        )
        for row in rows
    ]
    print_table(
        "公布数与计算数 / published and computed", ["数字 / figure", "口径 / scope", "公布 / published", "计算 / computed", ""], listed
    )


def register(app: typer.Typer) -> None:
    """Add `hall indicator` and `hall reconcile`."""
    app.command("indicator")(indicator)
    app.command("reconcile")(reconcile)
