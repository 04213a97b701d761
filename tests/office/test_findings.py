"""Findings entered on the page: as strict as the loader, kept version by version, and in a frozen month only as corrections."""

import itertools
import json
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.calendar import Calendar
from etl.config import SHIPPED, HallError, Home
from etl.office import entries, open_office, verify
from etl.office.appeals import Disputed, appeal, appeals, decide
from etl.office.findings import Loaded, correct, enter, findings, standing_for, versions, withdraw
from etl.office.freezing import corrections, freeze, frozen_months, next_month, revision
from etl.office.overlay import overlay

CALENDAR = Calendar.load([SHIPPED / "calendars"])
NOW = datetime(2019, 1, 10, 10)
CELLS = {
    "patrolled_on": "2018-10-08", "patrol_source": "日巡查", "patrol_slot": "上午", "window_name": "民政窗口", "department": "民政局",
    "staff_no": "0301", "event_kind": "dress", "finding": "未佩戴胸牌",
}  # fmt: skip
LOADED = Loaded("patrol:XC-9", date(2018, 10, 9), {**CELLS, "patrolled_on": "2018-10-09", "event_kind": "tidiness"})


@pytest.fixture
def office(home: Home):
    return open_office(home)


def freeze_month(office, month):
    freeze(office, month, {}, "S1", "default", "2018.1", "manager", NOW)


def test_a_finding_is_an_event_with_its_evidence(office):
    one = enter(office, CELLS, "manager", NOW)
    assert findings(office) == [one]
    event = one.event
    assert (event.event_id, event.kind, event.day) == ("finding:OF000001:1", "dress", date(2018, 10, 8))
    assert (event.staff_no, event.window, event.department) == ("0301", "民政窗口", "民政局")
    assert (event.evidence_type, event.evidence_no, event.evidence_version) == ("patrol", "OF000001", "1")
    assert not event.is_automatic
    assert overlay(office).findings == (event,)
    (trail,) = entries(office)
    assert (trail.action, trail.subject) == ("finding.entered", "OF000001")
    assert "未佩戴" not in trail.detail


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"window_name": ""}, "窗口为空；请补填"),
        ({"event_kind": ""}, "发现问题而无问题类别"),
        ({"event_kind": "不存在"}, "代码不在代码表中"),
        ({"patrolled_on": "8/10/2018"}, "不是能确定的日期"),
        ({"patrol_source": ""}, "巡查方式为空"),
        ({"patrolled_on": "2019-01-11"}, "yet to come"),
        ({"finding": "当事人电话13800001111"}, "telephone"),
        ({"remark": "x" * 501}, "too long"),
    ],
)
def test_what_a_file_would_be_refused_for_is_refused_and_leaves_nothing(office, change, word):
    with pytest.raises(HallError, match=word):
        enter(office, {**CELLS, **change}, "manager", NOW)
    assert (findings(office), entries(office), revision(office)) == ([], [], 0)


def test_all_that_is_wrong_is_said_at_once(office):
    with pytest.raises(HallError, match=r"代码不在代码表中.*窗口为空"):
        enter(office, {**CELLS, "window_name": "", "patrol_slot": "半夜"}, "manager", NOW)


def test_versions_follow_one_another_and_the_withdrawn_one_stays_readable(office):
    one = enter(office, CELLS, "manager", NOW)
    two = correct(office, one.finding_id, {**CELLS, "event_kind": "tidiness"}, "类别有误", "manager", NOW)
    assert [event.event_id for event in overlay(office).findings] == [two.event_id]
    three = withdraw(office, one.finding_id, "查无此事", "manager", NOW)
    assert versions(office, one.finding_id) == [one, two, three]
    assert three.cells == two.cells
    assert overlay(office).findings == ()
    assert corrections(office) == []
    with pytest.raises(HallError, match="is withdrawn"):
        correct(office, one.finding_id, CELLS, "再改", "manager", NOW)
    with pytest.raises(HallError, match="no finding"):
        withdraw(office, "OF999999", "x", "manager", NOW)
    for act in (lambda: correct(office, one.finding_id, CELLS, " ", "manager", NOW), lambda: withdraw(office, "OF1", "", "manager", NOW)):
        with pytest.raises(HallError, match="give the reason"):
            act()


