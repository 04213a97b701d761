"""Tables behind the text: cells that know their figure, the merged header, small cells hidden in public."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from dashboard.reports.figures import Figure, Value
from dashboard.reports.plan import Annex, Column
from dashboard.reports.sentences import Teller
from dashboard.reports.suppression import Place, hidden_cells
from dashboard.reports.wording import HIDDEN, NO_VALUE, SMALL, change_value, half_up, is_small, number, signed_change
from etl.indicators.dimensions import value_label

CellKind = Literal["text", "count", "rate", "mean", "change", "date"]
TOTAL = "合计"
HIDDEN_NOTE = f"带“{HIDDEN}”的为少于{SMALL}件的数，以及为免推算而一并不列的数。"


@dataclass(frozen=True)
class Cell:
    """One cell: what is printed, the number behind it (None: no number), and the figure it comes from."""

    text: str
    kind: CellKind = "text"
    value: int | float | date | None = None
    figure: Figure | None = None

    @property
    def is_hidden(self) -> bool:
        return self.text == HIDDEN

    @property
    def is_words(self) -> bool:
        """Whether it is read as words, from the left: numbers, and the signs in their place, stand right."""
        return self.kind == "text" and self.value is None and self.text not in ("", NO_VALUE, HIDDEN)


@dataclass(frozen=True)
class HeaderCell:
    """One cell of a merged header."""

    text: str
    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True)
class Table:
    """Paths of the header's cells, rows, and the row of totals. `part` tells its sheet in Excel from the others of its annex."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    notes: tuple[str, ...] = ()
    is_landscape: bool = False
    part: str = ""

    @property
    def all_rows(self) -> tuple[tuple[Cell, ...], ...]:
        return self.rows if self.total is None else (*self.rows, self.total)

    @property
    def header_depth(self) -> int:
        return max(len(path.split("/")) for path in self.header)

    def widths(self, least: int = 4, most: int = 30) -> list[int]:
        """How wide each column's texts are, in Latin letters; a long text is broken, a merged heading does not widen its columns."""
        found = []
        for column, path in enumerate(self.header):
            cells = max((width(row[column].text) for row in self.all_rows), default=0)
            heading = width(path.split("/")[-1])
            found.append(min(most, max(least, cells, min(heading, 8 if heading > 8 else heading))))
        return found

    def header_cells(self) -> list[HeaderCell]:
        """The header's cells with what they span: the same beginning of a path is written once above its columns."""
        paths = [path.split("/") for path in self.header]
        depth = self.header_depth
        cells: list[HeaderCell] = []
        for row in range(depth):
            column = 0
            while column < len(paths):
                path = paths[column]
                if row >= len(path):
                    column += 1
                    continue
                width = 1
                while column + width < len(paths) and row < len(path) - 1 and paths[column + width][: row + 1] == path[: row + 1]:
                    width += 1
                height = depth - row if row == len(path) - 1 else 1
                cells.append(HeaderCell(path[row], row, column, height, width))
                column += width
        return cells


def width(text: str) -> int:
    """The width of a text in Latin letters: a Chinese one takes two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def text_cell(text: str) -> Cell:
    return Cell(text)


def figure_cell(figure: Figure | None) -> Cell:
    """The figure as a cell; no slice is a 0 for a count and no value for the others."""
    if figure is None:
        return Cell(NO_VALUE)
    kind: CellKind = "count" if figure.is_count else "rate" if figure.is_rate else "mean"
    return Cell(number(figure), kind, figure.value, figure)


def sum_cell(value: int | float) -> Cell:
    """A numerator or denominator: whole where it is, else with two decimals."""
    whole = float(value).is_integer()
    return Cell(f"{half_up(value, 0 if whole else 2):,}", "count" if whole else "mean", value)


def change_cell(now: Figure | None, then: Figure | None) -> Cell:
    """The change in per cent of a count; a dash where there is none."""
    if now is None:
        return Cell(NO_VALUE)
    value = change_value(now, then)
    if value is None:
        return Cell(NO_VALUE)
    text = signed_change(now, then)
    return Cell(f"{text}%" if now.is_count else text, "change", float(value), now)


def nothing_of(figure: Figure, by: str, name: Value) -> Figure:
    """A slice that has no rows: a count of it is 0, a rate has no value."""
    return replace(
        figure, by=((by, name),), numerator=0 if figure.is_count else None, denominator=None, value=0 if figure.is_count else None, n=0
    )


@dataclass(frozen=True)
class _Filled:
    """A column's figures by the value of the rows' dimension, and of the whole."""

    now: dict[Value, Figure]
    then: dict[Value, Figure]
    whole: Figure
    whole_then: Figure | None
    column: Column


def _fill(annex: Annex, column: Column, teller: Teller) -> _Filled | None:
    name = column.indicator or column.change or ""
    source, by = teller.source, annex.rows or ""
    if not source.is_present(name):
        return None
    where = {**annex.where, **column.where}
    own = {key: value for key, value in where.items() if key != by}
    earlier = teller.earlier if teller.earlier is not None and source.reaches(name, teller.earlier) else None
    then_rows = source.by(name, (by,), earlier, own) if earlier else ()
    return _Filled(
        {figure.by[0][1]: figure for figure in source.by(name, (by,), teller.period, own)},
        {figure.by[0][1]: figure for figure in then_rows},
        source.one(name, teller.period, own),
        source.one(name, earlier, own) if earlier else None,
        column,
    )


def _cell(filled: _Filled, by: str, name: Value) -> Cell:
    now = filled.now.get(name) or nothing_of(filled.whole, by, name)
    then = filled.then.get(name) or (nothing_of(filled.whole_then, by, name) if filled.whole_then else None)
    if filled.column.change:
        return change_cell(now, then)
    return figure_cell(then if filled.column.period == "before" else now)


def _heading(filled: _Filled) -> str:
    """The column's heading, with the unit of what is divided."""
    if filled.column.change or filled.whole.is_count:
        return filled.column.heading
    return f"{filled.column.heading}（{filled.whole.indicator.unit.zh}）"


