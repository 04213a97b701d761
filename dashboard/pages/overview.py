"""总览 / overview: how the hall did in the period, what needs attention, how it moved."""

import pandas as pd
import streamlit as st

from dashboard import charts, session
from dashboard.components import frame, kpi, series, states, tables
from dashboard.components.tables import Column
from dashboard.navigation import PAGES
from dashboard.period import until
from dashboard.session import Hall

CARDS = (
    "received",
    "accepted",
    "closed",
    "open_at_end",
    "on_time_rate",
    "due_cohort_on_time_rate",
    "overdue_open",
    "average_working_days",
    "instant_rate",
    "online_rate",
)
TREND = {"received": "received", "accepted": "accepted", "closed": "closed", "open": "open_at_end"}


def _alerts(hall: Hall) -> None:
    _, store = hall.speak, hall.store
    st.subheader(_("需要关注"), anchor=False)
    overdue, soon = store.count_open("overdue", hall.scope), store.count_open("due_soon", hall.scope)
    late, held = _late_by_department(hall), store.quarantined()
    if not overdue and not soon and late.empty and not held.records:
        st.success(_("没有超期、即将到期或被隔离的记录"), icon=":material/check_circle:")
        return
    today = _.day(store.as_of)
    with st.grid(columns="auto", min_column_width=330):
        if overdue:
            st.error(_("在办超期 {n} 件（截至 {day}）").format(n=f"{overdue:,}", day=today), icon=":material/error:")
        if soon:
            days = store.meta.get("due_soon_workdays", store.settings.due_soon_workdays)
            text = _("即将到期 {n} 件（截至 {day}，剩余不超过 {days} 个工作日）").format(n=f"{soon:,}", day=today, days=days)
            st.warning(text, icon=":material/schedule:")
        if not late.empty:
            named = _.comma.join(f"{row.department} {row.late:,.0f}" for row in late.head(3).itertuples())
            text = _("本期超期办结 {n} 件，较多的部门：{named}").format(n=f"{late['late'].sum():,.0f}", named=named)
            st.warning(text, icon=":material/flag:")
        if held.records:
            # Put right by whoever has the page of the ledger; others are told only that the figures do not hold these records.
            text = (
                _("{n} 条记录在隔离区待更正（共 {faults} 处错误，截至 {day}）")
                if hall.may_open("quality")
                else (_("{n} 条记录有错、正由大厅管理人员更正，未计入各数（共 {faults} 处错误，截至 {day}）"))
            )
            st.info(text.format(n=f"{held.records:,}", faults=f"{held.faults:,}", day=today), icon=":material/report:")
    if overdue or soon:
        _where_to(hall)


def _where_to(hall: Hall) -> None:
    """The way to the cases for whoever may see single cases; for others, who can see them."""
    _ = hall.speak
    if not hall.store.may_see_cases:
        st.caption(_("超期与即将到期只列件数；逐件清单由窗口负责人和大厅管理人员查看"))
    elif not states.rows_elsewhere(hall) and hall.may_open("timelimits"):
        st.page_link(
            PAGES["timelimits"].path, label=_("到“时限合规”查看清单"), icon=":material/arrow_forward:", query_params=hall.view.params()
        )


def _late_by_department(hall: Hall) -> pd.DataFrame:
    late = hall.store.series("late", hall.period, hall.scope, ("department",)).rename(columns={"value": "late"})
    late = late[late["late"].fillna(0) > 0]
    late = late.assign(department=series.named_values(late["department"], "department", hall.speak))
    return late.sort_values(["late", "department"], ascending=[False, True])


def _trend(hall: Hall) -> None:
    _ = hall.speak
    period, grain = series.trend_period(until(hall.period, hall.store.as_of))
    data = series.over_time(hall, TREND, period, grain)
    title = {"day": _("每日收件、受理、办结与在办"), "week": _("每周收件、受理、办结与在办"), "month": _("每月收件、受理、办结与在办")}[
        grain
    ]
    st.subheader(title, anchor=False)
    if data.empty or data[["received", "accepted", "closed"]].fillna(0).to_numpy().sum() == 0:
        states.nothing(_("本期没有收件、受理或办结"))
        return
    left, right = st.columns([3, 2], gap="medium")
    labels = {column: kpi.label(name, _) for column, name in TREND.items()}
    flows = [charts.Series(column, labels[column]) for column in ("received", "accepted", "closed")]
    with left:
        st.plotly_chart(
            charts.lines(data, "step", flows, kpi.unit("received", _)), key="trend_flow", config=charts.config(_.code), alt=title
        )
    with right:
        stock = charts.lines(
            data, "step", [charts.Series("open", labels["open"], charts.PURPLE)], kpi.unit("open_at_end", _), most_labels=4
        )
        st.plotly_chart(stock, key="trend_stock", config=charts.config(_.code), alt=labels["open"])
    if note := series.partial_note(period, grain, _):
        st.caption(note)
    columns = series.step_columns(hall, grain)
    columns += [Column(column, labels[column], "integer") for column in TREND]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "trend")


def _departments(hall: Hall) -> None:
    _ = hall.speak
    st.subheader(_("各部门"), anchor=False)
    fields = {
        "received": ("received", "value"),
        "closed": ("closed", "value"),
        "open": ("open_at_end", "value"),
        "rate": ("on_time_rate", "value"),
        "limited": ("on_time_rate", "denominator"),
        "late": ("late", "value"),
        "overdue": ("overdue_open", "value"),
        "days": ("average_working_days", "value"),
    }
    data = series.by_dimension(hall, fields, "department")
    counts = ["received", "closed", "open", "late", "overdue"]
    data = data.assign(**{column: data[column].fillna(0) for column in counts})
    data = data[data[counts].sum(axis=1) > 0].sort_values(["received", "department"], ascending=[False, True])
    if data.empty:
        states.nothing(_("本期没有部门有办件"))
        return
    data = data.assign(note=series.few_notes(data["limited"], hall.store.settings.minimum_denominator, _))
    columns = [
        Column("department", _("部门"), width="medium"),
        Column("received", kpi.label("received", _), "integer"),
        Column("closed", kpi.label("closed", _), "integer"),
        Column("open", kpi.label("open_at_end", _), "integer"),
        Column("rate", kpi.label("on_time_rate", _), "percent", help=kpi.use("on_time_rate", _)),
        Column("late", _("超期办结"), "integer"),
        Column("overdue", kpi.label("overdue_open", _), "integer"),
        Column("days", kpi.label("average_working_days", _), "decimal"),
        Column("note", _("说明")),
    ]
    tables.table(hall, data, columns, _("各部门"), frame.scope_text(hall), "departments")


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("总览"))
    if hall.store.is_empty:
        states.nothing(_("数据里还没有办件"))
        return
    kpi.cards(hall, CARDS)
    _alerts(hall)
    _trend(hall)
    _departments(hall)


if __name__ == "__main__":
    render(session.hall())
