"""网上大厅 / online hall: from application to delivery, how long the pre-check took, why it sent back, and the two counters."""

import pandas as pd
import streamlit as st

from dashboard import charts, session
from dashboard.components import choices, frame, kpi, series, states, tables
from dashboard.components.labels import code_label
from dashboard.components.tables import Column
from dashboard.language import number
from dashboard.queries.online import overdue_prechecks
from dashboard.session import Hall

CARDS = (
    "online_applications",
    "precheck_on_time_rate",
    "precheck_mean_hours",
    "precheck_median_hours",
    "precheck_mean_workdays",
    "precheck_return_rate",
    "online_case_rate",
    "precheck_overdue",
    "express_sent",
    "express_mean_days",
)
FUNNEL = (
    "online_applications",
    "online_prechecked",
    "online_precheck_passed",
    "online_matched",
    "online_accepted",
    "online_closed",
    "online_sent",
    "online_delivered",
)
COUNTERS = ("received", "online_applications", "matched_cases", "two_counters_ratio")
MOST_HOURS, MOST_WORKDAYS, MOST_EXPRESS = 14, 5, 7


def _funnel(hall: Hall) -> None:
    _ = hall.speak
    title = _("从申报到送达")
    st.subheader(title, anchor=False)
    counts = [hall.store.measure(name, hall.period, hall.scope).value or 0 for name in FUNNEL]
    data = pd.DataFrame({"step": [kpi.label(name, _) for name in FUNNEL], "count": counts})
    figure = charts.ranked(data, "step", [charts.Series("count", kpi.label(FUNNEL[0], _))], kpi.unit(FUNNEL[0], _))
    st.plotly_chart(figure, key="funnel", config=charts.config(_.code), alt=title)
    st.caption(
        _("以提交日归期：本期提交的申报到数据截止日走到了哪一步。受理和办结只认编号对上的办件，不作推断；送达只计 EMS，不含窗口自取。")
    )
    missing = hall.store.measure("online_unmatched", hall.period, hall.scope).value or 0
    if missing:
        st.warning(_("有 {n} 件给出了办件编号，办件库中却没有这个编号").format(n=f"{missing:,.0f}"), icon=":material/link_off:")
    columns = [Column("step", _("走到的一步"), width="medium"), Column("count", _("数量"), "integer")]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "funnel")


def _spread(hall: Hall, name: str, dimension: str, most: int, title: str, unit: str, key: str) -> None:
    """How many took how long: a bar for each whole unit, the longest together at the end; the table has them all."""
    _ = hall.speak
    st.markdown(f"**{title}**")
    found = hall.store.series(name, hall.period, hall.scope, (dimension,))
    found = found[(found["value"].fillna(0) > 0) & (found[dimension] >= 0)]
    if found.empty:
        states.nothing(_("本期没有可计时的件"))
        return
    sizes = {int(size): float(value) for size, value in zip(found[dimension], found["value"], strict=True)}
    counts = {str(size): sizes.get(size, 0.0) for size in range(most)}
    counts[f"≥{most}"] = sum(value for size, value in sizes.items() if size >= most)
    st.plotly_chart(charts.histogram(counts, kpi.unit(name, _)), key=key, config=charts.config(_.code), alt=title)
    data = pd.DataFrame(sorted(sizes.items()), columns=["size", "count"])
    tables.table(hall, data, [Column("size", unit, "integer"), Column("count", _("数量"), "integer")], title, frame.scope_text(hall), key)


def _precheck(hall: Hall) -> None:
    _ = hall.speak
    st.subheader(_("预审用时"), anchor=False)
    middle, late = (hall.store.measure(name, hall.period, hall.scope) for name in ("precheck_median_hours", "precheck_p90_hours"))
    if middle.value is not None:
        words = _("一半在 {half} 个工作小时内，九成在 {nine} 个工作小时内（n={n}）。工作小时按本中心办公时间计，午休、周末和节假日不计。")
        st.caption(words.format(half=number(middle.value, 2), nine=number(late.value, 2), n=f"{middle.n:,}"))
    left, right = st.columns(2, gap="medium")
    with left:
        _spread(hall, "precheck_by_time", "hours", MOST_HOURS, _("按工作小时（不足一小时按一小时）"), _("工作小时"), "precheck_hours")
    with right:
        _spread(hall, "precheck_by_time", "workdays", MOST_WORKDAYS, _("按工作日（提交当日为第 0 日）"), _("工作日"), "precheck_days")


def _overdue(hall: Hall) -> None:
    _ = hall.speak
    title = _("超期未预审的申报")
    st.markdown(f"**{title}**")
    if states.rows_elsewhere(hall):
        return
    data = overdue_prechecks(hall.store, hall.period, hall.scope)
    if data.empty:
        states.nothing(_("本期提交的申报没有超期未预审的"))
        return
    data = data.assign(channel=[code_label("channel", value, _) for value in data["channel"]])
    columns = [
        Column("application_no", _("申报号"), width="medium"),
        Column("waiting", _("已等工作日"), "integer"),
        Column("submitted_on", _("提交日"), "date"),
        Column("item_name", _("事项"), width="large"),
        Column("department", _("部门"), width="medium"),
        Column("channel", _("渠道")),
    ]
    tables.table(hall, tables.named(data, "department", _), columns, title, frame.scope_text(hall), "precheck_overdue")


