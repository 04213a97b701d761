"""Province, city, county as a filter of all pages: where there is more than one, in the address; no list of several counties' cases."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from counties import FUAN, GULOU, JIAOCHENG, NINGDE, Counties, put_together, shared
from drawn_page import chinese_left, opener, texts
from streamlit.testing.v1 import AppTest

from dashboard.navigation import ENTRIES
from dashboard.period import Period
from dashboard.snapshot import Division, names_apart
from dashboard.store import Scope, open_current
from etl.config import Home
from etl.divisions import described, shipped

YEAR = {"period": "year", "on": "2018-01-01"}
UNEXPECTED = ("这一页暂时无法显示", "This page cannot be shown")


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Counties:
    return shared(tmp_path_factory)


@pytest.fixture
def open_province(made, monkeypatch):
    return opener(made.province, monkeypatch)


def box(app: AppTest, key: str):
    return next((one for one in app.sidebar.selectbox if one.key == key), None)


def received(app: AppTest) -> str:
    return next(metric.value for metric in app.metric if metric.label == "收件量")


def test_city_and_county_are_chosen_one_after_the_other_and_kept_in_the_address(open_province):
    app = open_province("overview", **YEAR)
    assert received(app) == "270 件"
    assert box(app, "filter_province") is None, "there is one province only"
    assert box(app, "filter_county") is None
    assert box(app, "filter_window") is None, "a window is one county's"
    assert box(app, "filter_city").options == ["全部", "福州市", "宁德市"]
    box(app, "filter_city").select(NINGDE).run()
    assert (app.query_params["division"], received(app)) == (NINGDE, "180 件")
    assert box(app, "filter_county").options == ["全部", "蕉城区", "福安市"]
    assert any("宁德市（2 个区县）" in element.value for element in app.markdown)
    box(app, "filter_county").select(FUAN).run()
    assert (app.query_params["division"], received(app)) == (FUAN, "90 件")
    assert any("宁德市福安市" in element.value for element in app.markdown)
    assert box(app, "filter_window").options[1:]
    links = [link.proto for link in app.sidebar.get("page_link")]
    assert links
    assert all(f"division={FUAN}" in link.query_string for link in links)
    box(app, "filter_window").select("1号窗口").run()
    box(app, "filter_county").select("").run()
    assert app.query_params["division"] == NINGDE
    assert "window" not in app.query_params
    next(button for button in app.sidebar.button if button.key == "filter_reset").click().run()
    assert "division" not in app.query_params


def test_a_division_survives_the_way_to_another_page(open_province):
    app = open_province("overview", division=JIAOCHENG, **YEAR)
    app.switch_page("../pages/throughput.py")
    app.query_params.clear()
    app.run()
    assert app.query_params["division"] == JIAOCHENG
    assert received(app) == "90 件"


def test_a_countys_page_is_that_of_its_own_hall(made, open_province, monkeypatch):
    """All cards of the first three pages, and of time limits the lists too."""
    for page in ("overview", "throughput", "timelimits"):
        ours = open_province(page, division=FUAN, **YEAR)
        own = opener(made.own[FUAN], monkeypatch)(page, **YEAR)
        monkeypatch.setenv("HALL_HOME", str(made.province.root))
        assert [(one.label, one.value, one.delta) for one in ours.metric] == [(one.label, one.value, one.delta) for one in own.metric]
        tables = [[frame.value for frame in app.main.get("dataframe")] for app in (ours, own)]
        assert len(tables[0]) == len(tables[1])
        assert all(one.equals(other) for one, other in zip(*tables, strict=True)), page
        assert box(own, "filter_city") is None
        assert box(own, "filter_county") is None


@pytest.mark.parametrize("code", ["3507", "x", "35090", "' or 1=1 --", "999999"])
def test_an_address_that_names_none_of_the_counties_shows_all(open_province, code):
    app = open_province("overview", division=code, **YEAR)
    assert received(app) == "270 件"
    assert "division" not in app.query_params


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_several_counties_is_drawn_in_its_language(made, open_province, language):
    """Figures where there are figures; lists, assessment and what was published say where they are to be seen."""
    store = open_current(made.province)
    # Of the English pages those that say something of their own here.
    english = ("overview", "timelimits", "counties", "items", "queue", "supervision", "quality", "assessment", "annual", "reports")
    for entry in ENTRIES:
        if language == "en" and entry.name not in english:
            continue
        app = open_province(entry.name, lang=language, **YEAR)
        said = texts(app)
        assert not any(words in text for text in said for words in UNEXPECTED), entry.name
        if language == "en":
            assert chinese_left(said, store, ("住建局", "民政局", "1号窗口", "2号窗口")) == [], entry.name


def test_divisions_are_called_by_their_english_names_on_english_pages(made, open_province):
    app = open_province("throughput", lang="en", by="window", **YEAR)
    assert any(r"Fujian Province \(3 counties\)" in text for text in texts(app))
    assert box(app, "filter_city").options == ["All", "Fuzhou City", "Ningde City"]
    windows = next(frame.value for frame in app.main.get("dataframe") if "window" in frame.value)["window"]
    assert {name.split(" ")[0] for name in windows} == {"Gulou", "Jiaocheng", "Fu'an"}
    # The same answer, kept for whoever asked first, is told to each in their language.
    app = open_province("throughput", lang="zh", by="window", **YEAR)
    assert {name.split(" ")[0] for name in next(f.value for f in app.main.get("dataframe") if "window" in f.value)["window"]} == {
        "鼓楼区", "蕉城区", "福安市",
    }  # fmt: skip
    app = open_province("overview", lang="en", division=FUAN, **YEAR)
    assert any("Fu'an City, Ningde City" in text for text in texts(app))
    app = open_province("counties", lang="en", indicator="on_time_rate", **YEAR)
    tables = [frame.value for frame in app.main.get("dataframe")]
    assert [sorted(table["county"]) for table in tables] == [["Fu'an City"], ["Gulou District", "Jiaocheng District"]]
    assert set(tables[1]["city"]) == {"Fuzhou City", "Ningde City"}


def test_counties_that_are_called_alike_are_told_apart():
    """鲤城 and 荔城 are both Licheng; in one chart or list they would be one."""
    rows = described(("350304", "350502", FUAN), shipped())
    counties = [Division(*row) for row in rows]
    assert list(names_apart(counties, "en").values()) == [
        "Licheng District (Putian City)",
        "Licheng District (Quanzhou City)",
        "Fu'an City",
    ]
    assert list(names_apart(counties, "zh").values()) == ["荔城区", "鲤城区", "福安市"]


def test_lists_of_several_counties_say_that_a_county_must_be_chosen(open_province):
    for page in ("timelimits", "supervision", "overview", "quality", "items"):
        app = open_province(page, **YEAR)
        assert any("请先选择区县" in text for text in texts(app)), page
    app = open_province("timelimits", division=GULOU, **YEAR)
    assert not any("请先选择区县" in text for text in texts(app))


@pytest.mark.parametrize("division", ["", GULOU])
def test_every_tab_of_quality_says_something_and_offers_no_workbook_to_correct(open_province, division):
    app = open_province("quality", lang="zh", **YEAR, **({"division": division} if division else {}))
    assert not app.error
    tabs = {tab.label: tab for tab in app.tabs}
    said = {label: [element.value for element in tab.markdown] for label, tab in tabs.items()}
    for label in ("台账与守恒", "隔离区"):
        assert any("请先选择区县" in text for text in said[label]) == (not division), label
    assert said["补录与异常"]
    assert tabs["代码映射"].selectbox
    assert not any("未用过" in option for option in tabs["代码映射"].selectbox[0].options) or division
    assert not [button for button in app.button if button.key == "quarantine_make"]


def test_counties_are_ranked_within_their_group_with_what_the_figure_is_made_of(made, open_province):
    store = open_current(made.province)
    app = open_province("counties", indicator="on_time_rate", **YEAR)
    assert [element.value for element in app.subheader] == ["县级市", "市辖区"]
    alone, peers = (frame.value for frame in app.main.get("dataframe"))
    assert list(alone["county"]) == ["福安市"]
    assert list(alone["place"]) == [1]
    own = {one.name: store.within(one.code).measure("on_time_rate", period(), Scope()) for one in store.divisions}
    for row in [*alone.itertuples(), *peers.itertuples()]:
        figure = own[row.county]
        assert (row.value, row.numerator, row.denominator) == (figure.value, figure.numerator, figure.denominator)
    assert list(peers["place"]) == [1, 2]
    assert list(peers["value"]) == sorted(peers["value"], reverse=True)
    assert any("越高越好" in element.value for element in app.caption)


def test_a_lower_is_better_indicator_and_too_few_cases(made, open_province, monkeypatch):
    app = open_province("counties", indicator="average_working_days", period="month", on="2018-05-01")
    values = [row for frame in app.main.get("dataframe") for row in frame.value.itertuples()]
    for row in values:
        assert pd.isna(row.place) == (row.denominator < 10), "the indicator's own minimum is 10"
    assert any("不排名" in row.note for row in values)
    assert any("越低越好" in element.value for element in app.caption)


def test_the_ranking_of_a_city_and_the_change_to_the_period_before(made, open_province):
    app = open_province("counties", indicator="instant_rate", division=NINGDE, period="quarter", on="2018-04-01")
    frames = [frame.value for frame in app.main.get("dataframe")]
    assert sorted(county for frame in frames for county in frame["county"]) == ["福安市", "蕉城区"]
    store = open_current(made.province)
    first, second = (Period("quarter", date(2018, month, 1), date(2018, month + 2, 30)) for month in (1, 4))
    for row in [row for frame in frames for row in frame.itertuples()]:
        code = next(one.code for one in store.divisions if one.name == row.county)
        now, then = (store.within(code).measure("instant_rate", one, Scope()) for one in (second, replace(first, last=date(2018, 3, 31))))
        assert row.value == now.value
        assert row.change == f"{round(now.value - then.value, 1):+,.1f} 个百分点"


def test_one_county_has_nothing_to_be_ranked_with_and_no_way_to_the_page(made, open_province, monkeypatch):
    app = open_province("counties", division=FUAN, **YEAR)
    assert any("没有可比的" in text for text in texts(app))
    assert "区县排名" in {link.proto.label for link in app.sidebar.get("page_link")}
    own = opener(made.own[FUAN], monkeypatch)("counties", **YEAR)
    assert any("没有可比的" in text for text in texts(own))
    assert "区县排名" not in {link.proto.label for link in own.sidebar.get("page_link")}


def test_an_office_has_groups_of_its_own(made, tmp_path, monkeypatch):
    home = Home(tmp_path / "own")
    (home.root / "reference").mkdir(parents=True)
    (home.root / "reference" / "divisions.csv").write_text("code,name,group\n350902,蕉城区,沿海\n350981,福安市,沿海\n", "utf-8")
    put_together(home.root, made.lake, with_cases=False)
    app = opener(home, monkeypatch)("counties", **YEAR)
    assert [element.value for element in app.subheader] == ["市辖区", "沿海"]
    assert sorted(app.main.get("dataframe")[1].value["county"]) == ["福安市", "蕉城区"]


def period() -> Period:
    return Period("year", date(2018, 1, 1), date(2018, 12, 31))
