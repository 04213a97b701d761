"""Reads what scores are made from out of a snapshot or the built warehouse: posts, leave, events, indicators by window and month."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from etl.assess.inputs import Event, Inputs, Leave, Metric, Overlay, Post, first_day, next_month
from etl.config import HallError
from etl.indicators import Query, definition, evaluate

POSTS = """
select staff_no, staff_name, department, window_name, post, from_on, to_on from fact_staff_post
where from_on < $end and (to_on is null or to_on > $first)
order by staff_no, from_on, post, window_name
"""
LEAVES = """
select staff_no, from_on, to_on, leave_kind, half_days from fact_leave
where from_on < $end and to_on > $first
order by staff_no, from_on, leave_no
"""
EVENTS = """
select event_id, day, kind, quantity, workdays_late, staff_no, window_name, department, case_no, evidence_type, evidence_no,
    evidence_version, is_automatic
from fact_assess_event
where day >= $first and day < $end
order by day, event_id
"""
WORKDAYS = "select day from ref_workday where day >= $first and day < $end"
PERIOD = "select min(month), max(month) from fact_assess_event"
# A leave that began before the first month is split by the working days of all of it.
MARGIN = timedelta(days=366)


def load(con: duckdb.DuckDBPyConnection, months: Sequence[str], indicators: Iterable[str] = (), overlay: Overlay | None = None) -> Inputs:
    """All that scores of these months (in order, without a gap) are made from, with the indicators that their schemes name.

    Two grouped queries an indicator, whatever the number of windows. Raises HallError where nothing of it is built.
    """
    first, end = first_day(months[0]), first_day(next_month(months[-1]))
    given = {"first": first, "end": end}
    return Inputs(
        posts=tuple(Post(*row) for row in _rows(con, POSTS, given)),
        leaves=tuple(Leave(*row) for row in _rows(con, LEAVES, given)),
        events=tuple(Event(*row) for row in _rows(con, EVENTS, given)),
        metrics=tuple(metric for name in dict.fromkeys(indicators) for metric in _metrics(con, name, first, end - timedelta(days=1))),
        workdays=frozenset(day for (day,) in _rows(con, WORKDAYS, {"first": first - MARGIN, "end": end + MARGIN})),
        overlay=overlay or Overlay(),
    )


def months_from(first: str, last: str) -> tuple[str, ...]:
    """Every month from the first to the last."""
    months = [first]
    while months[-1] < last:
        months.append(next_month(months[-1]))
    return tuple(months)


def period_of(con: duckdb.DuckDBPyConnection) -> tuple[str, str] | None:
    """The first and last month that have an event; None where there is none."""
    [(first, last)] = _rows(con, PERIOD, {})
    return None if first is None else (first, last)


def _rows(con: duckdb.DuckDBPyConnection, sql: str, given: dict[str, date]) -> list[tuple[Any, ...]]:
    """The rows, each text once: windows, departments and kinds come thousands of times."""
    try:
        rows = con.execute(sql, given).fetchall()
        return [tuple(sys.intern(cell) if type(cell) is str else cell for cell in row) for row in rows]
    except duckdb.CatalogException:
        raise HallError(
            "尚无考核数据：请重新运行 hall build 与 hall publish", "no assessment data yet: run hall build and hall publish again"
        ) from None


def _metrics(con: duckdb.DuckDBPyConnection, name: str, first: date, last: date) -> list[Metric]:
    found = []
    for owner in ("window", "department"):
        if owner not in definition(name).dimensions:
            continue
        for row in evaluate(con, name, Query(first, last, (owner, "month"))).rows:
            named, month = sys.intern(str(row.by[owner])), sys.intern(str(row.by["month"]))
            if named:
                window, department = (named, None) if owner == "window" else (None, named)
                found.append(Metric(name, window, department, month, _decimal(row.numerator), _optional(row.denominator), row.n))
    return found


def _decimal(value: int | float | None) -> Decimal:
    return Decimal(str(value or 0))


def _optional(value: int | float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
