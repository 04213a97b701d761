"""The only door to the published snapshot: a scope and parameters in, a DataFrame out. Pages never see a connection.

Every number comes from `etl.indicators.evaluate`, as `hall indicator` prints it; the lists are rows of `fact_case` and
`fact_suspension`. Answers are kept by snapshot, so a newly published one is picked up at the next run of a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dashboard.period import Period
from etl.answering import Answer, Record, explain_answer, records_named
from etl.calendar import Calendar, read_calendar
from etl.config import HallError, Home, Settings, settings_from
from etl.demo import MARK
from etl.indicators import Indicator, Query, definition, evaluate
from etl.indicators.dimensions import MARTS, SCOPE_PLACES
from etl.publish import current, open_snapshot
from etl.reconcile import Compared, figures, reconcile
from etl.timelimit import Due, explain

Dimension = Literal["scope", "department", "window", "channel"]
DIMENSIONS: dict[Dimension, str] = {"scope": "place", "department": "department", "window": "window_name", "channel": "channel"}
Conditions = tuple[tuple[str, str], ...]
LIST_LIMIT = 5000
CASE_COLUMNS = (
    "case_no, item_name, department, window_name, channel, case_type, received_on, started_on, promised_limit, promised_unit, "
    "promised_due_on, statutory_due_on, is_provisional, promise_state, statute_state, days_left"
)


@dataclass(frozen=True)
class Scope:
    """What part of the hall is looked at; None is all of it. `scope` is one of the item list's: district, centre, township."""

    scope: str | None = None
    department: str | None = None
    window: str | None = None
    channel: str | None = None

    def chosen(self) -> dict[Dimension, str]:
        """Only the dimensions that narrow the view."""
        values: dict[Dimension, str | None] = {
            "scope": self.scope,
            "department": self.department,
            "window": self.window,
            "channel": self.channel,
        }
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True)
class Measure:
    """One indicator over a whole period: what it is made of, and on how many it rests."""

    name: str
    value: float | None
    numerator: float | None
    denominator: float | None
    n: int | None


@dataclass(frozen=True)
class Quarantined:
    """Refused records that wait for correction. A record may have several faults."""

    records: int
    faults: int


