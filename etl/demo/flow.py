"""What happened to each case: received, told what is missing, accepted, stopped, closed, some of it too late."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

from etl.demo.catalogue import CATEGORY_WINDOWS, Catalogue, Department, Item, windows_of
from etl.demo.days import Days, counter_time, later, moment_after, online_time, received_days
from etl.demo.people import Applicant, applicant, person_name

# Kinds that stop the clock (Administrative Licensing Law, art. 45) and one met in practice that does not.
_PAUSES = ("expert_review", "testing", "appraisal", "inspection", "hearing", "site_visit")
_PAUSE_WEIGHTS = (32, 24, 14, 14, 4, 12)
_CHANNELS = ("window", "web", "mobile", "post", "other")
_STAFF = 40


@dataclass(frozen=True)
class Suspension:
    kind: str
    started_on: date
    ended_on: date | None
    extension_workdays: int | None
    approved_by: str


@dataclass(frozen=True)
class Case:
    """A case with its whole course, also what lies after the cut-off; `closed_at` is None only where nothing will ever close it."""

    case_no: str
    item: Item
    window: str
    channel: str
    applicant: Applicant
    applied_at: datetime
    received_at: datetime
    supplement_at: datetime | None
    accepted_at: datetime | None
    accept_staff: str
    closed_at: datetime | None
    outcome: str
    entered_at: datetime
    suspensions: tuple[Suspension, ...] = ()

    @property
    def department(self) -> Department:
        return self.item.department


@dataclass(frozen=True)
class _Hall:
    """What every case needs: who handles what, and with what weight."""

    days: Days
    departments: tuple[Department, ...]
    weights: tuple[float, ...]
    items: dict[tuple[str, bool], tuple[tuple[Item, ...], tuple[float, ...]]]
    staff: tuple[str, ...]


def cases(random: Random, catalogue: Catalogue, days: Days, count: int, carried_over: int) -> list[Case]:
    """`count` cases received in the year and `carried_over` received in December before it and still open at New Year."""
    hall = _hall(random, catalogue, days)
    serial: defaultdict[date, int] = defaultdict(int)
    made: list[Case] = []
    for day in _december_before(random, days, carried_over):
        serial[day] += 1
        made.append(_carried(random, hall, day, serial[day]))
    for day in received_days(random, days, count):
        serial[day] += 1
        made.append(_case(random, hall, day, serial[day]))
    return made


def _hall(random: Random, catalogue: Catalogue, days: Days) -> _Hall:
    working = tuple(department for department in catalogue.departments if department.is_in_hall and department.weight > 0)
    items: dict[tuple[str, bool], tuple[tuple[Item, ...], tuple[float, ...]]] = {}
    for department in working:
        for is_instant in (True, False):
            held = [item for item in catalogue.items if item.department == department and item.is_instant == is_instant]
            held.sort(key=lambda item: not item.is_in_hall)
            # A few items make most of the work: the n-th is asked for 1/n as often as the first, those outside the hall hardly ever.
            weights = [(1.0 if item.is_in_hall else 0.03) / rank for rank, item in enumerate(held, start=1)]
            items[department.name, is_instant] = (tuple(held), tuple(accumulate(weights)))
    staff = tuple(person_name(random) for _ in range(_STAFF))
    return _Hall(days, working, tuple(accumulate(department.weight for department in working)), items, staff)


def _december_before(random: Random, days: Days, count: int) -> list[date]:
    last = [day for day in days.workdays if day.year == days.year - 1][-9:]
    return sorted(random.choices(last, k=count))


def _choose_item(random: Random, hall: _Hall, is_instant: bool | None) -> Item:
    department = random.choices(hall.departments, cum_weights=hall.weights)[0]
    wanted = random.random() < department.instant_share + 0.06 if is_instant is None else is_instant
    held, weights = hall.items[department.name, wanted]
    if not held:
        held, weights = hall.items[department.name, not wanted]
    return random.choices(held, cum_weights=weights)[0]


def _carried(random: Random, hall: _Hall, day: date, serial: int) -> Case:
    """A case of last December, accepted then and closed in January, in time where its limit allows."""
    drawn = _case(random, hall, day, serial, is_instant=False)
    accepted_at = moment_after(random, drawn.received_at, day, hall.days)
    opening = next(worked for worked in hall.days.workdays if worked.year == hall.days.year)
    limit = _in_workdays(drawn.item.promised_limit, drawn.item.promised_unit)
    closed_on = max(opening, hall.days.add(day, max(1, random.randint(limit // 2, limit))))
    closed_at = counter_time(random, closed_on, True)
    return replace(
        drawn, channel="window", applied_at=drawn.received_at, supplement_at=None, accepted_at=accepted_at,
        closed_at=closed_at, outcome="approved", entered_at=accepted_at, suspensions=(),
    )  # fmt: skip


def _case(random: Random, hall: _Hall, day: date, serial: int, is_instant: bool | None = None) -> Case:
    days = hall.days
    item = _choose_item(random, hall, is_instant)
    online = 0.075 + 0.045 * (day.month / 12)
    channel = random.choices(_CHANNELS, (0.945 - online, online, 0.03, 0.02, 0.005))[0]
    received_at = counter_time(random, day, days.is_workday(day))
    base = Case(
        case_no=f"350902YS{day:%Y%m%d}{serial:04d}",
        item=item,
        window=_window(random, item.department, channel, day, days.year),
        channel=channel,
        applicant=applicant(random, 0.55 if item.department.category in ("business", "investment") else 0.12),
        applied_at=_applied_at(random, days, received_at) if channel in ("web", "mobile") else received_at,
        received_at=received_at,
        supplement_at=None,
        accepted_at=None,
        accept_staff=random.choice(hall.staff),
        closed_at=None,
        outcome="approved",
        entered_at=later(random, received_at, 1, 9),
    )
    return _entered(random, days, _course(random, days, base))


def _window(random: Random, department: Department, channel: str, day: date, year: int) -> str:
    """From October the comprehensive windows take most of it in: one window for a category, departments behind it."""
    if day >= date(year, 10, 8) and channel == "window" and random.random() < 0.86:
        return f"{CATEGORY_WINDOWS[department.category]}{random.choice((1, 1, 2))}"
    own = windows_of(department)
    return random.choices(own, (5, 3, 2)[: len(own)])[0]


def _applied_at(random: Random, days: Days, received_at: datetime) -> datetime:
    """Online applications come in the evening before, or within the two working days before they are received."""
    back = random.choices((0, 1, 2), (45, 42, 13))[0]
    if back == 0:
        return received_at - timedelta(minutes=random.randint(12, 55))
    applied = online_time(random, days.add(received_at.date(), -back))
    return applied if applied.year == days.year else received_at - timedelta(minutes=30)


def _course(random: Random, days: Days, case: Case) -> Case:
    chance = random.random()
    if chance < 0.005:
        return _ended_early(random, days, case, "refused")
    if chance < 0.012:
        return _ended_early(random, days, case, "returned")
    if case.item.is_instant:
        return _instant(random, days, case)
    return _committed(random, days, _accepted(random, days, case))


def _ended_early(random: Random, days: Days, case: Case, outcome: str) -> Case:
    """Refused or handed back before acceptance, within the five working days of art. 32."""
    day = days.add(case.received_at.date(), random.choice((0, 0, 1, 2, 3, 4)))
    return replace(case, outcome=outcome, closed_at=moment_after(random, case.received_at, day, days))


def _instant(random: Random, days: Days, case: Case) -> Case:
    accepted_at = later(random, case.received_at, 1, 8)
    if random.random() < 0.004:
        day = days.add(case.received_at.date(), random.choice((1, 1, 2)))
        return replace(case, accepted_at=accepted_at, closed_at=counter_time(random, day, True))
    return replace(case, accepted_at=accepted_at, closed_at=later(random, accepted_at, 4, 45))


def _accepted(random: Random, days: Days, case: Case) -> Case:
    """Acceptance: mostly at once; some after a supplement; a few so late that the law deems them accepted on receipt."""
    chance = random.random()
    received_on = case.received_at.date()
    if chance < 0.055:
        told_at = moment_after(random, case.received_at, days.add(received_on, random.choice((0, 1, 2, 3, 4))), days)
        back_on = days.add(told_at.date(), random.randint(2, 15))
        return replace(case, supplement_at=told_at, accepted_at=counter_time(random, back_on, True))
    if chance < 0.060:
        return replace(case, accepted_at=counter_time(random, days.add(received_on, random.randint(6, 11)), True))
    if chance < 0.16:
        return replace(case, accepted_at=moment_after(random, case.received_at, days.add(received_on, random.choice((1, 1, 2))), days))
    return replace(case, accepted_at=later(random, case.received_at, 4, 60))


def _committed(random: Random, days: Days, case: Case) -> Case:
    if case.accepted_at is None:
        raise ValueError(f"{case.case_no} has no acceptance to count from")
    accepted_on = case.accepted_at.date()
    limit = _in_workdays(case.item.promised_limit, case.item.promised_unit)
    suspensions = _suspensions(random, days, case, limit)
    is_late = random.random() < _late_share(case.department, case.received_at.month)
    if is_late:
        used = limit + random.choices((1, 2, 3, 5, 8, 13), (34, 22, 16, 14, 9, 5))[0]
    else:
        used = min(limit, max(0, round(limit * random.betavariate(2.6, 2.3) * 1.08)))
    closed_on = _after_pauses(days, accepted_on, used, suspensions)
    closed_at = moment_after(random, case.accepted_at, closed_on, days)
    if random.random() < 0.012 and used > 1:
        gone_on = days.add(accepted_on, random.randint(1, used))
        held = tuple(stop for stop in suspensions if stop.ended_on is not None and stop.ended_on < gone_on)
        return replace(case, suspensions=held, outcome="withdrawn", closed_at=moment_after(random, case.accepted_at, gone_on, days))
    if random.random() < 0.0035:
        return replace(case, suspensions=suspensions)
    outcome = random.choices(("approved", "rejected", "terminated"), (985, 11, 4))[0]
    return replace(case, suspensions=suspensions, outcome=outcome, closed_at=closed_at)


def _in_workdays(count: int, unit: str) -> int:
    return max(1, count * 5 // 7 - 2) if unit == "day" else count


def _late_share(department: Department, month: int) -> float:
    return dict(department.late_months).get(month, 0.036)


def _suspensions(random: Random, days: Days, case: Case, limit: int) -> tuple[Suspension, ...]:
    """Stops of the clock: usual for special cases, seldom otherwise; now and then two that overlap, or an extension."""
    if case.accepted_at is None or limit < 2:
        return ()
    usual = {"committed_special": 0.62, "joint": 0.20}.get(case.item.case_type, 0.035)
    if random.random() >= usual:
        return ()
    begin = days.add(case.accepted_at.date(), random.randint(1, max(1, limit // 2)))
    first = _stop(random, days, random.choices(_PAUSES, _PAUSE_WEIGHTS)[0], begin)
    chance = random.random()
    if chance < 0.10 and first.ended_on is not None:
        overlap = days.add(begin, random.randint(1, 3))
        second_kind = random.choice([kind for kind in _PAUSES if kind != first.kind])
        return (first, _stop(random, days, second_kind, overlap))
    if chance < 0.22:
        return (first, Suspension("extension", begin, begin, random.choice((5, 10)), person_name(random)))
    return (first,)


def _stop(random: Random, days: Days, kind: str, begin: date) -> Suspension:
    return Suspension(kind, begin, days.add(begin, random.randint(1, 14)), None, person_name(random))


def _after_pauses(days: Days, accepted_on: date, used: int, suspensions: Sequence[Suspension]) -> date:
    """The day on which `used` working days have passed that lie in no stop of the clock (a site visit stops nothing)."""
    if used == 0:
        return accepted_on
    return next(day for number, day in enumerate(_counted(days, accepted_on, suspensions), start=1) if number == used)


def _counted(days: Days, accepted_on: date, suspensions: Sequence[Suspension]) -> Iterator[date]:
    stops = [(stop.started_on, stop.ended_on) for stop in suspensions if stop.kind not in ("extension", "site_visit")]
    for day in days.workdays:
        if day > accepted_on and not any(begin <= day and (end is None or day <= end) for begin, end in stops):
            yield day


def _entered(random: Random, days: Days, case: Case) -> Case:
    """A few cases were keyed in days afterwards (补录), which hides their real course until then."""
    if random.random() >= 0.015:
        return case
    day = days.add(case.received_at.date(), random.randint(2, 6))
    if day.year != days.year or case.received_at.year != days.year:
        return case
    return replace(case, entered_at=counter_time(random, day, True))
