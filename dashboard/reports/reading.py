"""Reads a report's file back: the mark that it carries, and what a reader sees, place by place."""

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from dashboard.reports.docx import NO_PICTURE, VARIABLE
from dashboard.reports.mark import Mark, read_mark
from dashboard.reports.xlsx import PROPERTY
from etl.config import HallError

PAGE_NUMBER = re.compile(r"^—\d+—$")


@dataclass(frozen=True)
class Seen:
    """A file as read: its kind, its mark, and its texts and numbers with their places."""

    kind: str
    mark: Mark
    places: tuple[tuple[str, str], ...]


def read(content: bytes) -> Seen:
    """Reads by content, whatever the name. Raises HallError when it is no report."""
    if content.startswith(b"%PDF"):
        return _pdf(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                return Seen("xlsx", read_mark(_property(archive)), _sheets(content))
            if "word/document.xml" in names:
                return _docx(content)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        pass
    raise HallError("该文件不是 Excel、Word 或 PDF 报告", "the file is no Excel, Word or PDF report")


def read_file(path: Path) -> Seen:
    """Reads a file. Raises HallError when it cannot be opened or is no report."""
    try:
        return read(path.read_bytes())
    except OSError as error:
        raise HallError(f"无法打开 {path}：{error.strerror}", f"cannot open {path}: {error.strerror}") from None


def _property(archive: zipfile.ZipFile) -> str | None:
    if "docProps/custom.xml" not in archive.namelist():
        return None
    for one in ElementTree.fromstring(archive.read("docProps/custom.xml")):  # noqa: S314  (read for one text; no entity is followed)
        if one.get("name") == PROPERTY:
            return "".join(one.itertext())
    return None


def _sheets(content: bytes) -> tuple[tuple[str, str], ...]:
    from python_calamine import CalamineError, CalamineWorkbook

    places = []
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        for name in book.sheet_names:
            for row, cells in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1):
                places += [(f"{name}!{_letters(column)}{row}", _written(cell)) for column, cell in enumerate(cells) if cell != ""]
    except CalamineError as error:
        raise HallError(f"Excel 文件已损坏：{error}", f"the Excel file is damaged: {error}") from None
    return tuple(places)


def _letters(column: int) -> str:
    first, second = divmod(column, 26)
    return (chr(64 + first) if first else "") + chr(65 + second)


def _written(cell: Any) -> str:
    return f"{cell:.12g}" if isinstance(cell, float | int) and not isinstance(cell, bool) else str(cell)


def _docx(content: bytes) -> Seen:
    import docx
    from docx.oxml.ns import qn

    document = docx.Document(BytesIO(content))
    mark = None
    for variable in document.settings.element.iter(qn("w:docVar")):
        if variable.get(qn("w:name")) == VARIABLE:
            mark = variable.get(qn("w:val"))
    places: list[tuple[str, str]] = []
    paragraphs = tables = 0
    for child in document.element.body:
        if child.tag == qn("w:p"):
            text = "".join(one.text or "" for one in child.iter(qn("w:t")))
            if text and not text.startswith("图　") and not text.endswith(NO_PICTURE):
                paragraphs += 1
                places.append((f"第{paragraphs}段", text))
        elif child.tag == qn("w:tbl"):
            tables += 1
            for row, line in enumerate(child.iter(qn("w:tr")), 1):
                for column, cell in enumerate(line.iter(qn("w:tc")), 1):
                    text = "".join(one.text or "" for one in cell.iter(qn("w:t")))
                    if text:
                        places.append((f"表{tables}第{row}行第{column}格", text))
    return Seen("docx", read_mark(mark), tuple(places))


def _pdf(content: bytes) -> Seen:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(BytesIO(content))
        mark = None if reader.metadata is None else reader.metadata.get("/Keywords")
        places = []
        for number, page in enumerate(reader.pages, 1):
            for line in page.extract_text().splitlines():
                text = re.sub(r"\s+", "", line)
                if text and not PAGE_NUMBER.match(text):
                    places.append((f"第{number}页", text))
    except PyPdfError as error:
        raise HallError(f"PDF 已损坏：{error}", f"the PDF is damaged: {error}") from None
    return Seen("pdf", read_mark(mark), tuple(places))
