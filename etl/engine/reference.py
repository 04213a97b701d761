"""What the models need beside the records: empty tables for record types not loaded yet, the calendar, the rules, `meta`."""

import hashlib
from datetime import date, datetime

import duckdb

from etl.answerrules import write_answer_rules
from etl.calendar import Calendar, write_calendar
from etl.config import HallError, Home, Settings
from etl.ingest.warehouse import ensure_tables
from etl.officehours import write_office_hours
from etl.queueing.hours import write_service_hours
from etl.returnreasons import write_return_reasons
from etl.supervision.rules import write_supervision
from etl.timerules import write_rules

# `synced_at` is no event, but up to then the source system knew the case: one still open there was open on that day.
CASE_EVENTS = ("applied_at", "received_at", "supplement_notice_at", "accepted_at", "closed_at", "synced_at")
OTHER_EVENTS = (
    ("raw_application", "submitted_at"),
    ("raw_one_window", "received_at"),
    ("raw_certificate", "stored_on"),
    ("raw_evaluation", "evaluated_at"),
    ("raw_complaint", "received_at"),
    ("raw_request", "received_at"),
    ("raw_request", "answered_at"),
    ("raw_disclosure", "published_on"),
    ("raw_ticket", "taken_at"),
    ("raw_attendance", "from_on"),
    ("raw_patrol", "patrolled_on"),
    ("raw_dossier", "reviewed_on"),
    ("raw_merit", "happened_on"),
)


def _latest(con: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...], today: date) -> date | None:
    """Latest day, not after today, that any of the columns names. A date in the future is a slip of the keyboard, not a cut-off."""
    parts = ", ".join(f"max(case when cast({column} as date) <= $today then cast({column} as date) end)" for column in columns)
    found = con.execute(f"select {parts} from {table}", {"today": today}).fetchone()
    days = [day for day in found or () if day is not None]
    return max(days, default=None)


def cut_off(con: duckdb.DuckDBPyConnection, asked: date | None, today: date) -> date:
    """The data cut-off: `asked`, else the latest event of the loaded cases (of the other records when there are no cases), else today.

    Raises HallError for a cut-off after today: nothing is known of tomorrow.
    """
    if asked is not None:
        if asked > today:
            raise HallError(f"数据截止日 {asked} 晚于今天 {today}", f"the data cut-off {asked} is after today, {today}")
        return asked
    latest = _latest(con, "raw_case", CASE_EVENTS, today)
    if latest is None:
        latest = max((day for table, column in OTHER_EVENTS if (day := _latest(con, table, (column,), today))), default=None)
    return latest or today


def prepare(con: duckdb.DuckDBPyConnection, home: Home, settings: Settings, as_of: date | None, now: datetime) -> date:
    """Writes raw tables that are missing, `ref_*` and `meta`; returns the data cut-off."""
    ensure_tables(con)
    calendar = Calendar.load(home.overlay("calendars"))
    write_calendar(con, calendar)
    write_rules(con, home.overlay("rules"))
    hours_version = write_office_hours(con, home.overlay("rules"), calendar)
    write_return_reasons(con, home.overlay("rules"))
    service_hours = write_service_hours(con, home.overlay("service-hours"), calendar)
    write_answer_rules(con, home.overlay("rules"))
    supervision = write_supervision(con, home.overlay("rules"))
    day = cut_off(con, as_of or settings.as_of, now.date())
    write_meta(
        con,
        {
            "as_of": day.isoformat(),
            "built_at": now.isoformat(timespec="seconds"),
            "calendar_version": calendar.version,
            "rules_version": _rules_version(con),
            "office_hours_version": hours_version,
            "service_hours_version": service_hours,
            "supervision_version": supervision,
            "due_soon_workdays": str(settings.due_soon_workdays),
            "precheck_workdays": str(settings.precheck_workdays),
            "one_window_from": settings.one_window_from.isoformat(),
            "hall_name": settings.hall_name,
        },
    )
    return day


def _rules_version(con: duckdb.DuckDBPyConnection) -> str:
    """Short hash of the rules in force, whatever files they came from."""
    rules = con.execute("select * from ref_time_rule order by all").fetchall()
    kinds = con.execute("select * from ref_suspension_rule order by all").fetchall()
    answers = con.execute("select * from ref_answer_rule order by all").fetchall()
    return hashlib.sha256(repr((rules, kinds, answers)).encode()).hexdigest()[:12]


def write_meta(con: duckdb.DuckDBPyConnection, entries: dict[str, str]) -> None:
    """Replaces the keys of `entries` in `meta`, and leaves the others."""
    con.execute("create table if not exists meta (key varchar, value varchar)")
    con.executemany("delete from meta where key = ?", [[key] for key in entries])
    con.executemany("insert into meta values (?, ?)", [[key, value] for key, value in entries.items()])
