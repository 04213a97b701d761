"""政务公开与回应 / openness: what was published, what was asked for, and whether it was answered within its limit."""

from dataclasses import replace

import streamlit as st

from dashboard import charts, session
from dashboard.components import answers, choices, frame, kpi, labels, series, states, tables
from dashboard.components.tables import Column
from dashboard.navigation import PAGES
from dashboard.period import Grain, Period, grains, until
from dashboard.queries import voices
from dashboard.session import Hall
from dashboard.store import Scope

CARDS = (
    "disclosures",
    "disclosure_on_time_rate",
    "disclosure_entries",
    "requests",
    "requests_answered",
    "request_on_time_rate",
    "request_due_met_rate",
    "requests_extended",
    "requests_overdue",
    "request_average_workdays",
)


def _departmental(hall: Hall) -> Hall:
    """Publications and requests belong to a department, to no window and no channel of cases."""
    return replace(hall, view=replace(hall.view, scope=Scope(department=hall.scope.department)))


def _steps(hall: Hall) -> tuple[Period, Grain]:
    shown = until(hall.period, hall.store.as_of)
    period, grain = series.trend_period(shown)
    fitting = grains(period)
    return period, grain if grain in fitting else fitting[0]


def _published(hall: Hall) -> None:
    _ = hall.speak
    title = _("主动公开")
    st.subheader(title, anchor=False)
    names = {
        "disclosure_kind": _("公开形式"),
        "disclosure_category": _("公开类目"),
        "publish_channel": _("公开渠道"),
        "department": _("发布机构"),
    }
    dimension = choices.buttons("by", names, "disclosure_kind", _("统计维度"))
    fields = {
        "published": ("disclosures", "value"),
        "entries": ("disclosure_entries", "value"),
        "timed": ("disclosure_on_time_rate", "denominator"),
        "rate": ("disclosure_on_time_rate", "value"),
    }
    data = series.by_dimension(hall, fields, dimension)
    data = data[data["published"].fillna(0) > 0].sort_values(["published", dimension], ascending=[False, True])
    if data.empty:
        states.nothing(_("本期没有主动公开"))
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**{names[dimension]}**")
        if len(data) > 15:
            st.caption(_("图中为前 15 项，表中为全部 {n} 项").format(n=f"{len(data):,}"))
        named = data.assign(**{dimension: labels.shortened(list(data[dimension]), 14 if dimension == "department" else 24)})
        figure = charts.ranked(named, dimension, [charts.Series("published", title)], kpi.unit("disclosures", _))
        st.plotly_chart(figure, key=f"published_{dimension}", config=charts.config(_.code), alt=names[dimension])
    with right:
        _trend(hall)
    data = data.assign(
        entries=data["entries"].where(data["entries"] > 0),
        note=series.few_notes(data["timed"], hall.store.settings.minimum_denominator, _),
    )
    columns = [
        Column(dimension, names[dimension], width="medium"),
        Column("published", kpi.label("disclosures", _), "integer"),
        Column("entries", kpi.label("disclosure_entries", _), "integer"),
        Column("rate", kpi.label("disclosure_on_time_rate", _), "percent"),
        Column("note", _("按期公开率说明")),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), f"published_{dimension}")


def _trend(hall: Hall) -> None:
    _ = hall.speak
    period, grain = _steps(hall)
    st.markdown(f"**{kpi.label('disclosures', _)}**")
    data = series.over_time(hall, {"published": "disclosures"}, period, grain)
    if data.empty or data["published"].fillna(0).sum() == 0:
        states.nothing(_("本期没有主动公开"))
        return
    figure = charts.bars(data, "step", [charts.Series("published", kpi.label("disclosures", _))], kpi.unit("disclosures", _), most_labels=6)
    st.plotly_chart(figure, key="published_trend", config=charts.config(_.code), alt=_("主动公开"))


