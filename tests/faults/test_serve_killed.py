"""`hall serve` killed at any instant begins again at once and leaves nothing; and it answers while everything else is killed."""

import contextlib
import os
import random
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from broken import HALL, ROWS, asked, current_name, done, export, start
from chromium import free_port

from etl.config import Home
from etl.office import append, entries, open_office
from etl.office.audit import verify
from etl.publish import snapshots

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="kills by signal 9")]
SERVE_KILLS = 3
JOB_KILLS = 5
SLOWEST = 20.0


def fetched(port: int, path: str) -> int:
    """The status of a page; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=SLOWEST) as answer:
            answer.read()
            return int(answer.status)
    except OSError:
        return 0


def served(home: Home, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*HALL, "serve", "--open", "--port", str(port), "--home", str(home.root)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def comes_up(process: subprocess.Popen[bytes], port: int) -> float:
    begun = time.monotonic()
    while fetched(port, "/_stcore/health") != 200:
        assert process.poll() is None, process.stderr and process.stderr.read().decode()
        assert time.monotonic() - begun < 90
        time.sleep(0.1)
    return time.monotonic() - begun


def of_port(port: int) -> list[int]:
    """Processes of the server on this port, whoever started them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"--port" in words and str(port).encode() in words:
                found.append(int(folder.name))
    return found


def gone(port: int, seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while of_port(port):
        if time.monotonic() > until:
            for left in of_port(port):
                os.kill(left, signal.SIGKILL)
            return False
        time.sleep(0.05)
    return True


@contextlib.contextmanager
def ended(process: subprocess.Popen[bytes], port: int) -> Iterator[None]:
    try:
        yield
    finally:
        process.kill()
        process.wait()
        assert gone(port)


class Visitor(Thread):
    """Asks for the health and a page without a pause, and keeps what it was answered and how long that took."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port, self.enough = port, Event()
        self.statuses: list[int] = []
        self.longest = 0.0

    def run(self) -> None:
        while not self.enough.wait(0.2):
            for path in ("/_stcore/health", "/overview"):
                begun = time.monotonic()
                self.statuses.append(fetched(self.port, path))
                self.longest = max(self.longest, time.monotonic() - begun)


def answering_while_jobs_are_killed(hall: Home, port: int, chance: random.Random) -> tuple[int, Visitor]:
    """One server, asked all the while; how many jobs were still running when they were killed."""
    killed = 0
    update = export(hall.root / "update.csv", ROWS, "2018-11-20 10:00:00")
    process = served(hall, port)
    with ended(process, port):
        comes_up(process, port)
        visitor = Visitor(port)
        visitor.start()
        for number in range(JOB_KILLS):
            job = start(hall, *(("load", update), ("build", "--full"), ("publish",))[number % 3])
            try:
                job.communicate(timeout=chance.uniform(0.4, 1.4))
            except subprocess.TimeoutExpired:
                os.killpg(job.pid, signal.SIGKILL)
                job.communicate(timeout=10)
                killed += 1
        done(hall, "load", update, "--publish")
        visitor.enough.set()
        visitor.join(2 * SLOWEST)
    return killed, visitor


def test_a_killed_server_starts_again_at_once_and_answers_while_other_jobs_are_killed(hall: Home) -> None:
    """Killed alone, so that its child has to notice by itself; at instants from its start to well after it answers."""
    port, chance = free_port(), random.Random(9)
    office = open_office(hall)
    shown, files = current_name(hall), {path.name for path in hall.snapshots.iterdir()}
    with office.writing() as con:
        append(con, "someone", "signal.acknowledged", "S1", datetime(2018, 10, 8))
    for number in range(SERVE_KILLS):
        process = served(hall, port)
        if number == SERVE_KILLS - 1:
            comes_up(process, port)
        else:
            time.sleep(chance.uniform(0.3, 2.5))
        process.kill()
        process.wait()
        assert gone(port), "a process was left behind"
    assert (current_name(hall), {path.name for path in hall.snapshots.iterdir()}) == (shown, files)
    assert [entry.subject for entry in entries(office, action="signal.")] == ["S1"]
    assert verify(office) is None
    killed, visitor = answering_while_jobs_are_killed(hall, port, chance)
    assert killed >= JOB_KILLS // 2
    assert len(visitor.statuses) >= 10
    assert set(visitor.statuses) == {200}
    assert visitor.longest < SLOWEST
    assert asked(hall, "select count(*), count(closed_at) from raw_case") == [(ROWS, ROWS)]
    assert snapshots(hall)[0].id == current_name(hall)
    print(f"{killed} of {JOB_KILLS} killed, {len(visitor.statuses)} answers, the longest {visitor.longest:.2f} s")
