"""The clock of requests in SQL, and its explanation, against the oracle that counts day by day.

15 + 15 working days until 14 May 2019, 20 + 20 since; supplements that restart it, consultations that stop it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracles import clock
from oracles.cases import insert
from oracles.days import national_days

from etl.answering import explain_answer
from etl.answerrules import KINDS, load_answer_rules, write_answer_rules
from etl.calendar import Calendar, read_calendar, write_calendar
from etl.config import SHIPPED, HallError
from etl.engine.models import in_order, read_models
from etl.ingest.warehouse import ensure_tables
from etl.timerules import write_rules

AS_OF = date(2019, 9, 30)
CHANGE = date(2019, 5, 15)
DAYS = national_days()
NEEDED = {"fact_suspension", "fact_case_pause", "fact_case", "fact_evaluation", "fact_answer_stop", "fact_answer"}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        ensure_tables(made)
        write_calendar(made, Calendar.load([SHIPPED / "calendars"]))
        write_rules(made, [SHIPPED / "rules"])
        write_answer_rules(made, [SHIPPED / "rules"])
        made.execute("create table if not exists meta (key varchar, value varchar)")
        made.execute("insert into meta values ('as_of', ?), ('due_soon_workdays', '3')", [AS_OF.isoformat()])
        yield made


def compute(con: duckdb.DuckDBPyConnection) -> None:
    chosen = [model for model in read_models() if model.name in NEEDED]
    tables = {name for (name,) in con.execute("select table_name from information_schema.tables").fetchall()}
    for model in in_order(chosen, tables - NEEDED):
        con.execute(f"create or replace {'view' if model.is_view else 'table'} {model.name} as {model.sql}")


@dataclass
class Asked:
    received: date
    notice: date | None
    supplemented: date | None
    third: tuple[date, date | None] | None
    organ: tuple[date, date | None] | None
    extension: int
    answered: date | None

    @property
    def stops(self) -> list[tuple[date, date]]:
        """What stops its clock, an open one running to the answer or the cut-off. Asking other organs does so since 2019 only."""
        held = [stop for stop in (self.third, self.organ if self.received >= CHANGE else None) if stop]
        return [(first, max(first, last or self.answered or AS_OF)) for first, last in held]

    @property
    def standing_since(self) -> date | None:
        """The first day of a stop that is still open."""
        held = [stop for stop in (self.third, self.organ if self.received >= CHANGE else None) if stop]
        return min((first for first, last in held if last is None and self.answered is None), default=None)


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    near = st.integers(-25, 25).map(lambda n: CHANGE + timedelta(days=n))
    received = draw(st.one_of(near, st.dates(date(2018, 1, 1), date(2019, 8, 31))))
    notice = supplemented = None
    if draw(st.integers(0, 3)) == 0:
        notice = received + timedelta(days=draw(st.integers(0, 9)))
        supplemented = notice + timedelta(days=draw(st.integers(0, 15))) if draw(st.booleans()) else None

    def span() -> tuple[date, date | None] | None:
        if draw(st.integers(0, 2)):
            return None
        first = received + timedelta(days=draw(st.integers(-3, 50)))
        return first, first + timedelta(days=draw(st.integers(0, 30))) if draw(st.integers(0, 3)) else None

    # Often the due day itself or its neighbours: in time or late is decided there.
    answered = received + timedelta(days=draw(st.integers(0, 90))) if draw(st.integers(0, 4)) else None
    return Asked(received, notice, supplemented, span(), span(), draw(st.sampled_from([0, 0, 0, 5, 15, 20, 40])), answered)


def told(one: Asked) -> tuple[date | None, date]:
    """Due day and first day of the clock, by the letter of the law and nothing but the oracle; no due day while a supplement is awaited."""
    is_new = one.received >= CHANGE
    limit = 20 if is_new else 15
    start = one.supplemented or one.received
    if one.notice and not one.supplemented and one.answered is None:
        return None, start
    return clock.due_date(start, limit, "workday", one.stops, DAYS, extension=min(one.extension, limit)), start


def standing(one: Asked) -> dict[str, object]:
    def at(day: date | None) -> datetime | None:
        return None if day is None else datetime.combine(day, time(10))

    third, organ = one.third or (None, None), one.organ or (None, None)
    return {
        "request_kind": "disclosure_request", "received_at": at(one.received), "supplement_notice_at": at(one.notice),
        "supplemented_at": at(one.supplemented), "third_party_from": third[0], "third_party_to": third[1], "organ_from": organ[0],
        "organ_to": organ[1], "extended_workdays": one.extension or None, "answered_at": at(one.answered),
    }  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(asked(), min_size=6, max_size=24))
def test_due_day_and_state_are_those_of_the_law_and_the_explanation_leads_there(con, listed):
    con.execute("delete from raw_request")
    insert(con, "request", [{"request_no": str(number), **standing(one)} for number, one in enumerate(listed)])
    compute(con)
    calendar = read_calendar(con)
    facts = {
        int(number): rest
        for number, *rest in con.execute("select answer_no, due_on, started_on, answer_state, used_workdays from fact_answer").fetchall()
    }
    assert len(facts) == len(listed)
    for number, one in enumerate(listed):
        due, start = told(one)
        found_due, found_start, state, used = facts[number]
        assert (found_due, found_start) == (due, start), one
        if one.answered is not None and due is not None:
            assert state == ("early" if one.answered < due else "on_day" if one.answered == due else "late")
            assert used == clock.used(start, one.answered, one.stops, DAYS)[0], one
        elif due is None:
            assert state == "paused"
        else:
            assert state == clock.state_of(due, None, AS_OF, one.standing_since, DAYS), one
        explained = explain_answer(con, "request", str(number), calendar)
        assert (explained.due.due_on if explained.due else None) == due
        if explained.due:
            law = "第三十三条" if one.received >= CHANGE else "第二十四条"
            assert law in explained.due.steps[0].zh


@pytest.mark.parametrize(
    ("received", "extension", "due"),
    [
        # 15 working days over Spring Festival, day 0 not counted.
        (date(2018, 2, 9), 0, date(2018, 3, 7)),
        (date(2019, 5, 14), 0, date(2019, 6, 4)),
        (date(2019, 5, 15), 0, date(2019, 6, 13)),
        (date(2018, 9, 3), 15, date(2018, 10, 19)),
        # The law allows 15 more; what is written beyond it does not count.
        (date(2018, 9, 3), 30, date(2018, 10, 19)),
    ],
)
def test_vectors_counted_by_hand_on_the_calendar(con, received, extension, due):
    con.execute("delete from raw_request")
    one = Asked(received, None, None, None, None, extension, None)
    insert(con, "request", [{"request_no": "1", **standing(one)}])
    compute(con)
    assert con.execute("select due_on from fact_answer").fetchone() == (due,)


@pytest.mark.parametrize(
    ("kind", "received", "due"),
    [("error_report", date(2018, 9, 28), date(2018, 9, 30)), ("mayor_mailbox", date(2018, 9, 28), date(2018, 10, 17))],
)
def test_letters_and_error_reports_have_their_own_limits(con, kind, received, due):
    con.execute("delete from raw_request")
    insert(con, "request", [{"request_no": "1", "request_kind": kind, "received_at": datetime.combine(received, time(22))}])
    compute(con)
    assert con.execute("select due_on from fact_answer").fetchone() == (due,)


def test_a_limit_written_in_a_complaint_wins_over_the_rule(con):
    for table in ("raw_request", "raw_complaint"):
        con.execute(f"delete from {table}")
    monday = datetime(2018, 10, 8, 9)
    insert(
        con,
        "complaint",
        [
            {"complaint_no": "own", "received_at": monday, "promised_workdays": 5, "answered_at": datetime(2018, 10, 16, 9)},
            {"complaint_no": "rule", "received_at": monday},
            {"complaint_no": "same day", "received_at": monday, "promised_workdays": 0, "answered_at": datetime(2018, 10, 8, 17)},
            {"complaint_no": "dropped", "received_at": monday, "complaint_outcome": "withdrawn"},
        ],
    )
    compute(con)
    found = con.execute("select answer_no, due_on, answer_state from fact_answer order by answer_no").fetchall()
    assert found == [
        ("dropped", date(2018, 10, 29), "no_limit"),
        ("own", date(2018, 10, 15), "late"),
        ("rule", date(2018, 10, 29), "overdue"),
        ("same day", date(2018, 10, 8), "on_day"),
    ]
    assert "记录里写明" in explain_answer(con, "complaint", "own", read_calendar(con)).basis[0]
    con.execute("delete from raw_complaint")


def test_before_any_rule_there_is_no_limit_and_that_is_said(con):
    con.execute("delete from raw_request")
    insert(con, "request", [{"request_no": "1", "request_kind": "disclosure_request", "received_at": datetime(2008, 4, 30, 9)}])
    compute(con)
    assert con.execute("select due_on, answer_state from fact_answer").fetchone() == (None, "no_limit")
    found = explain_answer(con, "request", "1", read_calendar(con))
    assert (found.due, found.basis[0]) == (None, "没有适用的期限规则")
    with pytest.raises(HallError, match="no request 2"):
        explain_answer(con, "request", "2", read_calendar(con))


def in_days(con: duckdb.DuckDBPyConnection, folder: Path, count: int) -> None:
    """An office's rule that counts calendar days."""
    text = f'id = "days"\nvalid_from = 2000-01-01\n[limit.disclosure_request]\ncount = {count}\nunit = "day"\npauses = ["third_party"]\n'
    (folder / "answerlimits-days.toml").write_text(text + 'zh = "规定"\nen = "rule"\n', "utf-8")
    write_answer_rules(con, [SHIPPED / "rules", folder])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(asked(), min_size=4, max_size=16), st.sampled_from([0, 1, 7, 30]))
