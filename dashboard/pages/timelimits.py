"""时限合规 / time limits: on time or late, by promise and by statute; what is overdue or soon due; where the clock stopped."""

from typing import Literal

import pandas as pd
import streamlit as st

from dashboard import charts, session
from dashboard.components import frame, kpi, ontime, series, states, tables
from dashboard.components.labels import code_label
from dashboard.components.tables import Column
from dashboard.navigation import PAGES
from dashboard.period import Grain, Period, grains, until
from dashboard.session import Hall

CARDS = (
    "on_time_rate",
    "due_cohort_on_time_rate",
    "early_rate",
    "overdue_rate",
    "statute_overdue_rate",
    "overdue_open",
    "average_working_days",
    "median_working_days",
    "p90_working_days",
    "actual_speedup",
)
LONGEST_BAR = 30
SHORTEST_AXIS = 10


def _shown(hall: Hall) -> Period:
    """The period itself; for a single day the two weeks that end with it."""
    shown = until(hall.period, hall.store.as_of)
    return series.trend_period(shown)[0] if shown.kind == "day" else shown


def _grain(hall: Hall) -> Grain:
    shown = _shown(hall)
    preferred = series.trend_period(shown)[1]
    fitting = grains(shown)
    return preferred if preferred in fitting else fitting[0]


def _compliance(hall: Hall) -> None:
    _ = hall.speak
    title = _("提前、按时与超期办结（按承诺时限）")
    st.subheader(title, anchor=False)
    grain = _grain(hall)
    counted = {"early": "early", "on_day": "on_day", "late": "late", "statute_late": "statute_late"}
    data = series.over_time(
        hall, {**counted, "rate": "on_time_rate", "cohort": "due_cohort_on_time_rate", "due": "due"}, _shown(hall), grain
    )
    if data[["early", "on_day", "late"]].fillna(0).to_numpy().sum() == 0 and data["cohort"].isna().all():
        states.nothing(_("本期没有带时限的办结件，也没有到期件"))
        return
    left, right = st.columns(2, gap="medium")
    words = {"early": _("提前办结"), "on_day": _("当日到期办结"), "late": _("超期办结"), "statute_late": _("超法定时限")}
    with left:
        bars = [
            charts.Series("early", words["early"], charts.GREEN),
            charts.Series("on_day", words["on_day"], charts.BLUE, "."),
            charts.Series("late", words["late"], charts.RED, "/"),
        ]
        st.plotly_chart(
            charts.bars(data, "step", bars, kpi.unit("closed", _), most_labels=6), key="compliance", config=charts.config(_.code), alt=title
        )
    with right:
        _rates(hall, data, grain)
    st.caption(
        _("图中计全部有承诺时限的办结件；即办件承诺当日办结，当日办结即计为“当日到期办结”。“承诺件提前办结率”只计承诺件，不含即办件。")
    )
    st.caption(ontime.which_rate(_) + _("两者差距大，说明有积压。"))
    if hall.period.last >= hall.store.as_of:
        st.caption(_("数据截止日当天到期、尚未办结的，暂计为到期未按时"))
    if note := series.partial_note(_shown(hall), grain, _):
        st.caption(note)
    columns = [
        *series.step_columns(hall, grain),
        *(Column(name, words[name], "integer") for name in ("early", "on_day", "late")),
        Column("rate", kpi.label("on_time_rate", _), "percent", help=kpi.use("on_time_rate", _)),
        Column("due", _("到期"), "integer", help=_("到期件按时办结率的分母")),
        Column("cohort", kpi.label("due_cohort_on_time_rate", _), "percent", help=kpi.use("due_cohort_on_time_rate", _)),
        Column("statute_late", words["statute_late"], "integer"),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "compliance")


