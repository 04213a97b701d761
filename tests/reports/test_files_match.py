"""Every figure of the three files is the one that `hall indicator` gives for the same period. The files are read back."""

import json
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO

import pytest
from docx import Document
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from dashboard.reports import docx, pdf, xlsx
from dashboard.reports.asking import Asked
from dashboard.reports.making import content_of
from dashboard.reports.plan import Figures, plan
from etl.cli import hall
from etl.indicators import definition, definitions

MONTHS = {
    "2018-10": ("2018-10-01", "2018-10-31"),
    "2018-09": ("2018-09-01", "2018-09-30"),
    "shifted": ("2018-09-17", "2018-10-16"),
    "shifted before": ("2018-08-17", "2018-09-16"),
}
NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)(件|本|%|个工作日|个百分点)")


@pytest.fixture(scope="module")
def ask(hall_home):
    """Runs `hall indicator … --json` and gives its rows."""
    answers: dict[tuple[str, ...], list[dict[str, object]]] = {}
    runner = CliRunner()

    def asked(name: str, month: str, by: str | None = None, where: dict[str, object] | None = None) -> list[dict[str, object]]:
        first, last = MONTHS[month]
        words = ["indicator", name, "--from", first, "--to", last, "--json", *(["--by", by] if by else [])]
        for dimension, value in (where or {}).items():
            for one in value if isinstance(value, list | tuple) else [value]:
                words += ["--where", f"{dimension}={one}"]
        if tuple(words) not in answers:
            done = runner.invoke(hall(), ["--home", str(hall_home.root), *words])
            assert done.exit_code == 0, done.output
            answers[tuple(words)] = json.loads(done.stdout)["rows"]
        return answers[tuple(words)]

    return asked


@pytest.fixture(scope="module")
def report(hall_home):
    return content_of(hall_home, Asked("month", "2018-10"))


@pytest.fixture(scope="module")
def sheets(report):
    book = CalamineWorkbook.from_filelike(BytesIO(xlsx.write(report)))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


@pytest.fixture(scope="module")
def document(report):
    return Document(BytesIO(docx.write(report, {})))


@pytest.fixture(scope="module")
def pages(report):
    reader = PdfReader(BytesIO(pdf.write(report, {})))
    return [re.sub(r"\s+", "", page.extract_text()) for page in reader.pages]


def rounded(value: float, digits: int) -> str:
    return f"{Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,}"


def written(name: str, row: dict[str, object]) -> str | None:
    """The number as a report writes it, worked out here from numerator and denominator."""
    if row["value"] is None:
        return None
    found = definition(name)
    if found.kind in ("count", "stock"):
        return f"{row['value']:,}"
    factor = 100 if found.kind == "rate" else 1
    exact = Decimal(str(row["numerator"])) * factor / Decimal(str(row["denominator"]))
    return f"{exact.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def body_of_excel(sheets) -> str:
    return "".join(str(cell) for row in sheets["正文"] for cell in row)


def body_of_word(document) -> str:
    return "".join(paragraph.text for paragraph in document.paragraphs)


def bodies(sheets, document, pages) -> dict[str, str]:
    return {"xlsx": body_of_excel(sheets), "docx": body_of_word(document), "pdf": "".join(pages)}


def test_each_figure_of_the_text_stands_in_all_three_files(ask, sheets, document, pages):
    """For every figure that the plan puts into a sentence: its word, its number and its unit, side by side."""
    checked = 0
    for section in plan().sections:
        for part in section.parts:
            for sentence in part.sentences:
                if not isinstance(sentence, Figures):
                    continue
                for asked in sentence.figures:
                    if asked.indicator not in definitions():
                        assert sentence.optional
                        continue
                    row = ask(asked.indicator, "2018-10", where=asked.where)[0]
                    number = written(asked.indicator, row)
                    if number is None:
                        continue
                    expected = f"{asked.word or definition(asked.indicator).zh}{number}"
                    for kind, text in bodies(sheets, document, pages).items():
                        assert expected.replace(" ", "") in re.sub(r"\s+", "", text), (kind, expected)
                    checked += 1
    assert checked >= 18


def test_every_number_in_the_text_is_an_indicator_s_or_a_change_of_one(ask, sheets, document, pages):
    """No number of the text comes from elsewhere: it is a value of this month or the one before, a share, or a change between the two."""
    allowed: set[str] = set()
    for name in sorted(set(plan().required())):
        found = definition(name)
        now, then = ask(name, "2018-10"), ask(name, "2018-09")
        for by in ("department", "case_type", "category"):
            if by in found.dimensions:
                rows = ask(name, "2018-10", by=by)
                allowed |= {text for row in rows if (text := written(name, row))}
                whole = sum(row["value"] or 0 for row in rows)
                if found.kind == "count" and whole:
                    allowed |= {rounded(row["value"] * 100 / whole, 2) for row in rows}
        for row in (*now, *then):
            allowed |= {text for text in [written(name, row)] if text}
        new, old = now[0], then[0]
        if new["value"] is None or old["value"] is None:
            continue
        if found.kind in ("count", "stock"):
            if old["value"]:
                allowed.add(rounded(abs(new["value"] - old["value"]) * 100 / old["value"], 2))
        else:
            factor = 100 if found.kind == "rate" else 1
            both = [Decimal(str(row["numerator"])) * factor / Decimal(str(row["denominator"])) for row in (new, old)]
            allowed.add(f"{abs(both[0] - both[1]).quantize(Decimal('0.01'), ROUND_HALF_UP):,}")
    # Limits that sentences name.
    allowed |= {"95", "20"}
    text = body_of_excel(sheets)
    numbers = NUMBER.findall(text)
    assert len(numbers) > 80
    assert [number for number, _ in numbers if number not in allowed] == []


