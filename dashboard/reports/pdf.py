"""The PDF writer: typst with the fonts of a package, whatever the machine has; PDF/A. Text goes in as JSON, never as markup."""

import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pylopdf_fonts_zh_cn
import typst

from dashboard.reports.content import Report
from dashboard.reports.docx import NO_PICTURE
from dashboard.reports.mark import DRAFT, mark_text
from dashboard.reports.period import written_day
from dashboard.reports.tables import Table

TEMPLATE = Path(__file__).parent / "report.typ"
STANDARD: Literal["a-2b"] = "a-2b"
PICTURE = '#set page(width: auto, height: auto, margin: 0pt, fill: white)\n#image("chart.svg", width: {width}pt)\n'


def fonts() -> list[Path]:
    """The folder of the shipped fonts."""
    return [pylopdf_fonts_zh_cn.serif_path().parent]


def write(report: Report, drawings: Mapping[str, bytes], says_missing: bool = True) -> bytes:
    """The whole document; `drawings` are the charts as SVG by their id. The same report and drawings give the same bytes.

    `says_missing` puts a line where a chart could not be drawn.
    """
    with tempfile.TemporaryDirectory(prefix="hall-report-") as name:
        folder = Path(name)
        (folder / "report.typ").write_text(TEMPLATE.read_text("utf-8"), "utf-8")
        (folder / "report.json").write_text(json.dumps(_data(report, drawings, says_missing), ensure_ascii=False), "utf-8")
        for chart, content in drawings.items():
            (folder / f"{chart}.svg").write_bytes(content)
        made = typst.compile(
            folder / "report.typ",
            root=folder,
            font_paths=fonts(),
            ignore_system_fonts=True,
            pdf_standards=STANDARD,
            timestamp=datetime.fromisoformat(report.stamp.published_at).replace(tzinfo=UTC),
        )
    if not isinstance(made, bytes):
        raise TypeError("typst gave no document")
    return made


def picture(drawing: bytes, width: float = 520, ppi: float = 200) -> bytes:
    """An SVG chart as PNG, its texts in the shipped font."""
    with tempfile.TemporaryDirectory(prefix="hall-chart-") as name:
        folder = Path(name)
        (folder / "chart.svg").write_bytes(drawing)
        (folder / "chart.typ").write_text(PICTURE.format(width=width), "utf-8")
        made = typst.compile(folder / "chart.typ", root=folder, font_paths=fonts(), ignore_system_fonts=True, format="png", ppi=ppi)
    if not isinstance(made, bytes):
        raise TypeError("typst gave no picture")
    return made


def _data(report: Report, drawings: Mapping[str, bytes], says_missing: bool) -> dict[str, Any]:
    moment = datetime.fromisoformat(report.stamp.published_at)
    return {
        "title": report.title,
        "draft": DRAFT if report.stamp.is_draft else "",
        "number": report.number,
        "addressee": f"{report.addressee}：",
        "opening": report.opening,
        "sender": report.sender,
        "signed_on": written_day(report.signed_on),
        "mark": mark_text(report),
        "date": [moment.year, moment.month, moment.day],
        "stamp": report.stamp.lines(),
        "sections": [
            {
                "heading": section.heading,
                "parts": [
                    {
                        "heading": part.heading,
                        "text": part.said.text,
                        "charts": [
                            {"title": chart.title, "file": f"{chart.id}.svg" if chart.id in drawings else "", "none": NO_PICTURE}
                            for chart in report.charts
                            if chart.after == part.id and (says_missing or chart.id in drawings)
                        ],
                    }
                    for part in section.parts
                ],
            }
            for section in report.sections
        ],
        "annexes": [
            {
                "number": annex.number,
                "title": annex.title,
                "none": annex.none,
                "tables": [_table(table) for table in annex.tables],
            }
            for annex in report.annexes
        ],
    }


def _table(table: Table) -> dict[str, Any]:
    sizes = table.widths()
    width = 225 if table.is_landscape else 156
    points = max(6.0, min(10.5, width / 25.4 * 72 / (sum(sizes) * 0.52 + 1.3 * len(sizes))))
    return {
        "title": table.title,
        "landscape": table.is_landscape,
        "size": round(points, 2),
        "widths": [size + 2 for size in sizes],
        "header": [
            {"text": cell.text, "x": cell.column, "y": cell.row, "colspan": cell.columns, "rowspan": cell.rows}
            for cell in table.header_cells()
        ],
        "rows": [[_cell(cell.text, cell.is_words) for cell in row] for row in table.rows],
        "total": [_cell(cell.text, False) for cell in table.total] if table.total is not None else [],
        "notes": list(table.notes),
    }


def _cell(text: str, is_left: bool) -> list[str]:
    return [text, "left" if is_left else "right"]
