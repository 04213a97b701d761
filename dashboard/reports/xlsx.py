"""The Excel writer: cover with the main figures, the text, native charts, a sheet an annex. Text stays text, whatever it begins with."""

from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter

from dashboard.reports.content import ChartData, Report
from dashboard.reports.mark import DRAFT, mark_text
from dashboard.reports.tables import Cell, CellKind, Table, width
from dashboard.reports.wording import NO_VALUE

PROPERTY = "hall.report"
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
    "in_memory": True,
}
BODY, HEAD, TITLE = "仿宋", "黑体", "方正小标宋简体"
FORMATS: dict[CellKind, str] = {
    "count": "#,##0",
    "rate": "0.00",
    "mean": "#,##0.00",
    "change": '+0.00"%";"−"0.00"%";0.00"%"',
    "date": 'yyyy"年"m"月"d"日"',
}
COLOURS = ("#1d5a96", "#c46a11", "#2b7a5b")
PATTERNS = ("", "wide_upward_diagonal", "percent_50")
A4 = 9
# What a page of A4 holds between the margins of a sheet, less a line for viewers with higher rows.
PAGE_POINTS = 690.0


def write(report: Report) -> bytes:
    """The whole workbook. The same report gives the same bytes."""
    buffer = BytesIO()
    # The time of the snapshot, not of the export: what does not change must not look changed.
    book = xlsxwriter.Workbook(buffer, OPTIONS)
    book.set_properties(
        {"title": report.title, "author": report.sender, "created": datetime.fromisoformat(report.stamp.published_at), "comments": ""}
    )
    book.set_custom_property(PROPERTY, mark_text(report), "text")
    styles = _Styles(book)
    _cover(book, styles, report)
    _text(book, styles, report)
    if report.charts:
        _charts(book, styles, report)
    for annex in report.annexes:
        for table in annex.tables:
            part = f"（{table.part}）" if table.part else ""
            _annex(book, styles, report, f"附件{annex.number}{part}", f"附件{annex.number}", table)
        if not annex.tables:
            sheet = _sheet(book, styles, report, f"附件{annex.number}", False)
            sheet.write_string(0, 0, f"附件{annex.number}　{annex.title}", styles.get("title"))
            sheet.write_string(2, 0, annex.none, styles.get("plain"))
    book.close()
    return buffer.getvalue()


