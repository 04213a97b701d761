"""Signals told a second time: each case looked at on every day of its life, rule by rule, in plain Python.

Written against the words of the rules file, not against the models; slow on purpose.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from oracles import clock
from oracles.clock import DAY, Days

Fact = Mapping[str, Any]
Rule = Mapping[str, Any]
Signal = tuple[str, str, date, date | None]
"""(rule, subject, raised on, first day it held no more up to the cut-off)"""


class Workdays:
    """Working days counted once, so that every later question is a look-up."""

    def __init__(self, days: Days, first: date, last: date) -> None:
        self.number: dict[date, int] = {}
        passed = 0
        for day in clock.every_day(first, last):
            passed += days.is_worked(day)
            self.number[day] = passed

    def between(self, after: date, through: date) -> int:
        return self.number[through] - self.number[after]


def _limit(fact: Fact, deadline: str, due: date, worked: Workdays) -> int:
    count, unit = fact[f"{deadline}_limit"], fact[f"{deadline}_unit"]
    return int(count) if unit == "workday" and count is not None else worked.between(fact["started_on"], due)


def _holds(rule: Rule, fact: Fact, day: date, worked: Workdays) -> bool:
    """Whether the condition of a rule of the clock holds for this case on this day, the case being in hand."""
    trigger = rule["trigger"]
    if trigger == "deemed_accepted":
        answered = fact["accepted_on"] is not None and day > fact["accepted_on"]
        return bool(fact["is_deemed_accepted"]) and not answered and worked.between(fact["received_on"], day - DAY) >= 5
    if trigger == "instant_open":
        base = fact["promised_due_on"] if fact["promised_limit"] == 0 else fact["started_on"]
        late = day > base and worked.between(base, day) > rule["workdays"]
        return fact["case_type"] == "instant" and fact["promise_state"] != "paused" and late
    deadline = rule["deadline"]
    due = fact[f"{deadline}_due_on"]
    if due is None or fact["promise_state" if deadline == "promised" else "statute_state"] == "paused":
        return False
    limit = _limit(fact, deadline, due, worked)
    if trigger in ("near_due", "due_today"):
        overnight = fact["closed_on"] is None or fact["closed_on"] > fact["started_on"]
        fits = rule.get("limit_from", 0) <= limit <= rule.get("limit_to", limit)
        if not (overnight and fits):
            return False
        if trigger == "due_today":
            return bool(day == due)
        near = max(rule["least_workdays"], -(-limit * rule.get("limit_percent", 0) // 100))
        return bool(day < due and worked.between(day, due) <= near)
    over = day > due and worked.between(due, day) >= rule.get("workdays", 0)
    within = not rule.get("within_statute") or fact["statutory_due_on"] is None or day <= fact["statutory_due_on"]
    return bool(over and within)


def of_the_clock(facts: Iterable[Fact], rules: Sequence[Rule], as_of: date, worked: Workdays) -> set[Signal]:
    """Every signal of the rules of the clock, by walking through the days of each case."""
    found: set[Signal] = set()
    for fact in facts:
        started, closed = fact["started_on"], fact["closed_on"]
        if started is None or (closed is None and not fact["is_open"]):
            continue
        for rule in rules:
            raised = ended = None
            for day in clock.every_day(started, as_of):
                holds = _holds(rule, fact, day, worked)
                if raised is None and holds and (closed is None or day <= closed):
                    raised = day
                answered = rule["trigger"] == "deemed_accepted" and fact["accepted_on"] is not None and day >= fact["accepted_on"]
                if raised is not None and (not holds or answered or (closed is not None and day >= closed)):
                    ended = day
                    break
            if raised is not None:
                found.add((rule["id"], fact["case_no"], raised, ended))
    return found


def _has_time(moment: datetime) -> bool:
    return moment.time() != time(0)


def quick_closes(facts: Iterable[Fact], rule: Rule) -> set[tuple[str, date]]:
    return {
        (fact["case_no"], fact["closed_on"])
        for fact in facts
        if fact["is_closed"]
        and fact["case_type"] in rule["case_types"]
        and fact["accepted_at"] is not None
        and fact["accepted_on"] == fact["closed_on"]
        and _has_time(fact["accepted_at"])
        and _has_time(fact["closed_at"])
        and fact["closed_at"] - fact["accepted_at"] < timedelta(minutes=rule["minutes"])
    }


def late_entries(facts: Iterable[Fact], rule: Rule, worked: Workdays, as_of: date) -> set[tuple[str, date]]:
    found = set()
    for fact in facts:
        if fact["entered_at"] is not None:
            entered = fact["entered_at"].date()
            if entered > fact["received_on"] and worked.between(fact["received_on"], entered) > rule["workdays"] and entered <= as_of:
                found.add((fact["case_no"], entered))
    return found


def repeated_supplements(cases: Iterable[Fact], suspensions: Iterable[Fact], rule: Rule, as_of: date) -> set[tuple[str, date]]:
    days: dict[str, set[date]] = {}
    for case in cases:
        if case.get("supplement_notice_at"):
            days.setdefault(case["case_no"], set()).add(case["supplement_notice_at"].date())
    for stop in suspensions:
        if stop["kind"] == "supplement":
            days.setdefault(stop["case_no"], set()).add(stop["started_at"].date())
    told = {case: sorted(noticed) for case, noticed in days.items() if len(noticed) > rule["notices"]}
    return {(case, noticed[rule["notices"]]) for case, noticed in told.items() if noticed[rule["notices"]] <= as_of}


def pauses_near_due(
    facts: Iterable[Fact], stops: Mapping[str, Collection[tuple[date, date]]], rule: Rule, days: Days, worked: Workdays
) -> set:
    """Pauses opened when few days were left: the due date is told anew from the pauses that had begun before."""
    found = set()
    for fact in facts:
        limit = fact["promised_limit"]
        if limit is None or fact["promised_due_on"] is None:
            continue
        own = stops.get(fact["case_no"], ())
        for begin in {first for first, _ in own}:
            if begin < fact["started_on"] or (fact["closed_on"] is not None and begin > fact["closed_on"]):
                continue
            if any(first < begin <= last for first, last in own):
                continue
            before = [stop for stop in own if stop[0] < begin]
            due = clock.due_date(fact["started_on"], int(limit), fact["promised_unit"], before, days)
            if begin <= due and worked.between(begin, due) <= rule["workdays"]:
                found.add((fact["case_no"], begin))
    return found


def bulk_closings(facts: Iterable[Fact], rule: Rule, days: Days, as_of: date) -> set[tuple[str, date, int]]:
    hours: Counter[tuple[str, date, int]] = Counter()
    whole: Counter[tuple[str, date]] = Counter()
    for fact in facts:
        if fact["is_closed"] and _has_time(fact["closed_at"]) and fact["closed_on"] <= as_of:
            hours[fact["department"], fact["closed_on"], fact["closed_at"].hour] += 1
            whole[fact["department"], fact["closed_on"]] += 1
    found = set()
    for (department, day, hour), count in hours.items():
        rest = [later for later in clock.every_day(day + DAY, day + timedelta(days=31)) if later.month == day.month]
        at_end = not any(days.is_worked(later) for later in rest)
        total = whole[department, day]
        if at_end and total >= rule["least_cases"] and count / total > rule["percent"] / 100:
            found.add((department, day, hour))
    return found
