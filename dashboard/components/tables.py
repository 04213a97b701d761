"""Tables: sortable on the screen, and exported whole as a CSV that Excel opens with its Chinese intact."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.access import identity, trail
from dashboard.access.masking import SUPPRESSED, Personal, for_export, kept_columns
from dashboard.components.widths import NUMBERS, fitted
from dashboard.language import Language
from dashboard.session import Hall
from etl.access.rules import Export, NotAllowedError

# Points of an assessment are written with all their places, at most six: a trace sums exactly.
Kind = Literal["text", "integer", "decimal", "points", "percent", "change", "date"]
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
    # In pixels, or small (75), medium (200), large (400); by default as wide as heading and values ask for.
    width: int | Literal["small", "medium", "large"] | None = None
    # Places after the point of a percent or decimal.
    digits: int = 1
    help: str | None = None
    # What it says of a person, for exports: see dashboard/access/masking.py.
    personal: Personal | None = None


def _cell(value: Any, kind: Kind) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return ""
    if value == SUPPRESSED:
        return SUPPRESSED
    if kind == "integer":
        return str(round(float(value)))
    if kind == "points":
        return f"{float(value):.6f}".rstrip("0").rstrip(".")
    if kind in ("decimal", "percent", "change"):
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


def _configuration(column: Column, width: int | None = None) -> Any:
    """How Streamlit is to draw the column; `width` in pixels where the whole table has to be fitted."""
    kinds = st.column_config
    column = column if width is None else replace(column, width=width)
    if column.kind == "integer":
        return kinds.NumberColumn(column.label, width=column.width, help=column.help, format="localized")
    if column.kind == "decimal":
        return kinds.NumberColumn(column.label, width=column.width, help=column.help, format=f"%.{column.digits}f")
    if column.kind == "points":
        return kinds.NumberColumn(column.label, width=column.width, help=column.help, format="%.6g")
    if column.kind == "percent":
        return kinds.NumberColumn(column.label, width=column.width, help=column.help, format=f"%.{column.digits}f%%")
    if column.kind == "change":
        return kinds.NumberColumn(column.label, width=column.width, help=column.help, format="%+.1f")
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
    kinds = hall.exports()
    if not kinds:
        return
    usual = kinds[0]
    with st.container(horizontal=True):
        offer(
            hall,
            _.count("下载 CSV（{n} 行）", len(frame)),
            lambda: _exported(hall, frame, columns, title, scope, usual),
            file_name(hall, title),
            key=f"export_{key}",
            kind=usual,
            rows=len(frame),
        )
        if "public" in kinds and usual != "public" and _fits_the_public(columns):
            offer(
                hall,
                _("公开版"),
                lambda: _exported(hall, frame, columns, title, scope, "public"),
                file_name(hall, f"{title}-" + _("公开版")),
                key=f"public_{key}",
                kind="public",
                rows=len(frame),
                help=_("不含人名和编号，1 至 4 的数不显示"),
            )


def offer(
    hall: Hall,
    label: str,
    make: Callable[[], bytes],
    name: str,
    key: str,
    kind: Export,
    rows: int | None = None,
    mime: str = "text/csv",
    help: str | None = None,
) -> None:
    """The one way to hand out a file: only to a role that may take this kind away, and every taking is in the trail."""
    if kind not in hall.exports():
        return

    def taken() -> bytes:
        # Asked again when it is pressed: the page may have been drawn before the role was changed.
        if not identity.is_still(hall.store.home, hall.principal):
            raise NotAllowedError("（导出）", "this export")
        content = make()
        asked = {"kind": kind, "rows": rows, "scope": hall.view.params(), "snapshot": hall.store.snapshot_id}
        trail.note(hall.store.home, hall.principal, "export.taken", name, **asked)
        return content

    st.download_button(
        label, data=taken, file_name=name, mime=mime, key=key, on_click="ignore", icon=":material/download:", type="tertiary", help=help
    )


def _fits_the_public(columns: Sequence[Column]) -> bool:
    """A list of single cases is nothing for the public; a table of counts is."""
    return not any(column.personal == "number" or column.name.endswith(NUMBERS) for column in columns)


def _exported(hall: Hall, frame: pd.DataFrame, columns: Sequence[Column], title: str, scope: str, kind: Export) -> bytes:
    kept = kept_columns(columns, kind)
    return csv_bytes(for_export(frame, columns, kind), [column for column in columns if column.name in kept], notes(hall, title, scope))


def table(hall: Hall, frame: pd.DataFrame, columns: Sequence[Column], title: str, scope: str, key: str) -> None:
    """The frame as a table with its export."""
    widths = fitted(frame, columns)
    st.dataframe(
        frame[[column.name for column in columns]],
        hide_index=True,
        height=_height(frame),
        column_config={column.name: _configuration(column, widths[column.name]) for column in columns},
        key=f"table_{key}",
        alt=title,
        placeholder="—",
    )
    export(hall, frame, columns, title, scope, key)


def button_table(hall: Hall, frame: pd.DataFrame, columns: Sequence[Column], title: str, scope: str, key: str, help: str) -> int | None:
    """As `table`, with the first column as buttons. Returns the row pressed in this run, counted from 0 as the frame was given."""
    first, *rest = columns
    state = f"open_{key}"
    widths = fitted(frame, columns)
    configuration = {column.name: _configuration(column, widths[column.name]) for column in rest}
    configuration[first.name] = st.column_config.ButtonColumn(
        first.label, width=widths[first.name] or first.width, type="tertiary", alignment="left", key=state, pinned=True, help=help
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
    return session.pressed_row(state)


def case_table(
    hall: Hall, frame: pd.DataFrame, columns: Sequence[Column], title: str, scope: str, key: str, help: str | None = None
) -> str | None:
    """As `button_table`, by default for case numbers. Returns the first cell of the row pressed in this run."""
    row = button_table(hall, frame, columns, title, scope, key, help or hall.speak("按办件编号打开办件"))
    return None if row is None else str(frame.iloc[row][columns[0].name])


def named(frame: pd.DataFrame, column: str, speak: Language) -> pd.DataFrame:
    """The frame with blank names in this column written out as not filled in."""
    return frame.assign(**{column: frame[column].replace("", speak("（未填）"))})
