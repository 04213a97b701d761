"""What every reader gives: rows of text with the line they stand on, or a reason why a line could not be read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

# Fields of a staged row stand apart by characters that no office file holds; a reader refuses a line that does.
FIELD_MARK = "\x1f"
NEWLINE_MARK = "\x1e"
RETURN_MARK = "\x1d"
# Characters of one record. DuckDB sets aside sixteen times the longest line for reading, so this bounds the memory of every load.
LONGEST_RECORD = 1_000_000
LONGEST_RECORD_BYTES = 4 * LONGEST_RECORD + 100
RESERVED = (FIELD_MARK, NEWLINE_MARK, RETURN_MARK, "\x00")


@dataclass(frozen=True)
class Rule:
    """A reason for refusing a line before its fields are known."""

    id: str
    zh: str
    en: str


RULES = {
    rule.id: rule
    for rule in (
        Rule(
            "too_many_fields",
            "分隔符多了，字段数多于表头；请核对该行",
            "one separator too many: more fields than the header; check the line",
        ),
        Rule(
            "too_few_fields",
            "字段数少于表头（缺分隔符或文件被截断）；请核对该行",
            "fewer fields than the header (separator missing or file cut short); check the line",
        ),
        Rule("unclosed_quote", "引号没有配对；请核对该行的引号", "a quotation mark is not closed; check the quotes of the line"),
        Rule(
            "unescaped_quote", "引号内还有未成对的引号；字段中的引号应写两遍", "an unescaped quotation mark inside quotes; write it twice"
        ),
        Rule("control_character", "含有空字符或控制字符；请删去后重新导出", "NUL or another control character; remove it and export again"),
        Rule("undecodable", "含有无法按文件编码识读的字节；请核对该行", "bytes that are not valid in the file's encoding; check the line"),
        Rule(
            "line_too_long",
            "一条记录过长（超过一百万字符）；请核对分行与引号",
            "the record is longer than a million characters; check line breaks and quotes",
        ),
        Rule(
            "error_cell",
            "单元格是公式错误（如 #N/A、#DIV/0!）；请在工作簿中改正后再载入",
            "a cell holds a formula error such as #N/A or #DIV/0!; correct it in the workbook",
        ),
        Rule("bad_json", "不是有效的 JSON 对象；请核对该行", "not a valid JSON object; check the line"),
        Rule("repeated_header", "表头重复出现在数据中", "the header row again, amid the data"),
        Rule("total_row", "合计行，不是一条记录", "a row of totals, not a record"),
    )
}


@dataclass(frozen=True)
class Refused:
    """A physical record that could not be split into the header's fields."""

    line: int
    rule: str
    raw: str
    lines: int = 1


@dataclass(frozen=True)
class Row:
    """A record as the file has it: the line it begins on and its cells as text."""

    line: int
    cells: list[str]


@dataclass
class Tally:
    """Counted while reading, to be held against what arrives: every physical line is one of these."""

    rows: int = 0
    row_lines: int = 0
    refused: list[Refused] = field(default_factory=list)
    blank: int = 0

    @property
    def refused_lines(self) -> int:
        return sum(refused.lines for refused in self.refused)


class Table(Protocol):
    """One table of a file: a text file, a sheet, a JSON array, a Parquet file."""

    name: str
    sheet: str | None
    kind: str

    def head(self, limit: int) -> list[list[Row]]:
        """The first rows, once for every way the table could be split into cells."""

    def stage(self, way: int, header: list[Row], out: "Stage") -> Tally:
        """Write every row after the header to `out`, numbered; return what was counted."""


class Stage(Protocol):
    """Takes what a reader gives."""

    def write(self, block: str) -> None:
        """Lines of `number MARK field MARK field …`."""

    def write_table(self, table: pa.Table, data: bytes) -> None:
        """A table `_line, c0, c1 …` of text whose empty fields are null, and the UTF-8 that it was made of."""


def staged(rows: Iterator[Row], width: int, out: Stage, tally: Tally, block: int = 5000) -> None:
    """Stage rows that arrive as cells (workbooks, JSON): short rows are filled with blanks, blank rows are counted."""
    lines: list[str] = []
    for row in rows:
        cells = row.cells
        if not any(cell.strip() for cell in cells):
            tally.blank += 1
            continue
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            tally.refused.append(Refused(row.line, "too_many_fields", " | ".join(cells)))
            continue
        cells = cells[:width] + [""] * (width - len(cells))
        text = FIELD_MARK.join(cells)
        if text.count(FIELD_MARK) != width - 1 or any(mark in text for mark in RESERVED[1:]):
            tally.refused.append(Refused(row.line, "control_character", " | ".join(cells)))
            continue
        stage_record(row.line, text, 1, lines, tally)
        if len(lines) >= block:
            out.write("\n".join(lines) + "\n")
            lines.clear()
    if lines:
        out.write("\n".join(lines) + "\n")


def stage_record(line: int, text: str, lines: int, pending: list[str], tally: Tally, mark: str = " | ") -> None:
    """Put a record, its fields joined by FIELD_MARK, among the `pending` ones as one line; `lines` is how many it had in the file.

    One that is too long to be a record is refused, with `mark` between its fields.
    """
    if len(text) > LONGEST_RECORD:
        tally.refused.append(Refused(line, "line_too_long", text[:2000].replace(FIELD_MARK, mark), lines))
        return
    if "\n" in text or "\r" in text:
        text = text.replace("\n", NEWLINE_MARK).replace("\r", RETURN_MARK)
    pending.append(f"{line}{FIELD_MARK}{text}")
    tally.rows += 1
    tally.row_lines += lines