def _returns(hall: Hall) -> None:
    _ = hall.speak
    title = _("预审退回的原因")
    st.subheader(title, anchor=False)
    data = series.by_dimension(hall, {"count": ("online_returns_by_reason", "value")}, "reason")
    data = data[data["count"].fillna(0) > 0].sort_values(["count", "reason"], ascending=[False, True])
    if data.empty:
        states.nothing(_("本期没有预审退回"))
        return
    figure = charts.ranked(data, "reason", [charts.Series("count", _("退回件数"), charts.ORANGE)], kpi.unit("online_returns_by_reason", _))
    st.plotly_chart(figure, key="returns", config=charts.config(_.code), alt=title)
    st.caption(_("退回原因是自由文字，可能写有个人信息，这里只按关键词归类；“（未填）”是没有写原因的。"))
    columns = [Column("reason", _("退回原因"), width="medium"), Column("count", _("退回件数"), "integer")]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "returns")


def _breakdown(hall: Hall) -> None:
    _ = hall.speak
    st.subheader(_("按部门和事项"), anchor=False)
    names = {"department": _("部门"), "item_name": _("事项")}
    dimension = choices.buttons("by", names, "department", _("统计维度"))
    fields = {
        "submitted": ("online_applications", "value"),
        "due": ("precheck_on_time_rate", "denominator"),
        "on_time": ("precheck_on_time_rate", "value"),
        "hours": ("precheck_mean_hours", "value"),
        "returned": ("online_precheck_returned", "value"),
        "return_rate": ("precheck_return_rate", "value"),
        "matched": ("online_matched", "value"),
        "case_rate": ("online_case_rate", "value"),
        "sent": ("express_sent", "value"),
        "days": ("express_mean_days", "value"),
    }
    data = series.by_dimension(hall, fields, dimension)
    counts = ["submitted", "returned", "matched", "sent", "due"]
    data = data.assign(**{column: data[column].fillna(0) for column in counts})
    data = data[data[counts].sum(axis=1) > 0].sort_values(["submitted", dimension], ascending=[False, True])
    if data.empty:
        states.nothing(_("本期没有网上申报"))
        return
    data = data.assign(note=series.few_notes(data["due"], hall.store.settings.minimum_denominator, _))
    columns = [
        Column(dimension, names[dimension], width="large" if dimension == "item_name" else "medium"),
        Column("submitted", _("申报"), "integer", help=kpi.label("online_applications", _)),
        Column("on_time", _("及时率"), "percent", help=kpi.label("precheck_on_time_rate", _)),
        Column("hours", _("预审（小时）"), "decimal", help=kpi.label("precheck_mean_hours", _)),
        Column("returned", _("退回"), "integer", help=kpi.label("online_precheck_returned", _)),
        Column("return_rate", _("退回率"), "percent", help=kpi.label("precheck_return_rate", _)),
        Column("matched", _("成为办件"), "integer", help=kpi.label("online_matched", _)),
        Column("case_rate", _("成件比例"), "percent", help=kpi.label("online_case_rate", _)),
        Column("sent", _("寄出"), "integer", help=kpi.label("express_sent", _)),
        Column("days", _("寄递天数"), "decimal", help=kpi.label("express_mean_days", _)),
        Column("note", _("比率说明")),
    ]
    tables.table(hall, data, columns, names[dimension], frame.scope_text(hall), f"online_by_{dimension}")


def _express(hall: Hall) -> None:
    _ = hall.speak
    st.subheader(_("EMS 送达"), anchor=False)
    sent, received, middle = (
        hall.store.measure(name, hall.period, hall.scope) for name in ("express_sent", "express_received", "express_median_days")
    )
    if not sent.value:
        states.nothing(_("本期没有寄出结果"))
        return
    words = _("本期寄出 {sent} 件，已签收 {received} 件，天数中位数 {days}")
    st.caption(words.format(sent=number(sent.value), received=number(received.value), days=number(middle.value, 1)))
    _spread(hall, "express_received", "express_days", MOST_EXPRESS, _("从寄出到签收的天数"), _("天数"), "express_days")


def _counters(hall: Hall) -> None:
    _ = hall.speak
    st.subheader(_("两个计数器"), anchor=False)
    st.markdown(
        _(
            "办件系统的收件和网上大厅的申报是两个系统各自的计数，没有依据说一个包含另一个；只有编号对上的才是同一件。比值只是两数相除，不是占比。"
        )
    )
    with st.grid(columns=4, min_column_width=170):
        for name in COUNTERS:
            kpi.card(hall, name, "counter_")


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("网上大厅"))
    kpi.cards(hall, CARDS)
    if not series.fits(hall, "online_applications"):
        states.not_by_scope(_)
    elif hall.store.measure("online_applications", hall.period, hall.scope).value:
        _funnel(hall)
        _precheck(hall)
        _overdue(hall)
        _returns(hall)
        _breakdown(hall)
        _express(hall)
    else:
        states.nothing(_("本期没有网上申报"))
        _express(hall)
    _counters(hall)


if __name__ == "__main__":
    render(session.hall())
