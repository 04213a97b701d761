"""Evaluations, complaints, requests and disclosures on records that can be counted by hand, and on random ones a second way."""

import random
from collections import Counter
from datetime import date, datetime, timedelta

import duckdb
import pytest
from oracles.cases import insert
from oracles.clock import due_date
from oracles.days import national_days

from etl.engine import build
from etl.indicators import Query, evaluate

AS_OF = date(2018, 12, 31)
YEAR = Query(date(2018, 1, 1), AS_OF)
DAYS = national_days()


@pytest.fixture
def con():
    with duckdb.connect(":memory:") as made:
        yield made


def value(con, name: str, **where: str) -> float | None:
    return evaluate(con, name, Query(YEAR.date_from, YEAR.date_to, where=where)).rows[0].value


def built(con, home) -> None:
    build(con, home, as_of=AS_OF, now=datetime(2019, 1, 1))


def evaluation(number: int, channel: str, level: str, **more: object) -> dict[str, object]:
    made = {"evaluation_id": str(number), "assess_number": 1, "evaluation_channel": channel, "satisfaction": level}
    return {**made, "evaluated_at": datetime(2018, 10, 8, 9), **more}


def test_defaults_are_no_opinion_and_are_shown_apart(con, home):
    levels = ["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied"]
    insert(
        con,
        "evaluation",
        [
            *(evaluation(number, "pad", level) for number, level in enumerate(levels)),
            *(evaluation(number, "default", "very_satisfied") for number in range(10, 16)),
            evaluation(20, "pc", "very_dissatisfied", review_status="malicious"),
            evaluation(21, "pc", "very_dissatisfied", sync_operation="D"),
        ],
    )
    built(con, home)
    assert (value(con, "active_evaluations"), value(con, "default_evaluations"), value(con, "excluded_evaluations")) == (4, 6, 1)
    assert (value(con, "good_rate"), value(con, "good_rate_with_defaults")) == (75, 90)
    assert value(con, "default_evaluation_share") == 60
    assert value(con, "good_rate", evaluation_channel="default") is None


def test_the_same_files_by_the_other_order_would_turn_the_rate_round(con, home):
    """What the declaration guards: five ones and one five are nearly all good, or nearly all bad."""
    insert(con, "evaluation", [evaluation(n, "qr", "very_satisfied" if n else "very_dissatisfied") for n in range(6)])
    built(con, home)
    assert value(con, "good_rate") == pytest.approx(500 / 6)


def test_active_rate_sets_two_counters_side_by_side_and_evaluated_cases_follow_the_case(con, home):
    closed = {
        "received_at": datetime(2018, 10, 8, 8),
        "accepted_at": datetime(2018, 10, 8, 9),
        "department": "民政局",
        "outcome": "approved",
    }
    insert(con, "case", [{"case_no": f"c{n}", "closed_at": datetime(2018, 10, 8, 10), **closed} for n in range(4)])
    insert(
        con,
        "evaluation",
        [
            evaluation(1, "pad", "satisfied", case_no="c0"),
            # Twice the same case: two evaluations, one evaluated case.
            evaluation(1, "pad", "satisfied", case_no="c0", assess_number=2),
            evaluation(2, "default", "very_satisfied", case_no="c1"),
            # No time of its own: it counts on the day its case was closed, in its case's department.
            evaluation(3, "pad", "dissatisfied", case_no="c2", evaluated_at=None),
        ],
    )
    built(con, home)
    assert value(con, "active_evaluation_rate") == 75
    assert value(con, "evaluated_case_rate") == 50
    assert value(con, "bad_evaluations", department="民政局") == 1


