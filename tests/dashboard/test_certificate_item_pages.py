"""The pages of e-certificates and of the item list show what `hall indicator --json` prints, in both languages and every scope."""

import json
from datetime import date

import pytest
from drawn_page import chinese_left, english_left, figure, opener, texts
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from dashboard.pages import certificates, items
from dashboard.period import containing
from dashboard.queries import certificates as certificate_queries
from dashboard.queries import items as queries
from dashboard.store import Scope
from etl.cli import hall
from etl.indicators import definition
from etl.indicators.dimensions import DIMENSIONS, code_list

YEAR, JULY = containing("year", date(2018, 1, 1)), containing("month", date(2018, 7, 1))
SHOWN = {"certificates": (*certificates.CARDS, *certificates.CASE_CARDS), "items": items.CARDS}


@pytest.fixture
def open_page(hall_home, monkeypatch):
    opened = opener(hall_home, monkeypatch)

    def sound(page: str, **params: str) -> AppTest:
        app = opened(page, **params)
        assert not app.error
        return app

    return sound


def asked(home, name: str, period, *options: str) -> list[dict]:
    """The rows that the command line prints."""
    arguments = ["--home", str(home.root), "indicator", name, "--from", str(period.first), "--to", str(period.last), *options, "--json"]
    done = CliRunner().invoke(hall(), arguments)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["rows"]


def same(shown: str, value: float | None) -> bool:
    return shown == "—" if value is None else figure(shown) == pytest.approx(value, abs=0.051)


def table(app: AppTest, *wanted: str):
    """The first table of the page that has these columns."""
    return next(frame.value for frame in app.dataframe if set(wanted) <= set(frame.value.columns))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_certificate_cards_are_what_the_command_line_prints(open_page, hall_home, lang):
    app = open_page("certificates", lang=lang, period="year", on="2018-01-01")
    cards = {metric.label: metric.value for metric in app.metric}
    for name in SHOWN["certificates"]:
        (row,) = asked(hall_home, name, YEAR)
        found = definition(name)
        assert same(cards[found.zh if lang == "zh" else found.en], row["value"]), name


@pytest.mark.parametrize("scope", ["all", "district", "centre", "township"])
def test_item_cards_are_what_the_command_line_prints_in_each_scope(open_page, hall_home, scope):
    app = open_page("items", lang="zh", period="month", on="2018-07-01", scope=scope)
    cards = {metric.label: metric.value for metric in app.metric}
    for name in SHOWN["items"]:
        (row,) = asked(hall_home, name, JULY, "--where", f"scope={scope}")
        assert same(cards[definition(name).zh], row["value"]), name


def test_the_scopes_hold_the_reports_figures_side_by_side(open_page):
    app = open_page("items", lang="zh", period="year", on="2018-01-01")
    shown = table(app, "scope", "within_one_trip_items").set_index("scope")
    assert list(shown["items_total"]) == [2879, 840, 461, 2039]
    assert shown.loc["中心进驻", ["zero_trip_items", "one_trip_items", "within_one_trip_items"]].tolist() == [83, 372, 455]
    assert shown.loc["区直各部门", "within_one_trip_items"] == 831


def test_the_reports_table_has_a_total_that_equals_its_rows_and_the_indicators(open_page, hall_home):
    app = open_page("items", lang="zh", period="year", on="2018-01-01", scope="district")
    shown = table(app, "catalogues", "licence_items", "provincial_rate")
    total, rows = shown.iloc[-1], shown.iloc[:-1]
    assert total["department"] == "合计"
    counts = [name for name in shown.columns if name != "department" and not name.endswith("_rate")]
    assert rows[counts].sum().tolist() == total[counts].tolist()
    assert total["items"] == total["licence_items"] + total["service_items"] + total["other_items"] == 840
    assert total["items"] == total["instant"] + total["committed"] == total["provincial"] + total["not_provincial"]
    assert total["catalogues"] == total["licence_catalogues"] + total["service_catalogues"] + total["other_catalogues"]
    for column, name in queries.COUNTS.items():
        (row,) = asked(hall_home, name, YEAR, "--where", "scope=district")
        assert total[column] == pytest.approx(row["value"]), name
        found = asked(hall_home, name, YEAR, "--by", "department", "--where", "scope=district")
        by_department = {row["by"]["department"]: row["value"] for row in found}
        assert {row.department: getattr(row, column) for row in rows.itertuples()} == pytest.approx(by_department)
    # A ratio of sums: the mean of the departments' rates is another number.
    assert total["online_rate"] == pytest.approx(total["online"] / total["items"] * 100)
    assert total["online_rate"] != pytest.approx(rows["online_rate"].mean())


