"""排队叫号 / queue: who waits and for how long, the hall at a moment, windows needed, load by hour, windows, channels, data quality."""

import streamlit as st

from dashboard import charts, session
from dashboard.components import choices, frame, hours, kpi, queueing, series, states, tables
from dashboard.components.tables import Column
from dashboard.period import Grain, grains, until
from dashboard.queries import queue
from dashboard.session import Hall

CARDS = (
    "tickets",
    "called_within_20_minutes_rate",
    "wait_p50",
    "wait_p90",
    "average_wait",
    "service_p50",
    "service_p90",
    "no_show_rate",
    "abandoned_rate",
    "transferred",
)
BREAKDOWN = {
    "tickets": "tickets",
    "within": "called_within_20_minutes_rate",
    "p50": "wait_p50",
    "p90": "wait_p90",
    "service": "average_service",
    "no_show": "no_show_rate",
    "abandoned": "abandoned",
    "transferred": "transferred",
}
DIMENSIONS = ("zone", "service", "department", "window")
CHANNELS = ("window", "weekend", "self_service")
# The bars of the histogram of waits: up to and including so many minutes.
WAIT_CLASSES = (0, 5, 10, 15, 20, 30, 45, 60)


def _waits(hall: Hall) -> None:
    _ = hall.speak
    st.subheader(_("等候时长"), anchor=False)
    shown = until(hall.period, hall.store.as_of)
    names: dict[str, str] = {"day": _("按日"), "week": _("按周"), "month": _("按月")}
    fitting = grains(shown)
    period, preferred = series.trend_period(shown)
    grain: Grain = preferred if preferred in fitting else fitting[0]
    if len(fitting) > 1:
        picked = choices.buttons("step", {one: names[one] for one in fitting}, grain, _("时间步长"))
        grain = next(one for one in fitting if one == picked)
    period = period if shown.kind == "day" else shown
    fields = {"p50": "wait_p50", "p90": "wait_p90", "within": "called_within_20_minutes_rate", "tickets": "tickets"}
    data = series.over_time(hall, fields, period, grain)
    data = data[data["tickets"].fillna(0) > 0]
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if data.empty:
            states.nothing(_("本期没有窗口的票"))
        else:
            lines = [charts.Series("p50", kpi.label("wait_p50", _)), charts.Series("p90", kpi.label("wait_p90", _))]
            figure = charts.lines(data, "step", lines, kpi.unit("wait_p50", _))
            st.plotly_chart(figure, key="waits", config=charts.config(_.code), alt=_("等候时长"))
    with right:
        _wait_histogram(hall)
    if data.empty:
        return
    few = series.few_notes(data["tickets"], max(hall.store.settings.minimum_denominator, 1), _)
    columns = series.step_columns(hall, grain)
    columns += [
        Column("tickets", kpi.label("tickets", _), "integer"),
        Column("within", kpi.label("called_within_20_minutes_rate", _), "percent"),
        Column("p50", kpi.label("wait_p50", _), "decimal"),
        Column("p90", kpi.label("wait_p90", _), "decimal"),
        Column("few", _("备注")),
    ]
    tables.table(hall, data.assign(few=few), columns, _("等候时长"), frame.scope_text(hall), "waits")


def _wait_histogram(hall: Hall) -> None:
    _ = hall.speak
    found = hall.store.series("called_by_wait", hall.period, hall.scope, ("wait_minutes",))
    if found.empty or not found["value"].fillna(0).sum():
        states.nothing(_("本期没有叫号"))
        return
    minutes, counts = found["wait_minutes"].astype(int), found["value"].fillna(0)
    bars: dict[str, float] = {}
    floor = -1
    for top in WAIT_CLASSES:
        name = _("随到随叫") if top == 0 else f"{floor + 1}–{top}"
        bars[name] = float(counts[(minutes > floor) & (minutes <= top) & (minutes >= 0)].sum())
        floor = top
    bars[f">{floor}"] = float(counts[minutes > floor].sum())
    bars[_("未叫到")] = float(hall.store.measure("abandoned", hall.period, hall.scope).value or 0)
    figure = charts.histogram(bars, kpi.unit("tickets", _))
    st.plotly_chart(figure, key="wait_histogram", config=charts.config(_.code), alt=_("等候分钟数的分布"))
    st.caption(_("按等候分钟数（不足一分钟按一分钟）分布的票数"))


def _breakdown(hall: Hall) -> None:
    _ = hall.speak
    st.subheader(_("按区域、业务、部门、窗口"), anchor=False)
    names = {"zone": _("区域"), "service": _("排队业务"), "department": _("部门"), "window": _("窗口")}
    dimension = choices.buttons("by", {name: names[name] for name in DIMENSIONS}, "zone", _("统计维度"))
    data = series.by_dimension(hall, {column: (name, "value") for column, name in BREAKDOWN.items()}, dimension)
    data = data[data["tickets"].fillna(0) > 0].sort_values(["tickets", dimension], ascending=[False, True])
    if data.empty:
        states.nothing(_("本期没有窗口的票"))
        return
    st.caption(_("始终未叫到的票没有窗口和部门，在按窗口、部门统计时列为“未填”"))
    columns = [Column(dimension, names[dimension])]
    for column, name in BREAKDOWN.items():
        kind: tables.Kind = (
            "integer" if column in ("tickets", "abandoned", "transferred") else "percent" if column in ("within", "no_show") else "decimal"
        )
        columns.append(Column(column, kpi.label(name, _), kind))
    few = series.few_notes(data["tickets"], hall.store.settings.minimum_denominator, _)
    columns.append(Column("few", _("备注")))
    tables.table(hall, data.assign(few=few), columns, names[dimension], frame.scope_text(hall), f"by_{dimension}")


