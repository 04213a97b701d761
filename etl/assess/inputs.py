"""What a score is made from: posts, leave, events, metrics, and what the office adds. Months are text such as 2018-10."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Literal

PostKind = Literal["chief", "window", "backup", "duty"]
MarkPart = Literal["dossier", "peers", "leaders"]


@dataclass(frozen=True, slots=True)
class Event:
    """One fact that a rule may count, with its evidence.

    `quantity` is a number of occurrences, for `absent` a number of half-days. `workdays_late` is 0 unless the case was late.
    `staff_no` is empty when only the window is known, `case_no` when no case is concerned.
    """

    event_id: str
    day: date
    kind: str
    quantity: Decimal
    workdays_late: int
    staff_no: str
    window: str
    department: str
    case_no: str
    evidence_type: str
    evidence_no: str
    evidence_version: str
    is_automatic: bool

    @property
    def month(self) -> str:
        return month_of(self.day)


@dataclass(frozen=True, slots=True)
class Post:
    """One person's stretch at one post, `to_on` excluded; None: still there."""

    staff_no: str
    staff_name: str
    department: str
    window: str
    post: PostKind
    from_on: date
    to_on: date | None

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.to_on is None or day < self.to_on)


@dataclass(frozen=True, slots=True)
class Leave:
    """One leave, `to_on` excluded. `half_days` are the working half-days within the whole of it."""

    staff_no: str
    from_on: date
    to_on: date
    kind: str
    half_days: Decimal

    def covers(self, day: date) -> bool:
        return self.from_on <= day < self.to_on


@dataclass(frozen=True, slots=True)
class Metric:
    """One indicator of one window (or department) and month. `denominator` is None for a count; `n` is the number it rests on."""

    indicator: str
    window: str | None
    department: str | None
    month: str
    numerator: Decimal
    denominator: Decimal | None
    n: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Points of one part of a person's annual review (年度综合评价)."""

    year: str
    staff_no: str
    part: MarkPart
    points: Decimal


@dataclass(frozen=True)
class Overlay:
    """What the office adds to a snapshot.

    `findings` are those in force: the last version of each, withdrawn ones left out. `replaced` are events of the snapshot that a
    correction stands in for or that were withdrawn: they are not counted and not shown. `reversed_events` are the events whose appeal
    was granted (申诉成立), with the manager's reason: they are shown with no points. It may name a finding as well.
    """

    findings: tuple[Event, ...] = ()
    replaced: frozenset[str] = frozenset()
    reversed_events: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Inputs:
    """All that scores of a stretch of months are made from.

    `workdays` are the working days of these months; without any every calendar day counts as one. `events` are those of the snapshot.
    """

    posts: tuple[Post, ...] = ()
    leaves: tuple[Leave, ...] = ()
    events: tuple[Event, ...] = ()
    metrics: tuple[Metric, ...] = ()
    workdays: frozenset[date] = frozenset()
    overlay: Overlay = Overlay()

    @cached_property
    def events_shown(self) -> tuple[Event, ...]:
        """Events of the snapshot and the office in the order of their ids, those reversed by an appeal included."""
        found = [event for event in self.events if event.event_id not in self.overlay.replaced]
        return tuple(sorted((*found, *self.overlay.findings), key=lambda event: (event.day, event.event_id)))

    def is_reversed(self, event: Event) -> bool:
        return event.event_id in self.overlay.reversed_events

    def days(self, month: str) -> tuple[date, ...]:
        """The working days of the month, or all its days where no calendar is given."""
        listed = tuple(days_of(month))
        return tuple(day for day in listed if day in self.workdays) or listed


def month_of(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


def first_day(month: str) -> date:
    return date(int(month[:4]), int(month[5:7]), 1)


def next_month(month: str) -> str:
    year, number = int(month[:4]), int(month[5:7])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def days_of(month: str) -> Iterator[date]:
    """Every calendar day of the month."""
    day = first_day(month)
    while month_of(day) == month:
        yield day
        day += timedelta(days=1)


def months_of(period: str) -> tuple[str, ...]:
    """The months of a month (2018-10), a quarter (2018Q3) or a year (2018)."""
    if "Q" in period:
        year, quarter = period.split("Q")
        return tuple(f"{year}-{number:02d}" for number in range(3 * int(quarter) - 2, 3 * int(quarter) + 1))
    if "-" in period:
        return (period,)
    return tuple(f"{period}-{number:02d}" for number in range(1, 13))


def quarter_of(month: str) -> str:
    return f"{month[:4]}Q{(int(month[5:7]) + 2) // 3}"


def period_kind(period: str) -> Literal["month", "quarter", "year"]:
    if "Q" in period:
        return "quarter"
    return "month" if "-" in period else "year"
