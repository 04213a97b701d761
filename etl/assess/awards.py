"""Awards of a period: who is eligible and why another is not, how many win, how equals share."""

from collections.abc import Callable, Sequence
from decimal import ROUND_FLOOR, Decimal

from etl.assess.inputs import Event, month_of, months_of, period_kind, quarter_of
from etl.assess.ranking import grouped, in_order, sort_key
from etl.assess.results import Award, Outside, Score, VetoHit, Winner
from etl.assess.scheme import AwardRule, Scheme

Reasons = tuple[tuple[str, str], ...]
# The standing events of a subject in the period, and the vetoes of the subject in the year up to the period's end.
EventsOf = Callable[[Score], Sequence[Event]]
VetoesOf = Callable[[Score], Sequence[VetoHit]]


def award(scheme: Scheme, rule: AwardRule, period: str, scores: Sequence[Score], events_of: EventsOf, vetoes_of: VetoesOf) -> Award:
    """The award among these scores, which are all of its kind in the period."""
    groups = grouped(scheme, rule.subject, period, scores)
    named = {subject: "" if group is None else group.id for subject, group in groups.items()}
    eligible, outside = [], []
    for one in scores:
        reasons = _reasons(scheme, rule, one, named[one.subject], events_of(one), vetoes_of(one), period)
        if reasons:
            outside.append(Outside(one.subject, one.name, one.total, reasons))
        else:
            eligible.append(one)
    wanted = _number(rule, len(eligible))
    winners: list[Winner] = []
    if rule.spread == "overall":
        winners = _first(scheme, rule, eligible, wanted, named)
    else:
        order = [one.id for one in scheme.group if one.subject == rule.subject]
        for group, places in shared_out(
            wanted, {name: sum(1 for one in eligible if named[one.subject] == name) for name in [*order, ""]}
        ).items():
            winners += _first(scheme, rule, [one for one in eligible if named[one.subject] == group], places, named)
    return Award(rule.id, rule.zh, rule.en, rule.subject, period, tuple(winners), len(eligible), tuple(outside), scheme.id, scheme.version)


def _number(rule: AwardRule, eligible: int) -> int:
    if rule.winners is not None:
        return min(rule.winners, eligible)
    share = int(((rule.percent or Decimal(0)) * eligible / 100).to_integral_value(ROUND_FLOOR))
    wanted = max(share, rule.least)
    return min(wanted if rule.most is None else min(wanted, rule.most), eligible)


def shared_out(places: int, members: dict[str, int]) -> dict[str, int]:
    """Places over groups in proportion to their members, by largest remainder; of equal remainders the earlier group first."""
    total = sum(members.values())
    if not total:
        return dict.fromkeys(members, 0)
    given = {name: places * number // total for name, number in members.items()}
    rest = sorted(members, key=lambda name: -(places * members[name] % total))
    for name in rest[: places - sum(given.values())]:
        given[name] += 1
    return given


def _first(scheme: Scheme, rule: AwardRule, eligible: Sequence[Score], wanted: int, named: dict[str, str]) -> list[Winner]:
    """The best `wanted`; those equal with the last one win too, or, with ties `within`, none of the equals that would be too many."""
    if not wanted:
        return []
    ordered = in_order(scheme, rule.subject, eligible)
    keys = [sort_key(scheme, rule.subject, one) for one in ordered]
    last = keys[min(wanted, len(keys)) - 1]
    chosen = [index for index, key in enumerate(keys) if key <= last]
    if rule.ties == "within" and len(chosen) > wanted:
        chosen = [index for index, key in enumerate(keys) if key < last]
    return [
        Winner(
            ordered[index].subject, ordered[index].name, named[ordered[index].subject], ordered[index].total,
            keys.index(keys[index]) + 1, keys.count(keys[index]) > 1,
        )
        for index in chosen
    ]  # fmt: skip


def _reasons(
    scheme: Scheme, rule: AwardRule, one: Score, group: str, events: Sequence[Event], vetoes: Sequence[VetoHit], period: str
) -> Reasons:
    """Everything that keeps the subject out, Chinese and English."""
    found: list[tuple[str, str]] = []
    if not one.is_ranked:
        found.append(one.why_not or ("不参加排名", "not ranked"))
    if one.months < rule.months:
        found.append((f"完整月 {one.months} 个，不足 {rule.months} 个", f"{one.months} full months, fewer than {rule.months}"))
    if one.workload < rule.workload and group not in rule.workload_exempt:
        found.append((f"办件 {one.workload} 件，不足 {rule.workload} 件", f"{one.workload} cases, fewer than {rule.workload}"))
    for kind in rule.none_of:
        hit = [event for event in events if event.kind == kind and event.evidence_no]
        if hit:
            zh, en = _label(kind)
            ids = ", ".join(event.event_id for event in hit)
            found.append((f"有{zh}（{ids}）", f"{en} ({ids})"))
    for veto in vetoes:
        if loses(veto, period):
            named = next((known for known in scheme.veto if known.id == veto.rule), None)
            zh, en = (named.zh, named.en) if named is not None else (veto.rule, veto.rule)
            found.append((f"一票否决：{zh}（{veto.event_id}）", f"veto: {en} ({veto.event_id})"))
    if rule.grade is not None and (not one.grade or scheme.grade_rank(one.grade) > scheme.grade_rank(rule.grade)):
        wanted = scheme.grade[scheme.grade_rank(rule.grade)]
        found.append((f"等次低于{wanted.zh}", f"below the grade {wanted.en}"))
    return tuple(found)


def loses(veto: VetoHit, period: str) -> bool:
    """Whether the veto takes the awards of the period: of its own month or quarter, or of its year from then on."""
    if veto.awards_lost == "none":
        return False
    month = month_of(veto.day)
    months = months_of(period)
    if veto.awards_lost == "year":
        return month[:4] == months[0][:4] and month <= months[-1]
    if veto.awards_lost == "quarter" and period_kind(period) != "year":
        return quarter_of(month) == quarter_of(months[0]) and month <= months[-1]
    return month in months


def _label(kind: str) -> tuple[str, str]:
    from etl.assess.kinds import label

    return label(kind), label(kind, "en")