def _rates(hall: Hall, data: pd.DataFrame, grain: Grain) -> None:
    """Both rates as lines. A point on too few cases is left out: one late case among two would look like a collapse."""
    _ = hall.speak
    minimum = hall.store.settings.minimum_denominator
    shown = data.copy()
    for column, name in (("rate", "on_time_rate"), ("cohort", "due_cohort_on_time_rate")):
        shown[column] = shown[column].where(series.sizes(hall, name, _shown(hall), grain).reindex(shown["start"]).to_numpy() >= minimum)
    if shown[["rate", "cohort"]].isna().to_numpy().all():
        states.nothing(_("每一步都不足 {n} 件，不画比率；请看下表或选更长的期间").format(n=minimum))
        return
    lines = [charts.Series("rate", kpi.label("on_time_rate", _)), charts.Series("cohort", kpi.label("due_cohort_on_time_rate", _))]
    figure = charts.lines(shown, "step", lines, "%", most_labels=6, from_zero=False)
    st.plotly_chart(figure, key="rates", config=charts.config(_.code), alt=_("两种按时办结率"))
    if shown[["rate", "cohort"]].isna().sum().sum() > data[["rate", "cohort"]].isna().sum().sum():
        st.caption(_("不足 {n} 件的点不画").format(n=minimum))


def _open_list(hall: Hall, state: Literal["overdue", "due_soon", "paused"], title: str, empty: str) -> str | None:
    _ = hall.speak
    data = hall.store.open_cases(state, hall.scope)
    if data.empty:
        states.nothing(empty)
        return None
    columns = [
        Column("case_no", _("办件编号"), width=175),
        Column("days_left", _("剩余工作日"), "integer", help=_("到承诺到期日的工作日数，负数为已超期")),
        Column("promised_due_on", _("承诺到期"), "date"),
        Column("item_name", _("事项")),
        Column("window_name", _("窗口")),
        Column("department", _("部门")),
        Column("statutory_due_on", _("法定到期"), "date"),
        Column("limit", _("承诺时限")),
        Column("channel", _("渠道"), width="small"),
        Column("started_on", _("起算日"), "date"),
        Column("statute", _("法定时限状态")),
    ]
    return tables.case_table(hall, ontime.case_frame(hall, data), columns, title, frame.scope_text(hall), state)


def _late_list(hall: Hall) -> str | None:
    _ = hall.speak
    data = hall.store.late_cases(until(hall.period, hall.store.as_of), hall.scope)
    if data.empty:
        states.nothing(_("本期没有超期办结的办件"))
        return None
    shown = ontime.case_frame(hall, data)
    return tables.case_table(hall, shown, ontime.late_columns(hall), _("超期办结"), frame.scope_text(hall), "late")


def _lists(hall: Hall) -> str | None:
    _, store = hall.speak, hall.store
    st.subheader(_("超期与即将到期清单"), anchor=False)
    st.caption(_("在办件的状态截至 {day}，不随期间变化。点办件编号打开办件。").format(day=_.day(store.as_of)))
    counted = {state: f"{store.count_open(state, hall.scope):,}" for state in ("overdue", "due_soon", "paused")}
    overdue, soon, paused, late = st.tabs(
        [
            _("在办超期") + f" {counted['overdue']}",
            _("即将到期") + f" {counted['due_soon']}",
            _("暂停计时") + f" {counted['paused']}",
            _("本期超期办结"),
        ]
    )
    opened: list[str | None] = []
    with overdue:
        opened.append(_open_list(hall, "overdue", _("在办超期"), _("没有在办超期件")))
    with soon:
        opened.append(_open_list(hall, "due_soon", _("即将到期"), _("没有即将到期的办件")))
    with paused:
        opened.append(_open_list(hall, "paused", _("暂停计时"), _("没有暂停计时的办件")))
    with late:
        opened.append(_late_list(hall))
    return next((case_no for case_no in opened if case_no), None)


