"""The Word writer: the look of GB/T 9704-2012 (margins 37/35/28/26 mm, 22 lines of 28 pt, 仿宋 三号, — 1 — on the outer side).

A document only names its fonts (方正小标宋, 仿宋_GB2312, 黑体, 楷体_GB2312): the reader's machine supplies them.
"""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from dashboard.reports.content import Report
from dashboard.reports.mark import DRAFT, mark_text
from dashboard.reports.period import written_day
from dashboard.reports.tables import Table
from dashboard.reports.zipped import settled

BODY, HEAD, PART, TITLE, LATIN = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "Times New Roman"
VARIABLE = "hall.report"
NO_PICTURE = "（本机没有可用的浏览器，图见 Excel 文件“图表”页）"
PORTRAIT_MM, LANDSCAPE_MM = 156, 225
# So many of a table's last rows stay with the notes below it: notes alone on a page say nothing.
KEPT_ROWS = 2


def write(report: Report, pictures: Mapping[str, bytes]) -> bytes:
    """The whole document; `pictures` are the charts as PNG by their id. The same report and pictures give the same bytes."""
    document = docx.Document()
    _settings(document, report)
    _styles(document)
    _page(document.sections[0])
    _body(document, report, pictures)
    _annexes(document, report)
    buffer = BytesIO()
    document.save(buffer)
    return settled(buffer.getvalue())


def _settings(document: Any, report: Report) -> None:
    moment = datetime.fromisoformat(report.stamp.published_at)
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.comments = report.title, report.sender, report.sender, ""
    core.created = core.modified = moment
    core.revision = 1
    document.settings.odd_and_even_pages_header_footer = True
    keep_mark(document, mark_text(report))


def keep_mark(document: Any, text: str) -> None:
    """Puts the mark into the document's variables, where Word keeps it."""
    settings = document.settings.element
    variables = parse_xml(f"<w:docVars {nsdecls('w')}><w:docVar w:name={quoteattr(VARIABLE)} w:val={quoteattr(text)}/></w:docVars>")
    # The schema has an order: docVars stands before rsids, compat and what follows them.
    after = next((child for child in settings if child.tag in _AFTER_VARIABLES), None)
    if after is None:
        settings.append(variables)
    else:
        after.addprevious(variables)


_AFTER_VARIABLES = {
    qn(f"w:{name}")
    for name in (
        "rsids", "attachedSchema", "themeFontLang", "clrSchemeMapping", "doNotIncludeSubdocsInStats", "shapeDefaults", "decimalSymbol",
        "listSeparator", "captions", "readModeInkLockDown", "smartTagType", "schemaLibrary", "forceUpgrade", "doNotEmbedSmartTags",
    )
} | {"{http://schemas.openxmlformats.org/officeDocument/2006/math}mathPr"}  # fmt: skip


def _fonts(owner: Any, name: str) -> None:
    fonts = owner.get_or_add_rPr().get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for attribute, value in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", name)):
        fonts.set(qn(f"w:{attribute}"), value)


def _styles(document: Any) -> None:
    normal = document.styles["Normal"]
    _fonts(normal.element, BODY)
    normal.font.size = Pt(16)
    spacing = normal.paragraph_format
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)
    spacing.space_before = spacing.space_after = Pt(0)
    properties = normal.element.get_or_add_pPr()
    for name in ("autoSpaceDE", "autoSpaceDN"):
        properties.append(parse_xml(f"<w:{name} {nsdecls('w')} w:val='0'/>"))
    _indent(normal.element, 2)
    normal.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    for name, font, size in (("Title", TITLE, 22), ("Heading 1", HEAD, 16), ("Heading 2", PART, 16)):
        style = document.styles[name]
        _fonts(style.element, font)
        style.font.size, style.font.bold, style.font.italic = Pt(size), False, False
        colour = style.element.get_or_add_rPr().find(qn("w:color"))
        if colour is not None:
            style.element.rPr.remove(colour)
        style.font.color.rgb = docx.shared.RGBColor(0, 0, 0)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing_rule, style.paragraph_format.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)
        style.paragraph_format.keep_with_next = True
        border = style.element.get_or_add_pPr().find(qn("w:pBdr"))
        if border is not None:
            style.element.pPr.remove(border)
    title = document.styles["Title"].paragraph_format
    title.alignment, title.space_before, title.space_after = WD_ALIGN_PARAGRAPH.CENTER, Pt(28), Pt(28)
    title.line_spacing = Pt(34)
    _indent(document.styles["Title"].element, 0)


def _indent(owner: Any, letters: int) -> None:
    indent = owner.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), str(letters * 100))
    indent.set(qn("w:firstLine"), str(letters * 320))


