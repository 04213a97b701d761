"""What goes wrong in real exports, planted on top of the true records so that the published totals stay exact.

A refused row is a copy of a true one under a number of its own with one thing spoilt: whatever the loader does with it,
the counters must not move. What is only ugly (full-width digits, odd dates, a row twice) is done to true rows and must load.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from etl.demo.writers import LINE_DIRT, Entry

Cells = dict[str, str]

# Its check digit would be 6.
BAD_ID = "350902186201195547"

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True)
class Spoil:
    """One kind of dirt in a cell: `change` gives the new cells; only rows with all of `needs` filled are fit for it."""

    kind: str
    needs: tuple[str, ...]
    change: Callable[[Cells], Cells]


def put(kind: str, column: str, value: str, *needs: str) -> Spoil:
    """Dirt that is a constant in one column."""
    return Spoil(kind, needs, lambda cells: {**cells, column: value})


def swap(kind: str, one: str, other: str) -> Spoil:
    """Dirt that is two columns exchanged; fit where both are filled and differ."""
    return Spoil(kind, (one, other), lambda cells: {**cells, one: cells[other], other: cells[one]})


def plant(
    random: Random, headers: Sequence[str], rows: Sequence[Cells], key: str, spoils: Sequence[Spoil], line_kinds: Sequence[str],
    odd_share: float = 0.0, odd_columns: Mapping[str, Callable[[str], str]] | None = None, doubles: int = 0,
) -> list[Entry]:  # fmt: skip
    """The true rows with the dirt among them. `key` is the column that numbers the records.

    `odd_columns` are rewritten in a share of the true rows; `doubles` true rows occur twice.
    """
    entries = [_entry(headers, row) for row in rows]
    for index in range(len(entries)):
        if odd_columns and random.random() < odd_share:
            changed = {column: odd_columns[column](value) if column in odd_columns else value for column, value in rows[index].items()}
            entries[index] = _entry(headers, changed, "odd_form")
    extra: list[Entry] = []
    if rows:
        extra += [_entry(headers, random.choice(rows), "exact_duplicate") for _ in range(doubles)]
        for number, spoil in enumerate(spoils):
            fit = _fit(random, rows, spoil)
            if fit is not None:
                numbered = {**fit, key: f"{fit[key]}D{number:02d}"}
                extra.append(_entry(headers, spoil.change(numbered), spoil.kind, True))
        for number, kind in enumerate(line_kinds):
            row = random.choice([row for row in rows if not any('"' in cell or "\n" in cell or "," in cell for cell in row.values())])
            extra.append(_line_entry(headers, {**row, key: f"{row[key]}L{number:02d}"}, kind))
    last = [entry for entry in extra if entry.kind in ("total_row", "truncated")]
    for entry in extra:
        if entry not in last:
            entries.insert(random.randint(0, len(entries)), entry)
    return [*entries, *sorted(last, key=lambda entry: entry.kind)]


def _fit(random: Random, rows: Sequence[Cells], spoil: Spoil) -> Cells | None:
    for _ in range(200):
        row = random.choice(rows)
        wanted = [row[column] for column in spoil.needs]
        if all(wanted) and len(set(wanted)) == len(wanted):
            return row
    return None


def _entry(headers: Sequence[str], cells: Cells, kind: str = "", is_refused: bool = False) -> Entry:
    return Entry(tuple(cells[header] for header in headers), kind, is_refused)


def _line_entry(headers: Sequence[str], cells: Cells, kind: str) -> Entry:
    if kind == "repeated_header":
        return Entry(tuple(headers), kind, True)
    if kind == "total_row":
        return Entry(("合计", *[""] * (len(headers) - 1)), kind, True)
    if kind not in LINE_DIRT:
        raise ValueError(f"no dirt of kind {kind}")
    return _entry(headers, cells, kind, True)


def full_width(text: str) -> str:
    """Digits as an input method left on full width writes them."""
    return text.translate(_FULL_WIDTH)


def padded(text: str) -> str:
    """A value with the ideographic space before it and a plain one after."""
    return f"\u3000{text} " if text else text


def chinese_date(text: str) -> str:
    """2018-10-08 09:05:00 as 2018年10月8日 9时5分."""
    if not text:
        return text
    day, _, clock = text.partition(" ")
    year, month, date = day.split("-")
    hour, minute, _second = clock.split(":")
    return f"{year}年{int(month)}月{int(date)}日 {int(hour)}时{int(minute)}分"


def slashed_date(text: str) -> str:
    """2018-10-08 09:05:00 as 2018/10/8 9:05."""
    if not text:
        return text
    day, _, clock = text.partition(" ")
    year, month, date = day.split("-")
    hour, minute, _second = clock.split(":")
    return f"{year}/{int(month)}/{int(date)} {int(hour)}:{minute}"


def compact_date(text: str) -> str:
    """2018-10-08 09:05:00 as 20181008T090500."""
    return text.replace("-", "").replace(":", "").replace(" ", "T")
