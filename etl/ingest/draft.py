"""A draft mapping for a file that none fits, made by matching aliases; what a person must decide is marked."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from etl.config import HallError, Home
from etl.ingest.match import HEAD_ROWS
from etl.ingest.rows import Row
from etl.ingest.sources import tables
from etl.records import Contract, code_orders, contract, contracts
from etl.records.mapping import mappings, normal_header

DECIDE = "# 请人工确认 / decide:"


@dataclass(frozen=True)
class Preview:
    """What the reader sees in one table of a file, before any mapping: cells as text, under the header row it would take."""

    file: str
    sheet: str | None
    encoding: str
    header_line: int
    columns: list[str]
    rows: list[Row]
    refused: list[tuple[int, str, str]]


class _Lines:
    """Collects staged blocks as rows."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def write(self, block: str) -> None:
        for line in block.split("\n"):
            if line:
                number, *cells = line.split("\x1f")
                self.rows.append(Row(int(number), [cell.replace("\x1e", "\n").replace("\x1d", "\r") for cell in cells]))

    def write_table(self, table: pa.Table, data: bytes) -> None:
        numbers, *columns = (column.to_pylist() for column in table.columns)
        self.rows += (Row(number, [cell or "" for cell in cells]) for number, *cells in zip(numbers, *columns, strict=True))


def _widest(ways: list[list[Row]]) -> tuple[int, Row]:
    """The way of splitting that gives the first well-filled row the most cells, and that row."""
    best: tuple[int, int, Row] | None = None
    for way, rows in enumerate(ways):
        for row in rows:
            filled = sum(1 for cell in row.cells if cell.strip())
            if best is None or filled > best[0]:
                best = (filled, way, row)
    if best is None:
        raise HallError("没有可读的表头", "no header row to read")
    return best[1], best[2]


def preview(path: Path, limit: int | None = None) -> list[Preview]:
    """Every table of a file as the reader splits it; the header is the first row with the most filled cells among the first forty."""
    found: list[Preview] = []
    for table in tables(path):
        way, header = _widest(table.head(HEAD_ROWS))
        lines = _Lines()
        tally = table.stage(way, [header], lines)
        refused = [(one.line, one.rule, one.raw) for one in tally.refused]
        encoding = getattr(table, "encoding", "")
        found.append(Preview(table.name, table.sheet, encoding, header.line, header.cells, lines.rows[:limit], refused))
    return found


def draft(home: Home, path: Path, record: str | None = None) -> str:
    """The text of a draft mapping for the first table of a file. Raises HallError when no header looks familiar."""
    table = next(iter(tables(path)))
    ways = table.head(HEAD_ROWS)
    candidates = [contract(record)] if record else list(contracts().values())
    best: tuple[int, Contract, Row] | None = None
    for rows in ways:
        for row in rows:
            present = {normal_header(cell) for cell in row.cells if cell.strip()}
            for candidate in candidates:
                known = sum(1 for field in candidate.fields if present & _names(candidate, field.name))
                keyed = sum(3 for key in candidate.key if present & _names(candidate, key))
                if best is None or known + keyed > best[0]:
                    best = (known + keyed, candidate, row)
    if best is None or best[0] == 0:
        raise HallError(
            f"{path.name}：没有一个表头可以认出，请参照 data/mappings 手写映射",
            f"{path.name}: no header is familiar; write a mapping by hand after data/mappings",
        )
    return _draft_text(home, path, best[1], best[2])


def _names(record: Contract, name: str) -> set[str]:
    field = record.field(name)
    return {normal_header(word) for word in (field.zh, field.name, *field.aliases)}


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ").strip() + '"'


def _draft_text(home: Home, path: Path, record: Contract, header: Row) -> str:
    columns = [cell for cell in header.cells if cell.strip()]
    fed: dict[str, list[str]] = {}
    for column in columns:
        for field in record.fields:
            if normal_header(column) in _names(record, field.name):
                fed.setdefault(field.name, []).append(column)
    taken = {column for found in fed.values() for column in found}
    required = [field for field in record.fields if field.required]
    signature = [fed[field.name][0] for field in required if field.name in fed] or columns[:3]
    more = [column for column in columns if column in taken and column not in signature][:4]
    lines = [
        f"# 由 {path.name} 第 {header.line} 行的表头起草；带“请人工确认”的各行须由人决定，确认后存入 mappings 文件夹。",
        f"# Drafted from line {header.line}; settle every line marked “decide”, then keep the file in the mappings folder.",
        f"record = {_quoted(record.record)}",
        f"zh = {_quoted(path.stem)}",
        f"en = {_quoted(path.stem)}",
        f"{DECIDE} 表头中哪些列足以认出该系统 / the columns that tell this system's export",
        f"signature = [{', '.join(_quoted(column) for column in [*signature, *more])}]",
        'utc_offset = "+08:00"',
        f'{DECIDE} 若有 08/10/2018 这类日期，声明其次序，如 "%d/%m/%Y" / declare the order of such dates',
        "datetime_formats = []",
        "",
        "[fields]",
    ]
    for field in record.fields:
        found = fed.get(field.name, [])
        if len(found) > 1:
            lines.append(f"{DECIDE} {field.zh} 有多列可选：{'、'.join(found)}")
        if found:
            lines.append(f"{field.name} = {_quoted(found[0])}")
        elif field.required:
            lines.append(f"{DECIDE} 必填字段 {field.zh}（{field.en}）没有找到对应的列")
            lines.append(f'# {field.name} = ""')
    coded = [field for field in record.fields if field.type == "code" and field.name in fed]
    disputed = [field for field in coded if field.codes in code_orders()]
    if disputed:
        lines += ["", f"{DECIDE} 数字代码属于哪一份正式代码表，次序各不相同 / which official list its numbers are of", "[orders]"]
        for field in disputed:
            known = code_orders()[field.codes or ""]
            lines += [f'# {field.name} = "{name}"  # {order.zh} / {order.en}' for name, order in known.items()]
    for field in coded:
        lines += ["", f"{DECIDE} {field.zh}：该系统的代码各是什么意思 / what its codes mean ({field.codes})", f"[codes.{field.name}]"]
    unknown = [column for column in columns if column not in taken]
    if unknown:
        lines += ["", f"# 未认出的列随记录保存，不作计算 / kept but unused: {'、'.join(unknown)}"]
    names = ", ".join(sorted(mapping.name for mapping in mappings(home).values() if mapping.record == record.record))
    lines += ["", f"# 同类记录已有的映射 / existing mappings of this record: {names}"]
    return "\n".join(lines) + "\n"
