"""A scheme of assessment in words: what each of its tables says, for reading and for export."""

from decimal import Decimal

import pandas as pd
import streamlit as st

from dashboard.components import awarding, frame, states, tables
from dashboard.components.awarding import number
from dashboard.components.labels import plain
from dashboard.components.scoring import evidence_words
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.session import Hall
from etl.assess.kinds import label
from etl.assess.scheme import MetricRule, Rule, RuledKind, Scheme, Step
from etl.config import HallError
from etl.indicators import definition
from etl.timerules import OPEN_END


def validity(scheme: Scheme, speak: Language) -> str:
    """From when to when it holds."""
    first = speak.day(scheme.valid_from)
    if scheme.valid_to == OPEN_END:
        return speak("自 {day} 起").format(day=first)
    return speak("自 {day} 起，至 {end}（不含）").format(day=first, end=speak.day(scheme.valid_to))


def signed(points: Decimal | None) -> str:
    """Points with their sign, a true minus."""
    if points is None:
        return "—"
    text = number(abs(points))
    return f"−{text}" if points < 0 else (f"+{text}" if points > 0 else text)


def unit_words(speak: Language) -> dict[str, str]:
    _ = speak
    return {
        "each": _("每次"), "half_day": _("每半天"), "case": _("每件"), "case_workday": _("每件每超 1 个工作日"),
        "workday_steps": _("按超期工作日分档"), "count_steps": _("按次数分档"),
    }  # fmt: skip


def per_words(speak: Language) -> dict[str, str]:
    _ = speak
    return {"day": _("每日"), "week": _("每周"), "month": _("每月"), "quarter": _("每季"), "year": _("每年")}


def indicator_words(name: str | None, speak: Language) -> str:
    if name is None:
        return ""
    try:
        return definition(name).label("en" if speak.code == "en" else "zh_CN")
    except HallError:
        return name


def _steps(steps: tuple[Step, ...] | None, speak: Language) -> str:
    """A table of steps: from 90 on 0, from 80 on −1."""
    _ = speak
    mark = "；" if _.code == "zh" else "; "
    return mark.join(_("达 {at}：{points}").format(at=number(one.at), points=signed(one.points)) for one in steps or ())


def points_words(rule: Rule, speak: Language) -> str:
    """What one event gives or takes: −2 each, or a table."""
    _ = speak
    unit = unit_words(_)[rule.unit]
    return f"{unit} {_steps(rule.steps, _)}" if rule.steps else f"{unit} {signed(rule.points)}"


def formula_words(metric: MetricRule, speak: Language) -> str:
    """How the value of an indicator becomes points."""
    _ = speak
    if metric.shape == "linear":
        words = _("高于 {start} 的每 1 点 {each} 分") if metric.side == "above" else _("低于 {start} 的每 1 点 {each} 分")
        return words.format(start=number(metric.start), each=signed(metric.each))
    if metric.shape == "steps":
        return _("达 {start} 得 {first} 分，每再高 {every} 得 {each} 分").format(
            start=number(metric.start), first=signed(metric.first), every=number(metric.every), each=signed(metric.each)
        )
    return _steps(metric.table, _)


def head(hall: Hall, scheme: Scheme) -> None:
    """What the scheme is called, since when it holds, on what it is based."""
    _ = hall.speak
    st.markdown(f"**{plain(_.pick(scheme.zh, scheme.en))}**　·　{validity(scheme, _)}　·　`{scheme.version}`")
    st.caption(
        _("依据：{basis}；申诉期 {days} 个工作日；结果四舍五入到 {places} 位小数").format(
            basis=plain(scheme.basis), days=scheme.appeal_workdays, places=scheme.decimal_places
        )
    )


def of_subject(hall: Hall, scheme: Scheme, kind: RuledKind) -> None:
    """All that concerns one kind of subject: its dimensions, event rules, indicators, parts."""
    _ = hall.speak
    subject = scheme.subject_of(kind)
    if subject is None:
        states.nothing(_("这份办法不考核这类对象"))
        return
    st.markdown(
        _("起始分 {base}，最低 {floor}，最高 {ceiling}").format(
            base=number(subject.base), floor=_bound(subject.floor, _), ceiling=_bound(subject.ceiling, _)
        )
    )
    _dimensions(hall, scheme, kind)
    _rules(hall, scheme, kind)
    _metrics(hall, scheme, kind)
    _parts(hall, scheme, kind)


