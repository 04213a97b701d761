"""How the files are set up: text that stays text, A4, frozen panes, the page of GB/T 9704, PDF/A; public versions keep quiet."""

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from dashboard.reports import docx, pdf, template, xlsx
from dashboard.reports.asking import Asked
from dashboard.reports.delivering import deliver
from dashboard.reports.making import content_of
from dashboard.reports.tables import Cell
from dashboard.reports.verifying import verify
from etl.config import HallError, Notify


@pytest.fixture(scope="module")
def report(hall_home):
    return content_of(hall_home, Asked("month", "2018-10"))


@pytest.fixture(scope="module")
def public(hall_home):
    return content_of(hall_home, Asked("month", "2018-10", audience="public"))


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return archive.read(name).decode()


def whole(content: bytes) -> str:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist() if name.endswith(".xml"))


def with_text(report, text: str):
    """The report with this text as the first department's name."""
    annex = report.annexes[0]
    table = annex.tables[0]
    rows = ((table.rows[0][0], Cell(text), *table.rows[0][2:]), *table.rows[1:])
    return replace(report, annexes=(replace(annex, tables=(replace(table, rows=rows),)), *report.annexes[1:]))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "007", "<b>&amp;"])
def test_text_stays_text_in_all_three(report, text):
    changed = with_text(report, text)
    content = xlsx.write(changed)
    assert "<f>" not in whole(content)
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name("附件1").to_python(skip_empty_area=False)
    assert text in [row[1] for row in rows]
    assert any(text == cell.text for row in Document(BytesIO(docx.write(changed, {}))).tables[0].rows for cell in row.cells)
    assert re.sub(r"\s", "", text) in re.sub(
        r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.write(changed, {}))).pages)
    )


def test_sheets_are_set_up_for_a4_with_frozen_headers_and_native_charts(report):
    content = xlsx.write(report)
    names = CalamineWorkbook.from_filelike(BytesIO(content)).sheet_names
    assert names[:4] == ["封面", "正文", "图表", "附件1"]
    assert names[-1] == "附件7"
    for number in range(1, len(names) + 1):
        setup = part(content, f"xl/worksheets/sheet{number}.xml")
        assert 'paperSize="9"' in setup
        assert "— &amp;P —" in setup
    departments = part(content, "xl/worksheets/sheet4.xml")
    assert 'state="frozen"' in departments
    assert 'orientation="landscape"' in departments
    assert len(re.findall("<mergeCell ", departments)) >= 12
    workbook = part(content, "xl/workbook.xml")
    assert "_xlnm.Print_Titles" in workbook
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert len([name for name in archive.namelist() if name.startswith("xl/charts/chart")]) == len(report.charts) >= 4


def test_a_page_of_text_ends_with_no_heading():
    """Breaks of the Excel text: each page holds, and none ends with a heading or begins in the middle of what belongs together."""
    kinds = ["cover", "paragraph", "heading", "part", "paragraph", "part", "paragraph", "heading", "part", "paragraph", "note"]
    heights = [40.0, 34.0, 24.0, 20.0, 500.0, 20.0, 120.0, 24.0, 20.0, 600.0, 13.0]
    breaks = xlsx._breaks(kinds, heights)
    assert breaks == [5, 7]
    for first, last in zip([0, *breaks], [*breaks, len(kinds)], strict=True):
        assert sum(heights[first:last]) <= xlsx.PAGE_POINTS
        assert kinds[last - 1] not in ("heading", "part")


def test_notes_of_a_word_table_stay_with_its_last_rows(report):
    """Else they may stand alone on a page of their own."""
    for table in Document(BytesIO(docx.write(report, {}))).tables:
        kept = [row._tr.find(f".//{qn('w:keepNext')}") is not None for row in table.rows]
        assert kept[-2:] == [True] * len(kept[-2:])
        assert not any(kept[:-3])
        assert table._tbl.getnext().find(f".//{qn('w:keepNext')}") is not None


def test_the_word_page_is_that_of_the_standard(report):
    document = Document(BytesIO(docx.write(report, {})))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    normal = document.styles["Normal"]
    assert (normal.font.size, normal.paragraph_format.line_spacing) == (Pt(16), Pt(28))
    # 22 lines of 28 pt fit between the margins, a 23rd does not.
    assert 22 <= (297 - 37 - 35) / 25.4 * 72 / 28 < 23
    assert normal.element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert normal.element.pPr.ind.get(qn("w:firstLineChars")) == "200"
    assert document.styles["Title"].element.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"
    assert document.settings.odd_and_even_pages_header_footer
    assert "PAGE" in section.footer._element.xml
    assert "PAGE" in section.even_page_footer._element.xml


