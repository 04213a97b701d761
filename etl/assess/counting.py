"""Points for events: each rule's unit, one fact counted once, what is free, and the caps. Every step is a line with its evidence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from etl.assess.exact import fine, total_of
from etl.assess.inputs import Event
from etl.assess.results import Line
from etl.assess.scheme import Rule, RuledKind, SameFact, Scheme, Step

Computed = Callable[[Rule], Sequence[Event]]
NONE = Decimal(0)


def no_computed(rule: Rule) -> Sequence[Event]:
    return ()


def counted(
    scheme: Scheme,
    kind: RuledKind,
    events: Sequence[Event],
    reversed_events: Mapping[str, str],
    computed: Computed = no_computed,
    used: Callable[[str], Decimal] = lambda cap: NONE,
) -> list[Line]:
    """Lines of all event rules of this kind of subject for the events of one month, which are all the subject's.

    `used` tells how much of a cap (by its name) earlier months of its quarter or year have used. Floors and ceilings come later.
    """
    rules = scheme.rules_of[kind]
    raw = uncapped(scheme, rules, events, reversed_events, computed)
    lines: list[Line] = []
    for rule in rules:
        lines += raw[rule.id]
        group = scheme.capped_together.get((kind, rule.cap_name), ())
        if group and rule is group[-1] and any(raw[one.id] for one in group):
            lines += _cap(rule, [line for one in group for line in raw[one.id]], used(rule.cap_name))
    return lines


def uncapped(
    scheme: Scheme, rules: Sequence[Rule], events: Sequence[Event], reversed_events: Mapping[str, str], computed: Computed = no_computed
) -> dict[str, list[Line]]:
    """Lines by rule before caps."""
    raw: dict[str, list[Line]] = {}
    for rule in rules:
        matched = [*(one for one in events if matches(rule, one)), *computed(rule)]
        raw[rule.id] = _lines(rule, sorted(matched, key=lambda one: (one.day, one.event_id)), reversed_events) if matched else []
    _once(scheme.same_fact, raw)
    for rule in rules:
        if rule.free and raw[rule.id]:
            raw[rule.id] += _free(rule, raw[rule.id])
    return raw


def matches(rule: Rule, event: Event) -> bool:
    """Whether the rule counts such an event."""
    return (
        event.kind in rule.kinds
        and (not rule.evidence or event.evidence_type in rule.evidence)
        and (rule.automatic is None or rule.automatic == event.is_automatic)
        and (rule.attributed == "any" or (rule.attributed == "person") == bool(event.staff_no))
    )


def _line(rule: Rule, event: Event, points: Decimal, quantity: Decimal, note: str = "", note_en: str = "") -> Line:
    return Line(
        rule=rule.id, dimension=rule.dimension, kind=event.kind, points=fine(points), quantity=quantity, event_id=event.event_id,
        evidence_type=event.evidence_type, evidence_no=event.evidence_no, version=event.evidence_version, day=event.day,
        case_no=event.case_no, staff_no=event.staff_no, window=event.window, is_automatic=event.is_automatic, note=note, note_en=note_en,
    )  # fmt: skip


def _lines(rule: Rule, events: Sequence[Event], reversed_events: Mapping[str, str]) -> list[Line]:
    """A line an event. No points without evidence, after a granted appeal, or for a case that the rule has counted."""
    lines: list[Line] = []
    standing: list[Event] = []
    for event in events:
        if event.event_id in reversed_events:
            reason = reversed_events[event.event_id]
            lines.append(_line(rule, event, NONE, event.quantity, f"申诉成立：{reason}", f"appeal granted: {reason}"))
        elif not event.evidence_no:
            lines.append(_line(rule, event, NONE, event.quantity, "没有证据编号，不计分", "no evidence id: not counted"))
        else:
            standing.append(event)
    match rule.unit:
        case "each" | "half_day":
            lines += [_line(rule, event, (rule.points or NONE) * event.quantity, event.quantity) for event in standing]
        case "count_steps":
            before = NONE
            for event in standing:
                after = before + event.quantity
                lines.append(_line(rule, event, _step(rule.steps or (), after) - _step(rule.steps or (), before), event.quantity))
                before = after
        case _:
            lines += _by_case(rule, standing)
    return sorted(lines, key=lambda line: (line.day or date.min, line.event_id))


def _by_case(rule: Rule, events: Sequence[Event]) -> list[Line]:
    """Each case once: by the event with the most working days late, the earliest of equals."""
    cases: dict[str, list[Event]] = {}
    for event in events:
        cases.setdefault(event.case_no or f"event {event.event_id}", []).append(event)
    lines = []
    for found in cases.values():
        heaviest = max(found, key=lambda event: event.workdays_late)
        late = Decimal(heaviest.workdays_late)
        for event in found:
            if event is not heaviest:
                lines.append(
                    _line(rule, event, NONE, NONE, f"同一办件已计（{heaviest.event_id}）", f"same case, counted: {heaviest.event_id}")
                )
            elif rule.unit == "case":
                lines.append(_line(rule, event, rule.points or NONE, Decimal(1)))
            elif rule.unit == "case_workday":
                lines.append(_line(rule, event, (rule.points or NONE) * late, late))
            else:
                lines.append(_line(rule, event, _step(rule.steps or (), late), late))
    return lines


def _step(steps: Sequence[Step], value: Decimal) -> Decimal:
    """Points of the last step that the value has reached, 0 before the first."""
    reached = [step.points for step in steps if step.at <= value]
    return reached[-1] if reached else NONE


def _once(same_facts: Sequence[SameFact], raw: dict[str, list[Line]]) -> None:
    """One fact, one line with points: the heaviest, the earlier rule of equals. The others stay with 0 and say by whom it is counted."""
    for same in same_facts:
        if same.count == "both":
            continue
        facts: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for rule, lines in raw.items():
            for index, line in enumerate(lines):
                fact = (line.case_no, "") if same.by == "case" else (line.evidence_type, line.evidence_no)
                if line.kind in same.kinds and line.points and (fact[0] if same.by == "case" else fact[1]):
                    facts.setdefault(fact, []).append((rule, index))
        for places in facts.values():
            # max takes the first of equals, and places stand in the order of the rules.
            kept = max(places, key=lambda at: abs(raw[at[0]][at[1]].points))
            winner = raw[kept[0]][kept[1]]
            for rule, index in places:
                if (rule, index) != kept:
                    zh, en = (
                        f"同一事实已按 {winner.rule} 计（{winner.event_id}）",
                        f"same fact, counted by {winner.rule}: {winner.event_id}",
                    )
                    raw[rule][index] = replace(raw[rule][index], points=NONE, note=zh, note_en=en)


def _free(rule: Rule, lines: Iterable[Line]) -> list[Line]:
    """What the rule leaves out of account each month, as one line."""
    quantity = total_of(line.quantity or NONE for line in lines if line.points)
    left_out = min(rule.free, quantity)
    if not left_out:
        return []
    points = fine(-(rule.points or NONE) * left_out)
    return [
        Line(
            rule.id,
            rule.dimension,
            "free",
            points,
            left_out,
            note=f"每月 {rule.free} 以内不计",
            note_en=f"up to {rule.free} a month is free",
        )
    ]


_SPANS = {
    "day": ("每日", "a day"),
    "week": ("每周", "a week"),
    "month": ("每月", "a month"),
    "quarter": ("每季", "a quarter"),
    "year": ("每年", "a year"),
}


def _cap(rule: Rule, lines: Sequence[Line], used: Decimal) -> list[Line]:
    """What the cap gives back: of each day or week, or of the month, less what earlier months of the quarter or year have used."""
    if rule.cap_per in ("day", "week"):
        spans: dict[date, list[Line]] = {}
        for line in lines:
            day = line.day or date.min
            spans.setdefault(day if rule.cap_per == "day" else day - timedelta(days=day.weekday()), []).append(line)
        return [cap for _, found in sorted(spans.items()) for cap in _one_cap(rule, found, NONE)]
    return _one_cap(rule, lines, used)


def _one_cap(rule: Rule, lines: Sequence[Line], used: Decimal) -> list[Line]:
    total = total_of(line.points for line in lines)
    left = max((rule.cap or NONE) - used, NONE)
    if abs(total) <= left:
        return []
    zh, en = _SPANS[rule.cap_per]
    points = fine((abs(total) - left).copy_sign(-total))
    day = lines[-1].day if rule.cap_per in ("day", "week") else None
    return [Line(rule.id, rule.dimension, "cap", points, day=day, note=f"{zh}至多 {rule.cap} 分", note_en=f"at most {rule.cap} {en}")]
