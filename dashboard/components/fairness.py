"""How fair scores look: their spread by group, workload against score, and where the points that were taken come from."""

from decimal import Decimal

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.components import frame, scoring, states, tables
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.queries.assessment import Assessed
from dashboard.session import Hall
from etl.assess.fairness import Fairness
from etl.assess.scheme import RuledKind


def shown(hall: Hall, seen: Assessed, period: str, kind: RuledKind) -> None:
    """The three views of one kind of subject in one period."""
    found = seen.fairness(period, kind)
    _ = hall.speak
    if not found.spreads:
        states.nothing(_("本期没有参加排名的"))
        return
    words = {one.group: _.pick(one.zh, one.en) or _("不分组") for one in found.spreads}
    _spreads(hall, found, words)
    _workload(hall, found, words, kind)
    _origins(hall, found)


def _spreads(hall: Hall, found: Fairness, words: dict[str, str]) -> None:
    _ = hall.speak
    title = _("各组得分离散程度")
    st.subheader(title, anchor=False)
    spreads = [
        charts.Spread(words[one.group], (float(one.least), float(one.lower), float(one.middle), float(one.upper), float(one.most)))
        for one in found.spreads
    ]
    st.plotly_chart(charts.boxes(spreads, _("分")), key="fairness_spread", config=charts.config(_.code), alt=title)
    data = pd.DataFrame(
        [[words[one.group], one.n, *(float(number) for number in (one.least, one.lower, one.middle, one.upper, one.most, one.mean))]
         for one in found.spreads],
        columns=["group", "n", "least", "lower", "middle", "upper", "most", "mean"],
    )  # fmt: skip
    columns = [
        Column("group", _("组别")), Column("n", _("数量"), "integer"), Column("least", _("最低"), "points"),
        Column("lower", _("下四分位"), "points"), Column("middle", _("中位数"), "points"), Column("upper", _("上四分位"), "points"),
        Column("most", _("最高"), "points"), Column("mean", _("平均"), "points"),
    ]  # fmt: skip
    tables.table(hall, data, columns, title, frame.scope_text(hall), "fairness_spread_table")


def _workload(hall: Hall, found: Fairness, words: dict[str, str], kind: RuledKind) -> None:
    _ = hall.speak
    title = _("业务量与得分")
    st.subheader(title, anchor=False)
    sets = {
        words[group]: [(float(one.workload), float(one.total), one.name) for one in found.points if one.group == group] for group in words
    }
    st.plotly_chart(charts.cloud(sets, _("业务量（件）"), _("分")), key="fairness_workload", config=charts.config(_.code), alt=title)
    st.caption(_correlated(found.correlation, _))
    data = pd.DataFrame(
        [[one.subject, one.name, words[one.group], one.workload, float(one.total)] for one in found.points],
        columns=["subject", "name", "group", "workload", "total"],
    ).sort_values(["workload", "subject"], ascending=[False, True])
    named = [Column("subject", _("工号"), personal="number"), Column("name", _("姓名"), personal="staff")]
    columns = [
        *(named if kind == "person" else [Column("name", _("名称"), width="medium")]),
        Column("group", _("组别")), Column("workload", _("业务量（件）"), "integer"), Column("total", _("得分"), "points"),
    ]  # fmt: skip
    with st.expander(_("业务量与得分明细")):
        tables.table(hall, data.reset_index(drop=True), columns, title, frame.scope_text(hall), "fairness_workload_table")


def _correlated(value: Decimal | None, speak: Language) -> str:
    _ = speak
    if value is None:
        return _("数量不足或没有差异，不算相关系数")
    size = abs(value)
    words = _("几乎无关") if size < Decimal("0.2") else (_("弱相关") if size < Decimal("0.5") else _("明显相关"))
    explained = _("等级相关系数（斯皮尔曼）{value}：{words}；为负表示业务量越大得分越低")
    return explained.format(value=f"{value:.2f}".replace("-", "−"), words=words)


def _origins(hall: Hall, found: Fairness) -> None:
    _ = hall.speak
    title = _("扣分来源")
    st.subheader(title, anchor=False)
    if not found.origins:
        states.nothing(_("本期没有扣分"))
        return
    whole = sum((one.points for one in found.origins), Decimal(0))
    left, right, _last = st.columns([1, 1, 2])
    for place, label, share in ((left, _("系统自动发现"), found.automatic_share), (right, _("来自巡查"), found.patrol_share)):
        place.metric(label, "—" if share is None else f"{share:.1f}%", border=True)
    st.caption(_("占比 = 该来源扣分 ÷ 全部扣分 {whole} 分（按事项和指标计，上限和扣完为止之前）").format(whole=scoring.written(whole)))
    words = scoring.evidence_words(_)
    data = pd.DataFrame(
        [[words.get(one.evidence_type, one.evidence_type), one.lines, float(one.points), float(one.share)] for one in found.origins],
        columns=["origin", "lines", "points", "share"],
    )
    st.plotly_chart(
        charts.ranked(data.assign(points=-data["points"]), "origin", [charts.Series("points", _("扣分"))], _("分")),
        key="fairness_origins", config=charts.config(_.code), alt=title,
    )  # fmt: skip
    columns = [
        Column("origin", _("来源")), Column("lines", _("笔数"), "integer"), Column("points", _("扣分"), "points"),
        Column("share", _("占比"), "percent"),
    ]  # fmt: skip
    tables.table(hall, data, columns, title, frame.scope_text(hall), "fairness_origins_table")
