"""The demo's year of assessment is brought to its end: marks, twelve published months, flags of four quarters, an annual result."""

from datetime import datetime
from decimal import Decimal

import pytest
from small_hall import beside, made_once, published

from etl.assess.inputs import months_of
from etl.assessing import assessment
from etl.config import Home
from etl.demo.yearend import publish_year
from etl.office import entries, open_office, verify
from etl.office.annualmarks import annual_marks
from etl.office.freezing import altered_months, frozen_months
from etl.publish import current, open_snapshot

NOW = datetime(2019, 1, 8, 10)


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """The small hall's data with an office of its own, its year published."""
    hall = Home(made_once(tmp_path_factory, "small-hall", published))
    home = beside(hall, tmp_path_factory.mktemp("closed") / "home")
    return home, publish_year(home, NOW)


@pytest.fixture(scope="module")
def made(closed):
    home, _ = closed
    with open_snapshot(current(home)) as con:
        yield assessment(con, home, open_office(home))


def test_twelve_months_are_published_and_the_trail_holds(closed):
    home, (marks, months) = closed
    office = open_office(home)
    assert frozen_months(office) == list(months_of("2018"))
    assert (months, marks) == (12, len(annual_marks(office, "2018")))
    assert len(entries(office, action="month.frozen")) == 12
    assert altered_months(office) == []
    assert verify(office) is None


def test_each_quarter_has_flags_and_model_staff(made):
    for quarter in ("2018Q1", "2018Q2", "2018Q3", "2018Q4"):
        found = {one.award: one for one in made.awards(quarter)}
        assert set(found) == {"red_flag", "model"}
        assert all(one.winners for one in found.values())
        assert found["red_flag"].outside


def test_the_year_has_a_result_with_marks_for_all_staff(made):
    year = made.scores("2018", "person")
    parts = {part.part: part.most for part in made.schemes.of("2018-12").annual_mark}
    assert year
    for one in year:
        marks = {line.rule: line.points for line in one.lines if line.kind == "mark"}
        assert set(marks) == set(parts)
        assert all(0 <= points <= parts[part] for part, points in marks.items())
        assert one.base + sum((line.points for line in one.lines), Decimal(0)) == one.total
    assert len({one.total for one in year}) > len(year) // 2


def test_a_second_time_changes_nothing(closed):
    home, _ = closed
    before = entries(open_office(home))
    assert publish_year(home, datetime(2019, 2, 1)) == (0, 0)
    assert entries(open_office(home)) == before


def test_the_same_marks_come_of_the_same_stream(closed, tmp_path):
    home, _ = closed
    again = beside(home, tmp_path / "home")
    publish_year(again, NOW)
    assert annual_marks(open_office(again), "2018") == annual_marks(open_office(home), "2018")
