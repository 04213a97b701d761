"""Tables: sortable on the screen, and exported whole as a CSV that Excel opens with its Chinese intact."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.language import Language
from dashboard.session import Hall

Kind = Literal["text", "integer", "decimal", "percent", "date"]
ROW_HEIGHT = 35
ROWS_SHOWN = 10
# A spreadsheet runs a text that begins with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Column:
    """A column of a table: the frame's column, its heading, and how its values are written."""

    name: str
    label: str
    kind: Kind = "text"
    width: Literal["small", "medium", "large"] | None = None
    help: str | None = None


def _cell(value: Any, kind: Kind) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return ""
    if kind == "integer":
        return str(round(float(value)))
    if kind in ("decimal", "percent"):
        return f"{float(value):.4f}".rstrip("0").rstrip(".")
    if kind == "date":
        return value.strftime("%Y-%m-%d") if isinstance(value, date | datetime) else str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_bytes(frame: pd.DataFrame, columns: Sequence[Column], notes: Sequence[str] = ()) -> bytes:
    """The whole frame as UTF-8 CSV with a byte-order mark and CRLF; `notes` are lines under the rows that say what it is.

    A text that a spreadsheet would run as a formula is led by an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.label for column in columns])
    for row in frame[[column.name for column in columns]].itertuples(index=False, name=None):
        writer.writerow([_cell(value, column.kind) for value, column in zip(row, columns, strict=True)])
    if notes:
        writer.writerow([])
        writer.writerows([[_cell(note, "text")] for note in notes])
    return text.getvalue().encode("utf-8-sig")


def _configuration(column: Column) -> Any:
    kinds = st.column_config
    if column.kind == "integer":
        return kinds.NumberColumn(column.label, width=column.width, help=column.help, format="localized")
    if column.kind == "decimal":
        return kinds.NumberColumn(column.label, width=column.width, help=column.help, format="%.1f")
    if column.kind == "percent":
        return kinds.NumberColumn(column.label, width=column.width, help=column.help, format="%.1f%%")
    if column.kind == "date":
        return kinds.DateColumn(column.label, width=column.width, help=column.help, format="YYYY-MM-DD")
    return kinds.TextColumn(column.label, width=column.width, help=column.help)


def _height(frame: pd.DataFrame) -> int:
    return ROW_HEIGHT * (min(len(frame), ROWS_SHOWN) + 1) + 3


def file_name(hall: Hall, title: str) -> str:
    """Says what the file holds and of when: 部门情况_2018-10-01_2018-10-31.csv."""
    return f"{title.replace(' ', '-').replace('/', '-')}_{hall.period.first}_{hall.period.last}.csv"


def notes(hall: Hall, title: str, scope: str) -> list[str]:
    """The lines under an export that tell what it is."""
    _ = hall.speak
    return [
        title,
        _("期间") + _.colon + _.span(hall.period.first, hall.period.last),
        _("范围") + _.colon + scope,
        _("数据截止") + _.colon + _.day(hall.store.as_of),
        _("数据版本") + _.colon + hall.store.snapshot_id,
    ]


def export(hall: Hall, frame: pd.DataFrame, columns: Sequence[Column], title: str, scope: str, key: str) -> None:
    """A button that downloads all rows; the file is made when it is pressed."""
    _ = hall.speak
    st.download_button(
        _.count("下载 CSV（{n} 行）", len(frame)),
        data=lambda: csv_bytes(frame, columns, notes(hall, title, scope)),
        file_name=file_name(hall, title),
        mime="text/csv",
        key=f"export_{key}",
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
    )


def table(hall: Hall, frame: pd.DataFrame, columns: Sequence[Column], title: str, scope: str, key: str) -> None:
    """The frame as a table with its export."""
    st.dataframe(
        frame[[column.name for column in columns]],
        hide_index=True,
        height=_height(frame),
        column_config={column.name: _configuration(column) for column in columns},
        key=f"table_{key}",
        alt=title,
        placeholder="—",
    )
    export(hall, frame, columns, title, scope, key)


def case_table(
    hall: Hall, frame: pd.DataFrame, columns: Sequence[Column], title: str, scope: str, key: str, help: str | None = None
) -> str | None:
    """As `table`, with the first column, by default the case number, as a button. Returns the one pressed in this run."""
    first, *rest = columns
    state = f"open_{key}"
    configuration = {column.name: _configuration(column) for column in rest}
    configuration[first.name] = st.column_config.ButtonColumn(
        first.label, type="tertiary", alignment="left", key=state, pinned=True, help=help or hall.speak("按办件编号打开办件")
    )
    st.dataframe(
        frame[[column.name for column in columns]],
        hide_index=True,
        height=_height(frame),
        column_config=configuration,
        key=f"table_{key}",
        alt=title,
        placeholder="—",
    )
    export(hall, frame, columns, title, scope, key)
    row = session.pressed_row(state)
    return None if row is None else str(frame.iloc[row][first.name])


def named(frame: pd.DataFrame, column: str, speak: Language) -> pd.DataFrame:
    """The frame with blank names in this column written out as not filled in."""
    return frame.assign(**{column: frame[column].replace("", speak("（未填）"))})
