"""What the page of counties asks: one indicator of every county looked at, in this period and in the one it is compared with."""

from dashboard.period import Period
from dashboard.store import Scope, Store, indicator
from etl.indicators import Row, definitions
from etl.indicators.ranking import Standing, can_rank, in_groups

NOTHING = Row({}, None, None, None, 0)


def offered(store: Store, scope: Scope) -> list[str]:
    """Indicators by which counties can be ranked under this scope."""
    return [name for name, one in definitions().items() if can_rank(one) and not store.unsupported_by(name, scope, ("division",))]


def rows(store: Store, name: str, period: Period, scope: Scope) -> dict[str, Row]:
    """The indicator by county; one that had nothing to be counted is there too."""
    frame = store.series(name, period, scope, ("division",))
    found = {
        str(one.division): Row({}, _number(one.numerator), _number(one.denominator), _number(one.value), int(str(one.n)))
        for one in frame.itertuples()
    }
    return {one.code: found.get(one.code, NOTHING) for one in store.looked_at}


def standings(store: Store, name: str, found: dict[str, Row]) -> dict[str, tuple[Standing, ...]]:
    """By group of peers, in the order of the groups' names, each county's standing among those of its group."""
    groups = {one.code: one.group for one in store.looked_at}
    return in_groups(indicator(name), found, groups, store.settings.minimum_denominator)


def _number(value: object) -> float | int | None:
    """A cell of a frame as a plain number, whole where it is whole: places are by the exact fraction."""
    number = float("nan") if value is None else float(str(value))
    if number != number:
        return None
    return int(number) if number.is_integer() else number