class Store:
    """One published snapshot, opened for reading."""

    def __init__(self, home: Home, path: Path) -> None:
        self.home = home
        self.path = path
        self.snapshot_id = path.stem
        self._connection = open_snapshot(path)

    def _rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """One cursor a call: page runs of several visitors go on at the same time."""
        with self._connection.cursor() as cursor:
            return cursor.execute(sql, dict(parameters or {})).df()

    @cached_property
    def settings(self) -> Settings:
        return settings_from(self.home)

    @cached_property
    def meta(self) -> dict[str, str]:
        """Key and value of the snapshot's `meta`: data cut-off, calendar and rule versions."""
        frame = self._rows("select key, value from meta")
        return dict(zip(frame["key"], frame["value"], strict=True))

    @cached_property
    def as_of(self) -> date:
        """The data cut-off."""
        return date.fromisoformat(self.meta["as_of"][:10])

    @cached_property
    def first_day(self) -> date:
        """The first day on which anything was received or closed; the cut-off when there is nothing."""
        found = self._rows("select min(day) as day from mart_case_day where day <= $as_of", {"as_of": self.as_of})["day"].iloc[0]
        return self.as_of if pd.isna(found) else pd.Timestamp(found).date()

    @cached_property
    def is_empty(self) -> bool:
        return bool(self._rows("select count(*) as n from fact_case")["n"].iloc[0] == 0)

    def query(self, sql: str, scope: Scope | None = None, prefix: str = "", /, **parameters: Any) -> pd.DataFrame:
        """Rows of the snapshot for one room's page, kept by snapshot id. The SQL is the room's own text in `dashboard/queries/`.

        `{scope}` in it stands for the condition of the scope on the columns `place, department, window_name, channel` (each written
        with `prefix`, such as "c."); it is there exactly when a scope is given. Values go in as parameters (`$name`), never as text.
        """
        if ("{scope}" in sql) != (scope is not None):
            raise ValueError("a query has the mark {scope} exactly when it is given a scope")
        narrowed: dict[str, str] = {}
        if scope is not None:
            condition, narrowed = _condition(scope.chosen(), prefix)
            sql = sql.replace("{scope}", condition)
        return _cached_rows(self, self.snapshot_id, sql, (*parameters.items(), *narrowed.items()))

    def choices(self, dimension: Dimension, scope: Scope | None = None) -> list[str]:
        """Values of a dimension that occur in the data, most cases first, within the other dimensions of the scope."""
        if dimension == "scope":
            return list(SCOPE_PLACES)
        condition, parameters = _condition({name: value for name, value in (scope or Scope()).chosen().items() if name != dimension})
        column = DIMENSIONS[dimension]
        frame = _cached_rows(
            self,
            self.snapshot_id,
            f"select {column} as choice from fact_case where {column} <> '' and {condition} "
            f"group by {column} order by count(*) desc, {column}",
            tuple(parameters.items()),
        )
        return [str(value) for value in frame["choice"]]

    def measure(self, name: str, period: Period, scope: Scope, where: Conditions = ()) -> Measure:
        """The indicator over the whole period. Raises HallError when it has no such dimension."""
        frame = self.series(name, period, scope, (), where)
        if frame.empty:
            return Measure(name, None, None, None, None)
        row = frame.iloc[0]
        numerator, denominator, value, n = (
            None if pd.isna(row[key]) else float(row[key]) for key in ("numerator", "denominator", "value", "n")
        )
        return Measure(name, value, numerator, denominator, None if n is None else int(n))

    def series(self, name: str, period: Period, scope: Scope, by: tuple[str, ...], where: Conditions = ()) -> pd.DataFrame:
        """The indicator by dimensions: their columns, then numerator, denominator, value and n.

        `where` are conditions of the page's own beside the scope, such as the scope of the item list.
        """
        conditions = (*scope.chosen().items(), *where)
        return _cached_series(self, self.snapshot_id, name, period.first, min(period.last, self.as_of), by, conditions)

    def whole(self, name: str, first: date, last: date, where: Mapping[str, str]) -> pd.DataFrame:
        """The indicator over all these days under these conditions, as `hall indicator` prints it: one row of numbers."""
        return _cached_series(self, self.snapshot_id, name, first, last, (), tuple(where.items()))

    def unsupported(self, name: str, scope: Scope) -> list[str]:
        """Dimensions of the scope by which this indicator cannot be narrowed."""
        return self.unsupported_by(name, scope, ())

    def unsupported_by(self, name: str, scope: Scope, by: tuple[str, ...]) -> list[str]:
        """What of the scope and the breakdown no mart of this indicator holds; all of it when only the combination is missing."""
        of_item = "scope" in indicator(name).dimensions
        wanted = ["place" if one == "scope" and not of_item else one for one in (*scope.chosen(), *by)]
        if any(set(wanted) <= set(MARTS[mart]) for mart in indicator(name).marts):
            return []
        missing = [one for one in wanted if one not in indicator(name).dimensions] or wanted
        return ["scope" if one == "place" and scope.scope else one for one in missing]

    def open_cases(self, state: Literal["overdue", "due_soon", "paused"], scope: Scope) -> pd.DataFrame:
        """Open cases in this state at the data cut-off, the most pressing first."""
        condition, parameters = _condition(scope.chosen())
        return _cached_rows(
            self,
            self.snapshot_id,
            f"select {CASE_COLUMNS} from fact_case where is_open and promise_state = $state and {condition} "
            "order by days_left nulls last, promised_due_on nulls last, case_no limit $most",
            (("state", state), ("most", LIST_LIMIT), *parameters.items()),
        )

    def count_open(self, state: str, scope: Scope) -> int:
        """How many open cases are in this state at the cut-off."""
        condition, parameters = _condition(scope.chosen())
        sql = f"select count(*) as n from fact_case where is_open and promise_state = $state and {condition}"
        return int(_cached_rows(self, self.snapshot_id, sql, (("state", state), *parameters.items()))["n"].iloc[0])

    def late_cases(self, period: Period, scope: Scope) -> pd.DataFrame:
        """Cases closed late in the period, the latest by far first."""
        condition, parameters = _condition(scope.chosen())
        return _cached_rows(
            self,
            self.snapshot_id,
            f"select {CASE_COLUMNS}, closed_on, used_workdays from fact_case "
            f"where is_closed and promise_state = 'late' and closed_on between $first and $last and {condition} "
            "order by closed_on - promised_due_on desc nulls last, case_no limit $most",
            (("first", period.first), ("last", period.last), ("most", LIST_LIMIT), *parameters.items()),
        )

    def suspensions(self, period: Period, scope: Scope) -> pd.DataFrame:
        """Stops of the clock and extensions that meet the period, with their working days and legal basis."""
        condition, parameters = _condition(scope.chosen(), "c.")
        return _cached_rows(
            self,
            self.snapshot_id,
            "select s.case_no, s.kind, s.started_on, s.ended_on, s.is_open, s.is_pause, s.extension_workdays, s.legal_basis, "
            "c.item_name, c.department, c.window_name, d.ordinal - a.ordinal + case when a.is_workday then 1 else 0 end as workdays "
            "from fact_suspension s inner join fact_case c on c.case_no = s.case_no "
            "left join ref_calendar a on a.day = s.started_on left join ref_calendar d on d.day = s.effective_end_on "
            f"where s.started_on <= $last and s.effective_end_on >= $first and {condition} "
            "order by workdays desc nulls last, s.started_on, s.case_no limit $most",
            (("first", period.first), ("last", period.last), ("most", LIST_LIMIT), *parameters.items()),
        )

    def case(self, case_no: str) -> dict[str, Any] | None:
        """One case as stored, None when the snapshot has no such number."""
        frame = self._rows("select * from fact_case where case_no = $case_no", {"case_no": case_no})
        if frame.empty:
            return None
        return {str(key): None if pd.isna(value) else value for key, value in frame.iloc[0].items()}

    def case_suspensions(self, case_no: str) -> pd.DataFrame:
        """Stops of this case's clock, in order."""
        return self._rows(
            "select kind, started_on, ended_on, is_open, is_pause, extension_workdays, legal_basis from fact_suspension "
            "where case_no = $case_no order by started_on, kind",
            {"case_no": case_no},
        )

    def due(self, case_no: str) -> dict[str, Due]:
        """Both due dates with the steps that lead to them. Raises HallError when the case has none to explain."""
        with self._connection.cursor() as cursor:
            return dict(explain(cursor, case_no, self._calendar))

    def answer_records(self, answer_no: str) -> list[Record]:
        """Which of request, complaint and bad evaluation have this number."""
        with self._connection.cursor() as cursor:
            return records_named(cursor, answer_no)

    def answer(self, record: Record, answer_no: str) -> Answer:
        """A request, complaint or bad evaluation with its due date explained. Raises HallError when there is none."""
        with self._connection.cursor() as cursor:
            return explain_answer(cursor, record, answer_no, self._calendar)

    @cached_property
    def _calendar(self) -> Calendar:
        with self._connection.cursor() as cursor:
            return read_calendar(cursor)

    @cached_property
    def is_synthetic(self) -> bool:
        """Whether any of the data was made up by `hall demo`, whose file names say so."""
        found = self._rows("select count(*) as files from batch where starts_with(file, $mark)", {"mark": MARK})
        return bool(found["files"].iloc[0])

    def quarantined(self) -> Quarantined:
        """Records still in quarantine, and the faults found in them."""
        found = self._rows("select coalesce(sum(records), 0) as records, coalesce(sum(faults), 0) as faults from quarantine_open").iloc[0]
        return Quarantined(int(found["records"]), int(found["faults"]))

    def loads(self, name: str, by: tuple[str, ...] = ()) -> pd.DataFrame:
        """An indicator of the ledger over all loads: they were made at their own time, mostly after the days their records tell of."""
        first, last = self.loaded_span
        return _cached_series(self, self.snapshot_id, name, first, last, by, ())

    @cached_property
    def loaded_span(self) -> tuple[date, date]:
        """The first and the last day on which anything was loaded; the cut-off twice when nothing was."""
        found = self._rows("select min(loaded_at) as first, max(loaded_at) as last from batch").iloc[0]
        if pd.isna(found["first"]):
            return self.as_of, self.as_of
        return pd.Timestamp(found["first"]).date(), pd.Timestamp(found["last"]).date()

    def reconciled(self) -> list[Compared]:
        """The published figures beside those of this snapshot, as `hall reconcile` gives them."""
        with self._connection.cursor() as cursor:
            return reconcile(cursor, figures())


