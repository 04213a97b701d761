"""Random tickets, and what every mart of the queue should hold, counted ticket by ticket in plain Python."""

import random
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import ceil

Ticket = dict[str, object]
SELF = "自助服务区"
ZONES = ("一楼A区", "二楼A区", SELF)
WINDOWS = {"一楼A区": ("1号窗口", "2号窗口"), "二楼A区": ("3号窗口",), SELF: ("自助终端1",)}
DEPARTMENT = {"1号窗口": "住建局", "2号窗口": "住建局", "3号窗口": "民政局"}
# Hours of these days as written in the service-hours files: Monday to Friday, and Saturday.
HALL = ((480, 720), (720, 870), (870, 1050))
WEEKEND = ((510, 720),)


def random_tickets(seed: int, count: int) -> list[Ticket]:
    """Tickets of two weeks of October 2018 with every course a ticket can take; windows may be called twice at a time."""
    rng = random.Random(seed)
    made: list[Ticket] = []
    serial: Counter[tuple[date, str]] = Counter()
    for _ in range(count):
        zone = rng.choice(ZONES)
        day = date(2018, 10, 8) + timedelta(days=rng.randrange(14))
        taken = datetime.combine(day, datetime.min.time()) + timedelta(seconds=rng.randrange(24 * 3600 if zone == SELF else 18 * 3600))
        serial[day, zone] += 1
        course = rng.choice(["done", "done", "done", "no_show", "cancelled", "waiting", "transferred", "called"])
        row: Ticket = {
            "taken_on": day, "zone": zone, "ticket_no": f"A{serial[day, zone]:03d}", "service_name": rng.choice(["甲业务", "乙业务", None]),
            "window_name": None, "status": course, "taken_at": taken, "called_at": None, "started_at": None, "ended_at": None,
            "customer_name": "张明", "staff_name": "李红", "no_show_source": None, "sync_operation": rng.choice([None, None, "U", "D"]),
        }  # fmt: skip
        if course in ("done", "no_show", "transferred", "called"):
            row["window_name"] = rng.choice([*WINDOWS[zone], *WINDOWS[zone], None])
            row["called_at"] = called = taken + timedelta(seconds=rng.choice([0, 30, 60, 61, 1199, 1200, 1201, rng.randrange(7200)]))
            if course in ("done", "transferred"):
                row["started_at"] = started = called + timedelta(seconds=rng.randrange(90))
                row["ended_at"] = started + timedelta(seconds=rng.choice([0, 59, 60, 61, rng.randrange(5400)]))
            if course == "no_show":
                row["no_show_source"] = rng.choice(["window", "system", None])
        elif course == "cancelled" and rng.random() < 0.5:
            row["ended_at"] = taken + timedelta(seconds=rng.randrange(3600))
        made.append(row)
    return made


def kept(rows: list[Ticket]) -> list[Ticket]:
    return [row for row in rows if row["sync_operation"] != "D"]


def channel(row: Ticket) -> str:
    day = row["taken_on"]
    assert isinstance(day, date)
    return "self_service" if row["zone"] == SELF else "weekend" if day.isoweekday() == 6 else "window"


def department(row: Ticket) -> str:
    return DEPARTMENT.get(str(row["window_name"]), "")


def place(row: Ticket) -> tuple[object, ...]:
    """Day, zone, service, department, window, channel."""
    return (row["taken_on"], row["zone"], row["service_name"] or "", department(row), row["window_name"] or "", channel(row))


def seconds(row: Ticket, begin: str, end: str) -> int | None:
    first, last = row[begin], row[end]
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return None
    return round((last - first).total_seconds())


def is_served(row: Ticket) -> bool:
    return row["status"] != "no_show" and row["started_at"] is not None and row["ended_at"] is not None


def is_abandoned(row: Ticket, as_of: date) -> bool:
    day = row["taken_on"]
    assert isinstance(day, date)
    return row["called_at"] is None and (row["status"] == "cancelled" or day < as_of)


