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
        """At how many cases it comes to `figure`; 0 where it lies above that from the first, infinite where the line never comes there."""
        if self.points[0][1] >= figure:
            return 0.0
        if len(self.points) > 1 and self.points[-1][1] <= min(self.points[-2][1], figure):
            return math.inf
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
    """At how many cases of one hall each limit is reached; in brackets where that lies beyond the largest size measured."""
    kept = ASKED[PROVINCE].snapshots_kept
    limits = (
        ("budget of the design: build all in 60 s (CPU s for seconds)", {("build", "cpu"): 1.0}, 60.0),
        ("budget of the design: build one more day in 3 s (CPU s for seconds)", {("day", "build_cpu"): 1.0}, 3.0),
        ("one more day loaded, built and published in 10 minutes (600 CPU s)", {("day", "cpu"): 1.0, ("publish", "cpu"): 1.0}, 600.0),
        ("build and publish all in an hour (3,600 CPU s)", {("build", "cpu"): 1.0, ("publish", "cpu"): 1.0}, 3600.0),
        (f"256 GB of disk, {kept} snapshots", {("build", "warehouse"): 1.0, ("publish", "snapshot"): float(kept)}, 256e9),
        (f"1 TB of disk, {kept} snapshots", {("build", "warehouse"): 1.0, ("publish", "snapshot"): float(kept)}, 1e12),
    )
    lines = ["| limit | cases alone | all records as in the demo year |", "|---|---|---|"]
    for label, parts, figure in limits:
        cells = [_reached([(curve(data, *key, is_mixed), times) for key, times in parts.items()], figure) for is_mixed in (False, True)]
        lines.append(f"| {label} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def _reached(parts: Sequence[tuple[Curve, float]], figure: float) -> str:
    """Where the sum of the figures, each so many times, comes to `figure`."""
    if not all(one.points for one, _ in parts):
        return "not measured"
    cases = [cases for cases, _ in parts[0][0].points]
    line = Curve(tuple((at, sum(one.at(at) * times for one, times in parts)) for at in cases))
    at = line.reaches(figure)
    if math.isinf(at):
        return "never"
    text = cases_of(at) if at else f"below {cases_of(cases[0])}"
    return f"({text})" if at > cases[-1] else text


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
