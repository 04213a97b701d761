"""Posts, leaves, patrols and the events of assessment, on records that can be counted by hand."""

from collections import Counter
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest
from oracles.cases import insert
from oracles.small_hall import rows

from etl.engine import build
from etl.indicators import Query, evaluate

AS_OF = date(2018, 12, 31)
VERSION = datetime(2018, 10, 9, 8, 20)
YEAR = Query(date(2018, 1, 1), AS_OF)


@pytest.fixture
def con():
    with duckdb.connect(":memory:") as made:
        yield made


def built(con, home, as_of: date = AS_OF) -> None:
    build(con, home, as_of=as_of, now=datetime(2019, 1, 2))


def events(con, columns: str = "*") -> list[dict[str, object]]:
    return rows(con, f"select {columns} from fact_assess_event order by event_id")


def post(staff_no: str, window: str, first: date, last: date | None = None, kind: str = "window", **more: object) -> dict[str, object]:
    made = {"staff_no": staff_no, "staff_name": "陈演明", "department": f"{window}的部门", "window_name": window}
    return {**made, "staff_post": kind, "from_on": first, "to_on": last, **more}


def patrol(number: str, day: date, kind: str | None = "dress", **more: object) -> dict[str, object]:
    made = {"patrol_no": number, "patrolled_on": day, "patrol_source": "daily", "window_name": "一号窗口", "event_kind": kind}
    return {**made, "_version": VERSION, **more}


def slip(number: str, kind: str, first: date, last: date | None = None, **more: object) -> dict[str, object]:
    made = {"attendance_no": number, "staff_no": "1001", "attendance_kind": kind, "from_on": first, "to_on": last}
    return {**made, "_version": VERSION, **more}


def closed_case(number: str, accepted: date, closed: date | None, **more: object) -> dict[str, object]:
    made = {
        "case_no": number,
        "department": "住建局",
        "window_name": "住建局1号窗口",
        "case_type": "committed_ordinary",
        "channel": "window",
    }
    times = {"received_at": accepted, "accepted_at": accepted, "closed_at": closed, "outcome": "approved" if closed else None}
    limits = {"promised_limit": 3, "promised_unit": "workday", "statutory_limit": 20, "statutory_unit": "workday"}
    return {**made, **times, **limits, "_version": VERSION, **more}


def test_a_hall_without_any_register_has_empty_tables_and_no_event(con, home):
    built(con, home)
    for table in ("fact_staff_post", "fact_leave", "fact_patrol", "fact_assess_event", "mart_patrol_day", "mart_dossier_day"):
        assert con.execute(f"select count(*) from {table}").fetchone() == (0,), table
    assert evaluate(con, "patrol_findings", YEAR).rows[0].value == 0


def test_a_post_ends_after_its_last_day_or_where_the_next_begins(con, home):
    insert(
        con,
        "staff",
        [
            post("1001", "一号窗口", date(2017, 5, 1)),
            post("1001", "二号窗口", date(2018, 3, 12), date(2018, 6, 30)),
            post("1001", "三号窗口", date(2018, 6, 25)),
            post("1001", "四号窗口", date(2018, 4, 2), kind="backup"),
            post("1002", "一号窗口", date(2018, 1, 2), date(2018, 1, 31)),
            post("1003", "一号窗口", date(2018, 1, 2), sync_operation="D"),
        ],
    )
    built(con, home)
    found = con.execute("select staff_no, window_name, from_on, to_on from fact_staff_post order by staff_no, from_on").fetchall()
    assert found == [
        ("1001", "一号窗口", date(2017, 5, 1), date(2018, 3, 12)),
        ("1001", "二号窗口", date(2018, 3, 12), date(2018, 6, 25)),
        ("1001", "四号窗口", date(2018, 4, 2), None),
        ("1001", "三号窗口", date(2018, 6, 25), None),
        ("1002", "一号窗口", date(2018, 1, 2), date(2018, 2, 1)),
    ]


