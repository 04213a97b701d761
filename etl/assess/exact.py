"""Decimals of a trace: every line has at most 6 places, so that sums are exact; a result has the scheme's places, half up."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

FINE = Decimal("0.000001")


def fine(value: Decimal) -> Decimal:
    """To the 6 places of a line."""
    return value.quantize(FINE, ROUND_HALF_UP).normalize() + 0


def rounded(value: Decimal, places: int) -> Decimal:
    """Half up to the places of a result."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def total_of(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))
