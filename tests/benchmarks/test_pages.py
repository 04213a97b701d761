"""What is said of pages in a browser: the table is what was measured, and the verdicts are those of the budgets."""

import shutil
from pathlib import Path

import pytest

from tests.benchmarks.browsing import number_in, p95
from tests.benchmarks.charts import DOCS
from tests.benchmarks.pagechart import DASH, HALL, PANDAS, bring_up, budgets, keep, read, table


def taken(filter_ms: float, slow_s: float = 4.0) -> dict[str, list[float]]:
    """What a contender took, as far as budgets ask."""
    return {"filter": [filter_ms] * 3, "slow": [slow_s]}


def test_the_page_says_what_was_measured(tmp_path: Path):
    (tmp_path / "benchmarks").mkdir()
    for name in ("benchmarks.md", "benchmarks/pages.json", "benchmarks/pages-filter.svg"):
        shutil.copy(DOCS / name, tmp_path / name)
    bring_up(tmp_path)
    for name in ("benchmarks.md", "benchmarks/pages-filter.svg"):
        assert (tmp_path / name).read_text("utf-8") == (DOCS / name).read_text("utf-8"), name


def test_a_size_takes_the_place_of_its_former_results_alone(tmp_path: Path):
    (tmp_path / "benchmarks").mkdir()
    shutil.copy(DOCS / "benchmarks.md", tmp_path / "benchmarks.md")
    shutil.copy(DOCS / "benchmarks" / "pages.json", tmp_path / "benchmarks" / "pages.json")
    before = read(tmp_path)
    first, *others = before
    keep(first, {**before[first], "on": "2001-02-03"}, tmp_path)
    after = read(tmp_path)
    assert after[first]["on"] == "2001-02-03"
    assert {cases: after[cases] for cases in others} == {cases: before[cases] for cases in others}
    assert "2001-02-03" in (tmp_path / "benchmarks.md").read_text("utf-8")


def test_verdicts_are_those_of_the_budgets():
    results = {
        1_000: {"runs": {HALL: taken(100), DASH: taken(110), PANDAS: taken(50)}},
        2_000: {"runs": {HALL: taken(130, slow_s=5.1), DASH: taken(100)}},
    }
    said = {line.what: (round(line.value, 2), line.verdict) for line in budgets(results)}
    assert said == {
        "filter to redrawn page ÷ Dash, 1,000 cases": (0.91, "kept"),
        "filter to redrawn page ÷ Dash, 2,000 cases": (1.3, "missed"),
        "first load over 10 Mbit/s, 1,000 cases, s": (4.0, "kept"),
        "first load over 10 Mbit/s, 2,000 cases, s": (5.1, "missed"),
        "filter to redrawn page, 2,000 ÷ 1,000 cases": (1.3, "missed"),
    }


def test_who_was_not_run_has_no_column():
    results = read()
    runs = next(iter(results.values()))["runs"]
    head = next(table(1_000, {name: runs[name] for name in (HALL, PANDAS)}))
    assert head == f"| 1,000 cases | {HALL} | {PANDAS} | values of each |"


@pytest.mark.parametrize(("text", "number"), [("1,446 件", 1446.0), ("件 12.5%", 12.5), ("0", 0.0)])
def test_the_number_of_a_card(text: str, number: float):
    assert number_in(text) == number
    with pytest.raises(ValueError, match="no number"):
        number_in("无")


def test_p95_is_the_nearest_rank():
    assert p95(list(range(1, 101))) == 95
    assert p95([3.0]) == 3.0
    assert p95([float(one) for one in range(1, 31)]) == 29
