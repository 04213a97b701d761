"""`python -m tests.benchmarks.growthchart`: chart and tables of docs/scaling.md from docs/benchmarks/growth.json, so that all say the same.

A table stands between `<!-- made: NAME -->` and `<!-- end -->`; the rest of the document is written by hand.
"""

import itertools
import json
import math
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import sizing
from tests.benchmarks.sizing import DATA, DEMO

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT, CHART = DOCS / "scaling.md", DOCS / "benchmarks" / "growth.svg"
STAGES = {
    "load": "load a file",
    "build": "build, all",
    "publish": "publish",
    "build_little": "build, all, with 2 GiB",
    "publish_little": "publish, with 2 GiB",
    "day": "one more day: load and build",
    "export": "export to the lake",
    "lake_build": "build from the lake, DuckDB",
    "spark": "build from the lake, Spark",
    "lake_load": "take what was built from the lake",
}
BYTES = {
    ("load", "files"): "file (CSV; demo: all its files)",
    ("load", "warehouse"): "warehouse, loaded",
    ("build", "warehouse"): "warehouse, built",
    ("publish", "snapshot"): "one snapshot",
    ("export", "lake"): "lake, one export",
    ("lake_build", "built"): "lake, one build",
}
# Dash patterns as well as colours: colour is never the only sign.
LOOKS = (("#1f5fa8", ""), ("#b3541e", "7 4"), ("#3d7a3d", "2 3"), ("#6b4a91", "10 3 2 3"), ("#8a6d00", "1 4"), ("#444444", "14 4"))
DRAWN = {"build": "build, all", "load": "load", "publish": "publish", "day": "one more day", "spark": "Spark", "export": "export"}
STORED = {
    ("build", "warehouse"): "warehouse",
    ("load", "files"): "CSV file",
    ("publish", "snapshot"): "snapshot",
    ("export", "lake"): "lake",
}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 480, 440, 58, 100, 14, 50
Line = Sequence[tuple[float, float]]


def figures_of(data: dict[str, Any], name: str, read: Callable[[dict[str, Any]], Any]) -> float | None:
    """A figure of a size, None where it was not measured."""
    try:
        return float(read(data[name]["stages"]))
    except KeyError:
        return None


