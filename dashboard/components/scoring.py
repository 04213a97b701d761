"""A score in words and in a trace: what it began with, every line that changed it with its rule and evidence, and the sum."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from dashboard.components import frame, states, tables
from dashboard.components.labels import plain
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.period import Kind, containing
from dashboard.session import Hall
from etl.assess.advice import Advice, what_would_raise
from etl.assess.inputs import first_day, months_of, period_kind
from etl.assess.kinds import label
from etl.assess.results import STEPS, Score
from etl.assess.scheme import Scheme

PLACES = Decimal("0.01")
NONE = Decimal(0)


def written(points: Decimal) -> str:
    """At least two places, more where there are, with a true minus."""
    exact = abs(points).normalize()
    text = f"{exact.quantize(PLACES) if exact == exact.quantize(PLACES) else exact:f}"
    return f"−{text}" if points < 0 else text


def period_words(period: str, speak: Language) -> str:
    """2018-10, 2018Q3 or 2018 as a reader says it."""
    kinds: Mapping[str, Kind] = {"month": "month", "quarter": "quarter", "year": "year"}
    return speak.period(containing(kinds[period_kind(period)], first_day(months_of(period)[0])))


def grade_words(score: Score, scheme: Scheme, speak: Language) -> str:
    found = next((one for one in scheme.grade if one.id == score.grade), None)
    return "—" if found is None else speak.pick(found.zh, found.en)


def kind_words(kind: str, speak: Language) -> str:
    """What a line is: a kind of event, or a step of the reckoning."""
    if kind in STEPS:
        return speak.pick(*STEPS[kind])
    return label(kind, "en" if speak.code == "en" else "zh_CN")


def evidence_words(speak: Language) -> dict[str, str]:
    """Where the evidence of a line lies."""
    _ = speak
    return {
        "attendance": _("考勤"),
        "patrol": _("巡查"),
        "dossier": _("案卷检查"),
        "merit": _("奖惩登记"),
        "case": _("办件"),
        "application": _("网上申报"),
        "certificate": _("电子证照"),
        "complaint": _("投诉"),
        "evaluation": _("评价"),
        "signal": _("监察信号"),
        "indicator": _("指标"),
    }


def rule_words(scheme: Scheme, speak: Language) -> dict[str, str]:
    """Rules, parts and marks of the scheme by their ids."""
    found = {"total": speak("总分")}
    for listed in (scheme.dimension, scheme.rule, scheme.metric, scheme.part, scheme.propagation):
        found |= {one.id: speak.pick(one.zh, one.en) for one in listed}
    return found | {one.part: speak.pick(one.zh, one.en) for one in scheme.annual_mark}


def dimension_words(scheme: Scheme, score: Score, speak: Language) -> dict[str, str]:
    kind = "person" if score.subject_kind == "chief" else score.subject_kind
    return {one.id: speak.pick(one.zh, one.en) for one in scheme.dimension if one.subject == kind}


def by_dimension(score: Score, scheme: Scheme) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    """Dimension, what it began with, what was taken off, what was added, in the order of the scheme; "" for lines of none."""
    kind = "person" if score.subject_kind == "chief" else score.subject_kind
    bases = {one.id: one.base for one in scheme.dimension if one.subject == kind} if period_kind(score.period) == "month" else {}
    found = []
    for name in [*bases, *dict.fromkeys(line.dimension for line in score.lines if line.dimension not in bases)]:
        own = [line.points for line in score.lines if line.dimension == name]
        down, up = sum((one for one in own if one < 0), NONE), sum((one for one in own if one > 0), NONE)
        found.append((name, bases.get(name, NONE), down, up))
    return found


def formula(score: Score, scheme: Scheme, speak: Language) -> str:
    """The sum in one line: 100 − 2.00（出勤）+ 1.00（加分）= 99.00."""
    words = dimension_words(scheme, score, speak) | {"": speak("月考核与其他")}
    parts = [written(score.base)]
    for name, _base, down, up in by_dimension(score, scheme):
        said = words.get(name, name)
        for points in (down, up):
            if points:
                sign = "−" if points < 0 else "+"
                parts.append(f"{sign} {written(abs(points))}" + (f"（{said}）" if speak.code == "zh" else f" ({said})"))
    return f"{' '.join(parts)} = **{written(score.total)}**"


def trace_frame(score: Score, scheme: Scheme, speak: Language, is_whole: bool = True) -> pd.DataFrame:
    """A row a line. Without `is_whole` lines that changed nothing and say nothing are left out."""
    rules, evidence, words = rule_words(scheme, speak), evidence_words(speak), dimension_words(scheme, score, speak)
    lines = [line for line in score.lines if is_whole or line.points or line.event_id]
    return pd.DataFrame(
        [
            [
                words.get(line.dimension, ""),
                f"{line.rule} {rules[line.rule]}" if line.rule in rules and line.rule not in words else rules.get(line.rule, line.rule),
                kind_words(line.kind, speak),
                float(line.points),
                "" if line.quantity is None else f"{line.quantity.normalize():f}",
                line.day,
                " ".join(part for part in (evidence.get(line.evidence_type, line.evidence_type), line.evidence_no) if part),
                line.version,
                speak("系统") if line.is_automatic else (speak("人工") if line.event_id else ""),
                speak.pick(line.note, line.note_en),
                line.event_id,
            ]
            for line in lines
        ],
        columns=["dimension", "rule", "kind", "points", "quantity", "day", "evidence", "version", "found", "note", "event_id"],
    )


def trace_columns(speak: Language) -> list[Column]:
    _ = speak
    return [
        Column("dimension", _("维度")),
        Column("rule", _("规则"), width="medium"),
        Column("kind", _("事项")),
        Column("points", _("得分变化"), "points"),
        Column("quantity", _("数量")),
        Column("day", _("日期"), "date"),
        Column("evidence", _("证据"), width="medium", personal="number"),
        Column("found", _("来源")),
        Column("note", _("说明"), width="large"),
        Column("version", _("证据版本")),
    ]


def trace(hall: Hall, score: Score, scheme: Scheme, key: str) -> None:
    """The whole trace of one score: its sum in one line, by dimension, and line by line."""
    _ = hall.speak
    title = _("得分明细")
    st.markdown(_("计算") + _.colon + formula(score, scheme, _))
    data = trace_frame(score, scheme, _)
    if data.empty:
        states.nothing(_("没有加减分"))
    else:
        tables.table(hall, data, trace_columns(_), f"{title} {plain(score.name)} {score.period}", frame.scope_text(hall), key)
    words = _("考核办法") + _.colon + f"`{score.scheme_version}`"
    st.caption(words + "　·　" + _("起始分加各行之和即为得分，一分不差"))


def summary(hall: Hall, score: Score, scheme: Scheme, key: str) -> None:
    """Points by dimension: what there was, what was lost, what was added."""
    _ = hall.speak
    words = dimension_words(scheme, score, _) | {"": _("其他")}
    rows = [
        [words.get(name, name), float(base), float(down), float(up), float(base + down + up)]
        for name, base, down, up in by_dimension(score, scheme)
        if name or down or up
    ]
    data = pd.DataFrame(rows, columns=["dimension", "base", "down", "up", "total"])
    columns = [
        Column("dimension", _("维度"), width="medium"),
        Column("base", _("基础分"), "points"),
        Column("down", _("扣分"), "points"),
        Column("up", _("加分"), "points"),
        Column("total", _("得分"), "points"),
    ]
    tables.table(hall, data, columns, _("各维度得分"), frame.scope_text(hall), key)


def advice(score: Score, scheme: Scheme, speak: Language) -> list[str]:
    """What would raise a month's score: the next grade, what was lost, which bonus is open."""
    _, said = speak, []
    better = [(one.least - score.total, one) for one in scheme.grade if one.least is not None and one.least > score.total]
    if better:
        gap, nearest = min(better, key=lambda one: one[0])
        said.append(_("距“{grade}”还差 {points} 分").format(grade=_.pick(nearest.zh, nearest.en), points=written(gap)))
    if period_kind(score.period) != "month":
        return said
    found = what_would_raise(score, scheme)
    said += [_advised(one, _) for one in found if one.way != "bonus"]
    open_bonuses = [f"{_.pick(one.zh, one.en)} +{written(one.points)}" for one in found if one.way == "bonus"]
    if open_bonuses:
        said.append(_("还可加分") + _.colon + _.comma.join(open_bonuses))
    return said


def _advised(one: Advice, speak: Language) -> str:
    _ = speak
    name, points = f"{one.rule} {_.pick(one.zh, one.en)}", written(one.points)
    if one.way == "avoid":
        return _.count("“{{rule}}”：{n} 次，避免可多得 {{points}} 分", one.events).format(rule=name, points=points)
    value = "—" if one.value is None else f"{one.value.normalize():f}"
    if one.way == "staff":
        return _("“{rule}”：现为 {value}，提高人员得分最多可多得 {points} 分").format(rule=name, value=value, points=points)
    return _("“{rule}”：现为 {value}，提高指标最多可多得 {points} 分").format(rule=name, value=value, points=points)


def months_until(months: Sequence[str], period: str, most: int = 12) -> list[str]:
    """The months with data up to the end of the period, the oldest first."""
    last = months_of(period)[-1]
    return [month for month in sorted(months) if month <= last][-most:]