def _bound(points: Decimal | None, speak: Language) -> str:
    return speak("不限") if points is None else number(points)


def _offer(hall: Hall, title: str, rows: list[list[object]], columns: list[Column], key: str) -> None:
    st.subheader(title, anchor=False)
    data = pd.DataFrame(rows, columns=[column.name for column in columns])
    tables.table(hall, data, columns, title, frame.scope_text(hall), f"scheme_{key}")


def _dimensions(hall: Hall, scheme: Scheme, kind: RuledKind) -> None:
    _ = hall.speak
    rows: list[list[object]] = [
        [_.pick(one.zh, one.en), float(one.base), _bound(one.floor, _), _bound(one.ceiling, _),
         _("加分项") if not one.base and one.ceiling is not None else ""]
        for one in scheme.dimensions_of(kind)
    ]  # fmt: skip
    columns = [
        Column("dimension", _("维度"), width="medium"), Column("base", _("基础分"), "points"), Column("floor", _("最低")),
        Column("ceiling", _("最高")), Column("note", _("说明")),
    ]  # fmt: skip
    _offer(hall, _("维度"), rows, columns, "dimensions")


def _rules(hall: Hall, scheme: Scheme, kind: RuledKind) -> None:
    _ = hall.speak
    rules = scheme.rules_of.get(kind, ())
    if not rules:
        return
    words, per, found = {one.id: _.pick(one.zh, one.en) for one in scheme.dimensions_of(kind)}, per_words(_), evidence_words(_)
    code = "en" if _.code == "en" else "zh_CN"
    rows: list[list[object]] = [
        [one.id, words.get(one.dimension, one.dimension), _.pick(one.zh, one.en), points_words(one, _),
         "" if one.cap is None else f"{per[one.cap_per]} {number(one.cap)}", _.comma.join(label(name, code) for name in one.kinds),
         _.comma.join(found.get(name, name) for name in one.evidence) or _("不限"), number(one.free) if one.free else ""]
        for one in rules
    ]  # fmt: skip
    columns = [
        Column("id", _("编号")), Column("dimension", _("维度")), Column("name", _("规则"), width="large"),
        Column("points", _("分值"), width="medium"),
        Column("cap", _("上限")), Column("kinds", _("计入的事项"), width="large"),
        Column("evidence", _("证据")), Column("free", _("免计数量")),
    ]  # fmt: skip
    _offer(hall, _("事项规则"), rows, columns, "rules")


def _metrics(hall: Hall, scheme: Scheme, kind: RuledKind) -> None:
    _ = hall.speak
    metrics = [one for one in scheme.metric if one.subject == kind]
    if not metrics:
        return
    words = {one.id: _.pick(one.zh, one.en) for one in scheme.dimensions_of(kind)}
    rows: list[list[object]] = [
        [one.id, words.get(one.dimension, one.dimension), _.pick(one.zh, one.en),
         " ÷ ".join(indicator_words(name, _) for name in (one.indicator, one.per) if name), formula_words(one, _),
         _("不限") if one.cap is None else number(one.cap), one.least, _("按同组合计") if one.when_few == "group_mean" else _("不计分")]
        for one in metrics
    ]  # fmt: skip
    columns = [
        Column("id", _("编号")), Column("dimension", _("维度")), Column("name", _("规则"), width="large"),
        Column("indicator", _("指标"), width="medium"), Column("formula", _("计分方法"), width="medium"), Column("cap", _("上限")),
        Column("least", _("最少件数"), "integer"), Column("few", _("不足时")),
    ]  # fmt: skip
    _offer(hall, _("指标规则"), rows, columns, "metrics")


