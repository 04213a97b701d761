"""Evaluates an indicator over a mart. Every rate is a sum over a sum, whatever the slice; values are parameters, never text in SQL."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import duckdb

from etl.config import HallError
from etl.indicators.definition import Indicator, definition, unknown_name
from etl.indicators.dimensions import DIMENSIONS, MARTS, SCOPE_PLACES, Value, parse_value
from etl.indicators.periods import step_of, steps

Key = tuple[Value, ...]
BEFORE = "before"
ALL = "all"


@dataclass(frozen=True)
class Query:
    """What is asked: both days included, by which dimensions, where. Several values of one dimension mean any of them."""

    date_from: date
    date_to: date
    by: Sequence[str] = ()
    where: Mapping[str, Value | Sequence[Value]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One slice. `value` is None when the denominator is 0; `n` is the number of cases (items, …) it rests on."""

    by: dict[str, Value]
    numerator: int | float | None
    denominator: int | float | None
    value: int | float | None
    n: int


@dataclass(frozen=True)
class Result:
    """The answer, its rows in the order of their dimensions. Rates are 0-100."""

    indicator: str
    label: str
    unit: str
    date_from: date
    date_to: date
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, object]:
        """The documented JSON form: indicator, label, unit, from, to, rows."""
        rows = [
            {"by": row.by, "numerator": row.numerator, "denominator": row.denominator, "value": row.value, "n": row.n} for row in self.rows
        ]
        period = {"from": self.date_from.isoformat(), "to": self.date_to.isoformat()}
        return {"indicator": self.indicator, "label": self.label, "unit": self.unit, **period, "rows": rows}


@dataclass(frozen=True)
class _Sums:
    """Sums of one slice: numerator, denominator, what `opening` adds to what is carried on, and what `count` counts."""

    numerator: int | float = 0
    denominator: int | float = 0
    opening: int | float = 0
    count: int | float = 0

    def plus(self, other: "_Sums") -> "_Sums":
        return _Sums(
            self.numerator + other.numerator,
            self.denominator + other.denominator,
            self.opening + other.opening,
            self.count + other.count,
        )


def evaluate(con: duckdb.DuckDBPyConnection, indicator: str, query: Query) -> Result:
    """The indicator for the query. `con` is a snapshot or the built warehouse.

    Raises HallError for an unknown indicator, dimension or value, for dimensions that no mart holds together, for a period that ends
    before it begins, and when nothing is built.
    """
    asked = definition(indicator)
    by, where = _checked(asked, query)
    mart = _mart(asked, [*by, *where])
    rows = (
        _histogram_rows(con, asked, mart, query, by, where) if asked.kind == "percentile" else _sum_rows(con, asked, mart, query, by, where)
    )
    return Result(asked.name, asked.zh, asked.unit.zh, query.date_from, query.date_to, tuple(rows))


def _checked(asked: Indicator, query: Query) -> tuple[list[str], dict[str, list[Value]]]:
    if query.date_to < query.date_from:
        raise HallError(
            f"结束日期 {query.date_to} 早于开始日期 {query.date_from}",
            f"the period ends ({query.date_to}) before it begins ({query.date_from})",
        )
    by = list(dict.fromkeys(query.by))
    asked_where = _with_places(asked, query.where)
    for name in [*by, *asked_where]:
        if name not in DIMENSIONS:
            raise unknown_name("维度", "dimension", name, asked.dimensions)
        if name not in asked.dimensions:
            listed = "、".join(asked.dimensions)
            raise HallError(
                f"指标 {asked.name} 不能按 {name} 划分；可用：{listed}",
                f"indicator {asked.name} has no dimension {name}; it has: {', '.join(asked.dimensions)}",
            )
    if len([name for name in by if DIMENSIONS[name].steps]) > 1:
        raise HallError("时间维度只能选一个（日、周、月、季度、年）", "choose one of day, week, month, quarter, year")
    for name in asked_where:
        if DIMENSIONS[name].steps:
            raise HallError(f"{name} 不能作为条件，请用起止日期", f"{name} is no condition: use the period's first and last day")
    given = {name: value for name, value in asked.where.items() if name not in asked_where and name not in by}
    where: dict[str, list[Value]] = {}
    for name, value in {**given, **asked_where}.items():
        listed_values: Iterable[Value] = [value] if isinstance(value, str | int) else value
        where[name] = [parse_value(name, one) for one in listed_values]
    return by, where


