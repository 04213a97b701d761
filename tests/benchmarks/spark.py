"""`python -m tests.benchmarks.spark`: the demo year and generated cases on DuckDB and on a standalone Spark cluster of two workers.

For each size: the export to the lake, the build on DuckDB, the build on Spark, and one in which a worker is killed while the cases are
computed, whose every model is then compared with DuckDB's row for row. All of it runs on this one machine, so seconds of the cluster say
nothing about several machines; CPU seconds do. Needs the extra `spark` and Java. Figures go to docs/scaling.md.
"""

import argparse
import shutil
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from etl.config import Home, connect
from etl.demo import make
from etl.engine import build
from etl.engine.models import in_order, read_models
from etl.engine.spark import run, session
from etl.ingest import load
from etl.lake import County, county_of, export, load_built
from etl.publish import current, publish
from tests.benchmarks.measuring import child, machine
from tests.both_engines import difference, losing, on_duckdb, two_executors, views_written
from tests.spark_cluster import cluster, why_not

DIVISION = "350999"
SETTINGS = {
    "spark.driver.memory": "2g",
    "spark.executor.memory": "2g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.sql.shuffle.partitions": "4",
}
HEAD = (
    "| rows | export, s | lake, MiB | DuckDB build, CPU s | Spark, s | Spark executors, CPU s | Spark driver, CPU s "
    "| a worker killed, s | models that differ | load and publish, s | snapshot, MiB |\n|---|---|---|---|---|---|---|---|---|---|---|\n"
)


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*.parquet")) / 1024**2


def driver_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def measure(name: str, home: Home, place: Path) -> None:
    """One line of the table for the records of a home."""
    with connect(home) as con:
        began = time.monotonic()
        export(con, home, place / "lake", DIVISION)
        exported = time.monotonic() - began
        busy = time.process_time()
        build(con, home)
        duck = time.process_time() - busy
    county = county_of(place / "lake", DIVISION)
    models = in_order(read_models(), county.manifest.tables)
    seconds: list[float] = []
    executors = driver = 0.0
    for is_killed in (False, True):
        with cluster(place / f"cluster-{is_killed}", memory="2g") as made:
            spark = session(made.master, SETTINGS)
            try:
                two_executors(spark)
                gateway = spark.sparkContext._gateway.proc.pid
                began, used, own = time.monotonic(), made.cpu(), driver_cpu(gateway)
                if is_killed:
                    losing({"fact_case": lambda: made.kill_worker(0)}, spark, county, models, datetime.now())
                else:
                    slowest = run(spark, county, models, datetime.now())
                    executors, driver = made.cpu() - used, driver_cpu(gateway) - own
                seconds.append(time.monotonic() - began)
                views_written(spark, county, models)
            finally:
                spark.stop()
    for one in sorted(slowest, key=lambda one: -one.seconds)[:6]:
        sys.stderr.write(f"{name}: {one.name} {one.rows} rows {one.seconds:.1f} s\n")
    wrong = _wrong(county, place)
    published, size = _published(county, place)
    figures = (exported, _size(county.export), duck, seconds[0], executors, driver, seconds[1])
    listed = " | ".join(f"{figure:.1f}" for figure in figures)
    sys.stdout.write(f"| {name} | {listed} | {len(wrong)} of {len(models)} | {published:.1f} | {size:.1f} |\n")
    sys.stdout.flush()
    for one in wrong:
        sys.stderr.write(one + "\n")


def _wrong(county: County, place: Path) -> list[str]:
    ordered = in_order(read_models(), county.manifest.tables)
    with on_duckdb(county, ordered, place / "compared.duckdb") as con:
        return [found for model in ordered if (found := difference(con, county, model))]


def _published(county: County, place: Path) -> tuple[float, float]:
    home = Home(place / "centre")
    began = time.monotonic()
    with connect(home) as con:
        load_built(con, county, in_order(read_models(), county.manifest.tables), datetime.now())
        publish(con, home)
    snapshot = current(home)
    return time.monotonic() - began, snapshot.stat().st_size / 1024**2 if snapshot else 0.0


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.spark")
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000], help="sizes of generated cases")
    parser.add_argument("--demo", action=argparse.BooleanOptionalAction, default=True, help="the whole demo year as well")
    parser.add_argument("--folder", type=Path, help="where to work, by default a temporary folder")
    chosen = parser.parse_args()
    if reason := why_not():
        raise SystemExit(reason)
    sys.stdout.write(f"{machine()}\n\n{HEAD}")
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        if chosen.demo:
            home = Home(Path(folder) / "demo")
            home.make()
            with connect(home) as con:
                load(con, home, make(home.inbox / "demo").files)
            measure("demo year", home, Path(folder) / "demo-work")
        for rows in chosen.rows:
            home = Home(Path(folder) / f"home-{rows}")
            child("__main__:do_fill", home.root, str(rows))
            measure(f"{rows:,} cases", home, Path(folder) / f"work-{rows}")
            shutil.rmtree(Path(folder) / f"work-{rows}")


if __name__ == "__main__":
    main()
