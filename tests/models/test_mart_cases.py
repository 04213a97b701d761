"""The marts over cases equal what plain Python counts from the facts, row by row."""

from collections import Counter
from datetime import date, timedelta

import pytest
from balanced import out_of_balance
from oracles.hall import DIMENSIONS, backlog, measured, rules

NAMES = sorted(rules(date(2018, 7, 31)))


def _mart(hall, mart: str, measure: str, columns: tuple[str, ...]) -> Counter:
    found = hall.con.execute(f"select {', '.join(columns)}, {measure} from {mart} where {measure} <> 0").fetchall()
    return Counter({tuple(key): int(number) for *key, number in found})


@pytest.mark.parametrize("measure", NAMES)
def test_measure_of_a_day_equals_the_count_of_its_cases(hall, measure):
    expected = measured(hall.facts, rules(hall.as_of)[measure])
    assert sum(expected.values()) > 0, "the random cases must contain some"
    assert _mart(hall, "mart_case_day", measure, ("day", *DIMENSIONS)) == expected


def test_every_column_of_the_daily_mart_has_an_oracle(hall):
    columns = {row[0] for row in hall.con.execute("select column_name from (describe mart_case_day)").fetchall()}
    assert columns == {"day", *DIMENSIONS, *NAMES}


@pytest.mark.parametrize("measure", ["received", "accepted", "closed", "early", "on_day", "late"])
def test_items_by_day_equal_the_count_of_their_cases(hall, measure):
    expected = measured(hall.facts, rules(hall.as_of)[measure], ("department", "item_code", "item_name"))
    assert _mart(hall, "mart_item_day", measure, ("day", "department", "item_code", "item_name")) == expected


@pytest.mark.parametrize(("measure", "time"), [("received", "received_at"), ("accepted", "accepted_at"), ("closed", "closed_at")])
def test_hours_equal_the_clock_of_each_event(hall, measure, time):
    counted = [fact for fact in hall.facts if fact[time] is not None and (measure != "closed" or fact["is_closed"])]
    expected = Counter(
        (fact[time].date(), fact[time].hour, fact["department"], fact["window_name"], fact["channel"], fact["place"]) for fact in counted
    )
    assert _mart(hall, "mart_case_hour", measure, ("day", "hour", "department", "window_name", "channel", "place")) == expected


def test_histogram_holds_every_closed_case_once(hall):
    columns = ("closed_on", *DIMENSIONS, "used_workdays")
    expected = Counter(
        tuple(fact[name] for name in columns) for fact in hall.facts if fact["is_closed"] and fact["used_workdays"] is not None
    )
    assert _mart(hall, "mart_used_workdays", "closed", ("day", *DIMENSIONS, "used_workdays")) == expected


def test_changes_up_to_a_day_add_up_to_the_open_cases_of_that_day(hall):
    columns = ", ".join((*DIMENSIONS, "age", "is_overdue"))
    for number in range(-3, (hall.as_of - date(2018, 1, 1)).days + 1):
        day = date(2018, 1, 1) + timedelta(days=number)
        found = hall.con.execute(
            f"select {columns}, sum(change) from mart_backlog_change where day <= ? group by {columns} having sum(change) <> 0", [day]
        ).fetchall()
        assert Counter({tuple(key): int(change) for *key, change in found}) == backlog(hall.facts, day, hall.workdays), day


def test_backlog_meets_every_age_and_overdue_cases(hall):
    seen = {(key[-2], key[-1]) for key in backlog(hall.facts, date(2018, 5, 31), hall.workdays)}
    assert {age for age, _ in seen} == {"a00_05", "a06_10", "a11_20", "a21_40", "a41_up"}
    assert {overdue for _, overdue in seen} == {True, False}


def test_what_came_in_less_what_went_out_is_the_change_of_the_open_cases(hall):
    assert out_of_balance(hall.con) == []


def test_nothing_is_said_about_days_after_the_cut_off(hall):
    assert hall.con.execute("select count(*) from mart_backlog_change where day > ?", [hall.as_of]).fetchone() == (0,)


def test_facts_have_no_more_rows_than_cases(hall):
    """Joins to pauses and item versions must not repeat a case."""
    assert len(hall.facts) == 700
    assert len({fact["case_no"] for fact in hall.facts}) == 700
