"""Service hours: when each part of the hall serves people. They are calendars of their own and never move the legal clock."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal, Self

import duckdb
from pydantic import BaseModel, ConfigDict, Field, field_validator

from etl.calendar import FIRST_DAY, LAST_DAY, Calendar
from etl.config import HallError
from etl.officehours import Season, Session
from etl.records import codes, read_model

HALF_HOURS = 48
HALF_HOUR_S = 1800


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ServiceHours(_Strict):
    """One calendar of service hours, by its file."""

    channel: str
    zh: str
    en: str
    basis: str
    days: Literal["workday", "day_off", "every"]
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    festivals: bool = True
    open: tuple[date, ...] = ()
    closed: tuple[date, ...] = ()
    zones: tuple[str, ...] = ()
    seasons: tuple[Season, ...] = Field(alias="season", min_length=1)

    @field_validator("channel")
    @classmethod
    def _is_channel(cls, channel: str) -> str:
        if channel not in codes()["channel"]:
            raise ValueError(f"channel must be one of {', '.join(codes()['channel'])}")
        return channel

    def is_open(self, day: date, calendar: Calendar) -> bool:
        """Whether it serves on this day at all. Single days named in the file go before its rule."""
        if day in self.closed:
            return False
        if day in self.open:
            return True
        if day.isoweekday() not in self.weekdays or (not self.festivals and calendar.kind(day) == "holiday"):
            return False
        return self.days == "every" or calendar.is_workday(day) == (self.days == "workday")

    def sessions(self, day: date, calendar: Calendar) -> tuple[Session, ...]:
        """The sessions of this day in minutes, none where it is closed."""
        if not self.is_open(day, calendar):
            return ()
        ordered = sorted(self.seasons, key=lambda season: season.begins)
        begun = [season for season in ordered if season.begins <= f"{day:%m-%d}"]
        return (begun or ordered)[-1].sessions


@dataclass(frozen=True)
class Timetable:
    """All calendars of service hours by the name of their file. `version` changes with what they say."""

    calendars: Mapping[str, ServiceHours]

    @classmethod
    def load(cls, folders: Sequence[Path]) -> Self:
        """The TOML files of `folders`; one of a later folder replaces its namesake. Raises HallError naming the faulty one."""
        found: dict[str, ServiceHours] = {}
        for folder in folders:
            for path in sorted(folder.glob("*.toml")):
                found[path.stem] = read_model(path, ServiceHours)
        seen: dict[str, str] = {}
        for name, hours in found.items():
            if hours.channel in seen:
                other = seen[hours.channel]
                raise HallError(
                    f"服务时段 {other} 与 {name} 都写着渠道 {hours.channel}，请只保留一个",
                    f"service hours {other} and {name} both say channel {hours.channel}; keep one of them",
                )
            seen[hours.channel] = name
        return cls(found)

    @property
    def version(self) -> str:
        listed = [(name, hours.model_dump_json()) for name, hours in sorted(self.calendars.items())]
        return hashlib.sha256(repr(listed).encode()).hexdigest()[:12]


def _moment(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def write_service_hours(con: duckdb.DuckDBPyConnection, folders: Sequence[Path], calendar: Calendar) -> str:
    """Writes `ref_service_session` (days with tickets), `ref_service_zone` and `ref_half_hour`; returns the version."""
    table = Timetable.load(folders)
    days = [
        day
        for (day,) in con.execute("select distinct taken_on from raw_ticket where taken_on is not null order by taken_on").fetchall()
        if FIRST_DAY <= day <= LAST_DAY
    ]
    sessions = [
        (hours.channel, day, number, _moment(day, begin), _moment(day, end))
        for hours in table.calendars.values()
        for day in days
        for number, (begin, end) in enumerate(hours.sessions(day, calendar), start=1)
    ]
    con.execute(
        "create or replace table ref_service_session (channel varchar, day date, session integer, opens_at timestamp, closes_at timestamp)"
    )
    columns = [list(column) for column in zip(*sessions, strict=True)]
    if columns:
        con.execute(
            "insert into ref_service_session select unnest(?::varchar[]), unnest(?::date[]), unnest(?::integer[]), "
            "unnest(?::timestamp[]), unnest(?::timestamp[])",
            columns,
        )
    zones = [(hours.channel, zone) for hours in table.calendars.values() for zone in hours.zones]
    con.execute("create or replace table ref_service_zone (channel varchar, zone varchar)")
    if zones:
        con.executemany("insert into ref_service_zone values (?, ?)", zones)
    con.execute("create or replace table ref_half_hour (half_hour integer, begins_s integer, ends_s integer)")
    con.execute(
        "insert into ref_half_hour select h, h * ?, (h + 1) * ? from (select unnest(range(?)) as h)",
        [HALF_HOUR_S, HALF_HOUR_S, HALF_HOURS],
    )
    return table.version
