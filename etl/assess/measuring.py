"""Points for indicators: thresholds, steps, so much a percentage point; what holds on too few cases; the cap as a line of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from functools import cached_property

from etl.assess.exact import fine
from etl.assess.inputs import Metric
from etl.assess.results import Line
from etl.assess.scheme import MetricRule
from etl.indicators import definitions

Owner = tuple[str, str]
NONE = Decimal(0)


@dataclass(frozen=True)
class Measured:
    """A value (rates 0-100) with the sums it is made of; None where the denominator is 0. `n` is the number of cases it rests on."""

    value: Decimal | None
    numerator: Decimal
    denominator: Decimal | None
    n: int


@dataclass(frozen=True)
class Metrics:
    """Metrics by owner (("window", name) or ("department", name)) and month."""

    listed: Sequence[Metric]

    @cached_property
    def _found(self) -> dict[tuple[str, Owner, str], Metric]:
        found = {}
        for one in self.listed:
            owner = ("window", one.window) if one.window is not None else ("department", one.department or "")
            found[one.indicator, owner, one.month] = one
        return found

    def of(self, indicator: str, owner: Owner, month: str) -> Metric | None:
        return self._found.get((indicator, owner, month))

    @cached_property
    def windows(self) -> dict[str, frozenset[str]]:
        """Windows that a metric names, by month."""
        found: dict[str, set[str]] = {}
        for one in self.listed:
            if one.window and one.n:
                found.setdefault(one.month, set()).add(one.window)
        return {month: frozenset(names) for month, names in found.items()}

    def count(self, indicator: str | None, owner: Owner, month: str) -> int:
        """The sum of a count, such as cases accepted; 0 where nothing is known."""
        found = None if indicator is None else self.of(indicator, owner, month)
        return 0 if found is None else int(found.numerator)

    def value(self, rule: MetricRule, owners: Sequence[Owner], month: str) -> Measured:
        """The rule's value over all owners together: a sum over a sum."""
        found = [one for owner in owners if (one := self.of(rule.indicator, owner, month)) is not None]
        numerator = sum((one.numerator for one in found), NONE)
        if rule.per is not None:
            below = [one for owner in owners if (one := self.of(rule.per, owner, month)) is not None]
            denominator = sum((one.numerator for one in below), NONE)
            return _ratio(numerator, denominator, 100, int(denominator))
        kind = definitions()[rule.indicator].kind
        if kind == "count":
            return Measured(numerator, numerator, None, sum(one.n for one in found))
        denominator = sum((one.denominator or NONE for one in found), NONE)
        return _ratio(numerator, denominator, 100 if kind == "rate" else 1, sum(one.n for one in found))


def _ratio(numerator: Decimal, denominator: Decimal, factor: int, n: int) -> Measured:
    return Measured(numerator * factor / denominator if denominator else None, numerator, denominator, n)


def points_of(rule: MetricRule, value: Decimal) -> Decimal:
    """Points for a value, before the cap."""
    if rule.shape == "thresholds":
        reached = [step.points for step in rule.table or () if step.at <= value]
        return reached[-1] if reached else NONE
    start = rule.start or NONE
    if rule.shape == "steps":
        if value < start:
            return NONE
        more = ((value - start) / (rule.every or Decimal(1))).to_integral_value(ROUND_FLOOR)
        return (rule.first or NONE) + (rule.each or NONE) * more
    gap = max(start - value if rule.side == "below" else value - start, NONE)
    return (rule.each or NONE) * (gap.to_integral_value(ROUND_FLOOR) if rule.whole else gap)


def metric_lines(
    metrics: Metrics, rule: MetricRule, owner: Owner, month: str, peers: Sequence[Owner], share: Decimal = Decimal(1)
) -> list[Line]:
    """Lines of one metric rule for one owner: its points, times `share` of a person's days there, and what the cap gives back.

    `peers` are the owners of the subject's group, itself included, whose value together holds on too few cases where the rule says so.
    """
    measured = metrics.value(rule, [owner] if rule.of == "own" else peers, month)
    note, note_en = "", ""
    if _few(rule, measured):
        note, note_en = f"分母 {measured.n} 小于 {rule.least}，不计分", f"on {measured.n}, fewer than {rule.least}: no points"
        if rule.when_few == "group_mean":
            measured = metrics.value(rule, peers, month)
            note, note_en = f"分母小于 {rule.least}，按同组合计", f"on fewer than {rule.least}: the value of its group"
    few = _few(rule, measured)
    points = NONE if few or measured.value is None else points_of(rule, measured.value)
    sums = (
        f"{_short(measured.numerator)}" if measured.denominator is None else f"{_short(measured.numerator)}/{_short(measured.denominator)}"
    )
    line = Line(
        rule=rule.id, dimension=rule.dimension, kind="metric", points=fine(points * share),
        quantity=None if measured.value is None else fine(measured.value), event_id="", evidence_type="indicator",
        evidence_no=f"{rule.indicator}/{owner[1]}/{month}", window=owner[1] if owner[0] == "window" else "", of_month=month,
        is_automatic=True, note=f"{sums}；{note}" if note else sums, note_en=f"{sums}; {note_en}" if note_en else sums,
    )  # fmt: skip
    if rule.cap is None or abs(points) <= rule.cap:
        return [line]
    capped = rule.cap.copy_sign(points)
    given_back = fine(fine(capped * share) - line.points)
    return [line, replace(line, kind="cap", points=given_back, quantity=None, note=f"至多 {rule.cap} 分", note_en=f"at most {rule.cap}")]


def _few(rule: MetricRule, measured: Measured) -> bool:
    return measured.denominator is not None and (measured.n < rule.least or measured.value is None)


def _short(value: Decimal) -> str:
    return format(fine(value), "f")
