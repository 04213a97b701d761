"""The models give on Spark what they give on DuckDB, row for row, on a cluster that loses a worker in the middle."""

import contextlib
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from both_engines import difference, losing_a_worker, on_duckdb, two_executors, views_written
from small_hall import CUT_OFF, made_once, published
from spark_cluster import SMALL, cluster, why_not

from etl.config import HallError, Home, connect
from etl.engine.models import Model, in_order, read_models
from etl.lake import County, county_of, export, load_built
from etl.lake.layout import quoted
from etl.publish import current, open_snapshot, publish

pytestmark = [pytest.mark.spark, pytest.mark.slow]
DIVISION = "350999"
NOW = datetime(2018, 12, 31, 18)
MODELS = read_models()


@dataclass(frozen=True)
class Both:
    """What both engines made of one county's export: DuckDB's tables in `con`, Spark's files in the lake."""

    con: duckdb.DuckDBPyConnection
    county: County
    models: list[Model]
    begun_when_killed: set[str]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """The records of the shared hall in a lake; its warehouse is copied, since exporting opens it for writing."""
    if reason := why_not():
        # A warning as well: it stands in the summary of every run, which a skipped test does not.
        warnings.warn(f"NOT TESTED: no model was run on Spark, since {reason}", stacklevel=1)
        pytest.skip(f"NOT TESTED, Spark cannot run here: {reason}")
    hall = Home(made_once(tmp_path_factory, "small-hall", published))
    folder = tmp_path_factory.mktemp("spark")
    home = Home(folder / "home")
    home.make()
    shutil.copy(hall.warehouse, home.warehouse)
    with connect(home) as con:
        export(con, home, folder / "lake", DIVISION, as_of=CUT_OFF, now=NOW)
    return county_of(folder / "lake", DIVISION)


@pytest.fixture(scope="module")
def both(county: County, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Every model run once on each engine. A worker is killed, with what it holds, once the cases are being computed."""
    from etl.engine.spark import session

    models = in_order(MODELS, county.manifest.tables)
    with cluster(tmp_path_factory.mktemp("cluster")) as made:
        spark = session(made.master, SMALL)
        try:
            two_executors(spark)
            _, begun = losing_a_worker(lambda: made.kill_worker(0), spark, county, models, NOW, "fact_case")
            views_written(spark, county, models)
        finally:
            spark.stop()
    with on_duckdb(county, models) as con:
        yield Both(con, county, models, begun)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_model_makes_the_same_rows_on_both_engines(both: Both, model: Model):
    assert difference(both.con, both.county, model) == ""


def test_the_worker_was_killed_in_the_middle(both: Both):
    assert "fact_case" in both.begun_when_killed
    assert not both.begun_when_killed & {"mart_case_day", "mart_signal_day", "fact_assess_event"}


def test_what_spark_made_is_published_as_the_same_snapshot(both: Both, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path):
    hall = Home(made_once(tmp_path_factory, "small-hall", published))
    home = Home(tmp_path / "centre")
    with connect(home) as con:
        load_built(con, both.county, both.models, NOW)
        publish(con, home, NOW)
    with contextlib.closing(open_snapshot(current(home))) as con:
        ours = {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()}
        types = con.execute("select table_name, column_name, data_type from duckdb_columns() where not internal order by all").fetchall()
    with contextlib.closing(open_snapshot(current(hall))) as con:
        assert {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()} == ours
        assert (
            con.execute("select table_name, column_name, data_type from duckdb_columns() where not internal order by all").fetchall()
            == types
        )
    with contextlib.closing(duckdb.connect()) as con:
        con.execute(f"attach {quoted(current(home))} as ours (read_only)")
        con.execute(f"attach {quoted(current(hall))} as theirs (read_only)")
        rows = "select columns(lambda name: name <> 'division') from"
        # Whose they are differs: the shared hall names no division.
        for name in sorted(ours - {"meta", "ref_division"}):
            for one, other in (("ours", "theirs"), ("theirs", "ours")):
                odd = con.execute(f"{rows} {one}.{name} except all {rows} {other}.{name} limit 3").fetchall()
                assert odd == [], f"{name}: only in {one}"


def test_a_model_that_spark_cannot_run_is_named(county: County):
    from etl.engine.spark import run, session

    odd = Model("mart_odd", Path("mart_odd.sql"), "select list_sum([1, 2]) as n", False, frozenset())
    former = (county.folder / "built").read_text() if (county.folder / "built").exists() else None
    spark = session("local[1]", SMALL)
    try:
        with pytest.raises(HallError, match="model mart_odd failed on Spark"):
            run(spark, county, [odd], NOW)
    finally:
        spark.stop()
    assert ((county.folder / "built").read_text() if (county.folder / "built").exists() else None) == former
