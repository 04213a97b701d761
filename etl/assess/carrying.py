"""What a chief (首席代表) carries of the deductions of his window, or of the other staff there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from etl.assess.exact import fine, total_of
from etl.assess.results import Line
from etl.assess.scheme import Propagation

if TYPE_CHECKING:
    from etl.assess.months import MonthScores

NONE = Decimal(0)


def carried(month: "MonthScores", chief: str, shares: Mapping[str, Decimal]) -> list[Line]:
    """Lines for each event that cost the window (or another person there) points, times the percent and the chief's share of days.

    His own events are left out: he bears them whole already. A rule never carries over more than it took in all.
    """
    lines: list[Line] = []
    for rule in month.scheme.propagation:
        own: list[Line] = []
        caps = {one.id: one.cap_name for one in month.scheme.rule if one.subject == rule.source}
        for window, share in shares.items():
            for source in _sources(month, rule, chief, window):
                chosen = [line for line in source if not rule.dimensions or line.dimension in rule.dimensions]
                own += _of_source(rule, chosen, caps, chief, window, share)
        total = total_of(line.points for line in own)
        if rule.cap is not None and -total > rule.cap:
            own.append(Line(rule.id, "", "cap", fine(-total - rule.cap), note=f"至多 {rule.cap} 分", note_en=f"at most {rule.cap}"))
        lines += own
    return lines


def _sources(month: "MonthScores", rule: Propagation, chief: str, window: str) -> Iterable[Sequence[Line]]:
    if rule.source == "window":
        return [month.window_lines.get(window, [])]
    others = [staff_no for staff_no, stay in month.stays.items() if staff_no != chief and window in stay.windows]
    return [[line for line in month.person_lines[staff_no] if not line.event_id or line.window == window] for staff_no in others]


def _of_source(rule: Propagation, lines: Sequence[Line], caps: Mapping[str, str], chief: str, window: str, share: Decimal) -> list[Line]:
    """Lines for the events of others; where the rules that share a cap took more than the cap, the cap gives back here too."""
    found: list[Line] = []
    factor = rule.percent / 100 * share
    for name in dict.fromkeys(caps.values()):
        together = [line for line in lines if caps.get(line.rule) == name]
        taken = [line for line in together if line.event_id and line.points < 0 and line.staff_no != chief]
        for line in taken:
            zh, en = (
                f"{window}：{line.rule} {line.points} 分的 {fine(factor * 100)}%",
                f"{window}: {fine(factor * 100)}% of the {line.points} of {line.rule}",
            )
            points = fine(line.points * factor)
            found.append(
                replace(
                    line, rule=rule.id, dimension="", kind="propagation", points=points, quantity=factor, window=window, note=zh, note_en=en
                )
            )
        over = total_of(line.points for line in together) - total_of(line.points for line in taken)
        if taken and over > 0:
            zh, en = "窗口该项的上限同样适用", "the window's cap holds here too"
            found.append(Line(rule.id, "", "cap", fine(over * factor), window=window, note=zh, note_en=en))
    return found
