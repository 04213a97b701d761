"""Days off and worked weekends taken straight from the national table, for the oracle; a county's days on top."""

from collections.abc import Mapping
from datetime import date

from chinese_calendar.constants import holidays, workdays

from oracles.clock import Days


def national_days(county: Mapping[date, bool] | None = None) -> Days:
    """The national table with the county's days (True: worked) laid over it."""
    county = county or {}
    off = {day for day in holidays if county.get(day) is not True} | {day for day, worked in county.items() if not worked}
    made_up = {day for day in workdays if county.get(day) is not False} | {day for day, worked in county.items() if worked}
    return Days(frozenset(off), frozenset(made_up))
