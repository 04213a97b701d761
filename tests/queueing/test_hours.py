"""Service hours are calendars of their own: weekend service on days off, self-service always, and none of it moves the legal clock."""

from datetime import date, datetime

import duckdb
import pytest
from oracles.cases import insert

from etl.calendar import Calendar
from etl.config import SHIPPED, HallError
from etl.engine import build
from etl.queueing.hours import ServiceHours, Timetable

SHIPPED_HOURS = SHIPPED / "service-hours"


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar.load([SHIPPED / "calendars"])


@pytest.fixture(scope="module")
def shipped() -> dict[str, ServiceHours]:
    return dict(Timetable.load([SHIPPED_HOURS]).calendars)


@pytest.mark.parametrize(
    ("day", "hall", "weekend"),
    [
        (date(2018, 10, 8), True, False),  # Monday after the holiday
        (date(2018, 10, 13), False, True),  # a plain Saturday
        (date(2018, 10, 14), False, False),  # a plain Sunday
        (date(2018, 9, 29), True, False),  # a Saturday that is worked
        (date(2018, 10, 6), False, False),  # a Saturday of the National Day holiday
        (date(2018, 2, 11), True, False),  # a Sunday that is worked
    ],
)
def test_which_part_serves_on_which_day(shipped, calendar, day, hall, weekend):
    assert shipped["hall"].is_open(day, calendar) is hall
    assert shipped["weekend"].is_open(day, calendar) is weekend
    assert shipped["self-service"].sessions(day, calendar) == ((0, 1440),)


def test_summer_begins_later_in_the_afternoon(shipped, calendar):
    assert shipped["hall"].sessions(date(2018, 5, 31), calendar)[-1] == (14 * 60 + 30, 17 * 60 + 30)
    assert shipped["hall"].sessions(date(2018, 6, 1), calendar)[-1] == (15 * 60, 18 * 60)
    assert shipped["hall"].sessions(date(2018, 1, 2), calendar)[-1] == (14 * 60 + 30, 17 * 60 + 30)


def test_single_days_go_before_the_rule(shipped, calendar):
    given = shipped["weekend"].model_copy(update={"open": (date(2018, 10, 14),), "closed": (date(2018, 10, 13),)})
    assert given.is_open(date(2018, 10, 14), calendar)
    assert not given.is_open(date(2018, 10, 13), calendar)


def test_the_offices_own_file_replaces_its_namesake(tmp_path):
    text = (SHIPPED_HOURS / "weekend.toml").read_text("utf-8").replace("weekdays = [6]", "weekdays = [6, 7]")
    (tmp_path / "weekend.toml").write_text(text, "utf-8")
    merged = Timetable.load([SHIPPED_HOURS, tmp_path])
    assert merged.calendars["weekend"].weekdays == (6, 7)
    assert merged.version != Timetable.load([SHIPPED_HOURS]).version


@pytest.mark.parametrize(
    "line",
    [
        'sessions = ["12:00-08:00"]', 'sessions = ["8-12"]', 'sessions = ["08:00-12:00", "11:00-13:00"]', "sessions = []",
    ],
)  # fmt: skip
def test_sessions_that_are_none_are_refused_by_file(tmp_path, line):
    (tmp_path / "odd.toml").write_text(
        f'channel = "window"\nzh = "x"\nen = "x"\nbasis = ""\ndays = "every"\n[[season]]\nfrom = "01-01"\n{line}\n', "utf-8"
    )
    with pytest.raises(HallError, match=r"odd\.toml"):
        Timetable.load([tmp_path])


def test_two_files_for_one_channel_are_refused(tmp_path):
    text = (SHIPPED_HOURS / "hall.toml").read_text("utf-8")
    (tmp_path / "another.toml").write_text(text, "utf-8")
    with pytest.raises(HallError, match=r"another and hall|hall and another"):
        Timetable.load([SHIPPED_HOURS, tmp_path])


def test_weekend_service_does_not_move_the_legal_calendar(home):
    """The same build with and without service on every Sunday: the working days and their ordinals are the same."""
    folder = home.root / "service-hours"
    folder.mkdir()
    ticket = {"zone": "一楼", "ticket_no": "A001", "status": "done"}
    taken = datetime(2018, 10, 14, 9)
    ordinals = []
    channels = []
    for weekdays in ("[6]", "[6, 7]"):
        text = (SHIPPED_HOURS / "weekend.toml").read_text("utf-8").replace("weekdays = [6]", f"weekdays = {weekdays}")
        (folder / "weekend.toml").write_text(text, "utf-8")
        with duckdb.connect(":memory:") as con:
            insert(con, "ticket", [{**ticket, "taken_on": taken.date(), "taken_at": taken}])
            build(con, home, as_of=date(2018, 12, 31), now=datetime(2018, 12, 31, 18))
            ordinals.append(con.execute("select day, is_workday, ordinal from ref_calendar order by day").fetchall())
            channels.append(con.execute("select channel from fact_ticket").fetchall())
    assert ordinals[0] == ordinals[1]
    # A ticket of a day on which nobody serves belongs to the counters; of one with weekend service to that.
    assert channels == [[("window",)], [("weekend",)]]
