"""A year of queue tickets: people take a number, wait until a window is free, are called, served, passed on, or have left.

Demand follows the cases that the windows took in, and the people who come to ask or to collect besides. Each line of people is
served by the windows of the hall's register that handle its business; the waits come out of that and are set nowhere.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random

import chinese_calendar

from etl.demo.catalogue import CATEGORY_WINDOWS, Catalogue, Window, windows_of
from etl.demo.days import Days
from etl.demo.flow import Case
from etl.demo.follow import Intake
from etl.demo.people import person_name

SELF_SERVICE = "自助服务区"
TERMINALS = tuple(f"自助终端{number}" for number in range(1, 5))
# Letters of the machine: a zone's own, and those of the comprehensive windows, which the intakes name.
_LETTER = {"一楼A区": "A", "一楼B区": "E", "二楼A区": "C", "三楼A区": "D", SELF_SERVICE: "Z"}
_PASSED_ON_LETTER = "G"
# People who ask or collect, for each case that is filed.
_OTHERS = 1.75
_SELF_SERVICE_A_DAY = 15.0
_HOUR_WEIGHT = {8: 11, 9: 17, 10: 14, 11: 8, 12: 1.0, 13: 0.5, 14: 6, 15: 12, 16: 9, 17: 2.5}
_SELF_HOUR_WEIGHT = (1, 0.5, 0.3, 0.2, 0.2, 0.5, 2, 4, 9, 12, 11, 9, 7, 6, 7, 10, 10, 9, 7, 8, 7, 5, 3, 2)
# Minutes of service: registration of property takes longest.
_MEAN_MINUTES = {"business": 13.0, "property": 19.0, "social": 11.0, "investment": 16.0}
_RECEPTION_MINUTES = 8.5
_SELF_SERVICE_SECONDS = 210.0


@dataclass(frozen=True)
class Ticket:
    """`window` is empty while it was not called. `left_at` is when somebody gave up at the machine; mostly nobody knows."""

    zone: str
    ticket_no: str
    service: str
    taken_at: datetime
    customer: str
    window: str = ""
    staff: str = ""
    status: str = "waiting"
    no_show_source: str = ""
    called_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass
class _Line:
    """One line of people on one day: its windows, the mean service in seconds, and when people join: moment, name, number if given."""

    zone: str
    service: str
    windows: tuple[str, ...]
    mean_s: float
    joins: list[tuple[datetime, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Shift:
    opens: datetime
    closes: datetime
    windows: int


def tickets(
    random: Random, catalogue: Catalogue, days: Days, cases: Sequence[Case], intakes: Sequence[Intake], scale: float
) -> list[Ticket]:
    """All tickets of the year in the order of taking. `scale` thins out the self-service area; the counters follow the cases."""
    staff = {window.name: person_name(random) for window in catalogue.windows}
    filed: defaultdict[date, list[Case]] = defaultdict(list)
    for case in cases:
        if case.received_at.year == days.year and case.channel == "window":
            filed[case.received_at.date()].append(case)
    taken_in: defaultdict[date, list[Intake]] = defaultdict(list)
    for intake in intakes:
        taken_in[intake.received_at.date()].append(intake)
    made: list[Ticket] = []
    first = date(days.year, 1, 1)
    for offset in range((date(days.year + 1, 1, 1) - first).days):
        day = first + timedelta(days=offset)
        lines = _lines(random, catalogue, day, filed.get(day, []), taken_in.get(day, []), days)
        made += _counters(random, lines, day, days, staff)
        made += _self_service(random, day, _SELF_SERVICE_A_DAY * scale, days)
    return sorted(made, key=lambda ticket: (ticket.taken_at, ticket.zone, ticket.ticket_no))


def _lines(random: Random, catalogue: Catalogue, day: date, filed: Sequence[Case], intakes: Sequence[Intake], days: Days) -> list[_Line]:
    """The day's lines: one a department's business, one a comprehensive reception. Each case brought somebody, and others came too.

    Whom a comprehensive window took in has the number that its intake names.
    """
    windows = {window.name: window for window in catalogue.windows}
    is_workday = days.is_workday(day)
    opening = datetime.combine(day, time(7, 45) if is_workday else time(8, 20))
    lines: dict[str, _Line] = {}
    for case in filed:
        line = _line_of(lines, case, windows, is_workday)
        if line is None:
            continue
        if not windows[case.window].is_one_window:
            line.joins.append((case.received_at - timedelta(seconds=random.randint(120, 1500)), case.applicant.name, ""))
        for _ in range(_whole(random, _OTHERS)):
            line.joins.append((_somewhen(random, day, is_workday), person_name(random) if random.random() < 0.4 else "", ""))
    for line in lines.values():
        # At weekends the roster's windows serve their zone, also whom the record says another of its windows took in.
        named = [one for one in intakes if (one.window in line.windows if is_workday else windows[one.window].zone == line.zone)]
        line.joins += _with_numbers(named)
        line.joins = [
            (joined if joined >= opening else opening + timedelta(seconds=random.randint(0, 900)), name, number)
            for joined, name, number in line.joins
        ]
        line.joins.sort()
    return list(lines.values())


def _with_numbers(intakes: Sequence[Intake]) -> Iterator[tuple[datetime, str, str]]:
    """Each took its number some minutes before it was received, in the order of the numbers."""
    last: dict[str, datetime] = {}
    for position, intake in enumerate(intakes):
        letter = intake.ticket_no[0]
        moment = intake.received_at - timedelta(seconds=150 + 97 * (position % 11))
        if letter in last:
            moment = max(moment, last[letter] + timedelta(seconds=20))
        last[letter] = moment
        yield moment, intake.applicant_name, intake.ticket_no


def _line_of(lines: dict[str, _Line], case: Case, windows: dict[str, Window], is_workday: bool) -> _Line | None:
    window = windows.get(case.window)
    if window is None:
        return None
    category = case.department.category
    if window.is_one_window:
        names = tuple(name for name in windows if name.startswith(CATEGORY_WINDOWS[category]))
        service, mean = f"{CATEGORY_WINDOWS[category].removesuffix('综合窗口')}综合受理", _RECEPTION_MINUTES
    else:
        names = windows_of(case.department)
        service, mean = f"{case.department.short_name}业务", _MEAN_MINUTES[category]
    if not is_workday:
        # At weekends the windows on the roster serve everybody of their zone.
        roster = tuple(name for name, one in windows.items() if one.opens_weekend and one.zone == window.zone)
        names = tuple(name for name in roster if windows[name].valid_from <= f"{case.received_at:%Y-%m-%d}")
        service = "周末综合受理"
        if not names:
            return None
    key = f"{window.zone}/{service}"
    return lines.setdefault(key, _Line(window.zone, service, names, mean * 60))


def _whole(random: Random, mean: float) -> int:
    return int(mean) + (random.random() < mean % 1)


def _somewhen(random: Random, day: date, is_workday: bool) -> datetime:
    if not is_workday:
        return datetime.combine(day, time(random.choice((8, 9, 9, 10, 10, 11)), 30)) + timedelta(seconds=random.randrange(1500))
    hour = random.choices(tuple(_HOUR_WEIGHT), tuple(_HOUR_WEIGHT.values()))[0]
    moment = datetime.combine(day, time(hour)) + timedelta(seconds=random.randrange(3600))
    return moment + timedelta(minutes=30) if 6 <= day.month <= 9 and hour >= 14 else moment


def _shifts(day: date, line: _Line, is_workday: bool) -> list[_Shift]:
    """When how many of the line's windows are manned: all in the morning, fewer after noon, one at noon where there are several."""

    def at(hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute))

    if not is_workday:
        return [_Shift(at(8, 30), at(12), len(line.windows))]
    everybody = len(line.windows)
    rest = max(1, everybody - 1)
    is_summer = 6 <= day.month <= 9
    noon = [_Shift(at(12), at(15) if is_summer else at(14, 30), 1)] if everybody > 1 else []
    # On Mondays everybody is called to the counter; else one of three is at the back office in the morning too.
    morning = everybody if day.weekday() == 0 or everybody < 3 else rest
    return [_Shift(at(8), at(12), morning), *noon, _Shift(at(15) if is_summer else at(14, 30), at(18) if is_summer else at(17, 30), rest)]


