"""Which mapping a file's header row fits. Exactly one must; otherwise nothing is loaded and the nearest is named."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from etl.config import HallError
from etl.ingest.rows import Row, Table
from etl.records.mapping import Mapping, normal_header, source_headers

HEAD_ROWS = 40


@dataclass(frozen=True)
class Match:
    """A mapping, the way of splitting and the header rows it was found with, and the header of each column."""

    mapping: Mapping
    way: int
    header: list[Row]
    columns: list[str]

    @property
    def normal_columns(self) -> list[str]:
        return [normal_header(column) for column in self.columns]


def _joined(upper: Row, lower: Row) -> list[str]:
    """Two header rows as one: "upper/lower", or one of them where they agree or the other is blank.

    A blank upper cell belongs to the one on its left (a merged cell of a text export).
    """
    names: list[str] = []
    above = ""
    width = max(len(upper.cells), len(lower.cells))
    for index in range(width):
        over = upper.cells[index].strip() if index < len(upper.cells) else ""
        under = lower.cells[index].strip() if index < len(lower.cells) else ""
        above = over or above
        if not under or normal_header(under) == normal_header(over):
            names.append(over)
        else:
            names.append(f"{above}/{under}" if above else under)
    return names


@dataclass(frozen=True)
class _Head:
    """Rows that may be a table's header: the way of splitting they come from, the header of each column, and as they are compared."""

    way: int
    rows: list[Row]
    columns: list[str]
    present: set[str]


def _heads(ways: list[list[Row]], depth: int) -> list[_Head]:
    """Every row, or every two rows one below the other, as a header."""
    found: list[_Head] = []
    for way, rows in enumerate(ways):
        joined = [([row], row.cells) for row in rows]
        if depth > 1:
            joined = [([upper, Row(lower.line, lower.cells)], _joined(upper, lower)) for upper, lower in pairwise(rows)]
        found += [_Head(way, header, columns, {normal_header(column) for column in columns}) for header, columns in joined]
    return found


def _first_fit(mapping: Mapping, heads: list[_Head]) -> Match | None:
    wanted = {normal_header(header) for header in mapping.signature}
    unwanted = {normal_header(header) for header in mapping.absent}
    for head in heads:
        if wanted <= head.present and not unwanted & head.present:
            return Match(mapping, head.way, head.rows, head.columns)
    return None


def choose(table: Table, mappings: Iterable[Mapping], named: bool = False) -> Match:
    """The one mapping that fits. `named` says that the user chose the mapping.

    The office's own mapping of a record type wins over a shipped one of the same type: it was written for this office's files.
    Where the signature of one fitting mapping holds all of another's, the one that asks for more is the fitting one.
    Raises HallError when none fits (naming the nearest and what it misses) or when two do.
    """
    ways = table.head(HEAD_ROWS)
    candidates = list(mappings)
    # The rows are put into the form in which they are compared once, not once a mapping.
    heads: dict[int, list[_Head]] = {depth: _heads(ways, depth) for depth in {mapping.header_rows for mapping in candidates}}
    fits = [match for mapping in candidates if (match := _first_fit(mapping, heads[mapping.header_rows])) is not None]
    own = {match.mapping.record for match in fits if match.mapping.is_own}
    fits = [match for match in fits if match.mapping.is_own or match.mapping.record not in own]
    signatures = {match.mapping.name: {normal_header(header) for header in match.mapping.signature} for match in fits}
    fits = [match for match in fits if not any(signatures[match.mapping.name] < other for other in signatures.values())]
    if len(fits) == 1:
        return _checked(table, fits[0])
    where = table.name if table.sheet is None else f"{table.name}［{table.sheet}］"
    if not fits:
        raise _none_fits(where, heads, candidates, named)
    names = "、".join(match.mapping.name for match in fits)
    raise HallError(
        f"{where}：表头同时符合 {names}，未载入任何数据；请用 --mapping 指明一个",
        f"{where}: the header fits {names.replace('、', ', ')}; nothing loaded; name one with --mapping",
    )


def _checked(table: Table, match: Match) -> Match:
    wanted = {normal_header(source) for source in match.mapping.fields.values()}
    columns = match.normal_columns
    for column in columns:
        if column in wanted and columns.count(column) > 1:
            raise HallError(
                f"{table.name} 第 {match.header[-1].line} 行：表头“{column}”出现两次，未载入任何数据；请删去或改名其中一列",
                f"{table.name} line {match.header[-1].line}: header “{column}” occurs twice; nothing loaded; rename or remove one",
            )
    return match


def _none_fits(where: str, heads: dict[int, list[_Head]], candidates: list[Mapping], named: bool) -> HallError:
    if not any(heads.values()):
        return HallError(f"{where}：没有可读的表头", f"{where}: no header row to read")
    best: tuple[float, Mapping, list[str]] | None = None
    for mapping in candidates:
        wanted = [normal_header(header) for header in mapping.signature]
        known = set(source_headers(mapping))
        for present in (head.present for head in heads[mapping.header_rows]):
            score = len(present & set(wanted)) / len(wanted) + len(present & known) / max(len(present), 1)
            if best is None or score > best[0]:
                shown = source_headers(mapping)
                best = (score, mapping, [shown.get(header, header) for header in wanted if header not in present])
    if best is None or (best[0] == 0 and not named):
        return HallError(
            f"{where}：表头不符合任何映射，未载入任何数据；可用 hall mapping init 起草一个",
            f"{where}: the header fits no mapping; nothing loaded; draft one with hall mapping init",
        )
    _, mapping, missing = best
    lacking = "、".join(missing)
    if not missing:
        present_but_unwanted = "、".join(mapping.absent)
        return HallError(
            f"{where}：不符合映射 {mapping.name}，因为出现了不应有的列（{present_but_unwanted}）之一，未载入任何数据",
            f"{where}: does not fit mapping {mapping.name}: it has one of the columns {present_but_unwanted}; nothing loaded",
        )
    if named:
        return HallError(
            f"{where}：不符合映射 {mapping.name}，缺少列：{lacking}；未载入任何数据",
            f"{where}: does not fit mapping {mapping.name}; missing columns: {lacking}; nothing loaded",
        )
    return HallError(
        f"{where}：表头不符合任何映射，最接近的是 {mapping.name}（{mapping.zh}），缺少列：{lacking}；未载入任何数据",
        f"{where}: the header fits no mapping; nearest is {mapping.name}, which misses: {lacking}; nothing loaded",
    )
