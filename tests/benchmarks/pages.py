"""`make bench-pages`: from a changed filter to the redrawn page, in Chromium, beside the same page written in Plotly Dash.

Both pages ask the same snapshot by the same function (`etl.indicators.evaluate`) and draw the same figures (`dashboard.charts`): five
cards, flow and backlog by day, and departments. They take turns; what is compared are medians of the same clicks in one run.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page

from dashboard.store import Scope, open_current
from etl.config import Home
from tests.benchmarks.measuring import machine
from tests.chromium import browser, free_port, served, wait_until_answering

PERIOD = (date(2018, 10, 1), date(2018, 10, 31))
CARDS = ("received", "accepted", "closed", "completion_rate", "open_at_end")
FLOW = ("received", "accepted", "closed")
CLICKS = 20
# Resolves when the first card has another value and nothing has been drawn any more for a quarter of a second; gives the time of the
# last change, so that the quarter is not counted.
UNTIL_STILL = """([selector, before]) => new Promise(done => {
  let last = performance.now(), changed = false;
  const watch = new MutationObserver(() => { last = performance.now(); });
  watch.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
  const look = setInterval(() => {
    const card = document.querySelector(selector);
    changed = changed || (card && card.innerText !== before);
    const waiting = document.querySelector('[data-stale=true], [data-dash-is-loading=true]');
    if (changed && !waiting && performance.now() - last > 250) { clearInterval(look); watch.disconnect(); done(last); }
  }, 20);
})"""


def serve_dash(home: str, port: str) -> None:
    """The same page in Dash, for `home`, on `port`; runs until it is ended."""
    from dash import Dash, Input, Output, dcc, html

    from dashboard import charts
    from etl.indicators import Query, evaluate
    from etl.publish import current, open_snapshot

    path = current(Home(Path(home)))
    if path is None:
        raise SystemExit("nothing is published")
    con = open_snapshot(path)

    def asked(name: str, by: tuple[str, ...], department: str) -> list[tuple[str, float]]:
        with con.cursor() as cursor:
            rows = evaluate(cursor, name, Query(*PERIOD, by=by, where={"department": department} if department else {})).rows
        return [(str(row.by[by[0]]) if by else "", float(row.value or 0)) for row in rows]

    departments = [name for name, _ in sorted(asked("received", ("department",), ""), key=lambda pair: -pair[1])]
    app = Dash(__name__)
    outputs = [Output(f"card-{name}", "children") for name in CARDS]
    outputs += [Output(name, "figure") for name in ("flow", "stock", "departments")]

    def page(department: str) -> list[object]:
        import pandas as pd

        cards: list[object] = [f"{asked(name, (), department)[0][1]:,.1f}" for name in CARDS]
        frames = [pd.DataFrame(asked(name, ("day",), department), columns=["day", name]) for name in (*FLOW, "open_at_end")]
        merged = frames[0]
        for frame in frames[1:]:
            merged = merged.merge(frame, on="day", how="outer")
        by_department = pd.DataFrame(asked("received", ("department",), department), columns=["department", "received"])
        return [
            *cards,
            charts.lines(merged, "day", [charts.Series(name, name) for name in FLOW], "件"),
            charts.lines(merged, "day", [charts.Series("open_at_end", "open_at_end")], "件"),
            charts.ranked(by_department.nlargest(15, "received"), "department", [charts.Series("received", "received")], "件"),
        ]

    app.callback(outputs, Input("department", "value"))(page)
    app.layout = html.Div(
        [
            dcc.Dropdown([{"label": "全部", "value": ""}, *departments], "", id="department", clearable=False),
            html.Div([html.Div(id=f"card-{name}") for name in CARDS], style={"display": "flex", "gap": "2rem"}),
            *(dcc.Graph(id=name) for name in ("flow", "stock", "departments")),
        ]
    )
    app.run(host="127.0.0.1", port=int(port), debug=False)


def measured(page: Page, card: str, choose: Callable[[str], None], values: list[str]) -> list[float]:
    """Milliseconds from choosing each value to the last change of the page."""
    times = []
    for value in values:
        before = page.locator(card).first.inner_text()
        page.evaluate("() => { document.addEventListener('mousedown', () => { window.began = performance.now(); }, {capture: true}); }")
        choose(value)
        ended = page.evaluate(UNTIL_STILL, [card, before])
        times.append(float(ended) - float(page.evaluate("window.began")))
    return times


def ours(opened: Browser, home: Path, log: Path, departments: list[str]) -> list[float]:
    """The throughput page of the dashboard."""
    with served(home, log) as address:
        context = opened.new_context(viewport={"width": 1280, "height": 1000}, bypass_csp=True)
        page = context.new_page()
        page.goto(f"{address}/throughput?period=month&on={PERIOD[0]}")
        page.locator(".xtick text").first.wait_for(timeout=90_000)
        page.wait_for_timeout(3000)

        def choose(value: str) -> None:
            box = page.get_by_label("部门", exact=True).first
            box.click()
            box.press_sequentially(value)
            page.get_by_role("option", name=value, exact=True).click()

        times = measured(page, "[data-testid=stMetricValue]", choose, departments)
        context.close()
        return times


def theirs(opened: Browser, home: Path, departments: list[str]) -> list[float]:
    """The same page in Dash."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.pages", "--serve-dash", str(home), str(port)]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    try:
        wait_until_answering(f"http://127.0.0.1:{port}/", process)
        context = opened.new_context(viewport={"width": 1280, "height": 1000})
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.locator(".xtick text").first.wait_for(timeout=60_000)
        page.wait_for_timeout(2000)

        def choose(value: str) -> None:
            page.locator("#department").click()
            page.keyboard.type(value)
            page.get_by_text(value, exact=True).last.click()

        times = measured(page, "#card-received", choose, departments)
        context.close()
        return times
    finally:
        process.terminate()
        process.wait(10)


