"""Appeals, freezing, reviews and annual marks: each act is kept with its trace or not at all, and nothing is ever changed."""

import sqlite3
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.appealing import last_day_for_appeal
from oracles.days import national_days

from etl.calendar import Calendar
from etl.config import SHIPPED, HallError, Home
from etl.office import entries, open_office, verify
from etl.office.annualmarks import annual_marks, set_mark
from etl.office.appeals import Disputed, appeal, appeals, can_appeal, decide, last_day
from etl.office.freezing import altered_months, corrections, freeze, frozen, frozen_months, revision
from etl.office.reviews import former_reviews, reviews, write_review

CALENDAR = Calendar.load([SHIPPED / "calendars"])
NOON = datetime(2018, 11, 2, 12)
LATE = Disputed("attendance:KQ-1", "2018-10", "0301")


@pytest.fixture
def office(home: Home):
    return open_office(home)


def published(office, month="2018-10", now=NOON, document=None, **more):
    return freeze(office, month, document or {"persons": []}, "S1", "default", "2018.1", "manager", now, **more)


def disputed(office, event=LATE, now=NOON, staff_no="0301", reason="当日公出，有登记", actor="zhang"):
    return appeal(office, event, staff_no, reason, actor, CALENDAR, 3, now)


def test_months_are_frozen_once_and_in_order_with_their_document(office):
    published(office, "2018-01", document={"persons": [{"staff_no": "0301", "score": "98.50"}]})
    published(office, "2018-02")
    for month, word in (("2018-02", "frozen already"), ("2018-04", "in order"), ("2017-12", "in order"), ("2018-13", "written")):
        with pytest.raises(HallError, match=word):
            published(office, month)
    assert frozen_months(office) == ["2018-01", "2018-02"]
    found = frozen(office, "2018-01")
    assert (found.document, found.snapshot_id, found.scheme_id) == ({"persons": [{"staff_no": "0301", "score": "98.50"}]}, "S1", "default")
    assert frozen(office, "2018-03") is None
    assert [one.action for one in entries(office)] == ["month.frozen", "month.frozen"]


def test_december_is_followed_by_january(office):
    published(office, "2018-12", datetime(2019, 3, 1))
    published(office, "2019-01", datetime(2019, 3, 1))
    assert frozen_months(office) == ["2018-12", "2019-01"]


def test_a_month_that_is_not_over_is_not_frozen(office):
    with pytest.raises(HallError, match="not over"):
        published(office, "2018-11", datetime(2018, 11, 30, 23, 59))
    published(office, "2018-11", datetime(2018, 12, 1))


def test_scores_computed_before_the_newest_act_are_not_frozen(office):
    computed_at = revision(office)
    disputed(office)
    with pytest.raises(HallError, match="came in after"):
        published(office, revision=computed_at)
    published(office, revision=revision(office))


def test_a_document_changed_past_the_refusal_shows(office):
    published(office)
    assert altered_months(office) == []
    with office.writing() as con:
        con.execute("drop trigger frozen_month_is_not_changed")
        con.execute("update frozen_month set document = '{}'")
    assert altered_months(office) == ["2018-10"]


def test_an_appeal_is_decided_by_somebody_else_and_only_once(office):
    one = disputed(office)
    assert [(found.state, found.month) for found in appeals(office, "0301")] == [("open", "2018-10")]
    for actor, staff_no in (("zhang", None), ("other", "0301")):
        with pytest.raises(HallError, match="of their own"):
            decide(office, one.number, "granted", "属实", actor, NOON, staff_no)
    decided = decide(office, one.number, "granted", "经查公出登记属实", "manager", NOON)
    assert appeals(office) == [decided]
    assert decided.state == "granted"
    with pytest.raises(HallError, match="is decided"):
        decide(office, one.number, "refused", "改判", "manager", NOON)
    assert corrections(office) == []
    assert [(entry.action, entry.subject) for entry in entries(office)] == [
        ("appeal.granted", "attendance:KQ-1"),
        ("appeal.made", "attendance:KQ-1"),
    ]
    assert verify(office) is None


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"staff_no": "0302"}, "one's own"),
        ({"staff_no": ""}, "one's own"),
        ({"event": Disputed("patrol:1", "2018-10", ""), "staff_no": ""}, "one's own"),
        ({"reason": "  "}, "give the reason"),
        ({"reason": "x" * 501}, "too long"),
        ({"reason": "我的电话 13800001111"}, "telephone"),
        ({"actor": " "}, "nobody"),
        ({"event": Disputed("attendance:KQ-1", "2018-1", "0301")}, "written"),
    ],
)
def test_what_is_refused_leaves_neither_appeal_nor_trace(office, change, word):
    before = revision(office)
    with pytest.raises(HallError, match=word):
        disputed(office, **change)
    assert (appeals(office), entries(office), revision(office)) == ([], [], before)


def test_an_event_is_appealed_against_once(office):
    one = disputed(office)
    with pytest.raises(HallError, match="under appeal"):
        disputed(office)
    decide(office, one.number, "refused", "监控显示无公出", "manager", NOON)
    with pytest.raises(HallError, match="not taken up again"):
        disputed(office)


