"""数据质量 / data quality: where every record went, what is refused and why, what was keyed in late, how codes are read, and whether
the totals are the published ones. From here a file is handed in."""

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from dashboard import charts, session
from dashboard.components import correcting, frame, kpi, series, states, tables, upload
from dashboard.components.labels import shortened
from dashboard.components.tables import Column
from dashboard.language import number
from dashboard.period import Period, until
from dashboard.queries import quality as queries
from dashboard.queries import supervision
from dashboard.session import Hall
from dashboard.store import COUNTY_ONLY, Measure, indicator
from etl.records import codes, contracts
from etl.records.mapping import Mapping, mappings

CARDS = ("late_entry_rate", "quality_signals")
LEDGER = ("load_batches", "records_read", "records_quarantined", "quarantine_rate", "quarantine_held", "faults_held")
FLOW = ("records_inserted", "records_updated", "records_unchanged", "records_superseded", "records_quarantined")


def ledger_measure(hall: Hall, name: str) -> Measure:
    """An indicator of the ledger over all loads."""
    row = hall.store.loads(name).iloc[0]
    numerator, denominator, value = (None if pd.isna(row[key]) else float(row[key]) for key in ("numerator", "denominator", "value"))
    return Measure(name, value, numerator, denominator, int(row["n"]))


def _ledger_cards(hall: Hall) -> None:
    """The ledger as a whole: loads are made at their own time, whatever period the page shows."""
    _ = hall.speak
    first, last = hall.store.loaded_span
    st.caption(_("全部已载入批次（{span} 载入），不随期间和范围变化").format(span=_.span(first, last)))
    with st.grid(columns=3, min_column_width=150):
        for name in LEDGER:
            found, now = indicator(name), ledger_measure(hall, name)
            with st.container(border=True, height="stretch", key=f"kpi_{name}"):
                st.metric(_.pick(found.zh, found.en), kpi.written(name, now.value, _))
                with st.popover(_("口径"), type="tertiary", icon=":material/info:"):
                    lines = [f"**{_.pick(found.zh, found.en)}**", _("公式") + _.colon + _.pick(found.formula.zh, found.formula.en)]
                    lines.append(_("分子") + _.colon + f"**{number(now.numerator, 0)}**")
                    if found.denominator is not None:
                        lines.append(_("分母") + _.colon + f"**{number(now.denominator, 0)}**")
                    lines += [_("载入日期") + _.colon + _.span(first, last), _("指标代码") + _.colon + f"`{name}`"]
                    st.markdown("\n\n".join(lines))


def _record_words(hall: Hall) -> dict[str, str]:
    return {name: hall.speak.pick(found.zh, found.en) for name, found in contracts().items()}


def _mappings_named(hall: Hall, known: dict[str, Mapping], names: Iterable[str]) -> list[str]:
    return [upload.mapping_words(name, known, hall.speak) for name in names]


def _conservation(hall: Hall, known: dict[str, Mapping]) -> None:
    """Read = inserted + updated + unchanged + superseded + quarantined, in all and batch by batch."""
    _ = hall.speak
    title = _("守恒核对与批次台账")
    st.subheader(title, anchor=False)
    if states.rows_elsewhere(hall):
        return
    total = queries.totals(hall.store)
    if not total["batches"]:
        states.nothing(_("还没有载入任何文件"))
        return
    sum_text = _("读入 {read} = 新增 {inserted} + 更新 {updated} + 未变 {unchanged} + 被取代 {superseded} + 隔离 {quarantined}").format(
        read=f"{total['read_records']:,}", **{name: f"{total[name]:,}" for name in queries.OUTCOMES}
    )
    accounted = sum(total[name] for name in queries.OUTCOMES)
    if total["unbalanced"] or accounted != total["read_records"]:
        st.error(_("有 {n} 个批次收支不符：").format(n=total["unbalanced"]) + sum_text, icon=":material/error:")
    else:
        st.success(_("{n} 个批次全部相符：").format(n=f"{total['batches']:,}") + sum_text, icon=":material/balance:")
    data = queries.batches(hall.store)
    words = _record_words(hall)
    shown = data.assign(
        record=[words.get(name, name) for name in data["record"]],
        mapping=_mappings_named(hall, known, data["mapping"]),
        check=["✓" if read == made else "✗" for read, made in zip(data["read_records"], data["accounted"], strict=True)],
        loaded=[_.moment(moment) for moment in data["loaded_at"]],
    )
    columns = [
        Column("batch_id", _("批次"), width=90),
        Column("file", _("文件")),
        Column("record", _("记录类型")),
        Column("read_records", _("读入"), "integer"),
        Column("inserted", _("新增"), "integer"),
        Column("updated", _("更新"), "integer"),
        Column("unchanged", _("未变"), "integer"),
        Column("superseded", _("被取代"), "integer"),
        Column("quarantined", _("隔离"), "integer"),
        Column("check", _("相符"), width="small"),
        Column("loaded", _("载入时间")),
        Column("sheet", _("工作表"), width="small"),
        Column("mapping", _("映射")),
        Column("encoding", _("编码"), width="small"),
        Column("first_event", _("最早事件"), "date"),
        Column("last_event", _("最晚事件"), "date"),
    ]
    tables.table(hall, shown, columns, title, hall.store.settings.hall_name, "batches")


