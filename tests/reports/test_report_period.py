"""Periods of reports: months from any day, what precedes them, how they are named."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.reports.period import Boundaries, available, before, custom, month, months_of, parsed, past, quarter, year
from etl.config import HallError

boundaries = st.builds(Boundaries, st.integers(1, 28), st.sampled_from(["last_day", "first_day"]))


def test_a_calendar_month_by_default():
    assert (month(2018, 2).first, month(2018, 2).last) == (date(2018, 2, 1), date(2018, 2, 28))
    assert month(2018, 2).name == "2018年2月"


def test_the_month_from_the_17th_to_the_16th_is_named_by_its_last_day():
    april = month(2022, 4, Boundaries(17))
    assert (april.first, april.last) == (date(2022, 3, 17), date(2022, 4, 16))
    assert april.span == "2022年3月17日至4月16日"


def test_an_office_may_name_it_by_its_first_day():
    april = month(2022, 4, Boundaries(17, "first_day"))
    assert (april.first, april.last) == (date(2022, 4, 17), date(2022, 5, 16))


def test_january_from_the_17th_begins_in_december():
    january = month(2018, 1, Boundaries(17))
    assert (january.first, january.last) == (date(2017, 12, 17), date(2018, 1, 16))
    assert january.span == "2017年12月17日至2018年1月16日"


@given(st.integers(2000, 2040), boundaries)
def test_months_quarters_and_years_tile_the_days(number, edges):
    months = months_of(number, edges)
    whole = year(number, edges)
    assert (months[0].first, months[-1].last) == (whole.first, whole.last)
    for one, other in pairwise(months):
        assert one.last + timedelta(days=1) == other.first
    for part in range(4):
        assert quarter(number, part + 1, edges).first == months[part * 3].first
        assert quarter(number, part + 1, edges).last == months[part * 3 + 2].last


@given(st.integers(2000, 2040), st.integers(1, 12), boundaries)
def test_the_period_before_ends_on_the_day_before(number, part, edges):
    for period in (month(number, part, edges), quarter(number, (part - 1) // 3 + 1, edges), year(number, edges)):
        assert before(period, edges).last + timedelta(days=1) == period.first


@given(st.integers(2000, 2040), st.integers(1, 12), boundaries)
def test_a_period_is_found_again_by_its_key(number, part, edges):
    for period in (month(number, part, edges), quarter(number, (part - 1) // 3 + 1, edges), year(number, edges)):
        assert parsed(period.kind, period.key, edges) == period


def test_a_custom_period_is_compared_with_as_many_days():
    chosen = custom(date(2018, 10, 8), date(2018, 10, 12))
    assert (before(chosen).first, before(chosen).last) == (date(2018, 10, 3), date(2018, 10, 7))
    assert parsed("custom", chosen.key) == chosen


@pytest.mark.parametrize(
    ("kind", "text"),
    [("month", "2018-13"), ("month", "2018"), ("quarter", "2018-Q5"), ("year", "18"), ("custom", "2018-10-01"), ("custom", "a_b")],
)
def test_a_period_written_otherwise_is_refused_with_an_example(kind, text):
    with pytest.raises(HallError, match="2018"):
        parsed(kind, text)


def test_a_trend_runs_over_the_periods_before_the_oldest_first():
    assert [one.key for one in past(month(2018, 2), 4)] == ["2017-11", "2017-12", "2018-01", "2018-02"]


def test_available_periods_meet_the_data_the_newest_first():
    found = available("month", date(2018, 1, 2), date(2018, 3, 5))
    assert [one.key for one in found] == ["2018-03", "2018-02", "2018-01"]
    assert [one.key for one in available("quarter", date(2018, 1, 2), date(2018, 12, 29))] == ["2018-Q4", "2018-Q3", "2018-Q2", "2018-Q1"]
    assert [one.key for one in available("year", date(2017, 5, 2), date(2018, 12, 29))] == ["2018", "2017"]
