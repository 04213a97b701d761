"""The queue page: its numbers are those of `evaluate` and of `hall queue`, its choices live in the URL, both languages are whole."""

from datetime import date, datetime

import pytest
from drawn_page import chinese_left, english_left, figure, opener, texts
from streamlit.testing.v1 import AppTest

from dashboard.pages import queue as page
from dashboard.period import containing
from dashboard.store import Scope
from etl.indicators import Query, definition, evaluate
from etl.publish import current, open_snapshot
from etl.queueing.live import live
from etl.queueing.staffing import staffing

OCTOBER = containing("month", date(2018, 10, 1))
VIEW = {"period": "month", "on": "2018-10-01"}


@pytest.fixture
def open_queue(hall_home, monkeypatch):
    opened = opener(hall_home, monkeypatch)
    return lambda **params: opened("queue", **params)


@pytest.fixture
def ask(hall_home):
    """Questions to the snapshot without the dashboard."""
    from etl.commands.queue import _asking

    with open_snapshot(current(hall_home)) as con:
        yield _asking(con, {})


def table(app: AppTest, column: str):
    """The table that has this column."""
    return next(frame.value for frame in app.dataframe if column in frame.value.columns)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_cards_show_what_the_indicators_say(open_queue, hall_home, lang):
    app = open_queue(lang=lang, **VIEW)
    cards = {metric.label: metric.value for metric in app.metric}
    with open_snapshot(current(hall_home)) as con:
        for name in page.CARDS:
            told = definition(name)
            (row,) = evaluate(con, name, Query(OCTOBER.first, OCTOBER.last)).rows
            assert figure(cards[told.zh if lang == "zh" else told.en]) == pytest.approx(row.value, abs=0.051), name


def test_cards_keep_to_the_department(open_queue, store):
    department = store.choices("department")[0]
    app = open_queue(department=department, **VIEW)
    cards = {metric.label: metric.value for metric in app.metric}
    for name in page.CARDS:
        value = store.measure(name, OCTOBER, Scope(department=department)).value
        shown = cards[definition(name).zh]
        assert shown == "—" if value is None else figure(shown) == pytest.approx(value, abs=0.051)


def test_the_moment_of_the_url_is_shown_as_the_command_prints_it(open_queue, ask):
    app = open_queue(day="2018-10-09", clock="09:30", **VIEW)
    state = live(ask, datetime(2018, 10, 9, 9, 30))
    assert state.windows_open > 0
    cards = {metric.label: metric.value for metric in app.metric}
    assert figure(cards["等候人数"]) == state.waiting_count
    assert figure(cards["开放窗口"]) == state.windows_open
    assert figure(cards["正在办理"]) == state.serving
    zones = table(app, "longest")
    assert dict(zip(zones["zone"], zones["taken"], strict=True)) == {zone.zone: zone.taken for zone in state.zones}


def test_windows_needed_follow_the_target_in_the_url(open_queue, ask):
    zone = staffing(ask, date(2018, 10, 9), 20, 90)[0].zone
    for within, share in ((20, 90), (5, 99)):
        app = open_queue(day="2018-10-09", within=str(within), share=str(share), zone=zone, **VIEW)
        rows = [row for row in staffing(ask, date(2018, 10, 9), within, share) if row.zone == zone]
        shown = table(app, "load")
        assert list(shown["half_hour"]) == [row.begins for row in rows]
        assert list(shown["needed"]) == [row.needed for row in rows]
        assert list(shown["open"]) == pytest.approx([row.open_windows for row in rows])


def test_choosing_a_target_goes_into_the_url(open_queue):
    app = open_queue(day="2018-10-09", **VIEW)
    app.selectbox(key="choice_share").select("95").run()
    app.selectbox(key="choice_within").select("10").run()
    assert not app.exception
    kept = {name: value if isinstance(value, str) else value[-1] for name, value in dict(app.query_params).items()}
    assert (kept["share"], kept["within"], kept["day"]) == ("95", "10", "2018-10-09")


@pytest.mark.parametrize(
    "params", [{"day": "x"}, {"day": "2031-01-01"}, {"clock": "25:00"}, {"share": "100"}, {"within": "-1"}, {"zone": "' or 1=1"}]
)
def test_what_the_url_may_not_say_is_dropped(open_queue, params):
    app = open_queue(**VIEW, **params)
    assert app.selectbox(key="choice_share").value == "90"
    assert app.selectbox(key="choice_within").value == "20"
    assert OCTOBER.first <= app.date_input(key="choice_day").value <= OCTOBER.last


def test_the_breakdown_by_window_adds_up_to_the_card(open_queue, store):
    app = open_queue(by="window", **VIEW)
    shown = table(app, "no_show")
    assert shown["tickets"].sum() == store.measure("tickets", OCTOBER, Scope()).value


def test_channels_stand_apart(open_queue, store):
    shown = next(frame.value for frame in open_queue(**VIEW).dataframe if list(frame.value.columns)[:2] == ["channel", "tickets"])
    counts = dict(zip(shown["channel"], shown["tickets"], strict=True))
    assert counts["自助终端"] == store.measure("self_service_tickets", OCTOBER, Scope()).value
    assert counts["窗口"] + counts.get("周末办事", 0) == store.measure("tickets", OCTOBER, Scope()).value


def test_the_ledger_of_ticket_files_accounts_for_every_record(open_queue):
    ledger = table(open_queue(**VIEW), "superseded")
    assert len(ledger) == 4
    assert (ledger["read"] == ledger[["inserted", "updated", "unchanged", "superseded", "quarantined"]].sum(axis=1)).all()
    assert (ledger["quarantined"] > 0).all()


def test_a_scope_without_tickets_says_so(open_queue):
    app = open_queue(channel="web", **VIEW)
    assert any("没有叫号" in element.value for element in app.markdown)


def test_the_english_page_holds_no_chinese_but_data(open_queue, store, ask):
    from etl.queueing.live import zone_names

    assert chinese_left(texts(open_queue(lang="en", **VIEW)), store, zone_names(ask)) == []


def test_the_chinese_page_holds_no_english(open_queue, store):
    assert english_left(texts(open_queue(lang="zh", **VIEW)), store, {"English", "CSV", "Erlang"}) == []


def test_no_name_of_a_person_is_on_the_page(open_queue):
    app = open_queue(day="2018-10-09", clock="09:30", **VIEW)
    assert not any({"customer_name", "staff_name"} & set(frame.value.columns) for frame in app.dataframe)
