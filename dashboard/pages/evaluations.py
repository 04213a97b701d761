"""评价与投诉 / what people said: evaluations with defaults apart, bad ones and what became of them, complaints with limit and outcome."""

import pandas as pd
import streamlit as st

from dashboard import charts, session
from dashboard.components import answers, choices, frame, kpi, labels, series, states, tables
from dashboard.components.labels import code_label
from dashboard.components.tables import Column
from dashboard.navigation import PAGES
from dashboard.period import Grain, Period, grains, until
from dashboard.queries import voices
from dashboard.session import Hall
from etl.answering import Record

CARDS = (
    "good_rate",
    "active_evaluations",
    "default_evaluations",
    "active_evaluation_rate",
    "evaluated_case_rate",
    "bad_evaluations",
    "bad_fixed_rate",
    "bad_revisited_rate",
    "bad_overdue",
    "good_rate_with_defaults",
)
COMPLAINT_CARDS = ("complaints", "complaints_answered", "complaint_on_time_rate", "complaints_upheld", "complaints_overdue")
LEVELS = ("very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied")
LOOKS = {
    "very_satisfied": (charts.GREEN, ""),
    "satisfied": (charts.BLUE, "."),
    "basically_satisfied": (charts.OCHRE, "x"),
    "dissatisfied": (charts.ORANGE, "/"),
    "very_dissatisfied": (charts.RED, "\\"),
    "defaults": (charts.GREY, "-"),
}


def _steps(hall: Hall) -> tuple[Period, Grain]:
    shown = until(hall.period, hall.store.as_of)
    period, grain = series.trend_period(shown)
    fitting = grains(period)
    return period, grain if grain in fitting else fitting[0]


def _levels(hall: Hall) -> None:
    """Satisfaction over time: active evaluations by level, defaults beside them in grey."""
    _, store = hall.speak, hall.store
    title = _("满意度构成（系统默认评价单列）")
    st.subheader(title, anchor=False)
    period, grain = _steps(hall)
    active = store.series("active_evaluations", period, hall.scope, (grain, "satisfaction"))
    data = series.over_time(hall, {"defaults": "default_evaluations", "active": "active_evaluations", "rate": "good_rate"}, period, grain)
    if data.empty or data[["defaults", "active"]].fillna(0).to_numpy().sum() == 0:
        states.nothing(_("本期没有评价"))
        return
    for level in LEVELS:
        found = active[active["satisfaction"] == level]
        counts = dict(zip((series.step_start(grain, value) for value in found[grain]), found["value"], strict=True))
        data[level] = [float(counts.get(start, 0) or 0) for start in data["start"]]
    words = {level: code_label("satisfaction", level, _) for level in LEVELS} | {"defaults": _("系统默认")}
    left, right = st.columns(2, gap="medium")
    with left:
        bars = [charts.Series(name, words[name], LOOKS[name][0], LOOKS[name][1]) for name in words]
        figure = charts.bars(data, "step", bars, kpi.unit("active_evaluations", _), height=400, most_labels=6)
        st.plotly_chart(figure, key="levels", config=charts.config(_.code), alt=title)
    with right:
        _rate(hall, data, period, grain)
    st.caption(_("系统默认评价是无人作答时系统自动给出的，不是任何人的意见，不计入好评率。"))
    columns = [
        *series.step_columns(hall, grain),
        *(Column(name, words[name], "integer") for name in words),
        Column("active", kpi.label("active_evaluations", _), "integer"),
        Column("rate", kpi.label("good_rate", _), "percent"),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "levels")


def _rate(hall: Hall, data: pd.DataFrame, period: Period, grain: Grain) -> None:
    """The good rate as a line; a step with few evaluations is left out."""
    _ = hall.speak
    minimum = hall.store.settings.minimum_denominator
    sizes = series.sizes(hall, "good_rate", period, grain).reindex(data["start"]).to_numpy()
    shown = data.assign(rate=data["rate"].where(sizes >= minimum))
    if shown["rate"].isna().all():
        states.nothing(_("每一步都不足 {n} 件，不画比率；请看下表或选更长的期间").format(n=minimum))
        return
    lines = [charts.Series("rate", kpi.label("good_rate", _), charts.GREEN)]
    figure = charts.lines(shown, "step", lines, "%", height=400, most_labels=6, from_zero=False)
    st.plotly_chart(figure, key="good_rate", config=charts.config(_.code), alt=kpi.label("good_rate", _))