def _page(section: Any, is_landscape: bool = False) -> None:
    """A4 with the margins of the standard; turned, the upper margin becomes the left one."""
    section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if is_landscape else (Mm(210), Mm(297))
    sides = (28, 26, 37, 35) if is_landscape else (37, 35, 28, 26)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (Mm(side) for side in sides)
    section.footer_distance = Mm(24 if not is_landscape else 15)
    for footer, alignment in ((section.footer, WD_ALIGN_PARAGRAPH.RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = alignment
        _indent(paragraph._p, 0)
        style = _run("宋体", 14)
        runs = (
            "<w:t xml:space='preserve'>— </w:t>",
            "<w:fldChar w:fldCharType='begin'/>",
            "<w:instrText>PAGE</w:instrText>",
            "<w:fldChar w:fldCharType='separate'/>",
            "<w:t>1</w:t>",
            "<w:fldChar w:fldCharType='end'/>",
            "<w:t xml:space='preserve'> —</w:t>",
        )
        field = f"<w:p {nsdecls('w')}>{''.join(f'<w:r>{style}{run}</w:r>' for run in runs)}</w:p>"
        for run in list(parse_xml(field)):
            paragraph._p.append(run)


def _run(font: str, size: float) -> str:
    return (
        f"<w:rPr><w:rFonts w:ascii='{LATIN}' w:hAnsi='{LATIN}' w:cs='{LATIN}' w:eastAsia='{font}'/>"
        f"<w:sz w:val='{int(size * 2)}'/><w:szCs w:val='{int(size * 2)}'/></w:rPr>"
    )


def _line(document: Any, text: str, letters: int = 2, alignment: Any = None, font: str = "", size: float = 0) -> Any:
    """One paragraph, indented by so many letters."""
    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    if letters != 2:
        _indent(paragraph._p, letters)
    if alignment is not None:
        paragraph.alignment = alignment
    if font:
        _fonts(run._r, font)
    if size:
        run.font.size = Pt(size)
    return paragraph


def _body(document: Any, report: Report, pictures: Mapping[str, bytes]) -> None:
    centre, right = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    if report.stamp.is_draft:
        _line(document, DRAFT, 0, font=HEAD)
    if report.number:
        _line(document, report.number, 0, centre)
    document.add_paragraph(report.title, style="Title")
    _line(document, f"{report.addressee}：", 0)
    _line(document, report.opening)
    for section in report.sections:
        document.add_paragraph(section.heading, style="Heading 1")
        for part in section.parts:
            if part.heading:
                document.add_paragraph(part.heading, style="Heading 2")
            _line(document, part.said.text)
            for chart in report.charts:
                if chart.after == part.id:
                    _picture(document, chart.title, pictures.get(chart.id))
    if report.annexes:
        _line(document, "")
        for place, annex in enumerate(report.annexes):
            paragraph = _line(document, f"{'附件：' if place == 0 else '　　　'}{annex.number}. {annex.title}")
            paragraph.paragraph_format.keep_with_next = place < len(report.annexes) - 1
    _line(document, "")
    _line(document, f"{report.sender}　　", 0, right).paragraph_format.keep_with_next = True
    _line(document, f"{written_day(report.signed_on)}　　　　", 0, right)
    for line in report.stamp.lines():
        _small(_line(document, line, 0, font=BODY, size=9))


def _small(paragraph: Any) -> None:
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT


def _picture(document: Any, title: str, content: bytes | None) -> None:
    paragraph = document.add_paragraph()
    _indent(paragraph._p, 0)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    # An exact line would cut the picture to its 28 points.
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    if content is None:
        _fonts(paragraph.add_run(f"图：{title}{NO_PICTURE}")._r, BODY)
        paragraph.runs[0].font.size = Pt(12)
        return
    paragraph.paragraph_format.keep_with_next = True
    shape = paragraph.add_run().add_picture(BytesIO(content), width=Mm(PORTRAIT_MM - 4))
    shape._inline.docPr.set("descr", title)
    caption = _line(document, f"图　{title}", 0, WD_ALIGN_PARAGRAPH.CENTER, HEAD, 12)
    caption.paragraph_format.space_after = Pt(6)


def _annexes(document: Any, report: Report) -> None:
    for annex in report.annexes:
        for number, table in enumerate(annex.tables or (None,)):
            section = document.add_section()
            is_landscape = table is not None and table.is_landscape
            _page(section, is_landscape)
            label = f"附件{annex.number}{'' if number == 0 else '（续）'}"
            _line(document, label, 0, font=HEAD)
            heading = _line(document, annex.title if table is None else table.title, 0, WD_ALIGN_PARAGRAPH.CENTER, TITLE, 18)
            heading.paragraph_format.space_after = Pt(6)
            if table is None:
                _line(document, annex.none)
                continue
            document.element.body.insert_element_before(_table(table, LANDSCAPE_MM if is_landscape else PORTRAIT_MM), "w:sectPr")
            notes = [_line(document, line, 0, font=BODY, size=9) for line in [*table.notes, *report.stamp.lines()]]
            for place, note in enumerate(notes):
                _small(note)
                note.paragraph_format.keep_with_next = place < len(notes) - 1
                note.paragraph_format.keep_together = True


def _table(table: Table, width_mm: float) -> Any:
    """A table as XML in one piece: through python-docx's cells it would take 2.5 ms a cell."""
    sizes = table.widths()
    # As large as the columns allow; 22 columns on a turned page come to about 7 points.
    points = max(6.0, min(10.5, width_mm / 25.4 * 72 / (sum(sizes) * 0.52 + 2.2 * len(sizes))))
    unit = width_mm / 25.4 * 1440 / (sum(sizes) + 2 * len(sizes))
    widths = [int((size + 2) * unit) for size in sizes]
    parts = [
        f"<w:tbl {nsdecls('w')}><w:tblPr><w:tblW w:w='{sum(widths)}' w:type='dxa'/><w:jc w:val='center'/><w:tblBorders>",
        *(
            f"<w:{side} w:val='single' w:sz='4' w:space='0' w:color='000000'/>"
            for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        ),
        "</w:tblBorders><w:tblLayout w:type='fixed'/>",
        "<w:tblCellMar><w:left w:w='40' w:type='dxa'/><w:right w:w='40' w:type='dxa'/></w:tblCellMar></w:tblPr><w:tblGrid>",
        *(f"<w:gridCol w:w='{size}'/>" for size in widths),
        "</w:tblGrid>",
        *_header_rows(table, widths, points),
    ]
    for place, line in enumerate(table.rows):
        parts.append(
            _row(
                [(cell.text, "left" if cell.is_words else "right", 1, "") for cell in line],
                widths,
                points,
                is_kept=place >= len(table.rows) - KEPT_ROWS,
            )
        )
    if table.total is not None:
        parts.append(
            _row(
                [(cell.text, "right" if cell.kind != "text" else "center", 1, "") for cell in table.total],
                widths,
                points,
                is_bold=True,
                is_kept=True,
            )
        )
    parts.append("</w:tbl>")
    return parse_xml("".join(parts))


def _header_rows(table: Table, widths: list[int], points: float) -> list[str]:
    cells = {(cell.row, cell.column): cell for cell in table.header_cells()}
    rows = []
    for row in range(table.header_depth):
        line: list[tuple[str, str, int, str]] = []
        column = 0
        while column < len(table.header):
            here = cells.get((row, column))
            if here is not None:
                line.append((here.text, "center", here.columns, "restart" if here.rows > 1 else ""))
                column += here.columns
            else:
                above = next(cell for (top, left), cell in cells.items() if left == column and top < row < top + cell.rows)
                line.append(("", "center", above.columns, "continue"))
                column += above.columns
        rows.append(_row(line, widths, points, is_head=True))
    return rows


def _row(
    cells: list[tuple[str, str, int, str]],
    widths: list[int],
    points: float,
    is_head: bool = False,
    is_bold: bool = False,
    is_kept: bool = False,
) -> str:
    properties = "<w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if is_head else "") + "</w:trPr>"
    font = HEAD if is_head or is_bold else BODY
    run = _run(font, points)
    kept = "<w:keepNext/>" if is_kept else ""
    parts = [f"<w:tr>{properties}"]
    column = 0
    for text, alignment, span, merge in cells:
        size_here = sum(widths[column : column + span])
        column += span
        spanned = f"<w:gridSpan w:val='{span}'/>" if span > 1 else ""
        merged = f"<w:vMerge w:val='{merge}'/>" if merge else ""
        parts.append(
            f"<w:tc><w:tcPr><w:tcW w:w='{size_here}' w:type='dxa'/>{spanned}{merged}<w:vAlign w:val='center'/></w:tcPr>"
            f"<w:p><w:pPr>{kept}<w:spacing w:before='10' w:after='10' w:line='240' w:lineRule='auto'/>"
            f"<w:ind w:firstLineChars='0' w:firstLine='0'/><w:jc w:val='{alignment}'/></w:pPr>"
            f"<w:r>{run}<w:t xml:space='preserve'>{escape(text)}</w:t></w:r></w:p></w:tc>"
        )
    parts.append("</w:tr>")
    return "".join(parts)
