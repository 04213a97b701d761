"""The filters in the sidebar: whoever is bound to a window sees it as text, and only filters that can change something."""

import pytest
from signed_in import signed_in_app

from dashboard.store import open_current
from etl.access.people import person
from etl.access.principal import Principal
from etl.office import open_office

FILTERS = {"filter_scope", "filter_department", "filter_window", "filter_channel"}


def filters(app) -> set[str]:
    return {box.key for box in app.sidebar.selectbox} & FILTERS


@pytest.mark.parametrize("role", ["staff", "window_head"])
def test_a_window_is_named_and_no_filter_is_there_that_cannot_change(people_home, monkeypatch, role):
    app = signed_in_app(people_home, monkeypatch, role, "throughput", lang="zh", period="year", on="2018-01-01")
    window = person(open_office(people_home), role.replace("_", "-")).principal.window
    whole = open_current(people_home)
    values = whole.query(
        "select count(distinct department) as departments, min(department) as department, count(distinct place) as places, "
        "count(distinct channel) as channels from fact_case where window_name = $window",
        window=window,
    ).iloc[0]
    shown = filters(app)
    assert "filter_window" not in shown
    assert ("filter_department" in shown) == (values["departments"] > 1)
    assert ("filter_scope" in shown) == (values["places"] > 1)
    assert ("filter_channel" in shown) == (values["channels"] > 1) == True  # noqa: E712
    named = [element.value for element in app.sidebar.markdown]
    assert any(window in text for text in named)
    assert values["departments"] == 1
    assert any(values["department"] in text for text in named)


def test_whoever_sees_the_hall_has_all_filters(people_home, monkeypatch):
    app = signed_in_app(people_home, monkeypatch, "manager", "throughput", lang="zh", period="year", on="2018-01-01")
    assert filters(app) == FILTERS


def test_a_department_heads_only_value_is_the_departments(people_home):
    whole = open_current(people_home)
    department = whole.choices("department")[0]
    head = open_current(people_home, Principal("x", "window_head", department=department))
    assert head.bound_by == {"department": department}
    assert head.only_value("department") == department
    assert head.only_value("channel") is None
