"""Rules that hold by date: files of one folder lie side by side, those of a later folder over those of an earlier one, day by day."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Protocol, TypeVar

from etl.config import HallError


class Dated(Protocol):
    """What holds from `valid_from` up to but not including `valid_to`."""

    @property
    def valid_from(self) -> date: ...

    @property
    def valid_to(self) -> date: ...


Rule = TypeVar("Rule", bound=Dated)


def in_folder(folder: Path, pattern: str, read: Callable[[Path], Rule]) -> list[tuple[Rule, Path]]:
    """What the files of one folder say, by the day on which each begins, with the file."""
    return sorted(((read(path), path) for path in folder.glob(pattern)), key=lambda entry: entry[0].valid_from)


def require_apart(found: Sequence[tuple[Dated, Path]], what: str = "") -> None:
    """Raises HallError naming both files when two of one folder cover the same day; `what` is what they cover, where that matters."""
    for (earlier, first), (later, second) in pairwise(found):
        if later.valid_from < earlier.valid_to:
            of_zh, of_en = (f" 的 {what}", f": {what} overlaps") if what else ("", " overlap")
            raise HallError(
                f"规则文件 {first.name} 与 {second.name}{of_zh} 自 {later.valid_from} 起重叠，请为前者写明 valid_to",
                f"rules files {first.name} and {second.name}{of_en} from {later.valid_from}; give the first one a valid_to",
            )


def layered(folders: Sequence[Path], pattern: str, read: Callable[[Path], Rule]) -> tuple[Rule, ...]:
    """What all folders say, in the order in which it wins: the last that covers a day holds on it.

    Raises HallError when two files of one folder cover the same day, and what `read` raises.
    """
    rules: list[Rule] = []
    for folder in folders:
        found = in_folder(folder, pattern, read)
        require_apart(found)
        rules += [rule for rule, _ in found]
    return tuple(rules)


def holding(rules: Sequence[Rule], day: date) -> Rule | None:
    """The rule that holds on the day, None where none covers it."""
    return next((rule for rule in reversed(rules) if rule.valid_from <= day < rule.valid_to), None)


def stretches(rules: Sequence[Rule]) -> Iterator[tuple[date, date, Rule]]:
    """(first day, day after the last, rule) for every stretch of time under one rule, in order and without overlap."""
    cuts = sorted({cut for rule in rules for cut in (rule.valid_from, rule.valid_to)})
    for first, end in pairwise(cuts):
        found = holding(rules, first)
        if found is not None:
            yield first, end, found