def _total(filled: _Filled) -> Cell:
    if filled.column.change:
        return change_cell(filled.whole, filled.whole_then)
    return figure_cell(filled.whole_then if filled.column.period == "before" else filled.whole)


def order(names: Sequence[Value], first: Sequence[str]) -> list[Value]:
    """The office's own order, then the others by name; what is not given stands last."""
    places = {name: number for number, name in enumerate(first)}
    return sorted(names, key=lambda name: (name == "", places.get(str(name), len(places)), str(name)))


def by_dimension(annex: Annex, teller: Teller) -> list[Table]:
    """The table of an annex, and the same by rank. Empty when none of its indicators has records."""
    filled = [one for column in annex.columns if (one := _fill(annex, column, teller)) is not None]
    if not filled or annex.rows is None:
        return []
    names: list[Value] = order(
        list(dict.fromkeys(name for one in filled for found in (one.now, one.then) for name, figure in found.items() if figure.value)),
        teller.departments,
    )
    if not names:
        return []
    rows = [[_cell(one, annex.rows, name) for one in filled] for name in names]
    total = [_total(one) for one in filled] if annex.has_total else None
    if teller.audience == "public":
        rows, total = for_public(rows, total, [one.column for one in filled])
    header = ("序号", annex.of, *(_heading(one) for one in filled))
    labels = [value_label(annex.rows, name) for name in names]
    numbered = tuple(
        (Cell(str(place), "count", place), text_cell(label), *row) for place, (label, row) in enumerate(zip(labels, rows, strict=True), 1)
    )
    last = (text_cell(""), text_cell(TOTAL), *total) if total is not None else None
    notes = (*annex.notes, HIDDEN_NOTE) if hides(rows) else annex.notes
    tables = [Table(annex.title, header, numbered, last, notes, annex.landscape)]
    headings = [one.column.heading for one in filled]
    if annex.rank_by in headings:
        tables.append(_ranked(tables[0], headings.index(annex.rank_by) + 2, annex))
    return tables


def _ranked(table: Table, column: int, annex: Annex) -> Table:
    def place(row: tuple[Cell, ...]) -> tuple[float, str]:
        value = row[column].value
        return (-float(value) if isinstance(value, int | float) else 1.0, row[1].text)

    ordered = sorted(table.rows, key=place)
    rows = tuple((Cell(str(number), "count", number), *row[1:]) for number, row in enumerate(ordered, 1))
    return replace(table, title=f"{annex.title}（按{table.header[column].replace('/', '')}排序）", rows=rows, part="排序")


def hides(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether any cell is kept back."""
    return any(cell.is_hidden for row in rows for cell in row)


def for_public(rows: list[list[Cell]], total: list[Cell] | None, columns: Sequence[Column]) -> tuple[list[list[Cell]], list[Cell] | None]:
    """Hides small counts, what would give them away, and every rate and change beside a hidden count."""
    lines = [*rows, *([total] if total is not None else [])]
    values: dict[Place, int | float] = {}
    small: set[Place] = set()
    for row, line in enumerate(lines):
        for column, cell in enumerate(line):
            if cell.kind == "count" and isinstance(cell.value, int | float):
                values[row, column] = cell.value
                if 0 < cell.value < SMALL:
                    small.add((row, column))
    sums = []
    heads = [column.heading for column in columns]
    for column in range(len(columns)):
        parts = tuple((row, column) for row in range(len(rows)) if (row, column) in values)
        if total is not None and (len(rows), column) in values and sum(values[part] for part in parts) == values[len(rows), column]:
            sums.append(((len(rows), column), parts))
    for whole in {column.part_of for column in columns if column.part_of in heads}:
        inside = [index for index, column in enumerate(columns) if column.part_of == whole]
        top = heads.index(whole or "")
        for row in range(len(lines)):
            places = tuple((row, index) for index in inside)
            if len(inside) > 1 and all(place in values for place in places):
                sums.append(((row, top), places))
    hidden = hidden_cells(values, sums, small)
    touched = {row for row, _ in hidden}
    made = [
        [
            Cell(HIDDEN, cell.kind, None, cell.figure)
            if (row, column) in hidden
            or (cell.kind not in ("count", "text") and row in touched)
            or (cell.kind != "change" and cell.figure is not None and is_small(cell.figure))
            else cell
            for column, cell in enumerate(line)
        ]
        for row, line in enumerate(lines)
    ]
    return (made, None) if total is None else (made[:-1], made[-1])