def _distribution(hall: Hall) -> None:
    _ = hall.speak
    title = _("办结用时分布（工作日）")
    st.subheader(title, anchor=False)
    data = hall.store.series("timed_closed", hall.period, hall.scope, ("workdays",))
    data = data.assign(workdays=data["workdays"].astype(int), cases=data["value"].fillna(0)).sort_values("workdays")
    if data.empty or data["cases"].sum() == 0:
        states.nothing(_("本期没有可计用时的办结件"))
        return
    counts = {str(day): 0.0 for day in range(min(max(int(data["workdays"].max()), SHORTEST_AXIS), LONGEST_BAR) + 1)}
    beyond = f"{LONGEST_BAR + 1}+"
    for day, cases in zip(data["workdays"], data["cases"], strict=True):
        key = str(day) if day <= LONGEST_BAR else beyond
        counts[key] = counts.get(key, 0.0) + float(cases)
    marks: dict[str, str] = {}
    for name, text in (("median_working_days", _("中位数")), ("p90_working_days", _("九成位"))):
        value = hall.store.measure(name, hall.period, hall.scope).value
        if value is not None:
            key = str(int(value)) if value <= LONGEST_BAR else beyond
            marks[key] = f"{marks[key]} / {text}" if key in marks else text
    figure = charts.histogram(counts, kpi.unit("closed", _), marks)
    st.plotly_chart(figure, key="distribution", config=charts.config(_.code), alt=title)
    with st.expander(_("表格")):
        shown = data.assign(share=data["cases"] / data["cases"].sum() * 100, cumulated=data["cases"].cumsum() / data["cases"].sum() * 100)
        columns = [
            Column("workdays", _("用时（工作日）"), "integer"),
            Column("cases", _("件数"), "integer"),
            Column("share", _("占比"), "percent"),
            Column("cumulated", _("累计占比"), "percent"),
        ]
        tables.table(hall, shown, columns, title, frame.scope_text(hall), "distribution")


def _suspensions(hall: Hall) -> str | None:
    _ = hall.speak
    title = _("计时暂停与延长审计")
    st.subheader(title, anchor=False)
    data = hall.store.suspensions(until(hall.period, hall.store.as_of), hall.scope)
    if data.empty:
        states.nothing(_("本期没有暂停或延长"))
        return None
    missing = int((data["legal_basis"].fillna("") == "").sum())
    pauses = data[data["is_pause"]]
    text = _("共 {n} 次，其中停止计时 {pauses} 次、{days} 个工作日，仍未结束 {open} 次").format(
        n=f"{len(data):,}",
        pauses=f"{len(pauses):,}",
        days=f"{pauses['workdays'].fillna(0).sum():,.0f}",
        open=f"{int(data['is_open'].sum()):,}",
    )
    st.markdown(text)
    if missing:
        st.warning(_.count("{n} 次未写明法律依据", missing), icon=":material/gavel:")
    shown = data.assign(
        kind=[code_label("suspension_kind", value, _) for value in data["kind"]],
        effect=[_effect(hall, bool(pause), days) for pause, days in zip(data["is_pause"], data["extension_workdays"], strict=True)],
        legal_basis=[value if isinstance(value, str) and value else _("（未填）") for value in data["legal_basis"]],
        state=[_("未结束") if value else _("已结束") for value in data["is_open"]],
    )
    columns = [
        Column("case_no", _("办件编号"), width=175),
        Column("kind", _("种类")),
        Column("started_on", _("开始"), "date"),
        Column("ended_on", _("结束"), "date"),
        Column("workdays", _("历时（工作日）"), "integer"),
        Column("state", _("状态")),
        Column("legal_basis", _("依据")),
        Column("effect", _("对时限的作用")),
        Column("item_name", _("事项")),
        Column("department", _("部门")),
    ]
    return tables.case_table(hall, shown, columns, title, frame.scope_text(hall), "suspensions")


def _effect(hall: Hall, is_pause: bool, extension: float | None) -> str:
    _ = hall.speak
    if extension is not None and extension == extension and extension > 0:
        return _.count("法定时限延长 {n} 个工作日", int(extension))
    return _("停止计时") if is_pause else _("不停止计时")


def render(hall: Hall) -> None:
    """The page. A case number pressed in one of its lists leads to the case."""
    _ = hall.speak
    frame.header(hall, _("时限合规"))
    if hall.store.is_empty:
        states.nothing(_("数据里还没有办件"))
        return
    kpi.cards(hall, CARDS)
    _compliance(hall)
    opened = ontime.breakdown(hall)
    # Lists of single cases only for those who may see single cases.
    if hall.store.may_see_cases:
        states.rows_elsewhere(hall)
    if hall.store.sees_cases:
        opened = _lists(hall) or opened
    _distribution(hall)
    if hall.store.sees_cases:
        opened = _suspensions(hall) or opened
    if opened:
        st.switch_page(PAGES["case"].path, query_params=hall.view.params() | {"case": opened})


if __name__ == "__main__":
    render(session.hall())