def test_a_rule_in_calendar_days_counts_every_day_but_those_of_a_stop(con, tmp_path_factory, listed, count):
    in_days(con, tmp_path_factory.mktemp("rules"), count)
    try:
        con.execute("delete from raw_request")
        insert(con, "request", [{"request_no": str(number), **standing(one)} for number, one in enumerate(listed)])
        compute(con)
        found = dict(con.execute("select answer_no, due_on from fact_answer").fetchall())
        calendar = read_calendar(con)
        for number, one in enumerate(listed):
            # The office's rule names the third party alone.
            closed = [(first, max(first, last or one.answered or AS_OF)) for first, last in ([one.third] if one.third else [])]
            due = clock.due_date(one.received, count, "day", closed, DAYS)
            assert found[str(number)] == due, one
            explained = explain_answer(con, "request", str(number), calendar).due
            assert explained is not None
            assert explained.due_on == due
    finally:
        write_answer_rules(con, [SHIPPED / "rules"])


def write_rule(folder: Path, name: str, text: str) -> None:
    (folder / f"answerlimits-{name}.toml").write_text(text, "utf-8")


RULE = 'id = "{id}"\nvalid_from = {first}\n{end}[limit.mayor_mailbox]\ncount = {count}\nzh = "规定"\nen = "rule"\n'


