"""A snapshot is masked, checked, immutable, and made current in one step; a kill at any moment leaves the former one."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta

import duckdb
import pytest
from oracles.cases import insert, random_cases, random_suspensions
from typer.testing import CliRunner

from etl.cli import hall
from etl.config import HallError, Home, connect
from etl.engine import build
from etl.publish import FORBIDDEN, current, open_snapshot, publish, rollback, snapshots

NOW = datetime(2018, 12, 31, 18)


def _fill(home: Home, seed: int = 3, count: int = 60) -> None:
    with connect(home) as con:
        cases = random_cases(seed, count)
        insert(con, "case", cases)
        insert(con, "suspension", random_suspensions(seed, cases))
        build(con, home, now=NOW)


def _publish(home: Home, now: datetime = NOW):
    with connect(home) as con:
        return publish(con, home, now)


def _add_case(home: Home, number: int) -> None:
    with connect(home) as con:
        insert(con, "case", [{"case_no": f"added-{number}", "received_at": datetime(2018, 3, 1, 9)}])
        build(con, home, now=NOW)


def _rows(home: Home, sql: str) -> list[tuple]:
    path = current(home)
    assert path is not None
    with open_snapshot(path) as con:
        return con.execute(sql).fetchall()


def test_nothing_personal_is_in_any_column(home):
    _fill(home)
    _publish(home)
    for table, column in _rows(home, "select table_name, column_name from information_schema.columns where table_schema = 'main'"):
        assert (table, column) == ("meta", "value") or not FORBIDDEN.search(column)
        texts = _rows(
            home, f"select count(*) from {table} where cast({column} as varchar) similar to '.*(350902180001010019|12000000000|欧阳小华).*'"
        )
        assert texts == [(0,)], (table, column)


def test_names_of_persons_are_masked_and_those_of_organisations_are_not(home):
    named = [
        ("张明", "person"),
        ("欧阳小华", None),
        ("李", "person"),
        ("王会", None),
        ("宁德建工有限公司", None),
        ("明", "organisation"),
        ("陈公司", "person"),
    ]
    with connect(home) as con:
        for number, (name, kind) in enumerate(named):
            case = {"case_no": str(number), "received_at": datetime(2018, 3, 1), "applicant_name": name, "applicant_type": kind}
            insert(con, "case", [case])
        build(con, home, now=NOW)
    _publish(home)
    found = [name for (name,) in _rows(home, "select applicant_name from fact_case order by case_no")]
    assert found == ["张*", "欧**华", "*", "王*", "宁德建工有限公司", "明", "陈*司"]


def test_snapshot_holds_all_marts_and_the_facts_of_the_case_page(home):
    _fill(home)
    manifest = _publish(home)
    with connect(home) as con:
        built = {name for (name,) in con.execute("select table_name from duckdb_tables() where table_name like 'mart_%'").fetchall()}
    assert built | {"fact_case", "fact_suspension", "ref_calendar", "meta", "batch", "quarantine_count"} <= set(manifest.tables)
    assert manifest.totals["cases"] == manifest.totals["received"] == 60
    assert manifest.as_of == _rows(home, "select value from meta where key = 'as_of'")[0][0]


def test_snapshot_cannot_be_written_nor_reach_files(home):
    _fill(home)
    _publish(home)
    path = current(home)
    with open_snapshot(path) as con:
        for sql in ("delete from meta", "select * from read_csv('x.csv')", "set enable_external_access = true"):
            with pytest.raises(duckdb.Error):
                con.execute(sql)


def test_unchanged_content_makes_no_new_version(home):
    _fill(home)
    first = _publish(home)
    again = _publish(home, NOW + timedelta(hours=1))
    assert (first.is_new, again.is_new) == (True, False)
    assert again.id == first.id
    with connect(home) as con:
        build(con, home, now=NOW + timedelta(minutes=5))
    assert not _publish(home, NOW + timedelta(hours=2)).is_new
    assert len(snapshots(home)) == 1


def test_changed_content_makes_a_version_and_keeps_the_former_file_as_it_was(home):
    _fill(home)
    _publish(home)
    path = current(home)
    before = path.read_bytes()
    _add_case(home, 1)
    second = _publish(home)
    assert [one.id for one in snapshots(home) if one.is_current] == [second.id]
    assert path.read_bytes() == before
    assert _rows(home, "select count(*) from fact_case") == [(61,)]


def test_rollback_goes_one_back_and_by_id_and_refuses_what_is_not_there(home):
    _fill(home)
    with pytest.raises(HallError, match="no earlier version"):
        rollback(home)
    first = _publish(home)
    _add_case(home, 1)
    second = _publish(home)
    assert rollback(home) == first.id
    assert _rows(home, "select count(*) from fact_case") == [(60,)]
    with pytest.raises(HallError, match="no earlier version"):
        rollback(home)
    assert rollback(home, second.id) == second.id
    with pytest.raises(HallError, match=r"no snapshot .*known"):
        rollback(home, "../../etc/passwd")


def test_publishing_again_after_a_rollback_shows_the_new_content(home):
    _fill(home)
    _publish(home)
    _add_case(home, 1)
    _publish(home)
    rollback(home)
    assert _publish(home).is_new
    assert _rows(home, "select count(*) from fact_case") == [(61,)]


def test_old_versions_go_by_age_but_never_the_current_nor_the_one_before(home):
    _fill(home)
    made = []
    for number, days in enumerate((0, 1, 100, 200)):
        _add_case(home, number)
        made.append(_publish(home, NOW + timedelta(days=days)).id)
    assert [one.id for one in snapshots(home)] == [made[3], made[2]]


def test_nothing_built_is_refused_and_nothing_is_made_current(home):
    with connect(home) as con, pytest.raises(HallError, match="run hall build"):
        publish(con, home, NOW)
    assert current(home) is None


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("delete from mart_item_day where day = (select min(day) from mart_item_day)", "received"),
        ("update mart_backlog_change set change = change + 1 where day = (select max(day) from mart_backlog_change)", "open"),
        ("alter table mart_case_hour add column applicant_phone varchar", "must not be published"),
        (
            "insert into batch (file, read, inserted, updated, unchanged, superseded, quarantined) values ('a.csv', 3, 2, 0, 0, 0, 0)",
            "add up",
        ),
    ],
)
def test_a_failed_check_leaves_the_former_version_current(home, spoil, said):
    _fill(home)
    first = _publish(home)
    with connect(home) as con:
        con.execute(spoil)
        with pytest.raises(HallError, match=said):
            publish(con, home, NOW)
    assert current(home).stem == first.id
    assert list(home.tmp.iterdir()) == []


def test_what_a_killed_run_left_is_swept_by_the_next(home):
    _fill(home)
    first = _publish(home)
    (home.tmp / "snapshot-1-20181231T180000.duckdb").write_bytes(b"half")
    (home.tmp / "current-1").write_text("half")
    orphan = home.snapshots / "20181231T175959-00000000.duckdb"
    orphan.write_bytes(b"named but without its manifest")
    assert not _publish(home).is_new
    assert list(home.tmp.iterdir()) == []
    assert not orphan.exists()
    assert current(home).stem == first.id


PUBLISHER = """
import sys
from datetime import datetime
from pathlib import Path
from etl.config import Home, connect
from etl.engine import build
from etl.publish import publish
home = Home(Path(sys.argv[1]))
with connect(home) as con:
    print("ready", flush=True)
    for number in range(100000):
        con.execute("insert into raw_case (case_no, received_at) values (?, timestamp '2018-03-01 09:00:00')", [f"k{sys.argv[2]}-{number}"])
        build(con, home, now=datetime(2018, 12, 31, 18))
        publish(con, home)
