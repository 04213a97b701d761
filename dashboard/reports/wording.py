"""How a number and its change are written in a notice: counts change in per cent, rates in 百分点, means in their own unit."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from dashboard.reports.figures import Figure
from dashboard.reports.period import ReportPeriod

DIGITS = 2
SMALL = 5
FEWER = "不足5"
NO_VALUE = "—"
HIDDEN = "*"


def half_up(value: int | float | Fraction, digits: int = DIGITS) -> Decimal:
    """Rounded as taught at school, so that 0.125 is 0.13 whatever its binary form."""
    exact = Fraction(value) if isinstance(value, int | Fraction) else Fraction(repr(value))
    scaled = exact * 10**digits
    rounded = int(abs(scaled) + Fraction(1, 2))
    return Decimal(rounded if scaled >= 0 else -rounded).scaleb(-digits)


def exact(figure: Figure) -> Fraction | None:
    """The value as a fraction of its sums, free of binary rounding; None where there is none."""
    if figure.value is None:
        return None
    if figure.denominator and figure.numerator is not None and figure.indicator.kind in ("rate", "mean"):
        factor = 100 if figure.is_rate else 1
        return Fraction(repr(figure.numerator)) * factor / Fraction(repr(figure.denominator))
    return Fraction(repr(figure.value))


def digits(figure: Figure) -> int:
    """Decimals: none for counts, two for whatever was divided, the same in the whole report."""
    return 0 if figure.is_count else DIGITS


def number(figure: Figure) -> str:
    """The bare number, a dash where there is none."""
    value = exact(figure)
    return NO_VALUE if value is None else f"{half_up(value, digits(figure)):,}"


def unit(figure: Figure) -> str:
    """What stands after the number in a sentence."""
    return "个工作日" if figure.indicator.unit.zh == "工作日" else figure.indicator.unit.zh


def amount(figure: Figure) -> str:
    """The number with its unit: 5,610件, 92.80%, 1.78个工作日."""
    return number(figure) + unit(figure)


def is_small(figure: Figure) -> bool:
    """Whether the number is made of so few (1 to 4) that it may point at someone: it is not told in public.

    A rate is as telling as its numerator, its denominator, and what the two leave over.
    """
    if figure.is_count or figure.indicator.kind in ("mean", "percentile"):
        parts: Iterable[int | float] = [figure.n if not figure.is_count else figure.value or 0]
    else:
        over, under = figure.numerator or 0, figure.denominator or 0
        parts = (over, under, under - over)
    return any(0 < part < SMALL for part in parts)


def change_value(now: Figure, then: Figure | None) -> Fraction | None:
    """The change: in per cent of the former for counts, the difference for the others; none from nothing, nor of a sum not yet begun."""
    new, old = exact(now), None if then is None else exact(then)
    if new is None or old is None:
        return None
    if old == 0 and (now.is_count or now.indicator.timing == "until"):
        return None
    return (new - old) * 100 / old if now.is_count else new - old


def change(now: Figure, then: Figure | None, period: ReportPeriod) -> str:
    """The change in words; empty where the data support none: nothing before, or too few cases for a rate."""
    difference = change_value(now, then)
    if difference is None or then is None or not now.is_firm or not then.is_firm:
        return ""
    rounded = half_up(abs(difference))
    if difference == 0:
        return f"与{period.former}持平"
    if rounded == 0:
        return f"与{period.former}基本持平"
    rises = difference > 0
    if now.is_count:
        return f"{period.against}{'增长' if rises else '下降'}{rounded:,}%"
    if now.is_rate:
        return f"较{period.former}{'提高' if rises else '降低'}{rounded:,}个百分点"
    return f"较{period.former}{'延长' if rises else '缩短'}{rounded:,}{unit(now)}"


def signed_change(now: Figure, then: Figure | None) -> str:
    """The change for a table cell: +75.42%, −0.28, 0.00; a dash where there is none."""
    difference = change_value(now, then)
    if difference is None:
        return NO_VALUE
    rounded = half_up(difference)
    return f"{rounded:+,}".replace("-", "−") if rounded else f"{abs(rounded)}"


def listed(things: Iterable[str]) -> str:
    """A、B、C; 无 where there is nothing."""
    return "、".join(things) or "无"
