"""Builds facts and marts from what is loaded, in one transaction: readers see the former build or the new one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from time import perf_counter

import duckdb

from etl.config import Home, settings_from, transaction
from etl.engine.increment import Increment, drop_made, increment_of
from etl.engine.models import Model, in_order, read_models
from etl.engine.reference import prepare
from etl.engine.run import refusal, rows_of
from etl.engine.state import read_parsed, read_state, state_of, write_parsed, write_state
from etl.ingest.warehouse import ensure_tables, refuse_lake


@dataclass(frozen=True)
class ModelRun:
    """One model's run: rows of a table (a view counts none), seconds taken, and whether it was computed `whole`, `narrowed` to
    changed cases, `summed` up from them or `kept` as it was."""

    name: str
    is_view: bool
    rows: int | None
    seconds: float
    way: str = "whole"


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


def _run(con: duckdb.DuckDBPyConnection, model: Model, increment: Increment | None) -> ModelRun:
    begun = perf_counter()
    way = "whole" if increment is None else increment.way(model)
    try:
        if way == "whole":
            _drop_other_kind(con, model)
        if increment is None:
            con.execute(f"create or replace {'view' if model.is_view else 'table'} {model.name} as\n{model.sql}")
        elif way == "whole":
            increment.compute_whole(model)
        elif way == "narrowed":
            increment.narrow(model)
        elif way == "summed":
            increment.add_up(model)
        rows = None if model.is_view else rows_of(con, model.name)
    except duckdb.Error as error:
        raise refusal(model.name, error) from error
    return ModelRun(model.name, model.is_view, rows, perf_counter() - begun, way)


def _read_models(con: duckdb.DuckDBPyConnection) -> list[Model]:
    before = read_parsed(con)
    parsed = dict(before)
    models = read_models(parsed=parsed)
    if parsed.keys() != before.keys():
        write_parsed(con, parsed)
    return models


def build(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    as_of: date | None = None,
    now: datetime | None = None,
    models: Sequence[Model] | None = None,
    full: bool = True,
) -> BuildResult:
    """Reference tables, facts and marts, made anew from what is loaded; nothing changes when any of it fails.

    With `full` false only what has changed since the last build is computed; the result is the same.
    `as_of` is the data cut-off; by default that of hall.toml, else the latest event loaded, never after the day of `now`.
    `now` is the time of the build, by default this moment; `models` are by default those of etl/models.
    Raises HallError naming the model that failed.
    """
    now = now or datetime.now()
    with transaction(con):
        ensure_tables(con)
        refuse_lake(con)
        if models is None:
            models = _read_models(con)
        former = None if full else read_state(con)
        con.execute("create table if not exists meta (key varchar, value varchar)")
        con.execute("create or replace temp table former_meta as select * from meta")
        cut_off = prepare(con, home, settings_from(home), as_of, now)
        ordered = in_order(models, set(_tables(con)) - {model.name for model in models})
        state = state_of(con, home, models, cut_off, now.date())
        increment = increment_of(con, former, state, models)
        runs = tuple(_run(con, model, increment) for model in ordered)
        write_state(con, state if increment is None or former is None else replace(state, whole_on=former.whole_on))
        drop_made(con, models)
        return BuildResult(cut_off, runs)