def test_table_headers_repeat_and_rows_do_not_break(report):
    document = Document(BytesIO(docx.write(report, {})))
    table = document.tables[0]
    depth = report.annexes[0].tables[0].header_depth
    repeated = [row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert repeated[:depth] == [True] * depth
    assert not any(repeated[depth:])
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_the_pdf_is_pdf_a_with_its_fonts_inside(report):
    content = pdf.write(report, {})
    reader = PdfReader(BytesIO(content))
    xmp = reader.xmp_metadata
    assert xmp is not None
    assert b"pdfaid:part" in content or "pdfaid" in str(xmp.rdf_root.toxml())
    fonts = {str(font["/BaseFont"]) for page in reader.pages for font in (one.get_object() for one in page["/Resources"]["/Font"].values())}
    assert all(re.match(r"/[A-Z]{6}\+Noto", font) for font in fonts), fonts


def test_a_draft_says_so_and_a_final_one_does_not(hall_home, report):
    final = content_of(hall_home, Asked("month", "2018-10"), is_draft=False)
    for write in (xlsx.write, lambda one: docx.write(one, {})):
        assert "草稿" in whole(write(report))
        assert "草稿" not in whole(write(final))
    assert "草稿" in PdfReader(BytesIO(pdf.write(report, {}))).pages[0].extract_text()
    assert "草稿" not in PdfReader(BytesIO(pdf.write(final, {}))).pages[0].extract_text()


def test_the_public_version_has_no_case_numbers_staff_or_small_counts(report, public):
    assert [annex.id for annex in public.annexes] == ["departments", "window_scores", "items", "certificates", "definitions"]
    listed = next(annex for annex in report.annexes if annex.id == "overdue").tables[0]
    text = whole(xlsx.write(public)) + whole(docx.write(public, {}))
    assert listed.rows
    for row in listed.rows:
        assert row[1].text not in text
    for annex in public.annexes:
        for table in annex.tables:
            for row in table.all_rows:
                for cell in row[1:]:
                    if cell.kind == "count":
                        assert cell.value is None or not 0 < cell.value < 5, (annex.title, row[1].text)
    for chart in public.charts:
        for series in chart.series:
            assert not any(value is not None and 0 < value < 5 for value in series.values)
    body = "".join(part.said.text for section in public.sections for part in section.parts)
    assert not re.search(r"（[1-4](件|本)）", body)


def test_neither_version_names_an_applicant(hall_home, report, public):
    from etl.publish import current, open_snapshot

    with open_snapshot(current(hall_home)) as con:
        names = [name for (name,) in con.execute("select distinct applicant_name from fact_case where applicant_name <> ''").fetchall()]
    assert names
    text = whole(docx.write(report, {})) + whole(docx.write(public, {}))
    assert [name for name in names if name in text] == []


def own_template(path):
    document = Document()
    document.add_paragraph("红头文件 {{ draft }}")
    document.add_paragraph("{{ title }}")
    document.add_paragraph("{%p for section in sections %}")
    document.add_paragraph("{{ section.heading }}")
    document.add_paragraph("{%p for part in section.parts %}")
    document.add_paragraph("{{ part.heading }}{{ part.text }}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p endfor %}")
    document.save(str(path))


def test_a_unit_s_own_template_is_filled_in(report, tmp_path):
    path = tmp_path / "template.docx"
    own_template(path)
    content = template.write(path, report, {})
    text = "\n".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)
    assert text.startswith("红头文件 草稿")
    for section in report.sections:
        for one in section.parts:
            assert one.said.text in text
    assert content == template.write(path, report, {})


def test_a_report_from_a_template_is_verified_with_that_template(own_home, report, tmp_path):
    path, file = tmp_path / "template.docx", tmp_path / "report.docx"
    own_template(path)
    file.write_bytes(template.write(path, report, {}))
    with pytest.raises(HallError, match="模板"):
        verify(own_home, file)
    assert verify(own_home, file, str(path)).matches
    document = Document(str(file))
    line = next(one for one in document.paragraphs if "收件" in one.text)
    line.runs[0].text = re.sub(r"收件[\d,]+件", "收件1件", line.text, count=1)
    document.save(str(file))
    assert not verify(own_home, file, str(path)).matches


def test_a_template_with_a_slip_is_refused_by_name(report, tmp_path):
    path = tmp_path / "template.docx"
    document = Document()
    document.add_paragraph("{{ title ")
    document.add_paragraph("{% for x in %}")
    document.save(str(path))
    with pytest.raises(HallError, match=r"template\.docx"):
        template.write(path, report, {})


def test_delivery_is_off_unless_turned_on(tmp_path):
    file = tmp_path / "a.pdf"
    file.write_bytes(b"x")
    with pytest.raises(HallError, match="notify"):
        deliver(Notify(), "t", "b", [file])
    done = deliver(Notify(on=True, folder=str(tmp_path / "shared")), "t", "b", [file])
    assert done == ["folder: 1"]
    assert (tmp_path / "shared" / "a.pdf").read_bytes() == b"x"


def test_an_address_that_is_not_understood_is_refused_without_being_printed(tmp_path):
    pytest.importorskip("apprise", reason="the extra [notify] is not installed")
    with pytest.raises(HallError) as refused:
        deliver(Notify(on=True, urls=("nonsense-secret://",)), "t", "b", [])
    assert "secret" not in str(refused.value)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (Debian: libreoffice-writer, libreoffice-calc) is not installed")
@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_libreoffice_opens_the_file_and_shows_its_figures(report, tmp_path, kind):
    path = tmp_path / f"report.{kind}"
    path.write_bytes(xlsx.write(report) if kind == "xlsx" else docx.write(report, {}))
    subprocess.run(
        [
            "soffice",
            "--headless",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--convert-to",
            "pdf",
            "--outdir",
            str(tmp_path),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(tmp_path / "report.pdf").pages))
    number = next(row for row in report.kpis.rows if row[0].text == "收件量")[2].text
    assert f"收件{number}件" in text
    assert report.stamp.snapshot_id in text
    assert f"数据截止：{date(2018, 12, 31).year}年" in text
