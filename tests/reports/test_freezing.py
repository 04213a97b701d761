"""A report is a draft until every month that it tells of is frozen."""

from datetime import date, datetime

import pytest

from dashboard.reports.freezing import is_frozen
from dashboard.reports.period import Boundaries, custom, month, quarter, year
from etl.config import Home
from etl.office import open_office
from etl.office.freezing import freeze


def freeze_all(home: Home, *months: str) -> None:
    for one in months:
        freeze(open_office(home), one, {}, "S1", "default", "2018.1", "manager", datetime(2019, 3, 1, 12))


def test_without_an_office_nothing_is_frozen_and_none_is_made(home: Home):
    assert not is_frozen(home, month(2018, 10))
    assert not (home.root / "office.sqlite3").exists()


FROM_17TH = Boundaries(17, "last_day")


@pytest.mark.parametrize(
    ("period", "last_needed"),
    [
        (month(2018, 1), "2018-01"),
        (month(2018, 2, FROM_17TH), "2018-02"),
        (quarter(2018, 1), "2018-03"),
        (custom(date(2018, 1, 31), date(2018, 2, 1)), "2018-02"),
        (custom(date(2018, 2, 5), date(2018, 2, 5)), "2018-02"),
        (year(2018), "2018-12"),
    ],
)
def test_a_period_is_frozen_with_the_last_month_it_meets(home: Home, period, last_needed):
    for number in range(1, 13):
        assert is_frozen(home, period) == (f"2018-{number:02d}" > last_needed)
        freeze_all(home, f"2018-{number:02d}")
    assert is_frozen(home, period)


def test_a_period_that_begins_before_the_first_frozen_month_is_not_frozen(home: Home):
    freeze_all(home, "2018-02")
    assert not is_frozen(home, month(2018, 2, FROM_17TH))
    assert not is_frozen(home, quarter(2018, 1))
    assert not is_frozen(home, custom(date(2018, 2, 1), date(2018, 3, 1)))
    assert is_frozen(home, month(2018, 2))