def test_an_event_that_several_posts_fit_stays_one_row_with_the_own_newest_post(con, home):
    insert(
        con,
        "staff",
        [
            post("1001", "一号窗口", date(2018, 1, 2)),
            post("1001", "二号窗口", date(2018, 1, 2), kind="backup"),
            post("1001", "三号窗口", date(2018, 2, 1), kind="backup"),
            post("1001", "四号窗口", date(2018, 3, 1)),
        ],
    )
    insert(con, "attendance", [slip("K1", "unsigned", date(2018, 2, 5)), slip("K2", "unsigned", date(2018, 3, 5))])
    insert(con, "attendance", [slip("K3", "unsigned", date(2018, 3, 5), window_name="登记的窗口")])
    built(con, home)
    assert [(row["event_id"], row["window_name"], row["department"]) for row in events(con)] == [
        ("attendance:K1", "一号窗口", "一号窗口的部门"),
        ("attendance:K2", "四号窗口", "四号窗口的部门"),
        ("attendance:K3", "登记的窗口", "四号窗口的部门"),
    ]


def test_minutes_say_which_kind_of_late_it_is_and_unknown_minutes_are_the_milder(con, home):
    day = date(2018, 5, 2)
    slips = [slip(f"K{number}", "late", day, minutes=minutes) for number, minutes in enumerate((None, 1, 10, 11, 60))]
    insert(con, "attendance", [*slips, slip("K5", "early", day, minutes=20), slip("K6", "late_long", day, minutes=3)])
    built(con, home)
    assert [row["kind"] for row in events(con)] == [
        "late_short",
        "late_short",
        "late_short",
        "late_long",
        "late_long",
        "late_long",
        "late_long",
    ]


def test_absence_counts_in_half_days_of_work(con, home):
    insert(
        con,
        "attendance",
        [
            slip("K1", "absent", date(2018, 9, 28)),
            slip("K2", "absent", date(2018, 9, 28), days=Decimal("1.5"), _extra=None),
            # Friday to Monday 8 October: the holiday has two worked weekend days in it, 29 and 30 September.
            slip("K3", "absent", date(2018, 9, 28), date(2018, 10, 8)),
            slip("K4", "absent", date(2018, 10, 1), date(2018, 10, 3)),
        ],
    )
    built(con, home)
    assert [(row["event_id"], row["quantity"]) for row in events(con)] == [
        ("attendance:K1", 1), ("attendance:K2", 3), ("attendance:K3", 8), ("attendance:K4", 1),
    ]  # fmt: skip


def test_a_leave_is_no_event_and_never_more_than_the_working_half_days_in_it(con, home):
    insert(con, "staff", [post("1001", "一号窗口", date(2018, 1, 2))])
    insert(
        con,
        "attendance",
        [
            slip("L1", "leave_sick", date(2018, 5, 3), days=Decimal("0.5")),
            # Spring Festival: 12 to 23 February has three working days before it and two after.
            slip("L2", "leave_annual", date(2018, 2, 12), date(2018, 2, 23), days=Decimal("12")),
            slip("L3", "leave_personal", date(2018, 5, 4), date(2018, 5, 7)),
            slip("L4", "leave_other", date(2018, 5, 5)),
        ],
    )
    built(con, home)
    found = con.execute("select leave_no, leave_kind, to_on, half_days, window_name from fact_leave order by leave_no").fetchall()
    assert found == [
        ("L1", "sick", date(2018, 5, 4), Decimal("1.00"), "一号窗口"),
        ("L2", "annual", date(2018, 2, 24), Decimal("10.00"), "一号窗口"),
        ("L3", "personal", date(2018, 5, 8), Decimal("4.00"), "一号窗口"),
        ("L4", "other", date(2018, 5, 6), Decimal("0.00"), "一号窗口"),
    ]
    assert events(con) == []