def report(home: Path, rounds: int) -> None:
    """Measure and print the table."""
    from tests.chromium import executable

    if executable() is None:
        sys.exit("no Chromium: run make test-tools")
    departments = open_current(Home(home)).choices("department", Scope())[: CLICKS // 2]
    clicks = departments * 2
    taken: dict[str, list[float]] = {"dashboard": [], "dash": []}
    with browser() as opened, tempfile.TemporaryDirectory() as folder:
        for turn in range(rounds):
            taken["dashboard"] += ours(opened, home, Path(folder) / f"server-{turn}.log", clicks)
            taken["dash"] += theirs(opened, home, clicks)
    median = {name: statistics.median(times) for name, times in taken.items()}
    slow = {name: sorted(times)[int(len(times) * 0.95)] for name, times in taken.items()}
    ratio = median["dashboard"] / median["dash"]
    sys.stdout.write(f"{machine()}\n\n| filter to redrawn page, ms | median | p95 | n |\n|---|---|---|---|\n")
    for name, words in (("dashboard", "throughput page"), ("dash", "the same in Plotly Dash")):
        sys.stdout.write(f"| {words} | {median[name]:.0f} | {slow[name]:.0f} | {len(taken[name])} |\n")
    sys.stdout.write(f"| ratio (≤ 1.0) | {ratio:.2f} | | {'kept' if ratio <= 1 else 'missed'} |\n")


def main() -> None:
    """Entry point of `make bench-pages`."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.pages")
    parser.add_argument("--home", type=Path, help="a home with a published snapshot; by default the demo year is made")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--serve-dash", nargs=2, metavar=("HOME", "PORT"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve_dash:
        serve_dash(*chosen.serve_dash)
    elif chosen.home:
        report(chosen.home, chosen.rounds)
    else:
        from etl.commands.demo import run

        with tempfile.TemporaryDirectory() as folder:
            run(Home(Path(folder)))
            report(Path(folder), chosen.rounds)


if __name__ == "__main__":
    main()
