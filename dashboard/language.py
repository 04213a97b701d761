"""The two languages of the pages. Chinese is written in the code and is the message id; English comes from the catalogue."""

import gettext
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal

from dashboard.period import Grain, Period

Code = Literal["zh", "en"]
CATALOGUES = Path(__file__).parent / "locale"
DOMAIN = "dashboard"
LOCALES: dict[Code, str] = {"zh": "zh_CN", "en": "en"}


@dataclass(frozen=True)
class Language:
    """What a page needs to speak: messages, dates and numbers."""

    code: Code
    catalogue: gettext.NullTranslations

    def __call__(self, message: str) -> str:
        return self.catalogue.gettext(message)

    def count(self, message: str, n: int) -> str:
        """A message whose `{n}` is a number: English has its singular."""
        return self.catalogue.ngettext(message, message, n).format(n=f"{n:,}")

    def pick(self, zh: str, en: str) -> str:
        """One of two texts that come as data (labels of indicators and codes)."""
        return zh if self.code == "zh" else en

    def day(self, day: date) -> str:
        """A date in words without its weekday."""
        return f"{day.year}年{day.month}月{day.day}日" if self.code == "zh" else f"{day.day} {day:%b} {day.year}"

    def moment(self, moment: datetime) -> str:
        """A date with hours and minutes."""
        return f"{self.day(moment.date())} {moment:%H:%M}"

    def weekday(self, day: date) -> str:
        return "星期" + "一二三四五六日"[day.weekday()] if self.code == "zh" else f"{day:%A}"

    def period(self, period: Period) -> str:
        """The period in words: 2018年10月, 2018年第40周（10月1日至10月7日）, …"""
        first, last = period.first, period.last
        zh = self.code == "zh"
        if period.kind == "day":
            return f"{self.day(first)} {self.weekday(first)}" if zh else f"{self.weekday(first)} {self.day(first)}"
        if period.kind == "week":
            year, week, _ = first.isocalendar()
            span = self.span(first, last)
            return f"{year}年第{week}周（{span}）" if zh else f"week {week} of {year} ({span})"
        if period.kind == "month":
            return f"{first.year}年{first.month}月" if zh else f"{first:%B} {first.year}"
        if period.kind == "quarter":
            quarter = (first.month + 2) // 3
            return f"{first.year}年第{'一二三四'[quarter - 1]}季度" if zh else f"Q{quarter} {first.year}"
        if period.kind == "year":
            return f"{first.year}年" if zh else str(first.year)
        return self.span(first, last)

    def span(self, first: date, last: date) -> str:
        """Both days in words, the year once where it is the same."""
        if first == last:
            return self.day(first)
        if self.code == "zh":
            return f"{self.day(first)}至{self.day(last) if first.year != last.year else f'{last.month}月{last.day}日'}"
        return f"{first.day} {first:%b}{'' if first.year == last.year else f' {first.year}'} – {self.day(last)}"

    def step(self, grain: Grain, first: date) -> str:
        """One point of a time series, short enough for an axis."""
        if grain == "month":
            return f"{first.year}年{first.month}月" if self.code == "zh" else f"{first:%b} {first.year}"
        if grain == "week":
            week = first.isocalendar().week
            return f"第{week}周" if self.code == "zh" else f"W{week}"
        return f"{first.month}月{first.day}日" if self.code == "zh" else f"{first.day} {first:%b}"

    @property
    def colon(self) -> str:
        return "：" if self.code == "zh" else ": "

    @property
    def comma(self) -> str:
        return "、" if self.code == "zh" else ", "


def number(value: float | None, digits: int = 0) -> str:
    """With thousands separators; a dash where there is no value, never 0."""
    return "—" if value is None or value != value else f"{value:,.{digits}f}"


@cache
def language(code: Code) -> Language:
    """The language by its code in the URL."""
    return Language(code, gettext.translation(DOMAIN, CATALOGUES, [LOCALES[code]]))
