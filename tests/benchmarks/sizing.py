"""`python -m tests.benchmarks.sizing [--counties N] [--cases N] …`: what a province needs by the figures of docs/benchmarks/growth.json.

Figures were measured; everything in `Assumed` was not. Between two measured sizes lies a straight line, which goes on beyond the
largest: what a build costs at all, and what each further case adds.
"""

import argparse
import itertools
import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "docs" / "benchmarks" / "growth.json"
GIB = 1024**3
DEMO = "demo year"
HELD = (1, 5)
DAYS = 30
PROVINCE, NATION = "province", "nation"


@dataclass(frozen=True)
class Assumed:
    """What nobody measured here. Docs say where each comes from."""

    counties: int = 84
    cases_a_year: float = 100e6
    years: float = 1
    window_hours: float = 6
    share_used: float = 0.5
    cores_a_worker: int = 8
    snapshots_kept: int = 30
    core_hour_low: float = 0.2
    core_hour_high: float = 0.5
    gib_month_low: float = 0.2
    gib_month_high: float = 1.0

    @property
    def cases(self) -> float:
        """Cases that one county holds."""
        return self.cases_a_year / self.counties * self.years


# The nation: as many cases a county as in the province.
ASKED = {PROVINCE: Assumed(), NATION: Assumed(counties=2844, cases_a_year=100e6 / 84 * 2844)}


@dataclass(frozen=True)
class Curve:
    """A figure by cases, as measured."""

    points: tuple[tuple[float, float], ...]

    def at(self, cases: float) -> float:
        """The figure for so many cases. Below the smallest size it is the smallest size's; one size alone grows in step with the cases."""
        if cases <= self.points[0][0]:
            return self.points[0][1]
        if len(self.points) == 1:
            return self.points[0][1] * cases / self.points[0][0]
        steps = list(itertools.pairwise(self.points))
        (low, first), (high, second) = next((step for step in steps if cases <= step[1][0]), steps[-1])
        return first + (second - first) * (cases - low) / (high - low)

    def reaches(self, figure: float) -> float:
        """At how many cases it comes to `figure`; 0 where it lies above that from the first."""
        if self.points[0][1] >= figure:
            return 0.0
        low, high = self.points[0][0], self.points[0][0]
        while self.at(high) < figure:
            high *= 2
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.at(middle) < figure else (low, middle)
        return low


def curve(data: dict[str, Any], stage: str, name: str, is_mixed: bool = False) -> Curve:
    """A figure of a stage by cases: `cpu`, `peak` or one of its bytes. `is_mixed` takes the demo year's sizes, which hold all records."""
    found = []
    for size, one in data.items():
        figures = one["stages"].get(stage, {}) if size.startswith(DEMO) == is_mixed else {}
        value = figures.get(name, figures.get("bytes", {}).get(name))
        if value is not None:
            found.append((float(one["cases"]), float(value)))
    return Curve(tuple(sorted(found)))


@dataclass(frozen=True)
class Needs:
    """What so many counties need; CPU in seconds, bytes as they lie on disks."""

    county_day: float
    county_full: float
    county_disk: float
    full_duckdb: float
    full_spark: float
    lake: float


def needed(data: dict[str, Any], assumed: Assumed, is_mixed: bool = False) -> Needs:
    """The sums, each one line of docs/scaling.md. A day of the mixed records was not measured: at most everything is built."""

    def figure(stage: str, name: str = "cpu") -> float:
        return curve(data, stage, name, is_mixed).at(assumed.cases)

    after = figure("lake_load") + figure("publish")
    return Needs(
        county_day=figure("build" if is_mixed else "day") + figure("publish"),
        county_full=figure("build") + figure("publish"),
        county_disk=figure("build", "warehouse") + assumed.snapshots_kept * figure("publish", "snapshot"),
        full_duckdb=assumed.counties * (figure("lake_build") + after),
        full_spark=assumed.counties * (figure("spark") + after),
        # The version that is read and the one before, of exports and of builds.
        lake=assumed.counties * 2 * (figure("export", "lake") + figure("lake_build", "built")),
    )


def cores(cpu: float, assumed: Assumed) -> float:
    """CPU seconds over the seconds of the window in which a core is used."""
    return cpu / (assumed.window_hours * 3600 * assumed.share_used)


def workers(cpu: float, assumed: Assumed) -> int:
    return math.ceil(cores(cpu, assumed) / assumed.cores_a_worker)