def _with_places(asked: Indicator, where: Mapping[str, Value | Sequence[Value]]) -> dict[str, Value | Sequence[Value]]:
    """Scopes overlap, so cases are counted by place; a scope asked of cases is the places it takes in."""
    if "scope" not in where or "scope" in asked.dimensions or "place" not in asked.dimensions:
        return dict(where)
    given = where["scope"]
    scopes = [str(parse_value("scope", one)) for one in ([given] if isinstance(given, str | int) else given)]
    rest = {name: value for name, value in where.items() if name != "scope"}
    if "all" in scopes:
        return rest
    places = [place for scope in scopes for place in SCOPE_PLACES.get(scope, ())]
    if "place" in rest:
        raise HallError("scope 与 place 不能同时作为条件", "scope and place cannot both be conditions")
    return {**rest, "place": list(dict.fromkeys(places))}


def _mart(asked: Indicator, names: Sequence[str]) -> str:
    for mart in asked.marts:
        if set(names) <= set(MARTS[mart]):
            return mart
    together = "、".join(dict.fromkeys(names))
    raise HallError(
        f"指标 {asked.name} 不能同时按 {together} 查询，请减少一个维度",
        f"indicator {asked.name} cannot be asked by these together: {together.replace('、', ', ')}; leave one out",
    )


def _condition(where: Mapping[str, Sequence[Value]]) -> tuple[list[str], dict[str, object]]:
    parts: list[str] = []
    parameters: dict[str, object] = {}
    for name, values in where.items():
        if DIMENSIONS[name].type == "division":
            # A city or a province is all that begins with its code.
            given = {f"{name}_{number}": value for number, value in enumerate(values)}
            parts.append(f"({' or '.join(f'starts_with({DIMENSIONS[name].sql}, ${one})' for one in given)})")
            parameters |= given
        else:
            parts.append(f"list_contains(${name}, {DIMENSIONS[name].sql})")
            parameters[name] = list(values)
    return parts, parameters


def _source(asked: Indicator, mart: str, query: Query, by: Sequence[str], needs_history: bool) -> tuple[str, list[str], dict[str, object]]:
    """FROM clause, conditions on time, and their parameters. An item in force is counted on the last day of each step."""
    if asked.timing == "in_force":
        step = next((name for name in by if DIMENSIONS[name].steps), None)
        ends = list(steps(step, query.date_from, query.date_to).values()) if step else [query.date_to]
        moments = f"{mart} inner join (select unnest($ends) as day) as moment on in_force_from <= moment.day and moment.day < in_force_to"
        return moments, [], {"ends": ends}
    if needs_history:
        return mart, ["day <= $last"], {"first": query.date_from, "last": query.date_to}
    return mart, ["day between $first and $last"], {"first": query.date_from, "last": query.date_to}


def _fetch(con: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object]) -> list[tuple[object, ...]]:
    used = {name: value for name, value in parameters.items() if f"${name}" in sql}
    try:
        return con.execute(sql, used).fetchall()
    except duckdb.CatalogException:
        raise HallError("尚无统计数据：请先运行 hall build", "nothing is built yet: run hall build first") from None
    except duckdb.BinderException as error:
        if "division" not in str(error):
            raise
        raise HallError(
            "这份数据没有区划：区划只在发布的版本中有，请重新运行 hall publish（不加 --warehouse）",
            "these data say no division: only published snapshots do; run hall publish again, and ask without --warehouse",
        ) from None


def _number(value: object) -> int | float:
    """A sum as a plain number; whole numbers stay whole."""
    if value is None:
        return 0
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, int | float):
        return value
    raise TypeError(f"{type(value).__name__} is no sum")


def _key(cells: Iterable[object]) -> Key:
    """The dimension values of one slice; None marks the time before the period."""
    return tuple(cell if isinstance(cell, str | int) else "" for cell in cells)


def _step_label(step: str | None, at: object) -> str:
    """The step that a day of it stands for; empty for the time before the period."""
    if at is None:
        return BEFORE
    return step_of(step, at) if step and isinstance(at, date) else ALL


def _place(row: Row) -> list[tuple[bool, Value]]:
    """Where a row stands; a dimension that is not given stands after the whole numbers."""
    return [(isinstance(value, str), value) for value in row.by.values()]


