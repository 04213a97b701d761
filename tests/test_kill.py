"""A load or a build that is killed at any moment leaves the former state readable and the next run clean.

(Publishing is killed in test_publish.py.)
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from etl.config import Home, connect

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="kills by signal 9"),
]
ROWS = 60_000
KILLS = 12


def export(path: Path, day: str) -> Path:
    """Cases received in October 2018; the second export has them closed on `day`."""
    head = "办件编号,部门,受理时间,承诺时限,承诺时限单位,办结时间\n"
    rows = (f"A{n:06d},部门{n % 30},2018-10-{n % 20 + 8:02d} 09:05:00,{n % 10},工作日,{day}\n" for n in range(ROWS))
    path.write_text(head + "".join(rows), "utf-8")
    return path


def start(home: Home, *arguments: str | Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", "from etl.cli import main; main()", *map(str, arguments), "--home", str(home.root)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def run(home: Home, *arguments: str | Path) -> float:
    began = time.monotonic()
    assert start(home, *arguments).wait(120) == 0
    return time.monotonic() - began


def kill_after(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether the process was still running when it was killed."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        return True
    return False


def state(home: Home, sql: str) -> list[Any]:
    with connect(home) as con:
        return con.execute(sql).fetchall()


def test_killed_load_leaves_all_or_nothing_and_the_next_run_is_clean(home: Home, tmp_path: Path) -> None:
    first, second = export(tmp_path / "a.csv", ""), export(tmp_path / "b.csv", "2018-11-20 10:00:00")
    run(home, "load", first)
    sql = "select count(*), count(closed_at), count(distinct case_no) from raw_case"
    before = state(home, sql)
    whole = run(Home(tmp_path / "measured"), "load", second)
    chance = random.Random(2018)
    killed = 0
    for _ in range(KILLS):
        killed += kill_after(start(home, "load", second), chance.uniform(0.2, 1.0) * whole)
        found = state(home, sql)
        assert found in (before, [(ROWS, ROWS, ROWS)])
        ledger = state(home, "select count(*), bool_and(read = inserted + updated + unchanged + superseded + quarantined) from batch")
        assert ledger[0][1]
        if found != before:
            # It was done before it was killed; begin again from the former state.
            home.warehouse.unlink()
            run(home, "load", first)
    assert killed >= KILLS // 2
    run(home, "load", second)
    assert state(home, sql) == [(ROWS, ROWS, ROWS)]
    assert list(home.tmp.glob("stage-*")) == []


def test_killed_build_leaves_the_former_figures(home: Home, tmp_path: Path) -> None:
    run(home, "load", export(tmp_path / "a.csv", ""))
    whole = run(home, "build")
    sql = "select sum(received), sum(closed) from mart_case_day"
    assert state(home, sql) == [(ROWS, 0)]
    run(home, "load", export(tmp_path / "b.csv", "2018-11-20 10:00:00"))
    chance = random.Random(2019)
    killed = 0
    for _ in range(KILLS):
        killed += kill_after(start(home, "build"), chance.uniform(0.2, 0.9) * whole)
        assert state(home, sql)[0] in ((ROWS, 0), (ROWS, ROWS))
    assert killed >= KILLS // 2
    run(home, "build")
    assert state(home, sql) == [(ROWS, ROWS)]
