"""What a report says of the assessment (考核): published scores, ranks and awards of its period, in words; scoretables.py has the tables.

Only what the manager has published is told: a draft has no scores, so that two exports of one month never differ by an appeal.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import duckdb

from dashboard.reports.period import ReportPeriod
from dashboard.reports.wording import half_up, listed
from etl.assess.reading import load_schemes
from etl.assess.results import Award, Outside, Place, Ranking, Score, SubjectKind
from etl.assess.scheme import RULED_KINDS, RuledKind, Scheme
from etl.assessing import assessment, published_month
from etl.config import Home
from etl.office import open_office

UNITS: dict[RuledKind, tuple[str, str]] = {"window": ("窗口", "个"), "person": ("人员", "名"), "department": ("部门", "个")}
MOST = 10


@dataclass(frozen=True)
class Results:
    """The published results of a period: what was scored, in which order, what was awarded, and the names of the scheme's grades."""

    scores: tuple[Score, ...]
    rankings: tuple[Ranking, ...]
    awards: tuple[Award, ...]
    grades: dict[str, str] = field(default_factory=dict)

    def ranked(self, kind: RuledKind) -> list[tuple[Place, str]]:
        """Everybody who is ranked and the name of the group they are compared in, the best total first whatever the group."""
        found = [(place, ranking.group_zh) for ranking in self.rankings if ranking.subject_kind == kind for place in ranking.places]
        return sorted(found, key=lambda entry: (-entry[0].total, entry[0].place, entry[0].name))

    def outside(self, kind: RuledKind) -> list[tuple[Outside, str]]:
        """Who was scored but not ranked, and the name of the group."""
        found = [(one, ranking.group_zh) for ranking in self.rankings if ranking.subject_kind == kind for one in ranking.outside]
        return sorted(found, key=lambda entry: entry[0].name)

    def score(self, kind: RuledKind, subject: str) -> Score | None:
        """A chief's own score (with the share of the window's deductions) stands for the person's."""
        kinds: tuple[SubjectKind, ...] = ("chief", "person") if kind == "person" else (kind,)
        return next((self._by_subject[one, subject] for one in kinds if (one, subject) in self._by_subject), None)

    @cached_property
    def _by_subject(self) -> dict[tuple[SubjectKind, str], Score]:
        return {(one.subject_kind, one.subject): one for one in self.scores}


def published(home: Home, con: duckdb.DuckDBPyConnection, period: ReportPeriod) -> Results | None:
    """The results of a period whose months are all published. None for days that are no calendar month, quarter or year.

    A month is read as it was published; a quarter and a year are put together of such months.
    """
    key = _key(period)
    if key is None:
        return None
    office, schemes = open_office(home), load_schemes(home.overlay("rules"))
    if period.kind == "month":
        month = published_month(office, key)
        return None if month is None else Results(month.scores, month.rankings, (), _grades(schemes.of(key)))
    made = assessment(con, home, office)
    rankings = tuple(one for kind in RULED_KINDS for one in made.rankings(kind, key))
    last = f"{period.last:%Y-%m}"
    return Results(made.scores(key), rankings, made.awards(key), _grades(schemes.of(last)))


def _key(period: ReportPeriod) -> str | None:
    """The period as the assessment calls it; it knows calendar months only."""
    if period.first.day != 1 or period.kind == "custom":
        return None
    if period.kind == "month":
        return f"{period.first:%Y-%m}"
    return f"{period.first.year}" if period.kind == "year" else f"{period.first.year}Q{(period.first.month + 2) // 3}"


def _grades(scheme: Scheme) -> dict[str, str]:
    return {grade.id: grade.zh for grade in scheme.grade}


def points(value: Decimal) -> str:
    """A score with two decimals, as the schemes round it."""
    return str(half_up(Fraction(value), 2))


def standing(assessed: Results, kind: RuledKind) -> str:
    """The mean, the first ten, how many had which grade, and who was not ranked; nothing where nobody was scored."""
    ranked, (word, measure) = [place for place, _ in assessed.ranked(kind)], UNITS[kind]
    if not ranked:
        return ""
    mean = sum((place.total for place in ranked), Decimal(0)) / len(ranked)
    text = f"{word}考核平均得分{points(mean)}分"
    grades = _counted(assessed, kind, ranked)
    if grades:
        text += f"，其中{listed(f'{name}{count}{measure}' for name, count in grades)}"
    first = ranked[:MOST]
    lead = f"得分居前{MOST}位的{word}依次为" if len(ranked) > MOST else f"按得分排列的{word}依次为"
    text += f"。{lead}：{listed(f'{place.name}（{points(place.total)}分）' for place in first)}。"
    out = assessed.outside(kind)
    return text + (f"未参加排名的{word}{len(out)}{measure}：{listed(one.name for one, _ in out)}。" if out else "")


def _counted(assessed: Results, kind: RuledKind, ranked: Iterable[Place]) -> list[tuple[str, int]]:
    """How many had each grade, in the order of the scheme, none left out that anybody had."""
    found: dict[str, int] = {}
    for place in ranked:
        score = assessed.score(kind, place.subject)
        if score is not None and score.grade:
            found[score.grade] = found.get(score.grade, 0) + 1
    known = [grade for grade in assessed.grades if grade in found]
    return [(assessed.grades[grade], found[grade]) for grade in known]


def honours(assessed: Results, names_persons: bool = True) -> str:
    """The awards of the period, each with its winners or the words that nobody was eligible. Persons may be left unnamed."""
    said = []
    for award in assessed.awards:
        kind: RuledKind = "person" if award.subject_kind == "chief" else award.subject_kind
        measure = UNITS[kind][1]
        if award.winners:
            names = f"：{listed(winner.name for winner in award.winners)}" if names_persons or kind != "person" else ""
            said.append(f"评选{award.zh}{len(award.winners)}{measure}{names}")
        else:
            said.append(f"{award.zh}空缺（符合条件的{award.eligible}{measure}）")
    return f"{'；'.join(said)}。" if said else ""