def _sum_rows(
    con: duckdb.DuckDBPyConnection, asked: Indicator, mart: str, query: Query, by: Sequence[str], where: Mapping[str, Sequence[Value]]
) -> list[Row]:
    step = next((name for name in by if DIMENSIONS[name].steps), None)
    others = [name for name in by if name != step]
    opening = asked.denominator.opening if asked.denominator else None
    carries = asked.timing == "until" or opening is not None
    source, times, parameters = _source(asked, mart, query, by, carries)
    conditions, values = _condition(where)
    step_sql = DIMENSIONS[step].sql if step else "true"
    # What came before the period is told apart only where it matters: by step, or as what was carried in.
    if carries and (step or opening):
        step_sql = f"case when day >= $first then {step_sql} end"
    columns = [step_sql, *(DIMENSIONS[name].sql for name in others)]
    counted = asked.count.sql if asked.count else "0"
    sums = [asked.numerator.sql, asked.denominator.sql if asked.denominator else "0", opening or "0", counted]
    listed = ", ".join([*columns, *(f"sum({part})" for part in sums)])
    chosen = f" where {' and '.join([*times, *conditions])}" if times or conditions else ""
    positions = ", ".join(str(number + 1) for number in range(len(columns)))
    found = _fetch(con, f"select {listed} from {source}{chosen} group by {positions}", {**parameters, **values})
    slices: dict[Key, dict[str, _Sums]] = defaultdict(dict)
    for at, *rest in found:
        numbers = [_number(cell) for cell in rest[len(others) :]]
        slices[_key(rest[: len(others)])][_step_label(step, at)] = _Sums(*numbers)
    if not others and not slices:
        slices[()] = {}
    wanted = list(steps(step, query.date_from, query.date_to)) if step else [ALL]
    is_dense = carries or not others or asked.timing == "in_force"
    rows: list[Row] = []
    for at, key, made in _followed(slices, wanted, asked.timing == "until", is_dense):
        named = dict(zip(others, key, strict=True))
        rows.append(_row(asked, {name: at if name == step else named[name] for name in by}, made))
    return sorted(rows, key=_place)


def _followed(
    slices: Mapping[Key, Mapping[str, _Sums]], wanted: Sequence[str], is_level: bool, is_dense: bool
) -> Iterable[tuple[str, Key, _Sums]]:
    """Each slice step by step. A level carries all sums on; a flow adds to its denominator what was open when the step began."""
    for key, by_step in slices.items():
        carried = by_step.get(BEFORE, _Sums())
        for at in wanted:
            here = by_step.get(at, _Sums())
            made = carried.plus(here) if is_level else _Sums(here.numerator, here.denominator + carried.opening, count=here.count)
            carried = carried.plus(here)
            if is_dense or at in by_step:
                yield at, key, made


def _row(asked: Indicator, by: dict[str, Value], sums: _Sums) -> Row:
    if asked.denominator is None:
        return Row(by, sums.numerator, None, sums.numerator, int(sums.numerator))
    factor = 100 if asked.kind == "rate" else 1
    value = sums.numerator * factor / sums.denominator if sums.denominator else None
    return Row(by, sums.numerator, sums.denominator, value, int(sums.denominator if asked.count is None else sums.count))


def _histogram_rows(
    con: duckdb.DuckDBPyConnection, asked: Indicator, mart: str, query: Query, by: Sequence[str], where: Mapping[str, Sequence[Value]]
) -> list[Row]:
    source, times, parameters = _source(asked, mart, query, by, needs_history=False)
    conditions, values = _condition(where)
    columns = [*(DIMENSIONS[name].sql for name in by), asked.size]
    positions = ", ".join(str(number + 1) for number in range(len(columns)))
    sql = (
        f"select {', '.join(columns)}, sum({asked.numerator.sql}) from {source} "
        f"where {' and '.join([*times, *conditions])} group by {positions}"
    )
    stepped = next((index for index, name in enumerate(by) if DIMENSIONS[name].steps), None)
    histograms: dict[Key, dict[int, int]] = defaultdict(dict)
    for *cells, size, cases in _fetch(con, sql, {**parameters, **values}):
        if stepped is not None:
            cells[stepped] = _step_label(by[stepped], cells[stepped])
        histograms[_key(cells)][int(_number(size))] = int(_number(cases))
    if list(by) and len(by) == 1 and DIMENSIONS[by[0]].steps:
        histograms = defaultdict(dict, {(at,): histograms.get((at,), {}) for at in steps(by[0], query.date_from, query.date_to)})
    elif not by and not histograms:
        histograms[()] = {}
    rows = []
    for key, histogram in histograms.items():
        n = sum(histogram.values())
        found = quantile(histogram, asked.quantile or 0.5)
        value = None if found is None else found / asked.sizes_per_unit
        rows.append(Row(dict(zip(by, key, strict=True)), None, None, value, n))
    return sorted(rows, key=_place)


def quantile(histogram: Mapping[int, int], share: float) -> float | None:
    """The quantile of a histogram of whole numbers, exactly that of its cases written out in a row.

    Between two cases it is interpolated, as SQL's percentile_cont does. None when there are no cases.
    """
    total = sum(histogram.values())
    if total == 0:
        return None
    position = (total - 1) * share
    below = int(position)
    low, high = _at(histogram, below), _at(histogram, min(below + 1, total - 1))
    return low + (high - low) * (position - below)


def _at(histogram: Mapping[int, int], index: int) -> int:
    """The case at `index`, counted from 0, when all stand in order."""
    seen = 0
    for value in sorted(histogram):
        seen += histogram[value]
        if index < seen:
            return value
    raise IndexError(index)
