"""Working hours: minutes of the hall's office hours between two moments, by date, as a pure rule and as tables for the models.

A moment is taken down to its whole minute. The count is the number of minutes from the first (included) to the second (excluded)
that lie in a session of a working day. Legal limits never come from here: they count whole working days (`etl.timelimit`).
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Self

import duckdb
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from etl.calendar import FIRST_DAY, LAST_DAY, Calendar
from etl.config import SHIPPED
from etl.dated import holding, layered
from etl.records import read_model

MINUTES = 24 * 60
# A file without valid_to holds until this day (excluded), which lies beyond every calendar.
OPEN_END = date(9999, 12, 31)
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_SEASON = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")

Session = tuple[int, int]


def _minute(text: str) -> int:
    if not _CLOCK.fullmatch(text):
        raise ValueError(f"{text!r} is no time of day; write it as 08:30")
    return int(text[:2]) * 60 + int(text[3:])


class Season(BaseModel):
    """The sessions of a working day from one day of the year on, such as morning and afternoon."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    begins: str = Field(alias="from")
    sessions: tuple[Session, ...] = Field(min_length=1)

    @field_validator("begins")
    @classmethod
    def _is_day(cls, text: str) -> str:
        if not _SEASON.fullmatch(text):
            raise ValueError(f"{text!r} is no day of the year; write it as 06-01")
        return text

    @field_validator("sessions", mode="before")
    @classmethod
    def _parsed(cls, given: object) -> object:
        if not isinstance(given, list) or not all(isinstance(text, str) and text.count("-") == 1 for text in given):
            raise ValueError("sessions are written as 08:00-12:00")
        return tuple(tuple(_minute(end.strip()) for end in text.split("-")) for text in given)

    @field_validator("sessions")
    @classmethod
    def _in_order(cls, sessions: tuple[Session, ...]) -> tuple[Session, ...]:
        if any(opens >= closes for opens, closes in sessions) or any(later[0] < earlier[1] for earlier, later in pairwise(sessions)):
            raise ValueError("sessions must end after they begin, in order and without overlap")
        return sessions


class Timetable(BaseModel):
    """One file: the office hours from `valid_from` up to but not including `valid_to`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    valid_from: date
    valid_to: date = OPEN_END
    basis: str
    season: tuple[Season, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.valid_to <= self.valid_from:
            raise ValueError("valid_to is not after valid_from")
        if any(later.begins <= earlier.begins for earlier, later in pairwise(self.season)):
            raise ValueError("seasons must stand in the order of the year, each once")
        return self

    def sessions_on(self, day: date) -> tuple[Session, ...]:
        """The sessions of a working day of that date; before the year's first season those of its last."""
        text = f"{day:%m-%d}"
        begun = [season for season in self.season if season.begins <= text]
        return (begun or self.season)[-1].sessions


@dataclass(frozen=True)
class OfficeHours:
    """Timetables in the order in which they win: a later one overrides an earlier one on the days both cover."""

    timetables: tuple[Timetable, ...]

    def sessions_on(self, day: date) -> tuple[Session, ...] | None:
        """The sessions of a working day of that date, None where no timetable covers it."""
        held = holding(self.timetables, day)
        return None if held is None else held.sessions_on(day)

    def minutes_between(self, first: datetime, last: datetime, calendar: Calendar) -> int:
        """Office minutes from `first` to `last`; negative when `last` is earlier. A day without a timetable has none."""
        if last < first:
            return -self.minutes_between(last, first, calendar)
        days = (last.date() - first.date()).days
        count = 0
        for day in (first.date() + timedelta(days=number) for number in range(days + 1)):
            if calendar.is_workday(day):
                begin = _minute_of(first) if day == first.date() else 0
                end = _minute_of(last) if day == last.date() else MINUTES
                count += worked(self.sessions_on(day) or (), end) - worked(self.sessions_on(day) or (), begin)
        return count

    @cached_property
    def version(self) -> str:
        """A short hash of everything the timetables say."""
        return hashlib.sha256("\n".join(one.model_dump_json() for one in self.timetables).encode()).hexdigest()[:8]


def _minute_of(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def worked(sessions: Sequence[Session], minute: int) -> int:
    """Minutes of the sessions that have passed at this minute of the day."""
    return sum(max(0, min(minute, closes) - opens) for opens, closes in sessions)


def load_office_hours(folders: Sequence[Path] = (SHIPPED / "rules",)) -> OfficeHours:
    """The office hours of all `officehours-*.toml` in `folders`; a later folder overrides an earlier one day by day.

    Raises HallError naming file, key and reason when a file is wrong or two files of one folder cover the same day.
    """
    return OfficeHours(layered(folders, "officehours-*.toml", read_timetable))


def read_timetable(path: Path) -> Timetable:
    """One rules file. Raises HallError naming file, key and reason."""
    return read_model(path, Timetable, "officehours-hall.toml")


@lru_cache(maxsize=4)
def _scheduled(hours: OfficeHours, calendar: Calendar) -> tuple[dict[tuple[Session, ...], int], list[tuple[date, int, int]]]:
    """Schedules with their numbers, and (day, its schedule, office minutes before it); made once in a process that builds twice."""
    schedules: dict[tuple[Session, ...], int] = {(): 0}
    days: list[tuple[date, int, int]] = []
    before = 0
    for number in range((LAST_DAY - FIRST_DAY).days + 1):
        day = FIRST_DAY + timedelta(days=number)
        sessions = hours.sessions_on(day)
        if sessions is None:
            continue
        sessions = sessions if calendar.is_workday(day) else ()
        days.append((day, schedules.setdefault(sessions, len(schedules)), before))
        before += worked(sessions, MINUTES)
    return schedules, days


def write_office_hours(con: duckdb.DuckDBPyConnection, folders: Sequence[Path], calendar: Calendar) -> str:
    """Replaces `ref_office_day` and `ref_office_clock`, from which a model takes office minutes as a difference of two sums.

    `ref_office_day(day, schedule, minutes_before)`: which schedule a day has, and all office minutes before it. `ref_office_clock(schedule,
    minute, worked)`: office minutes of such a day that have passed at each minute. A day that no timetable covers has no row: what
    begins or ends on it has no working hours, which is not the same as none. Returns the version of the office hours.
    """
    hours = load_office_hours(folders)
    schedules, days = _scheduled(hours, calendar)
    clock = [(schedule, minute, worked(sessions, minute)) for sessions, schedule in schedules.items() for minute in range(MINUTES)]
    # Lists as parameters, as the calendar is written: an Arrow table would make DuckDB import pandas.
    con.execute(
        "create or replace table ref_office_day as "
        "select unnest($days::date[]) as day, unnest($schedules::bigint[]) as schedule, unnest($before::bigint[]) as minutes_before",
        dict(zip(("days", "schedules", "before"), map(list, zip(*days, strict=True)) if days else ([], [], []), strict=True)),
    )
    con.execute(
        "create or replace table ref_office_clock as "
        "select unnest($schedules::bigint[]) as schedule, unnest($minutes::bigint[]) as minute, unnest($worked::bigint[]) as worked",
        dict(zip(("schedules", "minutes", "worked"), map(list, zip(*clock, strict=True)), strict=True)),
    )
    return hours.version