def test_a_patrol_takes_zone_and_department_of_that_days_register_and_stays_one_row(con, home):
    window = {"window_name": "一号窗口", "department": "旧部门", "zone": "一楼A区"}
    insert(
        con,
        "window",
        [
            {**window, "window_code": "W1", "valid_from": date(2017, 1, 1), "valid_to": date(2018, 6, 1)},
            {**window, "window_code": "W2", "valid_from": date(2018, 6, 1), "department": "新部门", "zone": "二楼A区"},
            {**window, "window_code": "W3", "valid_from": date(2018, 7, 1), "department": "新部门", "zone": "三楼A区"},
        ],
    )
    insert(
        con,
        "patrol",
        [
            patrol("X1", date(2018, 5, 31), is_fixed=True),
            patrol("X2", date(2018, 6, 1), "tidiness", staff_no="1001"),
            patrol("X3", date(2018, 8, 1), None, patrol_result="clean", is_fixed=True),
            patrol("X4", date(2018, 8, 1), "away", patrol_source="electronic", department="写明的部门"),
            patrol("X5", date(2018, 8, 1), sync_operation="D"),
        ],
    )
    built(con, home)
    found = con.execute(
        "select patrol_no, zone, department, is_finding, is_fixed, is_automatic from fact_patrol order by patrol_no"
    ).fetchall()
    assert found == [
        ("X1", "一楼A区", "旧部门", True, True, False),
        ("X2", "二楼A区", "新部门", True, False, False),
        ("X3", "三楼A区", "新部门", False, False, False),
        ("X4", "三楼A区", "写明的部门", True, False, True),
    ]
    assert [(row["event_id"], row["staff_no"], row["is_automatic"]) for row in events(con)] == [
        ("patrol:X1", "", False), ("patrol:X2", "1001", False), ("patrol:X4", "", True),
    ]  # fmt: skip
    assert evaluate(con, "patrol_findings", YEAR).rows[0].value == 3
    assert evaluate(con, "patrols", YEAR).rows[0].value == 4
    fixed = evaluate(con, "patrol_fixed_rate", YEAR).rows[0]
    assert (fixed.numerator, fixed.denominator) == (1, 3)
    by_kind = evaluate(con, "patrol_findings", Query(YEAR.date_from, YEAR.date_to, where={"event_kind": "着装仪容不规范"}))
    assert by_kind.rows[0].value == 1


def test_the_week_and_photo_of_a_patrol_are_kept_and_its_words_and_names_are_not(con, home):
    written = {"finding": "陈演明看手机", "staff_name": "陈演明", "inspectors": "李试安", "remark": "见照片"}
    insert(con, "patrol", [patrol("X1", date(2018, 5, 31), photo_no="ZP1.jpg", review_week="第22周", **written)])
    built(con, home)
    (found,) = rows(con, "select * from fact_patrol")
    assert (found["photo_no"], found["review_week"]) == ("ZP1.jpg", "第22周")
    assert not set(written.values()) & {str(value) for value in found.values()}


def test_a_file_not_in_order_is_an_error_even_without_words_and_one_with_flaws_only_with_them(con, home):
    insert(con, "case", [closed_case("A1", date(2018, 5, 2), date(2018, 5, 3), staff_no="1001")])
    made = {"reviewed_on": date(2018, 6, 20), "_version": VERSION}
    insert(
        con,
        "dossier",
        [
            {**made, "dossier_no": "D1", "dossier_result": "failed", "case_no": "A1"},
            {**made, "dossier_no": "D2", "dossier_result": "flawed", "case_no": "A1"},
            {**made, "dossier_no": "D3", "dossier_result": "flawed", "event_kind": "not_told_once", "case_no": "A1", "staff_no": "1009"},
            {**made, "dossier_no": "D4", "dossier_result": "passed", "case_no": "A1"},
            {**made, "dossier_no": "D5", "dossier_result": "failed", "case_no": "没有这个", "department": "民政局"},
        ],
    )
    built(con, home)
    assert [(row["event_id"], row["kind"], row["staff_no"], row["window_name"], row["department"]) for row in events(con)] == [
        ("dossier:D1", "file_error", "1001", "住建局1号窗口", "住建局"),
        ("dossier:D3", "not_told_once", "1009", "住建局1号窗口", "住建局"),
        ("dossier:D5", "file_error", "", "", "民政局"),
    ]
    assert evaluate(con, "dossier_findings", YEAR).rows[0].value == 3
    assert (evaluate(con, "dossier_inspections", YEAR).rows[0].value, evaluate(con, "dossier_finding_rate", YEAR).rows[0].value) == (5, 60)


