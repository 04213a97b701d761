"""What a question may be, what its answer looks like, and how a wrong one is refused."""

import json
from datetime import date, datetime

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.cases import insert

from etl.config import HallError
from etl.engine import build
from etl.indicators import Query, definitions, evaluate
from etl.indicators.definition import Indicator
from etl.indicators.dimensions import DIMENSIONS, MARTS
from etl.indicators.evaluate import quantile
from etl.indicators.values import require_known_values

# A warehouse is one county's: only snapshots say whose a row is (tests/test_divisions.py, tests/lake/test_gather.py).
OF_SNAPSHOTS = {"division"}
PERIOD = (date(2018, 1, 1), date(2018, 7, 31))


def test_json_has_exactly_the_documented_keys(hall):
    document = evaluate(hall.con, "on_time_rate", Query(*PERIOD, by=("channel",))).as_json()
    assert list(document) == ["indicator", "label", "unit", "from", "to", "rows"]
    assert (document["label"], document["unit"], document["from"]) == ("已办件按时办结率", "%", "2018-01-01")
    assert list(document["rows"][0]) == ["by", "numerator", "denominator", "value", "n"]
    assert json.loads(json.dumps(document)) == document


def test_count_series_by_day_has_zeros_and_rates_have_no_value(hall):
    # Nothing is received on the days after the last case.
    quiet = (date(2018, 7, 1), date(2018, 7, 5))
    counts = evaluate(hall.con, "received", Query(*quiet, by=("day",))).rows
    assert [(row.by["day"], row.value) for row in counts] == [(f"2018-07-0{day}", 0) for day in range(1, 6)]
    rates = evaluate(hall.con, "online_rate", Query(*quiet, by=("day",))).rows
    assert [(row.numerator, row.denominator, row.value) for row in rates] == [(0, 0, None)] * 5


def test_an_empty_slice_gives_one_row_without_a_value(hall):
    (row,) = evaluate(hall.con, "on_time_rate", Query(date(2010, 1, 1), date(2010, 1, 2))).rows
    assert (row.by, row.numerator, row.denominator, row.value, row.n) == ({}, 0, 0, None, 0)


def test_several_values_of_a_dimension_mean_any_of_them(hall):
    both = evaluate(hall.con, "received", Query(*PERIOD, where={"channel": ["web", "mobile"]})).rows[0].value
    each = [evaluate(hall.con, "received", Query(*PERIOD, where={"channel": one})).rows[0].value for one in ("web", "mobile")]
    assert both == sum(each) > 0


def test_chinese_label_means_its_code(hall):
    rows = [evaluate(hall.con, "received", Query(*PERIOD, where={"channel": word})).rows[0].value for word in ("web", "网上", "Web")]
    assert len(set(rows)) == 1


def test_a_value_is_never_taken_for_sql(hall):
    for value in ("' or 1=1 --", "x'; drop table mart_case_day; --", "$first"):
        assert evaluate(hall.con, "received", Query(*PERIOD, where={"department": value})).rows[0].value == 0
    assert evaluate(hall.con, "received", Query(*PERIOD)).rows[0].value > 0


def test_week_is_named_by_its_monday(hall):
    rows = evaluate(hall.con, "received", Query(date(2018, 3, 7), date(2018, 3, 13), by=("week",))).rows
    assert [row.by["week"] for row in rows] == ["2018-03-05", "2018-03-12"]


def test_hours_and_weekdays_come_together(hall):
    rows = evaluate(hall.con, "received", Query(*PERIOD, by=("weekday", "hour"))).rows
    assert {row.by["weekday"] for row in rows} == set(range(1, 8))
    assert all(8 <= row.by["hour"] < 18 for row in rows if row.value)
    assert sum(row.value for row in rows) == len(hall.facts)


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("on_tme_rate", Query(*PERIOD), "on_time_rate"),
        ("received", Query(*PERIOD, by=("departmen",)), "department"),
        ("received", Query(*PERIOD, by=("unit",)), "no dimension unit"),
        ("received", Query(*PERIOD, where={"channl": "web"}), "channel"),
        ("received", Query(*PERIOD, where={"channel": "wbe"}), "no value 'wbe'"),
        ("received", Query(*PERIOD, where={"hour": "nine"}), "whole number"),
        ("received", Query(*PERIOD, where={"month": "2018-03"}), "first and last day"),
        ("received", Query(*PERIOD, by=("item", "channel")), "leave one out"),
        ("received", Query(*PERIOD, by=("day", "month")), "choose one"),
        ("received", Query(PERIOD[1], PERIOD[0]), "before it begins"),
    ],
)
def test_a_wrong_question_is_refused_with_what_is_right(hall, name, query, said):
    with pytest.raises(HallError) as refused:
        evaluate(hall.con, name, query)
    assert said in refused.value.en
    assert refused.value.zh


