"""One published version, opened once for all visitors, and what it says of itself; `dashboard/store.py` is how a person reads it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb
import pandas as pd

from dashboard.access.narrowing import Narrowed
from dashboard.kept import Kept
from dashboard.language import Code
from etl.access.rules import Reach
from etl.calendar import Calendar, read_calendar
from etl.config import Home, Settings, settings_from
from etl.divisions import CASES_LEFT, GATHERED, REFERENCE
from etl.publish import open_snapshot
from etl.synthetic import MARK

KEPT_REACHES = 200
# Rows of figures and cells of lists that are kept for all visitors together: some 30 MiB of either.
KEPT_ROWS, KEPT_CELLS = 90_000, 2_000_000
# What an answer takes beside its rows or cells, in these.
OF_FIGURES, OF_A_LIST = 4, 400


@dataclass(frozen=True)
class Division:
    """A county in the snapshot: its code and name, whom it is ranked with, and the names of its city and province.

    The names that end in `_en` are the romanised ones for English readers, or the Chinese where the reference gives none.
    """

    code: str
    name: str
    name_en: str
    group: str
    city: str
    city_en: str
    province: str
    province_en: str

    def named(self, language: Code) -> str:
        """The county in a reader's language."""
        return self.name_en if language == "en" else self.name

    def city_named(self, language: Code) -> str:
        """Its city."""
        return self.city_en if language == "en" else self.city

    def province_named(self, language: Code) -> str:
        """Its province."""
        return self.province_en if language == "en" else self.province


def names_apart(counties: Iterable[Division], language: Code) -> dict[str, str]:
    """A name for each county by its code; those that are called alike (鲤城 and 荔城 are both Licheng) bear their city's beside it."""
    names = {one: one.named(language) for one in counties}
    often = Counter(names.values())
    sides = {"zh": "（{}）", "en": " ({})"}[language]
    return {one.code: name if often[name] == 1 else name + sides.format(one.city_named(language)) for one, name in names.items()}


@dataclass(frozen=True)
class Quarantined:
    """Refused records that wait for correction. A record may have several faults."""

    records: int
    faults: int


class Snapshot:
    """One published version, opened once for all visitors. What it says by itself is the same for everybody."""

    def __init__(self, home: Home, path: Path) -> None:
        self.home = home
        self.id = path.stem
        self._connection = open_snapshot(path)
        self._narrowed: dict[Reach, Narrowed] = {}
        self._lock = Lock()
        # What the store was asked, by reach: see there. They go when the version goes.
        self.figures = Kept(KEPT_ROWS, lambda rows: OF_FIGURES + len(rows))
        self.lists = Kept(KEPT_CELLS, lambda found: OF_A_LIST + _cells(found))

    def narrowed(self, to: Reach) -> Narrowed:
        """The connections on which only this reach can be asked for."""
        with self._lock:
            found = self._narrowed.get(to)
            if found is None:
                while len(self._narrowed) >= KEPT_REACHES:
                    self._narrowed.pop(next(iter(self._narrowed)))
                found = self._narrowed[to] = Narrowed(self._connection, to)
            return found

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """For the store's own questions about the whole: cut-off, first day, counts. One cursor a call: pages run at the same time."""
        with self._connection.cursor() as cursor:
            return cursor.execute(sql, dict(parameters or {})).df()

    def tuples(self, sql: str, parameters: Mapping[str, Any]) -> tuple[tuple[Any, ...], ...]:
        """The same as plain values."""
        with self._connection.cursor() as cursor:
            return tuple(cursor.execute(sql, dict(parameters)).fetchall())

    @contextmanager
    def whole(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to all of it, for what is computed over everybody and cut down afterwards."""
        with self._connection.cursor() as cursor:
            yield cursor

    @cached_property
    def settings(self) -> Settings:
        return settings_from(self.home)

    @cached_property
    def meta(self) -> dict[str, str]:
        frame = self.rows("select key, value from meta")
        return dict(zip(frame["key"], frame["value"], strict=True))

    @cached_property
    def as_of(self) -> date:
        return date.fromisoformat(self.meta["as_of"][:10])

    @cached_property
    def first_day(self) -> date:
        found = self.rows("select min(day) as day from mart_case_day where day <= $as_of", {"as_of": self.as_of})["day"].iloc[0]
        return self.as_of if pd.isna(found) else pd.Timestamp(found).date()

    @cached_property
    def is_empty(self) -> bool:
        return bool(self.rows("select coalesce(sum(received), 0) as n from mart_case_day")["n"].iloc[0] == 0)

    @cached_property
    def divisions(self) -> tuple[Division, ...]:
        """Counties whose rows the snapshot holds, by code; none where nobody said whose it is, or an earlier release made it."""
        if self.rows("select 1 from information_schema.tables where table_name = 'ref_division'").empty:
            return ()
        found = self.rows("select * from ref_division order by division")
        for name in ("name", "city", "province"):
            if f"{name}_en" not in found:
                # A snapshot that an earlier release made.
                found[f"{name}_en"] = found[name]
        return tuple(Division(*(str(value) for value in row)) for row in found[list(REFERENCE)].itertuples(index=False))

    @property
    def is_gathered(self) -> bool:
        """Whether counties were put together in it."""
        return GATHERED in self.meta

    @property
    def are_cases_left(self) -> bool:
        """Whether their cases were left with them."""
        return CASES_LEFT in self.meta

    @cached_property
    def is_synthetic(self) -> bool:
        found = self.rows("select count(*) as files from batch where starts_with(file, $mark)", {"mark": MARK})
        return bool(found["files"].iloc[0])

    def quarantined(self, division: str | None) -> Quarantined:
        """Of a county, city or province, or of all."""
        sql = "select coalesce(sum(records), 0) as records, coalesce(sum(faults), 0) as faults from quarantine_open"
        found = self.rows(sql if division is None else f"{sql} where starts_with(division, $division)", _given(division)).iloc[0]
        return Quarantined(int(found["records"]), int(found["faults"]))

    @cached_property
    def loaded_span(self) -> tuple[date, date]:
        found = self.rows("select min(loaded_at) as first, max(loaded_at) as last from batch").iloc[0]
        if pd.isna(found["first"]):
            return self.as_of, self.as_of
        return pd.Timestamp(found["first"]).date(), pd.Timestamp(found["last"]).date()

    @cached_property
    def calendar(self) -> Calendar:
        with self._connection.cursor() as cursor:
            return read_calendar(cursor)


def _cells(found: pd.DataFrame | tuple[tuple[Any, ...], ...]) -> int:
    return int(found.size) if isinstance(found, pd.DataFrame) else sum(len(row) for row in found)


def _given(division: str | None) -> dict[str, str]:
    return {} if division is None else {"division": division}
