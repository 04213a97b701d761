"""Runs the models on Spark: the same text, in the same order, over what a county wrote to the lake.

Spark computes, DuckDB serves: what the models make is written back to the lake and loaded from there (etl/lake/loading.py).
"""

import os
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import duckdb

from etl.config import HallError
from etl.engine.building import BuildResult, ModelRun
from etl.engine.cluster import Watch, watched
from etl.engine.models import Model, in_order, read_models
from etl.lake.layout import County, new_build, quoted
from etl.lake.loading import load_built, refuse_records
from etl.lake.unfinished import writing

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# What makes Spark mean what DuckDB means: times without a zone, errors instead of silent nulls.
SAME_SQL = {"spark.sql.timestampType": "TIMESTAMP_NTZ", "spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true"}
TYPES = {"VARCHAR": "string", "TIMESTAMP": "timestamp_ntz", "BIGINT": "bigint", "INTEGER": "int", "DATE": "date", "BOOLEAN": "boolean"}


def session(master: str, conf: Mapping[str, str] = {}) -> "SparkSession":
    """A session of a cluster (`spark://…`, `local[2]`) or of a Spark Connect server (`sc://…`).

    Raises HallError when PySpark or Java is missing or the cluster does not answer.
    """
    is_remote = master.startswith("sc://")
    if not is_remote and shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise HallError("没有 Java，Spark 无法运行：请安装 Java 17 或更新版本", "Spark needs Java 17 or later, and there is none here")
    try:
        with warnings.catch_warnings():
            # It warns of a pandas newer than its own; no table goes through pandas here.
            warnings.simplefilter("ignore", FutureWarning)
            from pyspark.sql import SparkSession

            builder: Any = SparkSession.builder
            builder = builder.remote(master) if is_remote else builder.master(master).config("spark.ui.showConsoleProgress", "false")
            for key, value in {"spark.app.name": "hall", **conf}.items():
                builder = builder.config(key, value)
            spark: SparkSession = builder.getOrCreate()
            for key, value in SAME_SQL.items():
                spark.conf.set(key, value)
            return spark
    except ImportError:
        raise HallError("未安装 Spark：请运行 uv sync --extra spark", "Spark is not installed: run uv sync --extra spark") from None
    except Exception as error:
        first = str(error).strip().splitlines()[0]
        raise HallError(f"无法连接 Spark {master}：{first}", f"cannot reach Spark at {master}: {first}") from error


def build_from_lake(
    con: duckdb.DuckDBPyConnection, county: County, master: str, conf: Mapping[str, str], now: datetime | None = None
) -> BuildResult:
    """`hall build --engine spark`: the county's facts and marts, computed on the cluster, in this home, to be published as usual."""
    now = now or datetime.now()
    refuse_records(con)
    models = in_order(read_models(), county.manifest.tables)
    spark = session(master, conf)
    try:
        with writing(con, county, now):
            runs = run(spark, county, models, now)
    finally:
        stop(spark)
    load_built(con, county, models, now)
    return BuildResult(date.fromisoformat(county.manifest.as_of), runs)


def stop(spark: "SparkSession") -> None:
    """End a session; one whose driver is gone has ended already."""
    with suppress(Exception):
        spark.stop()


def run(spark: "SparkSession", county: County, models: Sequence[Model], now: datetime) -> tuple[ModelRun, ...]:
    """Runs the models, which stand in their order, over the county's export and writes what they make beside it as its last build.

    Raises HallError naming the model that failed; the former build stays then.
    """
    with new_build(county, now) as built, watched(spark) as watch:
        with _telling(watch, f"Spark 读不到 {county.export}", f"Spark cannot read {county.export}"):
            _read_export(spark, county, frozenset().union(*(model.reads for model in models)))
        runs = [_run(spark, model, county.place.address(f"{built}/{model.name}"), watch) for model in models]
    county.place.fetch(built)
    return tuple(one if one.is_view else replace(one, rows=_rows(county.folder / built / one.name)) for one in runs)


def _read_export(spark: "SparkSession", county: County, read: frozenset[str]) -> None:
    for name in read & county.manifest.tables.keys():
        columns = ", ".join(f"{column} {TYPES.get(kind, kind)}" for column, kind in county.manifest.tables[name].columns.items())
        spark.read.schema(columns).parquet(county.place.address(f"{county.version}/{name}")).createOrReplaceTempView(name)


def _run(spark: "SparkSession", model: Model, address: str, watch: Watch) -> ModelRun:
    begun = perf_counter()
    with _telling(watch, f"模型 {model.name} 在 Spark 上运行失败", f"model {model.name} failed on Spark"):
        made = spark.sql(model.sql)
        if not model.is_view:
            # Written and read again: what reads it does not compute it anew, and a worker that dies takes none of it along.
            made.write.parquet(address)
            made = spark.read.schema(made.schema).parquet(address)
        made.createOrReplaceTempView(model.name)
    return ModelRun(model.name, model.is_view, None, perf_counter() - begun)


@contextmanager
def _telling(watch: Watch, zh: str, en: str) -> Iterator[None]:
    """What fails inside as a refusal: of a lost cluster or driver, where that is why, else with the first line of what Spark says."""
    try:
        yield
    except Exception as error:
        if (refusal := watch.told()) is not None:
            raise refusal from error
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise HallError(f"{zh}：{first}", f"{en}: {first}") from error


def _rows(folder: Path) -> int:
    with duckdb.connect() as con:
        found = con.execute(f"select count(*) from read_parquet({quoted(folder / '*.parquet')})").fetchone()
    return 0 if found is None else int(found[0])