def test_bad_ones_are_judged_by_fifteen_working_days_on_random_dates(con, home):
    rng = random.Random(5)
    rows, told = [], Counter()
    for number in range(120):
        day = date(2018, 1, 1) + timedelta(days=rng.randrange(364))
        fixed = day + timedelta(days=rng.randrange(40)) if rng.random() < 0.7 else None
        is_undated = fixed is None and rng.random() < 0.3
        revisited = rng.random() < 0.5
        at = datetime.combine(day, datetime.min.time()) + timedelta(hours=9)
        fixed_at = None if fixed is None else datetime.combine(fixed, datetime.min.time()) + timedelta(hours=16)
        rows.append(
            evaluation(
                number,
                "pc",
                "dissatisfied",
                evaluated_at=at,
                rectified_at=fixed_at,
                is_rectified=is_undated or None,
                is_revisited=revisited,
            )
        )
        due = due_date(day, 15, "workday", [], DAYS)
        told["revisited"] += revisited
        if fixed is not None:
            told["judged"] += 1
            told["in_time"] += fixed <= due
        elif is_undated:
            told["judged"] += 1
        elif due < AS_OF:
            told["judged"] += 1
            told["overdue"] += 1
    insert(con, "evaluation", rows)
    built(con, home)
    row = evaluate(con, "bad_fixed_rate", YEAR).rows[0]
    assert (row.numerator, row.denominator) == (told["in_time"], told["judged"])
    assert value(con, "bad_overdue") == told["overdue"] > 0
    assert value(con, "bad_revisited_rate") == pytest.approx(100 * told["revisited"] / 120)


def test_complaints_are_counted_on_the_day_of_each_event(con, home):
    monday = datetime(2018, 10, 8, 9)
    five = {"received_at": monday, "promised_workdays": 5}
    insert(
        con,
        "complaint",
        [
            {"complaint_no": "1", **five, "answered_at": datetime(2018, 10, 15, 9), "complaint_outcome": "upheld"},
            {"complaint_no": "2", **five, "answered_at": datetime(2018, 10, 16, 9), "complaint_outcome": "not_upheld"},
            {"complaint_no": "3", **five},
            {"complaint_no": "4", "received_at": monday, "answered_at": datetime(2018, 10, 9), "complaint_outcome": "withdrawn"},
        ],
    )
    built(con, home)
    assert [value(con, name) for name in ("complaints", "complaints_answered", "complaints_upheld", "complaints_overdue")] == [4, 3, 1, 1]
    # The withdrawn one owes nothing: neither in time nor late.
    assert (value(con, "complaint_on_time_rate"), value(con, "complaint_upheld_rate")) == (50, 50)


def test_requests_due_and_met_cannot_be_bettered_by_not_answering(con, home):
    asked = {"request_kind": "error_report", "received_at": datetime(2018, 10, 8, 9)}
    insert(
        con,
        "request",
        [
            {"request_no": "1", **asked, "answered_at": datetime(2018, 10, 10, 9)},
            {"request_no": "2", **asked},
            {"request_no": "3", **asked, "received_at": datetime(2018, 12, 29, 9)},
        ],
    )
    built(con, home)
    assert (value(con, "request_on_time_rate"), value(con, "request_due_met_rate")) == (100, 50)
    assert (value(con, "requests"), value(con, "requests_overdue"), value(con, "request_average_workdays")) == (3, 1, 2)


def test_publication_within_twenty_working_days_of_making(con, home):
    made = {"disclosure_kind": "information", "disclosure_category": "甲", "made_on": date(2018, 9, 28)}
    last = due_date(date(2018, 9, 28), 20, "workday", [], DAYS)
    insert(
        con,
        "disclosure",
        [
            {"doc_no": "1", **made, "published_on": last},
            {"doc_no": "2", **made, "published_on": last + timedelta(days=3)},
            {"doc_no": "3", **made, "made_on": None, "published_on": last},
            {"doc_no": "4", "disclosure_kind": "power_list", "published_on": date(2018, 3, 1), "entries": 120},
            {"doc_no": "5", **made, "published_on": last, "sync_operation": "D"},
        ],
    )
    built(con, home)
    row = evaluate(con, "disclosure_on_time_rate", YEAR).rows[0]
    assert (row.numerator, row.denominator) == (1, 2)
    assert (value(con, "disclosures"), value(con, "disclosures", disclosure_category="甲"), value(con, "disclosure_entries")) == (4, 3, 120)