def _requests(hall: Hall) -> None:
    _ = hall.speak
    title = _("依申请公开、信箱与找错")
    st.subheader(title, anchor=False)
    fields = {
        "received": ("requests", "value"),
        "answered": ("requests_answered", "value"),
        "in_time": ("requests_in_time", "value"),
        "late": ("requests_late", "value"),
        "rate": ("request_on_time_rate", "value"),
        "timed": ("request_on_time_rate", "denominator"),
        "extended": ("requests_extended", "value"),
        "overdue": ("requests_overdue", "value"),
        "days": ("request_average_workdays", "value"),
    }
    counts = ["received", "answered", "in_time", "late", "extended", "overdue"]
    data = series.by_dimension(hall, fields, "request_kind")
    data = data.assign(**{name: data[name].fillna(0) for name in counts})
    data = data[data[counts].sum(axis=1) > 0].sort_values("received", ascending=False)
    if data.empty:
        states.nothing(_("本期没有收到或答复诉求"))
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**" + _("是否按期") + "**")
        bars = [charts.Series("in_time", _("按期答复"), charts.GREEN), charts.Series("late", _("逾期答复"), charts.RED, "/")]
        figure = charts.ranked(data, "request_kind", bars, kpi.unit("requests", _), stacked=True)
        st.plotly_chart(figure, key="requests", config=charts.config(_.code), alt=title)
    with right:
        _outcomes(hall)
    data = data.assign(note=series.few_notes(data["timed"], hall.store.settings.minimum_denominator, _))
    columns = [
        Column("request_kind", _("诉求类别"), width="medium"),
        Column("received", kpi.label("requests", _), "integer"),
        Column("answered", kpi.label("requests_answered", _), "integer"),
        Column("in_time", kpi.label("requests_in_time", _), "integer"),
        Column("late", kpi.label("requests_late", _), "integer"),
        Column("rate", kpi.label("request_on_time_rate", _), "percent"),
        Column("extended", kpi.label("requests_extended", _), "integer"),
        Column("overdue", kpi.label("requests_overdue", _), "integer"),
        Column("days", kpi.label("request_average_workdays", _), "decimal"),
        Column("note", _("按期率说明")),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "requests")


def _outcomes(hall: Hall) -> None:
    _ = hall.speak
    title = _("答复结果")
    st.markdown(f"**{title}**")
    data = series.by_dimension(hall, {"n": ("requests_answered", "value")}, "request_outcome")
    data = data[data["n"].fillna(0) > 0].sort_values("n", ascending=False)
    if data.empty:
        states.nothing(_("本期没有答复"))
        return
    figure = charts.ranked(data, "request_outcome", [charts.Series("n", title, charts.PURPLE)], kpi.unit("requests", _))
    st.plotly_chart(figure, key="request_outcomes", config=charts.config(_.code), alt=title)


def _list(hall: Hall) -> str | None:
    _ = hall.speak
    title = _("诉求清单")
    st.subheader(title, anchor=False)
    if states.rows_elsewhere(hall):
        return None
    data = voices.answers(hall.store, "request", hall.period, hall.scope)
    if data.empty:
        states.nothing(_("本期没有收到诉求"))
        return None
    st.caption(_("状态截至 {day}。点编号查看到期日的推算过程。").format(day=_.day(hall.store.as_of)))
    columns = [
        Column("answer_no", _("诉求编号"), width="medium"),
        Column("kind", _("诉求类别")),
        Column("state", _("状态")),
        Column("outcome", _("答复结果")),
        Column("received_on", _("收到日"), "date"),
        Column("due_on", _("到期日"), "date"),
        Column("answered_on", _("答复日"), "date"),
        Column("used_workdays", _("用时（工作日）"), "integer"),
        Column("extension", _("延长（工作日）"), "integer"),
        Column("source", _("提交方式")),
        Column("department", _("答复单位"), width="medium"),
    ]
    return tables.case_table(hall, answers.in_words(hall, data, "request"), columns, title, frame.scope_text(hall), "request")


def _rules(hall: Hall) -> None:
    """The limits in force, with their legal basis: rules are data, and a reader may see them."""
    _ = hall.speak
    data = voices.rules(hall.store, hall.period)
    if data.empty:
        return
    shown = data.assign(
        kind=[answers.kind_label(kind, _) for kind in data["kind"]],
        limit=[labels.limit(count, unit, _) for count, unit in zip(data["limit_count"], data["limit_unit"], strict=True)],
        extension=data["extension_workdays"].where(data["extension_workdays"] > 0),
        basis=data["basis_zh"] if _.code == "zh" else data["basis_en"],
    )
    columns = [
        Column("kind", _("种类")),
        Column("limit", _("期限")),
        Column("extension", _("最多延长（工作日）"), "integer"),
        Column("basis", _("依据"), width="large"),
    ]
    with st.expander(_("适用的期限与依据")):
        tables.table(hall, shown, columns, _("适用的期限与依据"), frame.scope_text(hall), "answer_rules")


def render(hall: Hall) -> None:
    """The page. A number pressed in the list leads to its due date, step by step."""
    _ = hall.speak
    frame.header(hall, _("政务公开与回应"))
    kpi.cards(hall, CARDS)
    departmental = _departmental(hall)
    if departmental.scope != hall.scope:
        st.caption(_("公开与诉求不分窗口和渠道，以下按部门统计"))
    _published(departmental)
    _requests(departmental)
    opened = _list(departmental)
    _rules(departmental)
    if opened:
        st.switch_page(PAGES["case"].path, query_params=hall.view.params() | {"case": opened, "of": "request"})


if __name__ == "__main__":
    render(session.hall())
