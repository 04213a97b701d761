"""The last day for an appeal, counted on the fingers: one day after another, ticking off those that are worked."""

from datetime import date

from oracles.clock import DAY, Days


def last_day_for_appeal(published: date, workdays: int, days: Days) -> date:
    """The day of publication does not count; the last of the working days counts whole."""
    day, left = published, workdays
    while left:
        day += DAY
        if days.is_worked(day):
            left -= 1
    return day
