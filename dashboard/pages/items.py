"""事项清单 / the item list: trips by scope, compression of limits, online depth, the report's table, what changed, abolished proofs."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import charts, session
from dashboard.components import choices, frame, kpi, labels, series, states, tables
from dashboard.components.labels import code_label
from dashboard.components.tables import Column
from dashboard.period import Period, containing, until
from dashboard.queries import items as queries
from dashboard.session import Hall
from dashboard.store import LIST_LIMIT, Conditions, Scope, indicator
from etl.indicators.dimensions import DIMENSIONS, code_list

CARDS = (
    "items_total",
    "zero_trip_items",
    "one_trip_items",
    "within_one_trip_items",
    "within_one_trip_rate",
    "instant_item_rate",
    "online_item_rate",
    "provincial_item_rate",
    "wholly_online_rate",
    "promise_compression",
)
BY_SCOPE = (
    "items_total",
    "zero_trip_items",
    "one_trip_items",
    "within_one_trip_items",
    "zero_trip_rate",
    "one_trip_rate",
    "within_one_trip_rate",
)
ORDER = ("all", "district", "centre", "township")


def _column(name: str, hall: Hall) -> Column:
    return Column(name, kpi.label(name, hall.speak), "percent" if kpi.is_rate(indicator(name)) else "integer")


def _scoped(hall: Hall, scope: Scope) -> Hall:
    return replace(hall, view=replace(hall.view, scope=scope))


def _scopes(hall: Hall) -> None:
    """The same label stands for different sets in published figures: all four side by side."""
    _ = hall.speak
    title = _("各口径对照")
    st.subheader(title, anchor=False)
    every = _scoped(hall, Scope(department=hall.scope.department))
    data = series.by_dimension(every, {name: (name, "value") for name in BY_SCOPE}, "scope")
    words = code_list(DIMENSIONS["scope"])
    places = {_.pick(words[name].zh, words[name].en): place for place, name in enumerate(ORDER)}
    data = data.sort_values("scope", key=lambda column: column.map(places))
    named = DIMENSIONS["scope"]
    columns = [Column("scope", _.pick(named.zh, named.en)), *(_column(name, hall) for name in BY_SCOPE)]
    tables.table(hall, data, columns, title, frame.scope_text(every), "scopes")
    st.caption(_("公布数所说的“一趟”，有的只算进驻中心的事项，有的算区直各部门，须在同一口径下比较。"))


def _trend(hall: Hall, where: Conditions) -> None:
    _ = hall.speak
    title = _("一趟不用跑与最多跑一趟（各月末有效的清单）")
    st.subheader(title, anchor=False)
    last = until(hall.period, hall.store.as_of).last
    period = series.year_until(last)
    names = {"zero": "zero_trip_items", "one": "one_trip_items", "all": "items_total", "rate": "within_one_trip_rate"}
    data = series.over_time(hall, names, period, "month", where)
    if not data["all"].fillna(0).sum():
        states.nothing(_("这一口径没有有效的事项"))
        return
    shown = [
        charts.Series("zero", kpi.label("zero_trip_items", _), charts.GREEN),
        charts.Series("one", kpi.label("one_trip_items", _), charts.BLUE, "/"),
        charts.Series("more", _("两趟及以上或未承诺"), charts.GREY, "."),
    ]
    data = data.assign(more=data["all"] - data["zero"] - data["one"])
    figure = charts.bars(data, "step", shown, kpi.unit("items_total", _))
    st.plotly_chart(figure, key="trips", config=charts.config(_.code), alt=title)
    columns = [Column("step", _("月份")), *(Column(column, kpi.label(names[column], _), "integer") for column in ("zero", "one", "all"))]
    columns.append(Column("rate", kpi.label("within_one_trip_rate", _), "percent"))
    with st.expander(_("表格")):
        tables.table(hall, data, columns, title, frame.scope_text(hall), "trips")


def _compression(hall: Hall, where: Conditions) -> None:
    _ = hall.speak
    title = _("承诺时限压缩（法定 → 承诺）")
    st.subheader(title, anchor=False)
    fields = {
        "compared": "compared_items",
        "statutory": "statutory_days",
        "promised": "promised_days",
        "rate": "promise_compression",
        "other": "other_unit_items",
        "unlimited": "unlimited_items",
    }
    apart = {name: hall.store.measure(name, hall.period, hall.scope, where).value or 0 for name in fields.values()}
    st.markdown(
        _("只比较两个时限都以工作日计的 {n} 项；以自然日或月计的 {other} 项、没有法定或承诺时限的 {none} 项另计，不折算。").format(
            n=f"{apart['compared_items']:,.0f}", other=f"{apart['other_unit_items']:,.0f}", none=f"{apart['unlimited_items']:,.0f}"
        )
    )
    data = series.by_dimension(hall, {column: (name, "value") for column, name in fields.items()}, "department", where=where)
    data = data.assign(**{name: data[name].fillna(0) for name in ("compared", "statutory", "promised", "other", "unlimited")})
    data = data[data[["compared", "other", "unlimited"]].sum(axis=1) > 0].sort_values(["statutory", "department"], ascending=[False, True])
    if data.empty:
        states.nothing(_("这一口径没有有效的事项"))
        return
    if len(data) > 15:
        st.caption(_("图中为前 15 项，表中为全部 {n} 项").format(n=f"{len(data):,}"))
    shown = [
        charts.Series("statutory", kpi.label("statutory_days", _), charts.GREY, "/"),
        charts.Series("promised", kpi.label("promised_days", _), charts.BLUE),
    ]
    figure = charts.ranked(data, "department", shown, kpi.unit("statutory_days", _))
    st.plotly_chart(figure, key="compression", config=charts.config(_.code), alt=title)
    data = data.assign(note=series.few_notes(data["compared"], hall.store.settings.minimum_denominator, _))
    columns = [
        Column("department", _("部门"), width="medium"),
        *(Column(column, kpi.label(fields[column], _), "integer") for column in ("compared", "statutory", "promised")),
        Column("rate", kpi.label("promise_compression", _), "percent"),
        *(Column(column, kpi.label(fields[column], _), "integer") for column in ("other", "unlimited")),
        Column("note", _("说明")),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "compression")


def _depth(hall: Hall, where: Conditions) -> None:
    _ = hall.speak
    title = _("网上办理深度（星级）")
    st.subheader(title, anchor=False)
    found = hall.store.series("items_total", hall.period, hall.scope, ("depth",), where)
    counts = {str(depth): float(value) for depth, value in zip(found["depth"], found["value"].fillna(0), strict=True)}
    total = sum(counts.values())
    if not total:
        states.nothing(_("这一口径没有有效的事项"))
        return
    depths = [*code_list(DIMENSIONS["depth"]), *([""] if counts.get("") else [])]
    data = pd.DataFrame(
        {
            "depth": series.named_values(depths, "depth", _),
            "items": [counts.get(depth, 0.0) for depth in depths],
            "share": [counts.get(depth, 0.0) / total * 100 for depth in depths],
        }
    )
    left, right = st.columns(2, gap="medium")
    with left:
        figure = charts.ranked(data, "depth", [charts.Series("items", kpi.label("items_total", _))], kpi.unit("items_total", _))
        st.plotly_chart(figure, key="depth", config=charts.config(_.code), alt=title)
    with right:
        columns = [
            Column("depth", _("网办深度"), width="medium"),
            Column("items", kpi.label("items_total", _), "integer"),
            Column("share", _("占比"), "percent"),
        ]
        tables.table(hall, data, columns, title, frame.scope_text(hall), "depth")


def _report(hall: Hall, item_scope: str) -> None:
    """The columns of the province's item report, so that the two can be laid side by side."""
    _ = hall.speak
    title = _("事项统计表")
    st.subheader(title, anchor=False)
    data = queries.report(hall.store, hall.period, hall.scope, item_scope)
    data = data.assign(department=[_("合计") if pd.isna(name) else name or _("（未填）") for name in data["department"]])
    entries, items = _("{kind}·目录"), _("{kind}·事项")
    kinds = {"licence": _("行政许可"), "service": _("公共服务"), "other": _("其他")}
    columns = [
        Column("department", _("部门"), width="medium"),
        Column("catalogues", kpi.label("catalogue_entries", _), "integer"),
        Column("items", kpi.label("items_total", _), "integer"),
    ]
    for kind, word in kinds.items():
        columns.append(Column(f"{kind}_catalogues", entries.format(kind=word), "integer"))
        columns.append(Column(f"{kind}_items", items.format(kind=word), "integer"))
    columns += [
        Column(column, kpi.label(name, _), "percent" if column.endswith("_rate") else "integer")
        for column, name in queries.COUNTS.items()
        if column not in queries.SPLIT
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "report")


