"""Marts of online applications, intakes, certificates, items and departments on a few records that can be counted by hand."""

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from oracles.cases import insert

from etl.config import Home
from etl.engine import build

NOW = datetime(2018, 12, 31, 18)


@pytest.fixture
def con(tmp_path: Path):
    with duckdb.connect(":memory:") as made:
        yield made


def _build(con, home: Home) -> None:
    build(con, home, as_of=date(2018, 12, 31), now=NOW)


def _one(con, sql: str) -> tuple:
    return con.execute(sql).fetchone()


def test_precheck_on_the_next_working_day_is_in_time(con, home):
    insert(
        con,
        "application",
        [
            # Friday evening: Monday is the first working day after it.
            {
                "application_no": "a",
                "submitted_at": datetime(2018, 10, 12, 20),
                "prechecked_at": datetime(2018, 10, 15, 9),
                "precheck_result": "passed",
            },
            {
                "application_no": "b",
                "submitted_at": datetime(2018, 10, 12, 20),
                "prechecked_at": datetime(2018, 10, 16, 9),
                "precheck_result": "returned",
            },
            {"application_no": "c", "submitted_at": datetime(2018, 10, 12, 20)},
            # The last working day before the National Day holiday is Sunday 30 September, the next is 8 October.
            {"application_no": "d", "submitted_at": datetime(2018, 9, 30, 9), "prechecked_at": datetime(2018, 10, 8, 9)},
            {"application_no": "e", "submitted_at": datetime(2018, 9, 30, 9), "sync_operation": "D"},
        ],
    )
    _build(con, home)
    sql = "select sum(submitted), sum(prechecked), sum(prechecked_in_time), sum(precheck_returned) from mart_application_day"
    assert _one(con, sql) == (4, 3, 2, 1)


def test_intakes_are_counted_by_category_and_day(con, home):
    insert(
        con,
        "one_window",
        [
            {"intake_no": "1", "category": "social", "received_at": datetime(2018, 10, 8, 9), "dispatched_at": datetime(2018, 10, 8, 10)},
            {"intake_no": "2", "category": "social", "received_at": datetime(2018, 10, 8, 11), "result_at": datetime(2018, 10, 9, 10)},
            {"intake_no": "3", "category": "business", "received_at": datetime(2018, 10, 9, 9)},
        ],
    )
    _build(con, home)
    found = con.execute("select day, category, intakes, dispatched, completed from mart_one_window_day order by day, category").fetchall()
    assert found == [(date(2018, 10, 8), "social", 2, 1, 1), (date(2018, 10, 9), "business", 1, 0, 0)]


def test_stock_not_converted_yet_is_still_to_be_converted(con, home):
    stock = {"source": "s", "unit": "民政局", "stock_or_new": "stock"}
    insert(
        con,
        "certificate",
        [
            {
                **stock,
                "certificate_no": "1",
                "issued_on": date(2015, 1, 1),
                "converted_on": date(2018, 3, 1),
                "stored_on": date(2018, 3, 2),
            },
            {**stock, "certificate_no": "2", "issued_on": date(2016, 1, 1), "converted_on": date(2018, 3, 1), "qc_result": "returned"},
            {**stock, "certificate_no": "3", "issued_on": date(2017, 1, 1)},
            {**stock, "certificate_no": "4", "stock_or_new": "new", "converted_on": date(2018, 3, 1), "stored_on": date(2018, 3, 1)},
        ],
    )
    _build(con, home)
    sql = "select sum(targeted), sum(converted), sum(stored), sum(returned) from mart_certificate_day where stock_or_new = 'stock'"
    assert _one(con, sql) == (3, 2, 1, 1)
    assert _one(con, "select sum(stored) from mart_certificate_day where day <= date '2018-03-01'") == (1,)


def _items(con, *versions: dict[str, object]) -> None:
    common = {"item_name": "事项", "department": "民政局", "level": "district"}
    insert(con, "item", [{**common, **version} for version in versions])


def _in_force(con, day: date) -> list[tuple]:
    counted = "scope = 'all' and in_force_from <= $day and $day < in_force_to"
    return con.execute(
        f"select version, sum(items) from mart_item_scope where {counted} group by version order by version", {"day": day}
    ).fetchall()


def test_newer_version_takes_over_on_the_day_it_begins(con, home):
    _items(
        con,
        {"item_code": "x", "item_version": "1", "valid_from": date(2018, 1, 1)},
        {"item_code": "x", "item_version": "2", "valid_from": date(2018, 6, 1)},
    )
    _build(con, home)
    assert _in_force(con, date(2018, 5, 31)) == [("1", 1)]
    assert _in_force(con, date(2018, 6, 1)) == [("2", 1)]


def test_of_versions_without_dates_the_highest_number_counts(con, home):
    _items(con, {"item_code": "x", "item_version": "9"}, {"item_code": "x", "item_version": "10"})
    _build(con, home)
    assert _in_force(con, date(2018, 6, 1)) == [("10", 1)]


def test_abolished_item_is_counted_no_more(con, home):
    _items(con, {"item_code": "x", "item_version": "1", "valid_from": date(2018, 1, 1), "valid_to": date(2018, 6, 1)})
    _build(con, home)
    assert _in_force(con, date(2018, 5, 31)) == [("1", 1)]
    assert _in_force(con, date(2018, 6, 1)) == []


def test_item_stands_in_each_scope_it_belongs_to(con, home):
    _items(
        con,
        {"item_code": "a", "item_version": "1", "is_entry_center": True},
        {"item_code": "b", "item_version": "1", "level": "township"},
        {"item_code": "c", "item_version": "1", "level": "village"},
        {"item_code": "d", "item_version": "1"},
    )
    _build(con, home)
    found = dict(con.execute("select scope, sum(items) from mart_item_scope group by scope").fetchall())
    assert found == {"all": 4, "district": 2, "township": 2, "centre": 1}


def test_limits_in_different_units_are_not_compared(con, home):
    limits = {"statutory_limit": 20, "statutory_unit": "workday"}
    _items(
        con,
        {"item_code": "a", "item_version": "1", **limits, "promised_limit": 5, "promised_unit": "workday"},
        {"item_code": "b", "item_version": "1", **limits, "promised_limit": 5, "promised_unit": "day"},
        {"item_code": "c", "item_version": "1", **limits, "promised_limit": 0},
        {
            "item_code": "d",
            "item_version": "1",
            "statutory_limit": 2,
            "statutory_unit": "month",
            "promised_limit": 5,
            "promised_unit": "workday",
        },
        {"item_code": "e", "item_version": "1", **limits},
    )
    _build(con, home)
    assert _one(con, "select sum(statutory_workdays), sum(promised_workdays) from mart_item_scope where scope = 'all'") == (40, 5)


def test_department_counts_once_after_it_was_renewed(con, home):
    first = {"department_code": "d1", "department": "民政局", "sort_order": 3, "valid_from": date(2018, 1, 1)}
    insert(con, "department", [first, {**first, "valid_from": date(2018, 7, 1), "sort_order": 2}])
    _build(con, home)
    sql = "select sum(units), max(sort_order) from mart_department where in_force_from <= ? and ? < in_force_to"
    assert con.execute(sql, [date(2018, 6, 30)] * 2).fetchone() == (1, 3)
    assert con.execute(sql, [date(2018, 7, 1)] * 2).fetchone() == (1, 2)