def _count(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def cases_of(value: float) -> str:
    """A number of cases as it is said."""
    return f"{value / 1e9:.2f} bn" if value >= 1e9 else f"{value / 1e6:.3g} M"


def _range(values: Sequence[float], show: Callable[[float], str] = _count) -> str:
    low, high = show(min(values)), show(max(values))
    return low if low == high else f"{low} – {high}"


def needs(data: dict[str, Any]) -> str:
    """The table for the province and the nation, with a year of cases and with five."""
    return table(data, {f"{name}, {years} y": replace(one, years=years) for name, one in ASKED.items() for years in HELD})


def table(data: dict[str, Any], asked: dict[str, Assumed]) -> str:
    """One column for each set of assumptions; from cases alone to all records as the demo year has them."""
    both = {name: (needed(data, one), needed(data, one, is_mixed=True)) for name, one in asked.items()}

    def row(label: str, read: Callable[[Needs, Assumed], float], show: Callable[[float], str] = _count) -> str:
        cells = [_range([read(need, asked[name]) for need in pair], show) for name, pair in both.items()]
        return f"| {label} | " + " | ".join(cells) + " |"

    def price(label: str, read: Callable[[Needs, Assumed], float], unit: str) -> str:
        cells = []
        for name, pair in both.items():
            bounds = [getattr(asked[name], f"{unit}_{end}") for end in ("low", "high")]
            found = [read(need, asked[name]) for need in pair]
            cells.append(_range([min(found) * bounds[0], max(found) * bounds[1]]))
        return f"| {label} | " + " | ".join(cells) + " |"

    def used(cpu: float, one: Assumed) -> float:
        return cpu / one.share_used / 3600 * DAYS

    lines = [
        "| | " + " | ".join(asked) + " |",
        "|---|" + "---|" * len(asked),
        row("cases in all", lambda _, one: one.cases_a_year * one.years, cases_of),
        row("cases a county", lambda _, one: one.cases, cases_of),
        row("**each county on its own PC**: a day, CPU s", lambda need, _: need.county_day),
        row("build and publish all, CPU s", lambda need, _: need.county_full),
        row("disk with its snapshots, GiB", lambda need, _: need.county_disk / GIB),
        row("**in one place, DuckDB**: all counties, CPU h", lambda need, _: need.full_duckdb / 3600),
        row("cores in the window", lambda need, one: cores(need.full_duckdb, one)),
        row("workers", lambda need, one: workers(need.full_duckdb, one), "{:,.0f}".format),
        price("yuan a month, by the hour used", lambda need, one: used(need.full_duckdb, one), "core_hour"),
        row("**in one place, Spark**: all counties, CPU h", lambda need, _: need.full_spark / 3600),
        row("cores in the window", lambda need, one: cores(need.full_spark, one)),
        row("workers", lambda need, one: workers(need.full_spark, one), "{:,.0f}".format),
        price("yuan a month, by the hour used", lambda need, one: used(need.full_spark, one), "core_hour"),
        row("**lake**: two exports and two builds of each county, GiB", lambda need, _: need.lake / GIB),
        price("yuan a month for keeping it", lambda need, _: need.lake / GIB, "gib_month"),
    ]
    return "\n".join(lines)


def one_pc(data: dict[str, Any]) -> str:
    """At how many cases of one hall each limit is reached."""
    largest = max(one["cases"] for name, one in data.items() if not name.startswith(DEMO))
    disk = Curve(
        tuple(
            (cases, warehouse + ASKED[PROVINCE].snapshots_kept * curve(data, "publish", "snapshot").at(cases))
            for cases, warehouse in curve(data, "build", "warehouse").points
        )
    )
    peak = max((curve(data, stage, "peak") for stage in ("load", "build", "publish")), key=lambda one: one.at(largest))
    limits = [
        ("build and publish all in an hour, half of two cores used (3,600 CPU s)", _both(data, "build", "publish"), 3600.0),
        ("budget: build all in 60 s (CPU s for seconds)", curve(data, "build", "cpu"), 60.0),
        ("budget: build one more day in 3 s (CPU s for seconds)", curve(data, "day", "build_cpu"), 3.0),
        (
            "one more day loaded, built and published in 10 minutes, half of two cores used (600 CPU s)",
            _both(data, "day", "publish"),
            600.0,
        ),
        ("the stage that takes most memory takes 4 GiB", peak, 4.0),
        ("disk: 256 GB with thirty snapshots", disk, 256e9),
        ("disk: 1 TB with thirty snapshots", disk, 1e12),
    ]
    lines = ["| limit | reached at cases | |", "|---|---|---|"]
    for label, one, figure in limits:
        at = one.reaches(figure)
        smallest = one.points[0][0]
        text = cases_of(at) if at else f"below {cases_of(smallest)}"
        lines.append(f"| {label} | {text} | {'extrapolated' if at > one.points[-1][0] else 'measured sizes on both sides' if at else ''} |")
    return "\n".join(lines)


def _both(data: dict[str, Any], one: str, other: str) -> Curve:
    second = curve(data, other, "cpu")
    return Curve(tuple((cases, cpu + second.at(cases)) for cases, cpu in curve(data, one, "cpu").points))


def main() -> None:
    """Print the table for one's own numbers."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.sizing")
    for field in fields(Assumed):
        parser.add_argument("--" + field.name.replace("_", "-"), type=float, default=field.default)
    assumed = Assumed(**vars(parser.parse_args()))
    data = json.loads(DATA.read_text("utf-8"))
    sys.stdout.write(table(data, {f"{assumed.counties:,.0f} counties": assumed}) + "\n")


if __name__ == "__main__":
    main()
