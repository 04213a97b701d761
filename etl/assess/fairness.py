"""How fair scores look: their spread by group, workload beside score, and where deducted points come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from etl.assess.engine import Assessment
from etl.assess.exact import fine, total_of
from etl.assess.inputs import months_of
from etl.assess.results import Line, Score
from etl.assess.scheme import RuledKind


@dataclass(frozen=True)
class Spread:
    """The scores of one group: how many, the least, the quartiles, the most and the mean."""

    group: str
    zh: str
    en: str
    n: int
    least: Decimal
    lower: Decimal
    middle: Decimal
    upper: Decimal
    most: Decimal
    mean: Decimal


@dataclass(frozen=True)
class Point:
    """One subject: cases in the period, and its score."""

    subject: str
    name: str
    group: str
    workload: int
    total: Decimal


@dataclass(frozen=True)
class Origin:
    """Points deducted by events of one sort of evidence (`indicator` for metric rules), and their share of all, 0-100."""

    evidence_type: str
    lines: int
    points: Decimal
    share: Decimal


@dataclass(frozen=True)
class Fairness:
    """`correlation` is Spearman's of workload and score over the ranked (-1 to 1), None on fewer than three or without any difference.

    `automatic_share` and `patrol_share` are shares (0-100) of the points deducted by events and indicators in the months of the period,
    before caps and floors; None where none were.
    """

    subject_kind: RuledKind
    period: str
    spreads: tuple[Spread, ...]
    points: tuple[Point, ...]
    correlation: Decimal | None
    origins: tuple[Origin, ...]
    automatic_share: Decimal | None
    patrol_share: Decimal | None


def fairness(assessment: Assessment, kind: RuledKind, period: str) -> Fairness:
    """The fairness view of one kind of subject in one period. A person's workload is that of the window of most days, by month."""
    scores = assessment.ranked_scores(kind, period)
    rankings = assessment.rankings(kind, period)
    group = {one.subject: ranking.group for ranking in rankings for one in ranking.places}
    by_subject = {one.subject: one for one in scores}
    spreads = tuple(
        _spread(ranking.group, ranking.group_zh, ranking.group_en, [one.total for one in ranking.places])
        for ranking in rankings
        if ranking.places
    )
    points = tuple(
        Point(one.subject, one.name, group[one.subject], workload_of(assessment, one, period), one.total)
        for one in by_subject.values()
        if one.subject in group
    )
    taken = [line for line in _lines(assessment, scores, period) if line.points < 0]
    whole = total_of(line.points for line in taken)
    origins = [
        _origin(name, [line for line in taken if line.evidence_type == name], whole) for name in {line.evidence_type for line in taken}
    ]
    automatic = total_of(line.points for line in taken if line.is_automatic)
    patrol = total_of(line.points for line in taken if line.evidence_type == "patrol")
    return Fairness(
        kind, period, spreads, points, _correlation(points),
        tuple(sorted(origins, key=lambda one: (one.points, one.evidence_type))),
        _share(automatic, whole), _share(patrol, whole),
    )  # fmt: skip


def workload_of(assessment: Assessment, one: Score, period: str) -> int:
    """Cases in the period: of the window or department itself, of a person's window in each month."""
    if one.subject_kind in ("window", "department"):
        return one.workload
    months = [assessment.score("person", one.subject, month) for month in months_of(period)]
    windows = [assessment.score("window", found.window, found.period) for found in months if found is not None and found.window]
    return sum(found.workload for found in windows if found is not None)


def _lines(assessment: Assessment, scores: Sequence[Score], period: str) -> list[Line]:
    """Lines of events and indicators over the months of the period; what a chief carries was counted where it happened."""
    found = []
    for one in scores:
        for month in months_of(period):
            score = assessment.score(one.subject_kind, one.subject, month) or assessment.score("person", one.subject, month)
            if score is not None:
                found += [line for line in score.lines if line.evidence_type and line.kind not in ("cap", "propagation")]
    return found


def _origin(name: str, lines: Sequence[Line], whole: Decimal) -> Origin:
    points = total_of(line.points for line in lines)
    return Origin(name, len(lines), points, _share(points, whole) or Decimal(0))


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return fine(part * 100 / whole) if whole else None


def _spread(group: str, zh: str, en: str, totals: Sequence[Decimal]) -> Spread:
    ordered = sorted(totals)
    quartiles = [_quantile(ordered, Decimal(number) / 4) for number in range(5)]
    least, lower, middle, upper, most = quartiles
    return Spread(group, zh, en, len(ordered), least, lower, middle, upper, most, fine(total_of(ordered) / len(ordered)))


def _quantile(ordered: Sequence[Decimal], share: Decimal) -> Decimal:
    """Interpolated between two, as SQL's percentile_cont does."""
    position = (len(ordered) - 1) * share
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return fine(ordered[below] + (ordered[above] - ordered[below]) * (position - below))


def _correlation(points: Sequence[Point]) -> Decimal | None:
    """Spearman's rank correlation; equals have their mean rank."""
    if len(points) < 3:
        return None
    first, second = _ranks([Decimal(one.workload) for one in points]), _ranks([one.total for one in points])
    mean = Decimal(len(points) + 1) / 2
    both = total_of((a - mean) * (b - mean) for a, b in zip(first, second, strict=True))
    spread = total_of((a - mean) ** 2 for a in first) * total_of((b - mean) ** 2 for b in second)
    return fine(both / spread.sqrt()) if spread else None


def _ranks(values: Sequence[Decimal]) -> list[Decimal]:
    ordered = sorted(values)
    places = {value: Decimal(2 * ordered.index(value) + ordered.count(value) + 1) / 2 for value in values}
    return [places[value] for value in values]
