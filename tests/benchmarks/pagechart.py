"""`python -m tests.benchmarks.pagechart`: what pages cost their readers, as table and chart of docs/benchmarks.md, from what was kept.

Data, table and chart say the same because the one is made from the other.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.browsing import p95
from tests.benchmarks.charts import DOCS, dot_chart, put
from tests.benchmarks.measuring import Line

KEPT = Path("benchmarks") / "pages.json"
HALL = "the dashboard"
DASH = "Plotly Dash, same snapshot"
PANDAS = "Streamlit, all cases in pandas"
NAMES = (HALL, DASH, PANDAS)
SLOW_LINE_S = 5.0
Runs = dict[str, dict[str, list[float]]]
Results = dict[int, dict[str, Any]]


def _seconds(values: Sequence[float]) -> str:
    return f"{median(values):.1f}"


def _milliseconds(values: Sequence[float]) -> str:
    return f"{median(values):,.0f}"


def _slowest(values: Sequence[float]) -> str:
    return f"{p95(values):,.0f}"


# What is shown of the runs, in the order of a reader's day.
LINES: tuple[tuple[str, str, Callable[[Sequence[float]], str]], ...] = (
    ("server answers after its start, s", "start", _seconds),
    ("its first visitor sees the whole page, s", "cold", _seconds),
    ("a later first visit, nothing in the browser's cache: whole page, s", "load", _seconds),
    ("the same over 10 Mbit/s: first number, s", "slow_first", _seconds),
    ("the same over 10 Mbit/s: whole page, s", "slow", _seconds),
    ("bytes of that visit, MB", "bytes", lambda values: f"{median(values) / 1e6:.2f}"),
    ("requests of that visit", "requests", _milliseconds),
    ("filter to redrawn page, median, ms", "filter", _milliseconds),
    ("filter to redrawn page, p95, ms", "filter", _slowest),
    ("the server's CPU of that, ms", "served", _milliseconds),
    ("the page's main thread of that, ms", "thread", _milliseconds),
    ("of it scripts, ms", "script", _milliseconds),
    ("of it styles and layout, ms", "layout", _milliseconds),
    ("bytes of a changed filter, kB", "filter_bytes", lambda values: f"{median(values) / 1e3:,.0f}"),
    ("another page, median, ms", "switch", _milliseconds),
    ("another page, p95, ms", "switch", _slowest),
    ("most memory of the server, MiB", "peak", _milliseconds),
)


def table(cases: int, runs: Runs) -> Iterator[str]:
    """The measured table of a size, in Markdown."""
    shown = [name for name in NAMES if name in runs]
    yield f"| {cases:,} cases | {' | '.join(shown)} | values of each |"
    yield "|---|" + "---|" * (len(shown) + 1)
    for words, key, written in LINES:
        cells = [written(runs[name][key]) if runs[name][key] else "–" for name in shown]
        yield f"| {words} | {' | '.join(cells)} | {len(runs[shown[0]][key])} |"


def budgets(results: Results) -> list[Line]:
    """What the budgets say, as far as those ran whom they compare."""
    lines = []
    middle = {cases: {name: median(one["filter"]) for name, one in kept["runs"].items()} for cases, kept in results.items()}
    for cases, by in middle.items():
        if HALL in by and DASH in by:
            lines.append(Line(f"filter to redrawn page ÷ Dash, {cases:,} cases", "≤ 1.0", by[HALL] / by[DASH], 1.0))
    for cases, kept in results.items():
        if HALL in kept["runs"]:
            slow = median(kept["runs"][HALL]["slow"])
            lines.append(Line(f"first load over 10 Mbit/s, {cases:,} cases, s", f"≤ {SLOW_LINE_S:.0f}", slow, SLOW_LINE_S))
    ours = [by[HALL] for _, by in sorted(middle.items()) if HALL in by]
    if len(ours) > 1:
        lines.append(Line(f"filter to redrawn page, {max(results):,} ÷ {min(results):,} cases", "≤ 1.2, flat", ours[-1] / ours[0], 1.2))
    return lines


def budget_table(results: Results) -> Iterator[str]:
    """The budgets, in Markdown."""
    yield "| what | budget | measured | |"
    yield "|---|---|---|---|"
    for line in budgets(results):
        yield f"| {line.what} | {line.budget} | {line.value:.2f} | {line.verdict} |"


def read(docs: Path = DOCS) -> Results:
    """What was kept, by the number of cases: `about` (the machine), `on` (the day), `runs`."""
    path = docs / KEPT
    found = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return {int(cases): one for cases, one in sorted(found.items(), key=lambda pair: int(pair[0]))}


def keep(cases: int, one: dict[str, Any], docs: Path = DOCS) -> None:
    """Put the results of a size in the place of its former ones, and bring table and chart up."""
    path = docs / KEPT
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(dict(sorted((read(docs) | {cases: one}).items())), ensure_ascii=False, indent=1) + "\n", "utf-8")
    bring_up(docs)


def bring_up(docs: Path = DOCS) -> None:
    """Tables and chart from what was kept."""
    results = read(docs)
    lines: list[str] = []
    for cases, one in results.items():
        lines += [f"Measured on {one['on']}: {one['about']}.", "", *table(cases, one["runs"]), ""]
    lines += budget_table(results)
    page = docs / "benchmarks.md"
    page.write_text(put(page.read_text("utf-8"), "pages", lines), "utf-8")
    dots = {f"{cases:,} cases": {name: median(by["filter"]) for name, by in one["runs"].items()} for cases, one in results.items()}
    chart = dot_chart("filter to redrawn page, milliseconds (less is better)", dots, NAMES)
    (docs / "benchmarks" / "pages-filter.svg").write_text(chart, "utf-8")


if __name__ == "__main__":
    bring_up()
