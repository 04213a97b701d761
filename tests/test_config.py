"""Opening the warehouse: where it spills to, and what a killed job left there."""

import os
from pathlib import Path

import pytest

from etl.config import Home, connect
from etl.ingest import load

SPILLS = (
    "create or replace temp table big as "
    "select md5(cast(i as varchar)) || md5(cast(i + 1 as varchar)) as s from range(6000000) t(i) order by s"
)


def left_by_another_process(home: Home) -> Path:
    """What DuckDB had moved out of memory in a process that is gone; the name is the one of DuckDB 1.5, which has no process in it."""
    folder = home.spill(os.getpid() + 1)
    folder.mkdir(parents=True)
    file = folder / "duckdb_temp_storage_DEFAULT-0.tmp"
    file.write_text("林某", "utf-8")
    return file


def test_what_a_killed_job_spilled_is_gone_when_the_warehouse_is_next_opened(home: Home) -> None:
    left = left_by_another_process(home)
    with connect(home):
        assert not left.exists()


def test_a_reader_leaves_what_others_spilled(home: Home) -> None:
    connect(home).close()
    left = left_by_another_process(home)
    with connect(home, read_only=True):
        assert left.exists()


@pytest.mark.slow
def test_second_load_works_after_the_first_has_spilled(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("办件编号,受理时间\nA1,2018-10-08\n", "utf-8")
    with connect(home) as con:
        con.execute("set memory_limit = '250MB'")
        con.execute("set threads = 1")
        load(con, home, [path])
        con.execute(SPILLS)
        assert any(home.spill(os.getpid()).iterdir())
        (again,) = load(con, home, [path])
        assert again.unchanged == 1
        assert con.execute("select count(distinct s) from big").fetchone() == (6_000_000,)
