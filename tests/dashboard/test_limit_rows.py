"""Time limits row by row, and the balance of open cases: the numbers of `evaluate`, and the very cases that a row counts as late."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from balanced import out_of_balance
from drawn_page import chinese_left, english_left, texts

from dashboard.components import balance, ontime, series
from dashboard.components.tables import Column, _configuration, csv_bytes
from dashboard.language import language
from dashboard.period import Period, containing
from dashboard.queries import limits
from dashboard.session import Hall, View
from dashboard.store import Scope, open_current
from etl.access.principal import Principal
from etl.indicators import Query, definition, evaluate
from etl.publish import current, open_snapshot

OCTOBER = containing("month", date(2018, 10, 1))
SEPTEMBER = containing("month", date(2018, 9, 1))
ZH = language("zh")


def hall_of(store, period=OCTOBER, scope=None):
    return Hall(store, View("zh", period, scope or Scope()), ZH)


@pytest.mark.parametrize("rate", ontime.RATES)
@pytest.mark.parametrize("dimension", ontime.DIMENSIONS)
def test_rows_are_those_of_evaluate_with_their_change(hall_home, store, rate, dimension):
    if dimension not in ontime.offered(hall_of(store), rate):
        assert (rate, dimension) == ("due_cohort_on_time_rate", "item_name")
        return
    data = ontime.rows(hall_of(store), rate, dimension).set_index("code")
    with open_snapshot(current(hall_home)) as con:
        now, then = (
            {row.by[dimension]: row for row in evaluate(con, rate, Query(one.first, one.last, by=(dimension,))).rows}
            for one in (OCTOBER, SEPTEMBER)
        )
    assert {code for code in data.index if data.loc[code, "counted"]} == {code for code, row in now.items() if row.denominator}
    for code, row in now.items():
        shown = data.loc[code]
        assert (shown["met"], shown["counted"], shown["missed"]) == (row.numerator, row.denominator, row.denominator - row.numerator)
        before = then.get(code)
        if row.n < 10 or before is None or before.n < 10:
            assert shown["change"] != shown["change"]
            assert "n=" in shown["note"] or shown["note"] in ("无上期数据", "本期没有可计的记录")
        else:
            assert shown["change"] == pytest.approx(row.value - before.value)
            assert shown["note"] == ""


@pytest.mark.parametrize("rate", ontime.RATES)
@pytest.mark.parametrize("dimension", ontime.DIMENSIONS)
def test_the_cases_of_a_row_are_as_many_as_it_counts(store, rate, dimension):
    year = containing("year", date(2018, 1, 1))
    if dimension not in ontime.offered(hall_of(store), rate):
        return
    data = ontime.rows(hall_of(store, year), rate, dimension)
    assert data["missed"].sum() > 0
    for code, missed in zip(data["code"], data["missed"], strict=True):
        if dimension == "item_name":
            found = limits.missed(store, rate, year, Scope(), code)
        else:
            found = limits.missed(store, rate, year, replace(Scope(), **{dimension: code}))
        assert len(found) == missed, code


def test_a_reader_bound_to_a_window_chooses_among_what_can_differ(hall_home, store):
    head = Principal("li", "window_head", None, store.choices("window")[0], None)
    bound = hall_of(open_current(hall_home, head))
    assert ontime.offered(bound, "due_cohort_on_time_rate") == ["channel"]
    assert ontime.offered(hall_of(store, scope=Scope(channel="window")), "on_time_rate") == ["department", "window", "channel"]


def test_a_press_on_a_row_lists_its_late_cases(open_page, store):
    worst = ontime.rows(hall_of(store), "on_time_rate", "item_name").iloc[0]
    app = open_page("timelimits", period="month", on="2018-10-01", by="item_name", row=worst["code"])
    tables = [table.value for table in app.dataframe if {"case_no", "used_workdays"} <= set(table.value.columns)]
    listed = next(table for table in tables if set(table["item_name"]) == {worst["name"]})
    assert len(listed) == worst["missed"] > 0
    assert set(listed["case_no"]) == set(limits.missed(store, "on_time_rate", OCTOBER, Scope(), worst["code"])["case_no"])
    app.button(key="row_close").click().run()
    assert not app.exception
    assert "row" not in app.query_params


@pytest.mark.parametrize(("lang", "rate"), [("zh", "due_cohort_on_time_rate"), ("en", "on_time_rate")])
def test_both_rates_say_what_they_are_for(open_page, store, lang, rate):
    app = open_page("timelimits", lang=lang, period="month", on="2018-10-01", rate=rate, by="channel", row="window")
    for name in ontime.RATES:
        use = getattr(definition(name).use, lang)
        assert any(use in caption.value for caption in app.caption)
        (card,) = [metric for metric in app.metric if metric.label == getattr(definition(name), lang)]
        assert card.help == use
    if lang == "en":
        assert chinese_left(texts(app), store) == []
    else:
        assert english_left(texts(app), store, {"CSV", "English"}) == []


def test_a_change_is_written_with_its_sign():
    column = Column("change", "较上期（百分点）", "change")
    assert _configuration(column)["type_config"]["format"] == "%+.1f"
    assert csv_bytes(pd.DataFrame({"change": [1.25]}), [column]).decode("utf-8-sig").splitlines()[1] == "1.25"


def test_open_cases_balance_in_every_slice_of_the_hall(hall_home):
    with open_snapshot(current(hall_home)) as con:
        assert out_of_balance(con) == []


def test_the_balance_adds_up_for_any_filter_and_period(store):
    scopes = [Scope(), Scope(channel="web"), Scope(scope="centre")]
    scopes += [Scope(department=one) for one in store.choices("department")[:4]]
    scopes += [Scope(window=one, channel="window") for one in store.choices("window")[:3]]
    periods = [
        OCTOBER,
        containing("year", date(2018, 1, 1)),
        containing("day", date(2018, 10, 8)),
        Period("custom", date(2018, 5, 3), date(2018, 7, 19)),
    ]
    for scope in scopes:
        for period in periods:
            found = balance.balance(store, period, scope)
            assert found.difference == 0
            assert found.closing == store.measure("open_at_end", period, scope).value
            eve = period.first - timedelta(days=1)
            assert found.opening == (store.measure("open_at_end", Period("custom", eve, eve), scope).value or 0)


def test_throughput_spells_the_balance_out(open_page, store):
    department = store.choices("department")[0]
    app = open_page("throughput", period="month", on="2018-10-01", department=department)
    found = balance.balance(store, OCTOBER, Scope(department=department))
    (said,) = [element.value for element in app.success if element.value.startswith("在办收支相符")]
    assert f"期初在办 **{found.opening:,}** + 收件 **{found.received:,}** − 办结 **{found.closed:,}**" in said
    assert said.endswith(f"= 期末在办 **{found.closing:,}**")
    assert found.received > 0


def test_a_balance_that_does_not_agree_is_shown_in_red(open_page, monkeypatch):
    wrong = balance.Balance(10, 5, 3, dict.fromkeys(balance.OTHERWISE, 0), 11)
    assert wrong.difference == -1
    monkeypatch.setattr("dashboard.components.balance.balance", lambda *arguments: wrong)
    app = open_page("throughput", period="month", on="2018-10-01")
    assert any(element.value.startswith("在办收支相差 -1 件") for element in app.error)


@pytest.mark.parametrize(
    ("first", "last", "grain", "words"),
    [
        (date(2018, 10, 1), date(2018, 12, 31), "day", None),
        (date(2018, 10, 1), date(2018, 12, 30), "week", None),
        (date(2018, 10, 1), date(2018, 12, 31), "week", "末周不满 7 天，数量偏少"),
        (date(2018, 10, 2), date(2018, 12, 30), "week", "首周不满 7 天，数量偏少"),
        (date(2018, 10, 2), date(2018, 12, 31), "week", "首末两周不满 7 天，数量偏少"),
        (date(2018, 1, 1), date(2018, 12, 31), "month", None),
        (date(2018, 1, 1), date(2018, 12, 30), "month", "末月不是整月，数量偏少"),
    ],
)
def test_a_step_that_is_not_whole_is_said_to_be_so(first, last, grain, words):
    assert series.partial_note(Period("custom", first, last), grain, ZH) == words


def test_what_is_due_on_the_day_of_the_cut_off_is_said_to_count_for_now(open_page):
    said = "数据截止日当天到期、尚未办结的，暂计为到期未按时"
    assert any(caption.value == said for caption in open_page("timelimits", period="month", on="2018-12-01").caption)
    assert not any(caption.value == said for caption in open_page("timelimits", period="month", on="2018-10-01").caption)
