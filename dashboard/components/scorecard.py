"""One subject's score as a page begins with it: which period, total, grade and place, what would raise it, the months before."""

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.charts import Series
from dashboard.components import choices, frame, scoring, states, tables
from dashboard.components.labels import plain
from dashboard.components.tables import Column
from dashboard.queries.assessment import Assessed
from dashboard.session import Hall
from etl.assess.inputs import period_kind
from etl.assess.results import Score
from etl.assess.scheme import Scheme


def period_choice(hall: Hall, seen: Assessed) -> str:
    """A month, quarter or year that has data, kept in the URL."""
    _ = hall.speak
    kinds = {"month": _("月"), "quarter": _("季"), "year": _("年")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = choices.buttons("by", kinds, "month", _("周期"))
        offered = {"month": seen.months, "quarter": seen.quarters, "year": seen.years}[kind]
        options = {period: scoring.period_words(period, _) for period in offered}
        return choices.box(f"{kind}_at", options, next(iter(options)), _("期间"))


def state_words(hall: Hall, seen: Assessed, period: str) -> str:
    """Whether the figures are final."""
    _ = hall.speak
    if not seen.is_frozen(period):
        return _("未公布，得分随时可能变动")
    found = seen.published(period) if period_kind(period) == "month" else None
    return _("已公布") if found is None else _("已公布（{day}）").format(day=_.day(found.published_on))


def head(hall: Hall, seen: Assessed, score: Score, scheme: Scheme) -> None:
    """Total, grade, place among all, time at the post."""
    _ = hall.speak
    kind = "person" if score.subject_kind == "chief" else score.subject_kind
    ranking = next((one for one in seen.rankings(score.period, kind) if any(p.subject == score.subject for p in one.places)), None)
    place = None if ranking is None else next(one for one in ranking.places if one.subject == score.subject)
    left, middle, right, last = st.columns(4)
    left.metric(_("得分"), scoring.written(score.total), border=True)
    middle.metric(_("等次"), scoring.grade_words(score, scheme, _), border=True)
    shared = "" if place is None or not place.is_shared else _("（并列）")
    right.metric(_("名次"), "—" if place is None else f"{place.place} / {place.of}{shared}", border=True)
    if kind == "person":
        last.metric(_("在岗折算"), f"{score.coverage * 100:.0f}%", border=True)
    else:
        last.metric(_("业务量（件）"), f"{score.workload:,}", border=True)
    notes = [state_words(hall, seen, score.period)]
    if score.why_not is not None:
        notes.append(_("未排名") + _.colon + _.pick(*score.why_not))
    if score.grade_note is not None:
        notes.append(_.pick(*score.grade_note))
    st.caption("　·　".join(notes))
    if score.vetoes:
        st.error(_("有一票否决事项，等次和评优受限"), icon=":material/block:")


def trend(hall: Hall, scores: list[tuple[str, Score]], name: str, key: str) -> None:
    """Totals by month."""
    _ = hall.speak
    title = _("月得分走势")
    st.subheader(title, anchor=False)
    data = pd.DataFrame(
        [[scoring.period_words(month, _), float(one.total), float(one.base)] for month, one in scores], columns=["step", "total", "base"]
    )
    lines = [Series("total", plain(name)), Series("base", _("起始分"), charts.GREY)]
    st.plotly_chart(
        charts.lines(data, "step", lines, _("分"), from_zero=False), key=f"trend_{key}", config=charts.config(_.code), alt=title
    )
    columns = [Column("step", _("月份")), Column("total", _("得分"), "points"), Column("base", _("起始分"), "points")]
    tables.table(hall, data[::-1].reset_index(drop=True), columns, title, frame.scope_text(hall), key)


def advise(hall: Hall, score: Score, scheme: Scheme) -> None:
    _ = hall.speak
    st.subheader(_("怎样提高得分"), anchor=False)
    said = scoring.advice(score, scheme, _)
    if said:
        st.markdown("\n".join(f"- {plain(one)}" for one in said))
    else:
        states.nothing(_("本期没有扣分，也没有可再加的分"))
