"""`hall report` and `hall report verify`: alike each time, true to their snapshot, and caught when a figure was changed."""

import json
import os
import re
import subprocess
import sys
import zipfile
from io import BytesIO

import pytest
from chromium import CHECKOUT
from docx import Document

from dashboard.reports import docx, pdf, xlsx
from dashboard.reports.asking import Asked
from dashboard.reports.making import content_of, make
from dashboard.reports.reading import read
from dashboard.reports.verifying import verify
from dashboard.reports.zipped import settled
from etl.config import HallError


def hall(home, *words):
    return subprocess.run(
        [sys.executable, "-c", "from etl.cli import main; main()", *words],
        cwd=CHECKOUT,
        env={**os.environ, "HALL_HOME": str(home.root)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.fixture(scope="module")
def made(hall_home, tmp_path_factory):
    """Three files of October without pictures."""
    out = tmp_path_factory.mktemp("out")
    outcome = make(hall_home, Asked("month", "2018-10", has_charts=False, number="宁区政务〔2018〕10号"), out)
    return {one.format: one.path for one in outcome.files}


@pytest.mark.parametrize("kind", ["xlsx", "docx", "pdf"])
def test_an_untouched_file_matches_its_snapshot(own_home, made, kind):
    found = verify(own_home, made[kind])
    assert found.matches, found.differences
    assert found.mark.number == "宁区政务〔2018〕10号"
    assert found.has_same_definitions


def changed(path, old: str, new: str, target):
    """The same file with a text changed in one of its parts."""
    buffer = BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(buffer, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith(target):
                assert old in content.decode()
                content = content.decode().replace(old, new, 1).encode()
            copy.writestr(name, content)
    return settled(buffer.getvalue())


def test_a_changed_cell_of_excel_is_found(own_home, made, tmp_path):
    path = tmp_path / "a.xlsx"
    # A cell without a type holds a number of its own, no place in the list of texts.
    cell = re.search(r'<c r="C\d+" s="\d+"><v>(\d+)</v>', sheet(made["xlsx"]))
    assert cell is not None
    other = cell[0].replace(f"<v>{cell[1]}</v>", "<v>7777</v>")
    path.write_bytes(changed(made["xlsx"], cell[0], other, "xl/worksheets/sheet4"))
    found = verify(own_home, path)
    assert not found.matches
    assert [one.in_file for one in found.differences] == ["7777"]
    assert found.differences[0].place.startswith("附件")


def sheet(path) -> str:
    with zipfile.ZipFile(path) as book:
        return book.read("xl/worksheets/sheet4.xml").decode()


def test_a_changed_number_of_word_is_found(own_home, made, tmp_path):
    document = Document(str(made["docx"]))
    paragraph = next(one for one in document.paragraphs if "收件" in one.text and "受理" in one.text)
    number = re.search(r"收件([\d,]+)件", paragraph.text)
    assert number is not None
    paragraph.runs[0].text = paragraph.text.replace(number[0], "收件99,999件", 1)
    path = tmp_path / "a.docx"
    document.save(str(path))
    found = verify(own_home, path)
    assert not found.matches
    assert any("99,999" in one.in_file for one in found.differences)


def test_a_pdf_with_another_number_is_found(own_home, hall_home, made, tmp_path):
    """A PDF cannot be edited as text here: one made from another month but marked as October's stands for it."""
    report, other = content_of(hall_home, Asked("month", "2018-10")), content_of(hall_home, Asked("month", "2018-09"))
    from dataclasses import replace

    path = tmp_path / "a.pdf"
    path.write_bytes(pdf.write(replace(report, sections=other.sections), {}))
    found = verify(own_home, path)
    assert not found.matches


def test_a_file_that_is_no_report_is_refused(own_home, tmp_path):
    path = tmp_path / "a.xlsx"
    for content in (b"", b"hello", settled(zip_of({"a.txt": "x"}))):
        path.write_bytes(content)
        with pytest.raises(HallError):
            verify(own_home, path)
    with pytest.raises(HallError, match="无法打开"):
        verify(own_home, tmp_path / "nowhere.pdf")


def zip_of(parts) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def test_a_report_whose_snapshot_is_gone_is_refused(own_home, made):
    own_home.snapshots.unlink()
    own_home.snapshots.mkdir()
    with pytest.raises(HallError, match="已不在"):
        verify(own_home, made["pdf"])


def test_the_mark_says_what_the_report_is(made):
    for kind, path in made.items():
        seen = read(path.read_bytes())
        assert seen.kind == kind
        assert (seen.mark.period.key, seen.mark.audience, seen.mark.is_draft) == ("2018-10", "internal", True)


def test_two_exports_are_alike_byte_for_byte(own_home, tmp_path):
    """Two processes, with pictures where there is a browser."""
    digests = []
    for place in ("one", "two"):
        done = hall(own_home, "report", "--month", "2018-10", "--out", str(tmp_path / place), "--json")
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        assert {file["format"] for file in document["files"]} == {"xlsx", "docx", "pdf"}
        digests.append({file["format"]: file["sha256"] for file in document["files"]})
    assert digests[0] == digests[1]
    for path in (tmp_path / "one").iterdir():
        done = hall(own_home, "report", "verify", str(path), "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        said = json.loads(done.stdout)
        assert said["matches"]
        assert said["export"]["actor"] == "local"


def test_the_command_says_when_figures_differ(own_home, made, tmp_path):
    path = tmp_path / "a.docx"
    document = Document(str(made["docx"]))
    document.tables[0].rows[5].cells[2].paragraphs[0].runs[0].text = "88888"
    document.save(str(path))
    done = hall(own_home, "report", "verify", str(path), "--json")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert said["matches"] is False
    assert [one["file"] for one in said["differences"]] == ["88888"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--month", "2018-13"], "2018-10"),
        (["--month", "2018-10", "--year", "2018"], "--month"),
        (["--month", "2018-10", "--format", "ods"], "xlsx"),
        (["--month", "2030-01"], "还没有数据"),
        (["--month", "2018-10", "--each-month"], "--year"),
    ],
)
def test_what_cannot_be_made_is_refused_in_two_lines(own_home, tmp_path, words, said):
    done = hall(own_home, "report", *words, "--out", str(tmp_path))
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 2
    assert said in done.stderr
    assert list(tmp_path.glob("*.xlsx")) == []


def test_the_schedule_names_this_home(own_home):
    done = hall(own_home, "report", "--schedule")
    assert done.returncode == 0
    assert f"HALL_HOME={own_home.root}" in done.stdout
    assert "OnCalendar" in done.stdout


def test_writers_do_not_depend_on_the_moment(hall_home):
    report = content_of(hall_home, Asked("month", "2018-10"))
    for write in (xlsx.write, lambda one: docx.write(one, {}), lambda one: pdf.write(one, {})):
        assert write(report) == write(report)
