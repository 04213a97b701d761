"""Starts the worker from a page."""

import os
import subprocess
import sys

from etl.config import CHECKOUT, Home


def start(home: Home) -> None:
    """Starts a worker apart from the server, so that a report goes on when the page is closed. A second one ends at once."""
    subprocess.Popen(
        [sys.executable, "-m", "dashboard.reports", "work"],
        cwd=CHECKOUT,
        env={**os.environ, "HALL_HOME": str(home.root)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
