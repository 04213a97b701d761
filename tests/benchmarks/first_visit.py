"""`python -m tests.benchmarks.first_visit [--home DIR]`: CPU seconds until a page is drawn for the first time in a fresh process, and
again, without and with what the server warms up before its first visitor. Both ways take turns, a process each, on the small hall
unless a home is named.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.__main__ import machine

PAGES = {"overview": "总览", "throughput": "办件吞吐", "timelimits": "时限合规"}
ROUNDS = 3
HEAVY = ("pandas", "pyarrow", "duckdb", "plotly.graph_objects", "dashboard.charts", "dashboard.store", "dashboard.components")


def drawn(page: str, is_warm: bool) -> dict[str, float]:
    """CPU seconds of this process: before the first visitor, the first drawing, the second."""
    import importlib

    from streamlit.testing.v1 import AppTest

    from etl.config import home_from
    from tests.drawn_page import APP

    begun = time.process_time()
    for name in HEAVY:
        importlib.import_module(name)
    if is_warm:
        importlib.import_module("dashboard.warming").warm_up(home_from(None))
    found = {"start": time.process_time() - begun}
    for turn in ("first", "second"):
        app = AppTest.from_file(str(APP), default_timeout=120).switch_page(f"../pages/{page}.py")
        for name, value in (("period", "month"), ("on", "2018-10-01")):
            app.query_params[name] = value
        begun = time.process_time()
        app.run()
        found[turn] = time.process_time() - begun
        if app.exception or app.title[0].value != PAGES[page]:
            raise RuntimeError(f"{page} was not drawn")
    return found


def main() -> None:
    """Prints one line a page and way."""
    parser = argparse.ArgumentParser(prog="first_visit")
    parser.add_argument("--home", type=Path, default=None)
    parser.add_argument("--draw", nargs=2, metavar=("PAGE", "WARM"), default=None, help="for the processes of this benchmark")
    arguments = parser.parse_args()
    if arguments.draw:
        sys.stdout.write(json.dumps(drawn(arguments.draw[0], arguments.draw[1] == "warm")))
        return
    with tempfile.TemporaryDirectory() as folder:
        home = arguments.home
        if home is None:
            from tests.small_hall import published

            home = published(Path(folder) / "hall").root
        sys.stdout.write(f"{machine()}\n{'page':<12}{'way':<8}{'start':>8}{'first':>8}{'second':>8}   CPU s, median of {ROUNDS}\n")
        for page in PAGES:
            seen: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}
            for _ in range(ROUNDS):
                for way, made in seen.items():
                    command = [sys.executable, "-m", "tests.benchmarks.first_visit", "--draw", page, way]
                    environ = {**os.environ, "HALL_HOME": str(home), "HALL_ACCESS": "open"}
                    done = subprocess.run(command, env=environ, capture_output=True, check=True)
                    made.append(json.loads(done.stdout))
            for way, made in seen.items():
                numbers = "".join(f"{statistics.median(one[key] for one in made):8.2f}" for key in ("start", "first", "second"))
                sys.stdout.write(f"{page:<12}{way:<8}{numbers}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
