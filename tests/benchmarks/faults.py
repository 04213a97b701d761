"""`python -m tests.benchmarks.faults [--files N] [--memory] [--look]`: the faults that take too long for every run of the tests.

An inbox of many small files goes through `hall refresh` as an office would run it: how long, how much memory, and how many files are
open at a time. A second run finds nothing new.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from etl.config import Home
from etl.ingest import edge
from etl.ingest.reach import Reach
from etl.ingest.sources import SUFFIXES

HEAD = "办件编号,部门,受理时间,承诺时限,承诺时限单位,办结时间\n"
HALL = (sys.executable, "-c", "from etl.cli import main; main()")


@dataclass(frozen=True)
class Watched:
    """A run as seen from outside."""

    code: int
    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    most_open: int
    said: str


def fill(inbox: Path, files: int, rows: int = 1) -> None:
    """Files of `rows` cases each, written a while ago. No case is in two files."""
    inbox.mkdir(parents=True, exist_ok=True)
    past = time.time() - 600
    for number in range(files):
        path = inbox / f"cases-{number:05d}.csv"
        lines = (f"F{number:05d}-{row},部门{number % 30},2018-10-{row % 20 + 8:02d} 09:05:00,5,工作日,\n" for row in range(rows))
        path.write_text(HEAD + "".join(lines), "utf-8")
        os.utime(path, (past, past))


def watched(*arguments: str) -> Watched:
    """Runs `hall` and looks at it as it goes: files of folders it has open, and at its end its time and memory."""
    begun = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([*HALL, *arguments], stdout=said, stderr=subprocess.STDOUT)
        most = 0
        while True:
            most = max(most, _open_files(process.pid))
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            time.sleep(0.02)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode("utf-8", errors="replace")
    cpu = usage.ru_utime + usage.ru_stime
    return Watched(process.returncode, time.monotonic() - begun, cpu, usage.ru_maxrss / 1024, most, text)


def _open_files(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 (a number is wanted, not paths)
    except OSError:
        return 0


def in_little_memory(rows: int, megabytes: int | None) -> None:
    """One line a command: its peak with the database held to so much memory."""
    with tempfile.TemporaryDirectory() as folder:
        if megabytes:
            (Path(folder) / "hall.toml").write_text(f"memory_megabytes = {megabytes}\n", "utf-8")
        fill(Path(folder) / "in", 1, rows)
        for arguments in (("load", f"{folder}/in"), ("build",), ("publish",)):
            run = watched(*arguments, "--home", folder)
            limit = f"{megabytes} MiB" if megabytes else "no limit"
            print(
                f"{rows} rows, {limit}, {arguments[0]}: exit {run.code}, {run.seconds:.0f} s, peak {run.peak_megabytes:.0f} MiB", flush=True
            )
            if run.code:
                print(run.said)


def looking(files: int, rounds: int = 20) -> None:
    """What it costs that a child looks through the inbox, beside looking through it oneself; medians, CPU with that of the child."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.make()
        fill(home.inbox, files)

        def by_child() -> None:
            with Reach(home.root, 15) as reach:
                assert len(reach.look(home.inbox)) == files + 1

        def oneself() -> None:
            assert len(list(edge.walk(str(home.inbox), SUFFIXES))) == files + 1

        for name, act in (("by a child", by_child), ("oneself", oneself)):
            taken = sorted(_taken(act) for _ in range(rounds))
            wall, cpu = taken[rounds // 2]
            print(f"a look at {files} files, {name}: {wall * 1000:.1f} ms, {cpu * 1000:.1f} ms CPU", flush=True)


def _taken(act: Callable[[], None]) -> tuple[float, float]:
    begun, before = time.monotonic(), _cpu()
    act()
    return time.monotonic() - begun, _cpu() - before


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def main() -> None:
    """Prints one line a run."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.faults")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument(
        "--memory", type=int, nargs="?", const=1_000_000, help="rows to load, build and publish in 512 MiB and without a limit"
    )
    parser.add_argument("--look", action="store_true", help="what a look through the inbox costs by a child")
    asked = parser.parse_args()
    if asked.look:
        for number in (20, asked.files):
            looking(number)
        return
    if asked.memory:
        for megabytes in (512, None):
            in_little_memory(asked.memory, megabytes)
        return
    files = asked.files
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder) / "inbox", files)
        for name in ("first", "again"):
            run = watched("refresh", "--json", "--home", folder)
            found = json.loads(run.said) if run.code == 0 else {"batches": []}
            loaded = sum(batch["inserted"] for batch in found["batches"])
            print(
                f"{name}: exit {run.code}, {files} files, {loaded} rows inserted, {run.seconds:.0f} s, {run.cpu_seconds:.0f} s CPU, "
                f"peak {run.peak_megabytes:.0f} MiB, at most {run.most_open} descriptors open",
                flush=True,
            )
            if run.code:
                print(run.said)


if __name__ == "__main__":
    main()
