"""A person's month and a window's month under the hall's scheme, computed a slow and plain way from the text of the domain.

Written from the tables of points, with whole loops and no code of the engine's: what it agrees with is agreed upon twice.
"""

from decimal import ROUND_HALF_UP, Decimal

D = Decimal
# code: kinds, points, unit, cap
PERSON = {
    "A1": (("late_short",), "-1", "each", None),
    "A2": (("late_long",), "-2", "each", None),
    "A3": (("unsigned",), "-2", "each", None),
    "A4": (("away",), "-3", "each", None),
    "A5": (("absent",), "-5", "each", None),
    "A6": (("meeting_absent",), "-2", "each", None),
    "A6b": (("meeting_late",), "-1", "each", None),
    "B1": (("dress",), "-1", "each", 5),
    "B2": (("phone_or_chat",), "-1", "each", None),
    "B3": (("tidiness",), "-0.5", "each", 2),
    "B4": (("outsider", "uncovered"), "-2", "each", None),
    "B5": (("rude",), "-2", "each", None),
    "B6": (("quarrel",), "-3", "each", None),
    "C1": (("not_told_once",), "-3", "case", None),
    "C2": (("not_accepted",), "-5", "case", None),
    "C3": (("promise_late",), "-5", "case", None),
    "C4": (("statute_late",), "-10", "case", None),
    "C5": (("precheck_late",), "-1", "case", 5),
    "C6": (("entry_late",), "-1", "case", 5),
    "C7": (("file_error",), "-2", "case", None),
    "C8": (("certificate_missing",), "-1", "case", 5),
    "C9": (("express_missing",), "-1", "case", None),
    "D1": (("complaint_upheld",), "-5", "each", None),
    "D2": (("bad_verified",), "-2", "each", None),
    "D2b": (("very_bad_verified",), "-3", "each", None),
    "D3": (("bad_not_fixed",), "-5", "each", None),
    "E1": (("warned_thrice",), "-3", "each", None),
    "E2": (("yellow_card",), "-5", "each", None),
    "E3": (("red_card",), "-10", "each", None),
    "P1": (("praise",), "1", "each", 3),
    "P2": (("extra_service",), "1", "each", 3),
    "P3": (("news_county", "news_city", "news_province"), {"news_county": "0.5", "news_city": "1", "news_province": "2"}, "each", 3),
    "P4": (("innovation",), "2", "each", None),
}
LATE = ("promise_late", "statute_late", "yellow_card", "red_card")
ABSENCE = ("late_short", "late_long", "unsigned", "away", "absent", "meeting_absent", "meeting_late")


def half_up(value):
    return value.quantize(D("0.01"), ROUND_HALF_UP)


