"""Widths of columns: left alone where they fit, cut in texts where they do not, never in numbers of cases."""

import pandas as pd

from dashboard.components.tables import Column
from dashboard.components.widths import LEAST, ROOM, USUAL, fitted, text_width

LONG = "国家税务总局宁德市蕉城区税务局办税服务厅第二窗口"


def columns(texts: int, numbers: int = 1) -> list[Column]:
    return [
        Column("case_no", "办件编号"),
        *(Column(f"text{place}", "部门") for place in range(texts)),
        *(Column(f"number{place}", "较上期（百分点）", "change") for place in range(numbers)),
    ]


def frame(made: list[Column]) -> pd.DataFrame:
    return pd.DataFrame(
        {one.name: ["350902YS201801030048"] if one.name == "case_no" else [LONG if one.kind == "text" else 1.5] for one in made}
    )


def test_a_table_that_fits_is_left_alone():
    made = columns(1)
    assert set(fitted(frame(made), made).values()) == {None}
    given = [Column("case_no", "办件编号", width=175), *made[1:]]
    assert fitted(frame(made), given)["case_no"] == 175


def test_texts_give_way_until_the_table_fits():
    made = columns(4)
    widths = fitted(frame(made), made)
    assert sum(widths.values()) <= ROOM
    assert widths["case_no"] >= text_width("350902YS201801030048")
    assert widths["number0"] >= text_width("较上期（百分点）")
    assert all(widths[f"text{place}"] >= LEAST for place in range(4))


def test_what_cannot_fit_keeps_texts_that_can_be_read():
    made = columns(9)
    widths = fitted(frame(made), made)
    assert sum(widths.values()) > ROOM
    assert {widths[f"text{place}"] for place in range(9)} == {USUAL}


def test_a_table_without_rows_or_values_is_drawn():
    made = columns(9)
    empty = frame(made).iloc[:0]
    assert all(width is None or width > 0 for width in fitted(empty, made).values())
    counts = [Column(f"n{place}", "期末超期在办量，按月", "integer") for place in range(9)]
    assert sum(fitted(pd.DataFrame({one.name: [None] for one in counts}, dtype=float), counts).values()) > ROOM