def _counters(random: Random, lines: Sequence[_Line], day: date, days: Days, staff: dict[str, str]) -> Iterator[Ticket]:
    serial: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(1))
    passed_on: list[Ticket] = []
    for line, people in zip(lines, _numbered(lines, serial), strict=True):
        for ticket in _served(random, line, people, _shifts(day, line, days.is_workday(day)), staff):
            yield ticket
            if ticket.status == "transferred" and ticket.ended_at is not None:
                passed_on.append(ticket)
    yield from _passed_on(random, passed_on, lines, staff, serial)


def _numbered(lines: Sequence[_Line], serial: defaultdict[str, Iterator[int]]) -> list[list[Ticket]]:
    """The machine numbers everybody of a zone in the order in which they come, whatever their business."""
    people: list[list[Ticket]] = [[] for _ in lines]
    order = sorted((join, index) for index, line in enumerate(lines) for join in line.joins)
    for (joined, name, number), index in order:
        line = lines[index]
        letter = _LETTER[line.zone]
        people[index].append(Ticket(line.zone, number or f"{letter}{next(serial[letter]):03d}", line.service, joined, name))
    return people


def _passed_on(
    random: Random, moved: Sequence[Ticket], lines: Sequence[_Line], staff: dict[str, str], serial: defaultdict[str, Iterator[int]]
) -> Iterator[Ticket]:
    """Who was sent to another window takes a new number there, and is served after the day's own line."""
    for ticket in moved:
        others = [line for line in lines if line.service != ticket.service]
        if not others or ticket.ended_at is None:
            continue
        line = random.choice(others)
        number = f"{_PASSED_ON_LETTER}{next(serial[_PASSED_ON_LETTER]):03d}"
        taken_at = ticket.ended_at + timedelta(seconds=random.randint(60, 240))
        again = Ticket(line.zone, number, line.service, taken_at, ticket.customer)
        last = line.windows[-1]
        called_at = taken_at + timedelta(seconds=random.randint(60, 1500))
        started_at = called_at + timedelta(seconds=random.randint(15, 60))
        ended_at = started_at + _lasting(random, line.mean_s * 0.7)
        yield replace(
            again, window=last, staff=staff.get(last, ""), status="done", called_at=called_at, started_at=started_at, ended_at=ended_at
        )


