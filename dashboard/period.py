"""Periods of a page: a day, a week, a month, a quarter, a year, or from one day to another; and the one before it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Kind = Literal["day", "week", "month", "quarter", "year", "custom"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Grain = Literal["day", "week", "month"]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Both days are included."""

    kind: Kind
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def _month_start(day: date, months: int = 0) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def containing(kind: Kind, day: date) -> Period:
    """The period of this kind that holds the day; a custom one is the day alone."""
    if kind == "week":
        first = day - timedelta(days=day.weekday())
        return Period(kind, first, first + timedelta(days=6))
    if kind == "month":
        return Period(kind, day.replace(day=1), _month_start(day, 1) - DAY)
    if kind == "quarter":
        first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        return Period(kind, first, _month_start(first, 3) - DAY)
    if kind == "year":
        return Period(kind, date(day.year, 1, 1), date(day.year, 12, 31))
    return Period(kind, day, day)


def before(period: Period) -> Period:
    """The like period before: last month for a month, as many days for a custom one."""
    if period.kind == "custom":
        return Period("custom", period.first - timedelta(days=period.days), period.first - DAY)
    return containing(period.kind, period.first - DAY)


def after(period: Period) -> Period:
    """The like period that follows."""
    if period.kind == "custom":
        return Period("custom", period.last + DAY, period.last + timedelta(days=period.days))
    return containing(period.kind, period.last + DAY)


def until(period: Period, cut_off: date) -> Period:
    """The part of the period that data exist for. A period after the cut-off keeps its first day."""
    return Period(period.kind, period.first, max(period.first, min(period.last, cut_off)))


def comparison(period: Period, cut_off: date) -> Period:
    """What the period is compared with: the one before, cut to as many days when the period is still running."""
    shown = until(period, cut_off)
    previous = before(period)
    if shown.last == period.last:
        return previous
    return Period(previous.kind, previous.first, min(previous.last, previous.first + timedelta(days=shown.days - 1)))


def is_covered(period: Period, first_day: date) -> bool:
    """Whether the data reach back to the period's beginning, a holiday at its start allowed for: a part is no fair comparison."""
    return first_day <= period.first + timedelta(days=min(9, period.days // 4))


def is_running(period: Period, cut_off: date) -> bool:
    """Whether the data end before the period does."""
    return cut_off < period.last


def starts(kind: Kind, first: date, last: date) -> list[date]:
    """First days of all periods of this kind that meet the days given, the newest first."""
    found: list[date] = []
    period = containing(kind, last)
    while period.last >= first:
        found.append(period.first)
        period = before(period)
    return found


def grains(period: Period) -> list[Grain]:
    """Time steps that give a readable series: at least two points, and not more than about 190."""
    fitting: list[Grain] = [grain for grain, size in (("day", 1), ("week", 7), ("month", 28)) if 2 * size <= period.days <= 190 * size]  # type: ignore[misc]
    return fitting or ["day"]