def _said(hall: Hall, change: str, count: float | None, text: str) -> str:
    """One side of a change in words."""
    _ = hall.speak
    absent = count is None or count != count
    if change in ("added", "dropped"):
        return "—"
    if change == "trips":
        return _("未承诺") if absent or count is None or count < 0 else _.count("{n} 趟", int(count))
    if change in ("promised", "statutory"):
        return labels.limit(count, text, _)
    if change in ("online", "centre"):
        return _("是") if count else _("否")
    return text


def _changes(hall: Hall, item_scope: str, where: Conditions) -> None:
    _ = hall.speak
    title = _("清单版本变化")
    st.subheader(title, anchor=False)
    if hall.store.reach.is_several and states.rows_elsewhere(hall):
        return
    days = queries.change_days(hall.store, min(hall.period.last, hall.store.as_of))
    if days.empty:
        states.nothing(_("期末之前清单没有变化：只有一个版本，或还没有载入更早的版本"))
        return
    options = {
        f"{pd.Timestamp(day):%Y-%m-%d}": _("{day}起：{before} → {after}").format(
            day=_.day(pd.Timestamp(day).date()), before=before or "—", after=after or "—"
        )
        for day, before, after in zip(days["day"], days["before_version"], days["after_version"], strict=True)
    }
    picked = choices.box("changed", options, next(iter(options)), _("哪一次变化"))
    day = pd.Timestamp(picked).date()
    on_the_day = Period("custom", day, day)
    found = hall.store.series("item_changes", on_the_day, hall.scope, ("change",), where)
    counts = {str(change): float(value) for change, value in zip(found["change"], found["value"].fillna(0), strict=True)}
    eased = {
        name: hall.store.measure(name, on_the_day, hall.scope, where).value or 0
        for name in ("items_trips_reduced", "items_promise_shortened")
    }
    if not sum(counts.values()):
        states.nothing(_("这一口径在这次变化中没有变动"))
        return
    kinds = [change for change in code_list(DIMENSIONS["change"]) if counts.get(change)]
    data = pd.DataFrame({"change": series.named_values(kinds, "change", _), "changes": [counts[change] for change in kinds]})
    left, right = st.columns(2, gap="medium")
    with left:
        figure = charts.ranked(data, "change", [charts.Series("changes", kpi.label("item_changes", _))], kpi.unit("item_changes", _))
        st.plotly_chart(figure, key="changes", config=charts.config(_.code), alt=title)
    with right:
        for name, value in eased.items():
            st.markdown(f"{kpi.label(name, _)}{_.colon}**{value:,.0f}**")
        columns = [Column("change", _("变化类别")), Column("changes", kpi.label("item_changes", _), "integer")]
        tables.table(hall, data, columns, title, frame.scope_text(hall), "change_counts")
    words = {"": _("全部"), **dict(zip(kinds, data["change"], strict=True))}
    kind = choices.box("kind", words, "", _("变化类别"))
    listed = queries.changes(hall.store, day, Scope(department=hall.scope.department), item_scope)
    _change_list(hall, listed[listed["change"] == kind] if kind else listed)