def _shown(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def _table(data: dict[str, Any], rows: dict[str, Callable[[dict[str, Any]], Any]], unit: str) -> str:
    """One row a stage, one column a size, and how much ten times the cases cost (of 50 M: five times)."""
    demo, names = _names(data)
    steps = list(itertools.pairwise(names))
    head = [unit, *demo, *names, *(f"{_short(data, b)} ÷ {_short(data, a)}" for a, b in steps)]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---|" * (len(head) - 1)]
    for label, read in rows.items():
        found = {name: figures_of(data, name, read) for name in data}
        ratios = [found[b] / found[a] if found[a] and found[b] else None for a, b in steps]
        cells = [label, *(_shown(found[name]) for name in demo + names)]
        lines.append("| " + " | ".join([*cells, *(_shown(one) for one in ratios)]) + " |")
    return "\n".join(lines)


def _names(data: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The sizes of the demo year, and those of generated cases."""
    return [name for name in data if name.startswith(DEMO)], [name for name in data if not name.startswith(DEMO)]


def _short(data: dict[str, Any], name: str) -> str:
    cases = data[name]["cases"]
    return f"{cases / 1e6:g} M" if cases >= 1e6 else f"{cases / 1e3:g} k"


def cpu(data: dict[str, Any]) -> str:
    return _table(data, {label: lambda one, stage=stage: one[stage]["cpu"] for stage, label in STAGES.items()}, "CPU seconds")


def memory(data: dict[str, Any]) -> str:
    # Of Spark the largest of several processes says nothing.
    rows = {label: lambda one, stage=stage: one[stage]["peak"] for stage, label in STAGES.items() if stage != "spark"}
    return _table(data, rows, "peak, GiB")


def storage(data: dict[str, Any]) -> str:
    rows = {label: lambda one, key=key: one[key[0]]["bytes"][key[1]] / 1024**2 for key, label in BYTES.items()}
    return _table(data, rows, "MiB")


def svg(data: dict[str, Any]) -> str:
    """Two panels, all axes logarithmic: a line as steep as the thin ones grows in step with the cases."""
    _, names = _names(data)

    def line(read: Callable[[dict[str, Any]], Any]) -> Line:
        return [(data[name]["cases"], value) for name in names if (value := figures_of(data, name, read))]

    seconds = {label: line(lambda one, stage=stage: one[stage]["cpu"]) for stage, label in DRAWN.items()}
    stored = {label: line(lambda one, key=key: one[key[0]]["bytes"][key[1]] / 1024**2) for key, label in STORED.items()}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
        f'<rect width="{2 * WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_panel(0, "CPU seconds", seconds),
        *_panel(WIDTH, "MiB on disk", stored),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _panel(start: int, title: str, lines: dict[str, Line]) -> list[str]:
    every = [point for one in lines.values() for point in one]
    cases = sorted({x for x, _ in every})
    low_x, high_x = math.log10(cases[0]), math.log10(cases[-1])
    low_y, high_y = math.floor(math.log10(min(y for _, y in every))), math.ceil(math.log10(max(y for _, y in every)))
    left, right, floor = start + LEFT, start + WIDTH - RIGHT, HEIGHT - BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        across, up = (math.log10(x) - low_x) / (high_x - low_x), (math.log10(y) - low_y) / (high_y - low_y)
        return left + across * (right - left), floor - up * (floor - TOP)

    parts = [f'<text x="{left}" y="22" font-weight="bold" fill="#333333">{title}</text>']
    for power in range(low_y, high_y + 1):
        y = place(cases[0], 10.0**power)[1]
        parts.append(f'<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#333333">{10.0**power:,g}</text>')
    for power in range(low_y, high_y):
        # In step with the cases, until it leaves the panel.
        last = min(cases[-1], cases[0] * 10.0 ** (high_y - power))
        (x1, y1), (x2, y2) = place(cases[0], 10.0**power), place(last, 10.0**power * last / cases[0])
        parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#dddddd"/>')
    for x in cases:
        anchor = "end" if x == cases[-1] else "middle"
        label = f"{x / 1e6:g} M" if x >= 1e6 else f"{x / 1e3:g} k"
        parts.append(f'<text x="{place(x, 10.0**low_y)[0]:.1f}" y="{floor + 20}" text-anchor="{anchor}" fill="#333333">{label}</text>')
    parts.append(f'<text x="{(left + right) / 2}" y="{HEIGHT - 8}" text-anchor="middle" fill="#333333">cases</text>')
    for number, ((name, points), (colour, dash)) in enumerate(zip(lines.items(), LOOKS, strict=False)):
        placed = [place(x, y) for x, y in points]
        style = f'stroke="{colour}" stroke-width="2" fill="none" stroke-dasharray="{dash}"'
        parts.append(f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in placed)}" {style}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in placed]
        # Above the panel, where no line can cross it.
        x, y = left + 200 * (number // 3), 42 + 19 * (number % 3)
        parts.append(f'<line x1="{x}" x2="{x + 40}" y1="{y}" y2="{y}" {style}/>')
        parts.append(f'<text x="{x + 48}" y="{y + 4}" fill="#333333">{name}</text>')
    return parts


MADE: dict[str, Callable[[dict[str, Any]], str]] = {
    "cpu": cpu,
    "memory": memory,
    "storage": storage,
    "one-pc": sizing.one_pc,
    "needs": sizing.needs,
}


def document(text: str, data: dict[str, Any]) -> str:
    """The document with its tables made anew. Raises KeyError for a table that nobody makes."""
    return re.sub(
        r"(?<=<!-- made: )([a-z-]+)( -->\n).*?(?=<!-- end -->)",
        lambda found: f"{found[1]}{found[2]}\n{MADE[found[1]](data)}\n\n",
        text,
        flags=re.DOTALL,
    )


def main() -> None:
    """Write both."""
    data = json.loads(DATA.read_text("utf-8"))
    CHART.parent.mkdir(exist_ok=True)
    CHART.write_text(svg(data), "utf-8")
    DOCUMENT.write_text(document(DOCUMENT.read_text("utf-8"), data), "utf-8")
    sys.stdout.write(f"{CHART}\n{DOCUMENT}\n")


if __name__ == "__main__":
    main()
