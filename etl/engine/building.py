"""Builds facts and marts from what is loaded, in one transaction: readers see the former build or the new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from time import perf_counter

import duckdb

from etl.config import Home, settings_from, transaction
from etl.engine.models import Model, in_order, read_models
from etl.engine.reference import prepare
from etl.engine.run import refusal, rows_of


@dataclass(frozen=True)
class ModelRun:
    """One model's run: rows of a table (a view counts none) and seconds taken."""

    name: str
    is_view: bool
    rows: int | None
    seconds: float


@dataclass(frozen=True)
class BuildResult:
    """What a build made, model by model in the order run, and the data cut-off it used."""

    as_of: date
    runs: tuple[ModelRun, ...]

    @property
    def seconds(self) -> float:
        return sum(run.seconds for run in self.runs)


def _tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    found = con.execute("select table_name from information_schema.tables where table_catalog = current_database()").fetchall()
    return [name for (name,) in found]


def _drop_other_kind(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    """`create or replace view` refuses the name of a table and the other way round: clear the way when a model changed its kind."""
    found = con.execute(
        "select table_type from information_schema.tables where table_name = ? and table_catalog = current_database()", [model.name]
    ).fetchone()
    if found is not None and (found[0] == "VIEW") != model.is_view:
        con.execute(f"drop {'view' if found[0] == 'VIEW' else 'table'} {model.name}")


def _run(con: duckdb.DuckDBPyConnection, model: Model) -> ModelRun:
    kind = "view" if model.is_view else "table"
    begun = perf_counter()
    try:
        _drop_other_kind(con, model)
        con.execute(f"create or replace {kind} {model.name} as\n{model.sql}")
        rows = None if model.is_view else rows_of(con, model.name)
    except duckdb.Error as error:
        raise refusal(model.name, error) from error
    return ModelRun(model.name, model.is_view, rows, perf_counter() - begun)


def build(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    as_of: date | None = None,
    now: datetime | None = None,
    models: Sequence[Model] | None = None,
) -> BuildResult:
    """Reference tables, facts and marts, made anew from what is loaded; nothing changes when any of it fails.

    `as_of` is the data cut-off; by default that of hall.toml, else the latest event loaded, never after the day of `now`.
    `now` is the time of the build, by default this moment; `models` are by default those of etl/models.
    Raises HallError naming the model that failed.
    """
    models = read_models() if models is None else models
    with transaction(con):
        cut_off = prepare(con, home, settings_from(home), as_of, now or datetime.now())
        ordered = in_order(models, set(_tables(con)) - {model.name for model in models})
        return BuildResult(cut_off, tuple(_run(con, model) for model in ordered))
