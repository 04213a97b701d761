"""The dictionary page is what the definitions say, and the definitions are whole."""

import re
from pathlib import Path

import pytest

from etl.indicators import definitions
from etl.indicators.dictionary import dictionary_page, entry

ASKED = {
    "received",
    "accepted",
    "closed",
    "open_at_end",
    "completion_rate",
    "on_time_rate",
    "due_cohort_on_time_rate",
    "early_rate",
    "overdue_rate",
    "overdue_open",
    "average_working_days",
    "median_working_days",
    "p90_working_days",
    "instant_rate",
    "same_day_rate",
    "promise_compression",
    "actual_speedup",
    "online_applications",
    "online_rate",
    "precheck_on_time_rate",
    "one_window_intakes",
    "supplement_rate",
    "return_rate",
    "certificates_stored",
    "stock_conversion_rate",
    "items_total",
    "zero_trip_items",
    "one_trip_items",
    "zero_trip_rate",
    "one_trip_rate",
}
CJK = re.compile("[\u4e00-\u9fff]")


def test_page_is_made_from_the_definitions():
    page = (Path(__file__).parents[2] / "docs" / "indicators.md").read_text("utf-8")
    assert page == dictionary_page(), "run: python -m etl.indicators.dictionary > docs/indicators.md"


def test_no_indicator_is_missing():
    assert set(definitions()) >= ASKED


@pytest.mark.parametrize("name", sorted(definitions()))
def test_both_languages_are_whole(name):
    told = definitions()[name]
    parts = [told.formula, told.numerator, told.unit, told.source, *(one for one in (told.denominator, told.use) if one)]
    assert CJK.search(told.zh)
    for words in parts:
        assert not CJK.search(words.en), words.en
    assert not CJK.search(told.en)
    assert entry(told)["dimensions"]


@pytest.mark.parametrize("name", sorted(name for name, told in definitions().items() if told.denominator))
def test_n_counts_records_never_days_or_seconds(name):
    """A single long case must not pass for a large sample."""
    told = definitions()[name]
    counted = told.count or told.denominator
    # A name inside a condition only chooses the records that are counted.
    summed = re.sub(r"case when .*? then (\w+) else 0 end", r"\1", counted.sql)
    measures = [word for word in re.findall(r"[a-z_]\w*", summed) if re.search(r"(^|_)(s|seconds|minutes|hours|days|workdays)$", word)]
    assert measures == []
    if told.count:
        assert re.search("秒|工作日|天数", told.denominator.zh), "the denominator is a count already"
