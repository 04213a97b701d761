"""A page of the dashboard as AppTest draws it: opened by its address, read as a reader would, looked over for the other language."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.store import Store
from etl.config import Home

APP = Path(__file__).parents[1] / "dashboard" / "web" / "run.py"
FIRST = "overview"
CJK = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{2,}")
# Marks of Markdown and names of standards, which are of no language.
MARKS = re.compile(r"`[^`]*`|:material/\w+:|:gray\[|<[^>]*>|GB/T")
VALUES = ("title", "subheader", "markdown", "caption", "error", "warning", "info", "success")
LABELS = ("selectbox", "button", "text_input", "text_area", "metric", "expander", "tab", "date_input", "slider")


def turn_to(app: AppTest, page: str, first: str = FIRST, **params: str) -> AppTest:
    """Runs the application with these query parameters and goes to the page, which must be drawn without an exception.

    `first` is the page on which the visitor lands; it is not asked for a second time.
    """
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    if page != first:
        app.switch_page(f"../pages/{page}.py")
        for name, value in params.items():
            app.query_params[name] = value
        app.run()
    assert not app.exception
    return app


def opener(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Opens pages of this home: `open_page("throughput", period="month")`."""
    monkeypatch.setenv("HALL_HOME", str(home.root))

    def opened(page: str = FIRST, **params: str) -> AppTest:
        return turn_to(AppTest.from_file(str(APP), default_timeout=120), page, **params)

    return opened


def texts(app: AppTest) -> list[str]:
    """Everything a reader can read on the page but tables, charts and what a list offers."""
    found = [element.value for kind in VALUES for element in app.get(kind)]
    found += [element.label for kind in LABELS for element in app.get(kind)]
    return [text for text in [*found, *(metric.delta for metric in app.metric)] if text]


def options(app: AppTest) -> list[str]:
    """What the page's lists offer."""
    return [option for box in app.selectbox for option in box.options]


def chinese_left(found: Iterable[str], store: Store, more: Iterable[str] = ()) -> list[str]:
    """Texts of an English page with Chinese in them that is no data; `more` are names of the page's own that are."""
    data = {*more, store.settings.hall_name, *store.choices("department"), *store.choices("window"), "中文"}
    left = []
    for text in found:
        for value in sorted(data, key=len, reverse=True):
            text = text.replace(value, "")
        if CJK.search(text):
            left.append(text)
    return left


def english_left(found: Iterable[str], store: Store, kept: set[str]) -> list[str]:
    """Texts of a Chinese page with English in them; `kept` are words that it says as they are."""
    left = []
    for text in found:
        text = MARKS.sub("", text)
        for version in (store.snapshot_id, store.meta["calendar_version"], store.meta["rules_version"]):
            text = text.replace(version, "")
        if set(LATIN.findall(text)) - kept:
            left.append(text)
    return left


def figure(text: str) -> float:
    """The number in a card's text."""
    return float(re.sub(r"[^0-9.\-]", "", text))
