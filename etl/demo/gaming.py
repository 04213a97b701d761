"""A few cases whose records look arranged: what the data-quality signals of supervision are there to find.

None of it moves a day on which anything was received, accepted or closed, so that the year's figures stay what they are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from etl.demo.days import Days
from etl.demo.flow import Case, Suspension
from etl.demo.people import person_name

QUICK, TWICE, PAUSED = 9, 6, 5


def arranged(random: Random, days: Days, cases: Sequence[Case]) -> list[Case]:
    """The cases with some of them closed within minutes, told twice what is missing, paused on the due day, closed in a heap."""
    changed = {case.case_no: case for case in cases}
    for case in _some(random, [case for case in cases if _closed_on_the_day(case)], QUICK):
        accepted_at = case.accepted_at or case.received_at
        changed[case.case_no] = replace(case, closed_at=accepted_at + timedelta(minutes=random.randint(3, 8)))
    for case in _some(random, [case for case in cases if _waits_for_papers(days, case)], TWICE):
        changed[case.case_no] = _told_again(random, days, case)
    for case in _some(random, [case for case in cases if _could_be_paused(days, case)], PAUSED):
        changed[case.case_no] = _paused_when_due(random, days, case)
    heap = _fullest_month_end(days, cases)
    for case in cases:
        if case.closed_at is not None and heap == (case.department.name, case.closed_at.date()):
            late = datetime.combine(case.closed_at.date(), time(16, random.randint(20, 58)))
            changed[case.case_no] = replace(case, closed_at=max(late, case.closed_at))
    return list(changed.values())


def _some(random: Random, cases: Sequence[Case], count: int) -> list[Case]:
    return random.sample(list(cases), min(count, len(cases)))


def _is_committed(case: Case) -> bool:
    return case.item.case_type in ("committed_ordinary", "committed_special") and case.accepted_at is not None


def _closed_on_the_day(case: Case) -> bool:
    return (
        _is_committed(case)
        and case.closed_at is not None
        and case.accepted_at is not None
        and case.closed_at.date() == case.accepted_at.date()
        and case.outcome == "approved"
        and not case.suspensions
    )


def _waits_for_papers(days: Days, case: Case) -> bool:
    """Told what is missing, and accepted only days later: there is room for a second notice before the clock starts."""
    if case.supplement_at is None or case.accepted_at is None or case.suspensions:
        return False
    return days.add(case.supplement_at.date(), 2) < case.accepted_at.date()


def _told_again(random: Random, days: Days, case: Case) -> Case:
    if case.supplement_at is None:
        raise ValueError(f"{case.case_no} was never told what is missing")
    again = days.add(case.supplement_at.date(), 1)
    return replace(case, suspensions=(Suspension("supplement", again, again, None, person_name(random)),))


def _could_be_paused(days: Days, case: Case) -> bool:
    """Closed late by some days: the pause from the due day to the eve of closing makes it look on time."""
    if not _is_committed(case) or case.suspensions or case.closed_at is None or case.accepted_at is None or case.outcome != "approved":
        return False
    if case.item.promised_unit != "workday" or case.item.promised_limit < 2 or case.closed_at.year != days.year:
        return False
    return case.closed_at.date() > days.add(case.accepted_at.date(), case.item.promised_limit + 1)


def _paused_when_due(random: Random, days: Days, case: Case) -> Case:
    if case.accepted_at is None or case.closed_at is None:
        raise ValueError(f"{case.case_no} has no course to pause")
    due_on = days.add(case.accepted_at.date(), case.item.promised_limit)
    pause = Suspension("expert_review", due_on, days.add(case.closed_at.date(), -1), None, person_name(random))
    return replace(case, suspensions=(pause,))


def _fullest_month_end(days: Days, cases: Sequence[Case]) -> tuple[str, date] | None:
    """The department and the last working day of a month on which most was closed; none where nothing was."""
    ends = {max(day for day in days.workdays if (day.year, day.month) == (days.year, month)) for month in range(1, 13)}
    closed = [(case.department.name, case.closed_at.date()) for case in cases if case.closed_at and case.outcome == "approved"]
    counted = Counter(one for one in closed if one[1] in ends).most_common(1)
    return counted[0][0] if counted else None
