"""Rows at the bottom: whatever SQL a page asks, a person gets only what is theirs, alone or beside others."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_hall import made_once, published

from dashboard.access.narrowing import Narrowed, check_text
from dashboard.period import containing
from dashboard.store import Scope, open_current
from etl.access.principal import LOCAL, Principal
from etl.access.rules import NotAllowedError, Reach, access_rules
from etl.config import Home
from etl.publish import current, open_snapshot

YEAR = containing("year", date(2018, 1, 1))


@pytest.fixture(scope="session")
def hall_home(tmp_path_factory):
    return Home(made_once(tmp_path_factory, "small-hall", published))


@pytest.fixture
def whole(hall_home):
    return open_current(hall_home, LOCAL)


def head(store, place=0):
    return Principal(f"head{place}", "window_head", window=store.choices("window")[place])


def test_every_table_with_a_window_is_narrowed_whatever_the_question(hall_home, whole):
    who = head(whole)
    mine = open_current(hall_home, who)
    tables = whole.query("select table_name, column_name from information_schema.columns where table_schema = 'main'")
    for table in set(tables[tables["column_name"] == "window_name"]["table_name"]):
        found = mine.query(f"select distinct window_name from {table}")
        assert set(found["window_name"]) <= {who.window}, table
    counted = whole.query("select count(*) as n from fact_case where window_name = $window", window=who.window)["n"].iloc[0]
    assert mine.query("select count(*) as n from fact_case")["n"].iloc[0] == counted > 0


def test_tables_that_cannot_be_narrowed_are_refused_not_shown_empty(hall_home, whole):
    mine = open_current(hall_home, head(whole))
    for table in ("mart_certificate_day", "mart_application_day", "mart_item_day", "batch", "quarantine_count"):
        with pytest.raises(NotAllowedError):
            mine.query(f"select count(*) as n from {table}")


def test_rows_that_hang_on_a_case_follow_the_case(hall_home, whole):
    mine = open_current(hall_home, head(whole))
    cases = set(mine.query("select case_no from fact_case")["case_no"])
    assert set(mine.query("select case_no from fact_suspension")["case_no"]) <= cases
    total = whole.query("select count(*) as n from fact_suspension")["n"].iloc[0]
    assert mine.query("select count(*) as n from fact_suspension")["n"].iloc[0] < total


@pytest.mark.parametrize("role", ["staff", "leader", "auditor", "administrator"])
def test_roles_without_records_get_no_row_of_a_case(hall_home, whole, role):
    case_no = whole.late_cases(YEAR, Scope())["case_no"].iloc[0]
    window = whole.case(case_no)["window_name"]
    store = open_current(hall_home, Principal("x", role, window=window, staff_no="1"))
    for ask in (
        lambda: store.case(case_no),
        lambda: store.due(case_no),
        lambda: store.case_suspensions(case_no),
        lambda: store.open_cases("overdue", Scope()),
        lambda: store.late_cases(YEAR, Scope()),
        lambda: store.suspensions(YEAR, Scope()),
        lambda: store.query("select * from fact_case where {scope}", Scope()),
    ):
        with pytest.raises(NotAllowedError):
            ask()


def test_a_case_of_another_window_is_as_unknown_as_one_that_does_not_exist(hall_home, whole):
    mine = open_current(hall_home, head(whole))
    other = whole.query("select case_no from fact_case where window_name <> $window limit 1", window=mine.principal.window)["case_no"].iloc[
        0
    ]
    assert mine.case(other) is None
    assert mine.case("没有这个") is None
    assert mine.case_suspensions(other).empty


def test_figures_of_a_window_are_those_of_the_hall_narrowed_to_it(hall_home, whole):
    who = head(whole, 1)
    mine = open_current(hall_home, who)
    for name in ("received", "on_time_rate", "open_at_end", "p90_working_days"):
        assert mine.measure(name, YEAR, Scope()) == whole.measure(name, YEAR, Scope(window=who.window))
    assert mine.count_open("overdue", Scope()) == whole.count_open("overdue", Scope(window=who.window))
    assert mine.choices("window") == [who.window]


def test_asking_for_another_window_is_refused(hall_home, whole):
    mine = open_current(hall_home, head(whole))
    other = whole.choices("window")[1]
    for ask in (lambda: mine.measure("received", YEAR, Scope(window=other)), lambda: mine.count_open("overdue", Scope(window=other))):
        with pytest.raises(NotAllowedError):
            ask()


def test_two_people_asking_the_same_never_get_each_others_answer(hall_home, whole):
    """The caches are shared by all sessions of the process: twenty threads, two windows and the manager, the same words."""
    people = [head(whole), head(whole, 1), LOCAL]
    sql = "select count(*) as n, min(window_name) as first, max(window_name) as last from fact_case"
    expected = {
        who.name: whole.query(f"{sql} where $window is null or window_name = $window", window=who.window).values.tolist() for who in people
    }

    def ask(turn):
        who = people[turn % 3]
        store = open_current(hall_home, who)
        windows = list(store.by("received", YEAR, Scope(), "window"))
        assert windows == ([who.window] if who.window else sorted(windows))
        assert who.window is None or store.choices("window") == windows
        return who.name, store.query(sql).values.tolist(), store.measure("received", YEAR, Scope()).value

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(ask, range(120)))
    for name, rows, _ in answers:
        assert rows == expected[name]
    assert len({(name, value) for name, _, value in answers}) == 3


@pytest.mark.parametrize(
    "sql",
    [
        "select * from main.fact_case",
        'select * from "fact_case"',
        "select * from temp.fact_case",
        "select 1; select 2",
        "set variable reach_window = 'x'",
        "select * from duckdb_views()",
        "select * from query_table('fact_case')",
        "select getvariable('reach_window')",
        "drop view fact_case",
        "from information_schema . tables select *",
        "pragma show_tables",
    ],
)
def test_ways_around_the_views_are_refused(hall_home, whole, sql):
    with pytest.raises(NotAllowedError):
        check_text(sql)
    with pytest.raises(NotAllowedError):
        open_current(hall_home, head(whole)).query(sql)


def test_the_snapshots_own_name_leads_to_no_row(hall_home, whole):
    mine = open_current(hall_home, head(whole))
    with pytest.raises((NotAllowedError, duckdb.Error)):
        mine.query(f"select * from {mine.snapshot_id}.fact_case")


@pytest.fixture(scope="session")
def scores(tmp_path_factory):
    """A snapshot with a table about persons, as assessments will publish one."""
    path = tmp_path_factory.mktemp("scores") / "20190101T000000-00000000.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create table fact_case as select 'c' || i as case_no, 'w' || i % 3 as window_name from range(30) t(i)")
        con.execute(
            "create table fact_score as select 's' || i % 5 as staff_no, 'w' || i % 3 as window_name, i as points from range(60) t(i)"
        )
        con.execute(
            "create table mart_score as select 's' || i % 5 as staff_no, 'w' || i % 3 as window_name, i as points from range(60) t(i)"
        )
        con.execute("create table fact_secret as select 1 as x")
    return open_snapshot(path)


@settings(max_examples=30, deadline=None)
@given(window=st.integers(0, 3), staff=st.integers(0, 5))
def test_staff_see_their_own_rows_and_heads_their_windows(scores, window, staff):
    mine = Narrowed(scores, Reach("window", "own", window=f"w{window}", staff_no=f"s{staff}"))
    with mine.cursor() as cursor:
        for table in ("fact_score", "mart_score"):
            found = cursor.execute(f"select distinct staff_no from {table}").fetchall()
            assert found == ([(f"s{staff}",)] if staff < 5 else [])
    theirs = Narrowed(scores, Reach("window", "window", window=f"w{window}"))
    with theirs.cursor() as cursor:
        assert cursor.execute("select distinct window_name from fact_score").fetchall() == ([(f"w{window}",)] if window < 3 else [])
    for table in ("fact_secret",):
        with pytest.raises(NotAllowedError), mine.cursor() as cursor:
            cursor.execute(f"select * from {table}").fetchall()
        with pytest.raises(NotAllowedError), theirs.cursor() as cursor:
            cursor.execute(f"select * from {table}").fetchall()


@pytest.mark.parametrize("value", ["x' or 'a'='a", "'; drop table fact_case; --", "%", "", "w0' --"])
def test_a_window_name_is_never_read_as_sql(scores, value):
    with Narrowed(scores, Reach("window", "window", window=value)).cursor() as cursor:
        assert cursor.execute("select count(*) from fact_score").fetchone() == (0,)


def test_public_tables_are_the_same_for_everybody(hall_home, whole):
    for table in access_rules().tables.public:
        counted = whole.query(f"select count(*) as n from {table}")["n"].iloc[0]
        for role in ("window_head", "auditor"):
            assert (
                open_current(hall_home, Principal("x", role, window="w")).query(f"select count(*) as n from {table}")["n"].iloc[0]
                == counted
            )


def test_the_snapshot_holds_nothing_of_the_views(hall_home, whole):
    open_current(hall_home, head(whole)).query("select count(*) as n from fact_case")
    path = current(hall_home)
    with open_snapshot(path) as con:
        assert con.execute("select count(*) from duckdb_views() where not internal").fetchone() == (0,)