def _parts(hall: Hall, scheme: Scheme, kind: RuledKind) -> None:
    _ = hall.speak
    weigh = {"equal": _("人人相同"), "days": _("按在岗天数"), "workload": _("按业务量")}
    rows: list[list[object]] = [
        [one.id, _.pick(one.zh, one.en),
         _("{points} × 平均得分 ÷ {out_of}").format(points=number(one.points), out_of=number(one.out_of)), weigh[one.weigh]]
        for one in scheme.part if one.subject == kind
    ]  # fmt: skip
    if kind == "person":
        sources = {"window": _("所在窗口的扣分"), "person": _("窗口其他人员的扣分")}
        rows += [
            [one.id, _.pick(one.zh, one.en), _("{percent}% × {source}").format(percent=number(one.percent), source=sources[one.source]),
             _("首席代表")]
            for one in scheme.propagation
        ]  # fmt: skip
    if rows:
        columns = [
            Column("id", _("编号")), Column("name", _("规则"), width="large"), Column("formula", _("计分方法"), width="large"),
            Column("weigh", _("权重或对象")),
        ]  # fmt: skip
        _offer(hall, _("组成与连带"), rows, columns, "parts")


def common(hall: Hall, scheme: Scheme) -> None:
    """What holds for all: vetoes, one fact once, grades, groups, awards, the year."""
    _ = hall.speak
    code = "en" if _.code == "en" else "zh_CN"
    subjects = {"person": _("人员"), "window": _("窗口"), "department": _("部门")}
    grades = {one.id: _.pick(one.zh, one.en) for one in scheme.grade}
    lost = {"none": _("不影响评优"), "month": _("当月"), "quarter": _("当季"), "year": _("当年")}
    said: list[list[object]] = []
    for veto in scheme.veto:
        kinds, who = (_.comma.join(label(kind, code) for kind in veto.kinds), _.comma.join(subjects[one] for one in veto.subjects))
        text = _("{who}有以下之一：{kinds}；等次最高为{grade}；失去评优资格：{lost}").format(
            who=who, kinds=kinds, grade=grades.get(veto.grade, veto.grade), lost=lost[veto.awards_lost]
        )
        said.append([_("一票否决"), _.pick(veto.zh, veto.en), text])
    for fact in scheme.same_fact:
        kinds = _.comma.join(label(kind, code) for kind in fact.kinds)
        text = _("都计") if fact.count == "both" else _("同一办件只计最重的一项") if fact.by == "case" else _("同一证据只计最重的一项")
        said.append([_("同一事实"), kinds, text])
    for grade in scheme.grade:
        said.append(
            [_("等次"), _.pick(grade.zh, grade.en), _("其余") if grade.least is None else _("{n} 分及以上").format(n=number(grade.least))]
        )
    periods = {"month": _("月"), "quarter": _("季"), "year": _("年")}
    for cap in scheme.grade_cap:
        text = _("{period}：不超过全体的 {percent}%").format(period=periods[cap.period], percent=number(cap.percent))
        said.append([_("等次比例"), f"{subjects[cap.subject]} {grades.get(cap.grade, cap.grade)}", text])
    for group in scheme.group:
        said.append([_("分组"), f"{subjects[group.subject]} {_.pick(group.zh, group.en)}", _group(group.model_dump(), _)])
    for award in scheme.award:
        text = (
            f"{subjects[award.subject]}，{periods[award.period]}；"
            if _.code == "zh"
            else f"{subjects[award.subject]}, {periods[award.period]}; "
        )
        said.append([_("评优"), _.pick(award.zh, award.en), text + awarding.rule_words(award, scheme, _)])
    for year in scheme.annual:
        text = _("月考核平均 × {percent}%").format(percent=number(year.months_percent))
        said.append([_("年度"), subjects[year.subject], text])
    for mark in scheme.annual_mark:
        said.append([_("年度"), _.pick(mark.zh, mark.en), _("满分 {n}").format(n=number(mark.most))])
    columns = [Column("what", _("类别")), Column("name", _("名称"), width="medium"), Column("text", _("规定"), width="large")]
    _offer(hall, _("否决、等次、分组与评优"), said, columns, "common")


def _group(group: dict[str, object], speak: Language) -> str:
    _ = speak
    if group["members"]:
        return _.comma.join(str(one) for one in group["members"])  # type: ignore[attr-defined]
    words = {
        "workload_from": _("月均业务量 {n} 及以上"), "workload_to": _("月均业务量不足 {n}"),
        "quantile_from": _("业务量分位 {n}% 及以上"), "quantile_to": _("业务量分位不足 {n}%"),
    }  # fmt: skip
    said = [text.format(n=number(value)) for name, text in words.items() if isinstance(value := group[name], Decimal)]
    return _.comma.join(said) or _("其余")
