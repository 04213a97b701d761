"""Simulation: the same facts under two schemes, whose score and place moves, and which rules make the difference. Nothing is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from etl.assess.engine import Assessment
from etl.assess.exact import fine, total_of
from etl.assess.inputs import Inputs, months_of
from etl.assess.reading import Schemes
from etl.assess.results import STEPS, Line, Score
from etl.assess.scheme import RULED_KINDS, RuledKind, Scheme

NONE = Decimal(0)
REST = "rest"


@dataclass(frozen=True)
class RuleMove:
    """What a rule (or step: floor, cap of a dimension, rounding) gave under each scheme, and the difference."""

    rule: str
    zh: str
    en: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True)
class Move:
    """One subject under both schemes. A score, place, grade or group that one of them does not give is None (or empty)."""

    subject_kind: RuledKind
    subject: str
    name: str
    before: Decimal | None
    after: Decimal | None
    place_before: int | None
    place_after: int | None
    group_before: str
    group_after: str
    grade_before: str
    grade_after: str
    because: tuple[RuleMove, ...]

    @property
    def difference(self) -> Decimal:
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


@dataclass(frozen=True)
class AwardMove:
    """Who wins an award under one scheme alone."""

    award: str
    zh: str
    en: str
    subject: str
    name: str
    change: Literal["won", "lost"]


@dataclass(frozen=True)
class Comparison:
    """All subjects whose score, place, group or grade moves, the largest difference first, and the awards that change hands."""

    period: str
    before: str
    after: str
    moves: tuple[Move, ...]
    unmoved: int
    awards: tuple[AwardMove, ...]


def compare(inputs: Inputs, before: Scheme | Schemes, after: Scheme | Schemes, period: str) -> Comparison:
    """The period under one scheme and under the other, for persons, windows and departments; published months are computed again too.

    The places are those within the groups of each scheme.
    """
    one, other = _assessment(inputs, before), _assessment(inputs, after)
    moves: list[Move] = []
    unmoved = 0
    for kind in RULED_KINDS:
        found = _moves(one, other, kind, period)
        moves += [move for move in found if _has_moved(move)]
        unmoved += sum(1 for move in found if not _has_moved(move))
    moves.sort(key=lambda move: (-abs(move.difference), move.subject_kind, move.subject))
    return Comparison(period, _version(one, period), _version(other, period), tuple(moves), unmoved, tuple(_awards(one, other, period)))


def _assessment(inputs: Inputs, scheme: Scheme | Schemes) -> Assessment:
    return Assessment(inputs, scheme if isinstance(scheme, Schemes) else Schemes(tried=scheme))


def _version(assessment: Assessment, period: str) -> str:
    return assessment.schemes.of(months_of(period)[-1]).version


def _has_moved(move: Move) -> bool:
    now = (move.after, move.place_after, move.group_after, move.grade_after)
    return (move.before, move.place_before, move.group_before, move.grade_before) != now


def _moves(one: Assessment, other: Assessment, kind: RuledKind, period: str) -> list[Move]:
    before, after = _placed(one, kind, period), _placed(other, kind, period)
    found = []
    for subject in sorted(before.keys() | after.keys()):
        old, old_place, old_group = before.get(subject, (None, None, ""))
        new, new_place, new_group = after.get(subject, (None, None, ""))
        total, grade = (None, "") if old is None else (old.total, old.grade)
        then, graded = (None, "") if new is None else (new.total, new.grade)
        named = new or old
        name = subject if named is None else named.name
        because = _because(one, other, old, new, period)
        found.append(Move(kind, subject, name, total, then, old_place, new_place, old_group, new_group, grade, graded, because))
    return found


def _placed(assessment: Assessment, kind: RuledKind, period: str) -> dict[str, tuple[Score, int | None, str]]:
    """Each subject's score with its place and group."""
    if assessment.schemes.of(months_of(period)[-1]).subject_of(kind) is None:
        return {}
    places: dict[str, tuple[int | None, str]] = {}
    for ranking in assessment.rankings(kind, period):
        places |= {one.subject: (one.place, ranking.group) for one in ranking.places}
        places |= {one.subject: (None, ranking.group) for one in ranking.outside}
    return {one.subject: (one, *places[one.subject]) for one in assessment.ranked_scores(kind, period)}


def _because(one: Assessment, other: Assessment, old: Score | None, new: Score | None, period: str) -> tuple[RuleMove, ...]:
    """Rules whose points differ, the largest difference first; they sum to the difference of the scores.

    Over several months a rule's points are weighed as its months are. Floors, ceilings and rounding go by their kind; `rest` is what no
    line shows: another base, other weights of the months.
    """
    before, after = _by_rule(one, old), _by_rule(other, new)
    found = [
        RuleMove(name, *_words(name, (other, one), period), before.get(name, NONE), after.get(name, NONE))
        for name in sorted(before.keys() | after.keys())
    ]
    return tuple(sorted((move for move in found if move.difference), key=lambda move: (-abs(move.difference), move.rule)))


def _by_rule(assessment: Assessment, score: Score | None) -> dict[str, Decimal]:
    if score is None:
        return {}
    found: dict[str, Decimal] = {}
    for line in score.lines:
        month = assessment.score(score.subject_kind, score.subject, line.of_month) if line.kind == "month" else None
        if line.kind == "month" and month is None:
            month = assessment.score("person", score.subject, line.of_month)
        for shown in [line] if month is None else month.lines:
            points = shown.points if month is None else fine(shown.points * (line.quantity or NONE))
            found[_name(shown)] = found.get(_name(shown), NONE) + points
    found[REST] = score.total - total_of(found.values())
    return found


def _name(line: Line) -> str:
    return line.kind if line.rule == "total" else line.rule


def _words(name: str, assessments: Iterable[Assessment], period: str) -> tuple[str, str]:
    for assessment in assessments:
        scheme = assessment.schemes.of(months_of(period)[-1])
        named = (*scheme.rule, *scheme.metric, *scheme.part, *scheme.propagation, *scheme.dimension)
        found = next(((one.zh, one.en) for one in named if one.id == name), None)
        if found is not None:
            return found
    return ("基础分与月份权重", "base and weights of months") if name == REST else STEPS.get(name, (name, name))


def _awards(one: Assessment, other: Assessment, period: str) -> list[AwardMove]:
    before = {(award.award, winner.subject): (award, winner) for award in one.awards(period) for winner in award.winners}
    after = {(award.award, winner.subject): (award, winner) for award in other.awards(period) for winner in award.winners}
    moves = []
    for key in sorted(before.keys() ^ after.keys()):
        award, winner = after.get(key) or before[key]
        moves.append(AwardMove(award.award, award.zh, award.en, winner.subject, winner.name, "won" if key in after else "lost"))
    return moves
