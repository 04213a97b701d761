"""`python -m tests.benchmarks.dash_page HOME PORT`: the throughput page in Plotly Dash, over the same snapshot by the same function."""

import sys
from functools import lru_cache
from pathlib import Path

import pandas as pd
from dash import Dash, Input, Output, dash_table, dcc, html

from etl.config import Home
from etl.indicators import Query, evaluate
from etl.publish import current, open_snapshot
from tests.benchmarks.peer_view import ALL, CARDS, FLOW, PERIOD, View, view

FIGURES = ("flow", "stock", "departments", "week", "ages")
TABLES = ("flow", "departments", "ages")


class Asked:
    """Answers of the snapshot; each is kept, as the dashboard keeps its own."""

    def __init__(self, home: Path) -> None:
        path = current(Home(home))
        if path is None:
            raise SystemExit("nothing is published")
        self._con = open_snapshot(path)
        self.frame = lru_cache(4096)(self._frame)

    def _frame(self, name: str, by: tuple[str, ...], department: str) -> pd.DataFrame:
        where = {} if department == ALL else {"department": department}
        with self._con.cursor() as cursor:
            rows = evaluate(cursor, name, Query(*PERIOD, by=by, where=where)).rows
        return pd.DataFrame([[*(row.by[one] for one in by), float(row.value or 0)] for row in rows], columns=[*by, "value"])

    def joined(self, names: dict[str, str], by: str, department: str) -> pd.DataFrame:
        """Several indicators by one dimension, a column each."""
        found = [self.frame(name, (by,), department).rename(columns={"value": column}).set_index(by) for column, name in names.items()]
        return pd.concat(found, axis=1).fillna(0).reset_index()

    def page(self, department: str) -> View:
        ages = self.joined({"open": "open_at_end", "late": "overdue_open"}, "age", department)
        week = self.frame("received", ("weekday", "hour"), department).astype({"weekday": int, "hour": int})
        days = self.joined({**{name: name for name in FLOW}, "open": "open_at_end"}, "day", department)
        return view(
            [float(self.frame(name, (), department)["value"].iloc[0]) for name in CARDS],
            days.assign(day=days["day"].astype(str)),
            self.joined({"received": "received", "closed": "closed", "open": "open_at_end"}, "department", department),
            week,
            ages.assign(within=ages["open"] - ages["late"]),
        )


def serve(home: Path, port: int) -> None:
    """Runs until it is ended."""
    asked = Asked(home)
    departments = [str(one) for one in asked.frame("received", ("department",), ALL)["department"]]
    app = Dash(__name__)
    outputs = [Output(f"card-{name}", "children") for name in CARDS]
    outputs += [Output(f"figure-{name}", "figure") for name in FIGURES] + [Output(f"table-{name}", "data") for name in TABLES]

    def answer(department: str) -> list[object]:
        found = asked.page(department)
        cards = [f"{found.cards[name]:,.1f}" for name in CARDS]
        return [*cards, *(found.figures[name] for name in FIGURES), *(found.tables[name].to_dict("records") for name in TABLES)]

    app.callback(outputs, Input("department", "value"))(answer)
    app.layout = html.Div(
        [
            dcc.Dropdown([ALL, *departments], ALL, id="department", clearable=False),
            html.Div([html.Div(id=f"card-{name}", className="card") for name in CARDS], style={"display": "flex", "gap": "2rem"}),
            *(dcc.Graph(id=f"figure-{name}") for name in FIGURES),
            *(dash_table.DataTable(id=f"table-{name}", page_size=10, sort_action="native") for name in TABLES),
        ]
    )
    app.run(host="127.0.0.1", port=port, debug=False)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
