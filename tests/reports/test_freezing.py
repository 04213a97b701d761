"""A report is a draft until every month that it tells of is frozen."""

from datetime import date, datetime

import pytest

from dashboard.reports.asking import Asked
from dashboard.reports.freezing import is_frozen
from dashboard.reports.making import content_of, file_name
from dashboard.reports.period import Boundaries, custom, month, quarter, year
from etl.assess.documents import to_document
from etl.assess.results import Frozen
from etl.config import Home
from etl.office import open_office
from etl.office.freezing import freeze


def freeze_all(home: Home, *months: str) -> None:
    for one in months:
        freeze(
            open_office(home),
            one,
            to_document(Frozen(one, "default", "2018.1", (), (), ())),
            "S1",
            "default",
            "2018.1",
            "manager",
            datetime(2019, 3, 1, 12),
        )


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


def test_a_report_of_frozen_months_carries_no_mark_of_a_draft(own_home: Home):
    asked = {"month": Asked("month", "2018-10"), "quarter": Asked("quarter", "2018-Q4")}
    freeze_all(own_home, "2018-09")
    assert content_of(own_home, asked["month"]).stamp.is_draft
    freeze_all(own_home, "2018-10")
    final = content_of(own_home, asked["month"])
    assert not final.stamp.is_draft
    assert file_name(final, "pdf") == "政务服务运行情况通报_2018-10_内部.pdf"
    assert content_of(own_home, asked["quarter"]).stamp.is_draft
    freeze_all(own_home, "2018-11", "2018-12")
    assert not content_of(own_home, asked["quarter"]).stamp.is_draft
