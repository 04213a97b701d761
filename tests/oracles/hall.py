"""What every mart measure should be, counted case by case from the facts in plain Python."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

Fact = Mapping[str, object]
DIMENSIONS = ("department", "window_name", "channel", "case_type", "item_kind", "place")
AGES = (("a00_05", 0, 5), ("a06_10", 6, 10), ("a11_20", 11, 20), ("a21_40", 21, 40), ("a41_up", 41, 10**6))


def left_on(fact: Fact) -> date | None:
    """The day a case left the hall; None while it is open."""
    if fact["is_open"]:
        return None
    days = [fact[name] for name in ("received_on", "started_on", "closed_on") if isinstance(fact[name], date)]
    return max(day for day in days if isinstance(day, date))


def is_held(fact: Fact, day: date) -> bool:
    """Open at the end of that day."""
    received, left = fact["received_on"], left_on(fact)
    assert isinstance(received, date)
    return received <= day and (left is None or left > day)


def age(fact: Fact, day: date, workdays: set[date]) -> str:
    """Band of working days since receipt, counted one by one."""
    received = fact["received_on"]
    assert isinstance(received, date)
    passed = sum(1 for number in range(1, (day - received).days + 1) if received + timedelta(days=number) in workdays)
    return next(name for name, low, high in AGES if low <= passed <= high)


def is_overdue(fact: Fact, day: date) -> bool:
    """Past the promised due day, unless the clock stands still at the cut-off."""
    due = fact["promised_due_on"]
    return isinstance(due, date) and fact["promise_state"] != "paused" and day > due


def backlog(facts: Iterable[Fact], day: date, workdays: set[date]) -> Counter[tuple[object, ...]]:
    """Open cases at the end of `day` by dimensions, age and whether overdue."""
    return Counter(
        (*(fact[name] for name in DIMENSIONS), age(fact, day, workdays), is_overdue(fact, day)) for fact in facts if is_held(fact, day)
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _saves(fact: Fact) -> bool:
    return fact["statutory_unit"] == "workday" and _number(fact["statutory_limit"]) > 0 and fact["used_workdays"] is not None


def _ordinary(fact: Fact) -> bool:
    return fact["case_type"] == "committed_ordinary"


Rule = tuple[Callable[[Fact], object], Callable[[Fact], int]]


def rules(as_of: date) -> dict[str, Rule]:
    """Measure of mart_case_day: the day a case counts on (None: not at all), and how much it counts."""

    def on(name: str) -> Callable[[Fact], object]:
        return lambda fact: fact[name]

    def closing(fact: Fact) -> object:
        return fact["closed_on"] if fact["is_closed"] else None

    def due(fact: Fact) -> object:
        day = fact["promised_due_on"]
        owed = (fact["is_closed"] or fact["is_open"]) and fact["promise_state"] != "paused"
        return day if isinstance(day, date) and day <= as_of and owed else None

    def state(name: str, *states: str) -> Callable[[Fact], int]:
        return lambda fact: int(fact[name] in states)

    def flag(name: str) -> Callable[[Fact], int]:
        return lambda fact: int(bool(fact[name]))

    one = lambda fact: 1  # noqa: E731
    return {
        "received": (on("received_on"), one),
        "applied_online": (on("received_on"), state("channel", "web", "mobile")),
        "supplemented": (on("received_on"), flag("is_supplemented")),
        "refused_of_received": (on("received_on"), flag("is_refused")),
        "returned_of_received": (on("received_on"), flag("is_returned")),
        "accepted": (on("accepted_on"), one),
        "started": (on("started_on"), one),
        "deemed_accepted": (on("started_on"), flag("is_deemed_accepted")),
        "closed": (closing, one),
        "closed_instant": (closing, state("case_type", "instant")),
        "closed_committed": (closing, lambda fact: int(_ordinary(fact))),
        "early_committed": (closing, lambda fact: int(_ordinary(fact) and fact["promise_state"] == "early")),
        "early": (closing, state("promise_state", "early")),
        "on_day": (closing, state("promise_state", "on_day")),
        "late": (closing, state("promise_state", "late")),
        "no_limit": (closing, state("promise_state", "no_limit")),
        "statute_on_time": (closing, state("statute_state", "early", "on_day")),
        "statute_late": (closing, state("statute_state", "late")),
        "same_day": (closing, flag("is_same_day")),
        "used_workdays": (closing, lambda fact: _number(fact["used_workdays"])),
        "used_count": (closing, lambda fact: int(fact["used_workdays"] is not None)),
        "committed_used_workdays": (closing, lambda fact: _number(fact["used_workdays"]) if _ordinary(fact) else 0),
        "committed_used_count": (closing, lambda fact: int(_ordinary(fact) and fact["used_workdays"] is not None)),
        "statutory_workdays": (closing, lambda fact: _number(fact["statutory_limit"]) if _saves(fact) else 0),
        "saved_workdays": (closing, lambda fact: _number(fact["statutory_limit"]) - _number(fact["used_workdays"]) if _saves(fact) else 0),
        "refused": (left_on, flag("is_refused")),
        "returned": (left_on, flag("is_returned")),
        "withdrawn": (left_on, flag("is_withdrawn")),
        "started_ended": (left_on, lambda fact: int(fact["started_on"] is not None)),
        "due": (due, one),
        "due_met": (due, state("promise_state", "early", "on_day")),
    }


def measured(facts: Iterable[Fact], rule: Rule, dimensions: tuple[str, ...] = DIMENSIONS) -> Counter[tuple[object, ...]]:
    """The measure by day and dimensions, rows of 0 left out."""
    day_of, amount = rule
    counted: Counter[tuple[object, ...]] = Counter()
    for fact in facts:
        day = day_of(fact)
        if day is not None:
            counted[(day, *(fact[name] for name in dimensions))] += amount(fact)
    return Counter({key: number for key, number in counted.items() if number})
