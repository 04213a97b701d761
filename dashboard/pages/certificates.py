"""电子证照 / e-certificates: what was converted and stored, what came back, closed cases without theirs, and who has been given access."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import charts, session
from dashboard.components import frame, kpi, series, states, tables
from dashboard.components.labels import code_label
from dashboard.components.tables import Column
from dashboard.navigation import PAGES
from dashboard.period import Grain, Period, until
from dashboard.queries import certificates as queries
from dashboard.session import Hall
from dashboard.store import Scope

CARDS = (
    "certificates_stored",
    "certificates_converted",
    "stock_conversion_rate",
    "stock_progress_rate",
    "certificate_return_rate",
    "unit_accounts",
    "unit_seals",
    "unit_digital_certificates",
)
CASE_CARDS = ("certificate_cases", "certificates_missing", "certificate_sync_rate", "certificate_same_day_rate")


def _trend(hall: Hall) -> None:
    _ = hall.speak
    title = _("存量与增量证照入库")
    st.subheader(title, anchor=False)
    period, grain = _steps(hall)
    by_kind = {
        kind: series.over_time(hall, {kind: "certificates_stored"}, period, grain, (("stock_or_new", kind),)) for kind in ("stock", "new")
    }
    data = by_kind["stock"].merge(by_kind["new"][["start", "new"]], on="start", how="outer").fillna({"stock": 0, "new": 0})
    data = data.assign(all=data["stock"] + data["new"])
    if not data["all"].sum():
        states.nothing(_("本期没有证照入库"))
        return
    words = {"stock": _("存量"), "new": _("增量")}
    shown = [charts.Series("stock", words["stock"], charts.BLUE), charts.Series("new", words["new"], charts.ORANGE, "/")]
    st.plotly_chart(
        charts.bars(data, "step", shown, kpi.unit("certificates_stored", _)), key="stored", config=charts.config(_.code), alt=title
    )
    columns = [
        *series.step_columns(hall, grain),
        Column("stock", words["stock"], "integer"),
        Column("new", words["new"], "integer"),
        Column("all", kpi.label("certificates_stored", _), "integer"),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "stored")


def _steps(hall: Hall) -> tuple[Period, Grain]:
    shown = until(hall.period, hall.store.as_of)
    return series.trend_period(shown)


def _units(hall: Hall) -> None:
    _ = hall.speak
    title = _("各单位转换情况")
    st.subheader(title, anchor=False)
    fields = {
        "stored": ("certificates_stored", "value"),
        "converted": ("certificates_converted", "value"),
        "listed": ("stock_listed", "value"),
        "done": ("stock_converted", "value"),
        "rate": ("stock_conversion_rate", "value"),
        "declared": ("stock_declared", "value"),
        "progress": ("stock_progress_rate", "value"),
        "returned": ("certificates_returned", "value"),
        "returns": ("certificate_return_rate", "value"),
    }
    data = series.by_dimension(hall, fields, "unit")
    counts = ["stored", "converted", "listed", "done", "declared", "returned"]
    data = data.assign(**{name: data[name].fillna(0) for name in counts})
    data = data[data[["stored", "converted", "listed", "declared"]].sum(axis=1) > 0]
    if data.empty:
        states.nothing(_("没有单位在转换证照"))
        return
    data = data.sort_values(["progress", "unit"], ascending=[True, True], na_position="last")
    split = hall.store.series("certificates_stored", hall.period, hall.scope, ("unit", "stock_or_new"))
    for kind in ("stock", "new"):
        held = split[split["stock_or_new"] == kind]
        found = dict(zip(held["unit"], held["value"].fillna(0), strict=True))
        data = data.assign(**{kind: [found.get(unit, 0) for unit in data["unit"]]})
    data = data.assign(left=(data["declared"] - data["done"]).clip(lower=0))
    shown = [charts.Series("done", kpi.label("stock_converted", _), charts.BLUE), charts.Series("left", _("尚待转换"), charts.GREY, "/")]
    with_stock = data[data["declared"] > 0].sort_values(["left", "unit"], ascending=[False, True])
    if not with_stock.empty:
        if len(with_stock) > 15:
            st.caption(_("图中为尚待转换最多的 15 个单位，表中为全部 {n} 个").format(n=len(data)))
        figure = charts.ranked(with_stock, "unit", shown, kpi.unit("stock_declared", _), stacked=True)
        st.plotly_chart(figure, key="by_unit", config=charts.config(_.code), alt=title)
    data = data.assign(note=series.few_notes(data["declared"], hall.store.settings.minimum_denominator, _))
    columns = [
        Column("unit", _("单位"), width="medium"),
        Column("stock", _("存量入库"), "integer"),
        Column("new", _("增量入库"), "integer"),
        Column("stored", kpi.label("certificates_stored", _), "integer"),
        Column("declared", kpi.label("stock_declared", _), "integer"),
        Column("listed", kpi.label("stock_listed", _), "integer"),
        Column("done", kpi.label("stock_converted", _), "integer"),
        Column("progress", kpi.label("stock_progress_rate", _), "percent"),
        Column("rate", kpi.label("stock_conversion_rate", _), "percent"),
        Column("returned", kpi.label("certificates_returned", _), "integer"),
        Column("returns", kpi.label("certificate_return_rate", _), "percent"),
        Column("note", _("说明")),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "units")


def _months(hall: Hall) -> None:
    """Stored by unit and month: the year that ends with the period."""
    _ = hall.speak
    period = series.year_until(min(hall.period.last, hall.store.as_of))
    title = _("各单位逐月入库（{period}）").format(period=_.span(period.first, period.last))
    data = hall.store.series("certificates_stored", period, hall.scope, ("unit", "month"))
    if data.empty:
        return
    months = sorted(data["month"].unique())
    wide = data.pivot_table(index="unit", columns="month", values="value", aggfunc="sum").reindex(columns=months).fillna(0)
    wide = wide.assign(all=wide.sum(axis=1)).sort_values("all", ascending=False).reset_index()
    columns = [Column("unit", _("单位"), width="medium"), Column("all", _("合计"), "integer")]
    columns += [Column(month, _.step("month", series.step_start("month", month)), "integer", width="small") for month in months]
    with st.expander(title):
        tables.table(hall, wide, columns, title, frame.scope_text(hall), "unit_months")


def _returns(hall: Hall) -> None:
    _ = hall.speak
    title = _("质检退回（按类别）")
    st.subheader(title, anchor=False)
    data = hall.store.series("certificates_returned", hall.period, hall.scope, ("return_reason",))
    data = data[data["value"].fillna(0) > 0].sort_values("value", ascending=False)
    if data.empty:
        states.nothing(_("本期转换的证照没有被质检退回的"))
        return
    data = data.assign(return_reason=series.named_values(data["return_reason"], "return_reason", _))
    left, right = st.columns(2, gap="medium")
    label = kpi.label("certificates_returned", _)
    with left:
        figure = charts.ranked(data, "return_reason", [charts.Series("value", label)], kpi.unit("certificates_returned", _))
        st.plotly_chart(figure, key="returns", config=charts.config(_.code), alt=title)
    with right:
        columns = [Column("return_reason", _("退回类别")), Column("value", label, "integer")]
        tables.table(hall, data, columns, title, frame.scope_text(hall), "returns")


def _cases(hall: Hall) -> str | None:
    """Closed cases and their certificates; narrowed by window and channel too. Returns the case number pressed."""
    _ = hall.speak
    title = _("办结件的电子证照（增量同步）")
    st.subheader(title, anchor=False)
    kpi.cards(hall, CASE_CARDS)
    fields = {
        "cases": ("certificate_cases", "value"),
        "missing": ("certificates_missing", "value"),
        "rate": ("certificate_sync_rate", "value"),
        "same_day": ("certificate_same_day_rate", "value"),
    }
    data = series.by_dimension(hall, fields, "department")
    data = data[data["cases"].fillna(0) > 0].sort_values(["missing", "department"], ascending=[False, True])
    if data.empty:
        states.nothing(_("本期办结的办件都不属于应出证照的事项"))
        return None
    data = data.assign(note=series.few_notes(data["cases"], hall.store.settings.minimum_denominator, _))
    columns = [
        Column("department", _("部门"), width="medium"),
        *(Column(column, kpi.label(fields[column][0], _), "integer") for column in ("cases", "missing")),
        *(Column(column, kpi.label(fields[column][0], _), "percent") for column in ("rate", "same_day")),
        Column("note", _("说明")),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "sync")
    if states.rows_elsewhere(hall):
        return None
    listed = queries.missing(hall.store, until(hall.period, hall.store.as_of), hall.scope)
    if listed.empty:
        return None
    name = _("办结而未生成电子证照的办件")
    st.markdown(f"**{name}**")
    shown = tables.named(
        listed.assign(
            channel=[code_label("channel", value, _) for value in listed["channel"]],
            window_name=listed["window_name"].replace("", _("（未填）")),
        ),
        "department",
        _,
    )
    return tables.case_table(
        hall,
        shown,
        [
            Column("case_no", _("办件编号"), width="medium"),
            Column("closed_on", _("办结日"), "date"),
            Column("waiting_workdays", _("办结以来（工作日）"), "integer"),
            Column("item_name", _("事项"), width="medium"),
            Column("department", _("部门")),
            Column("window_name", _("窗口")),
            Column("channel", _("渠道"), width="small"),
        ],
        name,
        frame.scope_text(hall),
        "missing",
    )


def _access(hall: Hall) -> None:
    _ = hall.speak
    title = _("单位账号、电子印章与数字证书")
    st.subheader(title, anchor=False)
    if states.rows_elsewhere(hall):
        return
    data = queries.access(hall.store, hall.period, hall.scope)
    if data.empty:
        states.nothing(_("还没有载入单位账号印章登记表"))
        return
    last = min(hall.period.last, hall.store.as_of)

    def there(opened: pd.Series) -> list[str]:
        return [_("有") if not pd.isna(day) else _("无") for day in opened]

    data = data.assign(
        account=there(data["account_opened_on"]),
        seal=there(data["seal_opened_on"]),
        ca=[
            _("无") if pd.isna(opened) else _("已过期") if not pd.isna(ends) and pd.Timestamp(ends).date() < last else _("有")
            for opened, ends in zip(data["ca_opened_on"], data["ca_valid_to"], strict=True)
        ],
    ).sort_values(["account_opened_on", "seal_opened_on", "department"], na_position="first")
    names = {"accounts": "unit_accounts", "seals": "unit_seals", "ca": "unit_digital_certificates", "units": "access_units"}
    levels = {column: hall.store.measure(name, hall.period, hall.scope).value or 0 for column, name in names.items()}
    st.markdown(
        _("登记 {units} 个单位：有账号 {accounts} 个，有电子印章 {seals} 个，数字证书有效 {ca} 个").format(
            **{column: f"{value:,.0f}" for column, value in levels.items()}
        )
    )
    columns = [
        Column("department", _("单位"), width="medium"),
        Column("account", _("账号"), width="small"),
        Column("account_opened_on", _("账号开通"), "date"),
        Column("seal", _("电子印章"), width="small"),
        Column("seal_opened_on", _("印章申领"), "date"),
        Column("ca", _("数字证书"), width="small"),
        Column("ca_opened_on", _("数字证书开通"), "date"),
        Column("ca_valid_to", _("数字证书到期"), "date"),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "access")


def render(hall: Hall) -> None:
    """The page. Certificates know their unit, not the window or channel of a case; closed cases know all three."""
    _ = hall.speak
    frame.header(hall, _("电子证照"))
    by_unit = replace(hall, view=replace(hall.view, scope=Scope(department=hall.scope.department)))
    if hall.scope != by_unit.scope:
        st.info(_("证照与单位账号不分范围、窗口和渠道，只按部门筛选；办结件部分按全部条件筛选"), icon=":material/filter_alt:")
    kpi.cards(by_unit, CARDS)
    _trend(by_unit)
    _units(by_unit)
    _months(by_unit)
    _returns(by_unit)
    opened = _cases(hall)
    _access(by_unit)
    if opened:
        st.switch_page(PAGES["case"].path, query_params=hall.view.params() | {"case": opened})


if __name__ == "__main__":
    render(session.hall())
