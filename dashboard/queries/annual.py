"""The figures of an annual report, asked through the store."""

from datetime import date

from dashboard.store import Store
from etl.indicators import Row
from etl.reconcile import YearFigure, annual


def of_year(store: Store, year: int) -> list[YearFigure]:
    """Every figure of that year's report, as `hall reconcile --year` gives them. Raises HallError where counties are put together."""
    store.require_county()

    def ask(indicator: str, first: date, last: date, where: dict[str, str]) -> Row:
        row = store.whole(indicator, first, last, where).iloc[0]
        return Row({}, _number(row["numerator"]), _number(row["denominator"]), _number(row["value"]), int(row["n"]))

    return annual(ask, year)


def _number(value: object) -> float | None:
    return None if value is None or value != value else float(str(value))
