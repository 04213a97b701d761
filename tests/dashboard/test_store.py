"""The door to the snapshot: the same numbers as the command line, the right lists, and nothing but reading."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from small_hall import CUT_OFF

from dashboard.period import Period, containing
from dashboard.store import Scope, Store, open_current
from etl.calendar import Calendar
from etl.config import HallError, Home, connect
from etl.engine import build
from etl.indicators import Query, evaluate
from etl.ingest import load
from etl.publish import current, open_snapshot, publish

YEAR = Period("year", date(2018, 1, 1), date(2018, 12, 31))
OCTOBER = containing("month", date(2018, 10, 1))


def rows(home: Home, sql: str, parameters: list[object] | None = None) -> list[tuple]:
    path = current(home)
    assert path is not None
    with open_snapshot(path) as con:
        return con.execute(sql, parameters or []).fetchall()


@pytest.mark.parametrize("name", ["received", "open_at_end", "on_time_rate", "average_working_days", "p90_working_days"])
@pytest.mark.parametrize("scoped", [False, True])
def test_a_measure_is_what_the_indicator_says(hall_home, store, name, scoped):
    department = store.choices("department")[0]
    scope = Scope(department=department) if scoped else Scope()
    path = current(hall_home)
    assert path is not None
    with open_snapshot(path) as con:
        expected = evaluate(con, name, Query(OCTOBER.first, OCTOBER.last, where={"department": department} if scoped else {})).rows[0]
    found = store.measure(name, OCTOBER, scope)
    assert found.value == pytest.approx(expected.value)
    assert found.n == expected.n


# Of these only what is received is known by the hour.
BY_DIMENSION = [
    ("received", "hour"),
    *((name, dimension) for name in ("received", "open_at_end", "on_time_rate", "p90_working_days") for dimension in ("department", "day")),
]


@pytest.mark.parametrize(("name", "dimension"), BY_DIMENSION)
def test_numbers_by_a_dimension_are_those_of_the_frame(store, name, dimension):
    frame = store.series(name, OCTOBER, Scope(), (dimension,))
    for field in ("value", "n"):
        found = store.by(name, OCTOBER, Scope(), dimension, field)
        assert list(found) == list(frame[dimension])
        assert list(found.values()) == pytest.approx([None if value != value else value for value in frame[field]])


def test_what_is_done_to_an_answer_does_not_reach_the_next_who_asks(store):
    sql = "select department, count(*) as n from fact_case where department <> '' group by department order by department"
    before = store.query(sql).values.tolist()
    mine = store.query(sql)
    mine["n"] = 0
    mine.loc[0, "department"] = "x"
    mine.drop(index=[1], inplace=True)
    choices, by = store.choices("department"), store.by("received", OCTOBER, Scope(), "department")
    kept = (list(choices), dict(by))
    choices.clear()
    by.clear()
    assert store.query(sql).values.tolist() == before
    assert (store.choices("department"), store.by("received", OCTOBER, Scope(), "department")) == kept


def test_a_period_that_runs_on_is_measured_up_to_the_cut_off(store):
    beyond = Period("custom", date(2018, 1, 1), date(2019, 12, 31))
    assert store.measure("received", beyond, Scope()) == store.measure("received", YEAR, Scope())
    assert store.series("received", beyond, Scope(), ("month",))["month"].max() == "2018-12"


def test_cut_off_and_first_day_come_from_the_data(hall_home, store):
    assert store.as_of == CUT_OFF
    assert store.first_day == rows(hall_home, "select min(day) from mart_case_day")[0][0]


def test_choices_are_the_values_that_occur_most_cases_first(hall_home, store):
    counted = Counter(dict(rows(hall_home, "select department, count(*) from fact_case where department <> '' group by department")))
    found = store.choices("department")
    assert set(found) == set(counted)
    assert [counted[one] for one in found] == sorted(counted.values(), reverse=True)


def test_windows_offered_are_those_of_the_department(hall_home, store):
    department = store.choices("department")[0]
    windows = {window for (window,) in rows(hall_home, "select distinct window_name from fact_case where department = ?", [department])}
    assert set(store.choices("window", Scope(department=department))) == windows - {""}


@pytest.mark.parametrize("state", ["overdue", "due_soon", "paused"])
def test_open_lists_hold_every_case_in_that_state(hall_home, store, state):
    expected = {case_no for (case_no,) in rows(hall_home, "select case_no from fact_case where is_open and promise_state = ?", [state])}
    found = store.open_cases(state, Scope())
    assert set(found["case_no"]) == expected
    assert store.count_open(state, Scope()) == len(expected)


def test_overdue_cases_come_with_the_longest_overdue_first_and_below_zero(store):
    left = list(store.open_cases("overdue", Scope())["days_left"])
    assert left
    assert left == sorted(left)
    assert max(left) < 0


def test_late_list_is_as_long_as_the_indicator_says(store):
    assert len(store.late_cases(YEAR, Scope())) == store.measure("late", YEAR, Scope()).value


def test_lists_keep_to_the_scope(store):
    department = store.late_cases(YEAR, Scope())["department"].iloc[0]
    assert set(store.late_cases(YEAR, Scope(department=department))["department"]) == {department}
    assert set(store.suspensions(YEAR, Scope(channel="web"))["case_no"]) <= set(store.suspensions(YEAR, Scope())["case_no"])


@pytest.mark.parametrize(
    ("scope", "condition"), [("district", "level <> 'township'"), ("centre", "is_entry_center"), ("township", "level = 'township'")]
)
def test_scope_keeps_to_cases_whose_item_is_of_it(hall_home, store, scope, condition):
    with connect(hall_home, read_only=True) as con:
        # The version of the item that was in force when the case was accepted says where it is handled.
        version = (
            "select 1 from fact_item where fact_item.item_code = fact_case.item_code "
            "and coalesce(fact_case.accepted_on, fact_case.received_on) >= in_force_from "
            f"and coalesce(fact_case.accepted_on, fact_case.received_on) < in_force_to and {condition}"
        )
        sql = f"select count(*) from fact_case where exists ({version}) and received_on between ? and ?"
        (expected,) = con.execute(sql, [YEAR.first, YEAR.last]).fetchone()
    assert store.measure("received", YEAR, Scope(scope=scope)).value == expected
    listed = store.query(
        "select count(*) as n from fact_case where {scope} and received_on between $first and $last",
        Scope(scope=scope),
        first=YEAR.first,
        last=YEAR.last,
    )
    assert listed["n"].iloc[0] == expected


def test_a_query_says_where_its_scope_goes(store):
    with pytest.raises(ValueError, match="scope"):
        store.query("select count(*) as n from fact_case", Scope(department="民政局"))
    with pytest.raises(ValueError, match="scope"):
        store.query("select count(*) as n from fact_case where {scope}")


def test_suspensions_are_measured_in_working_days_both_ends_included(hall_home, store):
    calendar = Calendar.load(hall_home.overlay("calendars"))
    found = store.suspensions(YEAR, Scope())
    assert not found.empty
    for row in found.itertuples():
        last = store.as_of if row.is_open else row.ended_on.date()
        span = (last - row.started_on.date()).days + 1
        counted = sum(calendar.is_workday(row.started_on.date() + timedelta(days=day)) for day in range(span))
        assert row.workdays == counted, row.case_no


def test_one_case_with_both_due_dates_and_their_steps(store):
    case_no = store.late_cases(YEAR, Scope())["case_no"].iloc[0]
    case = store.case(case_no)
    assert case is not None
    due = store.due(case_no)
    assert due["promised"].due_on == case["promised_due_on"].date()
    assert due["promised"].steps
    assert all(step.zh and step.en for step in due["promised"].steps)


@pytest.mark.parametrize("number", ["", "没有这个", "' or 1=1 --", "350902%"])
def test_an_unknown_case_is_none(store, number):
    assert store.case(number) is None


def test_a_value_that_is_no_value_finds_nothing(store):
    assert store.count_open("overdue", Scope(department="x' or '1'='1")) == 0


def test_indicators_say_which_filters_they_lack(store):
    assert store.unsupported("received", Scope(department="a", window="b", channel="web")) == []
    assert store.unsupported_by("received", Scope(department="a"), ("item_name",)) == []
    assert store.unsupported_by("received", Scope(window="b"), ("item_name",)) != []


def test_the_store_cannot_write_nor_read_files(store, tmp_path):
    for sql in ("create table x (a integer)", f"copy (select 1) to '{tmp_path}/x.csv'", "select * from read_csv('/etc/hostname')"):
        with pytest.raises(duckdb.Error):
            store._rows(sql)


def test_without_a_snapshot_the_refusal_says_what_to_run(home):
    with pytest.raises(HallError, match="hall publish"):
        open_current(home)


def test_a_newly_published_snapshot_is_picked_up_and_the_old_one_still_answers(tmp_path: Path):
    home = Home(tmp_path / "home")
    home.make()
    csv = home.inbox / "cases.csv"
    header = "办件编号,部门,收件时间,受理时间,承诺时限,承诺时限单位\n"
    line = "A-{n},甲局,2018-10-08 09:00:00,2018-10-08 09:05:00,5,工作日\n"
    seen = []
    for size in (2, 3):
        csv.write_text(header + "".join(line.format(n=n) for n in range(size)), "utf-8")
        with connect(home) as con:
            load(con, home, [csv])
            build(con, home, as_of=date(2018, 10, 31))
            publish(con, home)
        seen.append(open_current(home))
    assert seen[0].snapshot_id != seen[1].snapshot_id
    assert [one.measure("received", OCTOBER, Scope()).value for one in seen] == [2, 3]
    assert isinstance(open_current(home), Store)
    assert open_current(home).snapshot_id == seen[1].snapshot_id
