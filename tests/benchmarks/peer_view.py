"""What the throughput page of the dashboard shows, for the pages that it is compared with: five cards, five figures, three tables.

Figures are drawn by the dashboard's own functions, so that only how data come to them and how they come to the browser differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from dashboard import charts

PERIOD = (date(2018, 10, 1), date(2018, 10, 31))
CARDS = ("received", "accepted", "closed", "completion_rate", "open_at_end")
FLOW = ("received", "accepted", "closed")
ALL = "全部"
HOURS = range(8, 18)
MOST = 15
UNIT = "件"


@dataclass(frozen=True)
class View:
    """By name and in the order of the page."""

    cards: dict[str, float]
    figures: dict[str, go.Figure]
    tables: dict[str, pd.DataFrame]


def view(cards: Sequence[float], days: pd.DataFrame, departments: pd.DataFrame, week: pd.DataFrame, ages: pd.DataFrame) -> View:
    """The page from what was asked.

    `days`: day, received, accepted, closed, open. `departments`: department, received, closed, open. `week`: weekday (1 to 7), hour,
    value. `ages`: age, within, late.
    """
    shown = departments.nlargest(MOST, "received")
    grid = (
        week.pivot_table(index="weekday", columns="hour", values="value", aggfunc="sum").reindex(index=range(1, 8), columns=HOURS).fillna(0)
    )
    series = [charts.Series(name, name) for name in FLOW]
    return View(
        dict(zip(CARDS, cards, strict=True)),
        {
            "flow": charts.lines(days, "day", series, UNIT),
            "stock": charts.lines(days, "day", [charts.Series("open", "open")], UNIT),
            "departments": charts.ranked(
                shown, "department", [charts.Series("received", "received"), charts.Series("closed", "closed")], UNIT
            ),
            "week": charts.heat_map(grid, [str(day) for day in grid.index], [f"{hour}:00" for hour in grid.columns], UNIT),
            "ages": charts.ranked(ages, "age", [charts.Series("within", "within"), charts.Series("late", "late")], UNIT, stacked=True),
        },
        {"flow": days, "departments": departments, "ages": ages},
    )
