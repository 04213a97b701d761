"""Every page in both languages: the numbers are those of `evaluate`, the view is that of the URL, nothing is left untranslated."""

import re
from datetime import date

import pytest
from drawn_page import APP, chinese_left, english_left, figure, options, texts
from streamlit.testing.v1 import AppTest

from dashboard.pages import overview, throughput, timelimits
from dashboard.period import containing
from dashboard.store import Scope
from etl.indicators import definition

# Words that a Chinese page says as they are.
KEPT = {"CSV", "English", "TOML"}
PAGES = {"overview": overview.CARDS, "throughput": throughput.CARDS, "timelimits": timelimits.CARDS}
OCTOBER = containing("month", date(2018, 10, 1))


def address(app: AppTest) -> dict[str, str]:
    """The query parameters as the page left them."""
    return {name: value if isinstance(value, str) else value[-1] for name, value in dict(app.query_params).items()}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_cards_show_what_the_indicators_say(open_page, store, page, lang):
    app = open_page(page, lang=lang, period="month", on="2018-10-01")
    cards = {metric.label: metric.value for metric in app.metric}
    for name in PAGES[page]:
        found = definition(name)
        measured = store.measure(name, OCTOBER, Scope()).value
        shown = cards[found.zh if lang == "zh" else found.en]
        if measured is None:
            assert shown == "—"
        else:
            assert figure(shown) == pytest.approx(measured, abs=0.051), name


@pytest.mark.parametrize("page", PAGES)
def test_cards_keep_to_department_and_channel(open_page, store, page):
    scope = Scope(department=store.choices("department")[0], channel="window")
    app = open_page(page, period="month", on="2018-10-01", department=scope.department, channel="window")
    cards = {metric.label: metric.value for metric in app.metric}
    for name in PAGES[page]:
        measured = store.measure(name, OCTOBER, scope).value
        shown = cards[definition(name).zh]
        assert shown == "—" if measured is None else figure(shown) == pytest.approx(measured, abs=0.051)


@pytest.mark.parametrize("page", [*PAGES, "case"])
def test_english_pages_hold_no_chinese_but_data(open_page, store, page):
    app = open_page(page, lang="en", period="year", on="2018-01-01")
    assert chinese_left([*texts(app), *options(app)], store) == []


@pytest.mark.parametrize("page", [*PAGES, "case"])
def test_chinese_pages_hold_no_english(open_page, store, page):
    app = open_page(page, lang="zh", period="year", on="2018-01-01")
    assert english_left([*texts(app), *options(app)], store, KEPT) == []


def test_page_names_period_and_scope_in_words_and_ends_with_its_origin(open_page, store):
    department = store.choices("department")[0]
    app = open_page(period="quarter", on="2018-07-01", department=department)
    heading = " ".join(element.value for element in app.markdown)
    assert "2018年第三季度" in heading
    assert department in heading
    footer = next(caption.value for caption in app.caption if store.snapshot_id in caption.value)
    assert "2018年12月31日" in footer


def test_without_a_period_the_month_of_the_cut_off_is_shown(open_page):
    app = open_page()
    assert address(app) == {"lang": "zh", "period": "month", "on": "2018-12-01"}


@pytest.mark.parametrize(
    "params",
    [
        {"period": "decade", "on": "2018-13-45"},
        {"period": "custom", "from": "x", "to": "2018-10-01"},
        {"department": "没有这个局", "channel": "' or 1=1"},
        {"lang": "fr", "window": "<script>"},
    ],
)
def test_what_the_url_may_not_say_is_dropped(open_page, params):
    app = open_page(**params)
    kept = address(app)
    assert kept["period"] in ("month", "custom")
    assert kept["lang"] == "zh"
    assert not {"department", "window", "channel"} & set(kept)
    assert app.metric


def test_days_beyond_the_data_are_brought_within(open_page):
    app = open_page(**{"period": "custom", "from": "1990-01-01", "to": "2090-01-01"})
    assert address(app)["to"] == "2018-12-31"


def test_choosing_a_department_goes_into_the_url_and_drops_a_window_of_another(open_page, store):
    first, second = store.choices("department")[:2]
    window = store.choices("window", Scope(department=first))[0]
    app = open_page(department=first, window=window)
    assert app.selectbox(key="filter_window").value == window
    app.selectbox(key="filter_department").select(second).run()
    kept = address(app)
    assert kept["department"] == second
    assert "window" not in kept
    assert not app.exception