def session(row: Ticket, name: str) -> int:
    """In which session of its channel that moment lies, counted from 1; 0 is outside."""
    moment, day = row[name], row["taken_on"]
    assert isinstance(day, date)
    if not isinstance(moment, datetime):
        return 0
    minutes = (moment - datetime.combine(day, datetime.min.time())).total_seconds() / 60
    workday = day.isoweekday() <= 5
    hours = {"window": HALL if workday else (), "weekend": WEEKEND, "self_service": ((0, 1440),)}[channel(row)]
    return next((number for number, (begin, end) in enumerate(hours, start=1) if begin <= minutes < end), 0)


def idle(rows: list[Ticket]) -> dict[tuple[object, ...], int]:
    """Seconds of idle time after each ticket, by its key."""
    found: dict[tuple[object, ...], int] = {}
    lines: defaultdict[tuple[object, ...], list[Ticket]] = defaultdict(list)
    for row in rows:
        if row["called_at"] is not None and row["window_name"]:
            lines[row["taken_on"], row["zone"], row["window_name"]].append(row)
    for calls in lines.values():
        calls.sort(key=lambda row: (row["called_at"], row["ticket_no"]))
        for row, after in pairwise(calls):
            gap = None if row["ended_at"] is None else round((after["called_at"] - row["ended_at"]).total_seconds())  # type: ignore[operator]
            if gap is not None and gap >= 0 and session(row, "ended_at") == session(after, "called_at") > 0:
                found[row["taken_on"], row["zone"], row["ticket_no"]] = gap
    return found


def daily(rows: list[Ticket], as_of: date) -> dict[str, Counter[tuple[object, ...]]]:
    """Each measure of mart_ticket_day by place."""
    gaps = idle(rows)
    names = (
        "tickets", "called", "served", "no_show", "abandoned", "transferred", "by_appointment", "wait_s", "walk_s", "walk_count",
        "serve_s", "idle_s", "idle_count",
    )  # fmt: skip
    found: dict[str, Counter[tuple[object, ...]]] = {name: Counter() for name in names}
    for row in rows:
        at = place(row)
        walk, gap = seconds(row, "called_at", "started_at"), gaps.get((row["taken_on"], row["zone"], row["ticket_no"]))
        amounts = {
            "tickets": 1, "called": row["called_at"] is not None, "served": is_served(row), "no_show": row["status"] == "no_show",
            "abandoned": is_abandoned(row, as_of), "transferred": row["status"] == "transferred",
            "wait_s": seconds(row, "taken_at", "called_at") or 0, "walk_s": walk or 0, "walk_count": walk is not None,
            "serve_s": (seconds(row, "started_at", "ended_at") or 0) if is_served(row) else 0,
            "idle_s": gap or 0, "idle_count": gap is not None,
        }  # fmt: skip
        for name, amount in amounts.items():
            found[name][at] += int(amount)
    return {name: Counter({key: number for key, number in counted.items() if number}) for name, counted in found.items()}


def minutes(value: int | None) -> int | None:
    return None if value is None else ceil(value / 60)


def half_hour(row: Ticket, name: str) -> int:
    moment = row[name]
    assert isinstance(moment, datetime)
    return moment.hour * 2 + moment.minute // 30


def spans(rows: list[Ticket]) -> dict[tuple[object, ...], tuple[datetime, datetime]]:
    """Open time of each window in each session: first call to the end of the last ticket."""
    found: dict[tuple[object, ...], tuple[datetime, datetime]] = {}
    for row in rows:
        called = row["called_at"]
        if not isinstance(called, datetime) or not row["window_name"]:
            continue
        last = row["ended_at"] or row["started_at"] or called
        assert isinstance(last, datetime)
        key = (row["taken_on"], row["zone"], department(row), row["window_name"], channel(row), session(row, "called_at"))
        begin, end = found.get(key, (called, last))
        found[key] = (min(begin, called), max(end, last))
    return found


def seconds_by_half_hour(day: date, begin: datetime, end: datetime) -> Counter[int]:
    """Second by second would be slow: minute edges of the half hours, cut to the span, of that day only."""
    found: Counter[int] = Counter()
    for half in range(48):
        first = datetime.combine(day, datetime.min.time()) + timedelta(minutes=30 * half)
        overlap = (min(end, first + timedelta(minutes=30)) - max(begin, first)).total_seconds()
        if overlap > 0:
            found[half] += round(overlap)
    return found
