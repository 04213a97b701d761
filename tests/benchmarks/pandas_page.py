"""`streamlit run tests/benchmarks/pandas_page.py -- HOME`: the throughput page as a first attempt has it, all cases in a data frame.

Streamlit as it is shipped; the frame is kept by `st.cache_data`, as its documentation advises, and narrowed and grouped by pandas.
"""

import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import streamlit as st

from etl.config import Home
from etl.publish import current
from tests.benchmarks.peer_view import ALL, CARDS, FLOW, PERIOD, view

FIRST, LAST = (pd.Timestamp(day) for day in PERIOD)
DAYS = pd.date_range(FIRST, LAST)
COLUMNS = "department, window_name, channel, received_at, received_on, accepted_on, closed_on, promised_due_on"
AGES = {"a00_05": 5, "a06_10": 10, "a11_20": 20, "a21_40": 40, "a41_up": np.inf}


@st.cache_data
def cases(path: str) -> pd.DataFrame:
    """Every case, in no more columns than the page needs."""
    with duckdb.connect(path, read_only=True) as con:
        return con.execute(f"select {COLUMNS} from fact_case").df()


def by_day(days: pd.Series) -> pd.Series:
    return days.value_counts().reindex(DAYS, fill_value=0)


def open_until(frame: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    return frame[(frame["received_on"] <= day) & ~(frame["closed_on"] <= day)]


def page() -> None:
    """The page."""
    path = current(Home(Path(sys.argv[1])))
    if path is None:
        raise SystemExit("nothing is published")
    frame = cases(str(path))
    chosen = st.selectbox("部门", [ALL, *sorted(frame["department"].unique())])
    if chosen != ALL:
        frame = frame[frame["department"] == chosen]
    opened = {name: frame[frame[f"{name}_on"].between(FIRST, LAST)] for name in FLOW}
    waiting = open_until(frame, LAST)
    before = len(open_until(frame, FIRST - pd.Timedelta(days=1)))
    counts = {name: len(found) for name, found in opened.items()}
    days = pd.DataFrame({name: by_day(found[f"{name}_on"]) for name, found in opened.items()})
    days["open"] = before + (days["received"] - days["closed"]).cumsum()
    departments = pd.DataFrame({name: opened[name]["department"].value_counts() for name in ("received", "closed")})
    departments = departments.assign(open=waiting["department"].value_counts()).fillna(0)
    week = opened["received"]["received_at"].dt
    week = pd.DataFrame({"weekday": week.weekday + 1, "hour": week.hour}).value_counts().rename("value").reset_index()
    age = np.busday_count(waiting["received_on"].to_numpy("datetime64[D]"), np.datetime64(PERIOD[1]))
    ages = pd.DataFrame({"age": pd.cut(age, [-np.inf, *AGES.values()], labels=list(AGES)), "late": waiting["promised_due_on"] < LAST})
    ages = ages.groupby("age", observed=False)["late"].agg(["size", "sum"]).reset_index()
    ages = ages.assign(age=ages["age"].astype(str), late=ages["sum"], within=ages["size"] - ages["sum"])
    rate = counts["closed"] / max(counts["accepted"] + before, 1) * 100
    found = view(
        [counts["received"], counts["accepted"], counts["closed"], rate, len(waiting)],
        days.rename_axis("day").reset_index().assign(day=lambda one: one["day"].astype(str)),
        departments.rename_axis("department").reset_index(),
        week,
        ages[["age", "within", "late"]],
    )
    for place, name in zip(st.columns(len(CARDS)), CARDS, strict=True):
        place.metric(name, f"{found.cards[name]:,.1f}")
    for name, figure in found.figures.items():
        st.plotly_chart(figure, key=name)
    for name, table in found.tables.items():
        st.dataframe(table, key=f"table-{name}")


if __name__ == "__main__":
    page()