def _trend(hall: Hall) -> None:
    """What the loads brought, by day of loading, or by file where all were loaded on one day."""
    _ = hall.speak
    first, last = hall.store.loaded_span
    if first == last and not hall.store.reach.has_rows:
        return
    if first == last:
        title = _("各批次的去向")
        data = queries.batches(hall.store).sort_values("batch_id")
        if data.empty:
            return
        step = [f"{batch}" for batch in data["batch_id"]]
        data = data.assign(step=step, **{f"records_{name}": data[name] for name in queries.OUTCOMES})
    else:
        title = _("每日载入的去向")
        grain = series.trend_period(Period("custom", first, last))[1]
        steps = hall.store.loads(FLOW[0], (grain,))[[grain]]
        for name in FLOW:
            steps = steps.merge(hall.store.loads(name, (grain,))[[grain, "value"]].rename(columns={"value": name}), on=grain, how="left")
        data = steps.assign(step=[_.step(grain, series.step_start(grain, value)) for value in steps[grain]])
        title = title if grain == "day" else _("各期载入的去向")
    st.markdown(f"**{title}**")
    looks = ((charts.GREEN, ""), (charts.BLUE, "."), (charts.GREY, "/"), (charts.OCHRE, "x"), (charts.RED, "-"))
    bars = [charts.Series(name, kpi.label(name, _), colour, pattern) for name, (colour, pattern) in zip(FLOW, looks, strict=True)]
    figure = charts.bars(data, "step", bars, kpi.unit("records_read", _))
    st.plotly_chart(figure, key="loads", config=charts.config(_.code), alt=title)
    columns = [Column("step", _("批次") if first == last else _("期间")), *(Column(name, kpi.label(name, _), "integer") for name in FLOW)]
    with st.expander(_("表格")):
        tables.table(hall, data, columns, title, hall.store.settings.hall_name, "loads")


