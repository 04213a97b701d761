"""The clock in SQL against the oracle that counts day by day, on random cases with pauses, extensions and a county calendar."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracles import clock
from oracles.days import national_days

from etl.calendar import Calendar, read_calendar, write_calendar
from etl.ingest.warehouse import ensure_tables
from etl.timelimit import explain
from etl.timerules import write_rules

FACTS = Path(__file__).parents[2] / "etl" / "models" / "facts"
AS_OF = date(2018, 11, 15)
PAUSING = ("hearing", "testing", "expert_review", "supplement")
KINDS = (*PAUSING, "site_visit", "public_notice", "extension")
COUNTY = {date(2018, 9, 12): False, date(2018, 9, 13): False, date(2018, 9, 15): True, date(2018, 10, 6): True, date(2018, 10, 30): False}
SETTINGS = {
    "shipped": ("next_workday", False, {}),
    "county": ("next_workday", True, COUNTY),
    "same_day": ("same_day", True, COUNTY),
}


class Hall:
    """A warehouse with calendar and rules, and the same facts for the oracle."""

    def __init__(self, con: duckdb.DuckDBPyConnection, days: clock.Days, count_from: str, roll: bool) -> None:
        self.con, self.days, self.count_from, self.roll = con, days, count_from, roll


@pytest.fixture(scope="module", params=list(SETTINGS))
def hall(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    count_from, roll, county = SETTINGS[request.param]
    folder = tmp_path_factory.mktemp("clock")
    lines = [f"{day},{int(worked)},县,文" for day, worked in county.items()]
    (folder / "county.csv").write_text("\n".join(["day,is_workday,name,source", *lines]) + "\n", "utf-8")
    shipped = (Path(__file__).parents[2] / "data" / "rules" / "timelimits-2004.toml").read_text("utf-8")
    changed = shipped.replace('count_from = "next_workday"', f'count_from = "{count_from}"')
    (folder / "timelimits-x.toml").write_text(changed.replace("roll_to_workday = false", f"roll_to_workday = {str(roll).lower()}"), "utf-8")
    with duckdb.connect() as con:
        ensure_tables(con)
        write_calendar(con, Calendar.load([folder]))
        write_rules(con, [folder])
        con.execute("insert into meta values ('as_of', ?), ('due_soon_workdays', '3')", [AS_OF.isoformat()])
        yield Hall(con, national_days(county), count_from, roll)


@dataclass
class Stop:
    kind: str
    started_on: date
    ended_on: date | None
    extension: int


@dataclass
class Case:
    received: date
    accepted: date | None
    closed: date | None
    outcome: str | None
    notice: date | None
    promised: int | None
    promised_unit: str
    statutory: int | None
    statutory_unit: str
    due_in_file: date | None
    stops: list[Stop] = field(default_factory=list)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    def after(day: date, most: int) -> date:
        return day + timedelta(days=draw(st.integers(0, most)))

    received = draw(st.dates(date(2018, 8, 25), date(2018, 11, 5)))
    accepted = after(received, 14) if draw(st.integers(0, 4)) else None
    closed = after(accepted or received, 45) if draw(st.booleans()) else None
    outcome = draw(st.sampled_from(["approved", "approved", "rejected", "refused", "withdrawn"])) if closed else None
    unit = st.sampled_from(["workday", "workday", "day", "month"])
    limit = st.one_of(st.none(), st.integers(0, 25))
    promised_unit, statutory_unit = draw(unit), draw(unit)
    promised, statutory = draw(limit), draw(limit)
    stops: dict[tuple[str, date], Stop] = {}
    for _ in range(draw(st.sampled_from([0, 0, 1, 2, 3, 4]))):
        kind = draw(st.sampled_from(KINDS))
        started = received + timedelta(days=draw(st.integers(-2, 40)))
        ended = after(started, 20) if draw(st.booleans()) else None
        stops[kind, started] = Stop(kind, started, ended, draw(st.integers(1, 15)) if kind == "extension" else 0)
    return Case(
        received=received,
        accepted=accepted,
        closed=closed,
        outcome=outcome,
        notice=after(received, 12) if draw(st.integers(0, 5)) == 0 else None,
        promised=promised if promised is None or promised_unit != "month" else promised % 4,
        promised_unit=promised_unit,
        statutory=statutory if statutory is None or statutory_unit != "month" else statutory % 4,
        statutory_unit=statutory_unit,
        due_in_file=after(received, 40) if draw(st.integers(0, 3)) == 0 else None,
        stops=list(stops.values()),
    )


def at(day: date | None, hour: int = 9) -> datetime | None:
    return None if day is None else datetime.combine(day, time(hour))


def load(con: duckdb.DuckDBPyConnection, loaded: list[Case]) -> None:
    con.execute("delete from raw_case")
    con.execute("delete from raw_suspension")
    for number, case in enumerate(loaded):
        promised_unit = None if case.promised is None else case.promised_unit
        statutory_unit = None if case.statutory is None else case.statutory_unit
        # A due date of the file that has no time of day is loaded as the last second of that day.
        due = None if case.due_in_file is None else datetime.combine(case.due_in_file, time(23, 59, 59))
        times = (at(case.received), at(case.notice), at(case.accepted), at(case.closed, 16), due)
        limits = (case.promised, promised_unit, case.statutory, statutory_unit)
        con.execute(
            "insert into raw_case (case_no, received_at, supplement_notice_at, accepted_at, closed_at, promise_due_at, "
            "promised_limit, promised_unit, statutory_limit, statutory_unit, outcome) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [f"c{number:02}", *times, *limits, case.outcome],
        )
        for stop in case.stops:
            con.execute(
                "insert into raw_suspension (case_no, kind, started_at, ended_at, extension_workdays) values (?, ?, ?, ?, ?)",
                [f"c{number:02}", stop.kind, at(stop.started_on), at(stop.ended_on), stop.extension or None],
            )


def build(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    for name in ("fact_suspension", "fact_case_pause", "fact_case"):
        con.execute(f"create or replace table {name} as {(FACTS / f'{name}.sql').read_text('utf-8')}")
    return con.execute("select * from fact_case order by case_no").df().astype(object).to_dict("records")


def expected(case: Case, hall: Hall) -> dict[str, Any]:
    """What the oracle says of a case."""
    undecided = case.outcome in ("refused", "withdrawn")
    from_file = case.promised is None and case.due_in_file is not None
    supplements = [stop.started_on for stop in case.stops if stop.kind == "supplement"]
    answers = [day for day in (case.accepted, case.closed, case.notice, *supplements) if day is not None]
    deemed = not (case.accepted is None and from_file) and clock.deemed_accepted(case.received, answers, AS_OF, hall.days)
    if deemed:
        start: date | None = case.received
    elif case.accepted is not None:
        start = case.accepted
    else:
        start = case.received if from_file or (case.closed is not None and not undecided) else None
    pauses = [(stop.started_on, stop.ended_on or max(stop.started_on, case.closed or AS_OF)) for stop in case.stops if stop.kind in PAUSING]
    extension = sum(stop.extension for stop in case.stops)
    standing = [
        stop.started_on
        for stop in case.stops
        if stop.kind in PAUSING and stop.started_on <= AS_OF and (stop.ended_on is None or stop.ended_on > AS_OF)
    ]
    promised = case.due_in_file if from_file else None
    if case.promised is not None and start is not None:
        promised = clock.due_date(start, case.promised, case.promised_unit, pauses, hall.days, 0, hall.count_from, hall.roll)
    statutory = None
    if case.statutory is not None and start is not None:
        statutory = clock.due_date(start, case.statutory, case.statutory_unit, pauses, hall.days, extension, hall.count_from, hall.roll)
    if undecided:
        states = ("no_limit", "no_limit")
    else:
        states = tuple(clock.state_of(due, case.closed, AS_OF, min(standing, default=None), hall.days) for due in (promised, statutory))
    used, paused = (0, 0) if start is None else clock.used(start, case.closed or AS_OF, pauses, hall.days)
    return {
        "started_on": start,
        "is_deemed_accepted": deemed,
        "limit_source": "case" if case.promised is not None else "file" if from_file else "none",
        "promised_due_on": promised,
        "statutory_due_on": statutory,
        "promise_state": states[0],
        "statute_state": states[1],
        "used_workdays": used if case.closed is not None and start is not None else None,
        "paused_workdays": paused,
    }


def plain(value: Any) -> Any:
    """A data frame's cell as Python has it: days as dates, missing as None."""
    if value is None or value != value:
        return None
    return value.date() if isinstance(value, datetime) else value


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(loaded=st.lists(cases(), min_size=6, max_size=14))
def test_sql_agrees_with_counting_day_by_day(hall: Hall, loaded: list[Case]) -> None:
    load(hall.con, loaded)
    rows = build(hall.con)
    assert len(rows) == len(loaded)
    calendar = read_calendar(hall.con)
    for case, row in zip(loaded, rows, strict=True):
        wanted = expected(case, hall)
        assert {name: plain(row[name]) for name in wanted} == wanted
        if wanted["promised_due_on"] or wanted["statutory_due_on"]:
            dues = explain(hall.con, row["case_no"], calendar)
            found = {f"{name}_due_on": due.due_on for name, due in dues.items()}
            assert found == {name: wanted[name] for name in ("promised_due_on", "statutory_due_on") if wanted[name]}
