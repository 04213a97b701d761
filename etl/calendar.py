"""Working days: county override, else the national table, else Monday to Friday marked provisional."""

import csv
import hashlib
import io
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Literal, Self

import duckdb
from chinese_calendar.constants import Holiday, holidays, workdays

from etl.config import HallError

Kind = Literal["workday", "weekend", "holiday", "make_up"]

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2050, 12, 31)
KIND_NAMES: Mapping[str, tuple[str, str]] = {
    "workday": ("工作日", "working day"),
    "weekend": ("周末", "weekend"),
    "holiday": ("放假", "holiday"),
    "make_up": ("调休上班", "make-up working day"),
}
_FESTIVALS: Mapping[str, str] = {festival.value: festival.chinese for festival in Holiday} | {
    "Tomb-sweeping Day": "清明节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
}
_FESTIVALS_EN = {zh: en for en, zh in _FESTIVALS.items()}
# An office keeps these files in Excel, which saves them as GB18030 and rewrites 2018-10-01 as 2018/10/1.
_HEADERS = {"day": ("day", "日期"), "is_workday": ("is_workday", "是否工作日"), "name": ("name", "名称"), "source": ("source", "依据")}
_WORKING = {"1": True, "是": True, "true": True, "0": False, "否": False, "false": False}
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_NATIONAL = re.compile(r"national-(\d{4})\.csv")


@dataclass(frozen=True)
class DayMark:
    """What a calendar file says of one day."""

    day: date
    is_workday: bool
    name: str


def english_name(name: str) -> str:
    """The English name of a festival; a name that is not a national festival is returned as it is."""
    return _FESTIVALS_EN.get(name, name)


def _kind_of(day: date, is_workday: bool, is_marked: bool) -> Kind:
    on_weekend = day.weekday() >= 5
    if is_workday:
        return "make_up" if on_weekend else "workday"
    return "holiday" if is_marked or not on_weekend else "weekend"