def _change_list(hall: Hall, listed: pd.DataFrame) -> None:
    _ = hall.speak
    title = _("变化明细")
    st.markdown(f"**{title}**")
    if len(listed) == LIST_LIMIT:
        st.caption(_("只列出前 {n} 行").format(n=f"{LIST_LIMIT:,}"))
    sides = {
        side: [
            _said(hall, str(change), count, str(text))
            for change, count, text in zip(listed["change"], listed[f"{side}_count"], listed[f"{side}_text"], strict=True)
        ]
        for side in ("before", "after")
    }
    shown = listed.assign(
        change=series.named_values(listed["change"], "change", _),
        item_kind=[code_label("item_kind", value, _) for value in listed["item_kind"]],
        **sides,
    )
    columns = [
        Column("change", _("变化类别")),
        Column("item_name", _("事项"), width="medium"),
        Column("department", _("部门"), width="medium"),
        Column("before", _("变化前")),
        Column("after", _("变化后")),
        Column("item_kind", _("事项类型")),
        Column("item_code", _("事项编码"), width="medium"),
    ]
    tables.table(hall, tables.named(shown, "department", _), columns, title, frame.scope_text(hall), "change_list")


def _proofs(hall: Hall) -> None:
    _ = hall.speak
    title = _("取消证明事项")
    st.subheader(title, anchor=False)
    year = containing("year", hall.period.last)
    here = hall.store.measure("cancelled_proofs", hall.period, hall.scope).value or 0
    whole = hall.store.measure("cancelled_proofs", year, hall.scope).value or 0
    st.markdown(_("本期取消 {here} 项，{year}累计 {whole} 项").format(here=f"{here:,.0f}", whole=f"{whole:,.0f}", year=_.period(year)))
    if hall.store.reach.is_several and states.rows_elsewhere(hall):
        return
    listed = queries.proofs(hall.store, year, hall.scope)
    if listed.empty:
        states.nothing(_("这一年没有取消证明事项，或还没有载入目录"))
        return
    columns = [
        Column("cancelled_on", _("取消日期"), "date"),
        Column("proof_name", _("证明名称"), width="medium"),
        Column("department", _("索要单位"), width="medium"),
        Column("issuer", _("开具单位")),
        Column("item_name", _("涉及事项"), width="medium"),
        Column("replacement", _("替代方式"), width="medium"),
        Column("basis", _("取消依据")),
        Column("code", _("编码")),
    ]
    tables.table(hall, listed, columns, title, frame.scope_text(hall), "proofs")


def render(hall: Hall) -> None:
    """The page. An item knows its scope and its department, not windows or channels."""
    _ = hall.speak
    frame.header(hall, _("事项清单"))
    listed_scope = _scoped(hall, Scope(scope=hall.scope.scope, department=hall.scope.department))
    if hall.scope != listed_scope.scope:
        st.info(_("事项清单不分窗口和渠道，只按范围和部门筛选"), icon=":material/filter_alt:")
    item_scope = hall.scope.scope or "all"
    where: Conditions = (("scope", item_scope),)
    st.caption(_("事项数为 {day}有效的版本").format(day=_.day(min(hall.period.last, hall.store.as_of))))
    kpi.cards(listed_scope, CARDS, where)
    _scopes(listed_scope)
    _trend(listed_scope, where)
    _report(listed_scope, item_scope)
    _compression(listed_scope, where)
    _depth(listed_scope, where)
    _changes(listed_scope, item_scope, where)
    _proofs(_scoped(hall, Scope(department=hall.scope.department)))


if __name__ == "__main__":
    render(session.hall())
