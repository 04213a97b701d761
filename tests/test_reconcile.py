"""Published figures beside computed ones."""

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from oracles.cases import insert

from etl.config import HallError
from etl.engine import build
from etl.reconcile import figures, reconcile


def test_the_reports_figures_are_all_there_with_their_scopes():
    found = {figure.id: figure for figure in figures()}
    expected = {
        "cases": 16392, "online_applications": 2592, "certificates_stored": 40000, "unit_accounts": 27, "unit_seals": 27,
        "zero_trip_items_centre": 83, "one_trip_items_centre": 372, "within_one_trip_items_centre": 455,
        "within_one_trip_items_district": 831, "items_total": 2879, "items_township": 2039, "cancelled_proofs": 30,
    }  # fmt: skip
    assert {name: found[name].published for name in expected} == expected
    assert [name for name, figure in found.items() if figure.approximate] == ["certificates_stored", "mayor_letters", "published"]


def _one(tmp_path: Path, text: str):
    path = tmp_path / "published.toml"
    path.write_text('source = { zh = "报告", en = "report" }\n[[figure]]\n' + text, "utf-8")
    return figures(path)


CASES = (
    'id = "c"\nzh = "办件"\nen = "cases"\nscope = { zh = "全部", en = "all" }\nfrom = 2018-01-01\nto = 2018-12-31\nindicator = "received"\n'
)


@pytest.fixture
def two_cases(home):
    with duckdb.connect(":memory:") as con:
        for number, year in enumerate((2018, 2018, 2017)):
            insert(con, "case", [{"case_no": str(number), "received_at": datetime(year, 3, 1)}])
        build(con, home, as_of=date(2018, 12, 31), now=datetime(2019, 1, 1))
        yield con


def test_equal_differing_and_approximate_are_told_apart(two_cases, tmp_path):
    assert [row.equal for row in reconcile(two_cases, _one(tmp_path, CASES + "published = 2"))] == [True]
    (row,) = reconcile(two_cases, _one(tmp_path, CASES + "published = 3"))
    assert (row.computed, row.equal) == (2, False)
    assert list(row.as_json()) == ["figure", "scope", "published", "approximate", "computed", "equal"]


def test_tolerance_belongs_to_approximate_figures_only(two_cases, tmp_path):
    hundred = CASES.replace('"received"', '"items_total"')
    (row,) = reconcile(two_cases, _one(tmp_path, hundred + "published = 100\napproximate = true\ntolerance = 20"))
    assert (row.computed, row.equal) == (0, False)
    with pytest.raises(HallError, match="tolerance"):
        _one(tmp_path, CASES + "published = 2\ntolerance = 5")


def test_a_figure_without_records_is_neither_equal_nor_not(two_cases, tmp_path):
    (row,) = reconcile(two_cases, _one(tmp_path, CASES.replace('indicator = "received"\n', "") + "published = 30"))
    assert (row.computed, row.equal) == (None, None)


def test_an_unknown_indicator_is_refused_by_its_file(tmp_path):
    with pytest.raises(HallError, match=r"published\.toml"):
        _one(tmp_path, CASES.replace('"received"', '"recieved"') + "published = 2")
