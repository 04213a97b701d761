"""我的得分 / my score: one's own month, quarter or year with every point traced, the trend, what would raise it, and appeals."""

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.components import appealing, frame, scorecard, scoring, states, tables
from dashboard.components.labels import plain
from dashboard.components.tables import Column
from dashboard.queries.assessment import Assessed, assessed
from dashboard.session import Hall
from etl.assess.inputs import period_kind
from etl.assess.results import Score
from etl.office.appeals import appeals


def _disputes(hall: Hall, seen: Assessed, score: Score) -> None:
    """Events that took points, each of which can be opened and disputed; then one's own appeals."""
    _ = hall.speak
    st.subheader(_("申诉"), anchor=False)
    chosen = session.param("event")
    if chosen:
        event = seen.event(chosen)
        if event is None or event.staff_no != hall.principal.staff_no:
            states.nothing(_("没有记在本人名下的这一事项"))
        else:
            appealing.panel(hall, seen, event)
    own = {one.event_id: one for one in seen.events() if one.staff_no == hall.principal.staff_no}
    made = {one.event_id: one for one in appeals(seen.office, hall.principal.staff_no)}
    words = appealing.state_words(_)
    rows = [
        [line.event_id, scoring.kind_words(line.kind, _), float(line.points), own[line.event_id].day, own[line.event_id].evidence_no,
         words[made[line.event_id].state] if line.event_id in made else _("未申诉")]
        for line in score.lines if line.event_id in own and (line.points < 0 or line.event_id in made)
    ]  # fmt: skip
    pressed: str | None = None
    if rows:
        st.caption(_("点事项编号可查看证据并提出申诉"))
        data = pd.DataFrame(rows, columns=["event_id", "kind", "points", "day", "evidence_no", "state"])
        columns = [
            Column("event_id", _("事项编号"), width="medium", personal="number"),
            Column("kind", _("事项")),
            Column("points", _("扣分"), "points"),
            Column("day", _("日期"), "date"),
            Column("evidence_no", _("证据"), personal="number"),
            Column("state", _("申诉状态")),
        ]
        pressed = tables.case_table(hall, data, columns, _("可申诉事项"), frame.scope_text(hall), "disputable", _("按事项编号查看并申诉"))
    elif period_kind(score.period) == "month":
        states.nothing(_("本月没有记在本人名下的扣分"))
    else:
        states.nothing(_("申诉按月提出，请选择月份"))
    if made:
        st.markdown("**" + _("我的申诉") + "**")
        pressed = appealing.listed(hall, seen, list(made.values()), _("我的申诉"), "my_appeals", is_named=False) or pressed
    if pressed and pressed != chosen:
        session.set_param("event", pressed)
        st.rerun()


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("我的得分"), with_period=False)
    seen = assessed(hall.store)
    if not hall.principal.staff_no:
        states.nothing(_("您的账号没有工号，没有个人得分；请联系系统管理员"))
        return
    if not seen.months:
        states.nothing(_("数据里还没有考核记录"))
        return
    period = scorecard.period_choice(hall, seen)
    score = seen.own_score(period)
    if score is None:
        states.nothing(_("本期没有您的得分：不在岗，或当期没有考核办法"))
        return
    scheme = seen.scheme(period)
    role = _("首席代表（含连带）") if score.subject_kind == "chief" else _("窗口人员")
    st.markdown(f"**{plain(score.name)}**　{plain(score.subject)}　·　{plain(score.window)}　·　{role}")
    scorecard.head(hall, seen, score, scheme)
    st.subheader(_("得分明细"), anchor=False)
    scoring.trace(hall, score, scheme, "my_trace")
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(_("各维度得分"), anchor=False)
        scoring.summary(hall, score, scheme, "my_dimensions")
    with right:
        scorecard.advise(hall, score, scheme)
    found = [(month, seen.own_score(month)) for month in scoring.months_until(seen.months, period)]
    scorecard.trend(hall, [(month, one) for month, one in found if one is not None], score.name, "my_trend")
    _disputes(hall, seen, score)


if __name__ == "__main__":
    render(session.hall())