def _condition(chosen: Mapping[Dimension, str], prefix: str = "") -> tuple[str, dict[str, str]]:
    """The scope as SQL: columns from our own list, values as parameters."""
    parts = [f"{prefix}{DIMENSIONS[name]} = ${name}" for name in chosen if name != "scope"]
    parameters = {str(name): value for name, value in chosen.items() if name != "scope"}
    if "scope" in chosen:
        places = SCOPE_PLACES[chosen["scope"]]
        parts.append(f"{prefix}{DIMENSIONS['scope']} in ({', '.join(f'$place_{number}' for number in range(len(places)))})")
        parameters |= {f"place_{number}": place for number, place in enumerate(places)}
    return " and ".join(parts) or "true", parameters


def indicator(name: str) -> Indicator:
    """The definition that a card and its explanation are drawn from."""
    return definition(name)


@st.cache_data(max_entries=4000, show_spinner=False)
def _cached_series(
    _store: Store, snapshot_id: str, name: str, first: date, last: date, by: tuple[str, ...], where: tuple[tuple[str, str], ...]
) -> pd.DataFrame:
    with _store._connection.cursor() as cursor:
        result = evaluate(cursor, name, Query(first, last, by=by, where=dict(where)))
    columns = [*by, "numerator", "denominator", "value", "n"]
    return pd.DataFrame(
        [[*(row.by[key] for key in by), row.numerator, row.denominator, row.value, row.n] for row in result.rows], columns=columns
    )


@st.cache_data(max_entries=500, show_spinner=False)
def _cached_rows(_store: Store, snapshot_id: str, sql: str, parameters: tuple[tuple[str, Any], ...]) -> pd.DataFrame:
    return _store._rows(sql, dict(parameters))


@st.cache_resource(max_entries=4, show_spinner=False)
def _opened(root: str, path: str) -> Store:
    return Store(Home(Path(root)), Path(path))


def open_current(home: Home) -> Store:
    """The snapshot that is current now. Raises HallError when none is published."""
    path = current(home)
    if path is None:
        raise HallError(
            "还没有发布数据：请先运行 hall load、hall build、hall publish（或 hall demo）",
            "nothing is published yet: run hall load, hall build and hall publish (or hall demo)",
        )
    return _opened(str(home.root), str(path.resolve()))