def _quarantine(hall: Hall, known: dict[str, Mapping]) -> None:
    _ = hall.speak
    held = hall.store.quarantined()
    if not held.records:
        states.nothing(_("隔离区是空的"))
    else:
        text = _("隔离区有 {n} 条记录，共 {faults} 处错误（一条记录可有多处）。")
        st.markdown(text.format(n=f"**{held.records:,}**", faults=f"**{held.faults:,}**"))
        if states.rows_elsewhere(hall):
            return
        correcting.panel(hall)
        rules = queries.quarantine_by_rule(hall.store)
        rules = rules.assign(
            name=[_.pick(zh, en).split("；" if _.code == "zh" else ";")[0] for zh, en in zip(rules["zh"], rules["en"], strict=True)]
        )
        title = _("按校验规则")
        st.markdown(f"**{title}**")
        short = rules.assign(name=shortened(list(rules["name"]), 22))
        shown = [charts.Series("records", _("记录"), charts.RED)]
        figure = charts.ranked(short, "name", shown, kpi.unit("records_quarantined", _))
        st.plotly_chart(figure, key="faults", config=charts.config(_.code), alt=title)
        columns = [
            Column("name", _("问题"), width="large"),
            Column("records", _("记录"), "integer", help=_("一条记录违反几条规则，就在几行里各计一次")),
            Column("rule", _("规则代码"), width="medium"),
        ]
        tables.table(hall, rules, columns, title, hall.store.settings.hall_name, "faults")
        title = _("按来源文件")
        st.markdown(f"**{title}**")
        words = _record_words(hall)
        files = queries.quarantine_by_file(hall.store)
        files = files.assign(
            record=[words.get(name, name) for name in files["record"]], mapping=_mappings_named(hall, known, files["mapping"])
        )
        columns = [
            Column("file", _("文件"), width="large"),
            Column("record", _("记录类型")),
            Column("mapping", _("映射")),
            Column("records", _("记录"), "integer"),
            Column("faults", _("错误"), "integer"),
            Column("batch_id", _("批次")),
        ]
        tables.table(hall, files, columns, title, hall.store.settings.hall_name, "quarantine_files")
    warned = queries.warnings(hall.store) if hall.store.reach.has_rows else pd.DataFrame()
    if not warned.empty:
        title = _("已载入但有提醒")
        st.markdown(f"**{title}**")
        warned = warned.assign(name=[_.pick(zh, en) for zh, en in zip(warned["zh"], warned["en"], strict=True)])
        columns = [
            Column("name", _("问题"), width="large"),
            Column("rows", _("记录"), "integer"),
            Column("file", _("文件"), width="medium"),
        ]
        tables.table(hall, warned, columns, title, hall.store.settings.hall_name, "load_warnings")


def _entry(hall: Hall) -> None:
    """Keyed in late, and the signals of odd handling, in the period of the page."""
    _, store = hall.speak, hall.store
    kpi.cards(hall, CARDS)
    period, grain = series.trend_period(until(hall.period, store.as_of))
    data = series.over_time(hall, {"rate": "late_entry_rate"}, period, grain)
    title = _("补录率走势")
    if data.empty or data["rate"].isna().all():
        states.nothing(_("本期收件没有录入时间，无法判断补录"))
    else:
        sizes = series.sizes(hall, "late_entry_rate", period, grain).reindex(data["start"]).to_numpy()
        data = data.assign(n=sizes, shown=data["rate"].where(sizes >= store.settings.minimum_denominator))
        st.markdown(f"**{title}**")
        if data["shown"].notna().any():
            line = [charts.Series("shown", kpi.label("late_entry_rate", _))]
            st.plotly_chart(charts.lines(data, "step", line, "%"), key="late_entry", config=charts.config(_.code), alt=title)
        columns = [
            *series.step_columns(hall, grain),
            Column("rate", kpi.label("late_entry_rate", _), "percent"),
            Column("n", _("有录入时间的收件"), "integer"),
        ]
        tables.table(hall, data, columns, title, frame.scope_text(hall), "late_entry")
        _late_departments(hall)
    title = _("数据质量与异常操作信号")
    st.markdown(f"**{title}**")
    found = store.series("quality_signals", hall.period, hall.scope, ("rule",))
    found = found[found["value"].fillna(0) > 0]
    if found.empty:
        states.nothing(_("本期没有数据质量信号"))
        return
    rules = supervision.rules(store)
    names = {str(row["rule_id"]): _.pick(row["zh"], row["en"]) for row in rules.to_dict("records")}
    found = found.assign(name=[names.get(str(rule), str(rule)) for rule in found["rule"]]).sort_values("value", ascending=False)
    columns = [
        Column("name", _("规则"), width="large"),
        Column("value", kpi.label("quality_signals", _), "integer"),
        Column("rule", _("规则代码")),
    ]
    tables.table(hall, found, columns, title, frame.scope_text(hall), "quality_signals")


