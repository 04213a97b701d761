"""Working days: the published tables, county overrides, provisional years, and files that cannot be read."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.calendar import FIRST_DAY, LAST_DAY, Calendar, read_calendar, write_calendar
from etl.config import SHIPPED, HallError

SHIPPED_CALENDAR = Calendar.load([SHIPPED / "calendars"])
WORKDAYS = {2018: 250, 2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248}
WORKDAYS_OF_2018 = [22, 17, 22, 20, 22, 20, 22, 23, 21, 18, 22, 21]


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(text.encode(encoding))
    return folder


@pytest.mark.parametrize(("year", "expected"), list(WORKDAYS.items()))
def test_working_days_of_a_year(year: int, expected: int) -> None:
    assert SHIPPED_CALENDAR.between(date(year - 1, 12, 31), date(year, 12, 31)) == expected


@pytest.mark.parametrize(("month", "expected"), list(enumerate(WORKDAYS_OF_2018, start=1)))
def test_working_days_of_each_month_of_2018(month: int, expected: int) -> None:
    eve = date(2018, month, 1) - timedelta(days=1)
    last = date(2018, 12, 31) if month == 12 else date(2018, month + 1, 1) - timedelta(days=1)
    assert SHIPPED_CALENDAR.between(eve, last) == expected


def test_make_up_saturday_counts_as_working_day() -> None:
    assert SHIPPED_CALENDAR.kind(date(2018, 9, 29)) == "make_up"
    assert SHIPPED_CALENDAR.name(date(2018, 9, 29)) == "国庆节"


def test_plain_weekend_is_no_holiday() -> None:
    assert SHIPPED_CALENDAR.kind(date(2018, 9, 15)) == "weekend"


def test_shipped_table_of_2018_agrees_with_the_package() -> None:
    package = Calendar.load([])
    year = [date(2018, 1, 1) + timedelta(days=number) for number in range(365)]
    assert [SHIPPED_CALENDAR.is_workday(day) for day in year] == [package.is_workday(day) for day in year]


def test_county_override_wins_over_the_national_table(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "c", "county.csv", "day,is_workday,name,source\n2018-10-08,0,县庆,县政办〔2018〕1号\n2018-10-06,1,县庆,同上\n"
    )
    calendar = Calendar.load([SHIPPED / "calendars", folder])
    assert (calendar.kind(date(2018, 10, 8)), calendar.kind(date(2018, 10, 6))) == ("holiday", "make_up")
    assert calendar.add(date(2018, 9, 30), 1) == date(2018, 10, 6)
    assert calendar.version != SHIPPED_CALENDAR.version


def test_office_file_saved_by_a_chinese_excel_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", "县.csv", "日期,是否工作日,名称,依据\r\n2018/10/8,否,县庆,通知\r\n", "gb18030")
    assert Calendar.load([folder]).name(date(2018, 10, 8)) == "县庆"


def test_later_folder_overrides_earlier_one(tmp_path: Path) -> None:
    first = write(tmp_path / "a", "x.csv", "day,is_workday,name,source\n2018-10-08,0,县庆,甲\n")
    second = write(tmp_path / "b", "x.csv", "day,is_workday,name,source\n2018-10-08,1,撤销,乙\n")
    assert Calendar.load([first, second]).is_workday(date(2018, 10, 8))


def test_year_beyond_the_published_calendar_is_provisional_until_its_file_comes(tmp_path: Path) -> None:
    assert SHIPPED_CALENDAR.is_provisional(date(2030, 3, 4))
    assert SHIPPED_CALENDAR.is_workday(date(2030, 10, 1))
    folder = write(tmp_path / "c", "national-2030.csv", "day,is_workday,name,source\n2030-10-01,0,国庆节,公布\n")
    loaded = Calendar.load([folder])
    assert not loaded.is_provisional(date(2030, 3, 4))
    assert not loaded.is_workday(date(2030, 10, 1))
    assert loaded.is_provisional(date(2031, 3, 4))


def test_published_year_is_not_provisional() -> None:
    assert not SHIPPED_CALENDAR.is_provisional(date(2018, 6, 1))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("day,is_workday,name,source\n2018-02-30,0,x,y\n", ("第 2 行", "2018-02-30", "2018-10-01")),
        ("day,is_workday,name,source\n\n2018-02-03,maybe,x,y\n", ("第 3 行", "maybe", "1（上班）")),
        ("day,is_workday,name,source\n2018-02-03,0,x,y\n2018-02-03,1,x,y\n", ("第 3 行", "2018-02-03", "只保留一行")),
        ("day,work\n2018-02-03,0\n", ("第 1 行", "is_workday")),
        ("day,is_workday,name,source\n2018-02-03,0\n", ("第 2 行", "列数不足")),
        ("day,is_workday,name,source\n1918-02-03,0,x,y\n", ("第 2 行", "1918-02-03")),
        ("", ("第 1 行", "缺少列")),
    ],
)
def test_broken_file_is_refused_with_file_line_value_and_cure(tmp_path: Path, text: str, said: tuple[str, ...]) -> None:
    folder = write(tmp_path / "c", "county.csv", text)
    with pytest.raises(HallError) as refusal:
        Calendar.load([folder])
    assert all(part in refusal.value.zh for part in ("county.csv", *said))
    assert "county.csv" in refusal.value.en


def test_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "county.csv").write_bytes(b"day,is_workday,name,source\n2018-10-08,0,\xff\xff,x\n")
    with pytest.raises(HallError, match="UTF-8"):
        Calendar.load([tmp_path])


def test_two_county_files_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "day,is_workday,name,source\n2018-10-08,0,x,y\n")
    write(tmp_path, "b.csv", "day,is_workday,name,source\n2018-10-08,1,x,y\n")
    with pytest.raises(HallError, match=r"b\.csv 与 a\.csv"):
        Calendar.load([tmp_path])


def test_national_file_may_only_list_its_own_year(tmp_path: Path) -> None:
    write(tmp_path, "national-2030.csv", "day,is_workday,name,source\n2031-01-01,0,元旦,y\n")
    with pytest.raises(HallError, match="2031-01-01"):
        Calendar.load([tmp_path])


def test_day_outside_the_calendar_is_refused() -> None:
    with pytest.raises(HallError, match="1918"):
        SHIPPED_CALENDAR.is_workday(date(1918, 1, 1))
    with pytest.raises(HallError):
        SHIPPED_CALENDAR.add(LAST_DAY, 1)


days = st.dates(date(2016, 1, 1), date(2030, 12, 31))


@given(days, st.integers(-60, 60).filter(bool))
def test_add_lands_on_a_working_day_that_far_away(day: date, count: int) -> None:
    landed = SHIPPED_CALENDAR.add(day, count)
    assert SHIPPED_CALENDAR.is_workday(landed)
    step = timedelta(days=1 if count > 0 else -1)
    walked, passed = day, 0
    while passed < abs(count):
        walked += step
        passed += SHIPPED_CALENDAR.is_workday(walked)
    assert landed == walked


@given(days, days, days)
def test_between_adds_up(first: date, second: date, third: date) -> None:
    between = SHIPPED_CALENDAR.between
    assert between(first, second) + between(second, third) == between(first, third)


def test_table_holds_the_calendar_and_gives_it_back() -> None:
    with duckdb.connect() as con:
        write_calendar(con, SHIPPED_CALENDAR)
        write_calendar(con, SHIPPED_CALENDAR)
        assert read_calendar(con) == SHIPPED_CALENDAR
        row = con.execute(
            "select is_workday, ordinal, kind, is_provisional, day_number, month_days, next_workday "
            "from ref_calendar where day = '2018-10-06'"
        ).fetchone()
        number = (date(2018, 10, 6) - FIRST_DAY).days
        assert row == (False, SHIPPED_CALENDAR.ordinal(date(2018, 10, 6)), "holiday", False, number, 31, date(2018, 10, 8))
        ordinals = con.execute("select count(*), count(distinct ordinal), min(ordinal), max(ordinal) from ref_workday").fetchone()
        assert ordinals is not None
        assert ordinals[0] == ordinals[1] == ordinals[3]
        assert ordinals[2] == 1


def test_warehouse_without_a_calendar_says_what_to_do() -> None:
    with duckdb.connect() as con, pytest.raises(HallError, match="hall build"):
        read_calendar(con)