def _lasting(random: Random, mean_s: float) -> timedelta:
    # Lognormal with the given mean: many short services, a few very long ones.
    return timedelta(seconds=round(min(2.5 * 3600, max(40.0, random.lognormvariate(0, 0.62) * mean_s / 1.212))))


def _served(random: Random, line: _Line, people: Sequence[Ticket], shifts: Sequence[_Shift], staff: dict[str, str]) -> Iterator[Ticket]:
    """First come, first called, shift after shift. Some are gone when called, some before; a few are still there at closing time."""
    waiting = list(people)
    for shift in shifts:
        free: list[tuple[datetime, str]] = []
        for name in line.windows[: shift.windows]:
            heappush(free, (shift.opens + timedelta(seconds=random.randint(0, 240)), name))
        still: list[Ticket] = []
        for ticket in waiting:
            called_at = max(free[0][0], ticket.taken_at + timedelta(seconds=random.randint(4, 30)))
            if called_at >= shift.closes:
                still.append(ticket)
                continue
            gone = _gone(random, ticket, called_at)
            if gone is not None:
                yield gone
                continue
            _, name = heappop(free)
            done = _called(random, line, replace(ticket, window=name, staff=staff.get(name, ""), called_at=called_at))
            ended_at = done.ended_at or called_at + timedelta(seconds=random.randint(45, 120))
            # Papers are put in order before the next is called.
            heappush(free, (ended_at + timedelta(seconds=random.randint(10, 80)), name))
            yield done
        waiting = still
    for ticket in waiting:
        yield replace(ticket, status="cancelled" if random.random() < 0.4 else "waiting")


def _gone(random: Random, ticket: Ticket, called_at: datetime) -> Ticket | None:
    """Patience has a mean of an hour and three quarters; whoever gives up seldom says so at the machine."""
    patience = timedelta(seconds=random.expovariate(1 / 6300))
    if called_at - ticket.taken_at <= patience:
        return None
    if random.random() < 0.35:
        return replace(ticket, status="cancelled", ended_at=ticket.taken_at + patience)
    # The others are called in vain, or the window strikes them off at the end of the day.
    return replace(ticket, status="cancelled" if random.random() < 0.7 else "waiting")


def _called(random: Random, line: _Line, ticket: Ticket) -> Ticket:
    if ticket.called_at is None:
        return ticket
    waited = (ticket.called_at - ticket.taken_at).total_seconds() / 60
    if random.random() < 0.022 + min(0.10, waited * 0.0011):
        source = random.choices(("window", "system", "visitor"), (70, 24, 6))[0]
        return replace(ticket, status="no_show", no_show_source=source)
    started_at = ticket.called_at + timedelta(seconds=random.randint(12, 75))
    chance = random.random()
    if chance < 0.017:
        return replace(ticket, status="transferred", started_at=started_at, ended_at=started_at + _lasting(random, line.mean_s * 0.3))
    return replace(ticket, status="done", started_at=started_at, ended_at=started_at + _lasting(random, line.mean_s))


def _self_service(random: Random, day: date, mean: float, days: Days) -> Iterator[Ticket]:
    """The area that never closes: terminals, no staff; in the evening and on days off people print what they need."""
    on_holiday, name = chinese_calendar.get_holiday_detail(day)
    factor = 1.0 if days.is_workday(day) else 0.3 if on_holiday and name else 0.75
    expected = mean * factor * (1.3 if day.month >= 10 else 1.0)
    arrivals = max(0, round(random.gauss(expected, expected**0.5)))
    moments = sorted(
        datetime.combine(day, time(random.choices(range(24), _SELF_HOUR_WEIGHT)[0])) + timedelta(seconds=random.randrange(3600))
        for _ in range(arrivals)
    )
    free = [(datetime.combine(day, time()), terminal) for terminal in TERMINALS]
    for number, taken_at in enumerate(moments, start=1):
        ready, terminal = heappop(free)
        called_at = max(ready, taken_at)
        started_at = called_at + timedelta(seconds=random.randint(3, 15))
        ended_at = started_at + _lasting(random, _SELF_SERVICE_SECONDS)
        heappush(free, (ended_at, terminal))
        yield Ticket(
            SELF_SERVICE, f"{_LETTER[SELF_SERVICE]}{number:03d}", "自助查询打印", taken_at, "", terminal, "", "done", "",
            called_at, started_at, ended_at,
        )  # fmt: skip