def _breakdown(hall: Hall) -> None:
    _ = hall.speak
    st.subheader(_("按部门、窗口、评价渠道"), anchor=False)
    names = {"department": _("部门"), "window": _("窗口"), "evaluation_channel": _("评价渠道")}
    dimension = choices.buttons("by", names, "department", _("统计维度"))
    fields = {
        "active": ("active_evaluations", "value"),
        "good": ("good_rate", "numerator"),
        "rate": ("good_rate", "value"),
        "bad": ("bad_evaluations", "value"),
        "defaults": ("default_evaluations", "value"),
        "share": ("default_evaluation_share", "value"),
        "excluded": ("excluded_evaluations", "value"),
    }
    if dimension != "evaluation_channel":
        fields["taken"] = ("active_evaluation_rate", "value")
    data = series.by_dimension(hall, fields, dimension)
    counts = ["active", "good", "bad", "defaults", "excluded"]
    data = data.assign(**{name: data[name].fillna(0) for name in counts})
    data = data[data[["active", "defaults", "excluded"]].sum(axis=1) > 0].sort_values(["active", dimension], ascending=[False, True])
    if data.empty:
        states.nothing(_("本期没有评价"))
        return
    shown = [
        charts.Series("good", _("主动好评"), charts.GREEN),
        charts.Series("bad", _("差评"), charts.RED, "/"),
        charts.Series("defaults", _("系统默认"), charts.GREY, "-"),
    ]
    if len(data) > 15:
        st.caption(_("图中为前 15 项，表中为全部 {n} 项").format(n=f"{len(data):,}"))
    named = data.assign(**{dimension: labels.shortened(list(data[dimension]), 14 if dimension == "department" else 24)})
    figure = charts.ranked(named, dimension, shown, kpi.unit("active_evaluations", _), stacked=True)
    st.plotly_chart(figure, key=f"evaluated_by_{dimension}", config=charts.config(_.code), alt=names[dimension])
    minimum = hall.store.settings.minimum_denominator
    data = data.assign(note=series.few_notes(data["active"], minimum, _))
    columns = [
        Column(dimension, names[dimension], width="medium"),
        Column("active", kpi.label("active_evaluations", _), "integer"),
        Column("rate", kpi.label("good_rate", _), "percent"),
        Column("bad", kpi.label("bad_evaluations", _), "integer"),
        Column("defaults", kpi.label("default_evaluations", _), "integer"),
        Column("share", kpi.label("default_evaluation_share", _), "percent"),
        *([Column("taken", kpi.label("active_evaluation_rate", _), "percent")] if "taken" in fields else []),
        Column("excluded", kpi.label("excluded_evaluations", _), "integer"),
        Column("note", _("好评率说明")),
    ]
    tables.table(hall, data, columns, names[dimension], frame.scope_text(hall), f"evaluated_by_{dimension}")


def _list(hall: Hall, record: Record, title: str, empty: str, columns: list[Column]) -> str | None:
    """What was received in the period, one row each; the number pressed."""
    _ = hall.speak
    if states.rows_elsewhere(hall):
        return None
    data = voices.answers(hall.store, record, hall.period, hall.scope)
    if data.empty:
        states.nothing(empty)
        return None
    st.caption(_("状态截至 {day}。点编号查看到期日的推算过程。").format(day=_.day(hall.store.as_of)))
    return tables.case_table(hall, answers.in_words(hall, data, record), columns, title, frame.scope_text(hall), record)


def _bad(hall: Hall) -> str | None:
    _ = hall.speak
    title = _("差评与整改")
    st.subheader(title, anchor=False)
    columns = [
        Column("answer_no", _("评价编号"), width="medium"),
        Column("state", _("状态")),
        Column("outcome", _("满意度")),
        Column("received_on", _("评价日"), "date"),
        Column("due_on", _("整改到期"), "date"),
        Column("answered_on", _("整改日"), "date"),
        Column("used_workdays", _("用时（工作日）"), "integer"),
        Column("revisited", _("已回访"), width="small"),
        Column("department", _("部门")),
        Column("window_name", _("窗口")),
        Column("item_name", _("事项"), width="medium"),
        Column("source", _("评价渠道")),
    ]
    return _list(hall, "evaluation", title, _("本期没有差评"), columns)


def _complaints(hall: Hall) -> str | None:
    _ = hall.speak
    title = _("投诉")
    st.subheader(title, anchor=False)
    kpi.cards(hall, COMPLAINT_CARDS)
    left, right = st.columns(2, gap="medium")
    with left:
        _counts(hall, "complaints", "complaint_source", _("投诉来源（收到）"), charts.BLUE)
    with right:
        _counts(hall, "complaints_answered", "complaint_outcome", _("处理结果（已答复）"), charts.PURPLE)
    columns = [
        Column("answer_no", _("投诉编号"), width="medium"),
        Column("state", _("状态")),
        Column("outcome", _("处理结果")),
        Column("received_on", _("收到日"), "date"),
        Column("due_on", _("到期日"), "date"),
        Column("answered_on", _("答复日"), "date"),
        Column("used_workdays", _("用时（工作日）"), "integer"),
        Column("extension", _("延长（工作日）"), "integer"),
        Column("source", _("来源")),
        Column("department", _("部门")),
        Column("window_name", _("窗口")),
    ]
    return _list(hall, "complaint", title, _("本期没有收到投诉"), columns)


def _counts(hall: Hall, name: str, dimension: str, title: str, colour: str) -> None:
    _ = hall.speak
    data = series.by_dimension(hall, {"n": (name, "value")}, dimension)
    data = data[data["n"].fillna(0) > 0].sort_values("n", ascending=False)
    st.markdown(f"**{title}**")
    if data.empty:
        states.nothing(_("本期没有"))
        return
    figure = charts.ranked(data, dimension, [charts.Series("n", title, colour)], kpi.unit(name, _))
    st.plotly_chart(figure, key=f"counts_{dimension}", config=charts.config(_.code), alt=title)


def render(hall: Hall) -> None:
    """The page. A number pressed in one of its lists leads to its due date, step by step."""
    _ = hall.speak
    frame.header(hall, _("评价与投诉"))
    kpi.cards(hall, CARDS)
    _levels(hall)
    _breakdown(hall)
    opened = {"evaluation": _bad(hall), "complaint": _complaints(hall)}
    for record, number in opened.items():
        if number:
            st.switch_page(PAGES["case"].path, query_params=hall.view.params() | {"case": number, "of": record})


if __name__ == "__main__":
    render(session.hall())