def test_department_written_wrong_is_refused_with_the_nearest(hall):
    with pytest.raises(HallError, match="民政局"):
        require_known_values(hall.con, definitions()["received"], Query(*PERIOD, where={"department": "民政"}))
    require_known_values(hall.con, definitions()["received"], Query(*PERIOD, where={"department": "民政局", "channel": "email"}))


def test_nothing_built_is_said_so():
    with duckdb.connect(":memory:") as con, pytest.raises(HallError, match="run hall build"):
        evaluate(con, "received", Query(*PERIOD))


@pytest.mark.parametrize("name", sorted(definitions()))
def test_every_indicator_answers_by_each_of_its_dimensions(hall, name):
    evaluate(hall.con, name, Query(*PERIOD))
    for dimension in set(definitions()[name].dimensions) - OF_SNAPSHOTS:
        for row in evaluate(hall.con, name, Query(*PERIOD, by=(dimension,))).rows:
            assert list(row.by) == [dimension]


@pytest.mark.parametrize("mart", sorted(MARTS))
def test_every_dimension_of_a_mart_is_a_column_of_it(hall, mart):
    for name in set(MARTS[mart]) - OF_SNAPSHOTS:
        source = f"(select *, date '2018-01-01' as day from {mart})" if "in_force_from" in _columns(hall, mart) else mart
        hall.con.execute(f"select {DIMENSIONS[name].sql} from {source} limit 1").fetchall()


def _columns(hall, mart: str) -> set[str]:
    return {row[0] for row in hall.con.execute(f"select column_name from (describe {mart})").fetchall()}


def test_items_are_counted_once_and_in_the_scope_asked_for(home):
    with duckdb.connect(":memory:") as con:
        common = {"item_version": "1", "item_name": "事项", "department": "民政局"}
        insert(
            con,
            "item",
            [
                {**common, "item_code": "a", "trips": 0, "level": "district", "is_entry_center": True},
                {**common, "item_code": "b", "trips": 1, "level": "district", "valid_from": date(2018, 3, 1)},
                {**common, "item_code": "c", "trips": 1, "level": "township"},
                {**common, "item_code": "d", "level": "district"},
            ],
        )
        build(con, home, now=datetime(2018, 12, 31, 18))
        year = (date(2018, 1, 1), date(2018, 12, 31))
        assert evaluate(con, "items_total", Query(*year)).rows[0].value == 4
        by_scope = {row.by["scope"]: row.value for row in evaluate(con, "items_total", Query(*year, by=("scope",))).rows}
        assert by_scope == {"all": 4, "centre": 1, "district": 3, "township": 1}
        assert evaluate(con, "one_trip_items", Query(*year, where={"scope": "district"})).rows[0].value == 1
        assert evaluate(con, "one_trip_items", Query(*year, where={"scope": "区直各部门"})).rows[0].value == 1
        (rate,) = evaluate(con, "zero_trip_rate", Query(*year, where={"scope": "district"})).rows
        assert (rate.numerator, rate.denominator) == (1, 3)
        by_month = evaluate(con, "items_total", Query(*year, by=("month",))).rows
        assert [row.value for row in by_month] == [3, 3] + [4] * 10


def test_stock_conversion_counts_all_that_was_to_be_converted_until_the_end(home):
    with duckdb.connect(":memory:") as con:
        common = {"source": "s", "unit": "民政局", "stock_or_new": "stock", "issued_on": date(2015, 1, 1)}
        insert(con, "certificate", [{**common, "certificate_no": str(n), "converted_on": date(2018, n, 1)} for n in (1, 2, 3)])
        insert(con, "certificate", [{**common, "certificate_no": "9"}])
        build(con, home, now=datetime(2018, 12, 31, 18))
        (row,) = evaluate(con, "stock_conversion_rate", Query(date(2018, 2, 1), date(2018, 2, 28))).rows
        assert (row.numerator, row.denominator, row.value) == (2, 4, 50)


histograms = st.dictionaries(st.integers(0, 90), st.integers(1, 8), min_size=1)


@given(histograms, st.floats(0.01, 0.99))
def test_quantile_of_a_histogram_is_that_of_its_cases(histogram, share):
    cases = sorted(value for value, count in histogram.items() for _ in range(count))
    position = (len(cases) - 1) * share
    below = int(position)
    above = min(below + 1, len(cases) - 1)
    assert quantile(histogram, share) == pytest.approx(cases[below] * (1 - position + below) + cases[above] * (position - below))


def test_quantile_of_nothing_is_none():
    assert quantile({}, 0.5) is None


def test_an_indicator_that_contradicts_itself_is_refused():
    sound = definitions()["on_time_rate"].model_dump()
    assert Indicator.model_validate(sound) == definitions()["on_time_rate"]
    for change in ({"denominator": None}, {"marts": ["mart_nowhere"]}, {"quantile": 0.5}, {"where": {"trips": "0"}}, {"unit": {"zh": "%"}}):
        with pytest.raises(ValueError, match=r"."):
            Indicator.model_validate({**sound, **change})
