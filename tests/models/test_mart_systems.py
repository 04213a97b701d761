"""The hall's own systems: online applications and one-window intakes, on records counted by hand and against a second computation."""

import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import pytest
from oracles.cases import insert

from etl.calendar import Calendar
from etl.config import SHIPPED, Home
from etl.engine import build
from etl.indicators import Query, evaluate
from etl.officehours import load_office_hours
from etl.returnreasons import classified, load_return_reasons

AS_OF = date(2018, 12, 31)
OCTOBER = (date(2018, 10, 1), date(2018, 10, 31))
CALENDAR = Calendar.load([SHIPPED / "calendars"])
HOURS = load_office_hours()


@pytest.fixture
def con(tmp_path: Path):
    with duckdb.connect(":memory:") as made:
        yield made


def _build(con, home: Home, as_of: date = AS_OF) -> None:
    build(con, home, as_of=as_of, now=datetime(2019, 1, 2, 9))


def value(con, name: str, first: date = OCTOBER[0], last: date = OCTOBER[1], by: str = "", **where: str):
    """The indicator's value, or its values by a dimension."""
    rows = evaluate(con, name, Query(first, last, by=(by,) if by else (), where=where)).rows
    return {row.by[by]: row.value for row in rows} if by else rows[0].value


def _application(number: str, submitted: datetime, checked: datetime | None = None, result: str = "passed", **more: object) -> dict:
    given = {"prechecked_at": checked, "precheck_result": result} if checked else {}
    return {"application_no": number, "submitted_at": submitted, "department": "民政局", "channel": "web", **given, **more}


def test_precheck_takes_office_hours_and_working_days(con, home):
    insert(
        con,
        "application",
        [
            # Friday 20:00 to Monday 9:00: one working hour, one working day.
            _application("a", datetime(2018, 10, 12, 20), datetime(2018, 10, 15, 9)),
            # Over lunch: 11:30 to 15:00 is half an hour before and half after it.
            _application("b", datetime(2018, 10, 16, 11, 30), datetime(2018, 10, 16, 15)),
            # Seven working hours make a day.
            _application("c", datetime(2018, 10, 17, 8), datetime(2018, 10, 18, 8)),
        ],
    )
    _build(con, home)
    assert value(con, "precheck_mean_hours") == pytest.approx((1 + 1 + 7) / 3)
    assert value(con, "precheck_median_hours") == 1
    assert value(con, "precheck_mean_workdays") == pytest.approx(2 / 3)
    assert value(con, "precheck_by_time", by="hours") == {1: 2, 7: 1}


def test_precheck_that_still_has_time_is_not_held_against_the_rate(con, home):
    insert(
        con,
        "application",
        [
            _application("in time", datetime(2018, 10, 9, 9), datetime(2018, 10, 10, 9)),
            _application("late", datetime(2018, 10, 9, 9), datetime(2018, 10, 11, 9)),
            _application("never", datetime(2018, 10, 9, 9)),
            # Submitted on the last day: its pre-check is due by the next working day.
            _application("running", datetime(2018, 10, 12, 9)),
        ],
    )
    _build(con, home, as_of=date(2018, 10, 12))
    rate = evaluate(con, "precheck_on_time_rate", Query(*OCTOBER)).rows[0]
    assert (rate.numerator, rate.denominator) == (1, 3)
    assert value(con, "precheck_overdue") == 1
    _build(con, home, as_of=date(2018, 10, 15))
    assert value(con, "precheck_overdue") == 2


