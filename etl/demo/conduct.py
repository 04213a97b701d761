"""What the year's attendance, patrols, case-file inspections and merits recorded of the staff.

Most people lose a few points a month; a few windows have trouble, at one people come late, and one veto falls in September.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from etl.demo.catalogue import Catalogue
from etl.demo.days import Days
from etl.demo.flow import Case
from etl.demo.people import person_name
from etl.demo.roster import CENTRE, LATE_WINDOW, SERVICE_DESK, TROUBLED, Roster, Stretch

# Chance a month of each exception for an ordinary member of staff.
_EXCEPTIONS = {"late": 0.42, "early": 0.08, "unsigned": 0.20, "away": 0.02, "absent": 0.0035, "meeting_absent": 0.02, "meeting_late": 0.05}
_LEAVES = {"leave_sick": 0.07, "leave_personal": 0.07, "leave_duty": 0.05, "leave_other": 0.03}
_FINDINGS = {
    "dress": 20, "phone_or_chat": 22, "tidiness": 18, "away": 7, "uncovered": 9, "outsider": 5, "rude": 5, "quarrel": 1,
    "guide_wrong": 5, "not_told_once": 3, "express_missing": 1,
}  # fmt: skip
# Findings about a window; the others are about somebody, who is named as a rule.
_OF_WINDOW = ("tidiness", "uncovered", "outsider", "guide_wrong", "express_missing")
_FIXED = {"dress": 0.85, "phone_or_chat": 0.85, "tidiness": 0.92, "outsider": 0.8, "uncovered": 0.5, "away": 0.25, "rude": 0.15}
_SLOTS = ("morning_start", "morning", "afternoon_start", "afternoon")
_FAULTS = {"file_error": 70, "not_told_once": 12, "not_accepted": 2, "certificate_missing": 4, "express_missing": 5, "guide_wrong": 7}
_MERITS = {"praise": 26, "extra_service": 64, "news_county": 12, "news_city": 6, "news_province": 2, "innovation": 2}
_DOSSIERS = 360


@dataclass(frozen=True)
class Slip:
    """One exception of attendance or one leave; `days` counts working days, in halves."""

    number: str
    person: Stretch
    kind: str
    from_on: date
    to_on: date
    minutes: int | None
    days: float | None


@dataclass(frozen=True)
class Visit:
    """One line of the book of patrols; `kind` is empty where nothing was found."""

    number: str
    day: date
    slot: str
    source: str
    inspectors: str
    window: str
    department: str
    person: Stretch | None
    kind: str
    is_fixed: bool
    photo: str


@dataclass(frozen=True)
class Inspection:
    number: str
    day: date
    case: Case
    staff_no: str
    result: str
    kind: str
    score: int
    rectified_on: date | None


@dataclass(frozen=True)
class Merit:
    number: str
    day: date
    kind: str
    department: str
    window: str
    person: Stretch | None
    times: int
    status: str


def slips(random: Random, days: Days, held: Roster) -> list[Slip]:
    """Leaves first, then exceptions on the days on which the person was there. Numbered in the order of days."""
    working = [day for day in days.workdays if day.year == days.year]
    drawn: list[Slip] = []
    for staff_no in held.staff:
        own = [one for one in held.stretches if one.staff_no == staff_no and one.post != "backup"]
        posted = {day: next(one for one in reversed(own) if one.is_on(day)) for day in working if any(one.is_on(day) for one in own)}
        careless = random.choices((0.35, 0.8, 2.2), (55, 32, 13))[0]
        away: set[date] = set()
        for slip in _leaves_of(random, posted):
            drawn.append(slip)
            away |= {slip.from_on + timedelta(days=offset) for offset in range((slip.to_on - slip.from_on).days + 1)}
        drawn += _exceptions_of(random, {day: one for day, one in posted.items() if day not in away}, careless)
    drawn.sort(key=lambda slip: (slip.from_on, slip.person.staff_no, slip.kind))
    return [
        Slip(f"KQ{slip.from_on:%Y%m%d}{number:05d}", slip.person, slip.kind, slip.from_on, slip.to_on, slip.minutes, slip.days)
        for number, slip in enumerate(drawn, start=1)
    ]


def _leaves_of(random: Random, posted: Mapping[date, Stretch]) -> list[Slip]:
    """A year's leaves of a person that do not touch: annual leave in one or two pieces, seldom a long one, single days between."""
    working = list(posted)
    if not working:
        return []
    wanted: list[tuple[str, float]] = [("leave_annual", random.choice((2, 3, 4, 5))) for _ in range(random.choice((0, 1, 1, 2)))]
    if random.random() < 0.05:
        wanted.append(("leave_family", random.choice((10, 15, 68))))
    for kind, chance in _LEAVES.items():
        wanted += [(kind, random.choice((0.5, 1, 1, 2, 3))) for _ in range(12) if random.random() < chance]
    taken: set[int] = set()
    made: list[Slip] = []
    for kind, length in wanted:
        count = max(1, int(length + 0.5))
        begin = random.randrange(len(working))
        places = range(begin, min(begin + count, len(working)))
        if taken & {place for near in places for place in (near - 1, near, near + 1)}:
            continue
        taken |= set(places)
        first, last = working[places[0]], working[places[-1]]
        made.append(Slip("", posted[first], kind, first, last, None, min(float(length), float(len(places)))))
    return made


