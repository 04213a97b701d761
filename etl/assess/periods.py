"""Quarters and years: the mean of months, each a line; the year with the annual marks; what keeps a grade within its share."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal

from etl.assess.exact import fine, total_of
from etl.assess.inputs import Mark, months_of, period_kind
from etl.assess.results import Line, Score, SubjectKind
from etl.assess.scheme import AnnualMark, GradeCap, Scheme, Subject
from etl.assess.totals import grade_of, with_rounding

NONE = Decimal(0)


def over_months(scheme: Scheme, kind: SubjectKind, months: Mapping[str, Score], period: str, marks: Sequence[Mark] = ()) -> Score:
    """The score of a quarter or year from those of its months (at least one), by month. `marks` are the person's of that year.

    Base 0; each month is a line with its share. A year is `months_percent` of the mean and the marks, where the scheme has an annual
    table. The vetoes are left to the caller, who knows which of them still stand.
    """
    subject = scheme.subject_of(kind)
    if subject is None:
        raise LookupError(f"scheme {scheme.id} has no {kind}")
    annual = scheme.annual_of(kind) if period_kind(period) == "year" else None
    percent = annual.months_percent if annual is not None else Decimal(100)
    weights = {month: _weight(subject, one) for month, one in months.items()}
    if not any(weights.values()):
        weights = dict.fromkeys(months, Decimal(1))
    whole = total_of(weights.values())
    lines: list[Line] = []
    summed, listed = NONE, NONE
    for month, one in sorted(months.items()):
        # Each line is what the running sum grows by, so that the places a line has not lose nothing in the sum.
        summed += one.total * weights[month]
        points = fine(summed * percent / (whole * 100)) - listed
        listed += points
        share = fine(weights[month] * percent / (whole * 100))
        zh, en = f"{one.total} × {fine(share * 100)}%", f"{one.total} x {fine(share * 100)}%"
        lines.append(Line("month", "", "month", points, share, of_month=month, note=zh, note_en=en))
    expected = months_of(period)
    if annual is not None and annual.missing == "zero" and whole < len(expected):
        points = fine(-total_of(line.points for line in lines) * (1 - whole / len(expected)))
        zh, en = f"在岗 {fine(whole)} 个月，按 {len(expected)} 个月折算", f"{fine(whole)} months at a post, of {len(expected)}"
        lines.append(Line("month", "", "prorating", points, fine(whole), note=zh, note_en=en))
    why_not: tuple[str, str] | None = None
    if not any(one.is_ranked for one in months.values()):
        why_not = next((one.why_not for one in months.values() if one.why_not is not None), None)
    missing: list[AnnualMark] = []
    if annual is not None and kind in ("person", "chief"):
        lines += _marks(scheme, marks)
        missing = [one for one in scheme.annual_mark if not any(mark.part == one.part for mark in marks)]
    if missing:
        zh, en = "、".join(one.zh for one in missing), ", ".join(one.en for one in missing)
        why_not = (f"年度评价未录入：{zh}", f"annual marks are missing: {en}")
    made, total = with_rounding(scheme, NONE, lines)
    # A year without its marks is not over: its total is no result yet.
    grade = "" if missing else grade_of(scheme, total)
    known = [one for _, one in sorted(months.items())]
    return replace(
        known[-1], subject_kind=kind, period=period, base=NONE, lines=made, total=total, grade=grade,
        is_ranked=why_not is None, why_not=why_not, scheme_id=scheme.id, scheme_version=scheme.version,
        coverage=fine(total_of(one.coverage for one in known) / len(expected)), months=sum(one.months for one in known),
        workload=sum(one.workload for one in known), vetoes=(), grade_note=None,
    )  # fmt: skip


def _weight(subject: Subject, one: Score) -> Decimal:
    """A person's month by its days where the scheme says so; a month without business of a window or department does not count."""
    if subject.kind == "person":
        return one.coverage if subject.months_weigh == "coverage" else Decimal(1)
    return Decimal(1 if one.is_ranked else 0)


def _marks(scheme: Scheme, marks: Sequence[Mark]) -> list[Line]:
    lines = []
    for part in scheme.annual_mark:
        given = [mark for mark in marks if mark.part == part.part]
        if not given:
            continue
        points = total_of(mark.points for mark in given)
        lines.append(
            Line(part.part, "", "mark", fine(points), note=f"{part.zh}（满分 {part.most}）", note_en=f"{part.en} (of {part.most})")
        )
        if points > part.most:
            lines.append(Line(part.part, "", "cap", fine(part.most - points), note=f"至多 {part.most} 分", note_en=f"at most {part.most}"))
    return lines


def keep_within_share(scheme: Scheme, cap: GradeCap, scores: Sequence[Score]) -> list[Score]:
    """The scores, of one kind and period, with the grade left to no more than its share, the best first; the next grade for the rest.

    Equals that would exceed the share together lose it together: the share is a limit of law (公务员考核规定). Who lost the year's awards
    by a veto or is not ranked cannot hold the grade.
    """
    rank = scheme.grade_rank(cap.grade)
    if rank + 1 >= len(scheme.grade):
        return list(scores)
    most = int((cap.percent * len(scores) / 100).to_integral_value(ROUND_FLOOR))
    holders = [one for one in scores if one.grade == cap.grade]
    able = [one for one in holders if one.is_ranked and not any(veto.awards_lost == "year" for veto in one.vetoes)]
    # The total from which on no more than `most` hold the grade.
    kept = {one.subject for one in able if sum(1 for other in able if other.total >= one.total) <= most}
    worse = scheme.grade[rank + 1]
    made = []
    for one in scores:
        if one.grade != cap.grade or one.subject in kept:
            made.append(one)
            continue
        share = f"{scheme.grade[rank].zh}不超过 {cap.percent}%（{most} 人）", f"{scheme.grade[rank].en} at most {cap.percent}% ({most})"
        lost = ("有一票否决，本年度不评", "a veto: not this year") if one.is_ranked and one not in able else share
        note = share if one in able else lost if one.is_ranked else (one.why_not or share)
        made.append(replace(one, grade=worse.id, grade_note=note))
    return made