def test_an_application_became_a_case_only_where_its_number_is_found(con, home):
    at = datetime(2018, 10, 9, 9)
    insert(con, "case", [{"case_no": "C1", "received_at": at, "accepted_at": at, "closed_at": at}, {"case_no": "C2", "received_at": at}])
    insert(con, "case", [{"case_no": "C3", "received_at": at, "sync_operation": "D"}])
    insert(
        con,
        "application",
        [
            _application("1", at, case_no="C1"),
            # A second application for the same case: two applications, one case.
            _application("2", datetime(2018, 10, 8, 9), case_no="C1"),
            _application("3", at, case_no="C2"),
            _application("4", at, case_no="C3"),
            _application("5", at, case_no="C9"),
            _application("6", at),
        ],
    )
    _build(con, home)
    assert (value(con, "online_applications"), value(con, "online_matched"), value(con, "online_unmatched")) == (6, 3, 2)
    assert (value(con, "online_accepted"), value(con, "online_closed")) == (2, 2)
    assert value(con, "matched_cases") == 2
    assert value(con, "online_case_rate") == 50
    ratio = evaluate(con, "two_counters_ratio", Query(*OCTOBER)).rows[0]
    assert (ratio.numerator, ratio.denominator) == (6, 2)


def test_returns_are_classed_by_words_and_blank_is_not_other(con, home):
    at, checked = datetime(2018, 10, 9, 9), datetime(2018, 10, 9, 10)
    texts = ["缺少法定代表人签字", "所附证明已过有效期", "申请表填写不完整", "张三来电要求退回", None, " "]
    insert(con, "application", [_application(str(n), at, checked, "returned", return_reason=text) for n, text in enumerate(texts)])
    insert(con, "application", [_application("p", at, checked, "passed", return_reason="缺少签字")])
    _build(con, home)
    found = value(con, "online_returns_by_reason", by="reason")
    assert found == {"": 2, "expired": 1, "form": 1, "signature": 1, "unclassified": 1}
    # The same by the plain rule, and nothing of the text is kept.
    reasons = load_return_reasons([SHIPPED / "rules"])
    counted: dict[str, int] = defaultdict(int)
    for text in texts:
        counted[classified(text, reasons)] += 1
    assert found == counted
    assert not con.execute("select * from fact_application where fact_application::varchar like '%张三%'").fetchall()


def test_an_offices_own_reason_words_come_first(con, home):
    (home.root / "rules").mkdir()
    (home.root / "rules" / "return-reasons.toml").write_text('[[reason]]\ncode = "duplicate"\nwords = ["签字"]\n', "utf-8")
    at = datetime(2018, 10, 9, 9)
    insert(con, "application", [_application("1", at, at, "returned", return_reason="缺少签字")])
    _build(con, home)
    assert value(con, "online_returns_by_reason", by="reason") == {"duplicate": 1}


def test_express_days_are_those_between_sending_and_receipt(con, home):
    at = datetime(2018, 10, 9, 9)
    insert(
        con,
        "application",
        [
            _application("1", at, sent_at=datetime(2018, 10, 10, 17), delivered_at=datetime(2018, 10, 12, 8)),
            _application("2", at, sent_at=datetime(2018, 10, 10, 17), delivered_at=datetime(2018, 10, 14, 8)),
            _application("3", at, sent_at=datetime(2018, 10, 31, 17)),
            _application("4", at, sent_at=datetime(2018, 11, 1, 17), delivered_at=datetime(2018, 11, 9, 8)),
        ],
    )
    _build(con, home)
    assert (value(con, "express_sent"), value(con, "express_received")) == (3, 2)
    assert (value(con, "express_mean_days"), value(con, "express_median_days")) == (3, 3)
    # By the day submitted all four were sent.
    assert (value(con, "online_sent"), value(con, "online_delivered")) == (4, 3)


