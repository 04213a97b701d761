"""The annexes of published scores: everybody with base, deductions, bonus, total, grade and place."""

from decimal import Decimal

from dashboard.reports.assessed import Results, points
from dashboard.reports.tables import Cell, Table, text_cell
from dashboard.reports.wording import NO_VALUE
from etl.assess.results import Score
from etl.assess.scheme import RuledKind

HEADS: dict[RuledKind, tuple[str, ...]] = {
    "window": ("窗口", "部门"),
    "person": ("姓名", "工号", "窗口"),
    "department": ("部门",),
}


def score_table(title: str, kind: RuledKind, assessed: Results, is_landscape: bool = False) -> list[Table]:
    """All that were scored, the best first, with base, deductions, bonus, total, grade and place; those not ranked last, with why."""
    rows: list[tuple[Cell, ...]] = []
    for place, group in assessed.ranked(kind):
        score = assessed.score(kind, place.subject)
        if score is not None:
            rank = f"{place.place}{'（并列）' if place.is_shared else ''}/{place.of}"
            rows.append(_row(len(rows) + 1, kind, score, assessed, rank, group))
    for one, group in assessed.outside(kind):
        score = assessed.score(kind, one.subject)
        if score is not None:
            why = "；".join(zh for zh, _ in one.reasons) or "不参加排名"
            rows.append(_row(len(rows) + 1, kind, score, assessed, why, group))
    if not rows:
        return []
    header = ("序号", *HEADS[kind], "基准分", "扣分及调整", "加分", "得分", "等次", "组别", "名次")
    notes = ("得分＝基准分＋扣分及调整＋加分；名次为组内名次／组内参加排名数。逐项明细见看板“考核评比”。",)
    return [Table(title, header, tuple(rows), None, notes, is_landscape)]


def _row(number: int, kind: RuledKind, score: Score, assessed: Results, rank: str, group: str) -> tuple[Cell, ...]:
    own = {"window": [score.name, score.department], "person": [score.name, score.subject, score.window], "department": [score.name]}
    up = sum((line.points for line in score.lines if line.points > 0), Decimal(0))
    down = score.total - score.base - up
    numbers = [Cell(points(value), "mean", float(value)) for value in (score.base, down, up, score.total)]
    grade = assessed.grades.get(score.grade, score.grade) or NO_VALUE
    return (
        Cell(str(number), "count", number), *(text_cell(name or NO_VALUE) for name in own[kind]), *numbers,
        text_cell(grade), text_cell(group or NO_VALUE), text_cell(rank),
    )  # fmt: skip