def _exceptions_of(random: Random, posted: Mapping[date, Stretch], careless: float) -> list[Slip]:
    by_month: defaultdict[int, list[date]] = defaultdict(list)
    for day in posted:
        by_month[day.month].append(day)
    made: list[Slip] = []
    for month in sorted(by_month):
        for kind, chance in _EXCEPTIONS.items():
            for _ in range(2):
                day = random.choice(by_month[month])
                factor = careless * (4 if kind == "late" and posted[day].window == LATE_WINDOW else 1)
                if random.random() >= chance / 2 * factor:
                    continue
                minutes = (
                    random.choices((random.randint(1, 10), random.randint(11, 45)), (78, 22))[0] if kind in ("late", "early") else None
                )
                minutes = random.randint(16, 150) if kind == "away" else minutes
                length = random.choice((0.5, 0.5, 1.0)) if kind == "absent" else None
                made.append(Slip("", posted[day], kind, day, day, minutes, length))
    return made


def visits(random: Random, catalogue: Catalogue, days: Days, held: Roster) -> list[Visit]:
    """Two slots a working day, with a weekly check on Fridays and some visits by video, unannounced or by the system itself."""
    inspectors = [person_name(random) for _ in range(6)]
    departments = {window.name: window.department for window in catalogue.windows}
    made: list[Visit] = []
    for day in (day for day in days.workdays if day.year == days.year):
        people = [one for one in held.own_on(day) if one.window != SERVICE_DESK]
        windows = sorted({one.window for one in people})
        for slot in sorted(random.sample(_SLOTS, 2), key=_SLOTS.index):
            names = "、".join(random.sample(inspectors, 2))
            for window in random.sample(windows, 4):
                made.append(_visit(len(made) + 1, day, slot, "daily", names, window, departments[window]))
            for _ in range(random.choices((0, 1, 2, 3), (34, 38, 20, 8))[0]):
                kind = random.choices(tuple(_FINDINGS), tuple(_FINDINGS.values()))[0]
                weights = [5.0 if one.window in TROUBLED else 2.0 if one.window == LATE_WINDOW else 1.0 for one in people]
                person = random.choices(people, weights)[0]
                is_named = kind not in _OF_WINDOW and random.random() < 0.93
                source = _source(random, day, kind)
                made.append(
                    _visit(
                        len(made) + 1, day, slot, source, "" if source == "electronic" else names, person.window,
                        departments[person.window], person if is_named else None, kind, random.random() < _FIXED.get(kind, 0.1),
                        f"ZP{day:%Y%m%d}-{len(made) + 1:05d}.jpg" if random.random() < 0.6 else "",
                    )
                )  # fmt: skip
    return made