def test_an_offices_rule_overrides_a_shipped_one_for_its_kind_and_days_alone(tmp_path):
    write_rule(tmp_path, "own", RULE.format(id="own", first="2018-03-01", end="valid_to = 2018-06-01\n", count=3))
    found = [stretch for stretch in load_answer_rules([SHIPPED / "rules", tmp_path]) if stretch.kind == "mayor_mailbox"]
    assert [(one.first, one.rule_id, one.limit.count) for one in found] == [
        (date(2004, 7, 1), "hall-default", 10),
        (date(2018, 3, 1), "own", 3),
        (date(2018, 6, 1), "hall-default", 10),
    ]


def test_rules_that_contradict_or_cannot_be_read_are_refused_by_name(tmp_path):
    write_rule(tmp_path, "a", RULE.format(id="a", first="2018-01-01", end="", count=3))
    write_rule(tmp_path, "b", RULE.format(id="b", first="2018-06-01", end="", count=4))
    with pytest.raises(HallError, match=r"answerlimits-a\.toml.*answerlimits-b\.toml.*2018-06-01"):
        load_answer_rules([tmp_path])
    write_rule(tmp_path, "b", RULE.format(id="b", first="2018-06-01", end="", count=4).replace("mayor_mailbox", "mayor"))
    with pytest.raises(HallError, match=r"answerlimits-b\.toml.*unknown kinds"):
        load_answer_rules([tmp_path])


def test_every_kind_has_a_limit_today_and_the_law_changes_on_its_day():
    rules = load_answer_rules()
    assert {stretch.kind for stretch in rules} == set(KINDS)
    change = [(one.first, one.end, one.limit.count, one.limit.extension_workdays) for one in rules if one.kind == "disclosure_request"]
    assert change == [(date(2008, 5, 1), CHANGE, 15, 15), (CHANGE, date(9999, 12, 31), 20, 20)]
