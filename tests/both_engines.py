"""One county's export through both engines: what the test of small data and the run on a million cases have in common."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from etl.engine.building import ModelRun
from etl.engine.models import Model
from etl.lake.layout import County, quoted, version_name


def until(holds: Callable[[], bool], what: str, seconds: float = 180) -> None:
    """Wait for it. Raises AssertionError naming what did not come."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what} did not come in {seconds} s"
        time.sleep(0.05)


def losing(
    kills: Mapping[str, Callable[[], None]], spark: Any, county: County, models: Sequence[Model], now: datetime
) -> tuple[tuple[ModelRun, ...], dict[str, set[str]]]:
    """Runs the models, and kills something once a model is being written, for each of `kills` in their order; returns also the models begun
    by then."""
    from etl.engine.spark import run

    begun: dict[str, set[str]] = {}
    built = county.folder / version_name("built", now)

    def wait_and_kill() -> None:
        for during, kill in kills.items():
            until(lambda name=during: (built / name).exists(), during, 1800)
            kill()
            begun[during] = {path.name for path in built.glob("*")}

    killer = threading.Thread(target=wait_and_kill, daemon=True)
    killer.start()
    runs = run(spark, county, models, now)
    killer.join()
    return runs, begun


def two_executors(spark: Any) -> None:
    """Wait until both workers have given an executor; the third is the driver's own memory."""
    until(lambda: spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() == 3, "two executors")


def views_written(spark: Any, county: County, models: Sequence[Model]) -> None:
    """Write what the views give, which a build leaves unwritten."""
    for model in models:
        if model.is_view:
            spark.table(model.name).write.mode("overwrite").parquet(f"file://{county.folder}/views/{model.name}")


@contextlib.contextmanager
def on_duckdb(county: County, models: Sequence[Model], file: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same models over the same export on DuckDB, each as a table of its name."""
    with contextlib.closing(duckdb.connect(str(file) if file else ":memory:")) as con:
        for name in county.manifest.tables:
            con.execute(f"create view {name} as select * from read_parquet({county.files(name)}, hive_partitioning = false)")
        for model in models:
            con.execute(f"create table {model.name} as\n{model.sql}")
        yield con


def difference(con: duckdb.DuckDBPyConnection, county: County, model: Model) -> str:
    """What differs between the table on DuckDB and what Spark wrote, either way; empty when nothing does."""
    built = county.folder / (county.folder / "built").read_text("utf-8").strip()
    folder = county.folder / "views" if model.is_view else built
    spark = f"read_parquet({quoted(folder / model.name / '*.parquet')}, hive_partitioning = false)"
    columns = [name for name, *_ in con.execute(f"describe {model.name}").fetchall()]
    written = [name for name, *_ in con.execute(f"describe select * from {spark}").fetchall()]
    if written != columns:
        return f"{model.name}: columns {written}, not {columns}"
    for one, other in ((model.name, spark), (spark, model.name)):
        odd = con.execute(f"select * from {one} except all select * from {other} limit 3").fetchall()
        if odd:
            return f"{model.name}: only in {one}: {odd}"
    return ""
