"""Ranks of windows, staff or departments as a page shows them: places by group, who stands outside and why, how scores spread."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from dashboard import charts, session
from dashboard.components import frame, scorecard, scoring, states, tables
from dashboard.components.labels import plain
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.queries.assessment import Assessed
from dashboard.session import Hall
from etl.assess.results import Ranking, Score
from etl.assess.scheme import RuledKind, Scheme

STEP = 5
# Whose trace is open stays in the session: a staff number does not belong into an address.
OPENED = "assessment_opened"


def kind_words(speak: Language) -> dict[RuledKind, str]:
    _ = speak
    return {"window": _("窗口"), "person": _("人员"), "department": _("部门")}


def group_words(ranking: Ranking, speak: Language) -> str:
    return speak.pick(ranking.group_zh, ranking.group_en) or speak("不分组")


def subject_columns(kind: RuledKind, speak: Language) -> list[Column]:
    """What names a subject in a table: a person by number and name."""
    _ = speak
    if kind == "person":
        return [
            # A number: lists of single people are not for the public, even without their names.
            Column("subject", _("工号"), personal="number"), Column("name", _("姓名"), personal="staff"),
            Column("window", _("窗口"), width="medium"), Column("department", _("部门"), width="medium"),
        ]  # fmt: skip
    if kind == "window":
        return [Column("subject", _("窗口"), width="medium"), Column("department", _("部门"), width="medium")]
    return [Column("subject", _("部门"), width="medium")]


def shown(hall: Hall, seen: Assessed, period: str, kind: RuledKind, scheme: Scheme) -> None:
    """The ranking, what can be opened of it, who is outside, and how the scores are distributed."""
    _ = hall.speak
    rankings = seen.rankings(period, kind)
    scores = {one.subject: one for one in seen.ranked_scores(period, kind)}
    if not scores:
        states.nothing(_("本期没有得分"))
        return
    title = f"{kind_words(_)[kind]} " + _("考核排名") + f" {period}"
    st.subheader(_("考核排名"), anchor=False)
    st.caption(
        _("名次在组内排列；得分相同的按办法的同分次序比较，仍相同的并列；点第一列查看得分明细")
        + "　·　"
        + scorecard.state_words(hall, seen, period)
    )
    pressed = _places(hall, rankings, scores, kind, scheme, title)
    if pressed is not None:
        session.seed(OPENED, (kind, pressed))
    _outside(hall, rankings, scores, kind, scheme)
    opened = session.chosen(OPENED)
    if isinstance(opened, tuple) and opened[0] == kind and opened[1] in scores:
        _opened(hall, seen, scores[opened[1]], scheme)
    _distribution(hall, seen, period, kind, scheme)


def _places(hall: Hall, rankings: Sequence[Ranking], scores: dict[str, Score], kind: RuledKind, scheme: Scheme, title: str) -> str | None:
    _ = hall.speak
    rows = [
        [one.subject, one.name, score.window, score.department, group_words(ranking, _), one.place, _("并列") if one.is_shared else "",
         float(one.total), scoring.grade_words(score, scheme, _), score.workload, f"{score.coverage * 100:.0f}%",
         _("首席代表") if score.subject_kind == "chief" else ""]
        for ranking in rankings for one in ranking.places if (score := scores.get(one.subject)) is not None
    ]  # fmt: skip
    if not rows:
        states.nothing(_("本期没有参加排名的"))
        return None
    names = ["subject", "name", "window", "department", "group", "place", "shared", "total", "grade", "workload", "coverage", "chief"]
    first, *rest = subject_columns(kind, _)
    columns = [
        first,
        Column("place", _("名次"), "integer"),
        Column("total", _("得分"), "points"),
        Column("grade", _("等次")),
        Column("group", _("组别")),
        *rest,
        *([Column("chief", _("职务")), Column("coverage", _("在岗折算"))] if kind == "person" else []),
        *([Column("workload", _("业务量（件）"), "integer")] if kind != "person" else []),
        Column("shared", _("并列")),
    ]
    return tables.case_table(
        hall, pd.DataFrame(rows, columns=names), columns, title, frame.scope_text(hall), f"ranking_{kind}", _("查看得分明细")
    )


def _outside(hall: Hall, rankings: Sequence[Ranking], scores: dict[str, Score], kind: RuledKind, scheme: Scheme) -> None:
    _ = hall.speak
    rows = [
        [one.subject, one.name, scores[one.subject].window if one.subject in scores else "",
         scores[one.subject].department if one.subject in scores else "", float(one.total), reasons(one.reasons, _)]
        for ranking in rankings for one in ranking.outside
    ]  # fmt: skip
    if not rows:
        st.caption(_("全部参加排名"))
        return
    with st.expander(_.count("未参加排名：{n} 个及其原因", len(rows)), icon=":material/rule:"):
        data = pd.DataFrame(rows, columns=["subject", "name", "window", "department", "total", "why"])
        columns = [*subject_columns(kind, _), Column("total", _("得分"), "points"), Column("why", _("原因"), width="large")]
        tables.table(hall, data, columns, _("未参加排名"), frame.scope_text(hall), f"outside_{kind}")


def reasons(found: Sequence[tuple[str, str]], speak: Language) -> str:
    return ("；" if speak.code == "zh" else "; ").join(speak.pick(zh, en) for zh, en in found)


def _opened(hall: Hall, seen: Assessed, score: Score, scheme: Scheme) -> None:
    """One subject's score to its last line."""
    _ = hall.speak
    with st.container(border=True, key="assessment_trace"):
        named = plain(score.name) if score.name == score.subject else f"{plain(score.name)}　{plain(score.subject)}"
        st.subheader(_("得分明细") + _.colon + named, anchor=False)
        place = "　·　".join(plain(one) for one in (score.window, score.department) if one and one != score.subject)
        if place:
            st.markdown(place)
        scorecard.head(hall, seen, score, scheme)
        if not hall.store.reach.is_hall:
            st.caption(_("涉及个人的事项只列分数，不列人员和证据"))
        scoring.trace(hall, score, scheme, "assessment_trace_lines")
        scoring.summary(hall, score, scheme, "assessment_dimensions")
        months = scoring.months_until(seen.months, score.period)
        found = {month: _of(seen, score, month) for month in months}
        scorecard.trend(hall, [(month, one) for month, one in found.items() if one is not None], score.name, "assessment_trend")
        st.button(_("收起"), key="assessment_leave", type="tertiary", icon=":material/close:", on_click=session.seed, args=(OPENED, None))