def test_marts_of_applications_add_up_to_one_another(con, home):
    rng = random.Random(5)
    rows = []
    for number in range(300):
        at = datetime(2018, 10, 1) + timedelta(minutes=rng.randrange(43_000))
        checked = at + timedelta(minutes=rng.randrange(9_000)) if rng.random() < 0.8 else None
        rows.append(
            _application(
                str(number), at, checked, rng.choice(["passed", "returned"]),
                item_code=rng.choice(["i1", "i2", None]), item_name=rng.choice(["甲", None]), return_reason=rng.choice(["缺签字", None]),
            )
        )  # fmt: skip
    insert(con, "application", rows)
    _build(con, home)
    days = (date(2018, 10, 1), date(2018, 12, 31))
    assert value(con, "online_applications", *days) == sum(value(con, "online_applications", *days, by="item").values()) == 300
    assert value(con, "online_prechecked", *days) == value(con, "precheck_by_time", *days)
    assert value(con, "online_precheck_returned", *days) == value(con, "online_returns_by_reason", *days)
    minutes = [HOURS.minutes_between(row["submitted_at"], row["prechecked_at"], CALENDAR) for row in rows if "prechecked_at" in row]
    assert value(con, "precheck_mean_hours", *days) == pytest.approx(sum(minutes) / len(minutes) / 60)
    quarters = sorted(-(-one // 15) / 4 for one in minutes)
    middle = (quarters[(len(quarters) - 1) // 2] + quarters[len(quarters) // 2]) / 2
    assert value(con, "precheck_median_hours", *days) == middle


def _intake(number: str, received: datetime, category: str = "social", **more: object) -> dict:
    return {"intake_no": number, "category": category, "window_name": "综合1", "received_at": received, **more}


def _part(intake: str, department: str, dispatched: datetime, taken: datetime | None = None, finished: datetime | None = None) -> dict:
    return {"intake_no": intake, "department": department, "dispatched_at": dispatched, "received_at": taken, "finished_at": finished}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2018, 10, day, hour, minute)


def test_the_slowest_part_of_a_joint_intake_is_named(con, home):
    insert(
        con,
        "one_window",
        [_intake("J", at(8, 9), dispatched_at=at(8, 10), result_at=at(12, 10)), _intake("S", at(8, 9)), _intake("N", at(8, 9))],
    )
    insert(
        con,
        "one_window_part",
        [
            # Both dispatched on Monday: B took until Thursday.
            _part("J", "A局", at(8, 10), at(8, 11), at(9, 11)),
            _part("J", "B局", at(8, 10), at(10, 9), at(11, 10)),
            _part("S", "A局", at(8, 10), at(8, 10, 30), at(8, 11)),
            # No such intake: kept, and counted apart.
            _part("X", "C局", at(9, 9)),
        ],
    )
    _build(con, home)
    named = con.execute(
        "select intake_no, is_joint, slowest_department, is_slowest_open from fact_one_window order by intake_no"
    ).fetchall()
    assert named == [("J", True, "B局", False), ("N", False, "", False), ("S", False, "", False)]
    assert (value(con, "one_window_joint"), value(con, "one_window_parts")) == (1, 4)
    assert value(con, "one_window_joint_rate") == 50
    assert value(con, "one_window_slowest", by="department") == {"A局": 0, "B局": 1, "C局": 0}
    assert value(con, "one_window_orphan_parts") == 1
    assert value(con, "one_window_without_parts") == 0
    # Monday 10-11 is an hour, Monday 10 to Wednesday 9 thirteen, and half an hour for S.
    assert value(con, "one_window_handover_mean_hours") == pytest.approx((1 + 13 + 0.5) / 3)
    assert value(con, "one_window_handover_mean_workdays") == pytest.approx(2 / 3)
    assert value(con, "one_window_dispatch_mean_hours") == 1
    assert value(con, "one_window_whole_mean_workdays") == 4


def test_a_part_that_is_not_finished_is_held_until_the_cut_off(con, home):
    insert(con, "one_window", [_intake("J", at(8, 9))])
    insert(con, "one_window_part", [_part("J", "A局", at(8, 10), at(8, 11), at(11, 11)), _part("J", "B局", at(8, 10), at(8, 11))])
    _build(con, home, as_of=date(2018, 10, 12))
    assert con.execute("select slowest_department, is_slowest_open from fact_one_window").fetchall() == [("B局", True)]


def test_deleted_intakes_and_parts_count_no_more(con, home):
    insert(con, "one_window", [_intake("1", at(8, 9)), {**_intake("2", at(8, 9)), "sync_operation": "D"}])
    insert(con, "one_window_part", [_part("1", "A局", at(8, 10)), {**_part("1", "B局", at(8, 10)), "sync_operation": "D"}])
    _build(con, home)
    assert (value(con, "one_window_intakes"), value(con, "one_window_parts"), value(con, "one_window_joint")) == (1, 1, 0)


def test_random_parts_agree_with_a_second_computation(con, home):
    rng = random.Random(11)
    end = datetime.combine(AS_OF, time(23, 59))
    intakes, parts = [], []
    for number in range(120):
        received = datetime(2018, 10, 8) + timedelta(minutes=rng.randrange(30_000))
        intakes.append(_intake(str(number), received, rng.choice(["social", "business"])))
        for name in rng.sample(["A局", "B局", "C局"], rng.choice([0, 1, 1, 2, 3])):
            dispatched = received + timedelta(minutes=rng.randrange(2_000))
            taken = dispatched + timedelta(minutes=rng.randrange(4_000)) if rng.random() < 0.9 else None
            finished = taken + timedelta(minutes=rng.randrange(20_000)) if taken and rng.random() < 0.8 else None
            parts.append(_part(str(number), name, dispatched, taken, finished))
    insert(con, "one_window", intakes)
    insert(con, "one_window_part", parts)
    _build(con, home)
    year = (date(2018, 1, 1), AS_OF)
    by_intake: dict[str, list[dict]] = defaultdict(list)
    for part in parts:
        by_intake[part["intake_no"]].append(part)

    def minutes(first: datetime, last: datetime) -> int:
        return HOURS.minutes_between(first, last, CALENDAR)

    for number, name in con.execute("select intake_no, slowest_department from fact_one_window where is_joint").fetchall():
        held = {one["department"]: minutes(one["dispatched_at"], one["finished_at"] or end) for one in by_intake[number]}
        assert held[name] == max(held.values())
    assert value(con, "one_window_joint", *year) == sum(len(held) > 1 for held in by_intake.values())
    taken = [minutes(one["dispatched_at"], one["received_at"]) for one in parts if one["received_at"]]
    assert value(con, "one_window_handover_mean_hours", *year) == pytest.approx(sum(taken) / len(taken) / 60)
    handled = [CALENDAR.between(one["received_at"].date(), one["finished_at"].date()) for one in parts if one["finished_at"]]
    assert value(con, "one_window_handling_mean_workdays", *year) == pytest.approx(sum(handled) / len(handled))
    assert value(con, "one_window_parts", *year) == len(parts)
    # The mean over all is not the mean of the departments' means.
    by_department = value(con, "one_window_handover_mean_hours", *year, by="department")
    assert len(by_department) == 3


def test_before_and_after_hold_the_same_items_only(con, home):
    case = {"item_name": "某事项", "department": "民政局"}
    insert(
        con,
        "case",
        [
            {**case, "case_no": "1", "item_code": "i1", "received_at": datetime(2018, 8, 1, 9), "closed_at": datetime(2018, 8, 8, 9)},
            {**case, "case_no": "2", "item_code": "i1", "received_at": datetime(2018, 8, 1, 9)},
            {**case, "case_no": "3", "item_code": "i1", "received_at": at(9, 9), "closed_at": at(10, 9)},
            {**case, "case_no": "4", "item_code": "i1", "received_at": at(9, 9), "closed_at": at(12, 9)},
            # Never taken in by a comprehensive window: in neither period.
            {**case, "case_no": "5", "item_code": "i2", "received_at": at(9, 9), "closed_at": at(9, 10)},
        ],
    )
    insert(con, "one_window", [_intake("1", at(9, 9), "business", item_code="i1", case_no="3"), _intake("2", at(9, 9), item_code=None)])
    _build(con, home)
    before, after = (date(2018, 7, 1), date(2018, 9, 30)), (date(2018, 10, 1), AS_OF)
    assert (value(con, "one_window_item_cases", *before), value(con, "one_window_item_cases", *after)) == (2, 2)
    assert (value(con, "one_window_item_closed", *before), value(con, "one_window_item_closed", *after)) == (1, 2)
    assert value(con, "one_window_item_mean_workdays", *before) == 5
    assert value(con, "one_window_item_mean_workdays", *after) == 2
    assert value(con, "one_window_item_median_workdays", *after) == 2
    assert value(con, "one_window_item_cases", *after, by="route") == {"one_window": 1, "other": 1}
    assert value(con, "one_window_item_cases", *after, by="category") == {"business": 2}
