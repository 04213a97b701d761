"""The cheap forms of cleaning say the same as the full ones, for any text that a file can hold."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.ingest.macros import _BLANKS, _FULL, _HALF, _TEXT_FULL, _TEXT_HALF, RARE_BLANKS, create_macros
from etl.ingest.stage import holds_of

TEXT = st.text(st.sampled_from(" aZ9-/:（）甲局" + RARE_BLANKS + "０９ＡＺａｚ！～：" + "\u2003"), max_size=8)


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as made:
        create_macros(made)
        yield made


@settings(max_examples=300, deadline=None)
@given(text=TEXT)
def test_narrowing_only_where_something_is_wide_changes_nothing_else(con, text):
    found = con.execute("select half_width(x), half_width_text(x) from (select ?::varchar as x)", [text]).fetchone()
    plain = con.execute("select trim(translate(x, ?, ?)), trim(translate(x, ?, ?)) from (select ?::varchar as x)", [
        _FULL, _HALF, _TEXT_FULL, _TEXT_HALF, text,
    ]).fetchone()  # fmt: skip
    assert found == plain


@settings(max_examples=300, deadline=None)
@given(text=TEXT)
def test_a_value_without_rare_blanks_is_trimmed_the_same_by_the_cheap_form(con, text):
    holds = holds_of(f"1\x1f{text}\x1f\n".encode())
    assert holds.rare_blanks == any(blank in text for blank in RARE_BLANKS if blank not in "\r\n")
    assert holds.fullwidth == any(sign in text for sign in _TEXT_FULL)
    if not set(text) & set(RARE_BLANKS):
        assert con.execute("select space_to_null(?::varchar)", [text]).fetchone() == (text.strip(_BLANKS) or None,)
