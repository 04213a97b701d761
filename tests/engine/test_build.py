"""A build makes everything from what is loaded, or changes nothing."""

from datetime import date, datetime

import pytest
from oracles.cases import insert, random_cases

from etl.config import HallError, connect
from etl.engine import build
from etl.engine.models import Model, read_models

NOW = datetime(2018, 12, 31, 18)


def _value(con, sql: str):
    return con.execute(sql).fetchone()[0]


def test_every_model_can_run_before_anything_is_loaded(home):
    with connect(home) as con:
        result = build(con, home, now=NOW)
        assert {run.name for run in result.runs} == {model.name for model in read_models()}
        assert _value(con, "select count(*) from mart_case_day") == 0
        assert result.as_of == NOW.date()


def test_building_twice_gives_the_same_tables(home):
    with connect(home) as con:
        insert(con, "case", random_cases(1, 80))
        marts = [model.name for model in read_models()]
        hashes = []
        for _ in range(2):
            build(con, home, now=NOW)
            hashes.append([_value(con, f"select sum(hash({mart})::hugeint) from {mart}") for mart in marts])
        assert hashes[0] == hashes[1]


def test_cut_off_is_the_latest_event_and_never_tomorrow(home):
    with connect(home) as con:
        insert(
            con,
            "case",
            [
                {"case_no": "1", "received_at": datetime(2018, 3, 1, 9), "closed_at": datetime(2018, 3, 8, 9)},
                # A year written wrong must not push the cut-off into the future.
                {"case_no": "2", "received_at": datetime(2018, 3, 2, 9), "closed_at": datetime(2081, 3, 8, 9)},
            ],
        )
        assert build(con, home, now=NOW).as_of == date(2018, 3, 8)
        assert build(con, home, as_of=date(2018, 3, 5), now=NOW).as_of == date(2018, 3, 5)
        assert _value(con, "select value from meta where key = 'as_of'") == "2018-03-05"


def test_cut_off_is_the_day_on_which_the_system_still_knew_an_open_case(home):
    with connect(home) as con:
        events = {"received_at": datetime(2018, 3, 1, 9)}
        insert(con, "case", [{"case_no": "1", **events, "synced_at": datetime(2018, 3, 31, 23, 59)}, {"case_no": "2", **events}])
        assert build(con, home, now=NOW).as_of == date(2018, 3, 31)


def test_setting_fixes_the_cut_off_and_the_option_wins_over_it(home):
    home.settings_file.write_text("as_of = 2018-06-30\n", "utf-8")
    with connect(home) as con:
        assert build(con, home, now=NOW).as_of == date(2018, 6, 30)
        assert build(con, home, as_of=date(2018, 7, 1), now=NOW).as_of == date(2018, 7, 1)


def test_a_cut_off_after_today_is_refused(home):
    with connect(home) as con, pytest.raises(HallError, match="after today"):
        build(con, home, as_of=date(2019, 1, 1), now=NOW)


def test_meta_says_what_the_build_was_made_with(home):
    home.settings_file.write_text("due_soon_workdays = 5\n", "utf-8")
    with connect(home) as con:
        build(con, home, now=NOW)
        meta = dict(con.execute("select key, value from meta").fetchall())
    assert meta["due_soon_workdays"] == "5"
    assert meta["precheck_workdays"] == "1"
    assert meta["built_at"] == "2018-12-31T18:00:00"
    assert len(meta["calendar_version"]) >= 8
    assert len(meta["rules_version"]) == 12


def test_a_model_that_fails_names_itself_and_leaves_the_former_build(home, tmp_path):
    with connect(home) as con:
        insert(con, "case", random_cases(1, 30))
        build(con, home, now=NOW)
        insert(con, "case", random_cases(2, 1))
        broken = Model(
            "mart_zzz", tmp_path / "mart_zzz.sql", "select cast('x' as bigint) as n from fact_case", False, frozenset({"fact_case"})
        )
        with pytest.raises(HallError, match="model mart_zzz failed"):
            build(con, home, now=NOW, models=[*read_models(), broken])
        assert _value(con, "select count(*) from fact_case") == 30
        assert _value(con, "select sum(received) from mart_case_day") == 30


def test_a_view_may_become_a_table_and_back(home, tmp_path):
    with connect(home) as con:
        for is_view in (True, False, True):
            model = Model("fact_odd", tmp_path / "fact_odd.sql", "select 1 as n", is_view, frozenset())
            build(con, home, now=NOW, models=[*read_models(), model])
            assert _value(con, "select n from fact_odd") == 1
