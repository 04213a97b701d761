"""A unit's own Word template, filled in by docxtpl: its red head, its fonts, its order. What it may name is in docs/reports.md."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from dashboard.reports.content import Report
from dashboard.reports.docx import keep_mark
from dashboard.reports.mark import DRAFT, mark_text
from dashboard.reports.period import written_day
from dashboard.reports.zipped import settled
from etl.config import HallError, Home


def chosen(home: Home, named: str) -> Path | None:
    """The template named, else the office's own (`reports/template.docx` in its home), else None for the built-in look."""
    path = Path(named).expanduser() if named else home.root / "reports" / "template.docx"
    if named and not path.is_file():
        raise HallError(f"找不到模板 {path}", f"there is no template {path}")
    return path if path.is_file() else None


def hash_of(path: Path) -> str:
    """Tells one template from another."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def write(path: Path, report: Report, pictures: Mapping[str, bytes]) -> bytes:
    """The template filled in. Raises HallError saying what is wrong with the template."""
    from docx.shared import Mm
    from docxtpl import DocxTemplate, InlineImage
    from jinja2 import TemplateError

    try:
        document = DocxTemplate(str(path))
        context = context_of(report)
        for chart in context["charts"]:
            content = pictures.get(chart["id"])
            chart["picture"] = InlineImage(document, BytesIO(content), width=Mm(150)) if content else ""
        document.render(context, autoescape=True)
    except TemplateError as error:
        raise HallError(f"模板 {path.name} 有误：{error}", f"the template {path.name} is wrong: {error}") from None
    except (KeyError, ValueError, OSError) as error:
        raise HallError(f"模板 {path.name} 不是可用的 Word 文件", f"the template {path.name} is no usable Word file: {error}") from None
    core = document.core_properties
    core.created = core.modified = datetime.fromisoformat(report.stamp.published_at)
    core.revision = 1
    keep_mark(document.docx, mark_text(report, hash_of(path)))
    buffer = BytesIO()
    document.save(buffer)
    return settled(buffer.getvalue())


def context_of(report: Report) -> dict[str, Any]:
    """What a template may name: title, number, addressee, opening, sections, kpis, annexes, charts, sender, date, stamp, draft."""
    return {
        "title": report.title,
        "number": report.number,
        "draft": DRAFT if report.stamp.is_draft else "",
        "addressee": report.addressee,
        "opening": report.opening,
        "sender": report.sender,
        "date": written_day(report.signed_on),
        "period": report.stamp.period.name,
        "span": report.stamp.period.span,
        "stamp": report.stamp.lines(),
        "sections": [
            {"heading": section.heading, "parts": [{"heading": part.heading, "text": part.said.text} for part in section.parts]}
            for section in report.sections
        ],
        "kpis": [[cell.text for cell in row] for row in report.kpis.rows],
        "annexes": [
            {
                "number": annex.number,
                "title": annex.title,
                "none": annex.none,
                "tables": [
                    {
                        "title": table.title,
                        "header": [heading.replace("/", "") for heading in table.header],
                        "rows": [[cell.text for cell in row] for row in table.all_rows],
                    }
                    for table in annex.tables
                ],
            }
            for annex in report.annexes
        ],
        "charts": [{"id": chart.id, "title": chart.title} for chart in report.charts],
    }
