"""Exports: every row, Chinese intact in Excel, and no text that a spreadsheet would run."""

import csv
import io
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.tables import FORMULA_STARTS, Column, _fits_the_public, csv_bytes

COLUMNS = [
    Column("name", "部门"),
    Column("cases", "件数", "integer"),
    Column("rate", "按时办结率", "percent"),
    Column("day", "日期", "date"),
]


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_export_begins_with_a_byte_order_mark_and_ends_lines_as_excel_does():
    frame = pd.DataFrame({"name": ["税务局"], "cases": [3], "rate": [97.25], "day": [pd.Timestamp("2018-10-08")]})
    content = csv_bytes(frame, COLUMNS)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == "部门,件数,按时办结率,日期\r\n税务局,3,97.25,2018-10-08\r\n"


def test_missing_values_stay_empty_and_never_become_zero():
    frame = pd.DataFrame({"name": [None], "cases": [float("nan")], "rate": [None], "day": [pd.NaT]})
    assert read(csv_bytes(frame, COLUMNS))[1] == ["", "", "", ""]


def test_numbers_below_zero_stay_numbers():
    frame = pd.DataFrame({"name": ["a"], "cases": [-5], "rate": [-1.5], "day": [date(2018, 1, 1)]})
    assert read(csv_bytes(frame, COLUMNS))[1] == ["a", "-5", "-1.5", "2018-01-01"]


def test_notes_stand_under_the_rows():
    frame = pd.DataFrame({"name": ["a"], "cases": [1], "rate": [1.0], "day": [date(2018, 1, 1)]})
    assert read(csv_bytes(frame, COLUMNS, ["期间：2018年"]))[2:] == [[], ["期间：2018年"]]


@given(
    texts=st.lists(
        st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12), min_size=1, max_size=8
    )
)
def test_every_text_survives_and_none_is_a_formula(texts):
    frame = pd.DataFrame({"name": texts})
    rows = read(csv_bytes(frame, COLUMNS[:1]))[1:]
    assert len(rows) == len(texts)
    for text, row in zip(texts, rows, strict=True):
        assert row[0] in (text, f"'{text}")
        assert not row[0].startswith(FORMULA_STARTS)


@pytest.mark.parametrize("name", ["case_no", "answer_no", "intake_no", "ticket_no", "signal_id"])
def test_a_list_of_single_records_has_no_public_version(name):
    assert _fits_the_public(COLUMNS)
    assert not _fits_the_public([Column(name, "编号"), *COLUMNS])
