"""The figures of a report: each is an answer of `etl.indicators.evaluate`, kept with the question, so that it can be asked again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from dashboard.period import Period, is_covered
from dashboard.reports.period import ReportPeriod
from etl.indicators import Indicator, Query, definitions, evaluate
from etl.indicators.dimensions import MARTS, value_label

Value = str | int
Question = tuple[str, date, date, tuple[tuple[str, Any], ...], tuple[tuple[str, Value], ...]]
Conditions = Mapping[str, Value | Sequence[Value]]


@dataclass(frozen=True)
class Figure:
    """One number and the question whose answer it is. `name` is the value of the dimension it was asked by."""

    indicator: Indicator
    first: date
    last: date
    where: tuple[tuple[str, Any], ...]
    by: tuple[tuple[str, Value], ...]
    numerator: int | float | None
    denominator: int | float | None
    value: int | float | None
    n: int

    @property
    def question(self) -> Question:
        """What was asked; two figures with the same question are the same."""
        return (self.indicator.name, self.first, self.last, self.where, self.by)

    @property
    def name(self) -> str:
        """What a reader calls the thing that it is the number of."""
        return "、".join(value_label(dimension, value) for dimension, value in self.by)

    @property
    def is_rate(self) -> bool:
        return self.indicator.kind == "rate"

    @property
    def is_count(self) -> bool:
        return self.indicator.kind in ("count", "stock")

    @property
    def is_firm(self) -> bool:
        """Whether it rests on enough cases to be ranked."""
        return self.is_count or self.n >= self.indicator.minimum_denominator


class Source:
    """Asks a snapshot. Every answer is kept, and handed out again when the same is asked."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._answers: dict[tuple[object, ...], tuple[Figure, ...]] = {}
        self._begins: dict[str, date | None] = {}
        self._rows: dict[str, bool] = {}

    @property
    def asked(self) -> list[Figure]:
        """Every figure handed out so far."""
        return [figure for answer in self._answers.values() for figure in answer]

    def is_present(self, name: str) -> bool:
        """Whether the indicator is defined and its table has any row at all."""
        found = definitions().get(name)
        return found is not None and any(self._has_rows(mart) for mart in found.marts)

    def _has_rows(self, mart: str) -> bool:
        if mart not in self._rows:
            try:
                self._rows[mart] = self._con.execute(f"select 1 from {mart} limit 1").fetchone() is not None
            except duckdb.CatalogException:
                self._rows[mart] = False
        return self._rows[mart]

    def begins(self, name: str) -> date | None:
        """The first day that the indicator's records know; None where its table has no days."""
        mart = definitions()[name].marts[0]
        if mart not in self._begins:
            has_days = "weekday" in MARTS[mart] or "day" in MARTS[mart]
            try:
                row = self._con.execute(f"select min(day) from {mart}").fetchone() if has_days else None
            except (duckdb.CatalogException, duckdb.BinderException):
                row = None
            self._begins[mart] = row[0] if row else None
        return self._begins[mart]

    def reaches(self, name: str, period: ReportPeriod) -> bool:
        """Whether the records go back to the period's beginning, so that a comparison with it is fair."""
        begins = self.begins(name)
        return begins is None or is_covered(Period("custom", period.first, period.last), begins)

    def by(self, name: str, dimensions: Sequence[str], period: ReportPeriod, where: Conditions | None = None) -> tuple[Figure, ...]:
        """The indicator by dimensions, in their order. Raises HallError as `evaluate` does."""
        chosen = tuple((key, tuple(value) if isinstance(value, list) else value) for key, value in (where or {}).items())
        key = (name, tuple(dimensions), period.first, period.last, chosen)
        if key not in self._answers:
            result = evaluate(self._con, name, Query(period.first, period.last, tuple(dimensions), dict(chosen)))
            found = definitions()[name]
            self._answers[key] = tuple(
                Figure(found, period.first, period.last, chosen, tuple(row.by.items()), row.numerator, row.denominator, row.value, row.n)
                for row in result.rows
            )
        return self._answers[key]

    def one(self, name: str, period: ReportPeriod, where: Conditions | None = None) -> Figure:
        """The indicator of the whole hall."""
        return self.by(name, (), period, where)[0]
