"""The figures of an annual report, asked through the store."""

from datetime import date

from dashboard.period import Period
from dashboard.store import Scope, Store
from etl.indicators import Row
from etl.reconcile import YearFigure, annual


def of_year(store: Store, year: int) -> list[YearFigure]:
    """Every figure of that year's report, as `hall reconcile --year` gives them."""

    def ask(indicator: str, first: date, last: date, where: dict[str, str]) -> Row:
        frame = store.series(indicator, Period("custom", first, last), Scope(), tuple(where))
        for name, value in where.items():
            frame = frame[frame[name] == value]
        if frame.empty:
            return Row({}, 0, None, 0, 0)
        row = frame.iloc[0]
        return Row({}, _number(row["numerator"]), _number(row["denominator"]), _number(row["value"]), int(row["n"]))

    return annual(ask, year)


def _number(value: object) -> float | None:
    return None if value is None or value != value else float(str(value))
