"""The catalogues are complete both ways, compiled, and each in its own language."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest

from dashboard.language import CATALOGUES, language, number
from dashboard.period import containing
from tools import catalogues

CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
PLACE = re.compile(r"\{[a-z_]*\}")


def strings(message):
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_catalogue_holds_exactly_the_messages_of_the_code(locale):
    held = {message.id[0] if isinstance(message.id, tuple) else message.id for message in catalogues.read(locale) if message.id}
    assert held == set(catalogues.used_messages())


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_every_message_is_translated_with_its_places(locale):
    for message in catalogues.read(locale):
        key = message.id[0] if isinstance(message.id, tuple) else message.id
        if key:
            assert all(strings(message)), key
            for text in strings(message):
                assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(key)), key


def test_english_catalogue_holds_no_chinese():
    assert [text for message in catalogues.read("en") for text in strings(message) if message.id and CJK.search(text)] == []


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_catalogue_files_are_in_step_with_the_code_and_compiled(locale):
    text, compiled = catalogues.written(catalogues.brought_up(catalogues.read(locale), locale, catalogues.used_messages()))
    folder = CATALOGUES / locale / "LC_MESSAGES"
    assert (folder / "dashboard.po").read_bytes() == text
    assert (folder / "dashboard.mo").read_bytes() == compiled


def test_no_message_hides_in_a_formatted_string_where_extraction_does_not_look():
    hidden = []
    for path in catalogues.DASHBOARD.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                calls = [part for part in ast.walk(node) if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)]
                hidden += [f"{Path(path).name}:{node.lineno}" for call in calls if call.func.id in ("_", "speak")]
    assert hidden == []


def test_periods_are_said_in_words():
    zh, en = language("zh"), language("en")
    week = containing("week", date(2018, 10, 3))
    assert zh.period(week) == "2018年第40周（2018年10月1日至10月7日）"
    assert en.period(week) == "week 40 of 2018 (1 Oct – 7 Oct 2018)"
    assert zh.period(containing("quarter", date(2018, 10, 3))) == "2018年第四季度"
    assert en.period(containing("month", date(2018, 10, 3))) == "October 2018"
    assert zh.period(containing("day", date(2018, 9, 29))) == "2018年9月29日 星期六"


def test_english_has_its_singular():
    assert language("en").count("{n} 个工作日", 1) == "1 working day"
    assert language("en").count("{n} 个工作日", 2) == "2 working days"
    assert language("zh").count("{n} 个工作日", 1) == "1 个工作日"


def test_a_missing_number_is_a_dash_never_a_zero():
    assert number(None) == number(float("nan")) == "—"
    assert number(0) == "0"
    assert number(1234567.89, 1) == "1,234,567.9"
