"""一窗受理 / one-window intake: what the comprehensive windows took in, who behind them did what, and before and after the reform."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboard import charts, session
from dashboard.components import choices, frame, kpi, series, states, tables
from dashboard.components.labels import code_label
from dashboard.components.tables import Column
from dashboard.language import number
from dashboard.period import Period, containing, grains, until
from dashboard.queries.onewindow import joint_intakes, reform_day
from dashboard.session import Hall

CARDS = (
    "one_window_intakes",
    "one_window_completion_rate",
    "one_window_joint",
    "one_window_joint_rate",
    "one_window_dispatch_mean_hours",
    "one_window_handover_mean_hours",
    "one_window_handover_median_hours",
    "one_window_handover_mean_workdays",
    "one_window_handling_mean_workdays",
    "one_window_whole_mean_workdays",
)
STEPS = ("one_window_intakes", "one_window_dispatched", "one_window_parts_done", "one_window_completed")
REFORM = ("one_window_item_cases", "one_window_item_mean_workdays", "one_window_item_median_workdays", "one_window_item_closed_rate")
MONTHS = 3
MOST_HOURS = 14


def _course(hall: Hall) -> None:
    _ = hall.speak
    title = _("收件、分发、部门办理、出件")
    st.subheader(title, anchor=False)
    if not series.fits(hall, "one_window_intakes", "category"):
        states.not_by_scope(_)
        return
    fields = {name: (name, "value") for name in (*STEPS, "one_window_joint", "one_window_completion_rate")}
    fields |= {"dispatch": ("one_window_dispatch_mean_hours", "value"), "whole": ("one_window_whole_mean_workdays", "value")}
    fields |= {"handover": ("one_window_handover_mean_hours", "value")}
    data = series.by_dimension(hall, fields, "category")
    data = data[data["one_window_intakes"].fillna(0) > 0].sort_values(["one_window_intakes", "category"], ascending=[False, True])
    if data.empty:
        states.nothing(_("本期没有综合窗口收件；一窗受理自 {day} 起").format(day=_.day(reform_day(hall.store))))
        return
    left, right = st.columns(2, gap="medium")
    bars = [charts.Series(name, kpi.label(name, _), pattern=pattern) for name, pattern in zip(STEPS, ("", "/", ".", "x"), strict=True)]
    with left:
        figure = charts.ranked(data, "category", bars, kpi.unit(STEPS[0], _))
        st.plotly_chart(figure, key="course", config=charts.config(_.code), alt=title)
    with right:
        _over_time(hall)
    missing = hall.store.measure("one_window_without_parts", hall.period, hall.scope).value or 0
    orphans = hall.store.measure("one_window_orphan_parts", hall.period, hall.scope).value or 0
    if missing or orphans:
        words = _("有 {missing} 件已分发的收件没有部门环节记录，有 {orphans} 个部门环节找不到收件；两者都不算联办。")
        st.caption(words.format(missing=f"{missing:,.0f}", orphans=f"{orphans:,.0f}"))
    columns = [
        Column("category", _("类别")),
        *(Column(name, kpi.label(name, _), "integer") for name in STEPS),
        Column("one_window_completion_rate", _("出件率"), "percent", help=kpi.label("one_window_completion_rate", _)),
        Column("one_window_joint", kpi.label("one_window_joint", _), "integer"),
        Column("dispatch", _("分发（小时）"), "decimal", help=kpi.label("one_window_dispatch_mean_hours", _)),
        Column("handover", _("交接（小时）"), "decimal", help=kpi.label("one_window_handover_mean_hours", _)),
        Column("whole", _("到出件（工作日）"), "decimal", help=kpi.label("one_window_whole_mean_workdays", _)),
        Column("note", _("均值说明")),
    ]
    data = data.assign(note=series.few_notes(data["one_window_completed"], hall.store.settings.minimum_denominator, _))
    tables.table(hall, data, columns, title, frame.scope_text(hall), "one_window_course")


def _over_time(hall: Hall) -> None:
    """Intakes of each category over the period."""
    _ = hall.speak
    shown = until(hall.period, hall.store.as_of)
    grain = series.trend_period(shown)[1] if shown.days > 1 else grains(shown)[0]
    found = hall.store.series("one_window_intakes", shown, hall.scope, (grain, "category"))
    wide = found.pivot_table(index=grain, columns="category", values="value", aggfunc="sum").fillna(0)
    starts = [series.step_start(grain, str(step)) for step in wide.index]
    data = wide.reset_index(drop=True).assign(step=[_.step(grain, start) for start in starts])
    patterns = ("", "/", ".", "x", "+")
    bars = [charts.Series(name, code_label("one_window_category", name, _), pattern=patterns[i % 5]) for i, name in enumerate(wide.columns)]
    figure = charts.bars(data, "step", bars, kpi.unit("one_window_intakes", _), most_labels=6)
    st.plotly_chart(figure, key="intakes", config=charts.config(_.code), alt=kpi.label("one_window_intakes", _))


def _handover(hall: Hall) -> None:
    _ = hall.speak
    title = _("交接用时：从分发到部门签收")
    st.subheader(title, anchor=False)
    if not series.fits(hall, "one_window_parts_by_time", "hours"):
        states.not_by_scope(_)
        return
    found = hall.store.series("one_window_parts_by_time", hall.period, hall.scope, ("hours",))
    found = found[found["value"].fillna(0) > 0]
    if found.empty:
        states.nothing(_("本期没有部门签收的环节"))
        return
    nine = hall.store.measure("one_window_handover_p90_hours", hall.period, hall.scope)
    st.caption(
        _("九成在 {nine} 个工作小时内签收（n={n}）。工作小时按本中心办公时间计，午休、周末和节假日不计。").format(
            nine=number(nine.value, 2), n=f"{nine.n or 0:,}"
        )
    )
    sizes = {int(size): float(value) for size, value in zip(found["hours"], found["value"], strict=True)}
    counts = {str(size): sizes.get(size, 0.0) for size in range(MOST_HOURS)}
    counts[f"≥{MOST_HOURS}"] = sum(value for size, value in sizes.items() if size >= MOST_HOURS)
    figure = charts.histogram(counts, kpi.unit("one_window_parts_by_time", _))
    st.plotly_chart(figure, key="handover", config=charts.config(_.code), alt=title)
    data = pd.DataFrame(sorted(sizes.items()), columns=["hours", "parts"])
    columns = [Column("hours", _("工作小时（不足一小时按一小时）"), "integer"), Column("parts", _("部门环节"), "integer")]
    with st.expander(_("表格")):
        tables.table(hall, data, columns, title, frame.scope_text(hall), "handover")


def _departments(hall: Hall) -> None:
    _ = hall.speak
    title = _("各部门的环节")
    st.subheader(title, anchor=False)
    if not series.fits(hall, "one_window_parts", "department"):
        states.not_by_scope(_)
        return
    fields = {
        "parts": ("one_window_parts", "value"),
        "finished": ("one_window_parts_finished", "value"),
        "returned": ("one_window_parts_returned", "value"),
        "hours": ("one_window_handover_mean_hours", "value"),
        "nine": ("one_window_handover_p90_hours", "value"),
        "days": ("one_window_handling_mean_workdays", "value"),
        "joint": ("one_window_joint_parts", "value"),
        "slowest": ("one_window_slowest", "value"),
        "share": ("one_window_slowest_rate", "value"),
    }
    data = series.by_dimension(hall, fields, "department")
    counts = ["parts", "finished", "returned", "joint", "slowest"]
    data = data.assign(**{column: data[column].fillna(0) for column in counts})
    data = data[data["parts"] > 0].sort_values(["slowest", "parts", "department"], ascending=[False, False, True])
    if data.empty:
        states.nothing(_("本期没有部门环节"))
        return
    minimum = hall.store.settings.minimum_denominator
    # A share of a few joint intakes says nothing of a department.
    data = data.assign(share=data["share"].where(data["joint"] >= minimum), note=series.few_notes(data["parts"], minimum, _))
    columns = [
        Column("department", _("部门"), width="medium"),
        Column("parts", _("环节数"), "integer", help=kpi.label("one_window_parts", _)),
        Column("finished", _("已办完"), "integer", help=kpi.label("one_window_parts_finished", _)),
        Column("returned", _("退回"), "integer", help=kpi.label("one_window_parts_returned", _)),
        Column("hours", _("交接（小时）"), "decimal", help=kpi.label("one_window_handover_mean_hours", _)),
        Column("nine", _("交接九成位"), "decimal", help=kpi.label("one_window_handover_p90_hours", _)),
        Column("days", _("办理（工作日）"), "decimal", help=kpi.label("one_window_handling_mean_workdays", _)),
        Column("joint", _("联办"), "integer", help=kpi.label("one_window_joint_parts", _)),
        Column("slowest", _("最慢次数"), "integer", help=kpi.label("one_window_slowest", _)),
        Column("share", _("最慢占比"), "percent", help=kpi.label("one_window_slowest_rate", _)),
        Column("note", _("均值说明")),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "one_window_departments")


def _joint(hall: Hall) -> None:
    _ = hall.speak
    title = _("联办件与其中最慢的部门")
    st.subheader(title, anchor=False)
    if hall.scope.channel is not None:
        states.not_by_scope(_)
        return
    if states.rows_elsewhere(hall):
        return
    data = joint_intakes(hall.store, hall.period, hall.scope)
    if data.empty:
        states.nothing(_("本期没有联办件"))
        return
    st.caption(_("最慢：从分发到办完占用工作时间最长的部门；还没有办完的计到数据截止日。"))
    data = data.assign(
        category=[code_label("one_window_category", value, _) for value in data["category"]],
        state=[_("未办完") if is_open else _("已办完") for is_open in data["is_slowest_open"]],
    )
    columns = [
        Column("intake_no", _("收件编号"), width="medium"),
        Column("received_on", _("收件日"), "date"),
        Column("slowest_department", _("最慢的部门"), width="medium"),
        Column("slowest_hours", _("占用工作小时"), "decimal"),
        Column("state", _("该部门")),
        Column("part_count", _("部门数"), "integer"),
        Column("finished_parts", _("已办完的部门"), "integer"),
        Column("whole_workdays", _("收件到出件（工作日）"), "integer"),
        Column("category", _("类别")),
        Column("item_name", _("事项"), width="large"),
        Column("window_name", _("窗口")),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "joint")


def reform_periods(first: date) -> tuple[Period, Period]:
    """The three months before the reform and the three from its month on."""
    months = [containing("month", first)]
    for _month in range(MONTHS - 1):
        months.append(containing("month", months[-1].last + timedelta(days=1)))
    earlier = [containing("month", first.replace(day=1) - timedelta(days=1))]
    for _month in range(MONTHS - 1):
        earlier.insert(0, containing("month", earlier[0].first - timedelta(days=1)))
    return Period("custom", earlier[0].first, earlier[-1].last), Period("custom", months[0].first, months[-1].last)


def _before_after(hall: Hall) -> None:
    _ = hall.speak
    title = _("改革前后：同样的事项")
    st.subheader(title, anchor=False)
    before, after = reform_periods(reform_day(hall.store))
    after = until(after, hall.store.as_of)
    names = {"category": _("类别"), "item_name": _("事项"), "department": _("部门")}
    dimension = choices.buttons("reform_by", names, "category", _("统计维度"))
    if not series.fits(hall, REFORM[0], dimension):
        states.not_by_scope(_)
        return
    if hall.store.as_of < after.first or not hall.store.measure(REFORM[0], after, hall.scope).value:
        states.nothing(_("还没有改革后的办件可比"))
        return
    st.markdown(
        _("改革前 {before}，改革后 {after}。").format(before=_.span(before.first, before.last), after=_.span(after.first, after.last))
    )
    for words, period in ((_("改革前"), before), (_("改革后"), after)):
        _summary(hall, words, period)
    fields = {"n": (REFORM[0], "value"), "closed": (REFORM[1], "denominator"), "mean": (REFORM[1], "value"), "median": (REFORM[2], "value")}
    both = [
        series.by_dimension(hall, fields, dimension, period).rename(columns={column: f"{column}_{side}" for column in fields})
        for side, period in (("before", before), ("after", after))
    ]
    data = both[0].merge(both[1], on=dimension, how="outer")
    counts = [f"{column}_{side}" for column in ("n", "closed") for side in ("before", "after")]
    data = data.assign(**{column: data[column].fillna(0) for column in counts}).sort_values(["n_after", dimension], ascending=[False, True])
    minimum = hall.store.settings.minimum_denominator
    fewest = data[["closed_before", "closed_after"]].min(axis=1)
    data = data.assign(
        difference=(data["mean_after"] - data["mean_before"]).where(fewest >= minimum), note=series.few_notes(fewest, minimum, _)
    )
    if dimension == "category":
        sides = [charts.Series("mean_before", _("改革前"), charts.GREY, "/"), charts.Series("mean_after", _("改革后"), charts.BLUE)]
        rounded = data.assign(mean_before=data["mean_before"].round(2), mean_after=data["mean_after"].round(2))
        figure = charts.ranked(rounded, dimension, sides, kpi.unit(REFORM[1], _))
        st.plotly_chart(figure, key="reform", config=charts.config(_.code), alt=title)
    st.caption(
        _(
            "两边都是综合窗口收过的事项、在各自三个月里收到的全部办件，不论从哪个窗口进来。还没有办结的不在均值里，"
            "越近的月份未结的越多，后一段的均值因此偏低；事项结构也可能不同，差别不等于改革的效果。任一边办结不足 {n} 件的不算差值。"
        ).format(n=minimum)
    )
    columns = [
        Column(dimension, names[dimension], width="large" if dimension == "item_name" else "medium"),
        Column("n_before", _("前：收件"), "integer"),
        Column("closed_before", _("前：已办结"), "integer"),
        Column("mean_before", _("前：平均工作日"), "decimal"),
        Column("n_after", _("后：收件"), "integer"),
        Column("closed_after", _("后：已办结"), "integer"),
        Column("mean_after", _("后：平均工作日"), "decimal"),
        Column("difference", _("差（后减前）"), "decimal"),
        Column("note", _("说明")),
        Column("median_before", _("前：中位数"), "decimal"),
        Column("median_after", _("后：中位数"), "decimal"),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), f"reform_{dimension}")


def _summary(hall: Hall, words: str, period: Period) -> None:
    """One side of the comparison over all its items, in a line."""
    _ = hall.speak
    cases, mean, median, closed = (hall.store.measure(name, period, hall.scope) for name in REFORM)
    line = _("{side}：收件 {cases} 件，已办结 {closed} 件（{share}%），平均 {mean} 个工作日，中位数 {median}").format(
        side=words,
        cases=number(cases.value),
        closed=number(mean.denominator),
        share=number(closed.value, 1),
        mean=number(mean.value, 2),
        median=number(median.value, 1),
    )
    few = _("（样本少，n={n}）").format(n=mean.n) if (mean.n or 0) < hall.store.settings.minimum_denominator else ""
    st.markdown(f"- {line}{few}")


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("一窗受理"))
    kpi.cards(hall, CARDS)
    _course(hall)
    _handover(hall)
    _departments(hall)
    _joint(hall)
    _before_after(hall)


if __name__ == "__main__":
    render(session.hall())
