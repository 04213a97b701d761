"""The models give on Spark what they give on DuckDB, row for row, on a cluster that loses a worker and its master in the middle; and what
a driver leaves that is killed, and a cluster of which nothing is left."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from both_engines import difference, losing, on_duckdb, two_executors, until, views_written
from small_hall import CUT_OFF, made_once, published
from spark_cluster import SMALL, cluster, why_not

import etl.engine.cluster
from etl.config import HallError, Home, connect
from etl.engine.models import Model, in_order, read_models
from etl.lake import County, county_of, export, load_built
from etl.lake.layout import built_of, new_build, quoted
from etl.lake.unfinished import writing
from etl.publish import current, open_snapshot, publish

pytestmark = [pytest.mark.spark, pytest.mark.slow]
DIVISION = "350999"
NOW = datetime(2018, 12, 31, 18)
EARLIER, LATER = datetime(2018, 12, 31, 17), datetime(2018, 12, 31, 19)
MODELS = read_models()


@dataclass(frozen=True)
class Both:
    """What both engines made of one county's export: DuckDB's tables in `con`, Spark's files in the lake."""

    con: duckdb.DuckDBPyConnection
    county: County
    models: list[Model]
    begun_when_killed: dict[str, set[str]]
    after_driver: "Left"
    refusals: dict[str, HallError]
    seconds: dict[str, float]


@dataclass(frozen=True)
class Left:
    """The county's place in the lake: what is the current build, and which builds there are."""

    former: str
    current: str | None
    builds: set[str]

    @classmethod
    def by(cls, county: County, former: str) -> "Left":
        return cls(former, built_of(county), {path.name for path in county.folder.glob("built-*")})


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
    """Every model run once on each engine. A driver was killed before, while it built the same; the next build from its home loses a worker
    once the cases are computed, with what it holds, then the master. Last the other worker goes, then the driver."""
    from etl.engine.spark import session, stop

    models = in_order(MODELS, county.manifest.tables)
    centre = Home(tmp_path_factory.mktemp("centre"))
    refusals, seconds = dict[str, HallError](), dict[str, float]()
    with cluster(tmp_path_factory.mktemp("cluster")) as made:
        began = time.monotonic()
        after_driver = losing_the_driver(made.master, county, centre)
        seconds["driver killed"] = time.monotonic() - began
        spark = session(made.master, SMALL)
        try:
            two_executors(spark)
            kills = {"fact_case": lambda: made.kill_worker(0), "mart_backlog_change": made.kill_master}
            with connect(centre) as con, writing(con, county, NOW):
                _, begun = losing(kills, spark, county, models, NOW)
            views_written(spark, county, models)
            driver = spark.sparkContext._gateway.proc.pid
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(etl.engine.cluster, "LOST_SECONDS", 2.0)
                for lost, kill in (("cluster", lambda: made.kill_worker(1)), ("driver", lambda: os.kill(driver, signal.SIGKILL))):
                    kill()
                    began = time.monotonic()
                    refusals[lost] = refused(spark, county)
                    seconds[lost] = time.monotonic() - began
        finally:
            began = time.monotonic()
            stop(spark)
            seconds["stop"] = time.monotonic() - began
            forget_the_driver()
    with on_duckdb(county, models) as con:
        yield Both(con, county, models, begun, after_driver, refusals, seconds)


def losing_the_driver(master: str, county: County, centre: Home) -> Left:
    """`hall build --engine spark` as it is run, killed with its Java half once it has written a few models."""
    with new_build(county, EARLIER) as former:
        (county.folder / former / "mart_former").mkdir(parents=True)
    conf = [part for key, value in SMALL.items() for part in ("--conf", f"{key}={value}")]
    build = ("build", "--engine", "spark", "--lake", county.folder.parent, "--division", DIVISION, "--master", master, *conf)
    command = [sys.executable, "-c", "from etl.cli import main; main()", *map(str, build), "--home", str(centre.root)]
    driver = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        until(lambda: driver.poll() is not None or len([*county.folder.glob(f"built-*-{driver.pid}/*/_SUCCESS")]) >= 2, "two models")
        assert driver.poll() is None
    finally:
        os.killpg(driver.pid, signal.SIGKILL)
        driver.wait()
    return Left.by(county, former)


def refused(spark: Any, county: County) -> HallError:
    from etl.engine.spark import run

    more = Model("mart_more", Path("mart_more.sql"), "select count(*) as n from raw_case", False, frozenset({"raw_case"}))
    with pytest.raises(HallError) as failed:
        run(spark, county, [more], LATER)
    return failed.value


def forget_the_driver() -> None:
    """PySpark keeps the address of its Java half for as long as the process lives; a command ends before it needs another."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None
    SparkSession._instantiatedSession = None


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_model_makes_the_same_rows_on_both_engines(both: Both, model: Model):
    assert difference(both.con, both.county, model) == ""


def test_worker_and_master_were_killed_in_the_middle(both: Both):
    for name, begun in both.begun_when_killed.items():
        assert name in begun
        assert not begun & {"mart_case_day", "mart_signal_day", "fact_assess_event"}
    assert len(both.begun_when_killed["fact_case"]) < len(both.begun_when_killed["mart_backlog_change"])


def test_a_killed_driver_leaves_the_former_build_and_the_next_one_removes_what_it_wrote(both: Both):
    left = both.after_driver
    assert left.current == left.former
    assert len(left.builds) == 2
    now = Left.by(both.county, left.former)
    assert now.current is not None
    assert now.builds == {now.current, left.former}


def test_a_cluster_of_which_nothing_is_left_and_a_lost_driver_are_told_in_time(both: Both):
    assert "主节点没有应答，也没有工作节点" in both.refusals["cluster"].zh
    assert "its master does not answer and no worker is left" in both.refusals["cluster"].en
    assert "驱动进程（Java）中途结束" in both.refusals["driver"].zh
    assert "driver (Java) ended in the middle" in both.refusals["driver"].en
    assert max(both.seconds.values()) < 60, both.seconds


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