class _Styles:
    """Cell formats by name, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Any] = {}

    def get(self, name: str, is_bold: bool = False) -> Any:
        if (name, is_bold) not in self._made:
            self._made[name, is_bold] = self._book.add_format(self._properties(name) | ({"bold": True} if is_bold else {}))
        return self._made[name, is_bold]

    def _properties(self, name: str) -> dict[str, object]:
        base: dict[str, object] = {"font_name": BODY, "font_size": 11, "valign": "vcenter"}
        if name == "title":
            return {**base, "font_name": TITLE, "font_size": 18, "align": "left"}
        if name == "cover":
            return {**base, "font_name": TITLE, "font_size": 22, "align": "center", "text_wrap": True}
        if name == "centre":
            return {**base, "align": "center", "text_wrap": True}
        if name == "heading":
            return {**base, "font_name": HEAD, "font_size": 14}
        if name == "part":
            return {**base, "font_name": "楷体", "font_size": 13}
        if name == "paragraph":
            return {**base, "font_size": 12, "text_wrap": True, "valign": "top", "indent": 0}
        if name == "plain":
            return base
        if name == "small":
            return {**base, "font_size": 9}
        if name == "note":
            return {**base, "font_size": 9, "text_wrap": True, "valign": "top"}
        if name == "head":
            return {**base, "font_name": HEAD, "font_size": 10, "align": "center", "border": 1, "text_wrap": True, "bg_color": "#eef2f6"}
        cell = {**base, "font_size": 10, "border": 1}
        if name == "text":
            return {**cell, "align": "left", "quote_prefix": True, "text_wrap": True}
        if name == "dash":
            return {**cell, "align": "right"}
        return {**cell, "align": "right", "num_format": FORMATS[name]}  # type: ignore[index]


def _sheet(book: Any, styles: _Styles, report: Report, name: str, is_landscape: bool) -> Any:
    """A sheet set up for A4, with the page number of official papers and, while it is a draft, the mark."""
    sheet = book.add_worksheet(name)
    sheet.set_paper(A4)
    if is_landscape:
        sheet.set_landscape()
    sheet.set_margins(left=0.6, right=0.6, top=0.9, bottom=0.8)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C— &P —")
    sheet.set_header(f"&L{DRAFT if report.stamp.is_draft else ''}&R{report.stamp.period.name} {report.stamp.snapshot_id}")
    sheet.hide_gridlines(2)
    return sheet


def _cover(book: Any, styles: _Styles, report: Report) -> None:
    sheet = _sheet(book, styles, report, "封面", False)
    columns = len(report.kpis.header)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 9)
    sheet.set_column(2, columns - 1, 14)
    sheet.set_row(0, 42)
    draft = f"（{DRAFT}）" if report.stamp.is_draft else ""
    sheet.merge_range(0, 0, 0, columns - 1, report.title + draft, styles.get("cover"))
    sheet.merge_range(1, 0, 1, columns - 1, report.number, styles.get("centre"))
    # A merged cell does not find its height by itself: some 45 Chinese letters stand side by side.
    sheet.set_row(2, 16 * max(1, -(-width(report.opening) // 90)))
    sheet.merge_range(2, 0, 2, columns - 1, report.opening, styles.get("centre"))
    row = _table(sheet, styles, report.kpis, 4)
    row = _write_notes(sheet, styles, report, report.kpis, row, 105) + 1
    sheet.write_string(row, 0, "附件目录", styles.get("heading"))
    for annex in report.annexes:
        row += 1
        sheet.write_string(row, 0, f"附件{annex.number}　{annex.title}", styles.get("plain"))


def _text(book: Any, styles: _Styles, report: Report) -> None:
    sheet = _sheet(book, styles, report, "正文", False)
    # One column cannot be split over pages, so a viewer does not shrink it: it must fit A4 with wider stand-in letters too.
    sheet.set_column(0, 0, 72)
    lines: list[tuple[str, str]] = [
        (report.title, "cover"),
        (report.number, "centre"),
        (f"{report.addressee}：", "plain"),
        (f"　　{report.opening}", "paragraph"),
    ]
    for section in report.sections:
        lines.append((section.heading, "heading"))
        for part in section.parts:
            if part.heading:
                lines.append((part.heading, "part"))
            lines.append((f"　　{part.said.text}", "paragraph"))
    lines += [("", "plain"), (report.sender, "plain"), *((line, "note") for line in report.stamp.lines())]
    heights = [_height(text, style) for text, style in lines]
    for row, ((text, style), height) in enumerate(zip(lines, heights, strict=True)):
        sheet.set_row(row, height)
        sheet.write_string(row, 0, text, styles.get(style))
    # Fitting to the page's width, which one column needs not, would make a viewer pass over the breaks.
    sheet.set_print_scale(100)
    sheet.set_h_pagebreaks(_breaks([style for _, style in lines], heights))


def _height(text: str, style: str) -> float:
    """Not every viewer finds the height of a wrapped cell by itself: 30 Chinese letters a line, 45 of the small ones."""
    if style == "cover":
        return 40
    if style == "paragraph":
        return 17.0 * max(1, -(-width(text) // 60))
    if style == "note":
        return 13.0 * max(1, -(-width(text) // 90))
    return {"heading": 24.0, "part": 20.0}.get(style, 17.0)


def _breaks(kinds: Sequence[str], heights: Sequence[float]) -> list[int]:
    """The rows that begin a page, so that no heading stands alone at a page's foot."""
    found, used, first = [], 0.0, 0
    for row, kind in enumerate(kinds):
        if kind in ("heading", "part"):
            continue
        # This row and the headings before it stay together.
        whole = sum(heights[first : row + 1])
        if used and used + whole > PAGE_POINTS:
            found.append(first)
            used = 0.0
        used, first = used + whole, row + 1
    return found


def _annex(book: Any, styles: _Styles, report: Report, name: str, label: str, table: Table) -> None:
    sheet = _sheet(book, styles, report, name, table.is_landscape)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, f"{label}　{table.title}", styles.get("title"))
    sheet.write_string(1, 0, f"期间：{report.stamp.period.span}", styles.get("small"))
    for column, size in enumerate(table.widths()):
        sheet.set_column(column, column, size + 2)
    row = _table(sheet, styles, table, 2)
    sheet.freeze_panes(2 + table.header_depth, min(2, len(table.header) - 1))
    sheet.repeat_rows(0, 1 + table.header_depth)
    row = _write_notes(sheet, styles, report, table, row, sum(table.widths()) + 2 * len(table.header))
    sheet.print_area(0, 0, row - 1, len(table.header) - 1)


