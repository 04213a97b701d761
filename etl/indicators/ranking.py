"""Ranks counties by an indicator: by the exact fraction, ties on one place, whoever rests on too few cases on none."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from etl.indicators.definition import Indicator
from etl.indicators.evaluate import Row

RANKED_KINDS = ("rate", "mean", "percentile")


@dataclass(frozen=True)
class Standing:
    """Where one stands among its peers. `place` is None for whoever is not ranked; `is_shared` says that others have the same place."""

    name: str
    row: Row
    place: int | None
    is_shared: bool = False


def can_rank(indicator: Indicator) -> bool:
    """Whether more or less of it is better, and whether it does not only grow with the size of a county."""
    return indicator.direction != "none" and indicator.kind in RANKED_KINDS


def needed(indicator: Indicator, minimum: int) -> int:
    """On how many cases whoever is ranked must rest: the office's `minimum` or the indicator's own, whichever is more."""
    return max(minimum, indicator.minimum_denominator)


def in_groups(indicator: Indicator, rows: Mapping[str, Row], groups: Mapping[str, str], minimum: int) -> dict[str, tuple[Standing, ...]]:
    """By group of peers, in the order of the groups' names, the rows ranked within it. `groups` names the group of each row."""
    found: dict[str, dict[str, Row]] = {group: {} for group in sorted(set(groups.values()))}
    for name, group in groups.items():
        found[group][name] = rows[name]
    return {group: ranked(indicator, of_group, minimum) for group, of_group in found.items()}


def ranked(indicator: Indicator, rows: Mapping[str, Row], minimum: int) -> tuple[Standing, ...]:
    """The rows, by name, in the order of their places; those on fewer than `minimum` cases, or the indicator's own minimum, come last.

    Equal fractions share a place and the next one is left out: 1, 1, 3.
    """
    least = needed(indicator, minimum)
    is_up = indicator.direction == "up"
    firm = {name: value for name, row in rows.items() if row.n >= least and (value := _exact(row)) is not None}
    better = {name: sum((other > value) if is_up else (other < value) for other in firm.values()) for name, value in firm.items()}
    places = list(better.values())
    placed = [Standing(name, rows[name], better[name] + 1, places.count(better[name]) > 1) for name in firm]
    rest = [Standing(name, row, None) for name, row in rows.items() if name not in firm]
    return (*sorted(placed, key=lambda one: (one.place or 0, one.name)), *sorted(rest, key=lambda one: one.name))


def _exact(row: Row) -> Fraction | None:
    """The value as a fraction; of a percentile, which has no parts, as it stands."""
    if row.value is None:
        return None
    if row.numerator is not None and row.denominator:
        return Fraction(row.numerator) / Fraction(row.denominator)
    return Fraction(row.value)
