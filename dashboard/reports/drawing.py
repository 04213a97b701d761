"""Charts as SVG through a browser in a child process. No browser, a killed one, a hanging one: the report comes without pictures."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from dashboard.reports import charts
from dashboard.reports.content import ChartData
from etl.config import CHECKOUT

SECONDS = 30.0
# What is killed is gone at once, unless the system is slow to end it.
ENDING_SECONDS = 5.0
# Plotly marks its clip paths and patterns with a random word; it must not make two exports of the same snapshot differ.
RANDOM_WORD = re.compile(rb'id="(?:top)?defs-([0-9a-f]{6})"')


class Drawer:
    """Starts the browser at once, draws when asked, and is ended whatever happens. Use it in a `with`."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._until = time.monotonic() + seconds
        self._child: subprocess.Popen[bytes] | None = None
        with contextlib.suppress(OSError):
            self._child = subprocess.Popen(
                [sys.executable, "-m", "dashboard.reports.browser", str(seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=CHECKOUT,
                start_new_session=True,
            )

    def __enter__(self) -> "Drawer":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def draw(self, wanted: Sequence[ChartData]) -> dict[str, bytes]:
        """SVG by chart id; empty when there is no browser or it did not answer in time."""
        child = self._child
        if child is None or not wanted:
            return {}
        figures = json.dumps([charts.figure(chart) for chart in wanted], ensure_ascii=False).encode()
        try:
            output, _ = child.communicate(figures, timeout=max(0.1, self._until - time.monotonic()))
            drawings = json.loads(output) if child.returncode == 0 else []
        except (subprocess.TimeoutExpired, OSError, ValueError):
            drawings = []
        finally:
            self.end()
        if len(drawings) != len(wanted):
            return {}
        return {chart.id: settled(drawing.encode()) for chart, drawing in zip(wanted, drawings, strict=True)}

    def end(self) -> None:
        """Ends the child and every process it started, the browser's among them, which has a session of its own."""
        child, self._child = self._child, None
        if child is None:
            return
        if child.poll() is None:
            if os.name == "posix":
                # Held still, it starts no browser between the look at what it has started and its own end.
                os.kill(child.pid, signal.SIGSTOP)
            until = time.monotonic() + ENDING_SECONDS
            while (started := _descendants(child.pid)) and time.monotonic() < until:
                for process in started:
                    _kill(process)
                time.sleep(0.01)
            _kill(child.pid)
            child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def settled(drawing: bytes) -> bytes:
    """The drawing with Plotly's random word replaced everywhere."""
    found = RANDOM_WORD.search(drawing)
    return drawing.replace(found[1], b"000000") if found else drawing


def _kill(process: int) -> None:
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.kill(process, signal.SIGKILL)
        else:
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process)], capture_output=True, check=False)


def _descendants(parent: int) -> list[int]:
    """Processes that a process started, and those that these started, still at work; empty where /proc does not tell."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = entry.read_text("utf-8", "replace").rpartition(")")[2].split()
            # One that has ended stays listed until its parent asks for it.
            if fields[0] != "Z":
                children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found: list[int] = []
    waiting = [parent]
    while waiting:
        started = children.get(waiting.pop(), [])
        found += started
        waiting += started
    return found


def draw(wanted: Sequence[ChartData], seconds: float = SECONDS) -> dict[str, bytes]:
    """All charts with a browser of their own."""
    with Drawer(seconds) as drawer:
        return drawer.draw(wanted)