def test_only_what_is_confirmed_counts_for_or_against_anybody(con, home):
    made = {"happened_on": date(2018, 9, 14), "window_name": "一号窗口", "staff_no": "1001", "times": 1, "_version": VERSION}
    insert(
        con,
        "merit",
        [
            {**made, "merit_no": "M1", "event_kind": "extra_service", "merit_status": "confirmed", "times": 2},
            {**made, "merit_no": "M2", "event_kind": "bribery", "merit_status": "pending"},
            {**made, "merit_no": "M3", "event_kind": "fraud", "merit_status": "rejected"},
            {**made, "merit_no": "M4", "event_kind": "media_exposure", "merit_status": "confirmed"},
        ],
    )
    built(con, home)
    found = [(row["event_id"], row["quantity"], row["month"], row["evidence_version"]) for row in events(con)]
    assert found == [
        ("merit:M1", Decimal("2.00"), "2018-09", "2018-10-09 08:20:00"),
        ("merit:M4", Decimal("1.00"), "2018-09", "2018-10-09 08:20:00"),
    ]


def test_a_late_case_is_one_event_of_its_handler_with_the_working_days_it_was_late(con, home):
    insert(
        con,
        "case",
        [
            # Due Monday 8 October: the holiday week is not counted, the two worked weekend days before it are.
            closed_case("A1", date(2018, 9, 28), date(2018, 10, 9), staff_no="1001", promised_limit=3),
            closed_case("A2", date(2018, 5, 2), date(2018, 5, 7), promised_limit=3),
            closed_case("A3", date(2018, 5, 2), date(2018, 5, 14), promised_limit=3),
            closed_case("A4", date(2018, 5, 2), date(2018, 6, 29), promised_limit=3, statutory_limit=20, staff_no="1002"),
            closed_case("A5", date(2018, 5, 2), None, promised_limit=3),
            closed_case("A6", date(2018, 5, 2), date(2018, 5, 12), promised_limit=7, promised_unit="workday"),
        ],
    )
    built(con, home)
    late = [row for row in events(con) if row["evidence_type"] == "case"]
    assert [(row["case_no"], row["kind"], row["day"], row["workdays_late"], row["staff_no"]) for row in late] == [
        ("A1", "promise_late", date(2018, 10, 9), 1, "1001"),
        ("A3", "promise_late", date(2018, 5, 14), 5, ""),
        ("A4", "statute_late", date(2018, 6, 29), 21, "1002"),
        # Closed on the Saturday after it was due: late, though no working day was lost.
        ("A6", "promise_late", date(2018, 5, 12), 1, ""),
    ]
    assert {row["is_automatic"] for row in late} == {True}


def test_cards_are_one_a_case_and_colour_and_follow_the_case(con, home):
    # Over the promise, over it by five days, over the statute: three signals, of which two are red.
    insert(con, "case", [closed_case("A1", date(2018, 3, 1), date(2018, 5, 31), staff_no="1001")])
    built(con, home)
    red = con.execute("select count(*) from fact_signal where level = 'red'").fetchone()
    cards = [row for row in events(con) if row["evidence_type"] == "signal"]
    assert red == (2,)
    assert sorted((row["kind"], row["staff_no"], row["case_no"]) for row in cards) == [
        ("red_card", "1001", "A1"),
        ("yellow_card", "1001", "A1"),
    ]
    first = con.execute("select signal_id, raised_on from fact_signal where level = 'red' order by raised_on").fetchone()
    assert [(row["evidence_no"], row["day"]) for row in cards if row["kind"] == "red_card"] == [first]


