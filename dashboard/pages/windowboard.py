"""窗口看板 / window board: one's own window with its trace and trend, and where it stands among the others, who are not named."""

from decimal import Decimal

import pandas as pd
import streamlit as st

from dashboard import charts, session
from dashboard.components import choices, frame, scorecard, scoring, states, tables
from dashboard.components.labels import plain
from dashboard.components.tables import Column
from dashboard.queries.assessment import Assessed, assessed
from dashboard.session import Hall
from etl.assess.results import Ranking, Score
from etl.assess.scheme import Scheme


def _window(hall: Hall, found: tuple[Score, ...]) -> Score:
    """The window looked at: the only one, or one of the department's."""
    _ = hall.speak
    by_name = {one.subject: one for one in sorted(found, key=lambda one: (-one.workload, one.subject))}
    names = {name: name for name in by_name}
    return by_name[choices.box("board", names, next(iter(names)), _("窗口"))] if len(names) > 1 else next(iter(by_name.values()))


def _standing(hall: Hall, seen: Assessed, score: Score) -> None:
    """Places within the group: a star for one's own window, dots for the others."""
    _ = hall.speak
    title = _("同组名次")
    st.subheader(title, anchor=False)
    ranking = _ranking_of(seen, score)
    if ranking is None:
        why = _.pick(*score.why_not) if score.why_not is not None else _("不在排名之列")
        states.nothing(_("本窗口本期未排名") + _.colon + why)
        return
    group = _.pick(ranking.group_zh, ranking.group_en) or _("全部窗口")
    st.caption(_("{group}，按业务量分组，共 {n} 个窗口；其他窗口不显示名称").format(group=group, n=len(ranking.places)))
    places = ranking.places
    own = {index: plain(one.name) for index, one in enumerate(places) if one.subject == score.subject}
    words = [_("第 {n} 名").format(n=one.place) for one in places]
    figure = charts.dots([float(one.total) for one in places], words, own, _("分"))
    st.plotly_chart(figure, key="board_places", config=charts.config(_.code), alt=title)
    leader, mean = places[0].total, sum((one.total for one in places), Decimal(0)) / len(places)
    data = pd.DataFrame(
        [
            [_("本窗口"), float(score.total)],
            [_("同组第一名"), float(leader)],
            [_("同组平均"), round(float(mean), 2)],
            [_("同组最后一名"), float(places[-1].total)],
        ],
        columns=["what", "total"],
    )
    columns = [Column("what", _("对比"), width="medium"), Column("total", _("得分"), "points")]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "board_compared")


def _ranking_of(seen: Assessed, score: Score) -> Ranking | None:
    found = seen.rankings(score.period, "window")
    return next((one for one in found if any(place.subject == score.subject for place in one.places)), None)


def _staff(hall: Hall, seen: Assessed, score: Score, scheme: Scheme) -> None:
    """Whoever works at the window, for its head; staff have a page of their own."""
    _ = hall.speak
    title = _("窗口人员得分")
    found = [one for one in seen.ranked_scores(score.period, "person") if one.window == score.subject]
    if not found or hall.store.reach.records == "own":
        return
    st.subheader(title, anchor=False)
    data = pd.DataFrame(
        [
            [one.subject, one.name, float(one.total), scoring.grade_words(one, scheme, _), f"{one.coverage * 100:.0f}%",
             _("是") if one.subject_kind == "chief" else ""]
            for one in sorted(found, key=lambda one: (-one.total, one.subject))
        ],
        columns=["staff_no", "name", "total", "grade", "coverage", "chief"],
    )  # fmt: skip
    columns = [
        Column("staff_no", _("工号"), personal="staff"),
        Column("name", _("姓名"), personal="staff"),
        Column("total", _("得分"), "points"),
        Column("grade", _("等次")),
        Column("chief", _("首席代表")),
        Column("coverage", _("在岗折算")),
    ]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "board_staff")


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("窗口看板"), with_period=False)
    seen = assessed(hall.store)
    if not seen.months:
        states.nothing(_("数据里还没有考核记录"))
        return
    period = scorecard.period_choice(hall, seen)
    found = seen.scores(period, "window")
    if not found:
        states.nothing(_("本期没有您的窗口的得分"))
        return
    score = _window(hall, found)
    scheme = seen.scheme(period)
    st.markdown(f"**{plain(score.name)}**　·　{plain(score.department)}")
    scorecard.head(hall, seen, score, scheme)
    _standing(hall, seen, score)
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(_("各维度得分"), anchor=False)
        scoring.summary(hall, score, scheme, "board_dimensions")
    with right:
        scorecard.advise(hall, score, scheme)
    st.subheader(_("得分明细"), anchor=False)
    if hall.store.reach.records == "own":
        st.caption(_("同事的事项只列分数，不列人员和证据"))
    scoring.trace(hall, score, scheme, "board_trace")
    _staff(hall, seen, score, scheme)
    months = scoring.months_until(seen.months, period)
    scores = [(month, seen.score("window", score.subject, month)) for month in months]
    scorecard.trend(hall, [(month, one) for month, one in scores if one is not None], score.name, "board_trend")


if __name__ == "__main__":
    render(session.hall())