def _windows(hall: Hall) -> None:
    _ = hall.speak
    title = _("窗口的办理与空闲")
    st.subheader(title, anchor=False)
    fields = {
        "share": ("window_service_share", "value"),
        "serve_s": ("window_service_share", "numerator"),
        "open_s": ("window_service_share", "denominator"),
        "idle": ("average_idle", "value"),
        "gaps": ("average_idle", "n"),
        "served": ("tickets_served", "value"),
    }
    data = series.by_dimension(hall, fields, "window")
    data = data[data["open_s"].fillna(0) > 0]
    if data.empty:
        states.nothing(_("本期没有开放的窗口"))
        return
    data = data.assign(serve_h=data["serve_s"] / 3600, other_h=(data["open_s"] - data["serve_s"]) / 3600, open_h=data["open_s"] / 3600)
    data = data.sort_values(["open_h", "window"], ascending=[False, True])
    if len(data) > 15:
        st.caption(_("图中为前 15 项，表中为全部 {n} 项").format(n=f"{len(data):,}"))
    shown = [charts.Series("serve_h", _("办理")), charts.Series("other_h", _("其余开放时间"), charts.GREY, "/")]
    chart = data.assign(serve_h=data["serve_h"].round(1), other_h=data["other_h"].round(1))
    st.plotly_chart(charts.ranked(chart, "window", shown, _("小时"), stacked=True), key="windows", config=charts.config(_.code), alt=title)
    columns = [
        Column("window", _("窗口")),
        Column("served", kpi.label("tickets_served", _), "integer"),
        Column("open_h", _("开放（小时）"), "decimal"),
        Column("serve_h", _("办理（小时）"), "decimal"),
        Column("share", kpi.label("window_service_share", _), "percent"),
        Column("idle", kpi.label("average_idle", _) + _("（分钟）"), "decimal"),
        Column("gaps", _("空闲次数"), "integer"),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "windows")
    st.caption(_("开放：每场自首次叫号至最后一票完成；空闲：下次叫号减上一票完成，不跨午休和下班"))


def _channels(hall: Hall) -> None:
    _ = hall.speak
    title = _("大厅窗口、周末办事与自助区")
    st.subheader(title, anchor=False)
    fields = {"tickets": ("tickets", "value"), "within": ("called_within_20_minutes_rate", "value"), "p50": ("wait_p50", "value"),
              "p90": ("wait_p90", "value"), "service": ("average_service", "value")}  # fmt: skip
    data = series.by_dimension(hall, fields, "channel")
    data = data[data["tickets"].fillna(0) > 0]
    if data.empty:
        states.nothing(_("本期没有取号"))
        return
    columns = [
        Column("channel", _("渠道")),
        Column("tickets", kpi.label("tickets", _), "integer"),
        Column("within", kpi.label("called_within_20_minutes_rate", _), "percent"),
        Column("p50", kpi.label("wait_p50", _), "decimal"),
        Column("p90", kpi.label("wait_p90", _), "decimal"),
        Column("service", kpi.label("average_service", _), "decimal"),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "channels")
    st.caption(_("服务时段各有日历：大厅为工作日，周末办事为名册所列的休息日，自助区每天 24 小时。它们不改变法定期限的计算"))


def _quality(hall: Hall) -> None:
    _ = hall.speak
    st.subheader(_("取号数据的质量"), anchor=False)
    ledger, faults = queue.ledger(hall), queue.faults(hall)
    st.caption(_("全部已载入的取号文件，不随期间和范围变化。每条记录必有去向；被拒绝的在隔离区等待更正"))
    columns = [Column("file", _("文件"), width="large")]
    words = {
        "read": _("读入"), "inserted": _("新增"), "updated": _("更新"), "unchanged": _("未变（重复）"), "superseded": _("被取代"),
        "quarantined": _("隔离"),
    }  # fmt: skip
    columns += [Column(name, label, "integer", width="small") for name, label in words.items()]
    tables.table(hall, ledger, columns, _("取号文件的去向"), frame.scope_text(hall), "ledger")
    if faults.empty:
        states.nothing(_("没有违反规则的票"))
        return
    kinds = {"reject": _("拒绝"), "warn": _("警告")}
    listed = faults.assign(words=faults[_.pick("zh", "en")], level=[kinds[kind] for kind in faults["kind"]])
    columns = [
        Column("level", _("处理"), width="small"),
        Column("records", _("记录数"), "integer", width="small"),
        Column("words", _("规则"), width="large"),
    ]
    tables.table(hall, listed, columns, _("取号数据的质量"), frame.scope_text(hall), "faults")


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("排队叫号"))
    if hall.store.reach.has_rows and not queue.has_tickets(hall):
        states.nothing(_("数据里还没有取号记录；请载入排队叫号系统的导出"))
        return
    kpi.cards(hall, CARDS)
    usual = queue.usual_moment(hall) if hall.store.reach.has_rows else None
    if states.rows_elsewhere(hall):
        pass
    elif usual is None:
        states.nothing(_("所选期间和范围内没有叫号"))
    else:
        st.subheader(_("某一时刻的大厅"), anchor=False)
        at = queueing.chosen_moment(hall, usual.date())
        queueing.live(hall, at)
        queueing.needed(hall, at.date())
    _waits(hall)
    hours.week(hall, "tickets", _("取号的时段分布（星期 × 小时）"), _("本期没有窗口的票"), "load")
    _breakdown(hall)
    _windows(hall)
    _channels(hall)
    if hall.store.reach.has_rows:
        _quality(hall)


if __name__ == "__main__":
    render(session.hall())