def test_a_granted_appeal_against_a_frozen_month_counts_in_the_next_open_one(office):
    for month in ("2018-09", "2018-10"):
        published(office, month)
    one = disputed(office, Disputed("patrol:7", "2018-10", "0301"))
    decide(office, one.number, "granted", "属实", "manager", NOON + timedelta(days=1))
    (found,) = corrections(office)
    assert (found.month, found.month_of, found.effect, found.event_id) == ("2018-11", "2018-10", "reversed", "patrol:7")
    assert corrections(office, "2018-11") == [found]
    assert corrections(office, "2018-10") == []
    assert '"corrected_in": "2018-11"' in entries(office)[0].detail


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2018, 1, 1), date(2019, 12, 31)), st.integers(1, 10), st.integers(-3, 25))
def test_the_limit_is_so_many_working_days_after_publication(tmp_path_factory, day, workdays, later):
    office = open_office(Home(tmp_path_factory.mktemp("office")))
    month = "2017-12"
    published(office, month, datetime(day.year, day.month, day.day, 18, 30))
    expected = last_day_for_appeal(day, workdays, national_days())
    assert last_day(office, month, CALENDAR, workdays) == expected
    event, at = Disputed("patrol:1", month, "0301"), datetime(day.year, day.month, day.day, 23, 59) + timedelta(days=later)
    in_time = at.date() <= expected
    assert can_appeal(office, event, "0301", CALENDAR, workdays, at.date()) is in_time
    if in_time:
        appeal(office, event, "0301", "有登记", "zhang", CALENDAR, workdays, at)
        assert not can_appeal(office, event, "0301", CALENDAR, workdays, at.date())
    else:
        with pytest.raises(HallError, match="too late"):
            appeal(office, event, "0301", "有登记", "zhang", CALENDAR, workdays, at)
        assert appeals(office) == []


def test_the_limit_spans_the_national_holiday(office):
    # Published on Friday 28 September 2018; the 29th and 30th were worked, the 1st to the 7th of October were not.
    published(office, "2018-08", datetime(2018, 9, 28, 9))
    assert last_day(office, "2018-08", CALENDAR, 3) == date(2018, 10, 8)


def test_while_a_month_is_open_its_events_can_be_disputed_at_any_time(office):
    assert last_day(office, "2018-10", CALENDAR, 3) is None
    disputed(office, now=datetime(2019, 5, 1))


def test_the_newest_review_of_a_window_holds_and_the_former_stay(office):
    monday = date(2018, 10, 8)
    write_review(office, monday + timedelta(days=3), "民政窗口", "秩序良好", "manager", NOON)
    write_review(office, monday, "民政窗口", "秩序良好，桌牌须补齐", "manager", NOON)
    write_review(office, monday, "", "本周两次空岗", "manager", NOON)
    assert [(one.week, one.window, one.text) for one in reviews(office, monday, monday + timedelta(days=6))] == [
        (monday, "", "本周两次空岗"),
        (monday, "民政窗口", "秩序良好，桌牌须补齐"),
    ]
    assert [one.text for one in former_reviews(office, monday, "民政窗口")] == ["秩序良好，桌牌须补齐", "秩序良好"]
    assert reviews(office, monday + timedelta(days=7), monday + timedelta(days=13)) == []
    with pytest.raises(HallError, match="has not begun"):
        write_review(office, date(2018, 11, 5), "", "x", "manager", NOON)


def test_marks_keep_to_the_bounds_of_the_scheme_and_the_newest_holds(office):
    set_mark(office, "2018", "0301", "peers", Decimal("5.5"), Decimal(6), "manager", NOON)
    set_mark(office, "2018", "0301", "peers", Decimal(6), Decimal(6), "manager", NOON)
    set_mark(office, "2018", "0301", "dossier", Decimal(0), Decimal(8), "manager", NOON)
    for points in ("6.01", "-0.01", "1.005", "NaN", "Infinity"):
        with pytest.raises(HallError, match="points"):
            set_mark(office, "2018", "0301", "peers", Decimal(points), Decimal(6), "manager", NOON)
    assert [(one.part, one.points) for one in annual_marks(office, "2018")] == [("dossier", Decimal(0)), ("peers", Decimal(6))]
    assert annual_marks(office, "2017") == []
    assert len(entries(office, action="annual.")) == 3


@pytest.mark.parametrize("table", ["frozen_month", "appeal", "appeal_decision", "correction", "review", "annual_mark"])
def test_rows_are_neither_changed_nor_removed(office, table):
    published(office)
    one = disputed(office)
    decide(office, one.number, "granted", "属实", "manager", NOON)
    write_review(office, date(2018, 10, 8), "", "好", "manager", NOON)
    set_mark(office, "2018", "0301", "peers", Decimal(6), Decimal(6), "manager", NOON)
    column = {"appeal_decision": "outcome", "frozen_month": "document"}.get(table, "at")
    for statement in (f"update {table} set {column} = 'x'", f"delete from {table}"):
        with pytest.raises(sqlite3.IntegrityError), office.writing() as con:
            con.execute(statement)


def test_an_act_whose_trace_cannot_be_written_is_undone(office):
    one = disputed(office)
    with office.writing() as con:
        con.execute("create trigger full before insert on audit begin select raise(abort, 'the disk is full'); end")
    before = revision(office)
    for act in (
        lambda: published(office),
        lambda: disputed(office, Disputed("patrol:9", "2018-10", "0301")),
        lambda: decide(office, one.number, "granted", "属实", "manager", NOON),
        lambda: write_review(office, date(2018, 10, 8), "", "好", "manager", NOON),
        lambda: set_mark(office, "2018", "0301", "peers", Decimal(6), Decimal(6), "manager", NOON),
    ):
        with pytest.raises(sqlite3.IntegrityError, match="disk is full"):
            act()
    assert (frozen_months(office), appeals(office), revision(office)) == ([], [one], before)
    assert reviews(office, date(2018, 10, 8), date(2018, 10, 8)) == annual_marks(office) == []
