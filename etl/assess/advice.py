"""What would raise a score: what was lost rule by rule, what a better value of an indicator gives, which bonus is still open."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from etl.assess.exact import total_of
from etl.assess.kinds import COMPUTED
from etl.assess.results import Line, Score
from etl.assess.scheme import Scheme

Way = Literal["avoid", "indicator", "staff", "bonus"]


@dataclass(frozen=True)
class Advice:
    """`points` are what the score had at most gained: without these events, with the indicator at its best, with the rest of a bonus.

    way: `avoid` events (their number is `events`), raise an `indicator` (`value` is where it stands), help the `staff`, earn a `bonus`.
    """

    way: Way
    rule: str
    zh: str
    en: str
    points: Decimal
    events: int = 0
    value: Decimal | None = None


def what_would_raise(score: Score, scheme: Scheme) -> tuple[Advice, ...]:
    """Advice on a month's score under its scheme, what gives most first; nothing beyond what the ceilings leave.

    Losses come before bonuses: who lost 3 points is told so before he is told of banners he could win.
    """
    found = [*_losses(score, scheme), *_bonuses(score, scheme)]
    order: dict[Way, int] = {"avoid": 0, "indicator": 0, "staff": 0, "bonus": 1}
    return tuple(sorted((one for one in found if one.points > 0), key=lambda one: (order[one.way], -one.points, one.rule)))


def _words(scheme: Scheme, score: Score, rule: str) -> tuple[str, str]:
    kind = "person" if score.subject_kind == "chief" else score.subject_kind
    named = [(one.subject, one.id, one.zh, one.en) for one in scheme.rule]
    named += [(one.subject, one.id, one.zh, one.en) for one in scheme.metric]
    named += [(one.subject, one.id, one.zh, one.en) for one in scheme.part]
    for subject, name, zh, en in named:
        if (subject, name) == (kind, rule):
            return zh, en
    carried = next((one for one in scheme.propagation if one.id == rule), None)
    return (rule, rule) if carried is None else (carried.zh, carried.en)


def _losses(score: Score, scheme: Scheme) -> list[Advice]:
    found = []
    for rule in dict.fromkeys(line.rule for line in score.lines):
        lines = [line for line in score.lines if line.rule == rule]
        net = total_of(line.points for line in lines)
        way = _way(lines)
        if net < 0 and way is not None:
            gained = _within(score, scheme, lines[0].dimension, -net)
            events = sum(1 for line in lines if line.event_id and line.points < 0)
            value = next((line.quantity for line in lines if line.kind in ("metric", "part")), None)
            found.append(Advice(way, rule, *_words(scheme, score, rule), gained, events, value))
    return found


def _way(lines: Sequence[Line]) -> Way | None:
    kinds = {line.kind for line in lines}
    if "metric" in kinds:
        return "indicator"
    if "part" in kinds:
        return "staff"
    return "avoid" if any(line.event_id for line in lines) and "correction" not in kinds else None


def _within(score: Score, scheme: Scheme, dimension: str, points: Decimal) -> Decimal:
    """What of these points counts: what a floor had given back already is not gained, and the ceilings hold."""
    kind = score.subject_kind
    floors = total_of(line.points for line in score.lines if line.kind == "floor" and line.dimension in (dimension, ""))
    gained = max(points - floors, Decimal(0))
    subject = scheme.subject_of(kind)
    if subject is not None and subject.ceiling is not None:
        gained = min(gained, subject.ceiling - score.total)
    return gained


def _bonuses(score: Score, scheme: Scheme) -> list[Advice]:
    """Bonus rules with something left below their cap and the ceiling of their dimension."""
    kind = "person" if score.subject_kind == "chief" else score.subject_kind
    found = []
    for dimension in scheme.dimension:
        if dimension.subject != kind or dimension.ceiling is None:
            continue
        have = dimension.base + total_of(line.points for line in score.lines if line.dimension == dimension.id)
        left = _within(score, scheme, dimension.id, dimension.ceiling - have)
        told = set()
        for rule in scheme.rule:
            if (rule.subject, rule.dimension) != (kind, dimension.id) or (rule.points or 0) <= 0 or rule.cap_name in told:
                continue
            group = scheme.capped_together.get((rule.subject, rule.cap_name), (rule,))
            given = total_of(line.points for line in score.lines if line.rule in {one.id for one in group})
            most = rule.cap if rule.cap is not None else _single(rule.kinds, rule.points, given)
            told.add(rule.cap_name)
            found.append(Advice("bonus", rule.id, rule.zh, rule.en, min(most - given, left)))
        for metric in scheme.metric:
            if (metric.subject, metric.dimension) == (kind, dimension.id) and metric.cap is not None:
                lines = [line for line in score.lines if line.rule == metric.id]
                value = next((line.quantity for line in lines if line.kind == "metric"), None)
                points = min(metric.cap - total_of(line.points for line in lines), left)
                found.append(Advice("bonus", metric.id, metric.zh, metric.en, points, value=value))
    return found


def _single(kinds: Sequence[str], points: Decimal | None, given: Decimal) -> Decimal:
    """A bonus without a cap: what one more gives; one that comes once a month (full attendance) is not given twice."""
    once = points or Decimal(0)
    return once if kinds[0] in COMPUTED else given + once
