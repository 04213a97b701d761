"""`hall demo` as a person starts it."""

import os
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from etl.assess.inputs import months_of
from etl.commands.demo import run
from etl.config import CHECKOUT, HallError, Home, connect
from etl.indicators import Query, evaluate
from etl.ingest.load import load
from etl.office import open_office
from etl.office.freezing import frozen_months
from etl.publish import current
from etl.reconcile import figures as published_figures
from etl.reconcile import reconcile


def hall(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "HALL_HOME": str(home), "PYTHONPATH": str(CHECKOUT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", "from etl.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environ, timeout=300, check=False)


def test_made_up_records_are_not_mixed_with_an_offices_own(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    real = tmp_path / "办件.csv"
    real.write_text("办件编号,收件时间\nA-1,2018-10-08 09:05\n", encoding="utf-8")
    with connect(home) as con:
        load(con, home, [real])
    with pytest.raises(HallError, match="--home"):
        run(home)
    with connect(home, read_only=True) as con:
        assert con.execute("select count(*) from raw_case").fetchone() == (1,)


def test_a_taken_port_is_refused_before_any_work(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = hall(tmp_path, "demo", "--port", str(taken.getsockname()[1]))
    assert refused.returncode == 1
    assert len(refused.stderr.strip().splitlines()) == 2
    assert not (tmp_path / "inbox").exists()


@pytest.mark.slow
def test_the_demo_goes_from_files_to_a_published_snapshot(tmp_path: Path) -> None:
    first = hall(tmp_path, "demo", "--no-serve")
    assert first.returncode == 0, first.stderr
    assert frozen_months(open_office(Home(tmp_path))) == list(months_of("2018"))
    published = current(Home(tmp_path))
    assert published is not None
    with duckdb.connect(str(published), read_only=True) as con:
        year = Query(date(2018, 1, 1), date(2018, 12, 31))
        figures = {name: evaluate(con, name, year).rows[0].value for name in ("received", "online_applications", "items_total")}
        compared = reconcile(con, published_figures())
    assert figures == {"received": 16_392, "online_applications": 2_592, "items_total": 2_879}
    # Every figure of the report, each from records and none typed in.
    assert {row.figure.id: row.equal for row in compared} == {figure.id: True for figure in published_figures()}
    assert len(compared) == len(published_figures()) >= 38
