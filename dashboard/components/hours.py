"""When in the week something comes: a count by weekday and hour as a heat map, with its table."""

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.components import frame, kpi, states, tables
from dashboard.components.tables import Column
from dashboard.session import Hall


def week(hall: Hall, name: str, title: str, nothing: str, key: str) -> None:
    """The indicator `name` by weekday and hour, from eight to six and whatever lies beyond; `nothing` is said where there is none."""
    _ = hall.speak
    st.subheader(title, anchor=False)
    data = hall.store.series(name, hall.period, hall.scope, ("weekday", "hour"))
    data = data[data["value"].fillna(0) > 0]
    if data.empty:
        states.nothing(nothing)
        return
    data = data.assign(weekday=data["weekday"].astype(int), hour=data["hour"].astype(int))
    hours = list(range(min(8, data["hour"].min()), max(17, data["hour"].max()) + 1))
    grid = data.pivot_table(index="weekday", columns="hour", values="value", aggfunc="sum")
    grid = grid.reindex(index=range(1, 8), columns=hours).fillna(0)
    weekdays = [_("星期一"), _("星期二"), _("星期三"), _("星期四"), _("星期五"), _("星期六"), _("星期日")]
    figure = charts.heat_map(grid, weekdays, [f"{hour}:00" for hour in hours], kpi.unit(name, _))
    st.plotly_chart(figure, key=key, config=charts.config(_.code), alt=title)
    listed = pd.DataFrame(grid.to_numpy(), columns=[f"h{hour}" for hour in hours]).assign(weekday=weekdays)
    columns = [Column("weekday", _("星期"), width="small"), *(Column(f"h{hour}", f"{hour}:00", "integer", width="small") for hour in hours)]
    with st.expander(_("表格")):
        tables.table(hall, listed, columns, title, frame.scope_text(hall), key)
