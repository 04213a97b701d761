"""Numbers of a scheme changed in a copy, and schemes held beside one another."""

from decimal import Decimal

import pytest

from etl.assess.reading import read_scheme
from etl.assess.trying import changed, differences, settings
from etl.config import SHIPPED, HallError

RULES = SHIPPED / "rules"


@pytest.fixture(scope="module")
def hall():
    return read_scheme(RULES / "assessment-hall.toml")


def key_of(scheme, table, name, field):
    index = next(index for index, one in enumerate(getattr(scheme, table)) if one.id == name)
    return f"{table}.{index}.{field}"


def test_a_copy_with_other_points_differs_in_them_alone(hall):
    tried = changed(hall, {key_of(hall, "rule", "A3", "points"): Decimal("-4"), key_of(hall, "grade", "good", "least"): Decimal(75)})
    found = differences(hall, tried)
    assert [(one.table, one.entry, one.field, one.before, one.after) for one in found] == [
        ("rule", "person.A3", "points", "-2", "-4"),
        ("grade", "good", "least", "80", "75"),
    ]
    assert found[0].zh == "缺签"
    assert tried.version != hall.version
    assert differences(hall, changed(hall, {})) == []


def test_every_number_can_be_changed_and_back_again(hall):
    for one in settings(hall):
        assert changed(hall, {one.key: one.value}) == hall


@pytest.mark.parametrize(
    ("table", "name", "field", "value", "words"),
    [
        ("grade", "good", "least", "95", "grade"),
        ("dimension", "conduct", "base", "30", "base"),
        ("award", "model", "percent", "120", "award model percent"),
        ("award", "model", "months", "1.5", "award model months"),
    ],
)
def test_a_copy_that_is_no_scheme_is_refused_by_the_name_of_the_setting(hall, table, name, field, value, words):
    with pytest.raises(HallError, match=words):
        changed(hall, {key_of(hall, table, name, field): Decimal(value)})


def test_what_only_one_scheme_has_is_told_whole(hall):
    other = read_scheme(RULES / "examples" / "assessment-cangnan-2019.toml")
    found = differences(hall, other)
    assert {one.after for one in found if one.table == "metric"} == {None}
    only = next(one for one in found if one.table == "rule" and one.before is None)
    assert "points = " in only.after
    assert ("", "id", "hall", "cangnan-2019") in [(one.table, one.field, one.before, one.after) for one in found]
    back = differences(other, hall)
    assert {(one.table, one.entry, one.field, one.before, one.after) for one in found} == {
        (one.table, one.entry, one.field, one.after, one.before) for one in back
    }
