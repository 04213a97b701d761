"""Cells of an XLSX sheet that hold an error such as #N/A. The workbook reader gives them as blanks, which they are not."""

import io
import posixpath
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
LINK = re.compile(r"relationships\}id$")
ERROR_MARK = re.compile(rb"""\st=["']e["']""")
CELL = re.compile(r"([A-Z]+)(\d+)")


def error_cells(data: bytes | Path) -> dict[str, dict[tuple[int, int], str]]:
    """By sheet name the error cells, as {(row from 1, column from 0): text such as "#N/A"}.

    Empty for workbooks that are no XLSX: the older formats do not show their error cells here.
    """
    source = data if isinstance(data, Path) else io.BytesIO(data)
    if not zipfile.is_zipfile(source):
        return {}
    found: dict[str, dict[tuple[int, int], str]] = {}
    with zipfile.ZipFile(source) as archive:
        held = set(archive.namelist())
        for name, part in _sheets(archive, held).items():
            if part in held:
                xml = archive.read(part)
                if ERROR_MARK.search(xml) and (cells := _of_sheet(xml)):
                    found[name] = cells
    return found


def _sheets(archive: zipfile.ZipFile, held: set[str]) -> dict[str, str]:
    """Sheet name → its part in the archive."""
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= held:
        return {}
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - expat loads no external entities
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    found: dict[str, str] = {}
    for sheet in book.iter():
        if sheet.tag in (f"{MAIN}sheet", f"{STRICT}sheet"):
            link = next((value for key, value in sheet.attrib.items() if LINK.search(key)), None)
            found[sheet.get("name", "")] = posixpath.normpath(posixpath.join("xl", targets.get(link, ""))).lstrip("/")
    return found


def _of_sheet(xml: bytes) -> dict[tuple[int, int], str]:
    cells: dict[tuple[int, int], str] = {}
    for _, cell in ElementTree.iterparse(io.BytesIO(xml)):  # noqa: S314
        if cell.tag in (f"{MAIN}c", f"{STRICT}c"):
            place = CELL.match(cell.get("r", ""))
            if cell.get("t") == "e" and place:
                value = next((part.text for part in cell if part.tag.endswith("}v")), None)
                cells[int(place.group(2)), _column(place.group(1))] = value or "#N/A"
        elif cell.tag in (f"{MAIN}row", f"{STRICT}row"):
            cell.clear()
    return cells


def _column(letters: str) -> int:
    """Column letters as a number from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
