"""The hall's about 100 window staff over the year: posts, newcomers, transfers, rotation, A and B posts, and who handled which case."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from etl.demo.catalogue import CATEGORY_WINDOWS, Catalogue, Department, windows_of
from etl.demo.days import Days
from etl.demo.flow import Case
from etl.demo.people import person_name, phone

CENTRE = "蕉城区行政服务中心"
SERVICE_DESK = "总服务台"
# Staff of each window of a department, the busiest window first, by how much of the hall's work is the department's.
_STRENGTHS = ((15, (3, 2, 2)), (6, (2, 2, 2)), (2, (2, 1)), (0, (1,)))
# On the day on which the comprehensive windows open: how many go to the first and second window of a category.
_TO_COMPREHENSIVE = (3, 2)
# Windows of the demo with troubles of their own: visits find more there; people come late to the last one.
TROUBLED = ("人社局2号窗口", "税务局2号窗口", "公安分局3号窗口")
LATE_WINDOW = "卫计局2号窗口"


@dataclass(frozen=True)
class Stretch:
    """A person at a post, both days included; `to_on` None while it lasts. `change` says how it began."""

    staff_no: str
    name: str
    department: str
    window: str
    post: str
    change: str
    from_on: date
    to_on: date | None
    phone: str

    def is_on(self, day: date) -> bool:
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


@dataclass(frozen=True)
class Roster:
    stretches: tuple[Stretch, ...]

    @property
    def staff(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(stretch.staff_no for stretch in self.stretches))

    def own_on(self, day: date) -> list[Stretch]:
        """Everybody's own post of that day; a post of cover is nobody's own."""
        return [stretch for stretch in self.stretches if stretch.post != "backup" and stretch.is_on(day)]


def roster(random: Random, catalogue: Catalogue, days: Days) -> Roster:
    """The posts of the year, in the order of windows and people."""
    working = [one for one in catalogue.departments if one.is_in_hall]
    staffed = _opening(random, working, days)
    for step in (_newcomers, _leavers, _transfers, _rotation):
        staffed = step(random, working, days, staffed)
    return Roster((*staffed, *_covers(random, working, days, staffed)))


def _opening(random: Random, working: Sequence[Department], days: Days) -> list[Stretch]:
    """Everybody who is there at New Year; the first of a department's first window is its chief representative."""
    made: list[Stretch] = []
    names: set[str] = set()
    places = [
        (department.name, window, "chief" if index == seat == 0 else "window")
        for department in working
        for index, (window, strength) in enumerate(zip(windows_of(department), _strength(department), strict=True))
        for seat in range(strength)
    ]
    places += [(CENTRE, SERVICE_DESK, "duty")] * 3
    for number, (department, window, post) in enumerate(places, start=1001):
        name = person_name(random)
        while name in names:
            name = person_name(random)
        names.add(name)
        came = date(days.year - random.randint(1, 6), random.randint(1, 12), random.choice((1, 5, 12, 20)))
        made.append(Stretch(str(number), name, department, window, post, "start", came, None, phone(random)))
    return made


def _strength(department: Department) -> tuple[int, ...]:
    return next(strength for weight, strength in _STRENGTHS if department.weight >= weight)


def _newcomers(random: Random, working: Sequence[Department], days: Days, held: list[Stretch]) -> list[Stretch]:
    """Four who come in the middle of the year, where most of the work is."""
    busy = [department for department in working if department.weight >= 9]
    dates = ((4, 16), (7, 2), (9, 3), (11, 12))
    number = int(held[-1].staff_no)
    return held + [
        Stretch(
            str(number + position), _new_name(random, held), department.name, windows_of(department)[-1], "window", "joined",
            days.last_until(date(days.year, *dates[position - 1])), None, phone(random),
        )
        for position, department in enumerate(random.sample(busy, len(dates)), start=1)
    ]  # fmt: skip


def _new_name(random: Random, held: Sequence[Stretch]) -> str:
    names = {stretch.name for stretch in held}
    while (name := person_name(random)) in names:
        pass
    return name


