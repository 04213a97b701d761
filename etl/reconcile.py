"""Sets the published annual figures beside what the dashboard computes, each with its scope and whether it was published as approximate."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict, Field, model_validator

from etl.config import SHIPPED, HallError
from etl.indicators import Query, Row, definitions, evaluate
from etl.indicators.definition import Words
from etl.records import read_model

PUBLISHED = SHIPPED / "reference" / "published-2018.toml"


class Figure(BaseModel):
    """One published figure and the question whose answer it should be.

    `tolerance` is in per cent of the published figure and only for approximate ones. A figure without `indicator` has no records yet.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str
    zh: str
    en: str
    scope: Words
    published: int
    approximate: bool = False
    tolerance: float = Field(default=0, ge=0, le=20)
    indicator: str | None = None
    date_from: date = Field(alias="from")
    date_to: date = Field(alias="to")
    where: dict[str, str] = Field(default_factory=dict)
    sentence: str = Field(default="", description="id of the sentence that it stands in")
    page: str = Field(default="", description="the page that shows it, if any")

    @property
    def year(self) -> int:
        """The year that it was published for."""
        return self.date_to.year

    def days(self, year: int) -> tuple[date, date]:
        """The days it counts in another year."""
        return self.date_from.replace(year=self.date_from.year + year - self.year), self.date_to.replace(year=year)

    @model_validator(mode="after")
    def _makes_sense(self) -> "Figure":
        if self.indicator is not None and self.indicator not in definitions():
            raise ValueError(f"unknown indicator {self.indicator}")
        if self.tolerance and not self.approximate:
            raise ValueError("only an approximate figure has a tolerance")
        return self


class Sentence(Words):
    """What a sentence of the annual report speaks of."""

    id: str


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Words
    sentence: tuple[Sentence, ...] = ()
    figure: tuple[Figure, ...]


@dataclass(frozen=True)
class Compared:
    """A published figure beside the computed one; both `computed` and `equal` are None when no record type carries it."""

    figure: Figure
    computed: int | float | None
    equal: bool | None

    def as_json(self) -> dict[str, object]:
        """The documented JSON form of a row."""
        return {
            "figure": self.figure.id,
            "scope": self.figure.scope.zh,
            "published": self.figure.published,
            "approximate": self.figure.approximate,
            "computed": self.computed,
            "equal": self.equal,
        }


def sentences(path: Path = PUBLISHED) -> tuple[Sentence, ...]:
    """The sentences of the annual report that hold figures. Raises HallError naming the file and the key that is wrong."""
    return read_model(path, _Document).sentence


def figures(path: Path = PUBLISHED) -> tuple[Figure, ...]:
    """The published figures. Raises HallError naming the file and the key that is wrong."""
    return read_model(path, _Document).figure


def reconcile(con: duckdb.DuckDBPyConnection, published: tuple[Figure, ...]) -> list[Compared]:
    """Each figure beside its computed counterpart. `con` is a snapshot or the built warehouse."""
    return [_compare(con, figure) for figure in published]


def _compare(con: duckdb.DuckDBPyConnection, figure: Figure) -> Compared:
    if figure.indicator is None:
        return Compared(figure, None, None)
    rows = evaluate(con, figure.indicator, Query(figure.date_from, figure.date_to, where=figure.where)).rows
    if len(rows) != 1:
        raise HallError(f"公布数 {figure.id} 对应的指标没有唯一的值", f"the published figure {figure.id} has no single computed value")
    computed = rows[0].value or 0
    return Compared(figure, computed, abs(computed - figure.published) <= figure.published * figure.tolerance / 100)


@dataclass(frozen=True)
class YearFigure:
    """A figure of one year's annual report: what the data say, what it is made of, and where to look.

    `published` and `equal` are those of the year that the figure was published for; None for other years.
    """

    figure: Figure
    sentence: Words | None
    row: Row | None
    published: int | None
    equal: bool | None
    year: int

    @property
    def link(self) -> str:
        """The page with the figure, as it is written after the dashboard's address: its own, else that of the annual figures."""
        return f"/{self.figure.page}?period=year&on={self.year}-01-01" if self.figure.page else f"/annual?year={self.year}"

    @property
    def command(self) -> str:
        """The command that gives the same number; empty when no record type carries it."""
        if self.figure.indicator is None:
            return ""
        first, last = self.figure.days(self.year)
        where = "".join(f" --where {name}={value}" for name, value in self.figure.where.items())
        return f"hall indicator {self.figure.indicator} --from {first} --to {last}{where}"

    def as_json(self) -> dict[str, object]:
        """The documented JSON form of a row."""
        found = definitions()[self.figure.indicator] if self.figure.indicator else None
        return {
            "sentence": self.figure.sentence,
            "subject": self.sentence.zh if self.sentence else None,
            "figure": self.figure.id,
            "label": self.figure.zh,
            "scope": self.figure.scope.zh,
            "indicator": self.figure.indicator,
            "formula": found.formula.zh if found else None,
            "numerator": self.row.numerator if self.row else None,
            "denominator": self.row.denominator if self.row else None,
            "computed": (self.row.value or 0) if self.row else None,
            "published": self.published,
            "approximate": self.figure.approximate,
            "equal": self.equal,
            "link": self.link,
            "command": self.command,
        }


def annual(ask: Callable[[str, date, date, dict[str, str]], Row], year: int) -> list[YearFigure]:
    """Every figure of the annual report for that year, in the order of its sentences. `ask` evaluates an indicator."""
    known = {one.id: one for one in sentences()}
    places = {name: number for number, name in enumerate(known)}
    found: list[YearFigure] = []
    for figure in sorted(figures(), key=lambda one: places.get(one.sentence, len(places))):
        is_own = figure.year == year
        row = None if figure.indicator is None else ask(figure.indicator, *figure.days(year), figure.where)
        published = figure.published if is_own else None
        equal = None
        if is_own and row is not None:
            equal = abs((row.value or 0) - figure.published) <= figure.published * figure.tolerance / 100
        found.append(YearFigure(figure, known.get(figure.sentence), row, published, equal, year))
    return found


def asking(con: duckdb.DuckDBPyConnection) -> Callable[[str, date, date, dict[str, str]], Row]:
    """Asks a snapshot or the warehouse."""

    def ask(indicator: str, first: date, last: date, where: dict[str, str]) -> Row:
        return evaluate(con, indicator, Query(first, last, where=where)).rows[0]

    return ask