@pytest.mark.parametrize("kind", ["day", "week", "month", "quarter", "year", "custom"])
def test_every_kind_of_period_can_be_chosen_and_left(open_page, kind):
    app = open_page(period="month", on="2018-10-01")
    app.selectbox(key="filter_kind").select(kind).run()
    assert not app.exception
    assert address(app)["period"] == kind
    app.button(key="filter_before").click().run()
    assert not app.exception
    app.button(key="filter_reset").click().run()
    assert address(app)["on"] == "2018-12-01"


def test_a_rate_on_few_cases_says_so(open_page, store):
    sizes = {one: store.measure("on_time_rate", OCTOBER, Scope(department=one)).n for one in store.choices("department")}
    small, n = next((one, n) for one, n in sizes.items() if 0 < n < 10)
    app = open_page("timelimits", period="month", on="2018-10-01", department=small)
    card = next(metric for metric in app.metric if metric.label == definition("on_time_rate").zh)
    assert card.delta == f"样本少，n={n}"


def test_a_rate_on_no_case_at_all_is_not_called_a_small_sample(open_page, store):
    holiday = containing("day", date(2018, 2, 17))
    assert store.measure("on_time_rate", holiday, Scope()).n == 0
    app = open_page("timelimits", period="day", on="2018-02-17")
    cards = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    for name in ("on_time_rate", "early_rate", "average_working_days", "median_working_days"):
        assert cards[definition(name).zh] == ("—", "本期没有可计的记录"), name


def test_a_change_of_a_rate_is_in_percentage_points(open_page, store):
    app = open_page(period="month", on="2018-10-01")
    september = containing("month", date(2018, 9, 1))
    change = store.measure("instant_rate", OCTOBER, Scope()).value - store.measure("instant_rate", september, Scope()).value
    card = next(metric for metric in app.metric if metric.label == definition("instant_rate").zh)
    assert card.delta == f"{change:+.1f} 个百分点"


def test_the_formula_with_its_parts_is_one_click_away(open_page, store):
    app = open_page(period="month", on="2018-10-01")
    measured = store.measure("on_time_rate", OCTOBER, Scope())
    found = definition("on_time_rate")
    words = next(text for text in (element.value for element in app.markdown) if found.formula.zh in text)
    assert f"**{measured.numerator:,.0f}**" in words
    assert f"**{measured.denominator:,.0f}**" in words
    assert found.source.zh in words


def test_a_percentile_says_how_many_cases_it_is_taken_from(open_page, store):
    app = open_page("timelimits", period="month", on="2018-10-01")
    found, n = definition("median_working_days"), store.measure("median_working_days", OCTOBER, Scope()).n
    words = next(text for text in (element.value for element in app.markdown) if found.formula.zh in text)
    assert f"= **{n:,}**" in words


def test_the_time_step_is_chosen_and_kept(open_page):
    app = open_page("throughput", period="year", on="2018-01-01")
    app.segmented_control(key="choice_step").set_value("week").run()
    assert not app.exception
    assert address(app)["step"] == "week"
    assert app.segmented_control(key="choice_step").value == "week"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_case_page_shows_both_due_dates_with_their_steps(open_page, store, lang):
    year = containing("year", date(2018, 1, 1))
    case_no = store.late_cases(year, Scope())["case_no"].iloc[0]
    app = open_page("case", lang=lang, case=case_no)
    due = store.due(case_no)
    shown = [metric.value for metric in app.metric]
    assert [value.split(" ")[0] for value in shown] == [due[name].due_on.isoformat() for name in ("promised", "statutory")]
    steps = [getattr(step, lang) for step in due["promised"].steps]
    assert steps == list(app.table[0].value.iloc[:, 0])


def test_case_page_without_and_with_an_unknown_number(open_page):
    assert not open_page("case").metric
    app = open_page("case", case="没有*这个*")
    assert not app.metric
    assert any("没有\\*这个\\*" in element.value for element in app.markdown)


def test_case_page_shows_the_masked_name_only(open_page, store):
    year = containing("year", date(2018, 1, 1))
    for case_no in store.late_cases(year, Scope())["case_no"].head(5):
        case = store.case(case_no)
        app = open_page("case", case=case_no)
        assert not any(re.search(r"\d{17}[\dXx]|1\d{10}", text.replace(case_no, "")) for text in texts(app))
        assert case["applicant_name"] == "" or "*" in case["applicant_name"] or len(case["applicant_name"]) >= 5


def test_without_a_snapshot_the_page_says_what_to_run(home, monkeypatch):
    monkeypatch.setenv("HALL_HOME", str(home.root))
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert "hall publish" in app.error[0].value
