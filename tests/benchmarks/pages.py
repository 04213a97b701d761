"""`make bench-pages`: what a reader waits for, in Chromium, at 16 thousand, one and ten million cases, beside two other ways.

The throughput page of the dashboard, the same page in Plotly Dash over the same snapshot, and Streamlit as it is shipped with all cases
in a data frame. They take turns and are held to the same number of cases received for every department that is chosen. `--write` keeps
the results in docs/benchmarks/pages.json and brings table and chart of docs/benchmarks.md up; `--folder` keeps the homes for another run.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from dashboard.period import Period
from dashboard.store import Scope, open_current
from etl.config import Home
from etl.publish import current, open_snapshot
from tests.benchmarks.browsing import Site, filtered, switched, visit
from tests.benchmarks.measuring import child, machine
from tests.benchmarks.pagechart import DASH, HALL, PANDAS, budget_table, keep, table
from tests.benchmarks.peer_view import PERIOD
from tests.benchmarks.serving import cpu_s
from tests.chromium import CHECKOUT, browser, executable, free_port, wait_until_answering

DEMO = 0
SIZES = (DEMO, 1_000_000, 10_000_000)
ROUNDS, CLICKS, SWITCHES, LOADS = 2, 15, 15, 2
Figures = dict[str, Any]


def choose_in_streamlit(page: Page, value: str) -> None:
    """Chooses a department in a select box of Streamlit."""
    box = page.get_by_label("部门", exact=True).first
    box.click()
    box.press_sequentially(value)
    page.get_by_role("option", name=value, exact=True).click()


def choose_in_dash(page: Page, value: str) -> None:
    """Chooses a department in a dropdown of Dash, which searches as one types."""
    page.locator("#department").click()
    page.locator(".dash-dropdown-search").fill(value)
    page.locator(".dash-options-list-option-text").get_by_text(value, exact=True).click()


@dataclass(frozen=True)
class Contender:
    """Who serves the page: the command for a home and a port, the address of the page, how it is read."""

    name: str
    command: Callable[[Path, int], list[str]]
    path: str
    health: str
    site: Site


METRICS = "[data-testid=stMetricValue]"
CONTENDERS = (
    Contender(
        HALL,
        lambda home, port: ["-m", "dashboard", "--port", str(port), "--access", "open"],
        f"throughput?period=month&on={PERIOD[0]}",
        "_stcore/health",
        Site(METRICS, 5, choose_in_streamlit, {"时限合规": 2, "办件吞吐": 5}),
    ),
    Contender(
        DASH,
        lambda home, port: ["-m", "tests.benchmarks.dash_page", str(home), str(port)],
        "",
        "",
        Site(".card", 5, choose_in_dash),
    ),
    Contender(
        PANDAS,
        lambda home, port: [
            *("-m", "streamlit", "run", str(CHECKOUT / "tests" / "benchmarks" / "pandas_page.py")),
            *("--server.headless", "true", "--server.address", "127.0.0.1", "--server.port", str(port)),
            *("--browser.gatherUsageStats", "false", "--", str(home)),
        ],
        "",
        "_stcore/health",
        Site(METRICS, 5, choose_in_streamlit),
    ),
)


@contextmanager
def serving(contender: Contender, home: Path, place: Path) -> Iterator[tuple[str, int, float]]:
    """The contender on a free port: its address, its process, the seconds from its start until it answers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    kept = {name: value for name, value in os.environ.items() if name not in ("HALL_ACCESS", "PYTHONDONTWRITEBYTECODE")}
    environ = {**kept, "HALL_HOME": str(home), "PYTHONPATH": str(CHECKOUT)}
    # Another folder than the checkout's, whose options for Streamlit are not those it is shipped with.
    folder = CHECKOUT if contender.name == HALL else place
    began = time.monotonic()
    with (place / "server.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, *contender.command(home, port)], cwd=folder, env=environ, stdout=log, stderr=log)
    try:
        wait_until_answering(address + contender.health, process)
        yield address, process.pid, time.monotonic() - began
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def peak_mib(pid: int) -> float:
    """The most that the process has held, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def turn(opened: Browser, contender: Contender, home: Path, place: Path, departments: list[str]) -> Figures:
    """One start of the server, and what its readers wait for."""
    site = contender.site
    with serving(contender, home, place) as (address, pid, started):
        page_address = address + contender.path
        with visit(opened, site, page_address) as (_, first):
            pass
        slow = []
        for _ in range(LOADS):
            with visit(opened, site, page_address, is_slow=True) as (_, taken):
                slow.append(taken)
        with visit(opened, site, page_address) as (page, again):
            before = cpu_s(pid)
            changes = filtered(page, site, departments)
            served = (cpu_s(pid) - before) / len(departments) * 1000
            switches = switched(page, site, SWITCHES)
        return {
            "start": [started],
            "cold": [first["whole"]],
            "load": [again["whole"]],
            "slow_first": [one["first"] for one in slow],
            "slow": [one["whole"] for one in slow],
            "bytes": [one["bytes"] for one in slow],
            "requests": [one["requests"] for one in slow],
            "filter": changes.times,
            "received": changes.numbers,
            "filter_bytes": [changes.bytes],
            "thread": [changes.thread],
            "script": [changes.script],
            "layout": [changes.layout],
            "served": [served],
            "switch": switches,
            "peak": [peak_mib(pid)],
        }


def cases_in(home: Path) -> int:
    """Cases of the version that is shown."""
    path = current(Home(home))
    assert path is not None
    with open_snapshot(path) as con:
        (cases,) = con.execute("select count(*) from fact_case").fetchone() or (0,)
    return int(cases)


def busiest(home: Path) -> list[str]:
    """Departments with cases received and cases open in the period, so that every figure has something to show; the busiest first."""
    store = open_current(Home(home))
    period = Period("month", *PERIOD)
    numbers = [store.series(name, period, Scope(), ("department",)) for name in ("received", "open_at_end")]
    received, waiting = ({row.department: row.value for row in one.itertuples() if row.value} for one in numbers)
    return sorted(received.keys() & waiting.keys(), key=lambda name: (-received[name], name))


def measure(home: Path, rounds: int, only: tuple[str, ...]) -> dict[str, Figures]:
    """What each contender took, over all rounds."""
    found = busiest(home)
    departments = [found[number % len(found)] for number in range(CLICKS * rounds)]
    taken: dict[str, Figures] = {}
    with browser() as opened, tempfile.TemporaryDirectory() as place:
        for number in range(rounds):
            for contender in CONTENDERS:
                if only and contender.name not in only:
                    continue
                part = departments[number * CLICKS : (number + 1) * CLICKS]
                one = turn(opened, contender, home, Path(place), part)
                sys.stderr.write(f"{contender.name}: round {number + 1} done, load {os.getloadavg()[0]:.1f}\n")
                kept = taken.setdefault(contender.name, {})
                for name, values in one.items():
                    kept.setdefault(name, []).extend(values)
    shown = {name: one.pop("received") for name, one in taken.items()}
    if len({tuple(numbers) for numbers in shown.values()}) > 1:
        raise ValueError(f"not the same numbers of cases received: {shown}")
    return {name: {what: [round(value, 3) for value in values] for what, values in one.items()} for name, one in taken.items()}


def home_of(folder: Path, cases: int) -> Path:
    """A home with so many cases published, made where it is not there yet; `DEMO` is the demo year."""
    home = folder / (f"cases-{cases}" if cases else "demo")
    if (home / "snapshots" / "current").exists():
        return home
    if cases == DEMO:
        from etl.commands.demo import run

        run(Home(home))
        return home
    Home(home).make()
    child("__main__:do_fill", home, str(cases))
    child("__main__:do_build", home)
    child("__main__:do_publish", home)
    return home


def report(folder: Path, sizes: list[int], rounds: int, only: tuple[str, ...], is_written: bool) -> None:
    """Measure and print; with `is_written` keep the results and bring docs/benchmarks.md up."""
    if executable() is None:
        sys.exit("no Chromium: run make test-tools")
    for size in sizes:
        home = home_of(folder, size)
        about = machine()
        runs = measure(home, rounds, only)
        one = {"about": f"{about}, at the end {os.getloadavg()[0]:.1f}", "on": date.today().isoformat(), "runs": runs}
        cases = cases_in(home)
        sys.stdout.write("\n".join([one["about"], "", *table(cases, runs), "", *budget_table({cases: one})]) + "\n\n")
        sys.stdout.flush()
        if is_written:
            keep(cases, one)


def main() -> None:
    """Entry point of `make bench-pages`."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.pages")
    parser.add_argument("--cases", type=int, nargs="+", default=list(SIZES), help=f"sizes; {DEMO} is the demo year")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"starts of each server, {CLICKS} changes of the filter each")
    parser.add_argument("--only", nargs="+", choices=[one.name for one in CONTENDERS], default=[])
    parser.add_argument("--folder", type=Path, help="where homes are made and found again; by default they are removed at the end")
    parser.add_argument("--write", action="store_true", help="keep the results in docs/benchmarks and bring docs/benchmarks.md up")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        report(chosen.folder or Path(made), chosen.cases, chosen.rounds, tuple(chosen.only), chosen.write)


if __name__ == "__main__":
    main()
