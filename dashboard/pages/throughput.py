"""办件吞吐 / throughput: what came in, what went out, where, at which hours, and what is waiting."""

import pandas as pd
import streamlit as st

from dashboard import charts, session
from dashboard.components import balance, choices, frame, hours, kpi, labels, series, states, tables
from dashboard.components.tables import Column
from dashboard.period import Grain, Period, grains, until
from dashboard.session import Hall

CARDS = ("received", "accepted", "closed", "completion_rate", "open_at_end")
FLOW = {"received": "received", "accepted": "accepted", "closed": "closed", "open": "open_at_end"}
DIMENSIONS = ("department", "window", "channel", "item_name", "case_type")


def _flow(hall: Hall) -> None:
    _ = hall.speak
    st.subheader(_("收件、受理、办结与在办"), anchor=False)
    shown = until(hall.period, hall.store.as_of)
    names: dict[str, str] = {"day": _("按日"), "week": _("按周"), "month": _("按月")}
    fitting = grains(shown)
    grain: Grain = fitting[0]
    if len(fitting) > 1:
        preferred = series.trend_period(shown)[1]
        picked = choices.buttons(
            "step", {one: names[one] for one in fitting}, preferred if preferred in fitting else fitting[0], _("时间步长")
        )
        grain = next(one for one in fitting if one == picked)
    period: Period = series.trend_period(shown)[0] if shown.kind == "day" else shown
    data = series.over_time(hall, FLOW, period, grain)
    if data.empty:
        states.nothing(_("本期没有收件、受理或办结"))
        return
    words = {column: kpi.label(name, _) for column, name in FLOW.items()}
    left, right = st.columns([3, 2], gap="medium")
    with left:
        figure = charts.lines(
            data, "step", [charts.Series(column, words[column]) for column in ("received", "accepted", "closed")], kpi.unit("received", _)
        )
        st.plotly_chart(figure, key="flow", config=charts.config(_.code), alt=_("收件、受理、办结与在办"))
    with right:
        figure = charts.lines(
            data, "step", [charts.Series("open", words["open"], charts.PURPLE)], kpi.unit("open_at_end", _), most_labels=4
        )
        st.plotly_chart(figure, key="stock", config=charts.config(_.code), alt=words["open"])
    if note := series.partial_note(period, grain, _):
        st.caption(note)
    columns = series.step_columns(hall, grain)
    columns += [Column(column, words[column], "integer") for column in FLOW]
    tables.table(hall, data, columns, _("收件、受理、办结与在办"), frame.scope_text(hall), "flow")


def _breakdown(hall: Hall) -> None:
    _ = hall.speak
    st.subheader(_("按部门、窗口、渠道、事项"), anchor=False)
    names = {"department": _("部门"), "window": _("窗口"), "channel": _("渠道"), "item_name": _("事项"), "case_type": _("办件类型")}
    dimension = choices.buttons("by", {name: names[name] for name in DIMENSIONS}, "department", _("统计维度"))
    fields = {column: (name, "value") for column, name in FLOW.items() if not hall.store.unsupported_by(name, hall.scope, (dimension,))}
    if not fields:
        states.nothing(_("所选的窗口或渠道条件不能按事项统计，请先改为“全部”"))
        return
    data = series.by_dimension(hall, fields, dimension)
    data = data.assign(**{column: data[column].fillna(0) for column in fields})
    data = data[data[list(fields)].sum(axis=1) > 0].sort_values([next(iter(fields)), dimension], ascending=[False, True])
    if data.empty:
        states.nothing(_("本期没有收件、受理或办结"))
        return
    words = {column: kpi.label(FLOW[column], _) for column in fields}
    shown = [
        charts.Series(column, words[column], pattern=pattern) for column, pattern in (("received", ""), ("closed", "/")) if column in fields
    ]
    if len(data) > 15:
        st.caption(_("图中为前 15 项，表中为全部 {n} 项").format(n=f"{len(data):,}"))
    figure = charts.ranked(data.assign(**{dimension: labels.shortened(list(data[dimension]))}), dimension, shown, kpi.unit("received", _))
    st.plotly_chart(figure, key=f"by_{dimension}", config=charts.config(_.code), alt=names[dimension])
    columns = [Column(dimension, names[dimension], width="large" if dimension == "item_name" else "medium")]
    columns += [Column(column, words[column], "integer") for column in fields]
    tables.table(hall, data, columns, names[dimension], frame.scope_text(hall), f"by_{dimension}")


def _ageing(hall: Hall) -> None:
    _ = hall.speak
    title = _("期末在办件的在办时长")
    st.subheader(title, anchor=False)
    names = labels.ages(_)
    found = hall.store.series("open_at_end", hall.period, hall.scope, ("age",))
    overdue = hall.store.series("overdue_open", hall.period, hall.scope, ("age",))
    counts = {str(age): float(value) for age, value in zip(found["age"], found["value"].fillna(0), strict=True)}
    late = {str(age): float(value) for age, value in zip(overdue["age"], overdue["value"].fillna(0), strict=True)}
    data = pd.DataFrame(
        [[names[age], counts.get(age, 0.0) - late.get(age, 0.0), late.get(age, 0.0), counts.get(age, 0.0)] for age in names],
        columns=["age", "within", "overdue", "all"],
    )
    if data["all"].sum() == 0:
        states.nothing(_("期末没有在办件"))
        return
    shown = [charts.Series("within", _("未超期"), charts.BLUE), charts.Series("overdue", _("已超期"), charts.RED, "/")]
    st.plotly_chart(
        charts.ranked(data, "age", shown, kpi.unit("open_at_end", _), stacked=True), key="ageing", config=charts.config(_.code), alt=title
    )
    columns = [
        Column("age", _("收件以来")),
        Column("all", kpi.label("open_at_end", _), "integer"),
        Column("within", _("未超期"), "integer"),
        Column("overdue", _("已超期"), "integer"),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "ageing")


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("办件吞吐"))
    if hall.store.is_empty:
        states.nothing(_("数据里还没有办件"))
        return
    kpi.cards(hall, CARDS)
    balance.show(hall)
    _flow(hall)
    _breakdown(hall)
    hours.week(hall, "received", _("收件的时段分布（星期 × 小时，件）"), _("本期没有收件"), "hours")
    _ageing(hall)


if __name__ == "__main__":
    render(session.hall())
