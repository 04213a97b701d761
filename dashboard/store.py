"""The only door to the published snapshot: a scope and parameters in, a DataFrame out. Pages never see a connection.

Every number comes from `etl.indicators.evaluate`, as `hall indicator` prints it; the lists are rows of `fact_case` and
`fact_suspension`. Answers are kept with the snapshot (`dashboard/kept.py`), so a newly published one is picked up at the next run of
a page.

A store is opened for one person. Whatever is asked through it is answered from connections on which every table is cut
down to what that person may see (`dashboard/access/narrowing.py`), and is kept under their reach, so that no answer passes
from one person to another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dashboard.kept import named, texts_once
from dashboard.language import Code
from dashboard.period import Period
from dashboard.scope import DIMENSIONS as DIMENSIONS
from dashboard.scope import Conditions as Conditions
from dashboard.scope import Dimension as Dimension
from dashboard.scope import Scope as Scope
from dashboard.scope import condition_of
from dashboard.snapshot import Division, Quarantined, Snapshot, names_apart
from etl.access.principal import LOCAL, Principal
from etl.access.rules import NotAllowedError, access_rules, reach, reach_in
from etl.answering import Answer, Record, explain_answer, records_named
from etl.calendar import Calendar
from etl.config import HallError, Home, Settings
from etl.indicators import Indicator, Query, definition, evaluate
from etl.indicators.dimensions import MARTS, SCOPE_PLACES, Value
from etl.indicators.evaluate import Row
from etl.reconcile import Compared, figures, reconcile
from etl.soundness import Damage, shown
from etl.timelimit import Due, explain

# A page has many small frames, whose texts are looked at one by one: Arrow's cost a call each, Python's own none.
pd.set_option("mode.string_storage", "python")

LIST_LIMIT = 5000
COUNTY_ONLY = (
    "这里汇集了多个区县；公布数的核对属于各区县，请在该县自己的看板中查看",
    "several counties are put together here; what was published is compared in each county's own dashboard",
)
CASE_COLUMNS = (
    "case_no, item_name, department, window_name, channel, case_type, received_on, started_on, promised_limit, promised_unit, "
    "promised_due_on, statutory_due_on, is_provisional, promise_state, statute_state, days_left"
)


@dataclass(frozen=True)
class Measure:
    """One indicator over a whole period: what it is made of, and on how many it rests."""

    name: str
    value: float | None
    numerator: float | None
    denominator: float | None
    n: int | None


class Store:
    """One published snapshot as one person may read it."""

    def __init__(
        self,
        snapshot: Snapshot,
        principal: Principal = LOCAL,
        damage: Damage | None = None,
        division: str | None = None,
        language: Code = "zh",
    ) -> None:
        """`division` is what of the snapshot is looked at, a county, city or province. Raises NotAllowedError where it is not theirs."""
        self.snapshot = snapshot
        # In which counties are named where their windows stand beside each other.
        self.language = language
        # What is wrong with the current version, where an earlier one is shown in its place.
        self.damage = damage
        self.principal = principal
        self.home = snapshot.home
        self.snapshot_id = snapshot.id
        codes = tuple(one.code for one in snapshot.divisions)
        self.reach = reach_in(principal, codes, snapshot.is_gathered, snapshot.are_cases_left, division)

    def within(self, division: str | None, language: Code = "zh") -> "Store":
        """The same person's store of a county, a city or a province. Whatever is asked through it is answered from its rows alone.

        Raises NotAllowedError where it is not theirs.
        """
        return Store(self.snapshot, self.principal, self.damage, division, language)

    def _rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        return self.snapshot.narrowed(self.reach).rows(sql, parameters or {})

    @property
    def settings(self) -> Settings:
        return self.snapshot.settings

    @property
    def meta(self) -> dict[str, str]:
        """Key and value of the snapshot's `meta`: data cut-off, calendar and rule versions."""
        return self.snapshot.meta

    @property
    def as_of(self) -> date:
        """The data cut-off."""
        return self.snapshot.as_of

    @property
    def calendar(self) -> Calendar:
        """The working days that the snapshot was computed with."""
        return self.snapshot.calendar

    def has_table(self, name: str) -> bool:
        """Whether the snapshot has this table: one made by an earlier version of the program may not."""
        sql = "select 1 from information_schema.tables where table_name = $name"
        return not self.snapshot.rows(sql, {"name": name}).empty

    @property
    def first_day(self) -> date:
        """The first day on which anything was received or closed; the cut-off when there is nothing."""
        return self.snapshot.first_day

    @property
    def is_empty(self) -> bool:
        return self.snapshot.is_empty

    @property
    def divisions(self) -> tuple[Division, ...]:
        """Counties of the snapshot that are this person's, whatever of them is looked at."""
        own = reach(self.principal).division or ""
        return tuple(one for one in self.snapshot.divisions if one.code.startswith(own))

    @property
    def looked_at(self) -> tuple[Division, ...]:
        """Counties whose figures this store gives."""
        return tuple(one for one in self.divisions if one.code.startswith(self.reach.division or ""))

    @property
    def is_gathered(self) -> bool:
        """Whether the snapshot puts counties together, whose records and assessment stay their own."""
        return self.snapshot.is_gathered

    @property
    def is_synthetic(self) -> bool:
        """Whether any of the data was made up by `hall demo`, whose file names say so."""
        return self.snapshot.is_synthetic

    @property
    def sees_cases(self) -> bool:
        """Whether this person may see rows of single cases here, be it of their window only."""
        return self.may_see_cases and self.reach.has_rows

    @property
    def may_see_cases(self) -> bool:
        """Whether the role has rows of single cases at all, where one county is looked at that has them."""
        return self.reach.records in ("hall", "window")

    def bounds(self) -> dict[Dimension, str]:
        """The window or department that this person is bound to; nothing where the whole hall is theirs."""
        if self.reach.counts == "none":
            raise NotAllowedError("统计数据", "figures")
        return self.bound_by

    @property
    def bound_by(self) -> dict[Dimension, str]:
        """What this person is bound to, whether or not any figure is theirs."""
        bound: dict[Dimension, str | None] = {"window": self.reach.window, "department": self.reach.department}
        return {name: value for name, value in bound.items() if value is not None}

    def shown(self, scope: Scope) -> Scope:
        """The scope as a page names it: with the window that this person is bound to."""
        return replace(scope, **{str(name): value for name, value in self.bound_by.items()})

    def _within(self, scope: Scope) -> Scope:
        """The scope together with what the person is bound to. Raises NotAllowedError when it lies outside."""
        for name, value in self.bounds().items():
            asked = scope.chosen().get(name)
            if asked is not None and asked != value:
                raise NotAllowedError("其他窗口的数据", "another window's data")
            scope = replace(scope, **{name: value})
        return scope

    def query(self, sql: str, scope: Scope | None = None, prefix: str = "", /, **parameters: Any) -> pd.DataFrame:
        """Rows of the snapshot for one room's page, kept by snapshot id. The SQL is the room's own text in `dashboard/queries/`.

        `{scope}` in it stands for the condition of the scope on the columns `place, department, window_name, channel` (each written
        with `prefix`, such as "c."); it is there exactly when a scope is given. Values go in as parameters (`$name`), never as text.
        Whether or not it has the mark, it is answered from this person's rows only; a table that is not theirs raises NotAllowedError.
        """
        if ("{scope}" in sql) != (scope is not None):
            raise ValueError("a query has the mark {scope} exactly when it is given a scope")
        narrowed: dict[str, str] = {}
        if scope is not None:
            condition, narrowed = condition_of(scope.chosen(), prefix)
            sql = sql.replace("{scope}", condition)
        return self._kept(sql, {**parameters, **narrowed})

    def _kept(self, sql: str, parameters: Mapping[str, Any]) -> pd.DataFrame:
        """Rows as this person may see them, kept under their reach: what one was answered is never another's answer."""
        question = ("rows", self.reach.key, sql, named(parameters))
        # A copy of its own: of each that shares its columns pandas would note with the kept one that it was made, and go on noting.
        return self.snapshot.lists.get(question, lambda: texts_once(self._rows(sql, parameters))).copy()

    def _counted(self, sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Counts and names of this module's own, whose parameters carry the person's bounds."""
        question = ("counts", self.reach.key, sql, named(parameters))
        return list(self.snapshot.lists.get(question, lambda: self.snapshot.tuples(sql, parameters)))

    def choices(self, dimension: Dimension, scope: Scope | None = None) -> list[str]:
        """Values of a dimension that occur in the data, most cases first, within the other dimensions of the scope."""
        if dimension == "scope":
            return list(SCOPE_PLACES)
        if self.reach.counts == "none" or (dimension == "window" and self.reach.is_several):
            # Windows of several counties that are called alike are not one window.
            return []
        others = {name: value for name, value in (scope or Scope()).chosen().items() if name != dimension}
        # The names alone are counts, not cases: whoever has the figures of a window may choose among what they are divided by.
        condition, parameters = self._bounded({**others, **self.bound_by})
        column = DIMENSIONS[dimension]
        sql = (
            f"select {column} as choice from mart_case_day where {column} <> '' and {condition} "
            f"group by {column} having sum(received) > 0 order by sum(received) desc, {column}"
        )
        return [str(choice) for (choice,) in self._counted(sql, parameters)]

    def only_value(self, dimension: Dimension) -> str | None:
        """The value of a dimension that all cases of what this person is bound to have; None where they differ or there are none."""
        condition, parameters = self._bounded(self.bounds())
        column = DIMENSIONS[dimension]
        sql = f"select min({column}) as low, max({column}) as high from mart_case_day where received > 0 and {condition}"
        low, high = self._counted(sql, parameters)[0]
        return str(low) if low is not None and low == high else None

    def _bounded(self, chosen: Mapping[Dimension, str]) -> tuple[str, dict[str, str]]:
        """The condition of this module's own questions about the whole: the scope, and the division looked at."""
        condition, parameters = condition_of(chosen)
        if self.reach.division is None:
            return condition, parameters
        return f"{condition} and starts_with(division, $division)", {**parameters, "division": self.reach.division}

    def measure(self, name: str, period: Period, scope: Scope, where: Conditions = ()) -> Measure:
        """The indicator over the whole period. Raises HallError when it has no such dimension."""
        rows = self._answered(name, period.first, min(period.last, self.as_of), (), (*self._where(name, scope), *where))
        if not rows:
            return Measure(name, None, None, None, None)
        row = rows[0]
        return Measure(name, _number(row.value), _number(row.numerator), _number(row.denominator), row.n)

    def by(
        self, name: str, period: Period, scope: Scope, dimension: str, field: str = "value", where: Conditions = ()
    ) -> dict[Value, float | None]:
        """One number of the indicator by the values of one dimension, in their order; None where there is none."""
        return {key: number for (key,), number in self.cells(name, period, scope, (dimension,), field, where).items()}

    def cells(
        self, name: str, period: Period, scope: Scope, by: tuple[str, ...], field: str = "value", where: Conditions = ()
    ) -> dict[tuple[Value, ...], float | None]:
        """The same by several dimensions together, or by none: one number under the empty key."""
        rows = self._answered(name, period.first, min(period.last, self.as_of), by, (*self._where(name, scope), *where))
        return {tuple(row.by[one] for one in by): getattr(row, field) for row in rows}

    def series(self, name: str, period: Period, scope: Scope, by: tuple[str, ...], where: Conditions = ()) -> pd.DataFrame:
        """The indicator by dimensions: their columns, then numerator, denominator, value and n.

        `where` are conditions of the page's own beside the scope, such as the scope of the item list.
        """
        return self._series(name, period.first, min(period.last, self.as_of), by, (*self._where(name, scope), *where))

    def whole(self, name: str, first: date, last: date, where: Mapping[str, str]) -> pd.DataFrame:
        """The indicator over all these days under these conditions, as `hall indicator` prints it: one row of numbers."""
        return self._series(name, first, last, (), (*self._where(name, Scope()), *where.items()))

    def loads(self, name: str, by: tuple[str, ...] = ()) -> pd.DataFrame:
        """An indicator of the ledger over all loads: they were made at their own time, mostly after the days their records tell of."""
        first, last = self.snapshot.loaded_span
        return self._series(name, first, last, by, self._where(name, Scope()))

    @property
    def loaded_span(self) -> tuple[date, date]:
        """The first and the last day on which anything was loaded; the cut-off twice when nothing was."""
        return self.snapshot.loaded_span

    def _series(self, name: str, first: date, last: date, by: tuple[str, ...], where: Conditions) -> pd.DataFrame:
        """The answered rows as a frame."""
        rows = self._answered(name, first, last, by, where)
        columns = [*by, "numerator", "denominator", "value", "n"]
        cells = [[*(row.by[key] for key in by), row.numerator, row.denominator, row.value, row.n] for row in rows]
        return pd.DataFrame(cells, columns=columns)

    def _answered(self, name: str, first: date, last: date, by: tuple[str, ...], where: Conditions) -> tuple[Row, ...]:
        """The indicator's rows as this person may see them, kept under their reach like the lists."""

        # Windows of several counties that are called alike stay apart.
        asked = ("division", *by) if self.reach.is_several and "window" in by and "division" not in by else by

        def find() -> tuple[Row, ...]:
            with self.snapshot.narrowed(self.reach).cursor() as cursor:
                return evaluate(cursor, name, Query(first, last, by=asked, where=dict(where))).rows

        found = self.snapshot.figures.get((self.reach.key, name, first, last, by, where), find)
        return found if asked == by else self._with_counties(found)

    def _with_counties(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """Rows by division and window as rows by window, each window named with its county."""
        names = names_apart(self.looked_at, self.language)

        def named(row: Row) -> Row:
            county = str(row.by["division"])
            rest = {key: value for key, value in row.by.items() if key != "division"}
            return replace(row, by={**rest, "window": f"{names.get(county, county)} {row.by['window'] or '—'}"})

        return tuple(named(row) for row in rows)

    def _where(self, name: str, scope: Scope) -> Conditions:
        """The scope with this person's bounds; an indicator over a public table is the same for everybody and is not bound."""
        if self._is_public(name):
            return tuple((str(key), value) for key, value in scope.chosen().items())
        return tuple((str(key), value) for key, value in self._within(scope).chosen().items())

    @staticmethod
    def _is_public(name: str) -> bool:
        return all(access_rules().is_public(mart) for mart in indicator(name).marts)

    def unsupported(self, name: str, scope: Scope) -> list[str]:
        """Dimensions of the scope by which this indicator cannot be narrowed."""
        return self.unsupported_by(name, scope, ())

    def unsupported_by(self, name: str, scope: Scope, by: tuple[str, ...]) -> list[str]:
        """What of the scope and the breakdown no mart of this indicator holds; all of it when only the combination is missing."""
        bound = {} if self._is_public(name) else self.bounds()
        of_item = "scope" in indicator(name).dimensions
        wanted = ["place" if one == "scope" and not of_item else str(one) for one in dict.fromkeys([*scope.chosen(), *bound, *by])]
        if any(set(wanted) <= set(MARTS[mart]) for mart in indicator(name).marts):
            return []
        missing = [one for one in wanted if one not in indicator(name).dimensions] or wanted
        return ["scope" if one == "place" and scope.scope else one for one in missing]

    def open_cases(self, state: Literal["overdue", "due_soon", "paused"], scope: Scope) -> pd.DataFrame:
        """Open cases in this state at the data cut-off, the most pressing first."""
        condition, parameters = condition_of(scope.chosen())
        return self._kept(
            f"select {CASE_COLUMNS} from fact_case where is_open and promise_state = $state and {condition} "
            "order by days_left nulls last, promised_due_on nulls last, case_no limit $most",
            {"state": state, "most": LIST_LIMIT, **parameters},
        )

    def count_open(self, state: str, scope: Scope) -> int:
        """How many open cases are in this state at the cut-off."""
        condition, parameters = self._bounded(self._within(scope).chosen())
        if self.has_table("mart_open_case"):
            sql = f"select coalesce(sum(cases), 0) as n from mart_open_case where promise_state = $state and {condition}"
        else:
            # A snapshot that an earlier release made.
            sql = f"select count(*) as n from fact_case where is_open and promise_state = $state and {condition}"
        return int(self._counted(sql, {"state": state, **parameters})[0][0])

    def late_cases(self, period: Period, scope: Scope) -> pd.DataFrame:
        """Cases closed late in the period, the latest by far first."""
        condition, parameters = condition_of(scope.chosen())
        return self._kept(
            f"select {CASE_COLUMNS}, closed_on, used_workdays from fact_case "
            f"where is_closed and promise_state = 'late' and closed_on between $first and $last and {condition} "
            "order by closed_on - promised_due_on desc nulls last, case_no limit $most",
            {"first": period.first, "last": period.last, "most": LIST_LIMIT, **parameters},
        )

    def suspensions(self, period: Period, scope: Scope) -> pd.DataFrame:
        """Stops of the clock and extensions that meet the period, with their working days and legal basis."""
        condition, parameters = condition_of(scope.chosen(), "c.")
        return self._kept(
            "select s.case_no, s.kind, s.started_on, s.ended_on, s.is_open, s.is_pause, s.extension_workdays, s.legal_basis, "
            "c.item_name, c.department, c.window_name, d.ordinal - a.ordinal + case when a.is_workday then 1 else 0 end as workdays "
            "from fact_suspension s inner join fact_case c on c.case_no = s.case_no "
            "left join ref_calendar a on a.day = s.started_on left join ref_calendar d on d.day = s.effective_end_on "
            f"where s.started_on <= $last and s.effective_end_on >= $first and {condition} "
            "order by workdays desc nulls last, s.started_on, s.case_no limit $most",
            {"first": period.first, "last": period.last, "most": LIST_LIMIT, **parameters},
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
        if not self.sees_cases:
            raise self.reach.refusal()
        with self.snapshot.narrowed(self.reach).cursor() as cursor:
            return dict(explain(cursor, case_no, self.snapshot.calendar))

    def answer_records(self, answer_no: str) -> list[Record]:
        """Which of request, complaint and bad evaluation have this number; none that this person may not see."""
        if not self.sees_cases:
            return []
        with self.snapshot.narrowed(self.reach).cursor() as cursor:
            return records_named(cursor, answer_no)

    def answer(self, record: Record, answer_no: str) -> Answer:
        """A request, complaint or bad evaluation with its due date explained. Raises HallError when there is none."""
        if not self.sees_cases:
            raise self.reach.refusal()
        with self.snapshot.narrowed(self.reach).cursor() as cursor:
            return explain_answer(cursor, record, answer_no, self.snapshot.calendar)

    def reconciled(self) -> list[Compared]:
        """The published figures beside those of this snapshot, as `hall reconcile` gives them; figures of the whole hall."""
        if self.reach.counts != "hall":
            raise NotAllowedError("全厅的数据", "the whole hall's figures")
        self.require_county()

        def find() -> tuple[Compared, ...]:
            with self.snapshot.narrowed(self.reach).cursor() as cursor:
                return tuple(reconcile(cursor, figures()))

        return list(self.snapshot.figures.get((self.reach.key, "reconciled"), find))

    def quarantined(self) -> Quarantined:
        """Records still in quarantine and their faults; of no concern to whoever sees a window only."""
        return self.snapshot.quarantined(self.reach.division) if self.reach.counts == "hall" else Quarantined(0, 0)

    def require_county(self) -> None:
        """Raises HallError where counties are put together: what is asked next is one county's own."""
        if self.is_gathered:
            raise HallError(*COUNTY_ONLY)


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def indicator(name: str) -> Indicator:
    """The definition that a card and its explanation are drawn from."""
    return definition(name)


# The version shown and the one before: with an older one go its answers and what the database keeps of it.
@st.cache_resource(max_entries=2, show_spinner=False)
def _opened(root: str, path: str) -> Snapshot:
    return Snapshot(Home(Path(root)), Path(path))


def open_current(home: Home, principal: Principal = LOCAL) -> Store:
    """The snapshot that is current now, for this person; the last good one where that is damaged. Raises HallError when there is none.

    Without a person it is opened as the command line would: only tests and tools do that, never a page.
    """
    found = shown(home)
    if found is None:
        raise HallError(
            "还没有发布数据：请先运行 hall load、hall build、hall publish（或 hall demo）",
            "nothing is published yet: run hall load, hall build and hall publish (or hall demo)",
        )
    return Store(_opened(str(home.root), str(found.path.resolve())), principal, found.damage)
