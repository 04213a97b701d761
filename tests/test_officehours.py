"""Working hours against a count minute by minute, as a rule and as the tables that the models join."""

from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.calendar import Calendar
from etl.config import SHIPPED, HallError
from etl.officehours import load_office_hours, write_office_hours

CALENDAR = Calendar.load([SHIPPED / "calendars"])
HOURS = load_office_hours()
FIRST = datetime(2018, 1, 28)


def is_open(moment: datetime) -> bool:
    """The shipped hours in their own words: 8-12 and 14:30-17:30, from June to September 15-18, on working days."""
    if not CALENDAR.is_workday(moment.date()):
        return False
    minute = moment.hour * 60 + moment.minute
    afternoon = (900, 1080) if 6 <= moment.month <= 9 else (870, 1050)
    return 480 <= minute < 720 or afternoon[0] <= minute < afternoon[1]


def counted(first: datetime, last: datetime) -> int:
    """The oracle: every minute looked at."""
    first, last = first.replace(second=0), last.replace(second=0)
    minutes = int((last - first).total_seconds()) // 60
    return sum(is_open(first + timedelta(minutes=number)) for number in range(minutes))


moments = st.builds(lambda days, seconds: FIRST + timedelta(days=days, seconds=seconds), st.integers(0, 330), st.integers(0, 86_399))


@settings(max_examples=40, deadline=None)
@given(moments, st.integers(0, 14 * 86_400))
def test_rule_equals_a_count_minute_by_minute(first: datetime, seconds: int) -> None:
    last = first + timedelta(seconds=seconds)
    assert HOURS.minutes_between(first, last, CALENDAR) == counted(first, last)


@settings(max_examples=60, deadline=None)
@given(moments, moments, moments)
def test_parts_add_up_and_turning_back_undoes(one: datetime, two: datetime, three: datetime) -> None:
    whole = HOURS.minutes_between(one, three, CALENDAR)
    assert HOURS.minutes_between(one, two, CALENDAR) + HOURS.minutes_between(two, three, CALENDAR) == whole
    assert HOURS.minutes_between(three, one, CALENDAR) == -whole


@pytest.mark.parametrize(
    ("first", "last", "minutes"),
    [
        # The lunch break does not count.
        (datetime(2018, 10, 10, 11, 50), datetime(2018, 10, 10, 14, 40), 20),
        # Submitted in the evening, looked at first thing in the morning.
        (datetime(2018, 10, 10, 20), datetime(2018, 10, 11, 8, 1), 1),
        # A weekend between them.
        (datetime(2018, 10, 12, 17), datetime(2018, 10, 15, 9), 90),
        # National Day: 30 September (a Sunday) is worked, 1 to 7 October are off. September's afternoon ends at 18:00.
        (datetime(2018, 9, 30, 17), datetime(2018, 10, 8, 8, 30), 90),
        # Weekend service: on Saturday no working hours pass.
        (datetime(2018, 10, 13, 9), datetime(2018, 10, 13, 11), 0),
        # Summer afternoons begin at 15:00.
        (datetime(2018, 7, 2, 14, 30), datetime(2018, 7, 2, 15, 30), 30),
    ],
)
def test_known_stretches(first: datetime, last: datetime, minutes: int) -> None:
    assert HOURS.minutes_between(first, last, CALENDAR) == minutes == counted(first, last)


SQL = """
select b.minutes_before + d.worked - a.minutes_before - c.worked
from ref_office_day as a, ref_office_day as b, ref_office_clock as c, ref_office_clock as d
where a.day = cast($first as date) and c.schedule = a.schedule and c.minute = hour($first) * 60 + minute($first)
and b.day = cast($last as date) and d.schedule = b.schedule and d.minute = hour($last) * 60 + minute($last)
"""


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as made:
        assert write_office_hours(made, [SHIPPED / "rules"], CALENDAR) == HOURS.version
        yield made


@settings(max_examples=60, deadline=None)
@given(first=moments, last=moments)
def test_tables_give_the_rules_minutes(con, first: datetime, last: datetime) -> None:
    found = con.execute(SQL, {"first": first, "last": last}).fetchone()
    assert found == (HOURS.minutes_between(first, last, CALENDAR),)


def hours_file(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"officehours-{name}.toml"
    path.write_text(text, "utf-8")
    return path


OWN = 'id = "own"\nvalid_from = 2018-10-01\nbasis = "本中心"\n[[season]]\nfrom = "01-01"\nsessions = ["09:00-17:00"]\n'


def test_an_offices_own_hours_win_from_their_day_on(tmp_path: Path) -> None:
    hours_file(tmp_path / "rules", "own", OWN)
    hours = load_office_hours([SHIPPED / "rules", tmp_path / "rules"])
    assert hours.minutes_between(datetime(2018, 10, 10, 0), datetime(2018, 10, 11, 0), CALENDAR) == 480
    assert hours.minutes_between(datetime(2018, 9, 10, 0), datetime(2018, 9, 11, 0), CALENDAR) == 420
    assert hours.version != HOURS.version


def test_a_day_without_a_timetable_has_no_row(tmp_path: Path) -> None:
    hours_file(tmp_path / "rules", "own", OWN)
    with duckdb.connect() as con:
        write_office_hours(con, [tmp_path / "rules"], CALENDAR)
        assert con.execute("select min(day) from ref_office_day").fetchone() == (date(2018, 10, 1),)
    assert load_office_hours([tmp_path / "rules"]).sessions_on(date(2018, 9, 30)) is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"09:00-17:00"', '"9:00-17:00"', "sessions"),
        ('"09:00-17:00"', '"17:00-09:00"', "sessions"),
        ('"09:00-17:00"', '"09:00-12:00", "11:00-17:00"', "sessions"),
        ('from = "01-01"', 'from = "1-1"', "from"),
        ("valid_from = 2018-10-01", "valid_from = 2018-10-01\nvalid_to = 2018-10-01", "valid_to"),
    ],
)
def test_a_faulty_file_is_refused_by_name_and_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    hours_file(tmp_path, "own", OWN.replace(old, new))
    with pytest.raises(HallError) as refused:
        load_office_hours([tmp_path])
    assert "officehours-own.toml" in refused.value.zh
    assert said in refused.value.en


def test_two_files_for_one_day_are_refused(tmp_path: Path) -> None:
    hours_file(tmp_path, "a", OWN)
    hours_file(tmp_path, "b", OWN.replace("2018-10-01", "2019-01-01"))
    with pytest.raises(HallError, match="2019-01-01"):
        load_office_hours([tmp_path])
