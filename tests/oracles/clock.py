"""The clock told a second time, day by day and by the letter of the law, from nothing but a set of days off and worked weekends.

Written without looking at the models or at `etl.timelimit`; slow on purpose.
"""

import calendar as months
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """Which days are worked: Monday to Friday but for `off`, and the weekend days `worked`."""

    off: frozenset[date]
    worked: frozenset[date]

    def is_worked(self, day: date) -> bool:
        return day in self.worked or (day.weekday() < 5 and day not in self.off)


def every_day(first: date, last: date) -> list[date]:
    """All days from first to last, both included."""
    return [first + DAY * number for number in range((last - first).days + 1)]


def stopped_days(stops: Collection[tuple[date, date]]) -> set[date]:
    """Every day that lies in at least one of the stops."""
    return {day for first, last in stops for day in every_day(first, last)}


def nth_counted_day(after: date, count: int, counts: Collection[date]) -> date:
    """The earliest day for which `count` days of `counts` lie after `after` and up to it."""
    return sorted(day for day in counts if day > after)[count - 1]


def due_date(
    start: date,
    count: int,
    unit: str,
    stops: Collection[tuple[date, date]],
    days: Days,
    extension: int = 0,
    count_from: str = "next_workday",
    roll: bool = False,
) -> date:
    """The last day on which closing is not late."""
    horizon = every_day(start - DAY, start + timedelta(days=900))
    stopped = stopped_days(stops)
    running = [day for day in horizon if day not in stopped]
    running_worked = [day for day in running if days.is_worked(day)]
    eve = start - DAY if count_from == "same_day" else start
    if count == 0:
        due = start
    elif unit == "workday":
        due = nth_counted_day(eve, count, running_worked)
    else:
        if unit == "day":
            nominal = start + timedelta(days=count)
        else:
            year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
            nominal = date(year, month + 1, min(start.day, months.monthrange(year, month + 1)[1]))
        if count_from == "same_day":
            nominal -= DAY
        due = nominal
        while True:
            pushed = nominal + DAY * sum(1 for day in every_day(eve + DAY, due) if day in stopped)
            if pushed == due:
                break
            due = pushed
        while roll and not days.is_worked(due):
            due += DAY
    return nth_counted_day(due, extension, running_worked) if extension else due


def workdays_between(after: date, through: date, days: Days) -> int:
    """Working days after one day and up to another; 0 when there are none."""
    return sum(1 for day in every_day(after + DAY, through) if days.is_worked(day)) if through > after else 0


def used(start: date, closed: date, stops: Collection[tuple[date, date]], days: Days) -> tuple[int, int]:
    """Working days used and paused in (start, closed]."""
    stopped = stopped_days(stops)
    worked = [day for day in every_day(start + DAY, closed) if days.is_worked(day)] if closed > start else []
    return sum(1 for day in worked if day not in stopped), sum(1 for day in worked if day in stopped)


def deemed_accepted(received: date, answers: Collection[date], as_of: date, days: Days, within: int = 5) -> bool:
    """Article 32: no answer of any kind until the fifth working day after receipt, and that day is over."""
    day, left = received, within
    while left:
        day += DAY
        left -= days.is_worked(day)
    return as_of > day and not any(answer <= day for answer in answers)


def state_of(due: date | None, closed: date | None, as_of: date, standing_since: date | None, days: Days, soon: int = 3) -> str:
    """early, on_day, late; running, due_soon, overdue, paused; no_limit."""
    if due is None:
        return "no_limit"
    if closed is not None:
        return "early" if closed < due else "on_day" if closed == due else "late"
    if standing_since is not None and standing_since <= due:
        return "paused"
    if as_of > due:
        return "overdue"
    return "due_soon" if workdays_between(as_of, due, days) <= soon else "running"
