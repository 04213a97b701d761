"""`make bench-counties` (`python -m tests.benchmarks.counties`): the counties of a province put together from one lake.

The synthetic year of one hall is exported once and copied under the code of each county of the reference, every county with other cases
missing (none to 5 %), so that no two have the same figures. Then `hall gather` builds and puts them together, with single cases and
without; each is published; and the questions of the counties' page and of a province's pages are asked. Every stage is a process of its
own, with a database held to MEMORY_MEGABYTES. Last it shows how gathering grows with the counties, and what less memory costs. Figures go
to docs/scaling.md.
"""

import argparse
import contextlib
import csv
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from etl.config import SHIPPED, Home, connect
from tests.benchmarks.growth import bytes_of
from tests.benchmarks.measuring import child, machine

PROVINCE = "35"
# Lines of the reference for counties that are no more.
FORMER = "2018"
MEMORY_MEGABYTES, LITTLE_MEGABYTES = 3072, 768
ASKED = 20
# Cases that a county lacks, in thousandths: that of number n lacks n × STEP % MOST.
STEP, MOST = 7, 50


def codes(counties: int) -> list[str]:
    """Codes of counties of the province as it is now, those of the demo's city first."""
    with (SHIPPED / "reference" / "divisions.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["kind"] not in ("province", "city") and line["edition"] != FORMER]
    known = [line["code"] for line in lines if line["code"].startswith(PROVINCE)]
    return sorted(known, key=_order)[:counties]


def _order(code: str) -> tuple[bool, str]:
    return not code.startswith("3509"), code


def do_export(home: str, lake: str, code: str, scale: str) -> dict[str, float]:
    """One hall's synthetic year, loaded and written to the lake."""
    from etl.demo import make
    from etl.ingest import load
    from etl.lake import export

    hall = Home(Path(home))
    hall.make()
    with connect(hall) as con:
        load(con, hall, make(hall.inbox / "demo", scale=float(scale)).files)
        exported = export(con, hall, lake, code)
    return {"cases": exported.manifest.tables["raw_case"].rows}


def do_spread(lake: str, first: str, *others: str) -> dict[str, float]:
    """The first county's export as those of the others."""
    from etl.lake import county_of

    one = county_of(lake, first)
    total = one.manifest.tables["raw_case"].rows
    for number, code in enumerate(others, 1):
        place = one.folder.parent / f"division={code}"
        version = place / one.export.name
        shutil.copytree(one.export, version, ignore=shutil.ignore_patterns("raw_case"))
        with duckdb.connect() as con:
            kept = f"from read_parquet({one.files('raw_case')}, hive_partitioning = true) where hash(case_no || ?) % 1000 >= ?"
            given = [code, number * STEP % MOST]
            con.execute(f"copy (select * {kept}) to '{version}/raw_case' (format parquet, partition_by (month))", given)
            (rows,) = con.execute(f"select count(*) {kept}", given).fetchone() or (0,)
        document = json.loads((version / "manifest.json").read_text("utf-8"))
        document |= {"division": code, "hall_name": code}
        document["tables"]["raw_case"]["rows"] = rows
        (version / "manifest.json").write_text(json.dumps(document), "utf-8")
        (place / "current").write_text(version.name + "\n", "utf-8")
        total += rows
    return {"cases": total, "lake": bytes_of(Path(lake)) / 1024**2}


def do_gather(home: str, lake: str, with_cases: str, counties: str = "") -> dict[str, float]:
    """All counties of the lake, or the first so many."""
    from etl.lake import gather
    from etl.lake.layout import counties_of

    there = sorted((one.manifest.division for one in counties_of(lake, PROVINCE)), key=_order)
    left_out = there[int(counties) :] if counties else []
    with connect(Home(Path(home))) as con:
        made = gather(con, Home(Path(home)), lake, PROVINCE, left_out, with_cases=with_cases == "yes")
    return {
        "counties": len(made.counties),
        "computed": sum(one.is_computed for one in made.counties),
        "cases": sum(one.cases for one in made.counties),
        "warehouse": bytes_of(Path(home) / "warehouse.duckdb") / 1024**2,
    }


def do_publish(home: str) -> dict[str, float]:
    from etl.publish import current, publish

    with connect(Home(Path(home))) as con:
        publish(con, Home(Path(home)))
    snapshot = current(Home(Path(home)))
    return {"snapshot": bytes_of(snapshot) / 1024**2 if snapshot else 0.0}


def do_ask(home: str) -> dict[str, float]:
    """Milliseconds of questions to the published snapshot as pages ask them, first and as the median of others; nothing is kept between."""
    from dashboard.kept import Kept
    from dashboard.period import containing
    from dashboard.queries import counties as queries
    from dashboard.snapshot import KEPT_FIGURES, KEPT_LISTS, Snapshot
    from dashboard.store import Scope, Store
    from etl.publish import current

    path = current(Home(Path(home)))
    assert path is not None
    snapshot = Snapshot(Home(Path(home)), path)
    whole = Store(snapshot)
    year, month = containing("year", whole.as_of), containing("month", whole.as_of)
    code = snapshot.divisions[0].code

    def ranking(name: str) -> object:
        return queries.standings(whole, name, queries.rows(whole, name, year, Scope()))

    def everything() -> object:
        return [ranking(name) for name in queries.offered(whole, Scope())]

    questions: dict[str, Callable[[], object]] = {
        "counties ranked by on_time_rate": lambda: ranking("on_time_rate"),
        "counties ranked by every indicator that ranks": everything,
        "on_time_rate of the province": lambda: whole.measure("on_time_rate", year, Scope()),
        "on_time_rate by department": lambda: whole.by("on_time_rate", year, Scope(), "department"),
        "received by day, a month": lambda: whole.series("received", month, Scope(), ("day",)),
        "on_time_rate by department of one city": lambda: whole.within(code[:4]).by("on_time_rate", year, Scope(), "department"),
        "on_time_rate by department of one county": lambda: whole.within(code).by("on_time_rate", year, Scope(), "department"),
    }
    found: dict[str, float] = {}
    for name, ask in questions.items():
        times = []
        for _ in range(1 + (ASKED if ask is not everything else 2)):
            snapshot.figures, snapshot.lists = Kept(KEPT_FIGURES), Kept(KEPT_LISTS)
            began = time.monotonic()
            ask()
            times.append((time.monotonic() - began) * 1000)
        found |= {f"{name}, first": times[0], name: statistics.median(times[1:])}
    return found


def do_pages(home: str) -> dict[str, float]:
    """Milliseconds until the script of a page has run, first and again with another indicator or month, by AppTest, without a browser. The
    very first has the imports in it."""
    import os

    from streamlit.testing.v1 import AppTest

    os.environ |= {"HALL_HOME": home, "HALL_ACCESS": "open"}
    found: dict[str, float] = {}
    app = AppTest.from_file(str(Path(__file__).parents[2] / "dashboard" / "web" / "run.py"), default_timeout=600)
    for name, page, parameters in (
        ("overview", None, {"period": "year"}),
        ("overview again", None, {"period": "month"}),
        ("counties", "counties", {"period": "year"}),
        ("counties again", "counties", {"period": "year", "indicator": "same_day_rate"}),
        ("throughput", "throughput", {"period": "year"}),
    ):
        if page is not None:
            app.switch_page(f"../pages/{page}.py")
        for key, value in parameters.items():
            app.query_params[key] = value
        began = time.monotonic()
        app.run()
        found[f"page {name}"] = (time.monotonic() - began) * 1000
        assert not app.exception, app.exception
        assert app.get("plotly_chart"), page
    return found


def put_together(place: Path, with_cases: bool) -> None:
    """Gathers twice, the first time perhaps with building, publishes and asks; prints a line a stage."""
    home = _home(place, f"province-{'with' if with_cases else 'without'}")
    name = "with cases" if with_cases else "without cases"
    for _ in range(2):
        told(f"gather, {name}", child("counties:do_gather", home, place / "lake", "yes" if with_cases else "no"))
    told(f"publish, {name}", child("counties:do_publish", home))
    told(f"ask, {name}", child("counties:do_ask", home))
    told(f"pages, {name}", child("counties:do_pages", home))


def part_of_them(place: Path, counties: int, megabytes: int) -> None:
    """Gathers the first so many counties, which are built already, with so much memory for the database."""
    home = _home(place, "part", megabytes)
    told(f"gather {counties} with cases, {megabytes} MiB", child("counties:do_gather", home, place / "lake", "yes", str(counties)))


def _home(place: Path, name: str, megabytes: int = MEMORY_MEGABYTES) -> Path:
    home = place / name
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (home / "hall.toml").write_text(f"memory_megabytes = {megabytes}\n", "utf-8")
    return home


def told(what: str, figures: dict[str, float]) -> None:
    """One line."""
    listed = ", ".join(f"{key} {value:,.1f}" if value < 100 else f"{key} {value:,.0f}" for key, value in figures.items())
    sys.stdout.write(f"{what}: {listed}\n")
    sys.stdout.flush()


def main() -> None:
    """Entry point of `make bench-counties`."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.counties")
    parser.add_argument("--counties", type=int, default=84)
    parser.add_argument("--scale", type=float, default=1, help="of the demo year that each county has")
    parser.add_argument("--parts-only", action="store_true", help="only how gathering grows, of a lake that is there")
    parser.add_argument("--folder", type=Path, help="where to work and leave the work, so that a later run has the lake")
    chosen = parser.parse_args()
    sys.stdout.write(f"{machine()}\n")
    with contextlib.ExitStack() as stack:
        place = chosen.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place.mkdir(parents=True, exist_ok=True)
        if not (place / "lake").exists():
            first, *others = codes(chosen.counties)
            told(
                "one county: demo year made, loaded, exported",
                child("counties:do_export", place / "hall", place / "lake", first, str(chosen.scale)),
            )
            told("its export spread", child("counties:do_spread", place / "lake", first, *others))
        if not chosen.parts_only:
            for with_cases in (True, False):
                put_together(place, with_cases)
        for counties in (chosen.counties // 9, chosen.counties // 2, chosen.counties):
            part_of_them(place, counties, MEMORY_MEGABYTES)
        part_of_them(place, chosen.counties, LITTLE_MEGABYTES)


if __name__ == "__main__":
    main()