"""


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_a_snapshot_that_can_be_read(home):
    _fill(home, count=20)
    _publish(home, datetime.now())
    for round_number in range(0, 20, 2):
        process = subprocess.Popen([sys.executable, "-c", PUBLISHER, str(home.root), str(round_number)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.05 + 0.06 * round_number)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        (cases,), (received,) = _rows(home, "select count(*) from fact_case union all select sum(received) from mart_case_day")
        assert cases == received >= 20
    with connect(home) as con:
        build(con, home, now=NOW)
        publish(con, home)
        loaded = con.execute("select count(*) from raw_case").fetchone()
    assert _rows(home, "select count(*) from fact_case") == [loaded]
    assert list(home.tmp.iterdir()) == []


def test_commands_publish_list_and_take_back(home):
    def hall_json(*arguments: str):
        result = CliRunner().invoke(hall(), ["--home", str(home.root), *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    _fill(home)
    assert hall_json("build", "--as-of", "2018-06-30", "--json")["as_of"] == "2018-06-30"
    first = hall_json("publish", "--json")
    assert hall_json("publish", "--json")["is_new"] is False
    hall_json("build", "--as-of", "2018-07-31", "--json")
    second = hall_json("publish", "--json")
    assert [row["is_current"] for row in hall_json("snapshots", "--json")["rows"]] == [True, False]
    assert hall_json("rollback", "--json") == {"id": first["id"]}
    assert hall_json("rollback", second["id"], "--json") == {"id": second["id"]}
    question = ("received", "--from", "2018-01-01", "--to", "2018-12-31", "--json")
    assert hall_json("indicator", *question)["rows"][0]["value"] == 60
    assert hall_json("indicator", *question, "--by", "channel", "--where", "channel=web", "--warehouse")["rows"][0]["by"] == {
        "channel": "web"
    }
    assert len(hall_json("indicator", "--json")["rows"]) >= 30


def test_unbuilt_engine_and_missing_data_are_refused(home):
    for arguments in (
        ["build"],
        ["publish"],
        ["build", "--engine", "spark"],
        ["indicator", "received", "--from", "2018-01-01", "--to", "2018-01-31"],
    ):
        with pytest.raises(HallError) as refused:
            CliRunner().invoke(hall(), ["--home", str(home.root), *arguments], catch_exceptions=False)
        assert refused.value.zh
        assert refused.value.en


def test_little_is_published_in_a_little_file(home):
    """A server holds whole blocks in memory, with what is empty of them."""
    _fill(home)
    _publish(home)
    path = current(home)
    assert path is not None
    assert path.stat().st_size < 3 * 2**20