def test_three_warnings_in_a_row_are_those_of_one_window_on_working_days_that_follow_one_another(con, home):
    def due(number: str, day: date, window: str) -> dict[str, object]:
        # Promised for the day (one working day), closed a day after it was due, so that the warning stood on that day.
        return closed_case(number, day, date(2018, 12, 28), promised_limit=1, window_name=window)

    # Accepted Thursday to Thursday: due Friday 11, Monday 14 … : seven warnings in a row make two threes.
    run = [date(2018, 5, day) for day in (10, 11, 14, 15, 16, 17, 18)]
    cases = [due(f"A{number}", day, "一号窗口") for number, day in enumerate(run)]
    # A second case due the same day is the same day of warning; a day between breaks the row.
    cases += [due("B0", run[0], "一号窗口"), *(due(f"C{number}", run[place], "二号窗口") for number, place in enumerate((0, 1, 3, 4)))]
    insert(con, "case", cases)
    built(con, home)
    found = [(row["window_name"], row["day"], row["staff_no"]) for row in events(con) if row["kind"] == "warned_thrice"]
    assert found == [("一号窗口", date(2018, 5, 15), ""), ("一号窗口", date(2018, 5, 18), "")]


def test_what_people_said_counts_when_it_is_verified_and_goes_to_who_is_known(con, home):
    insert(con, "case", [closed_case("A1", date(2018, 5, 2), date(2018, 5, 3), staff_no="1001")])
    given = {"assess_number": 1, "evaluation_channel": "pad", "evaluated_at": datetime(2018, 5, 3, 10), "_version": VERSION}
    valid = {**given, "review_status": "valid", "case_no": "A1"}
    insert(
        con,
        "evaluation",
        [
            {**valid, "evaluation_id": "E1", "satisfaction": "dissatisfied", "rectified_at": datetime(2018, 5, 8)},
            {**valid, "evaluation_id": "E2", "satisfaction": "very_dissatisfied", "staff_no": "1009", "rectified_at": datetime(2018, 7, 2)},
            {**valid, "evaluation_id": "E3", "satisfaction": "satisfied"},
            {
                **given,
                "evaluation_id": "E4",
                "satisfaction": "dissatisfied",
                "review_status": "pending",
                "rectified_at": datetime(2018, 5, 4),
            },
            {**given, "evaluation_id": "E5", "satisfaction": "dissatisfied", "review_status": "mistaken"},
            {**given, "evaluation_id": "E6", "satisfaction": "dissatisfied", "rectified_at": datetime(2018, 5, 4)},
        ],
    )
    told = {"received_at": datetime(2018, 6, 4, 9), "answered_at": datetime(2018, 6, 8, 9), "window_name": "一号窗口", "_version": VERSION}
    insert(
        con,
        "complaint",
        [
            {**told, "complaint_no": "P1", "complaint_outcome": "upheld", "case_no": "A1"},
            {**told, "complaint_no": "P2", "complaint_outcome": "partly_upheld", "staff_no": "1002"},
            {**told, "complaint_no": "P3", "complaint_outcome": "not_upheld"},
            {**told, "complaint_no": "P4", "complaint_outcome": "upheld", "answered_at": None},
        ],
    )
    built(con, home)
    said = [row for row in events(con) if row["evidence_type"] in ("complaint", "evaluation")]
    assert [(row["event_id"], row["kind"], row["staff_no"], row["day"]) for row in said] == [
        # A complaint about a case does not say of whom: it is the window's.
        ("complaint:P1", "complaint_upheld", "", date(2018, 6, 8)),
        ("complaint:P2", "complaint_upheld", "1002", date(2018, 6, 8)),
        ("evaluation:E1", "bad_verified", "1001", date(2018, 5, 3)),
        ("evaluation:E2", "very_bad_verified", "1009", date(2018, 5, 3)),
        # 15 working days after 3 May.
        ("evaluation:E2:late", "bad_not_fixed", "1009", date(2018, 5, 24)),
    ]


