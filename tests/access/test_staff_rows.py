"""Rows about the hall's own staff: one's own to oneself, a window's to its head, all to the manager, none to a leader."""

from datetime import date

import pytest
from small_hall import made_once, published

from dashboard.access.demo import NOBODY, demo_people
from dashboard.period import containing
from dashboard.store import Scope, open_current
from etl.access.principal import LOCAL, Principal
from etl.access.rules import NotAllowedError
from etl.config import Home, connect
from etl.engine import build
from etl.ingest import load
from etl.publish import publish

YEAR = containing("year", date(2018, 1, 1))
TABLES = ("fact_staff_post", "fact_leave", "fact_patrol", "fact_assess_event")


@pytest.fixture(scope="session")
def hall_home(tmp_path_factory):
    return Home(made_once(tmp_path_factory, "small-hall", published))


@pytest.fixture
def whole(hall_home):
    return open_current(hall_home, LOCAL)


def rows_of(store, table, where="true", **values):
    return sorted(map(tuple, store.query(f"select * from {table} where {where}", **values).astype(str).to_numpy()))


@pytest.fixture
def person(whole):
    """Somebody who moved from one window to another and has rows in every table."""
    having = " and ".join(f"exists (select 1 from {table} where staff_no = p.staff_no)" for table in TABLES)
    found = whole.query(
        f"select staff_no, min(window_name) as one, max(window_name) as other from fact_staff_post p where post <> 'backup' and {having} "
        "group by staff_no having count(distinct window_name) > 1 order by staff_no limit 1"
    )
    return tuple(found.iloc[0])


@pytest.mark.parametrize("table", TABLES)
def test_a_member_of_staff_sees_their_own_rows_in_whatever_window_and_no_others(hall_home, whole, person, table):
    staff_no, window, other = person
    for bound in (window, other):
        mine = open_current(hall_home, Principal("x", "staff", window=bound, staff_no=staff_no))
        assert rows_of(mine, table) == rows_of(whole, table, "staff_no = $staff_no", staff_no=staff_no) != []


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("staff_no", [None, "", "没有这个"])
def test_staff_without_a_number_of_the_roster_see_no_row_of_anybody(hall_home, whole, table, staff_no):
    mine = open_current(hall_home, Principal("x", "staff", window=whole.choices("window")[0], staff_no=staff_no))
    try:
        assert rows_of(mine, table) == []
    except NotAllowedError:
        assert not staff_no


@pytest.mark.parametrize("table", TABLES)
def test_a_window_head_sees_the_rows_of_the_window_whoever_they_are_about(hall_home, whole, person, table):
    _, window, _ = person
    mine = open_current(hall_home, Principal("x", "window_head", window=window))
    found = rows_of(mine, table)
    assert found == rows_of(whole, table, "window_name = $window", window=window) != []
    assert len(found) < len(rows_of(whole, table))


def test_a_department_head_sees_the_rows_of_the_department(hall_home, whole):
    department = whole.query("select department from fact_staff_post where department <> '' limit 1")["department"].iloc[0]
    mine = open_current(hall_home, Principal("x", "window_head", department=department))
    for table in TABLES:
        assert rows_of(mine, table) == rows_of(whole, table, "department = $department", department=department)


@pytest.mark.parametrize("role", ["leader", "auditor", "administrator"])
@pytest.mark.parametrize("table", TABLES)
def test_roles_without_records_get_no_row_of_a_person(hall_home, person, role, table):
    store = open_current(hall_home, Principal("x", role, window=person[1], staff_no=person[0]))
    for sql in (f"select * from {table}", f"select count(*) as n from {table}", f"select staff_no from {table} where false"):
        with pytest.raises(NotAllowedError):
            store.query(sql)


def test_a_leader_has_the_figures_and_a_head_those_of_the_window(hall_home, whole, person):
    leader = open_current(hall_home, Principal("x", "leader"))
    head = open_current(hall_home, Principal("x", "window_head", window=person[1]))
    for name in ("patrol_findings", "patrol_fixed_rate", "dossier_findings", "dossier_finding_rate"):
        assert leader.measure(name, YEAR, Scope()) == whole.measure(name, YEAR, Scope()), name
        assert head.measure(name, YEAR, Scope()) == whole.measure(name, YEAR, Scope(window=person[1])), name


def test_the_demos_member_of_staff_is_somebody_of_the_busiest_window(hall_home, whole):
    people = demo_people(hall_home)
    who = people["demo-staff"]
    assert who.window == people["demo-window_head"].window == whole.choices("window")[0]
    posts = whole.query("select * from fact_staff_post where staff_no = $staff_no", staff_no=who.staff_no)
    assert who.window in set(posts[posts["post"] == "window"]["window_name"])
    assert rows_of(open_current(hall_home, who), "fact_assess_event") != []
    head = people["demo-window_head"].staff_no
    assert head in set(whole.query("select staff_no from fact_staff_post where window_name = $window", window=who.window)["staff_no"])
    assert head != who.staff_no
    assert [person.staff_no for person in people.values() if person.role not in ("staff", "window_head")] == [None] * 4


def test_without_a_roster_the_demos_member_of_staff_is_nobody(tmp_path):
    home = Home(tmp_path / "home")
    home.make()
    assert demo_people(home)["demo-staff"].staff_no == NOBODY
    path = tmp_path / "a.csv"
    path.write_text("办件编号,窗口,收件时间\nA1,一号窗口,2018-10-08 09:00\n", "utf-8")
    with connect(home) as con:
        load(con, home, [path])
        build(con, home)
        publish(con, home)
    who = demo_people(home)["demo-staff"]
    assert (who.window, who.staff_no) == ("一号窗口", NOBODY)
    assert rows_of(open_current(home, who), "fact_assess_event") == []
