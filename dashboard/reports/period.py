"""Periods of reports. A statistical month may begin on any day up to the 28th (one office counts from the 17th to the 16th)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from etl.config import HallError

Kind = Literal["month", "quarter", "year", "custom"]
NamedBy = Literal["last_day", "first_day"]
DAY = timedelta(days=1)
ORDINALS = "一二三四"


@dataclass(frozen=True)
class Boundaries:
    """On which day of a calendar month the statistical month begins, and which of the two months it meets gives its name."""

    starts_on: int = 1
    named_by: NamedBy = "last_day"


@dataclass(frozen=True)
class ReportPeriod:
    """Both days are included. `name` is how the title calls it; `key` is what the command line takes and a file name carries."""

    kind: Kind
    first: date
    last: date
    name: str
    key: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def this(self) -> str:
        """How a sentence speaks of it."""
        return {"month": "本月", "quarter": "本季度", "year": "本年", "custom": "本期"}[self.kind]

    @property
    def former(self) -> str:
        """How a sentence speaks of the one before."""
        return {"month": "上月", "quarter": "上季度", "year": "上年", "custom": "上期"}[self.kind]

    @property
    def against(self) -> str:
        """The word before a change: 环比 is against the period just before, a year is compared with the year before by name."""
        return {"month": "环比", "quarter": "环比", "year": "比上年", "custom": "比上期"}[self.kind]

    @property
    def span(self) -> str:
        """Both days in words, the year of the second left out where it is the first's."""
        last = f"{self.last.month}月{self.last.day}日" if self.first.year == self.last.year else written_day(self.last)
        return written_day(self.first) if self.first == self.last else f"{written_day(self.first)}至{last}"


def written_day(day: date) -> str:
    """A date in Arabic numerals, as GB/T 9704 has it."""
    return f"{day.year}年{day.month}月{day.day}日"


def _start(year: int, month: int, boundaries: Boundaries) -> date:
    """First day of the statistical month of that name; the month number may lie outside 1 to 12."""
    shift = -1 if boundaries.starts_on > 1 and boundaries.named_by == "last_day" else 0
    index = year * 12 + month - 1 + shift
    return date(index // 12, index % 12 + 1, boundaries.starts_on)


def month(year: int, number: int, boundaries: Boundaries = Boundaries()) -> ReportPeriod:
    """A statistical month."""
    last = _start(year, number + 1, boundaries) - DAY
    return ReportPeriod("month", _start(year, number, boundaries), last, f"{year}年{number}月", f"{year}-{number:02d}")


def quarter(year: int, number: int, boundaries: Boundaries = Boundaries()) -> ReportPeriod:
    """Three statistical months."""
    first, last = _start(year, number * 3 - 2, boundaries), _start(year, number * 3 + 1, boundaries) - DAY
    return ReportPeriod("quarter", first, last, f"{year}年第{ORDINALS[number - 1]}季度", f"{year}-Q{number}")


def year(number: int, boundaries: Boundaries = Boundaries()) -> ReportPeriod:
    """Twelve statistical months."""
    return ReportPeriod("year", _start(number, 1, boundaries), _start(number + 1, 1, boundaries) - DAY, f"{number}年", f"{number}")


def custom(first: date, last: date) -> ReportPeriod:
    """From one day to another. Raises HallError when it ends before it begins."""
    if last < first:
        raise HallError(f"结束日期 {last} 早于开始日期 {first}", f"the period ends ({last}) before it begins ({first})")
    made = ReportPeriod("custom", first, last, "", f"{first.isoformat()}_{last.isoformat()}")
    return ReportPeriod("custom", first, last, made.span, made.key)


def parsed(kind: Kind, text: str, boundaries: Boundaries = Boundaries()) -> ReportPeriod:
    """The period that `text` names: 2018-10, 2018-Q4, 2018, 2018-10-08_2018-10-12. Raises HallError saying how to write it."""
    if kind == "month" and (found := re.fullmatch(r"(\d{4})-(\d{1,2})", text)) and 1 <= int(found[2]) <= 12:
        return month(int(found[1]), int(found[2]), boundaries)
    if kind == "quarter" and (found := re.fullmatch(r"(\d{4})-?[Qq]?([1-4])", text)):
        return quarter(int(found[1]), int(found[2]), boundaries)
    if kind == "year" and re.fullmatch(r"\d{4}", text):
        return year(int(text), boundaries)
    if kind == "custom" and len(days := text.split("_")) == 2:
        try:
            return custom(date.fromisoformat(days[0]), date.fromisoformat(days[1]))
        except ValueError:
            pass
    shown = {"month": "2018-10", "quarter": "2018-Q4", "year": "2018", "custom": "2018-10-08_2018-10-12"}[kind]
    raise HallError(f"期间“{text}”应写成 {shown}", f"the period {text!r} should be written as in {shown}")


def before(period: ReportPeriod, boundaries: Boundaries = Boundaries()) -> ReportPeriod:
    """The like period before: the month before a month, as many days before a custom one."""
    if period.kind == "custom":
        return custom(period.first - timedelta(days=period.days), period.first - DAY)
    number = int(period.key[:4])
    if period.kind == "year":
        return year(number - 1, boundaries)
    part = int(period.key[-2:].lstrip("Q"))
    parts, made = _KINDS[period.kind]
    return made(number, part - 1, boundaries) if part > 1 else made(number - 1, parts, boundaries)


_KINDS: dict[str, tuple[int, Callable[[int, int, Boundaries], ReportPeriod]]] = {"month": (12, month), "quarter": (4, quarter)}


def past(period: ReportPeriod, most: int, boundaries: Boundaries = Boundaries()) -> list[ReportPeriod]:
    """The period and the like ones before it, the oldest first; what a trend is drawn over."""
    found = [period]
    while len(found) < most:
        found.append(before(found[-1], boundaries))
    return found[::-1]


def months_of(number: int, boundaries: Boundaries = Boundaries()) -> list[ReportPeriod]:
    """The twelve months of a year."""
    return [month(number, one, boundaries) for one in range(1, 13)]


def available(kind: Kind, first: date, last: date, boundaries: Boundaries = Boundaries()) -> list[ReportPeriod]:
    """All periods of this kind that begin by `last` and end after `first`, the newest first; none for a custom one."""
    if kind == "custom":
        return []
    parts, made = (1, lambda number, _, edges: year(number, edges)) if kind == "year" else _KINDS[kind]
    found = [made(number, part, boundaries) for number in range(first.year - 1, last.year + 2) for part in range(1, parts + 1)]
    return [one for one in found if one.first <= last and one.last >= first][::-1]
