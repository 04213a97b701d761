"""How a number and its change are written: per cent for counts, 百分点 for rates, own unit for means, nothing without support."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.reports.figures import Figure
from dashboard.reports.period import custom, month, quarter, year
from dashboard.reports.wording import amount, change, half_up, is_small, listed, number, signed_change
from etl.indicators import definition

OCTOBER = month(2018, 10)


def count(value, name="received"):
    return Figure(definition(name), date(2018, 10, 1), date(2018, 10, 31), (), (), value, None, value, value)


def rate(numerator, denominator, name="on_time_rate"):
    value = numerator * 100 / denominator if denominator else None
    return Figure(definition(name), date(2018, 10, 1), date(2018, 10, 31), (), (), numerator, denominator, value, denominator)


def mean(total, n):
    name = "committed_average_working_days"
    return Figure(definition(name), date(2018, 10, 1), date(2018, 10, 31), (), (), total, n, total / n if n else None, n)


@pytest.mark.parametrize(
    ("now", "then", "words"),
    [
        (5610, 3198, "环比增长75.42%"),
        (5497, 3069, "环比增长79.11%"),
        (80, 100, "环比下降20.00%"),
        (100, 100, "与上月持平"),
        (0, 0, ""),
        (7, 0, ""),
        (0, 7, "环比下降100.00%"),
        (1000001, 1000000, "与上月基本持平"),
    ],
)
def test_a_count_changes_in_per_cent(now, then, words):
    assert change(count(now), count(then), OCTOBER) == words


def test_a_rate_changes_in_percentage_points():
    assert change(rate(9280, 10000), rate(9170, 10000), OCTOBER) == "较上月提高1.10个百分点"
    assert change(rate(9170, 10000), rate(9280, 10000), OCTOBER) == "较上月降低1.10个百分点"
    assert change(rate(50, 100), rate(500, 1000), OCTOBER) == "与上月持平"


def test_a_sum_that_had_not_begun_is_no_match_for_what_came_after():
    """By the end of 2017 no certificate was converted: 95 % by the end of 2018 are no rise of 95 points on the year before."""
    then, now = rate(0, 100, "stock_conversion_rate"), rate(95, 100, "stock_conversion_rate")
    assert change(now, then, OCTOBER) == ""
    assert signed_change(now, then) == "—"
    assert change(now, rate(90, 100, "stock_conversion_rate"), OCTOBER) == "较上月提高5.00个百分点"
    assert change(rate(95, 100), rate(0, 100), OCTOBER) == "较上月提高95.00个百分点"


def test_a_mean_changes_in_its_own_unit():
    assert change(mean(178, 100), mean(206, 100), OCTOBER) == "较上月缩短0.28个工作日"
    assert change(mean(206, 100), mean(178, 100), OCTOBER) == "较上月延长0.28个工作日"


def test_nothing_is_said_of_a_rate_that_rests_on_few():
    assert change(rate(5, 6), rate(500, 1000), OCTOBER) == ""
    assert change(rate(500, 1000), rate(0, 0), OCTOBER) == ""


def test_nothing_is_said_without_a_period_before():
    assert change(count(5), None, OCTOBER) == ""


def test_quarter_and_year_have_their_own_words():
    assert change(count(120), count(100), quarter(2018, 4)) == "环比增长20.00%"
    assert change(count(120), count(100), year(2018)) == "比上年增长20.00%"
    assert change(rate(50, 100), rate(40, 100), quarter(2018, 4)) == "较上季度提高10.00个百分点"
    assert change(count(1), count(1), custom(date(2018, 10, 1), date(2018, 10, 5))) == "与上期持平"


def test_numbers_have_their_units():
    assert amount(count(5610)) == "5,610件"
    assert amount(rate(989, 1000)) == "98.90%"
    assert amount(mean(178, 100)) == "1.78个工作日"
    assert number(rate(0, 0)) == "—"


def test_two_thirds_and_a_half_are_rounded_as_at_school():
    assert number(rate(2, 3)) == "66.67"
    assert str(half_up(Fraction(1, 8))) == "0.13"
    assert str(half_up(Fraction(-1, 8))) == "-0.13"
    assert str(half_up(0.285)) == "0.29"


@given(st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10**4))
def test_rounding_is_that_of_decimal_arithmetic(value):
    expected = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert half_up(value) == expected


def test_a_change_in_a_cell_carries_its_sign():
    assert signed_change(count(5610), count(3198)) == "+75.42"
    assert signed_change(count(80), count(100)) == "−20.00"
    assert signed_change(count(100), count(100)) == "0.00"
    assert signed_change(count(100), count(0)) == "—"


def test_small_counts_and_what_would_give_them_away():
    assert [value for value in range(7) if is_small(count(value))] == [1, 2, 3, 4]
    assert is_small(rate(3, 100))
    # 98 of 100 on time says that 2 were late.
    assert is_small(rate(98, 100))
    assert not is_small(rate(90, 100))
    assert not is_small(rate(100, 100))
    assert is_small(rate(4, 4))
    assert is_small(replace(mean(9, 3)))
    assert not is_small(mean(30, 10))


def test_a_list_of_nothing_says_none():
    assert listed([]) == "无"
    assert listed(["甲局", "乙局"]) == "甲局、乙局"
