"""The pages of the online hall and of one-window intakes: what they show is what `hall indicator` gives."""

import json
from datetime import date

import pytest
from drawn_page import chinese_left, english_left, texts
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from dashboard.components.kpi import written
from dashboard.language import language
from dashboard.pages import onewindow, online
from dashboard.period import Period, containing
from dashboard.queries.onewindow import joint_intakes
from dashboard.queries.online import overdue_prechecks
from dashboard.store import Scope
from etl.cli import hall
from etl.indicators import definition

KEPT = {"CSV", "English", "EMS", "TOML"}
PAGES = {"online": (*online.CARDS, *online.COUNTERS), "onewindow": onewindow.CARDS}
OCTOBER = containing("month", date(2018, 10, 1))
YEAR = containing("year", date(2018, 1, 1))


def indicator(home, name: str, *more: str) -> list[dict]:
    """Rows of `hall indicator … --json`, as a person gets them."""
    period = ["--from", OCTOBER.first.isoformat(), "--to", OCTOBER.last.isoformat()]
    answer = CliRunner().invoke(hall(), ["--home", str(home.root), "indicator", name, *period, *more, "--json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)["rows"]


def shown_frame(app: AppTest, column: str):
    """The table of the page that has this column."""
    return next(table.value for table in app.dataframe if column in table.value.columns)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_cards_show_what_the_command_line_prints(open_page, hall_home, page, lang):
    app = open_page(page, lang=lang, period="month", on="2018-10-01")
    cards = {metric.label: metric.value for metric in app.metric}
    for name in PAGES[page]:
        (row,) = indicator(hall_home, name)
        found = definition(name)
        assert cards[found.zh if lang == "zh" else found.en] == written(name, row["value"], language(lang)), name


def test_the_funnel_is_the_indicators_step_by_step(open_page, hall_home):
    app = open_page("online", period="month", on="2018-10-01")
    table = shown_frame(app, "step")
    assert list(table["count"]) == [indicator(hall_home, name)[0]["value"] for name in online.FUNNEL]


def test_returns_by_reason_are_all_returns(open_page, hall_home):
    app = open_page("online", period="year", on="2018-01-01")
    table = shown_frame(app, "reason")
    assert table["count"].sum() > 0
    cards = {metric.label: metric.value for metric in app.metric}
    assert cards["网上申报量"] == f"{shown_frame(app, 'step')['count'].iloc[0]:,.0f} 件"
    returned = indicator(hall_home, "online_returns_by_reason", "--by", "reason")
    october = open_page("online", period="month", on="2018-10-01")
    if returned:
        assert sorted(shown_frame(october, "reason")["count"]) == sorted(row["value"] for row in returned)


def test_two_counters_are_never_called_a_share(open_page):
    app = open_page("online", period="year", on="2018-01-01")
    words = " ".join(texts(app))
    assert "两个计数器之比（不是占比）" in words
    assert "编号对上的才是同一件" in words
    cards = {metric.label: metric.value for metric in app.metric}
    # A fifth of 16,392 and of 2,592.
    assert (cards["收件量"], cards["网上申报量"]) == ("3,278 件", "518 件")


@pytest.mark.parametrize("by", ["department", "item_name"])
def test_breakdown_by_department_and_item_is_the_indicators(open_page, hall_home, by):
    app = open_page("online", period="month", on="2018-10-01", by=by)
    table = shown_frame(app, "on_time").set_index(by)
    for row in indicator(hall_home, "precheck_mean_hours", "--by", by):
        assert table.loc[row["by"][by], "hours"] == pytest.approx(row["value"])
    few = table[table["due"] < 10] if "due" in table else table
    assert few["note"].str.contains("n=").any()


def test_departments_of_intakes_are_the_indicators(open_page, hall_home):
    app = open_page("onewindow", period="month", on="2018-10-01")
    table = shown_frame(app, "slowest").set_index("department")
    for name, column in (("one_window_parts", "parts"), ("one_window_slowest", "slowest"), ("one_window_handover_mean_hours", "hours")):
        rows = indicator(hall_home, name, "--by", "department")
        assert len(rows) == len(table)
        for row in rows:
            assert table.loc[row["by"]["department"], column] == pytest.approx(row["value"]), name


def test_every_joint_intake_names_its_slowest_department(open_page, store):
    app = open_page("onewindow", period="month", on="2018-10-01")
    table = shown_frame(app, "slowest_department")
    assert len(table) == store.measure("one_window_joint", OCTOBER, Scope()).value > 0
    assert (table["slowest_department"] != "").all()
    assert (table["part_count"] > 1).all()


def test_joint_intakes_keep_to_the_department_of_the_scope(store):
    everything = joint_intakes(store, YEAR, Scope())
    department = everything["slowest_department"].iloc[0]
    own = joint_intakes(store, YEAR, Scope(department=department))
    assert 0 < len(own) < len(everything)
    window = everything["window_name"].iloc[0]
    assert set(joint_intakes(store, YEAR, Scope(window=window))["window_name"]) == {window}


def test_overdue_prechecks_are_as_many_as_the_indicator_counts(store):
    found = overdue_prechecks(store, YEAR, Scope())
    assert len(found) == store.measure("precheck_overdue", YEAR, Scope()).value


def test_before_and_after_are_three_months_each_and_small_numbers_are_marked(open_page, store):
    app = open_page("onewindow", period="month", on="2018-12-01", reform_by="item_name")
    table = shown_frame(app, "difference").set_index("item_name")
    before, after = onewindow.reform_periods(date(2018, 10, 1))
    assert before == Period("custom", date(2018, 7, 1), date(2018, 9, 30))
    assert after == Period("custom", date(2018, 10, 1), date(2018, 12, 31))
    for period, side in ((before, "before"), (after, "after")):
        measured = store.series("one_window_item_mean_workdays", period, Scope(), ("item_name",)).set_index("item_name")
        assert table[f"closed_{side}"].sum() == measured["denominator"].sum()
        assert set(measured.index) <= set(table.index)
    fewest = table[["closed_before", "closed_after"]].min(axis=1)
    assert table.loc[fewest < 10, "difference"].isna().all()
    assert (table.loc[fewest < 10, "note"] != "").all()
    assert table.loc[fewest >= 10, "difference"].notna().all()


@pytest.mark.parametrize("scope", [{"window": "商事登记综合窗口1"}, {"channel": "web"}, {"department": "蕉城区民政局"}])
@pytest.mark.parametrize("page", PAGES)
def test_a_scope_that_a_system_does_not_know_is_said_not_ignored(open_page, store, page, scope):
    assert next(iter(scope.values())) in store.choices(next(iter(scope)))
    app = open_page(page, period="month", on="2018-12-01", **scope)
    cards = {metric.label: metric for metric in app.metric}
    for name in PAGES[page]:
        unknown = store.unsupported(name, Scope(**scope))
        card = cards[definition(name).zh]
        assert (card.value == "—" and card.delta == "不能按所选条件统计") if unknown else card.delta != "不能按所选条件统计"


@pytest.mark.parametrize("page", PAGES)
def test_english_pages_hold_no_chinese_but_data(open_page, store, page):
    app = open_page(page, lang="en", period="year", on="2018-01-01")
    assert chinese_left(texts(app), store) == []


@pytest.mark.parametrize("page", PAGES)
def test_chinese_pages_hold_no_english(open_page, store, page):
    app = open_page(page, lang="zh", period="year", on="2018-01-01")
    assert english_left(texts(app), store, KEPT) == []


def test_before_october_there_is_no_intake_and_the_page_says_so(open_page):
    app = open_page("onewindow", period="month", on="2018-09-01")
    words = " ".join(texts(app))
    assert "一窗受理自 2018年10月1日 起" in words
    assert "本期没有联办件" in words


def test_published_lists_name_nobody_and_hold_no_free_text(store):
    for table in ("fact_application", "fact_one_window", "fact_one_window_part"):
        columns = set(store.query(f"select * from {table} limit 1").columns)
        assert not columns & {
            "applicant_name",
            "applicant_id_no",
            "applicant_phone",
            "handler",
            "opinion",
            "remark",
            "express_no",
            "reason_text",
        }
