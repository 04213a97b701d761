"""When people come: working days of the year, the season, the week, the hour, and the little weekend service there is."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

import chinese_calendar

# After Spring Festival and before the summer people come most; February has few days and fewer people.
_MONTH_WEIGHT = (1.00, 0.72, 1.18, 1.06, 1.08, 1.05, 1.02, 0.94, 1.04, 0.98, 1.10, 1.12)
_WEEKDAY_WEIGHT = (1.22, 1.08, 1.00, 0.98, 0.86, 0.80, 0.80)
# Weekend service (周末办事制度): Saturday mornings, a few people; it never moves the legal clock.
_SATURDAY_WEIGHT = 0.05
_HOUR_WEIGHT = {8: 9, 9: 16, 10: 15, 11: 9, 12: 1.2, 13: 0.5, 14: 6, 15: 13, 16: 11, 17: 5}
_ONLINE_HOUR_WEIGHT = {
    0: 1,
    6: 1,
    7: 2,
    8: 6,
    9: 11,
    10: 11,
    11: 7,
    12: 4,
    13: 3,
    14: 6,
    15: 10,
    16: 9,
    17: 6,
    18: 3,
    19: 4,
    20: 6,
    21: 6,
    22: 3,
    23: 1,
}


@dataclass(frozen=True)
class Days:
    """The demo's own look at the calendar. The dashboard's due dates come from etl.calendar; this only decides what happens when."""

    year: int
    workdays: tuple[date, ...]

    def is_workday(self, day: date) -> bool:
        return bool(chinese_calendar.is_workday(day))

    def add(self, day: date, count: int) -> date:
        """The count-th working day after `day`; negative counts go back; 0 is the day itself or the next working day."""
        position = bisect_right(self.workdays, day)
        if count > 0:
            return self.workdays[position + count - 1]
        before = position - 1 if self.workdays[position - 1] == day else position
        return self.workdays[before + count]

    def last_until(self, day: date) -> date:
        """The last working day up to and including `day`."""
        return self.workdays[bisect_right(self.workdays, day) - 1]


def days_of(year: int) -> Days:
    """Working days from the last quarter before the year to the first half after it. Raises where no calendar was published."""
    first, last = date(year - 1, 10, 1), date(year + 1, 6, 30)
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return Days(year, tuple(day for day in days if chinese_calendar.is_workday(day)))


def received_days(random: Random, days: Days, count: int) -> list[date]:
    """`count` days of the year on which cases came in, sorted."""
    first = date(days.year, 1, 1)
    year = [first + timedelta(days=offset) for offset in range((date(days.year, 12, 31) - first).days + 1)]
    return sorted(random.choices(year, [_weight(days, day) for day in year], k=count))


def _weight(days: Days, day: date) -> float:
    season = _MONTH_WEIGHT[day.month - 1]
    if not days.is_workday(day):
        on_holiday, name = chinese_calendar.get_holiday_detail(day)
        return season * _SATURDAY_WEIGHT if day.weekday() == 5 and not (on_holiday and name) else 0.0
    rush = 1.25 if not days.is_workday(day - timedelta(days=1)) and day.weekday() != 0 else 1.0
    return season * _WEEKDAY_WEIGHT[day.weekday()] * rush


def counter_time(random: Random, day: date, is_workday: bool) -> datetime:
    """A minute at which the counter was open: 8:00-12:00 and 14:30-17:30 (15:00-18:00 in summer), with a thin noon shift."""
    if not is_workday:
        return datetime.combine(day, time(random.choice((9, 9, 10, 10, 11)), random.randrange(60)))
    shift = timedelta(minutes=30 if 6 <= day.month <= 9 else 0)
    hour = random.choices(tuple(_HOUR_WEIGHT), tuple(_HOUR_WEIGHT.values()))[0]
    minute = random.randrange(30, 60) if hour == 14 else random.randrange(30) if hour == 17 else random.randrange(60)
    moment = datetime.combine(day, time(hour, minute))
    return moment + shift if hour >= 14 else moment


def online_time(random: Random, day: date) -> datetime:
    """A minute at which somebody sat at home and applied."""
    hour = random.choices(tuple(_ONLINE_HOUR_WEIGHT), tuple(_ONLINE_HOUR_WEIGHT.values()))[0]
    return datetime.combine(day, time(hour, random.randrange(60)))


def later(random: Random, moment: datetime, shortest: int, longest: int) -> datetime:
    """Some minutes after `moment`, the same day."""
    return min(moment + timedelta(minutes=random.randint(shortest, longest)), datetime.combine(moment.date(), time(23, 59)))


def moment_after(random: Random, moment: datetime, day: date, days: Days) -> datetime:
    """A counter minute of `day` that is not before `moment`."""
    chosen = counter_time(random, day, days.is_workday(day))
    return chosen if chosen > moment else later(random, moment, 5, 40)


def month_ends(year: int) -> Sequence[datetime]:
    """The twelve moments at which the monthly exports were drawn."""
    return [datetime(year + month // 12, month % 12 + 1, 1) - timedelta(minutes=1) for month in range(1, 13)]
