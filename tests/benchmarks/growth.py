"""`python -m tests.benchmarks.growth`: what each stage costs as the cases grow, kept in docs/benchmarks/growth.json.

Each stage is a process of its own, from the start of Python to its end: CPU is its user and system time, peak memory its largest resident
set. Stages are written down as they end, and each size keeps what other runs measured of it. `--stages` takes some of them; with
`--folder` the work stays there, so that a later run goes on from it. Tables and chart: `python -m tests.benchmarks.growthchart`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from etl.config import Home, connect
from tests.benchmarks.__main__ import DAY, FILL, FILLED, do_ask
from tests.benchmarks.cases import CASES
from tests.benchmarks.measuring import COMPILED, machine
from tests.benchmarks.sizing import DATA, DEMO

DIVISION = "350999"
# So that the machine keeps room for others; what does not fit is spilled.
MEMORY_MEGABYTES = 8192
LITTLE_MEGABYTES = 2048
SLOWEST = 8
Figures = dict[str, Any]


def spread(text: str, rows: int) -> str:
    """SQL that makes cases, one for each `i`, so that few cases cover the year that many do, by taking each seventh `i`."""
    stride = 1 if rows >= 500_000 else 7
    found = [numbers for numbers in ("range(?)", "range({rows})", "range(getvariable('rows'))") if numbers in text]
    assert len(found) == 1, "the cases are made in another way"
    return text.replace(found[0], f"range(0, {rows * stride}, {stride})")


def do_generate(rows: str, file: str) -> Figures:
    duckdb.sql(spread(CASES, int(rows))).write_csv(file, header=True)
    return {}


def do_day_file(rows: str, file: str) -> Figures:
    """One day more, as in the benchmark of builds."""
    duckdb.sql(spread(DAY, int(rows)).format(new=int(rows) // 347, path=file))
    return {}


def do_demo(folder: str, scale: str = "1") -> Figures:
    from etl.demo import make

    return {"files": [str(path) for path in make(Path(folder), scale=float(scale)).files]}


def do_load(home: str, *files: str) -> Figures:
    from etl.ingest import load

    with connect(Home(Path(home))) as con:
        batches = load(con, Home(Path(home)), [Path(file) for file in files])
    return {"records": sum(batch.inserted + batch.updated for batch in batches)}


def do_fill(home: str, rows: str) -> Figures:
    from etl.ingest.warehouse import ensure_tables, storage
    from etl.records import contract

    with connect(Home(Path(home))) as con:
        ensure_tables(con)
        table = storage(con, contract("case"), FILLED).table
        con.execute(spread(FILL, int(rows)).format(table=table, columns=", ".join(FILLED)))
    return {}


def do_build(home: str, way: str) -> Figures:
    from etl.engine import build

    with connect(Home(Path(home))) as con:
        result = build(con, Home(Path(home)), full=way == "full")
        (cases,) = con.execute("select count(*) from fact_case").fetchone() or (0,)
    slowest = sorted(result.runs, key=lambda run: -run.seconds)[:SLOWEST]
    return {"cases": cases, "slowest": {run.name: [run.way, run.rows, round(run.seconds, 2)] for run in slowest}}


def do_publish(home: str) -> Figures:
    from etl.publish import publish

    with connect(Home(Path(home))) as con:
        publish(con, Home(Path(home)))
    return {}


def do_export(home: str, lake: str) -> Figures:
    from etl.lake import export

    with connect(Home(Path(home))) as con:
        export(con, Home(Path(home)), lake, DIVISION)
    return {}


def do_lake_build(lake: str, spill: str) -> Figures:
    """What Spark does, by DuckDB: the same models over the same export, each written to the lake as Parquet and read again."""
    from etl.engine.models import in_order, read_models
    from etl.lake import county_of
    from etl.lake.layout import make_current, quoted
    from etl.lake.storage import MANIFEST

    county = county_of(Path(lake), DIVISION)
    built = county.folder / f"built-{datetime.now():%Y%m%dT%H%M%S}-{os.getpid()}"
    with duckdb.connect(config={"memory_limit": f"{MEMORY_MEGABYTES}MiB", "temp_directory": spill}) as con:
        for name in county.manifest.tables:
            con.execute(f"create view {name} as from read_parquet({county.files(name)}, hive_partitioning = false)")
        for model in in_order(read_models(), county.manifest.tables):
            made, folder = f"({model.sql}\n)", built / model.name
            if not model.is_view:
                folder.mkdir(parents=True)
                con.execute(f"copy {made} to {quoted(folder / 'part-0.parquet')} (format parquet)")
                made = f"read_parquet({quoted(folder / 'part-0.parquet')}, hive_partitioning = false)"
            con.execute(f"create view {model.name} as select * from {made}")
    (built / MANIFEST).write_text(f'{{"export": "{county.version}"}}\n', "utf-8")
    make_current(county.place, "built", built.name)
    return {}


def do_lake_load(lake: str, home: str) -> Figures:
    from etl.engine.models import in_order, read_models
    from etl.lake import county_of, load_built

    county = county_of(Path(lake), DIVISION)
    with connect(Home(Path(home))) as con:
        load_built(con, county, in_order(read_models(), county.manifest.tables), datetime.now())
    return {}


def do_spark(lake: str, folder: str) -> Figures:
    """CPU of both executors with their workers, and of the driver's JVM; seconds are those of the models, without the cluster's start."""
    from etl.engine.models import in_order, read_models
    from etl.engine.spark import run, session
    from etl.lake import county_of
    from tests.benchmarks.spark import SETTINGS, driver_cpu
    from tests.both_engines import two_executors
    from tests.spark_cluster import cluster

    county = county_of(Path(lake), DIVISION)
    with cluster(Path(folder), memory="2g") as made:
        spark = session(made.master, SETTINGS)
        try:
            two_executors(spark)
            gateway = spark.sparkContext._gateway.proc.pid
            began, executors, driver = time.monotonic(), made.cpu(), driver_cpu(gateway)
            runs = run(spark, county, in_order(read_models(), county.manifest.tables), datetime.now())
            wall, executors, driver = time.monotonic() - began, made.cpu() - executors, driver_cpu(gateway) - driver
        finally:
            spark.stop()
    slowest = {one.name: [one.way, one.rows, round(one.seconds, 2)] for one in sorted(runs, key=lambda one: -one.seconds)[:SLOWEST]}
    return {"cpu": executors + driver, "executors_cpu": executors, "driver_cpu": driver, "wall": wall, "slowest": slowest}


TASKS: dict[str, Callable[..., Figures]] = {
    "generate": do_generate,
    "day_file": do_day_file,
    "demo": do_demo,
    "load": do_load,
    "fill": do_fill,
    "build": do_build,
    "publish": do_publish,
    "ask": lambda home: dict(do_ask(home)),
    "export": do_export,
    "lake_build": do_lake_build,
    "lake_load": do_lake_load,
    "spark": do_spark,
}


def measured(name: str, *arguments: str | Path) -> Figures:
    """One task in a process of its own: CPU and wall seconds, peak in GiB, and what else it tells."""
    began = time.monotonic()
    command = [sys.executable, "-m", "tests.benchmarks.growth", "--task", name, *map(str, arguments)]
    # Modules compiled and kept, as on an office's machine.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**kept, "PYTHONPYCACHEPREFIX": str(COMPILED)})
    assert process.stdout is not None
    told = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name} ended with {process.returncode}")
    figures = {"cpu": usage.ru_utime + usage.ru_stime, "wall": time.monotonic() - began, "peak": usage.ru_maxrss / 1024**2}
    return {**figures, **json.loads(told)}


@dataclass(frozen=True)
class Size:
    """So many generated cases, or the demo year with `scale` times its cases, applications, certificates and tickets."""

    name: str
    rows: int = 0
    scale: float = 0


def size_of(word: str) -> Size:
    """`demo`, `demo10` (ten times its year) or a number of cases."""
    if not word.startswith("demo"):
        return Size(f"{int(word):,} cases", int(word))
    scale = float(word.removeprefix("demo") or 1)
    return Size(DEMO if scale == 1 else f"{DEMO} × {scale:g}", scale=scale)


def bytes_of(place: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) if place.is_dir() else place.stat().st_size


def _home(place: Path, name: str = "home", megabytes: int = MEMORY_MEGABYTES) -> Path:
    home = place / name
    home.mkdir(parents=True, exist_ok=True)
    (home / "hall.toml").write_text(f"memory_megabytes = {megabytes}\n", "utf-8")
    return home


def _load(place: Path, size: Size) -> Figures:
    """A file of that many cases into an empty hall; the files of the demo year into the one that is built from."""
    if not size.rows:
        files, home = place / "files", _home(place)
        found = measured("load", home, *measured("demo", files, str(size.scale))["files"])
    else:
        files, home = place / "cases.csv", _home(place, "loaded")
        measured("generate", str(size.rows), files)
        found = measured("load", home, files)
    sizes = {"bytes": {"files": bytes_of(files), "warehouse": bytes_of(home / "warehouse.duckdb")}}
    if size.rows:
        files.unlink()
        shutil.rmtree(home)
    return {**found, **sizes}


def _build(place: Path, size: Size) -> Figures:
    home = _home(place)
    if size.rows:
        measured("fill", home, str(size.rows))
    return {**measured("build", home, "full"), "bytes": {"warehouse": bytes_of(home / "warehouse.duckdb")}}


def _publish(place: Path, size: Size) -> Figures:
    return {**measured("publish", _home(place)), "bytes": {"snapshot": max(map(bytes_of, (place / "home" / "snapshots").glob("*.duckdb")))}}


def _day(place: Path, size: Size) -> Figures:
    """One day more: its load and the build of what it changes, which add up."""
    if not size.rows:
        return {}
    measured("day_file", str(size.rows), place / "day.csv")
    loaded, built = measured("load", _home(place), place / "day.csv"), measured("build", _home(place), "changed")
    both = {name: loaded[name] + built[name] for name in ("cpu", "wall")}
    return {**built, **both, "peak": max(loaded["peak"], built["peak"]), "build_cpu": built["cpu"], "records": loaded["records"]}


def _export(place: Path, size: Size) -> Figures:
    shutil.rmtree(place / "lake", ignore_errors=True)
    return {**measured("export", _home(place), place / "lake"), "bytes": {"lake": bytes_of(place / "lake")}}


def _lake_build(place: Path, size: Size) -> Figures:
    before = bytes_of(place / "lake")
    return {**measured("lake_build", place / "lake", place / "spill"), "bytes": {"built": bytes_of(place / "lake") - before}}


def _lake_load(place: Path, size: Size) -> Figures:
    shutil.rmtree(place / "centre", ignore_errors=True)
    found = measured("lake_load", place / "lake", _home(place, "centre"))
    sizes = {"bytes": {"warehouse": bytes_of(place / "centre" / "warehouse.duckdb")}}
    shutil.rmtree(place / "centre")
    return {**found, **sizes}


def _spark(place: Path, size: Size) -> Figures:
    return measured("spark", place / "lake", place / "cluster")


STAGES: dict[str, Callable[[Path, Size], Figures]] = {
    "load": _load,
    "build": _build,
    "publish": _publish,
    "ask": lambda place, size: measured("ask", _home(place)),
    "export": _export,
    "lake_build": _lake_build,
    "lake_load": _lake_load,
    "day": _day,
    "build_little": lambda place, size: measured("build", _home(place, megabytes=LITTLE_MEGABYTES), "full"),
    "publish_little": lambda place, size: measured("publish", _home(place, megabytes=LITTLE_MEGABYTES)),
    "spark": _spark,
}


def keep(size: Size, stage: str, figures: Figures) -> None:
    """Write a stage of a size down, with the machine and the hour at which it ended."""
    found = json.loads(DATA.read_text("utf-8")) if DATA.exists() else {}
    one = found.setdefault(size.name, {"cases": size.rows, "stages": {}})
    rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in figures.items()}
    one["stages"][stage] = {**rounded, "at": f"{datetime.now():%Y-%m-%d %H:%M}", "load_average": round(os.getloadavg()[0], 1)}
    one["cases"] = size.rows or figures.get("cases", one["cases"])
    one["machine"] = machine().rpartition(", load average")[0]
    DATA.parent.mkdir(exist_ok=True)
    DATA.write_text(written(dict(sorted(found.items(), key=lambda item: item[1]["cases"]))), "utf-8")


def written(found: Figures) -> str:
    """The file, a line for each stage, so that a stage measured again is a line changed."""
    sizes = []
    for name, one in found.items():
        stages = ",\n".join(f"   {json.dumps(stage)}: {json.dumps(figures)}" for stage, figures in one["stages"].items())
        head = "".join(f"  {json.dumps(key)}: {json.dumps(one[key])},\n" for key in ("cases", "machine"))
        sizes.append(f' {json.dumps(name)}: {{\n{head}  "stages": {{\n{stages}\n  }}\n }}')
    return "{\n" + ",\n".join(sizes) + "\n}\n"


def grow(folder: Path, sizes: Sequence[Size], stages: Sequence[str]) -> None:
    """Measure the stages of each size."""
    for size in sizes:
        place = folder / size.name.replace(" ", "-").replace(",", "")
        place.mkdir(parents=True, exist_ok=True)
        for stage in stages:
            figures = STAGES[stage](place, size)
            if figures:
                keep(size, stage, figures)
                told = f"{size.name}, {stage}: {figures['cpu']:.1f} CPU s, {figures['wall']:.1f} s, peak {figures['peak']:.2f} GiB"
                sys.stdout.write(told + "\n")
                sys.stdout.flush()


def main() -> None:
    """Entry point of `make bench-growth`."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.growth")
    usual = [size_of(word) for word in ("demo", "demo10", "100000", "1000000", "10000000")]
    parser.add_argument("--sizes", type=size_of, nargs="*", default=usual, help="numbers of cases; demo, demo10: the demo year, ten of it")
    parser.add_argument("--stages", nargs="*", choices=tuple(STAGES), default=tuple(STAGES))
    parser.add_argument("--folder", type=Path, help="where to work and leave the work, by default a temporary folder")
    parser.add_argument("--task", choices=tuple(TASKS), help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs="*", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.task:
        sys.stdout.write(json.dumps(TASKS[chosen.task](*chosen.arguments)) + "\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        grow(chosen.folder or Path(folder), chosen.sizes, chosen.stages)


if __name__ == "__main__":
    main()
