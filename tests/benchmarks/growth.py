"""`python -m tests.benchmarks.growth`: draws docs/growth.svg from the first table of docs/scaling.md, so that both say the same."""

import math
import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
# Dash patterns as well as colours: colour is never the only sign.
SERIES = {
    "DuckDB build, CPU s": ("#1f5fa8", ""),
    "Spark executors and driver, CPU s": ("#b3541e", "7 4"),
    "publish, s": ("#3d7a3d", "2 3"),
    "export, s": ("#6b4a91", "10 3 2 3"),
}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 400, 60, 24, 20, 50


def table() -> list[dict[str, str]]:
    """The rows of the first table, by the names in its head."""
    lines = [line for line in (DOCS / "scaling.md").read_text("utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    end = next((number for number, row in enumerate(cells) if number > 1 and len(row) != len(cells[0])), len(cells))
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:end]]


def points(rows: list[dict[str, str]], name: str) -> list[tuple[float, float]]:
    """Cases and figure, where there is one."""
    found = []
    for row in rows:
        number = re.match(r"[0-9.]+", row[name].replace(",", ""))
        if number:
            found.append((float(row["cases"].replace(",", "")), float(number[0])))
    return found


def svg(rows: list[dict[str, str]]) -> str:
    """Both axes logarithmic: a straight line at 45 degrees is growth in step with the cases."""
    lines = {name: points(rows, name) for name in SERIES}
    every = [point for one in lines.values() for point in one]
    low_x, high_x = (math.log10(pick(x for x, _ in every)) for pick in (min, max))
    low_y, high_y = math.floor(math.log10(min(y for _, y in every))), math.ceil(math.log10(max(y for _, y in every)))

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - low_x) / (high_x - low_x)
        up = (math.log10(y) - low_y) / (high_y - low_y)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for power in range(low_y, high_y + 1):
        _, y = place(every[0][0], 10**power)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#333333">{10.0**power:g}</text>')
    for x in sorted({x for x, _ in every}):
        across, _ = place(x, 10**low_y)
        anchor = "end" if x == max(x for x, _ in every) else "middle"
        parts.append(f'<text x="{across:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="{anchor}" fill="#333333">{x:,.0f}</text>')
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle" fill="#333333">cases</text>')
    for number, (name, (colour, dash)) in enumerate(SERIES.items()):
        placed = [place(x, y) for x, y in lines[name]]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        style = f'stroke="{colour}" stroke-width="2" fill="none" stroke-dasharray="{dash}"'
        parts.append(f'<polyline points="{path}" {style}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in placed]
        y = TOP + 8 + 20 * number
        parts.append(f'<line x1="{LEFT + 14}" x2="{LEFT + 54}" y1="{y}" y2="{y}" {style}/>')
        parts.append(f'<text x="{LEFT + 62}" y="{y + 4}" fill="#333333">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    (DOCS / "growth.svg").write_text(svg(table()), "utf-8")