def _late_departments(hall: Hall) -> None:
    _ = hall.speak
    title = _("各部门补录")
    st.markdown(f"**{title}**")
    fields = {"late": ("late_entry_rate", "numerator"), "n": ("late_entry_rate", "denominator"), "rate": ("late_entry_rate", "value")}
    data = series.by_dimension(hall, fields, "department")
    data = data.assign(note=series.few_notes(data["n"], hall.store.settings.minimum_denominator, _))
    data = data.sort_values(["late", "department"], ascending=[False, True])
    columns = [
        Column("department", _("部门"), width="medium"),
        Column("late", _("补录"), "integer"),
        Column("n", _("有录入时间的收件"), "integer"),
        Column("rate", kpi.label("late_entry_rate", _), "percent"),
        Column("note", _("说明")),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "late_departments")


def _codes(hall: Hall, known: dict[str, Mapping]) -> None:
    """How the codes of each source are read: declared in its mapping, never guessed."""
    _ = hall.speak
    # Of several counties the ledger is not told: then no source is known to be in use.
    used = list(dict.fromkeys(str(name) for name in queries.batches(hall.store)["mapping"])) if hall.store.reach.has_rows else []
    listed = [name for name in [*used, *sorted(set(known) - set(used))] if name in known]
    chosen = session.page_choice("mapping", listed, listed[0])
    session.seed("mapping_choice", chosen)
    st.selectbox(
        _("来源映射"),
        listed,
        format_func=lambda name: _.pick(known[name].zh, known[name].en) + ("" if name in used or not used else _("（未用过）")),
        key="mapping_choice",
        on_change=session.bound("mapping", "mapping_choice"),
    )
    mapping = known[chosen]
    rows = []
    for name in mapping.fields:
        field = mapping.contract.field(name)
        declared = mapping.codes.get(name, {})
        for source, code in declared.items():
            entry = codes()[field.codes or ""][code]
            rows.append([_.pick(field.zh, field.en), mapping.fields[name], source, code, _.pick(entry.zh, entry.en)])
    title = _("代码映射")
    if not rows:
        states.nothing(_("这个来源没有自己的代码，只认规范代码和中文名称"))
        return
    shown = pd.DataFrame(rows, columns=["field", "header", "source", "code", "label"])
    columns = [
        Column("field", _("字段")),
        Column("header", _("文件中的列")),
        Column("source", _("文件中的代码")),
        Column("label", _("读作")),
        Column("code", _("规范代码")),
    ]
    tables.table(hall, shown, columns, title, mapping.name, "codes")
    st.caption(_("不在表中的代码一律隔离，不作猜测"))


def _reconciliation(hall: Hall) -> None:
    _ = hall.speak
    title = _("与公布数核对")
    if hall.store.is_gathered:
        states.nothing(_.pick(*COUNTY_ONLY))
        return
    marks = {True: "✓ " + _("相符"), False: "✗ " + _("不符"), None: _("无数据")}
    shown = pd.DataFrame(
        [
            [
                _.pick(row.figure.zh, row.figure.en),
                _.pick(row.figure.scope.zh, row.figure.scope.en),
                (_("约") + " " if row.figure.approximate else "") + f"{row.figure.published:,}",
                row.computed,
                marks[row.equal],
            ]
            for row in hall.store.reconciled()
        ],
        columns=["figure", "scope", "published", "computed", "mark"],
    )
    columns = [
        Column("figure", _("数字"), width="large"),
        Column("scope", _("口径"), width="medium"),
        Column("published", _("公布")),
        Column("computed", _("计算"), "integer"),
        Column("mark", _("结果")),
    ]
    tables.table(hall, shown, columns, title, hall.store.settings.hall_name, "reconciliation")


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("数据质量"))
    _ledger_cards(hall)
    # Read from their files once, for three tables.
    known = mappings(hall.store.home)
    ledger, held, entry, maps, published, handed = st.tabs(
        [_("台账与守恒"), _("隔离区"), _("补录与异常"), _("代码映射"), _("与公布数核对"), _("上传文件")]
    )
    with ledger:
        _conservation(hall, known)
        _trend(hall)
    with held:
        _quarantine(hall, known)
    with entry:
        _entry(hall)
    with maps:
        _codes(hall, known)
    with published:
        _reconciliation(hall)
    with handed:
        if hall.may("upload"):
            upload.panel(hall)
        else:
            states.nothing(_("这里汇集了多个区县，不载入文件；请在该县自己的看板中上传"))


if __name__ == "__main__":
    render(session.hall())