@dataclass(frozen=True)
class Calendar:
    """Every day from FIRST_DAY to LAST_DAY. Days outside are refused with HallError."""

    kinds: tuple[Kind, ...]
    names: tuple[str, ...]
    provisional: tuple[bool, ...]
    version: str
    _ordinals: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _days: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordinals: list[int] = []
        days: list[int] = []
        for index, kind in enumerate(self.kinds):
            if kind in ("workday", "make_up"):
                days.append(index)
            ordinals.append(len(days))
        object.__setattr__(self, "_ordinals", tuple(ordinals))
        object.__setattr__(self, "_days", tuple(days))

    @classmethod
    def load(cls, folders: Sequence[Path]) -> Self:
        """The calendar made of the national table and the CSV files of `folders`; a later folder overrides an earlier one.

        A file `national-2027.csv` is the whole published calendar of that year; any other name is a county's override of single days.
        Raises HallError naming file, line, value and cure when a file cannot be read as one.
        """
        national: dict[int, dict[date, DayMark]] = {year: _package_year(year) for year in _package_years()}
        county: dict[date, DayMark] = {}
        for folder in folders:
            here: dict[date, tuple[DayMark, Path]] = {}
            for path in sorted(folder.glob("*.csv")):
                marks = _read_marks(path)
                named = _NATIONAL.fullmatch(path.name)
                if named:
                    national[int(named[1])] = _only_year(path, marks, int(named[1]))
                    continue
                for mark in marks.values():
                    known = here.get(mark.day)
                    if known and known[0].is_workday != mark.is_workday:
                        raise HallError(
                            f"{path.name} 与 {known[1].name} 对 {mark.day} 的规定相反，请只保留一个",
                            f"{path.name} and {known[1].name} say the opposite of {mark.day}; keep one of them",
                        )
                    here[mark.day] = (mark, path)
            county |= {day: mark for day, (mark, _) in here.items()}
        return cls._made_of(national, county)

    @classmethod
    def _made_of(cls, national: Mapping[int, Mapping[date, DayMark]], county: Mapping[date, DayMark]) -> Self:
        kinds: list[Kind] = []
        names: list[str] = []
        provisional: list[bool] = []
        for day in _every_day():
            mark = county.get(day) or national.get(day.year, {}).get(day)
            kinds.append(_kind_of(day, mark.is_workday if mark else day.weekday() < 5, mark is not None))
            names.append(mark.name if mark else "")
            provisional.append(day not in county and day.year not in national)
        return cls(tuple(kinds), tuple(names), tuple(provisional), _version(kinds, names, provisional))

    def _index(self, day: date) -> int:
        if not FIRST_DAY <= day <= LAST_DAY:
            raise HallError(
                f"日期 {day} 超出日历范围（{FIRST_DAY} 至 {LAST_DAY}），请核对年份",
                f"the day {day} is outside the calendar ({FIRST_DAY} to {LAST_DAY}); check the year",
            )
        return (day - FIRST_DAY).days

    def kind(self, day: date) -> Kind:
        """workday, weekend, holiday or make_up (a weekend day that is worked)."""
        return self.kinds[self._index(day)]

    def name(self, day: date) -> str:
        """The Chinese name of the festival or closure, empty on a plain day."""
        return self.names[self._index(day)]

    def is_workday(self, day: date) -> bool:
        return self.kind(day) in ("workday", "make_up")

    def is_provisional(self, day: date) -> bool:
        """True when no published calendar covers the day, so that it was taken as Monday to Friday."""
        return self.provisional[self._index(day)]

    def ordinal(self, day: date) -> int:
        """Working days from FIRST_DAY up to and including `day`."""
        return self._ordinals[self._index(day)]

    def between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`; negative when `last` is earlier."""
        return self.ordinal(last) - self.ordinal(first)

    def add(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it when negative); `day` itself for 0."""
        if count == 0:
            return day
        position = self.ordinal(day) + count - 1
        if count < 0 and not self.is_workday(day):
            position += 1
        if not 0 <= position < len(self._days):
            raise HallError(f"{day} 起第 {count} 个工作日超出日历范围", f"working day {count} from {day} is outside the calendar")
        return FIRST_DAY + timedelta(days=self._days[position])

    def next_workday(self, day: date) -> tuple[date, bool]:
        """`day` when it is worked, else the first working day after it; and whether a provisional day was met on the way."""
        index = self._index(day)
        following = self._ordinals[index] - (self.kinds[index] in ("workday", "make_up"))
        last = FIRST_DAY + timedelta(days=self._days[following]) if following < len(self._days) else LAST_DAY
        met = self.provisional[index : self._index(last) + 1]
        return last, any(met)


@lru_cache(maxsize=4)
def _rows(calendar: Calendar) -> dict[str, list[object]]:
    """The columns of `ref_calendar`, which a process that builds more than once makes once."""
    rows: dict[str, list[object]] = {name: [] for name in _CALENDAR_TYPES}
    provisional_days = 0
    for number, day in enumerate(_every_day()):
        provisional_days += calendar.provisional[number]
        kind = calendar.kinds[number]
        month_days = ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
        cells = (
            *(day, kind in ("workday", "make_up"), calendar.ordinal(day), kind, calendar.names[number], calendar.provisional[number]),
            *(number, day.year * 12 + day.month, day.day, month_days, provisional_days, *calendar.next_workday(day)),
        )
        for column, cell in zip(rows.values(), cells, strict=True):
            column.append(cell)
    return rows


def write_calendar(con: duckdb.DuckDBPyConnection, calendar: Calendar) -> None:
    """Replaces `ref_calendar` (one row a day) and `ref_workday` (one row a working day, found by its ordinal).

    Beside the columns named in docs/architecture.md a row has what the due-date models need to count without date functions:
    `day_number` (days since the first), `month_number` (year × 12 + month), `day_of_month`, `month_days` (length of its month) and
    `provisional_days` (provisional days up to and including the day), `next_workday` (the day itself or the first working day after
    it) and `is_next_provisional` (whether finding it took a provisional day).
    """
    # Lists as parameters: handing over an Arrow table would make DuckDB import pandas, a second of waiting in every build.
    cells_of = ", ".join(f"unnest(${name}::{sql_type}[]) as {name}" for name, sql_type in _CALENDAR_TYPES.items())
    con.execute(f"create or replace table ref_calendar as select {cells_of}", _rows(calendar))
    con.execute(
        "create or replace table ref_workday as "
        "select ordinal, day, day_number, provisional_days from ref_calendar where is_workday order by ordinal"
    )


def read_calendar(con: duckdb.DuckDBPyConnection) -> Calendar:
    """The calendar that the warehouse or snapshot behind `con` was computed with. Raises HallError when it holds none."""
    try:
        found = con.execute("select kind, name, is_provisional from ref_calendar order by day").fetchall()
    except duckdb.CatalogException:
        raise HallError("尚无日历：请先运行 hall build", "there is no calendar yet: run hall build first") from None
    # Twenty thousand days with a few kinds and names, each of them once.
    kinds, names, provisional = zip(*((sys.intern(kind), sys.intern(name), guess) for kind, name, guess in found), strict=True)
    return Calendar(kinds, names, provisional, _version(kinds, names, provisional))


_CALENDAR_TYPES: Mapping[str, str] = {
    "day": "date",
    "is_workday": "boolean",
    "ordinal": "bigint",
    "kind": "varchar",
    "name": "varchar",
    "is_provisional": "boolean",
    "day_number": "bigint",
    "month_number": "bigint",
    "day_of_month": "bigint",
    "month_days": "bigint",
    "provisional_days": "bigint",
    "next_workday": "date",
    "is_next_provisional": "boolean",
}


def _every_day() -> Iterator[date]:
    return (FIRST_DAY + timedelta(days=number) for number in range((LAST_DAY - FIRST_DAY).days + 1))


def _version(kinds: Sequence[str], names: Sequence[str], provisional: Sequence[bool]) -> str:
    content = "\n".join(f"{kind},{name},{int(guess)}" for kind, name, guess in zip(kinds, names, provisional, strict=True))
    return f"chinesecalendar-{package_version('chinesecalendar')}+{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def _package_years() -> range:
    return range(min(holidays).year, max(holidays).year + 1)


def _package_year(year: int) -> dict[date, DayMark]:
    off = {day: DayMark(day, False, _FESTIVALS[name]) for day, name in holidays.items() if day.year == year}
    return off | {day: DayMark(day, True, _FESTIVALS[name]) for day, name in workdays.items() if day.year == year}


def _refuse(path: Path, line: int, value: str, zh: str, en: str) -> HallError:
    return HallError(f"日历文件 {path.name} 第 {line} 行：“{value}”{zh}", f"calendar file {path.name}, line {line}: {value!r} {en}")


def _text_of(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise HallError(
        f"日历文件 {path.name} 既非 UTF-8 也非 GB18030，请另存为 UTF-8",
        f"calendar file {path.name} is neither UTF-8 nor GB18030; save it as UTF-8",
    )


def _read_marks(path: Path) -> dict[date, DayMark]:
    lines = csv.reader(io.StringIO(_text_of(path), newline=""))
    header = [cell.strip() for cell in next(lines, [])]
    columns = {name: next((header.index(alias) for alias in aliases if alias in header), -1) for name, aliases in _HEADERS.items()}
    missing = [name for name, index in columns.items() if index < 0]
    if missing:
        wanted = ",".join(_HEADERS)
        raise _refuse(
            path,
            1,
            ",".join(header),
            f"缺少列 {'、'.join(missing)}，首行应为 {wanted}",
            f"lacks {', '.join(missing)}; the first line must be {wanted}",
        )
    marks: dict[date, DayMark] = {}
    for row in lines:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) < len(header):
            raise _refuse(path, lines.line_num, ",".join(cells), "列数不足，请补齐逗号", "has too few columns; add the missing commas")
        mark = DayMark(
            _day_of(path, lines.line_num, cells[columns["day"]]),
            _working_of(path, lines.line_num, cells[columns["is_workday"]]),
            cells[columns["name"]],
        )
        if mark.day in marks:
            raise _refuse(path, lines.line_num, cells[columns["day"]], "重复出现，请只保留一行", "occurs twice; keep one line")
        marks[mark.day] = mark
    return marks


def _day_of(path: Path, line: int, value: str) -> date:
    found = _DAY.fullmatch(value)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        raise _refuse(path, line, value, "不是有效日期，请写成 2018-10-01", "is not a valid day; write it as 2018-10-01")
    return day


def _working_of(path: Path, line: int, value: str) -> bool:
    if value.lower() not in _WORKING:
        raise _refuse(path, line, value, "应为 1（上班）或 0（放假）", "must be 1 (worked) or 0 (off)")
    return _WORKING[value.lower()]


def _only_year(path: Path, marks: Mapping[date, DayMark], year: int) -> dict[date, DayMark]:
    stray = next((day for day in marks if day.year != year), None)
    if stray:
        raise HallError(
            f"日历文件 {path.name} 含有 {stray}，它只能列 {year} 年的日期",
            f"calendar file {path.name} holds {stray}; it may only list days of {year}",
        )
    return dict(marks)