def test_a_precheck_is_late_on_the_last_day_for_it_and_not_before(con, home):
    def application(number: str, **more: object) -> dict[str, object]:
        made = {"application_no": number, "submitted_at": datetime(2018, 5, 4, 16), "department": "民政局", "channel": "web"}
        return {**made, "_version": VERSION, **more}

    insert(
        con,
        "application",
        [
            application("S1", prechecked_at=datetime(2018, 5, 7, 17)),
            application("S2", prechecked_at=datetime(2018, 5, 9, 9)),
            application("S3"),
            application("S4", submitted_at=datetime(2018, 5, 11, 9)),
        ],
    )
    built(con, home, as_of=date(2018, 5, 11))
    found = [(row["event_id"], row["day"], row["window_name"], row["department"], row["staff_no"]) for row in events(con)]
    assert found == [
        ("application:S2", date(2018, 5, 7), "", "民政局", ""),
        ("application:S3", date(2018, 5, 7), "", "民政局", ""),
    ]


def test_a_missing_certificate_counts_once_its_ten_working_days_are_over(con, home):
    item = {"item_code": "I1", "item_version": "1", "item_name": "施工许可", "result_type": "certificate", "department": "住建局"}
    insert(con, "item", [item])
    insert(
        con, "case", [closed_case(number, date(2018, 5, 2), date(2018, 5, 2), item_code="I1", staff_no="1001") for number in ("A1", "A2")]
    )
    insert(
        con, "certificate", [{"source": "x", "certificate_no": "Z1", "case_no": "A2", "converted_on": date(2018, 5, 30), "unit": "住建局"}]
    )
    built(con, home, as_of=date(2018, 5, 15))
    assert events(con) == []
    built(con, home, as_of=date(2018, 5, 16))
    assert [(row["event_id"], row["day"], row["staff_no"]) for row in events(con)] == [("certificate:A1", date(2018, 5, 16), "1001")]


def test_no_event_occurs_twice_however_much_is_joined_to_it(con, home):
    """Two stretches of posts, two windows of the register, two versions of an item, several signals and evaluations of one case."""
    day = date(2018, 3, 1)
    insert(
        con, "staff", [post("1001", f"{n}号", date(2018, 1, n)) for n in (2, 3, 4)] + [post("1001", "B", date(2018, 1, 2), kind="backup")]
    )
    insert(con, "window", [{"window_code": f"W{n}", "window_name": "一号窗口", "valid_from": date(2017, 1, n)} for n in (1, 2, 3)])
    insert(con, "case", [closed_case(f"A{n}", day, date(2018, 5, 31), staff_no="1001", window_name="一号窗口") for n in range(3)])
    bad = {"assess_number": 1, "evaluation_channel": "pad", "satisfaction": "dissatisfied", "review_status": "valid", "case_no": "A0"}
    insert(con, "evaluation", [{**bad, "evaluation_id": f"E{n}", "evaluated_at": datetime(2018, 6, 1)} for n in (1, 2)])
    insert(con, "evaluation", [{**bad, "evaluation_id": "E1", "assess_number": 2, "evaluated_at": datetime(2018, 6, 9)}])
    insert(con, "patrol", [patrol("X1", day, staff_no="1001"), patrol("X2", day)])
    insert(con, "attendance", [slip("K1", "late", day, minutes=4)])
    built(con, home)
    counted = Counter(row["event_id"] for row in events(con))
    assert max(counted.values()) == 1
    kinds = Counter(row["kind"] for row in events(con))
    assert kinds == {
        "statute_late": 3, "yellow_card": 3, "red_card": 3, "bad_verified": 3, "bad_not_fixed": 3, "dress": 2, "late_short": 1,
    }  # fmt: skip