def _write_notes(sheet: Any, styles: _Styles, report: Report, table: Table, row: int, letters: int) -> int:
    """The lines under a table, across its width, so that they do not widen the page; the row after them."""
    for line in [*table.notes, *report.stamp.lines()]:
        sheet.set_row(row, 13 * max(1, -(-width(line) // max(1, letters))))
        sheet.merge_range(row, 0, row, len(table.header) - 1, line, styles.get("note"))
        row += 1
    return row


def _table(sheet: Any, styles: _Styles, table: Table, row: int) -> int:
    """Puts a table down; the row after it."""
    head = styles.get("head")
    for cell in table.header_cells():
        top, left = row + cell.row, cell.column
        if cell.rows == cell.columns == 1:
            sheet.write_string(top, left, cell.text, head)
        else:
            sheet.merge_range(top, left, top + cell.rows - 1, left + cell.columns - 1, cell.text, head)
    row += table.header_depth
    for line in table.rows:
        for column, one in enumerate(line):
            _put(sheet, styles, row, column, one, False)
        row += 1
    if table.total is not None:
        for column, one in enumerate(table.total):
            _put(sheet, styles, row, column, one, True)
        row += 1
    return row


def _put(sheet: Any, styles: _Styles, row: int, column: int, cell: Cell, is_bold: bool) -> None:
    if cell.value is None:
        sheet.write_string(
            row, column, cell.text, styles.get("dash" if cell.text in (NO_VALUE, "*") or cell.kind != "text" else "text", is_bold)
        )
    elif isinstance(cell.value, date):
        sheet.write_datetime(row, column, datetime.combine(cell.value, time()), styles.get("date", is_bold))
    else:
        sheet.write_number(row, column, cell.value, styles.get(cell.kind, is_bold))


def _charts(book: Any, styles: _Styles, report: Report) -> None:
    """Each chart beside the numbers it is drawn from, on a page of its own."""
    sheet = _sheet(book, styles, report, "图表", False)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 3, 13)
    row, breaks = 0, []
    for number, chart in enumerate(report.charts):
        if number and number % 2 == 0:
            breaks.append(row)
        sheet.write_string(row, 0, f"图{number + 1}　{chart.title}", styles.get("heading"))
        sheet.write_string(row + 1, 0, "", styles.get("head"))
        for column, series in enumerate(chart.series, 1):
            sheet.write_string(
                row + 1, column, f"{series.name}（{chart.unit}）" if len(chart.series) > 1 else chart.unit, styles.get("head")
            )
        for place, label in enumerate(chart.labels):
            sheet.write_string(row + 2 + place, 0, label, styles.get("text"))
            for column, series in enumerate(chart.series, 1):
                value = series.values[place]
                if value is None:
                    sheet.write_string(row + 2 + place, column, NO_VALUE, styles.get("dash"))
                else:
                    sheet.write_number(row + 2 + place, column, value, styles.get("count"))
        first, last = row + 2, row + 1 + len(chart.labels)
        sheet.insert_chart(last + 2, 0, _native(book, chart, first, last), {"object_position": 1})
        row = last + 21
    sheet.set_h_pagebreaks(breaks)


def _native(book: Any, chart: ChartData, first: int, last: int) -> Any:
    kind = {"trend": "line", "ranked": "bar", "parts": "doughnut"}[chart.kind]
    made = book.add_chart({"type": kind})
    for column, series in enumerate(chart.series, 1):
        colour = COLOURS[(column - 1) % len(COLOURS)]
        added: dict[str, object] = {
            "name": series.name,
            "categories": ["图表", first, 0, last, 0],
            "values": ["图表", first, column, last, column],
            "data_labels": {"value": True, "font": {"size": 8}},
        }
        if kind == "line":
            dash = {"dash_type": "solid" if column == 1 else "dash"}
            added |= {
                "line": {"color": colour, "width": 2, **dash},
                "marker": {"type": ("circle", "square", "diamond")[(column - 1) % 3], "size": 5},
            }
        elif kind == "bar":
            pattern = PATTERNS[(column - 1) % len(PATTERNS)]
            added |= (
                {"pattern": {"pattern": pattern, "fg_color": "#ffffff", "bg_color": colour}} if pattern else {"fill": {"color": colour}}
            )
        else:
            added |= {
                "points": [{"fill": {"color": one}} for one in COLOURS],
                "data_labels": {"value": True, "category": True, "percentage": True, "separator": "\n", "font": {"size": 9}},
            }
        made.add_series(added)
    made.set_title({"name": chart.title, "name_font": {"size": 12, "bold": False}, "overlay": False})
    if kind != "doughnut":
        made.set_legend({"position": "top"} if len(chart.series) > 1 else {"none": True})
        made.set_x_axis({"num_font": {"size": 9}, "name": chart.unit if kind == "bar" else ""})
        made.set_y_axis(
            {
                "num_font": {"size": 9},
                "reverse": kind == "bar",
                "name": "" if kind == "bar" else chart.unit,
                "major_gridlines": {"visible": kind != "bar"},
            }
        )
    made.set_size({"width": 720, "height": 360})
    return made
