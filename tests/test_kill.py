"""A load, a build or a publish that is killed at any moment leaves the former state readable and the next run clean.

Here the commands are killed as they are run; test_publish.py kills a process that builds and publishes without end.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl.config import Home, connect
from etl.publish import current, rollback, snapshots

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="kills by signal 9"),
]
ROWS = 40_000
KILLS = 7
# A job that had to move data out of memory, and is killed then.
SPILL = """
import duckdb, os, signal, sys
con = duckdb.connect(config={"memory_limit": "100MB", "threads": 1, "temp_directory": f"{sys.argv[1]}/spill-{os.getpid()}"})
con.execute("create table t as select md5(cast(i as varchar)) as a, md5(cast(-i as varchar)) as b from range(3000000) t(i)")
os.kill(os.getpid(), signal.SIGKILL)
"""


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


CONTENT = "select count(*), bit_xor(hash(cast(r as varchar))) from (select * exclude (_batch_id) from raw_case) r"


def test_killed_load_leaves_all_or_nothing_and_the_next_run_is_clean(home: Home, tmp_path: Path) -> None:
    first, second = export(tmp_path / "a.csv", ""), export(tmp_path / "b.csv", "2018-11-20 10:00:00")
    run(home, "load", first)
    sql = "select count(*), count(closed_at), count(distinct case_no) from raw_case"
    before = state(home, sql)
    spared = Home(tmp_path / "spared")
    run(spared, "load", first)
    whole = run(spared, "load", second)
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
    assert state(home, CONTENT) == state(spared, CONTENT)
    assert list(home.tmp.iterdir()) == []


def test_what_a_killed_load_had_moved_out_of_memory_is_swept_by_the_next(home: Home, tmp_path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", SPILL, str(home.tmp)], check=False).returncode == -signal.SIGKILL
    assert list(home.tmp.iterdir())
    run(home, "load", export(tmp_path / "a.csv", ""))
    assert list(home.tmp.iterdir()) == []


def test_killed_build_leaves_the_former_figures(home: Home, tmp_path: Path) -> None:
    run(home, "load", export(tmp_path / "a.csv", ""))
    whole = run(home, "build")
    sql = "select sum(received), sum(closed) from mart_case_day"
    assert state(home, sql) == [(ROWS, 0)]
    run(home, "load", export(tmp_path / "b.csv", "2018-11-20 10:00:00"))
    chance = random.Random(2019)
    killed = 0
    for _ in range(KILLS):
        killed += kill_after(start(home, "build", "--full"), chance.uniform(0.1, 0.7) * whole)
        assert state(home, sql)[0] in ((ROWS, 0), (ROWS, ROWS))
    assert killed >= KILLS // 2
    run(home, "build")
    assert state(home, sql) == [(ROWS, ROWS)]


def shown(home: Home) -> tuple[int, int, int]:
    """Cases, received and closed of the current snapshot, read to the end."""
    path = current(home)
    assert path is not None
    with duckdb.connect(str(path), read_only=True) as con:
        counted = con.execute("select count(*), bit_xor(hash(cast(f as varchar))) from fact_case f").fetchone()
        summed = con.execute("select sum(received), sum(closed) from mart_case_day").fetchone()
    assert counted is not None
    assert summed is not None
    return counted[0], int(summed[0]), int(summed[1])


def test_killed_publish_leaves_a_whole_version_current(home: Home, tmp_path: Path) -> None:
    former, new = (ROWS, ROWS, 0), (ROWS, ROWS, ROWS)
    run(home, "load", export(tmp_path / "a.csv", ""))
    run(home, "build")
    whole = run(home, "publish")
    first = snapshots(home)[0].id
    assert shown(home) == former
    run(home, "load", export(tmp_path / "b.csv", "2018-11-20 10:00:00"))
    run(home, "build")
    chance = random.Random(2020)
    killed = 0
    for _ in range(KILLS):
        killed += kill_after(start(home, "publish"), chance.uniform(0.2, 1.0) * whole)
        found = shown(home)
        assert found in (former, new)
        if found == new:
            # It was done before it was killed; go back to the former version, so that the next has something to publish.
            assert rollback(home, first) == first
    assert killed >= KILLS // 2
    run(home, "publish")
    assert shown(home) == new
    assert list(home.tmp.iterdir()) == []
    named = {path.stem for path in home.snapshots.glob("*.duckdb")}
    assert named == {path.stem for path in home.snapshots.glob("*.json")} == {one.id for one in snapshots(home)}