def _of(seen: Assessed, score: Score, month: str) -> Score | None:
    """The same subject in a month; who was chief as chief."""
    if score.subject_kind in ("person", "chief"):
        return seen.score("chief", score.subject, month) or seen.score("person", score.subject, month)
    return seen.score(score.subject_kind, score.subject, month)


def bins(totals: Sequence[Decimal], step: int = STEP) -> dict[str, float]:
    """How many scores lie in each stretch of `step` points, from the lowest to the highest; the last one holds its end."""
    if not totals:
        return {}
    counted = Counter(int(one // step) for one in totals)
    first, last = min(counted), max(counted)
    return {f"{number * step}–{(number + 1) * step}": float(counted[number]) for number in range(first, last + 1)}


def _distribution(hall: Hall, seen: Assessed, period: str, kind: RuledKind, scheme: Scheme) -> None:
    _ = hall.speak
    title = _("得分分布")
    st.subheader(title, anchor=False)
    scores = seen.totals(period, kind)
    totals = [one.total for one in scores]
    counted = bins(totals)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        unit = _("人") if kind == "person" else _("个")
        st.plotly_chart(charts.histogram(counted, unit), key=f"distribution_{kind}", config=charts.config(_.code), alt=title)
        data = pd.DataFrame([[name, number] for name, number in counted.items()], columns=["range", "n"])
        columns = [Column("range", _("得分区间（含下限）")), Column("n", _("数量"), "integer")]
        tables.table(hall, data, columns, title, frame.scope_text(hall), f"distribution_{kind}_table")
    with right:
        words = {one.id: _.pick(one.zh, one.en) for one in scheme.grade}
        graded = Counter(one.grade for one in scores)
        rows = [[words.get(grade, "—"), graded[grade], 100 * graded[grade] / len(scores)] for grade in [*words, ""] if graded[grade]]
        grades = pd.DataFrame(rows, columns=["grade", "n", "share"])
        columns = [Column("grade", _("等次")), Column("n", _("数量"), "integer"), Column("share", _("占比"), "percent")]
        tables.table(hall, grades, columns, _("等次分布"), frame.scope_text(hall), f"grades_{kind}")
        mean = sum(totals, Decimal(0)) / len(totals)
        middle = (
            sorted(totals)[len(totals) // 2] if len(totals) % 2 else sum(sorted(totals)[len(totals) // 2 - 1 : len(totals) // 2 + 1]) / 2
        )
        st.caption(
            _("平均 {mean} = 得分合计 {sum} ÷ {n}；中位数 {middle}").format(
                mean=f"{mean:.2f}", sum=f"{sum(totals, Decimal(0)):,.2f}", n=len(totals), middle=f"{middle:.2f}"
            )
        )
