"""年报数字 / figures of the annual report: sentence by sentence, each from the data, with its formula and where to look."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.components import frame, kpi, states, tables
from dashboard.components.tables import Column
from dashboard.language import Language, number
from dashboard.navigation import PAGES
from dashboard.period import containing
from dashboard.queries import annual
from dashboard.session import Hall
from etl.indicators import definition
from etl.reconcile import YearFigure


def _mark(one: YearFigure, _: Language) -> str:
    if one.row is None:
        return _("尚无数据")
    if one.equal is None:
        return ""
    return _("相符") if one.equal else _("不符")


def _published(one: YearFigure, _: Language) -> str:
    if one.published is None:
        return "—"
    text = number(one.published)
    return _("约{number}").format(number=text) if one.figure.approximate else text


def _figure(hall: Hall, one: YearFigure) -> None:
    """One figure: what is said, computed and published, and one click away how it is made."""
    _ = hall.speak
    name, value, published, more = st.columns([5, 2, 3, 2], vertical_alignment="center")
    name.markdown(f"{_.pick(one.figure.zh, one.figure.en)}　:gray[{_.pick(one.figure.scope.zh, one.figure.scope.en)}]")
    value.markdown("**—**" if one.row is None else f"**{number(one.row.value)}** {kpi.unit(one.figure.indicator or '', _)}")
    words = _("公布") + _.colon + _published(one, _)
    published.markdown(f":gray[{words}]　{_mark(one, _)}")
    with more:
        if one.figure.indicator is None:
            st.caption(_("还没有这类记录"))
            return
        with st.popover(_("口径"), type="tertiary", icon=":material/info:"):
            found = definition(one.figure.indicator)
            numerator = one.row.numerator if one.row else None
            lines = [
                _("公式") + _.colon + _.pick(found.formula.zh, found.formula.en),
                _("分子") + _.colon + f"{_.pick(found.numerator.zh, found.numerator.en)} = **{number(numerator)}**",
                _("来源") + _.colon + _.pick(found.source.zh, found.source.en),
                _("命令") + _.colon + f"`{one.command}`",
            ]
            st.markdown("\n\n".join(lines))
            if one.figure.page in PAGES:
                st.page_link(
                    PAGES[one.figure.page].path, label=_("打开相关页面"), icon=":material/arrow_forward:",
                    query_params={"lang": hall.view.language, "period": "year", "on": f"{one.year}-01-01"},
                )  # fmt: skip


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("年报数字"), with_period=False)
    if hall.store.is_empty:
        states.nothing(_("数据里还没有办件"))
        return
    years = list(range(hall.store.as_of.year, hall.store.first_day.year - 1, -1))
    asked = session.page_choice("year", [str(year) for year in years], str(years[0]))
    session.seed("annual_year", asked)
    st.selectbox(
        _("年度"), [str(year) for year in years], key="annual_year", on_change=session.bound("year", "annual_year"), width=160,
        format_func=lambda one: _.period(containing("year", date(int(one), 1, 1))),
    )  # fmt: skip
    st.caption(_("年度政府信息公开工作报告中涉及政务大厅的各句，逐句给出由数据得出的数字、公式和出处"))
    rows = annual.of_year(hall.store, int(asked))
    for sentence in dict.fromkeys(one.sentence for one in rows):
        st.subheader(_.pick(sentence.zh, sentence.en) if sentence else _("其他"), anchor=False)
        with st.container(border=True):
            for one in rows:
                if one.sentence == sentence:
                    _figure(hall, one)
    listed = pd.DataFrame(
        [
            {
                "sentence": _.pick(one.sentence.zh, one.sentence.en) if one.sentence else "",
                "figure": _.pick(one.figure.zh, one.figure.en),
                "scope": _.pick(one.figure.scope.zh, one.figure.scope.en),
                "computed": one.row.value if one.row else None,
                "published": one.published,
                "formula": _.pick(definition(one.figure.indicator).formula.zh, definition(one.figure.indicator).formula.en)
                if one.figure.indicator
                else "",
            }
            for one in rows
        ]
    )
    columns = [
        Column("sentence", _("所在句"), width="medium"),
        Column("figure", _("数字"), width="medium"),
        Column("scope", _("范围"), width="medium"),
        Column("computed", _("由数据得出"), "integer"),
        Column("published", _("公布"), "integer"),
        Column("formula", _("公式"), width="large"),
    ]
    with st.expander(_("表格")):
        tables.table(hall, listed, columns, _("年报数字"), hall.store.settings.hall_name, "annual")


if __name__ == "__main__":
    render(session.hall())