def columns(annex_id: str):
    return next(annex for annex in plan().annexes if annex.id == annex_id)


@pytest.mark.parametrize(
    ("annex_id", "sheet", "by"), [("departments", "附件1", "department"), ("items", "附件5", "scope"), ("certificates", "附件6", "unit")]
)
def test_each_cell_of_an_annex_is_the_indicator_of_its_row(ask, sheets, annex_id, sheet, by):
    annex = columns(annex_id)
    rows = [row for row in sheets[sheet] if isinstance(row[0], float)]
    from etl.indicators.dimensions import value_label

    for place, column in enumerate(annex.columns, 2):
        name = column.indicator or column.change
        month = "2018-09" if column.period == "before" else "2018-10"
        found = {value_label(by, row["by"][by]): row for row in ask(name, month, by=by, where=column.where)}
        before = {value_label(by, row["by"][by]): row for row in ask(name, "2018-09", by=by, where=column.where)} if column.change else {}
        for row in rows:
            answer = found.get(row[1], {"value": 0 if definition(name).kind in ("count", "stock") else None})
            expected = answer["value"]
            if column.change:
                old = before.get(row[1], {"value": 0})["value"]
                expected = (expected - old) * 100 / old if old else None
            if expected is None:
                assert row[place] == "—", (column.heading, row[1])
            else:
                assert row[place] == pytest.approx(expected), (column.heading, row[1])


def test_totals_are_values_and_those_of_the_whole_hall(ask, sheets):
    total = next(row for row in sheets["附件1"] if row[1] == "合计")
    annex = columns("departments")
    for place, column in enumerate(annex.columns, 2):
        if column.change:
            continue
        month = "2018-09" if column.period == "before" else "2018-10"
        assert total[place] == pytest.approx(ask(column.indicator, month, where=column.where)[0]["value"]), column.heading


def test_the_list_of_late_cases_has_as_many_rows_as_were_late(ask, sheets):
    listed = [row for row in sheets["附件2"] if isinstance(row[0], float)]
    assert len(listed) == ask("late", "2018-10")[0]["value"] > 0


def test_the_main_figures_on_the_cover(ask, sheets):
    rows = {row[0]: row for row in sheets["封面"] if row[0] and isinstance(row[2], float | str) and row[2] != ""}
    for name in plan().kpis:
        row = rows[definition(name).zh]
        answer = ask(name, "2018-10")[0]
        assert row[2] == (pytest.approx(answer["value"]) if answer["value"] is not None else "—"), name
        if answer["denominator"] is not None:
            assert (row[5], row[6]) == (answer["numerator"], answer["denominator"])


def grid(table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_word_and_pdf_have_the_same_tables_as_the_content(report, document, pages):
    tables = [table for annex in report.annexes for table in annex.tables]
    assert len(document.tables) == len(tables)
    together = "".join(pages)
    for table, found in zip(tables, document.tables, strict=True):
        shown = grid(found)[table.header_depth :]
        assert shown == [[cell.text for cell in row] for row in table.all_rows]
    for table in tables:
        for row in table.all_rows:
            assert re.sub(r"\s+", "", "".join(cell.text for cell in row)) in together, row[1].text


def test_word_and_pdf_have_the_same_text_as_the_content(report, document, pages):
    word, together = body_of_word(document), re.sub(r"—\d+—", "", "".join(pages))
    for section in report.sections:
        for part in section.parts:
            assert part.said.text in word
            assert part.said.text.replace(" ", "") in together


def test_a_month_from_the_17th_to_the_16th_has_its_own_figures(own_home, ask):
    """The month of October then is 17 September to 16 October, and its change is against the 30 days before."""
    own_home.settings_file.write_text("report_month_starts_on = 17\n", "utf-8")
    shifted = content_of(own_home, Asked("month", "2018-10"))
    assert "（2018年9月17日至10月16日）" in shifted.opening
    rows = [ask("received", one)[0]["value"] for one in ("shifted", "shifted before")]
    change = Decimal(rows[0] - rows[1]) * 100 / rows[1]
    words = f"环比{'增长' if change > 0 else '下降'}{abs(change).quantize(Decimal('0.01'), ROUND_HALF_UP)}%"
    assert f"收件{rows[0]:,}件，{words}" in shifted.sections[0].parts[0].said.text


def test_the_stamp_stands_in_all_three(report, sheets, document, pages):
    for text in bodies(sheets, document, pages).values():
        plain = re.sub(r"\s+", "", text)
        assert report.stamp.snapshot_id in plain
        assert report.stamp.definitions_version in plain
        # At the beginning, and with the sources at the end (and under each table, which may travel alone).
        assert plain.count("合成演示数据，不是真实办件。") >= 2
        assert f"数据截止：{date(2018, 12, 31).year}年12月31日" in plain
