"""The pages of reports and of annual figures, in both languages: asked for, made in the background, fetched; figures with their formula."""

import json
import re
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from dashboard.reports import exports
from dashboard.reports.working import work
from etl.cli import hall
from etl.office import entries, open_office
from etl.reconcile import annual, asking, figures

APP = Path(__file__).parents[2] / "dashboard" / "web" / "run.py"
PAGES = ("reports", "annual")
CJK = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{3,}")
KEPT = {"CSV", "English", "Excel", "Word", "PDF", "SHA", "hall", "report", "list"}


@pytest.fixture
def open_page(own_home, monkeypatch):
    """Opens one of the pages."""
    monkeypatch.setenv("HALL_HOME", str(own_home.root))

    def opened(page: str, **params: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=120)
        for name, value in params.items():
            app.query_params[name] = value
        app.run()
        app.switch_page(f"../pages/{page}.py")
        for name, value in params.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return opened


def texts(app: AppTest) -> list[str]:
    kinds = ("title", "subheader", "markdown", "caption", "error", "warning")
    found = [element.value for kind in kinds for element in app.get(kind)]
    return [text for text in [*found, *(button.label for button in app.button)] if text]


@pytest.mark.parametrize("page", PAGES)
def test_pages_speak_english_throughout(open_page, page):
    app = open_page(page, lang="en")
    # A command names values of the data as they are.
    shown = [re.sub(r"`[^`]*`", "", text.replace("中文", "")) for text in texts(app)]
    left = [text for text in shown if CJK.search(text) and "蕉城" not in text]
    assert left == []


@pytest.mark.parametrize("page", PAGES)
def test_pages_speak_chinese_throughout(open_page, page):
    app = open_page(page, lang="zh")
    for text in texts(app):
        plain = re.sub(r"`[^`]*`|:[a-z/_]+:|:gray\[|\d{8}T\d{6}-\w+|chinesecalendar\S+|<style>.*", "", text, flags=re.S)
        assert set(LATIN.findall(plain)) <= KEPT | {one for one in LATIN.findall(plain) if one in ("GB", "TOML", "chinesecalendar")}, text


def test_a_report_is_asked_for_and_fetched(open_page, own_home):
    app = open_page("reports", lang="zh")
    assert any("还没有导出过报告" in text for text in texts(app))
    app.button(key="report_make").click().run()
    assert not app.exception
    (job,) = exports.jobs(own_home)
    assert (job.period, job.audience, job.actor) == ("2018-12", "internal", "local")
    until = time.monotonic() + 120
    while not exports.jobs(own_home)[0].is_over:
        assert time.monotonic() < until
        time.sleep(0.2)
    app.run()
    assert not app.exception
    labels = {button.label for button in app.get("download_button")}
    assert labels == {"Excel", "Word", "PDF"}
    assert any("2018年12月" in text and "草稿" in text for text in texts(app))
    assert [entry.action for entry in entries(open_office(own_home))] == ["report.made", "report.asked"]


def test_all_months_are_asked_for_at_once_cancelled_and_resumed(open_page, own_home):
    app = open_page("reports", lang="zh")
    app.button(key="report_year_make").click().run()
    assert [job.period for job in exports.jobs(own_home)][::-1] == [f"2018-{month:02d}" for month in range(1, 13)]
    app.button(key="report_cancel").click().run()
    states = {job.state for job in exports.jobs(own_home)}
    assert "waiting" not in states
    assert not app.exception
    until = time.monotonic() + 60
    while any(not job.is_over for job in exports.jobs(own_home)):
        assert time.monotonic() < until
        time.sleep(0.2)
    cancelled = [job.number for job in exports.jobs(own_home) if job.state == "cancelled"]
    assert len(cancelled) >= 10
    app.run()
    assert any(button.key == "report_resume" for button in app.button)


def test_annual_figures_are_those_of_the_command(open_page, own_home):
    done = CliRunner().invoke(hall(), ["--home", str(own_home.root), "reconcile", "--year", "2018", "--json"])
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)["rows"]
    assert {row["figure"] for row in rows} == {figure.id for figure in figures()}
    app = open_page("annual", lang="zh")
    shown = " ".join(texts(app))
    for row in rows:
        assert row["link"].startswith("/")
        if row["indicator"] is None:
            assert row["computed"] is None
            continue
        assert row["formula"]
        assert f"**{row['computed']:,.0f}**" in shown, row["figure"]


def test_another_year_has_no_published_figures(own_home):
    from etl.publish import current, open_snapshot

    with open_snapshot(current(own_home)) as con:
        rows = annual(asking(con), 2017)
    assert all(row.published is None and row.equal is None for row in rows)
    assert all(row.command.split("--from ")[1].startswith("2017") for row in rows if row.command)


def test_nothing_is_left_for_a_worker(own_home):
    assert work(own_home) == 0
