"""Periods: what they hold, what comes before, and what is a fair comparison."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.period import KINDS, Period, after, before, comparison, containing, grains, is_covered, starts, until

days = st.dates(min_value=date(2004, 1, 10), max_value=date(2040, 12, 31))
kinds = st.sampled_from([kind for kind in KINDS if kind != "custom"])


@given(kind=kinds, day=days)
def test_periods_of_a_kind_follow_one_another_without_gap(kind, day):
    period = containing(kind, day)
    assert period.first <= day <= period.last
    assert before(period).last + timedelta(days=1) == period.first
    assert after(period).first == period.last + timedelta(days=1)
    assert after(before(period)) == period


@given(first=days, length=st.integers(1, 400))
def test_a_custom_period_is_compared_with_as_many_days_just_before(first, length):
    period = Period("custom", first, first + timedelta(days=length - 1))
    assert before(period).days == length
    assert before(period).last == first - timedelta(days=1)


@given(kind=kinds, day=days, cut_off=days)
def test_a_running_period_is_compared_with_no_more_days_than_it_has_had(kind, day, cut_off):
    period = containing(kind, day)
    compared = comparison(period, cut_off)
    assert compared.last < period.first
    if cut_off >= period.last:
        assert compared == before(period)
    else:
        assert compared.days <= until(period, cut_off).days


@given(kind=kinds, first=days, length=st.integers(0, 900))
def test_choices_cover_all_days_of_the_data_newest_first(kind, first, length):
    last = first + timedelta(days=length)
    listed = starts(kind, first, last)
    assert listed == sorted(listed, reverse=True)
    assert listed[0] == containing(kind, last).first
    assert containing(kind, first).first == listed[-1]


@given(first=days, length=st.integers(1, 2000))
def test_every_time_step_offered_gives_a_readable_series(first, length):
    period = Period("custom", first, first + timedelta(days=length - 1))
    offered = grains(period)
    assert offered
    assert "day" not in offered or length <= 190 or offered == ["day"]


@pytest.mark.parametrize(
    ("period", "first_day", "covered"),
    [
        (containing("month", date(2018, 1, 5)), date(2018, 1, 2), True),
        (containing("month", date(2017, 12, 5)), date(2017, 12, 19), False),
        (containing("year", date(2017, 5, 1)), date(2017, 12, 19), False),
        (containing("day", date(2018, 1, 1)), date(2018, 1, 2), False),
    ],
)
def test_a_period_that_the_data_only_touch_is_no_fair_comparison(period, first_day, covered):
    assert is_covered(period, first_day) is covered


def test_quarters_and_weeks_begin_where_a_calendar_says():
    assert containing("quarter", date(2018, 11, 11)) == Period("quarter", date(2018, 10, 1), date(2018, 12, 31))
    assert containing("week", date(2018, 9, 30)) == Period("week", date(2018, 9, 24), date(2018, 9, 30))
