"""`python -m tests.benchmarks.charts`: draws the charts and writes the tables of docs/benchmarks.md from docs/benchmarks/ingest.json.

Data, tables and charts say the same because the one is made from the other.
"""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tests.benchmarks.ingest import CONTENDERS, Runs, budget_table, medians, table

DOCS = Path(__file__).resolve().parents[2] / "docs"
KEPT = Path("benchmarks") / "ingest.json"
BEGIN, END = "<!-- measured: {name} -->", "<!-- end: {name} -->"
WIDTH, LEFT, RIGHT, TOP, ROW, BOTTOM = 720, 190, 40, 40, 30, 50
COLOURS = ("#9ecae1", "#3182bd", "#08306b")
GRID, TEXT = "#dddddd", "#333333"
MEASURES: dict[str, tuple[str, Callable[[int, dict[str, float]], float]]] = {
    "rows": ("rows a second (more is better)", lambda rows, one: rows / one["wall"]),
    "cpu": ("CPU seconds a million rows (less is better)", lambda rows, one: one["cpu"] / rows * 1e6),
    "peak": ("peak memory, GiB (less is better)", lambda rows, one: one["peak"]),
}
Results = dict[int, dict[str, Any]]


def read(docs: Path = DOCS) -> Results:
    """What was kept, by size: `about` (the machine), `on` (the day), `runs`, `left_out`."""
    path = docs / KEPT
    found = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return {int(rows): one for rows, one in sorted(found.items(), key=lambda pair: int(pair[0]))}


def keep(rows: int, runs: Runs, left_out: dict[str, str], about: str, docs: Path = DOCS) -> None:
    """Put the results of a size in the place of its former ones, and bring tables and charts up."""
    results = read(docs) | {rows: {"about": about, "on": date.today().isoformat(), "runs": runs, "left_out": left_out}}
    path = docs / KEPT
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(dict(sorted(results.items())), ensure_ascii=False, indent=1) + "\n", "utf-8")
    bring_up(docs)


def bring_up(docs: Path = DOCS) -> None:
    """Tables and charts from what was kept."""
    results = read(docs)
    lines: list[str] = []
    for rows, one in results.items():
        lines += [f"Measured on {one['on']}: {one['about']}.", "", *table(rows, one["runs"], one["left_out"]), ""]
        if budget := list(budget_table(rows, one["runs"])):
            lines += [*budget, ""]
    page = docs / "benchmarks.md"
    page.write_text(put(page.read_text("utf-8"), "ingest", lines), "utf-8")
    for name in MEASURES:
        (docs / "benchmarks" / f"ingest-{name}.svg").write_text(svg(results, name), "utf-8")


def put(text: str, name: str, lines: Iterable[str]) -> str:
    """The text with these lines between the marks of `name`. Raises ValueError where it has no such marks."""
    begin, end = BEGIN.format(name=name), END.format(name=name)
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"no {begin} … {end}")
    return f"{before}{begin}\n\n" + "\n".join(lines).strip() + f"\n\n{end}{after}"


def svg(results: Results, name: str) -> str:
    """One measure of loading, by contender and size."""
    title, value = MEASURES[name]
    dots = {f"{rows:,} rows": {who: value(rows, one) for who, one in medians(kept["runs"]).items()} for rows, kept in results.items()}
    return dot_chart(title, dots, list(CONTENDERS))


def dot_chart(title: str, dots: dict[str, dict[str, float]], contenders: Sequence[str]) -> str:
    """A dot for each contender and size, on a logarithmic axis: the slowest takes a hundred times what the fastest does."""
    shown = [who for who in contenders if any(who in by for by in dots.values())]
    every = [number for by in dots.values() for number in by.values()]
    low, high = math.floor(math.log10(min(every))), math.ceil(math.log10(max(every)))
    height = TOP + ROW * len(shown) + BOTTOM

    def across(number: float) -> float:
        return LEFT + (math.log10(number) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for mark in (step * 10.0**power for power in range(low, high + 1) for step in (1, 2, 5) if power < high or step == 1):
        x = across(mark)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{height - BOTTOM}" stroke="{GRID}"/>')
        shown_mark = f"{mark / 1000:g} k" if mark >= 1000 else f"{mark:g}"
        parts.append(f'<text x="{x:.1f}" y="{height - BOTTOM + 18}" text-anchor="middle" fill="{TEXT}">{shown_mark}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{height - 10}" text-anchor="middle" fill="{TEXT}">{title}</text>')
    # More rows, a larger dot, which lies beneath: colour is never the only sign, and dots on one another are all seen.
    for place, (label, by) in reversed(list(enumerate(dots.items()))):
        colour, radius = COLOURS[place % len(COLOURS)], 4 + 2 * place
        x = LEFT + 150 * place
        parts.append(f'<circle cx="{x + 4}" cy="16" r="{radius}" fill="{colour}"/><text x="{x + 18}" y="20" fill="{TEXT}">{label}</text>')
        for line, who in enumerate(shown):
            if who in by:
                y = TOP + ROW * (line + 0.5)
                parts.append(
                    f'<circle cx="{across(by[who]):.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}"><title>{by[who]:,.2f}</title></circle>'
                )
    for line, who in enumerate(shown):
        y = TOP + ROW * (line + 0.5) + 4
        parts.append(f'<text x="{LEFT - 12}" y="{y:.1f}" text-anchor="end" fill="{TEXT}">{who}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    bring_up()