def test_a_loaded_record_is_stood_in_for_once(office):
    one = correct(office, LOADED, {**LOADED.cells, "staff_no": "0302"}, "当事人有误", "manager", NOW)
    assert overlay(office).replaced == {"patrol:XC-9"}
    assert standing_for(office, "patrol:XC-9") == one
    with pytest.raises(HallError, match="corrected by OF000001"):
        withdraw(office, LOADED, "重复", "manager", NOW)
    withdraw(office, one.finding_id, "查无此事", "manager", NOW)
    assert (overlay(office).replaced, overlay(office).findings) == ({"patrol:XC-9"}, ())


def test_a_loaded_record_is_withdrawn_as_it_was(office):
    one = withdraw(office, LOADED, "查无此事", "manager", NOW)
    assert (one.act, one.cells, one.day) == ("withdrawn", LOADED.cells, LOADED.day)
    assert (overlay(office).replaced, overlay(office).findings) == ({"patrol:XC-9"}, ())


def test_in_a_frozen_month_findings_enter_as_corrections_in_the_next_open_month(office):
    one = enter(office, CELLS, "manager", NOW)
    freeze_month(office, "2018-10")
    freeze_month(office, "2018-11")
    with pytest.raises(HallError, match="enters as a correction in the next open month, 2018-12"):
        enter(office, CELLS, "manager", NOW)
    added = enter(office, {**CELLS, "staff_no": "0302"}, "manager", NOW, as_correction=True)
    changed = correct(office, one.finding_id, {**CELLS, "event_kind": "tidiness"}, "类别有误", "manager", NOW)
    gone = withdraw(office, LOADED, "查无此事", "manager", NOW)
    assert [(found.month_of, found.month, found.effect, found.event_id) for found in corrections(office)] == [
        ("2018-10", "2018-12", "added", added.event_id),
        ("2018-10", "2018-12", "reversed", one.event_id),
        ("2018-10", "2018-12", "added", changed.event_id),
        ("2018-10", "2018-12", "reversed", "patrol:XC-9"),
    ]
    assert corrections(office)[2].event["kind"] == "tidiness"
    assert (added.counts_in, changed.counts_in) == ("2018-12", "2018-12")
    assert set(overlay(office).findings) == {added.event, changed.event}
    assert gone.finding_id != one.finding_id


def test_what_was_added_late_and_then_taken_back_is_taken_back_where_it_counted(office):
    freeze_month(office, "2018-10")
    one = enter(office, CELLS, "manager", NOW, as_correction=True)
    freeze_month(office, "2018-11")
    withdraw(office, one.finding_id, "查无此事", "manager", NOW)
    assert [(found.month_of, found.month, found.effect) for found in corrections(office)] == [
        ("2018-10", "2018-11", "added"),
        ("2018-11", "2018-12", "reversed"),
    ]


def test_a_disputed_finding_waits_for_the_decision_and_a_reversed_one_rests(office):
    one = enter(office, CELLS, "manager", NOW)
    made = appeal(office, Disputed(one.event_id, one.counts_in, "0301"), "0301", "当日佩戴", "zhang", CALENDAR, 3, NOW)
    with pytest.raises(HallError, match="decide the appeal first"):
        withdraw(office, one.finding_id, "x", "manager", NOW)
    decide(office, made.number, "granted", "属实", "manager", NOW)
    assert overlay(office).reversed_events == {one.event_id: "属实"}
    with pytest.raises(HallError, match="was granted"):
        correct(office, one.finding_id, CELLS, "x", "manager", NOW)


def test_after_a_refused_appeal_a_correction_can_be_appealed_against_anew(office):
    one = enter(office, CELLS, "manager", NOW)
    made = appeal(office, Disputed(one.event_id, one.counts_in, "0301"), "0301", "当日佩戴", "zhang", CALENDAR, 3, NOW)
    decide(office, made.number, "refused", "照片为证", "manager", NOW)
    two = correct(office, one.finding_id, {**CELLS, "event_kind": "tidiness"}, "类别有误", "manager", NOW)
    appeal(office, Disputed(two.event_id, two.counts_in, "0301"), "0301", "当日整洁", "zhang", CALENDAR, 3, NOW)
    assert len(appeals(office, state="open")) == 1