def test_departments_of_the_report_stand_in_the_order_of_the_register(store):
    made = queries.report(store, YEAR, Scope(), "district")
    assert list(made["department"])[:3] == ["蕉城区市场监督管理局", "蕉城区不动产登记中心", "蕉城区人力资源和社会保障局"]


def test_changes_listed_are_the_changes_counted(open_page, hall_home, store):
    app = open_page("items", lang="zh", period="year", on="2018-01-01", scope="centre")
    day = containing("day", date(2018, 7, 1))
    counted = {
        row["by"]["change"]: row["value"] for row in asked(hall_home, "item_changes", day, "--by", "change", "--where", "scope=centre")
    }
    words = {code: word.zh for code, word in code_list(DIMENSIONS["change"]).items()}
    shown = table(app, "change", "changes")
    assert dict(zip(shown["change"], shown["changes"], strict=True)) == {words[code]: count for code, count in counted.items()}
    listed = table(app, "change", "before", "after")
    assert listed["change"].value_counts().to_dict() == {words[code]: count for code, count in counted.items()}
    assert {"trips", "promised"} <= set(counted)
    app.selectbox(key="choice_kind").select("trips").run()
    assert set(table(app, "change", "before", "after")["change"]) == {words["trips"]}


def test_changes_before_the_first_are_said_to_be_none(open_page):
    app = open_page("items", lang="zh", period="month", on="2018-03-01")
    assert any("期末之前清单没有变化" in element.value for element in app.markdown)


def test_missing_certificates_are_listed_one_by_one_and_lead_to_the_case(open_page, hall_home, store):
    app = open_page("certificates", lang="zh", period="year", on="2018-01-01")
    (row,) = asked(hall_home, "certificates_missing", YEAR)
    listed = table(app, "case_no", "waiting_workdays")
    assert len(listed) == row["value"] > 0
    case = store.case(listed["case_no"].iloc[0])
    assert case is not None
    assert case["is_closed"]


def test_the_register_of_access_holds_as_many_as_the_cards_say(store):
    data = certificate_queries.access(store, YEAR, Scope())
    for column, name in (("account_opened_on", "unit_accounts"), ("seal_opened_on", "unit_seals")):
        assert data[column].notna().sum() == store.measure(name, YEAR, Scope()).value == 27
    january = containing("month", date(2018, 1, 1))
    data = certificate_queries.access(store, january, Scope())
    assert data["account_opened_on"].notna().sum() == store.measure("unit_accounts", january, Scope()).value < 27


def test_the_department_narrows_both_pages_and_the_window_only_the_cases(open_page, store):
    department = store.choices("department")[0]
    window = store.choices("window", Scope(department=department))[0]
    narrowed, whole = Scope(department=department), Scope(department=department, window=window)
    app = open_page("certificates", lang="zh", period="year", on="2018-01-01", department=department, window=window)
    cards = {metric.label: metric.value for metric in app.metric}
    for names, scope in ((certificates.CARDS, narrowed), (certificates.CASE_CARDS, whole)):
        for name in names:
            assert same(cards[definition(name).zh], store.measure(name, YEAR, scope).value), name
    assert any("不分范围、窗口和渠道" in element.value for element in app.info)
    app = open_page("items", lang="zh", period="year", on="2018-01-01", department=department, channel="window")
    cards = {metric.label: metric.value for metric in app.metric}
    for name in items.CARDS:
        assert same(cards[definition(name).zh], store.measure(name, YEAR, narrowed).value), name


@pytest.mark.parametrize("page", ["certificates", "items"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_left_in_the_other_language(open_page, store, page, lang):
    app = open_page(page, lang=lang, period="year", on="2018-01-01")
    found = texts(app)
    found += [option for key in ("choice_changed", "choice_kind") for box in app.selectbox if box.key == key for option in box.options]
    assert (chinese_left(found, store) if lang == "en" else english_left(found, store, {"CSV", "English", "CA"})) == []


def test_nothing_secret_of_units_or_holders_is_published(store):
    columns = store.query("select table_name, column_name from information_schema.columns where table_schema = 'main'")
    names = set(columns["column_name"])
    assert not names & {"account_name", "seal_no", "certificate_no", "holder_name", "holder_code", "reject_reason", "remark"}
