"""Ranks within groups (1, 2, 2, 4), with tie-breaks of the scheme, and who stands outside and why."""

from collections.abc import Sequence
from decimal import Decimal

from etl.assess.exact import total_of
from etl.assess.groups import groups_of
from etl.assess.inputs import months_of
from etl.assess.results import Outside, Place, Ranking, Score
from etl.assess.scheme import Group, RuledKind, Scheme, TieBreak

Key = tuple[Decimal, ...]


def rankings(scheme: Scheme, kind: RuledKind, period: str, scores: Sequence[Score]) -> tuple[Ranking, ...]:
    """A ranking for each group that has anybody, in the order of the scheme; one without a name for those in no group."""
    found = grouped(scheme, kind, period, scores)
    made = []
    for group in [*(one for one in scheme.group if one.subject == kind), None]:
        members = [one for one in scores if found[one.subject] == group]
        if members:
            made.append(_ranking(scheme, kind, period, group, members))
    return tuple(made)


def grouped(scheme: Scheme, kind: RuledKind, period: str, scores: Sequence[Score]) -> dict[str, Group | None]:
    """The group of each subject, by its cases a month over the period, or because the group names it, its window or its department."""
    names = {one.subject: (one.subject, one.window, one.department) for one in scores}
    return groups_of(scheme, kind, {one.subject: one.workload for one in scores}, names, len(months_of(period)))


def _ranking(scheme: Scheme, kind: RuledKind, period: str, group: Group | None, members: Sequence[Score]) -> Ranking:
    ranked = in_order(scheme, kind, [one for one in members if one.is_ranked])
    keys = [sort_key(scheme, kind, one) for one in ranked]
    places = tuple(
        Place(one.subject, one.name, one.total, keys.index(key) + 1, keys.count(key) > 1, len(ranked))
        for one, key in zip(ranked, keys, strict=True)
    )
    outside = tuple(
        Outside(one.subject, one.name, one.total, () if one.why_not is None else (one.why_not,)) for one in members if not one.is_ranked
    )
    name, zh, en = ("", "", "") if group is None else (group.id, group.zh, group.en)
    return Ranking(kind, period, name, zh, en, places, outside)


def in_order(scheme: Scheme, kind: RuledKind, scores: Sequence[Score]) -> list[Score]:
    """The best first; equals by their names."""
    return sorted(scores, key=lambda one: (sort_key(scheme, kind, one), one.subject))


def sort_key(scheme: Scheme, kind: RuledKind, score: Score) -> Key:
    """Less is better: the total, then the scheme's tie-breaks. Equal keys share a place."""
    subject = scheme.subject_of(kind)
    breaks: tuple[TieBreak, ...] = () if subject is None else subject.tie_break
    return (-score.total, *(_tie_break(name, score) for name in breaks))


def _tie_break(name: TieBreak, score: Score) -> Decimal:
    own = [line for line in score.lines if line.kind not in ("rounding", "month")]
    match name:
        case "fewest_deductions":
            return -total_of(line.points for line in own if line.points < 0)
        case "most_bonus":
            return -total_of(line.points for line in own if line.points > 0 and line.event_id)
        case "fewest_events":
            return Decimal(sum(1 for line in own if line.event_id and line.points < 0))
        case "most_workload":
            return Decimal(-score.workload)