TABLES = ("frozen_month", "finding", "appeal", "appeal_decision", "correction", "audit")
ACTS = st.one_of(
    st.tuples(st.just("enter"), st.integers(1, 12), st.booleans()),
    st.tuples(st.just("correct"), st.integers(1, 5), st.integers(1, 12)),
    st.tuples(st.just("withdraw"), st.integers(1, 5)),
    st.tuples(st.just("loaded"), st.integers(1, 12), st.booleans()),
    st.tuples(st.just("appeal"), st.integers(1, 5), st.integers(1, 3), st.integers(0, 6)),
    st.tuples(st.just("decide"), st.integers(1, 4), st.booleans(), st.sampled_from(["manager", "zhang"])),
    st.tuples(st.just("freeze"), st.integers(1, 12)),
    st.tuples(st.just("freeze_next")),
)


def rows(office):
    with office.reading() as con:
        return {table: [tuple(row) for row in con.execute(f"select * from {table} order by rowid")] for table in TABLES}


def act(office, step, now):
    """One act of somebody at the hall, sensible or not."""
    kind, *rest = step
    if kind == "enter":
        enter(office, {**CELLS, "patrolled_on": f"2018-{rest[0]:02d}-10"}, "manager", now, as_correction=rest[1])
    elif kind == "correct":
        correct(office, f"OF{rest[0]:06d}", {**CELLS, "patrolled_on": f"2018-{rest[1]:02d}-11"}, "日期有误", "manager", now)
    elif kind == "withdraw":
        withdraw(office, f"OF{rest[0]:06d}", "查无此事", "manager", now)
    elif kind == "loaded":
        target = Loaded(f"patrol:{rest[0]}", date(2018, rest[0], 9), {**CELLS, "patrolled_on": f"2018-{rest[0]:02d}-09"})
        if rest[1]:
            withdraw(office, target, "查无此事", "manager", now)
        else:
            correct(office, target, target.cells, "核对", "manager", now)
    elif kind == "appeal":
        found = next((one for one in versions(office, f"OF{rest[0]:06d}") if one.version == rest[1]), None)
        if found is not None:
            event = Disputed(found.event_id, found.counts_in, found.staff_no)
            appeal(office, event, "0301", "当日佩戴", "zhang", CALENDAR, 3, now + timedelta(days=rest[2]))
    elif kind == "decide":
        decide(office, rest[0], "granted" if rest[1] else "refused", "核实", rest[2], now)
    else:
        last = max(frozen_months(office), default="2017-12")
        freeze(office, next_month(last) if kind == "freeze_next" else f"2018-{rest[0]:02d}", {}, "S1", "default", "1", "manager", now)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, max_size=25))
def test_whatever_is_done_the_chain_holds_nothing_is_changed_and_refused_acts_write_nothing(tmp_path_factory, steps):
    office = open_office(Home(tmp_path_factory.mktemp("office")))
    for number, step in enumerate(steps):
        before, counted = rows(office), revision(office)
        try:
            act(office, step, NOW + timedelta(minutes=number))
        except HallError:
            assert (rows(office), revision(office)) == (before, counted)
            continue
        after = rows(office)
        for table in TABLES:
            assert after[table][: len(before[table])] == before[table]
        grown = {table for table in TABLES if len(after[table]) > len(before[table])}
        assert ("audit" in grown) == bool(grown)
        assert (revision(office) > counted) == bool(grown)
    assert verify(office) is None
    months = frozen_months(office)
    assert all(later == next_month(former) for former, later in itertools.pairwise(months))
    made = corrections(office)
    # Every correction was written into a month that was open then, of one that was closed or of what had been added late.
    assert all(one.month_of <= one.month for one in made)
    assert all(one.month_of < one.month for one in made if one.effect == "added")
    assert len(entries(office, action="month.frozen")) == len(months)
    # A granted appeal leaves no trace of its event: it is reversed in the overlay, and its finding is neither corrected nor withdrawn.
    granted = {one.event_id for one in appeals(office, state="granted")}
    assert set(overlay(office).reversed_events) == granted
    current = {one.event_id for one in findings(office)}
    assert granted <= current
    for one in findings(office):
        assert json.loads(json.dumps(one.cells)) == one.cells
