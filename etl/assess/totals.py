"""From lines to a total: floors and ceilings by dimension and in all, rounding half up, each as a line; then the grade."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from etl.assess.exact import fine, rounded, total_of
from etl.assess.results import Line, VetoHit
from etl.assess.scheme import Dimension, Scheme, Subject

TOTAL = "total"


def closed(scheme: Scheme, subject: Subject, base: Decimal, lines: Sequence[Line]) -> tuple[tuple[Line, ...], Decimal]:
    """The lines with those of floors, ceilings and rounding, and the total, which is `base` and the points of all of them."""
    made = list(lines)
    for dimension in scheme.dimensions_of(subject.kind):
        points = dimension.base + total_of(line.points for line in lines if line.dimension == dimension.id)
        made += _bounded(dimension, dimension.id, points)
    made += _bounded(subject, TOTAL, base + total_of(line.points for line in made))
    return with_rounding(scheme, base, made)


def bounded_again(scheme: Scheme, subject: Subject, base: Decimal, lines: Sequence[Line]) -> tuple[tuple[Line, ...], Decimal]:
    """The same for lines that are closed already and to which some were added: the bounds in all, and rounding."""
    made = [*lines, *_bounded(subject, TOTAL, base + total_of(line.points for line in lines))]
    return with_rounding(scheme, base, made)


def with_rounding(scheme: Scheme, base: Decimal, lines: Sequence[Line]) -> tuple[tuple[Line, ...], Decimal]:
    """The lines with that of rounding where it changes something, and the total."""
    exact = base + total_of(line.points for line in lines)
    total = rounded(exact, scheme.decimal_places)
    if total == exact:
        return tuple(lines), total
    zh, en = f"保留 {scheme.decimal_places} 位小数", f"to {scheme.decimal_places} places, half up"
    return (*lines, Line(TOTAL, "", "rounding", total - exact, note=zh, note_en=en)), total


def _bounded(bounds: Dimension | Subject, name: str, points: Decimal) -> list[Line]:
    dimension = "" if name == TOTAL else name
    if bounds.floor is not None and points < bounds.floor:
        zh, en = f"不低于 {bounds.floor} 分", f"not below {bounds.floor}"
        return [Line(name, dimension, "floor", fine(bounds.floor - points), note=zh, note_en=en)]
    if bounds.ceiling is not None and points > bounds.ceiling:
        zh, en = f"不高于 {bounds.ceiling} 分", f"not above {bounds.ceiling}"
        return [Line(name, dimension, "ceiling", fine(bounds.ceiling - points), note=zh, note_en=en)]
    return []


def grade_of(scheme: Scheme, total: Decimal, vetoes: Iterable[VetoHit] = ()) -> str:
    """The grade of a total, at best what the vetoes leave; empty where the scheme has no grades."""
    if not scheme.grade:
        return ""
    ranks = [next((rank for rank, one in enumerate(scheme.grade) if one.least is None or total >= one.least), len(scheme.grade) - 1)]
    ranks += [scheme.grade_rank(veto.grade_ceiling) for veto in vetoes]
    return scheme.grade[max(ranks)].id
