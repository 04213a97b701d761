"""Awards as a page shows them: who won and by what rule, who shares, who was out and why, and the flags of the year's quarters."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from dashboard.components import frame, ranking, scorecard, scoring, states, tables
from dashboard.components.labels import plain
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.queries.assessment import Assessed
from dashboard.session import Hall
from etl.assess.kinds import label
from etl.assess.results import Award, Score
from etl.assess.scheme import AwardRule, RuledKind, Scheme


def rule_words(rule: AwardRule, scheme: Scheme, speak: Language) -> str:
    """The rule of an award in one sentence."""
    _ = speak
    said = []
    if rule.winners is not None:
        said.append(_("取前 {n} 名").format(n=rule.winners))
    else:
        said.append(_("取符合条件者的 {percent}%（舍去小数）").format(percent=number(rule.percent)))
        if rule.least:
            said.append(_("至少 {n} 个").format(n=rule.least))
        if rule.most is not None:
            said.append(_("至多 {n} 个").format(n=rule.most))
    said.append(_("名额按各组人数分配") if rule.spread == "by_group" else _("不分组，统一排名"))
    said.append(_("与末位得分相同的一并入选") if rule.ties == "share" else _("与末位得分相同而超出名额的都不入选"))
    if rule.months:
        said.append(_("完整月不少于 {n} 个").format(n=rule.months))
    if rule.workload:
        exempt = [_.pick(one.zh, one.en) for one in scheme.group if one.id in rule.workload_exempt and one.subject == rule.subject]
        text = _("办件不少于 {n} 件").format(n=rule.workload)
        said.append(text + (_("（{groups}除外）").format(groups=_.comma.join(exempt)) if exempt else ""))
    if rule.none_of:
        listed = _.comma.join(label(kind, "en" if _.code == "en" else "zh_CN") for kind in rule.none_of)
        said.append(_("不得有：{kinds}").format(kinds=listed))
    if rule.grade is not None:
        grade = scheme.grade[scheme.grade_rank(rule.grade)]
        said.append(_("等次不低于{grade}").format(grade=_.pick(grade.zh, grade.en)))
    return ("；" if _.code == "zh" else "; ").join(said)


def number(value: Decimal | None) -> str:
    """A number of a scheme without the zeros of its writing: 10, 0.5."""
    return "—" if value is None else f"{value.normalize():f}"


def ruled(one: Award) -> RuledKind:
    """Whom the award is for: chiefs are persons."""
    return "person" if one.subject_kind == "chief" else one.subject_kind


def shown(hall: Hall, seen: Assessed, one: Award, scheme: Scheme) -> None:
    """One award of one period."""
    _ = hall.speak
    title = _.pick(one.zh, one.en)
    st.subheader(title, anchor=False)
    rule = next((rule for rule in scheme.award if rule.id == one.award), None)
    st.caption(
        ("" if rule is None else _("规则") + _.colon + rule_words(rule, scheme, _) + "　·　")
        + scorecard.state_words(hall, seen, one.period)
    )
    scores = {score.subject: score for score in seen.ranked_scores(one.period, ruled(one))}
    left, middle, right = st.columns(3)
    left.metric(_("入选"), f"{len(one.winners)}", border=True)
    middle.metric(_("符合条件"), f"{one.eligible}", border=True)
    right.metric(_("参评"), f"{len(seen.totals(one.period, ruled(one)))}", border=True)
    _winners(hall, one, scores, scheme, title)
    _out(hall, seen, one, scores, title)


def _place(score: Score | None) -> tuple[str, str]:
    """Window and department, where the reader may know them."""
    return ("", "") if score is None else (score.window, score.department)


def _winners(hall: Hall, one: Award, scores: dict[str, Score], scheme: Scheme, title: str) -> None:
    _ = hall.speak
    if not one.winners:
        states.nothing(_("没有入选的"))
        return
    if not all(winner.subject for winner in one.winners):
        st.caption(_("人员姓名不在您的查看范围内，只列组别和得分"))
    groups = {group.id: _.pick(group.zh, group.en) for group in scheme.group if group.subject == ruled(one)}
    rows = []
    for winner in one.winners:
        score = scores.get(winner.subject)
        window, department = _place(score)
        rows.append(
            [winner.subject or "—", winner.name or "—", window, department,
             groups.get(winner.group) or _("不分组"), winner.place, float(winner.total), _("并列") if winner.is_shared else ""]
        )  # fmt: skip
    data = pd.DataFrame(rows, columns=["subject", "name", "window", "department", "group", "place", "total", "shared"])
    columns = [
        *(ranking.subject_columns(ruled(one), _) if any(winner.subject for winner in one.winners) else []),
        Column("group", _("组别")), Column("place", _("名次"), "integer"), Column("total", _("得分"), "points"),
        Column("shared", _("并列")),
    ]  # fmt: skip
    tables.table(hall, data, columns, f"{title} {one.period}", frame.scope_text(hall), f"winners_{one.award}")


def _out(hall: Hall, seen: Assessed, one: Award, scores: dict[str, Score], title: str) -> None:
    """Who is not eligible and why, then who is but came after the last winner; of staff to whoever may know them."""
    _ = hall.speak
    won = {winner.subject for winner in one.winners}
    rows = [
        [out.subject, out.name, *_place(scores.get(out.subject)), float(out.total), _("不符合条件"), ranking.reasons(out.reasons, _)]
        for out in sorted(one.outside, key=lambda out: (-out.total, out.subject))
    ]  # fmt: skip
    known = won | {out.subject for out in one.outside}
    rows += [
        [score.subject, score.name, score.window, score.department, float(score.total), _("符合条件"), _("名次在入选者之后")]
        for score in sorted(scores.values(), key=lambda score: (-score.total, score.subject)) if score.subject not in known
    ]  # fmt: skip
    if not rows:
        return
    with st.expander(_.count("未入选：{n} 个及其原因", len(rows)), icon=":material/rule:"):
        data = pd.DataFrame(rows, columns=["subject", "name", "window", "department", "total", "state", "why"])
        columns = [
            *ranking.subject_columns(ruled(one), _),
            Column("total", _("得分"), "points"), Column("state", _("条件")), Column("why", _("原因"), width="large"),
        ]  # fmt: skip
        tables.table(
            hall,
            data,
            columns,
            _("{award} {period} 未入选").format(award=title, period=one.period),
            frame.scope_text(hall),
            f"out_{one.award}",
        )


def of_year(hall: Hall, seen: Assessed, year: str, quarters: Sequence[str]) -> None:
    """Which windows won in which quarter of the year, the most often first."""
    _ = hall.speak
    given = {quarter: [one for one in seen.awards(quarter) if one.subject_kind == "window"] for quarter in quarters}
    kinds = {one.award: _.pick(one.zh, one.en) for found in given.values() for one in found}
    for award, title in kinds.items():
        st.subheader(_("{award}：{year} 年各季").format(award=title, year=year), anchor=False)
        won = {quarter: {winner.name for one in found if one.award == award for winner in one.winners} for quarter, found in given.items()}
        names = sorted({name for found in won.values() for name in found})
        if not names:
            states.nothing(_("没有入选的"))
            continue
        rows = [
            [name, *("★" if name in won[quarter] else "" for quarter in quarters), sum(name in won[one] for one in quarters)]
            for name in names
        ]
        data = pd.DataFrame(rows, columns=["window", *quarters, "times"]).sort_values(["times", "window"], ascending=[False, True])
        columns = [
            Column("window", _("窗口"), width="medium"), *(Column(one, scoring.period_words(one, _)) for one in quarters),
            Column("times", _("次数"), "integer"),
        ]  # fmt: skip
        tables.table(hall, data.reset_index(drop=True), columns, f"{title} {year}", frame.scope_text(hall), f"year_{award}")


def annual(hall: Hall, seen: Assessed, year: str, scheme: Scheme) -> None:
    """The year's result of staff: what the months gave, what the annual marks gave, the grade and why it is not a better one."""
    _ = hall.speak
    title = _("年度结果")
    st.subheader(title, anchor=False)
    rule = scheme.annual_of("person")
    if rule is None:
        states.nothing(_("考核办法没有规定人员的年度结果"))
        return
    words = [_("年度得分 = 月考核平均 × {percent}%").format(percent=number(rule.months_percent))]
    words += [_("+ {part}（满分 {most}）").format(part=_.pick(one.zh, one.en), most=number(one.most)) for one in scheme.annual_mark]
    st.caption(" ".join(words))
    for cap in scheme.grade_cap:
        if cap.period == "year":
            grade = scheme.grade[scheme.grade_rank(cap.grade)]
            st.caption(_("{grade}不超过全体的 {percent}%").format(grade=_.pick(grade.zh, grade.en), percent=number(cap.percent)))
    found = [one for one in seen.ranked_scores(year, "person") if one.period == year]
    if not found:
        states.nothing(_("人员姓名不在您的查看范围内；窗口和部门的年度得分见考核评比"))
        return
    rows = []
    for one in sorted(found, key=lambda one: (-one.total, one.subject)):
        marks = {line.rule: float(line.points) for line in one.lines if line.kind == "mark"}
        months = sum((float(line.points) for line in one.lines if line.kind != "mark"), float(one.base))
        notes = ranking.reasons([note for note in (one.grade_note, one.why_not) if note is not None], _)
        rows.append(
            [one.subject, one.name, one.window, one.department, round(months, 4), *(marks.get(part.part) for part in scheme.annual_mark),
             float(one.total), scoring.grade_words(one, scheme, _), one.months, notes]
        )  # fmt: skip
    parts = [part.part for part in scheme.annual_mark]
    data = pd.DataFrame(
        rows, columns=["subject", "name", "window", "department", "months_part", *parts, "total", "grade", "months", "note"]
    )
    columns = [
        *ranking.subject_columns("person", _), Column("total", _("得分"), "points"), Column("grade", _("等次")),
        Column("months_part", _("月考核部分（含四舍五入）"), "points"),
        *(Column(part.part, plain(_.pick(part.zh, part.en)), "points") for part in scheme.annual_mark),
        Column("months", _("完整月"), "integer"), Column("note", _("说明"), width="large"),
    ]  # fmt: skip
    tables.table(hall, data, columns, f"{title} {year}", frame.scope_text(hall), "annual_result")