def person_month(events, reversed_ids=(), early=None, has_leave=False, whole_month=True):
    """The score of a person: base 100, floor 0, bonus at most 10. `early`: the window's (early, closed)."""
    standing = [event for event in events if event.event_id not in reversed_ids and event.evidence_no]
    # What each event would cost alone; a case once a rule; overdue and its card on one case are one fact, the dearest way.
    cost = {}
    for event in standing:
        for kinds, points, unit, _ in PERSON.values():
            if event.kind in kinds:
                each = D(points[event.kind] if isinstance(points, dict) else points)
                cost[event.event_id] = each if unit == "case" else each * event.quantity
    seen = set()
    for event in sorted(standing, key=lambda one: (one.day, one.event_id)):
        for kinds, _, unit, _ in PERSON.values():
            if event.kind in kinds and unit == "case" and event.case_no:
                if (kinds, event.case_no) in seen:
                    cost[event.event_id] = D(0)
                seen.add((kinds, event.case_no))
    for case in {event.case_no for event in standing if event.case_no}:
        same = [event for event in standing if event.case_no == case and event.kind in LATE]
        dearest = min((cost[event.event_id] for event in same), default=D(0))
        kept = False
        for event in same:
            if cost[event.event_id] == dearest and not kept:
                kept = True
            else:
                cost[event.event_id] = D(0)
    taken, bonus = D(0), D(0)
    for kinds, _, _, cap in PERSON.values():
        points = sum((cost[event.event_id] for event in standing if event.kind in kinds), D(0))
        if cap is not None:
            points = max(min(points, D(cap)), D(-cap))
        if points < 0:
            taken += points
        else:
            bonus += points
    if early is not None and early[1] >= 10:
        rate = D(100) * early[0] / early[1]
        if rate >= 60:
            bonus += min(D(3), 1 + (rate - 60) // 10)
    if whole_month and not has_leave and not any(event.kind in ABSENCE for event in events if event.event_id not in reversed_ids):
        bonus += 1
    return half_up(max(D(0), 100 + taken + min(bonus, D(10))))


WINDOW_FINDINGS = {
    "dress": "-0.5", "phone_or_chat": "-0.5", "tidiness": "-0.5", "outsider": "-2", "uncovered": "-2", "away": "-1",
    "rude": "-2", "quarrel": "-2",
}  # fmt: skip


def window_month(events, rates, staff, reversed_ids=()):
    """The score of a window: 35 business, 20 evaluation, 15 order, 25 staff, 5 items, at most 5 of bonus.

    `rates` are (numerator, denominator) by indicator; `staff` are (total, days at the window, of days at all posts).
    """

    def lost(name, start, each, cap, above=False):
        numerator, denominator = rates.get(name, (0, 0))
        if denominator < 10:
            return D(0)
        rate = D(100) * numerator / denominator
        gap = rate - start if above else start - rate
        return min(D(cap), max(D(0), gap) * D(each))

    standing = [event for event in events if event.event_id not in reversed_ids and event.evidence_no]
    count = {kind: sum((event.quantity for event in standing if event.kind == kind), D(0)) for kind in {event.kind for event in standing}}
    business = 35 - lost("on_time_rate", 100, "1", 15) - lost("early_rate", 60, "0.2", 8) - lost("online_rate", 30, "0.2", 6)
    business -= lost("late_entry_rate", 2, "0.5", 6, above=True)
    evaluation = 20 - lost("good_rate", 98, "1", 10) - min(D(10), 5 * count.get("complaint_upheld", D(0)))
    order = D(15)
    for event in standing:
        if event.evidence_type == "patrol" and event.kind in WINDOW_FINDINGS:
            order += D(WINDOW_FINDINGS[event.kind]) * event.quantity
    weight = sum((D(days) / of for _, days, of in staff), D(0))
    mean = sum((total * days / of for total, days, of in staff), D(0)) / weight if weight else D(100)
    items = 5 - count.get("guide_wrong", D(0))
    bonus = min(D(5), min(D(3), count.get("praise", D(0))) + 2 * count.get("innovation", D(0)))
    parts = [max(D(0), business), max(D(0), evaluation), max(D(0), order), min(D(25), 25 * mean / 100), max(D(0), items)]
    return half_up(max(D(0), min(D(105), sum(parts, D(0)) + bonus)))


def carried_by_chief(chief, events, reversed_ids=()):
    """Half of what the window loses by events of others: findings, complaints (10 at most for the window) and wrong guides."""
    standing = [event for event in events if event.event_id not in reversed_ids and event.evidence_no]
    lost = D(0)
    for event in standing:
        if event.staff_no != chief and event.evidence_type == "patrol" and event.kind in WINDOW_FINDINGS:
            lost += D(WINDOW_FINDINGS[event.kind]) * event.quantity
        if event.staff_no != chief and event.kind == "guide_wrong":
            lost -= event.quantity
    complaints = sum((5 * event.quantity for event in standing if event.kind == "complaint_upheld" and event.staff_no != chief), D(0))
    return (lost - min(D(10), complaints)) / 2
