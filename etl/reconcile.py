"""Sets the published annual figures beside what the dashboard computes, each with its scope and whether it was published as approximate."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from etl.config import SHIPPED, HallError
from etl.indicators import Query, definitions, evaluate
from etl.indicators.definition import Words
from etl.records import read_toml, validation_refusal

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

    @model_validator(mode="after")
    def _makes_sense(self) -> "Figure":
        if self.indicator is not None and self.indicator not in definitions():
            raise ValueError(f"unknown indicator {self.indicator}")
        if self.tolerance and not self.approximate:
            raise ValueError("only an approximate figure has a tolerance")
        return self


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Words
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


def figures(path: Path = PUBLISHED) -> tuple[Figure, ...]:
    """The published figures. Raises HallError naming the file and the key that is wrong."""
    try:
        return _Document.model_validate(read_toml(path)).figure
    except ValidationError as error:
        raise validation_refusal(path, error) from None


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