def _can_move(held: Sequence[Stretch], windows: Sequence[str], on: date) -> list[int]:
    """Places in the list of those who that day stand where they began the year and are not the only one there."""
    # The last stretch of each is where they are: an older one may have been left without its end.
    last = {stretch.staff_no: index for index, stretch in enumerate(held) if stretch.from_on <= on}
    now = [index for index in last.values() if held[index].to_on is None]
    at = Counter(held[index].window for index in now)
    return [
        index
        for index in now
        if held[index].post == "window" and held[index].change == "start" and at[held[index].window] > 1 and held[index].window in windows
    ]


def _leavers(random: Random, working: Sequence[Department], days: Days, held: list[Stretch]) -> list[Stretch]:
    """Two who leave for good, one at the end of May and one at the end of August."""
    changed = list(held)
    for month in (5, 8):
        last_on = days.last_until(date(days.year, month, 31))
        index = random.choice(_can_move(changed, [window for one in working for window in windows_of(one)], last_on))
        changed[index] = replace(changed[index], to_on=last_on)
    return changed


def _moved(held: list[Stretch], index: int, window: str, department: str, change: str, on: date, is_end_written: bool = True) -> None:
    old = held[index]
    if is_end_written:
        held[index] = replace(old, to_on=on - timedelta(days=1))
    held.append(replace(old, window=window, department=department, change=change, from_on=on, to_on=None))


def _transfers(random: Random, working: Sequence[Department], days: Days, held: list[Stretch]) -> list[Stretch]:
    """Within a department: four one by one, one of them without an end written to the old post; in July three change places (轮岗)."""
    changed = list(held)
    wide = [one for one in working if one.weight >= 6]
    for number, (month, department) in enumerate(zip((3, 5, 6, 9), random.sample(wide, 4), strict=True)):
        windows = windows_of(department)
        on = days.add(date(days.year, month, random.randint(5, 20)), 1)
        movable = _can_move(changed, windows, on)
        if movable:
            index = random.choice(movable)
            other = random.choice([window for window in windows if window != changed[index].window])
            _moved(changed, index, other, department.name, "transfer", on, is_end_written=number != 2)
    on = days.add(date(days.year, 6, 30), 1)
    for department in random.sample(wide, 3):
        first, second, *_ = windows_of(department)
        pair = [_can_move(changed, [first], on), _can_move(changed, [second], on)]
        if all(pair):
            for places, goal in zip(pair, (second, first), strict=True):
                _moved(changed, random.choice(places), goal, department.name, "rotation", on)
    return changed


def _rotation(random: Random, working: Sequence[Department], days: Days, held: list[Stretch]) -> list[Stretch]:
    """On 8 October the comprehensive windows open, staffed from the departments behind them."""
    changed = list(held)
    on = date(days.year, 10, 8)
    for category, label in CATEGORY_WINDOWS.items():
        windows = [window for one in working if one.category == category for window in windows_of(one)]
        for index, wanted in enumerate(_TO_COMPREHENSIVE):
            for _ in range(wanted):
                movable = _can_move(changed, windows, on)
                if movable:
                    _moved(changed, random.choice(movable), f"{label}{index + 1}", CENTRE, "rotation", on)
    return changed


def _covers(random: Random, working: Sequence[Department], days: Days, held: Sequence[Stretch]) -> list[Stretch]:
    """A and B posts: of a dozen departments somebody at one window stands in at another, beside their own post."""
    made: list[Stretch] = []
    wide = [one for one in working if len(windows_of(one)) > 1]
    for department in random.sample(wide, 12):
        windows = windows_of(department)
        people = [one for one in held if one.department == department.name and one.change == "start" and one.to_on is None]
        if people:
            person = random.choice(people)
            other = random.choice([window for window in windows if window != person.window])
            made.append(replace(person, window=other, post="backup", change="cover", from_on=date(days.year, 1, 2)))
    return made


def handlers(random: Random, held: Roster, cases: Sequence[Case]) -> Mapping[str, str]:
    """Case number → staff number of who handled it at its window on the day of receipt; nobody where nobody stood there."""
    at: dict[tuple[str, date], list[str]] = {}
    found: dict[str, str] = {}
    for case in cases:
        day = case.received_at.date()
        key = (case.window, day)
        if key not in at:
            at[key] = sorted(stretch.staff_no for stretch in held.own_on(day) if stretch.window == case.window)
        if at[key]:
            found[case.case_no] = random.choice(at[key])
    return found
