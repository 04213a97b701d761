"""The pages of evaluations, complaints, openness: figures as `evaluate` gives them, both languages whole, each due date one click away."""

import json
import re
from datetime import date

import pytest
from drawn_page import CJK, chinese_left, english_left, figure, texts
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from dashboard.pages import disclosure, evaluations
from dashboard.period import containing
from dashboard.queries import voices
from dashboard.store import Scope
from etl.cli import hall
from etl.indicators import Query, definition, evaluate
from etl.publish import current, open_snapshot

CARDS = {"evaluations": (*evaluations.CARDS, *evaluations.COMPLAINT_CARDS), "disclosure": disclosure.CARDS}
YEAR = containing("year", date(2018, 1, 1))


def headings(app: AppTest) -> list[str]:
    """Column labels and words of every table."""
    return [str(word) for frame in app.get("dataframe") for word in json.dumps(frame.proto.columns, ensure_ascii=False).split('"')]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", CARDS)
def test_cards_show_what_the_indicators_say(open_page, hall_home, page, lang):
    app = open_page(page, lang=lang, period="year", on="2018-01-01")
    cards = {metric.label: metric.value for metric in app.metric}
    with open_snapshot(current(hall_home)) as con:
        for name in CARDS[page]:
            found = definition(name)
            value = evaluate(con, name, Query(date(2018, 1, 1), date(2018, 12, 31))).rows[0].value
            shown = cards[found.zh if lang == "zh" else found.en]
            assert shown == "—" if value is None else figure(shown) == pytest.approx(value, abs=0.051), name


@pytest.mark.parametrize("page", CARDS)
def test_the_command_line_gives_what_the_page_shows(open_page, hall_home, page):
    app = open_page(page, period="month", on="2018-10-01")
    cards = {metric.label: metric.value for metric in app.metric}
    for name in CARDS[page][:2]:
        arguments = ["--home", str(hall_home.root), "indicator", name, "--from", "2018-10-01", "--to", "2018-10-31", "--json"]
        result = CliRunner().invoke(hall(), arguments, catch_exceptions=False)
        value = json.loads(result.stdout)["rows"][0]["value"]
        assert figure(cards[definition(name).zh]) == pytest.approx(value, abs=0.051)


def test_defaults_stand_apart_from_the_good_rate(store):
    scope = Scope()
    active, good = store.measure("active_evaluations", YEAR, scope), store.measure("good_rate", YEAR, scope)
    defaults = store.measure("default_evaluations", YEAR, scope)
    assert defaults.value > 100
    assert good.denominator == active.value
    assert store.measure("good_rate_with_defaults", YEAR, scope).denominator == active.value + defaults.value
    # A year mapped the wrong way round would be nearly all bad.
    assert 95 < good.value < 100


@pytest.mark.parametrize("page", CARDS)
@pytest.mark.parametrize("by", ["department", "window", "evaluation_channel", "disclosure_kind", "disclosure_category"])
def test_every_breakdown_can_be_drawn(open_page, page, by):
    app = open_page(page, period="year", on="2018-01-01", by=by)
    assert app.get("dataframe")


@pytest.mark.parametrize("page", CARDS)
def test_english_pages_hold_no_chinese_but_data(open_page, store, page):
    app = open_page(page, lang="en", period="year", on="2018-01-01")
    assert chinese_left(texts(app), store) == []


@pytest.mark.parametrize("page", CARDS)
def test_chinese_pages_hold_no_english(open_page, store, page):
    app = open_page(page, lang="zh", period="year", on="2018-01-01")
    assert english_left(texts(app), store, {"CSV", "English"}) == []


@pytest.mark.parametrize("page", CARDS)
def test_a_day_without_anything_says_so(open_page, page):
    app = open_page(page, period="day", on="2018-02-18")
    assert any("本期没有" in element.value for element in app.markdown)


def test_a_window_narrows_evaluations_and_leaves_openness_by_department(open_page, store):
    department = store.choices("department")[0]
    window = store.choices("window", Scope(department=department))[0]
    scope = Scope(department=department, window=window)
    app = open_page("evaluations", period="year", on="2018-01-01", department=department, window=window)
    shown = next(metric for metric in app.metric if metric.label == definition("active_evaluations").zh)
    assert figure(shown.value) == store.measure("active_evaluations", YEAR, scope).value > 0
    app = open_page("disclosure", period="year", on="2018-01-01", department=department, window=window)
    assert any("不分窗口和渠道" in element.value for element in app.caption)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("record", ["request", "complaint", "evaluation"])
def test_each_is_explained_step_by_step_on_its_page_and_on_the_command_line(open_page, store, hall_home, record, lang):
    number = voices.answers(store, record, YEAR, Scope())["answer_no"].iloc[0]
    app = open_page("case", lang=lang, case=number, of=record)
    found = store.answer(record, number)
    assert [metric.value.split(" ")[0] for metric in app.metric] == [found.due.due_on.isoformat()]
    assert [getattr(step, lang) for step in found.due.steps] == list(app.table[0].value.iloc[:, 0])
    if lang == "en":
        assert not any(CJK.search(step.en) for step in found.due.steps)
    result = CliRunner().invoke(hall(), ["--home", str(hall_home.root), "explain", number, "--json"], catch_exceptions=False)
    document = json.loads(result.stdout)
    assert (document["record"], document["answer"]["due_on"]) == (record, found.due.due_on.isoformat())


def test_a_number_alone_finds_a_request_and_a_cases_number_still_means_the_case(open_page, store):
    number = voices.answers(store, "request", YEAR, Scope())["answer_no"].iloc[0]
    app = open_page("case", case=number)
    assert number in app.title[0].value
    assert app.metric
    case_no = store.late_cases(YEAR, Scope())["case_no"].iloc[0]
    app = open_page("case", case=case_no, of="request")
    assert len(app.metric) == 2


def test_what_is_published_of_them_holds_nobody_and_no_wording(hall_home):
    with open_snapshot(current(hall_home)) as con:
        tables = {name for (name,) in con.execute("select table_name from information_schema.tables").fetchall()}
        columns = {
            name
            for (name,) in con.execute("select column_name from information_schema.columns where table_name = 'fact_answer'").fetchall()
        }
        assert not {"fact_evaluation", "fact_disclosure"} & tables
        assert not {name for name in columns if re.search("name|phone|wording|staff", name)} - {"window_name", "item_name"}
        rows = con.execute("select * from fact_answer").fetchall()
    assert not any(re.search(r"12000\d{6}|\d{17}[\dX]|请回电", str(row)) for row in rows)