def _source(random: Random, day: date, kind: str) -> str:
    if kind in ("away", "uncovered") and random.random() < 0.2:
        return "electronic"
    if day.weekday() == 4 and random.random() < 0.4:
        return "weekly"
    return random.choices(("daily", "video", "covert"), (86, 9, 5))[0]


def _visit(
    number: int, day: date, slot: str, source: str, inspectors: str, window: str, department: str, person: Stretch | None = None,
    kind: str = "", is_fixed: bool = False, photo: str = "",
) -> Visit:  # fmt: skip
    return Visit(f"XC{day:%Y%m%d}{number:05d}", day, slot, source, inspectors, window, department, person, kind, is_fixed, photo)


def inspections(random: Random, days: Days, cases: Sequence[Case], handled: Mapping[str, str]) -> list[Inspection]:
    """Each month some of the files closed the month before are looked through; those of the year's last month in its last week."""
    closed: defaultdict[int, list[Case]] = defaultdict(list)
    for case in cases:
        if case.closed_at is not None and case.closed_at.year == days.year and case.outcome == "approved":
            closed[case.closed_at.month].append(case)
    made: list[Inspection] = []
    for month in range(2, 13):
        pool = closed[month - 1]
        for case in random.sample(pool, min(len(pool), _DOSSIERS // 11)):
            day = days.last_until(date(days.year, month, random.randint(20, 28)))
            result = random.choices(("passed", "flawed", "failed"), (83, 11, 6))[0]
            kind = "" if result == "passed" else random.choices(tuple(_FAULTS), tuple(_FAULTS.values()))[0]
            # Now and then the minutes say that a file is not in order, and not why.
            kind = "" if result == "failed" and random.random() < 0.2 else kind
            score = {"passed": random.randint(90, 100), "flawed": random.randint(75, 89), "failed": random.randint(40, 59)}[result]
            fixed_on = days.add(day, random.randint(1, 8)) if result != "passed" and random.random() < 0.8 else None
            fixed_on = fixed_on if fixed_on is not None and fixed_on.year == days.year else None
            number = f"PC{day:%Y%m}{len(made) + 1:04d}"
            made.append(Inspection(number, day, case, handled.get(case.case_no, ""), result, kind, score, fixed_on))
    return made


def merits(random: Random, days: Days, held: Roster) -> list[Merit]:
    """Praise and extra work through the year; one exposure by the media that proved true, two reports that did not or not yet."""
    working = [day for day in days.workdays if day.year == days.year]
    drawn: list[Merit] = []
    for kind, count in _MERITS.items():
        for _ in range(count):
            day = random.choice(working)
            person = random.choice([one for one in held.own_on(day) if one.department != CENTRE])
            is_whole = kind in ("innovation", "praise") and random.random() < 0.25
            times = random.choice((1, 1, 1, 2)) if kind == "extra_service" else 1
            status = random.choices(("confirmed", "rejected", "pending"), (94, 3, 3))[0]
            drawn.append(Merit("", day, kind, person.department, person.window, None if is_whole else person, times, status))
    for kind, month, status in (("media_exposure", 9, "confirmed"), ("bribery", 6, "rejected"), ("fraud", 12, "pending")):
        day = days.last_until(date(days.year, month, 14))
        person = random.choice([one for one in held.own_on(day) if one.window in TROUBLED])
        drawn.append(Merit("", day, kind, person.department, person.window, person, 1, status))
    drawn.sort(key=lambda merit: (merit.day, merit.kind, merit.window))
    return [
        Merit(
            f"JF{merit.day:%Y}{number:04d}", merit.day, merit.kind, merit.department, merit.window, merit.person, merit.times, merit.status
        )
        for number, merit in enumerate(drawn, start=1)
    ]
