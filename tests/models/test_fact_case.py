"""What fact_case says of single cases: whose limit holds, due dates that came with the file, article 32, and what is left out."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl.calendar import Calendar, read_calendar, write_calendar
from etl.config import SHIPPED, HallError, Home, connect
from etl.engine import build
from etl.ingest.warehouse import ensure_tables
from etl.timelimit import explain
from etl.timerules import write_rules

FACTS = Path(__file__).parents[2] / "etl" / "models" / "facts"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        ensure_tables(opened)
        write_calendar(opened, Calendar.load([SHIPPED / "calendars"]))
        write_rules(opened, [SHIPPED / "rules"])
        opened.execute("insert into meta values ('as_of', '2018-10-31')")
        yield opened


def insert(con: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    columns = ", ".join(values)
    con.execute(f"insert into {table} ({columns}) values ({', '.join('?' * len(values))})", list(values.values()))


def fact(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    for name in ("fact_suspension", "fact_case_pause", "fact_case"):
        con.execute(f"create or replace table {name} as {(FACTS / f'{name}.sql').read_text('utf-8')}")
    found = con.execute("select * from fact_case")
    names = [column[0] for column in found.description or ()]
    rows = found.fetchall()
    assert len(rows) == 1
    return dict(zip(names, rows[0], strict=True))


def day(text: str) -> datetime:
    return datetime.fromisoformat(text)


ACCEPTED = {"case_no": "c1", "received_at": day("2018-09-28 09:00"), "accepted_at": day("2018-09-28 10:00"), "item_code": "i1"}


def test_case_takes_the_limits_of_the_item_version_valid_at_acceptance(con: duckdb.DuckDBPyConnection) -> None:
    for version, first, last, limit in (
        ("1", "2017-01-01", "2018-09-01", 9),
        ("2", "2018-09-01", "2018-10-01", 5),
        ("3", "2018-10-01", None, 1),
    ):
        insert(
            con, "raw_item", item_code="i1", item_version=version, valid_from=first, valid_to=last, item_name="某事项", item_kind="licence"
        )
        con.execute("update raw_item set promised_limit = ?, promised_unit = 'workday' where item_version = ?", [limit, version])
    insert(con, "raw_case", **ACCEPTED)
    row = fact(con)
    assert (row["item_version"], row["promised_limit"], row["limit_source"]) == ("2", 5, "item")
    assert (row["item_name"], row["item_kind"]) == ("某事项", "licence")
    assert row["promised_due_on"] == date(2018, 10, 10)


def test_overlapping_item_versions_give_one_row_and_the_newest_wins(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "raw_item", item_code="i1", item_version="1", promised_limit=9, promised_unit="workday")
    insert(con, "raw_item", item_code="i1", item_version="2", promised_limit=5, promised_unit="workday", valid_from="2018-09-01")
    insert(con, "raw_case", **ACCEPTED)
    assert fact(con)["promised_limit"] == 5


def test_item_version_that_has_ended_gives_way_to_the_older_one_still_valid(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "raw_item", item_code="i1", item_version="1", promised_limit=9, promised_unit="workday")
    insert(con, "raw_item", item_code="i1", item_version="2", promised_limit=5, valid_from="2018-06-01", valid_to="2018-07-01")
    insert(con, "raw_case", **ACCEPTED)
    assert fact(con)["promised_limit"] == 9


def test_own_limit_wins_over_the_item_list(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "raw_item", item_code="i1", item_version="1", promised_limit=9, promised_unit="day")
    insert(con, "raw_case", **ACCEPTED, promised_limit=2, promised_unit="workday")
    row = fact(con)
    assert (row["promised_limit"], row["promised_unit"], row["limit_source"]) == (2, "workday", "case")


def test_minus_one_means_no_limit_whatever_the_item_list_says(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "raw_item", item_code="i1", item_version="1", promised_limit=9, promised_unit="workday")
    insert(con, "raw_case", **ACCEPTED, promised_limit=-1)
    row = fact(con)
    assert (row["promised_limit"], row["limit_source"], row["promise_state"]) == (None, "none", "no_limit")


@pytest.mark.parametrize(
    ("due_at", "closed_at", "state"),
    [
        ("2018-10-10 12:00", "2018-10-10 12:00", "on_day"),
        ("2018-10-10 12:00", "2018-10-10 12:01", "late"),
        ("2018-10-10 12:00", "2018-10-09 23:00", "early"),
        ("2018-10-10 23:59:59", "2018-10-10 23:59", "on_day"),
        ("2018-10-10 23:59:59", "2018-10-11 00:00", "late"),
    ],
)
def test_due_time_of_the_file_is_compared_as_an_instant(con: duckdb.DuckDBPyConnection, due_at: str, closed_at: str, state: str) -> None:
    insert(con, "raw_case", case_no="c1", received_at=day("2018-09-28 09:00"), promise_due_at=day(due_at), closed_at=day(closed_at))
    row = fact(con)
    assert (row["limit_source"], row["promise_state"], row["started_on"]) == ("file", state, date(2018, 9, 28))
    assert not row["is_deemed_accepted"]


def test_statutory_due_date_of_the_file_stands_in_for_a_missing_limit(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "raw_case", **ACCEPTED, statutory_due_at=day("2018-10-10 23:59:59"), closed_at=day("2018-10-11 08:00"))
    row = fact(con)
    assert (row["statutory_due_on"], row["statute_state"]) == (date(2018, 10, 10), "late")
    assert explain(con, "c1", read_calendar(con))["statutory"].due_on == date(2018, 10, 10)


@pytest.mark.parametrize(
    ("accepted_at", "deemed"),
    [("2018-10-10 10:00", False), ("2018-10-11 10:00", True), (None, True)],
)
def test_acceptance_after_the_fifth_working_day_is_deemed_on_receipt(
    con: duckdb.DuckDBPyConnection, accepted_at: str | None, deemed: bool
) -> None:
    case = {**ACCEPTED, "accepted_at": accepted_at and day(accepted_at), "promised_limit": 5, "promised_unit": "workday"}
    insert(con, "raw_case", **case)
    row = fact(con)
    assert row["is_deemed_accepted"] is deemed
    assert row["started_on"] == (date(2018, 9, 28) if deemed else date(2018, 10, 10))


@pytest.mark.parametrize(
    "answered", [{"supplement_notice_at": day("2018-10-10 10:00")}, {"closed_at": day("2018-10-10 10:00"), "outcome": "refused"}]
)
def test_notice_or_refusal_in_time_keeps_acceptance_from_being_deemed(con: duckdb.DuckDBPyConnection, answered: dict[str, object]) -> None:
    insert(con, "raw_case", **{**ACCEPTED, "accepted_at": None}, **answered)
    row = fact(con)
    assert (row["is_deemed_accepted"], row["started_on"], row["promise_state"]) == (False, None, "no_limit")


def test_decision_without_a_recorded_acceptance_runs_from_receipt(con: duckdb.DuckDBPyConnection) -> None:
    insert(
        con,
        "raw_case",
        case_no="c1",
        received_at=day("2018-09-28 09:00"),
        closed_at=day("2018-09-28 11:00"),
        outcome="approved",
        promised_limit=0,
    )
    row = fact(con)
    assert (row["started_on"], row["promise_state"], row["used_workdays"], row["is_same_day"]) == (date(2018, 9, 28), "on_day", 0, True)


@pytest.mark.parametrize(("outcome", "flag"), [("refused", "is_refused"), ("returned", "is_returned"), ("withdrawn", "is_withdrawn")])
def test_case_that_ended_without_a_decision_is_neither_closed_nor_open(con: duckdb.DuckDBPyConnection, outcome: str, flag: str) -> None:
    insert(con, "raw_case", **ACCEPTED, closed_at=day("2018-10-10 10:00"), outcome=outcome, promised_limit=2, promised_unit="workday")
    row = fact(con)
    assert (row["is_closed"], row["is_open"], row[flag], row["promise_state"]) == (False, False, True, "no_limit")


def test_deleted_case_and_deleted_suspension_are_left_out(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "raw_case", **ACCEPTED, promised_limit=5, promised_unit="workday")
    insert(con, "raw_case", case_no="c2", received_at=day("2018-09-28 09:00"), sync_operation="D")
    insert(
        con,
        "raw_suspension",
        case_no="c1",
        kind="hearing",
        started_at=day("2018-10-09 09:00"),
        ended_at=day("2018-10-10 09:00"),
        sync_operation="D",
    )
    assert fact(con)["promised_due_on"] == date(2018, 10, 10)


def test_open_pause_freezes_a_case_that_was_not_late_when_it_began(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "raw_case", **ACCEPTED, promised_limit=5, promised_unit="workday")
    insert(con, "raw_suspension", case_no="c1", kind="hearing", started_at=day("2018-10-10 09:00"))
    row = fact(con)
    assert (row["promise_state"], row["promised_due_on"], row["days_left"]) == ("paused", date(2018, 11, 1), 1)


def test_pause_begun_after_the_due_date_does_not_hide_that_the_case_is_overdue(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "raw_case", **ACCEPTED, promised_limit=5, promised_unit="workday")
    insert(con, "raw_suspension", case_no="c1", kind="hearing", started_at=day("2018-10-11 09:00"))
    row = fact(con)
    assert (row["promise_state"], row["days_left"]) == ("overdue", -15)


def test_case_without_a_file_due_date_and_without_dimensions_has_no_nulls_there(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "raw_case", case_no="c1", applied_at=day("2018-09-28 09:00"))
    row = fact(con)
    names = (
        "item_code",
        "item_name",
        "item_version",
        "item_kind",
        "department",
        "window_name",
        "channel",
        "case_type",
        "handling_mode",
        "outcome",
    )
    assert {row[name] for name in names} == {""}
    assert (row["received_on"], row["received_hour"], row["is_open"], row["is_deemed_accepted"]) == (date(2018, 9, 28), 9, True, False)


def test_due_date_beyond_the_published_calendar_is_marked(con: duckdb.DuckDBPyConnection) -> None:
    case = {**ACCEPTED, "received_at": day("2026-12-30 09:00"), "accepted_at": day("2026-12-30 10:00")}
    insert(con, "raw_case", **case, promised_limit=3, promised_unit="workday")
    assert fact(con)["is_provisional"]


def test_explaining_a_case_that_is_not_there_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "raw_case", **ACCEPTED)
    fact(con)
    with pytest.raises(HallError, match="nope"):
        explain(con, "nope", read_calendar(con))
    with pytest.raises(HallError, match="没有时限"):
        explain(con, "c1", read_calendar(con))


def test_command_explains_both_due_dates(home: Home) -> None:
    with connect(home) as con:
        ensure_tables(con)
        insert(con, "raw_case", **ACCEPTED, promised_limit=5, promised_unit="workday", statutory_limit=20, statutory_unit="workday")
        insert(con, "raw_suspension", case_no="c1", kind="hearing", started_at=day("2018-10-09 09:00"), ended_at=day("2018-10-10 09:00"))
        insert(con, "raw_suspension", case_no="c1", kind="extension", started_at=day("2018-10-12 09:00"), extension_workdays=10)
        build(con, home)
    command = [sys.executable, "-c", "from etl.cli import main; main()", "--home", str(home.root), "explain", "c1", "--json"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    answer = json.loads(done.stdout)
    assert (answer["case_no"], answer["promised"]["due_on"], answer["statutory"]["due_on"]) == ("c1", "2018-10-12", "2018-11-16")
    assert "2018-10-09 星期二至 2018-10-10 星期三 特别程序（听证）暂停计时，不计" in [step["zh"] for step in answer["promised"]["steps"]]
