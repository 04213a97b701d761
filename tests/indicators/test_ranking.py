"""Places of counties: by the exact fraction, shared where equal, none on too few cases."""

from hypothesis import given
from hypothesis import strategies as st

from etl.indicators import Row, definitions
from etl.indicators.ranking import can_rank, ranked

RATE, DAYS, MEDIAN = (definitions()[name] for name in ("on_time_rate", "average_working_days", "median_working_days"))


def rate(numerator: int, denominator: int) -> Row:
    return Row({}, numerator, denominator, numerator * 100 / denominator if denominator else None, denominator)


def places(found) -> list[tuple[str, int | None, bool]]:
    return [(one.name, one.place, one.is_shared) for one in found]


def test_equal_fractions_share_a_place_and_the_next_is_left_out():
    rows = {"a": rate(9, 10), "b": rate(90, 100), "c": rate(20, 20), "d": rate(1, 20)}
    assert places(ranked(RATE, rows, 10)) == [("c", 1, False), ("a", 2, True), ("b", 2, True), ("d", 4, False)]


def test_lower_is_better_where_the_indicator_says_so():
    rows = {"a": rate(30, 10), "b": rate(20, 10)}
    assert DAYS.direction == "down"
    assert [name for name, *_ in places(ranked(DAYS, rows, 10))] == ["b", "a"]


def test_few_or_no_cases_are_not_ranked_and_move_nobody():
    rows = {"few": rate(9, 9), "none": rate(0, 0), "b": rate(5, 10), "a": rate(8, 10)}
    assert places(ranked(RATE, rows, 10)) == [("a", 1, False), ("b", 2, False), ("few", None, False), ("none", None, False)]
    assert places(ranked(RATE, rows, 1))[0] == ("a" if RATE.minimum_denominator > 9 else "few", 1, False)


def test_a_percentile_is_ranked_by_its_value():
    rows = {"a": Row({}, None, None, 4.5, 12), "b": Row({}, None, None, 4.0, 12), "c": Row({}, None, None, 4.5, 12)}
    assert places(ranked(MEDIAN, rows, 1)) == [("b", 1, False), ("a", 2, True), ("c", 2, True)]


def test_what_only_grows_with_a_county_is_not_ranked():
    assert not can_rank(definitions()["received"])
    assert not can_rank(definitions()["overdue_open"])
    assert can_rank(RATE)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=12))
def test_a_place_is_one_more_than_how_many_are_better(parts):
    rows = {f"{number:02d}": rate(min(one, other), other) for number, (one, other) in enumerate(parts)}
    least = max(5, RATE.minimum_denominator)
    found = ranked(RATE, rows, 5)
    assert {one.name for one in found} == set(rows)
    for one in found:
        firm = [row for row in rows.values() if row.n >= least]
        if one.row.n < least:
            assert one.place is None
            continue
        better = sum(row.numerator * one.row.denominator > one.row.numerator * row.denominator for row in firm)
        equal = sum(row.numerator * one.row.denominator == one.row.numerator * row.denominator for row in firm)
        assert (one.place, one.is_shared) == (better + 1, equal > 1)
