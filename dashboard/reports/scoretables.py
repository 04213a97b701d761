"""The annexes of published scores: everybody with base, deductions, bonus, total, grade and place."""

from decimal import Decimal

from dashboard.reports.assessed import Results, points
from dashboard.reports.tables import Cell, Table, text_cell
from dashboard.reports.wording import NO_VALUE
from etl.assess.results import Place, Score
from etl.assess.scheme import RuledKind

HEADS: dict[RuledKind, tuple[str, ...]] = {
    "window": ("窗口", "部门"),
    "person": ("姓名", "工号", "窗口"),
    "department": ("部门",),
}


def score_table(title: str, kind: RuledKind, assessed: Results, is_landscape: bool = False) -> list[Table]:
    """All that were scored, the best first, with base, deductions, bonus, total, grade and place; those not ranked last, with why.

    What is put together of other scores (a quarter, a year, a department) has no base; where nobody is compared in groups, none is named.
    """
    places = [(place.subject, group, _rank(place)) for place, group in assessed.ranked(kind)]
    places += [(one.subject, group, "；".join(zh for zh, _ in one.reasons) or "不参加排名") for one, group in assessed.outside(kind)]
    found = [(score, group, rank) for subject, group, rank in places if (score := assessed.score(kind, subject)) is not None]
    if not found:
        return []
    has_base, has_groups = any(score.base for score, _, _ in found), any(group for _, group, _ in found)
    rows = tuple(
        (
            Cell(str(number), "count", number),
            *_names(kind, score),
            *_points(score, has_base),
            text_cell(assessed.grades.get(score.grade, score.grade) or NO_VALUE),
            *([text_cell(group or NO_VALUE)] if has_groups else []),
            text_cell(rank),
        )
        for number, (score, group, rank) in enumerate(found, 1)
    )
    parts, sums = (("基准分", "扣分及调整", "加分"), "得分＝基准分＋扣分及调整＋加分") if has_base else ((), "得分由各组成得分合成")
    header = ("序号", *HEADS[kind], *parts, "得分", "等次", *(["组别"] if has_groups else []), "名次")
    within = "名次为组内名次／组内参加排名数" if has_groups else "名次为名次／参加排名数"
    return [Table(title, header, rows, None, (f"{sums}；{within}。逐项明细见看板“考核评比”。",), is_landscape)]


def _rank(place: Place) -> str:
    return f"{place.place}{'（并列）' if place.is_shared else ''}/{place.of}"


def _names(kind: RuledKind, score: Score) -> list[Cell]:
    own = {"window": [score.name, score.department], "person": [score.name, score.subject, score.window], "department": [score.name]}
    return [text_cell(name or NO_VALUE) for name in own[kind]]


def _points(score: Score, has_base: bool) -> list[Cell]:
    up = sum((line.points for line in score.lines if line.points > 0), Decimal(0))
    values = (score.base, score.total - score.base - up, up, score.total) if has_base else (score.total,)
    return [Cell(points(value), "mean", float(value)) for value in values]
