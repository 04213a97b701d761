"""docs/scaling.md says what was measured, and its sums come out as its formulas say."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks import growthchart
from benchmarks.sizing import DATA, Assumed, Curve, cores, needed

MEASURED = json.loads(DATA.read_text("utf-8"))


def _size(cases: int, cpu: float, kept: int) -> dict[str, object]:
    stages = ("day", "build", "publish", "export", "lake_build", "lake_load", "spark")
    names = ("warehouse", "snapshot", "lake", "built")
    return {"cases": cases, "stages": {stage: {"cpu": cpu, "peak": 1, "bytes": dict.fromkeys(names, kept)} for stage in stages}}


def test_chart_and_tables_are_those_of_the_figures():
    text = growthchart.DOCUMENT.read_text("utf-8")
    assert growthchart.document(text, MEASURED) == text, "run python -m tests.benchmarks.growthchart"
    assert growthchart.svg(MEASURED) == growthchart.CHART.read_text("utf-8"), "run python -m tests.benchmarks.growthchart"
    assert all(f"<!-- made: {name} -->" in text for name in growthchart.MADE)


def test_a_figure_changed_in_the_data_changes_the_document():
    changed = json.loads(json.dumps(MEASURED))
    next(iter(changed.values()))["stages"]["build"]["cpu"] += 1234
    text = growthchart.DOCUMENT.read_text("utf-8")
    assert growthchart.document(text, changed) != text


@pytest.mark.parametrize(
    ("cases", "figure"),
    [
        pytest.param(10, 3, id="below the smallest size it is the smallest's"),
        pytest.param(550, 6.5, id="between two sizes it lies on a line"),
        pytest.param(3_000, 30, id="beyond the largest the last line goes on"),
    ],
)
def test_figures_between_and_beyond_sizes(cases: int, figure: float):
    assert Curve(((100, 3), (1_000, 10), (2_000, 20))).at(cases) == pytest.approx(figure)


def test_one_size_alone_grows_in_step_with_the_cases():
    assert Curve(((100, 3),)).at(500) == 15


def test_the_number_of_cases_at_which_a_limit_is_reached():
    line = Curve(((100, 3), (1_000, 30)))
    assert line.reaches(45) == pytest.approx(1_500)
    assert line.reaches(3) == 0
    assert Curve(((100, 30), (1_000, 3))).reaches(45) == float("inf")


def test_what_a_province_needs_is_the_sum_over_its_counties():
    data = {"10 cases": _size(10, 1, 5), "100 cases": _size(100, 10, 50), "demo year": _size(50, 999, 999)}
    assumed = Assumed(counties=4, cases_a_year=200, years=2, snapshots_kept=3)
    found = needed(data, assumed)
    assert assumed.cases == 100
    assert (found.county_day, found.county_full) == (20, 20)
    assert found.full_duckdb == found.full_spark == 4 * 30
    assert found.county_disk == 50 + 3 * 50
    assert found.lake == 4 * 2 * (50 + 50)
    # The demo year's sizes hold all kinds of records, and are taken apart; beyond them all grows in step.
    assert needed(data, assumed, is_mixed=True).full_spark == pytest.approx(4 * 3 * 999 * 2)
    assert cores(3600, replace(assumed, window_hours=2, share_used=0.5)) == 1


def test_the_document_names_what_it_draws():
    assert f"({Path('benchmarks') / growthchart.CHART.name})" in growthchart.DOCUMENT.read_text("utf-8")
