"""The assessment of a hall, put together: facts of a snapshot, what the office added, the schemes, the published months."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import duckdb

from etl.assess.documents import from_document
from etl.assess.engine import Assessment
from etl.assess.inputs import Event, Inputs, Leave, Metric, Overlay, Post, first_day, month_of, next_month
from etl.assess.reading import Schemes, load_schemes
from etl.assess.results import Frozen
from etl.assess.scheme import Scheme
from etl.config import Home
from etl.indicators import Query, definitions, evaluate
from etl.office.database import Office
from etl.office.freezing import frozen, frozen_months
from etl.office.overlay import overlay

PLACES: tuple[str, ...] = ("window", "department")


def assessment(con: duckdb.DuckDBPyConnection, home: Home, office: Office) -> Assessment:
    """What is assessed of this snapshot now. Published months are as they were published."""
    schemes = load_schemes(home.overlay("rules"))
    published = {month: made for month in frozen_months(office) if (made := published_month(office, month)) is not None}
    return Assessment(inputs(con, schemes.schemes, overlay(office)), schemes, published)


def simulation(con: duckdb.DuckDBPyConnection, office: Office, tried: Scheme) -> Assessment:
    """What would have been, had this scheme held in every month: all months are computed anew, published ones too."""
    return Assessment(inputs(con, (tried,), overlay(office)), Schemes(tried=tried))


def published_month(office: Office, month: str) -> Frozen | None:
    """A published month; None while it is open."""
    found = frozen(office, month)
    return None if found is None else from_document(Frozen, found.document)


def inputs(con: duckdb.DuckDBPyConnection, schemes: Sequence[Scheme], added: Overlay) -> Inputs:
    """All that scores are made from, up to the end of the month of the data cut-off: nobody is at a post in months to come."""
    if not _has_facts(con):
        return Inputs(overlay=added)
    end = first_day(next_month(month_of(_cut_off(con))))
    return Inputs(
        posts=tuple(
            Post(staff_no, name, department, window, post, from_on, end if to_on is None else min(to_on, end))
            for staff_no, name, department, window, post, from_on, to_on in con.execute(
                "select staff_no, staff_name, department, window_name, post, from_on, to_on from fact_staff_post "
                "where from_on < ? order by staff_no, from_on, window_name",
                [end],
            ).fetchall()
        ),
        leaves=tuple(
            Leave(staff_no, from_on, to_on, kind, Decimal(half_days))
            for staff_no, from_on, to_on, kind, half_days in con.execute(
                "select staff_no, from_on, to_on, leave_kind, half_days from fact_leave order by staff_no, from_on"
            ).fetchall()
        ),
        events=tuple(
            Event(row[0], row[1], row[2], Decimal(row[3]), *row[4:])
            for row in con.execute(
                "select event_id, day, kind, quantity, workdays_late, staff_no, window_name, department, case_no, "
                "evidence_type, evidence_no, evidence_version, is_automatic from fact_assess_event where day < ? order by event_id",
                [end],
            ).fetchall()
        ),
        metrics=tuple(_metrics(con, {name for scheme in schemes for name in scheme.indicators}, end)),
        workdays=frozenset(
            row[0]
            for row in con.execute(
                "select day from ref_calendar where is_workday and day < ? and day >= (select min(from_on) from fact_staff_post)", [end]
            ).fetchall()
        ),
        overlay=added,
    )


def _has_facts(con: duckdb.DuckDBPyConnection) -> bool:
    """A snapshot of an earlier version of the program has no facts of assessment."""
    found = con.execute("select 1 from information_schema.tables where table_name = 'fact_assess_event'").fetchone()
    return found is not None


def _cut_off(con: duckdb.DuckDBPyConnection) -> date:
    row = con.execute("select value from meta where key = 'as_of'").fetchone()
    return date.fromisoformat(str(row[0])[:10]) if row else date.max


def _metrics(con: duckdb.DuckDBPyConnection, names: Iterable[str], end: date) -> Iterable[Metric]:
    """The schemes' indicators by month, of each window and of each department."""
    row = con.execute("select min(day) from mart_case_day").fetchone()
    if row is None or row[0] is None:
        return
    asked = (row[0], end - timedelta(days=1))
    for name in sorted(names):
        for place in PLACES:
            if place not in definitions()[name].dimensions:
                continue
            for one in evaluate(con, name, Query(*asked, by=("month", place))).rows:
                owner = str(one.by[place] or "")
                if not owner or one.numerator is None:
                    continue
                yield Metric(
                    name,
                    owner if place == "window" else None,
                    owner if place == "department" else None,
                    str(one.by["month"]),
                    Decimal(str(one.numerator)),
                    None if one.denominator is None else Decimal(str(one.denominator)),
                    one.n,
                )
