"""For the manager: publishing months in order, and the marks of the annual review."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.components import choices, frame, scoring, states, tables
from dashboard.components.labels import plain
from dashboard.components.tables import Column
from dashboard.queries.assessment import Assessed
from dashboard.session import Hall
from etl.assess.results import Score
from etl.assess.scheme import AnnualMark
from etl.config import HallError
from etl.office.annualmarks import NewMark, Part, annual_marks, set_marks
from etl.office.appeals import appeals

LOOKED, SAID = "freeze_looked", "freeze_said"


def months(hall: Hall, seen: Assessed) -> None:
    """The month that is to be published next, and those that are."""
    _ = hall.speak
    st.subheader(_("公布（冻结）月考核"), anchor=False)
    said = session.chosen(SAID)
    if isinstance(said, str):
        st.success(_("{month} 已公布").format(month=scoring.period_words(said, _)), icon=":material/check_circle:")
        session.seed(SAID, None)
    month = seen.next_to_freeze
    if month is None:
        states.nothing(_("没有可以公布的月份：有数据的月份都已公布"))
    else:
        _next(hall, seen, month)
    _published(hall, seen)


def _next(hall: Hall, seen: Assessed, month: str) -> None:
    _ = hall.speak
    with st.container(border=True, key="freeze_panel"):
        st.markdown("**" + _("下一个公布的月份") + _.colon + scoring.period_words(month, _) + "**")
        people, windows = len(seen.totals(month, "person")), len(seen.totals(month, "window"))
        st.markdown(
            _("人员 {people} 名、窗口 {windows} 个；考核办法 {scheme}；数据版本 {snapshot}").format(
                people=people, windows=windows, scheme=f"`{seen.scheme(month).version}`", snapshot=f"`{hall.store.snapshot_id}`"
            )
        )
        still = [one for one in appeals(seen.office, state="open") if one.month == month]
        if still:
            st.warning(_.count("本月还有 {n} 件申诉待决定；公布后成立的，在下一个未公布的月份更正", len(still)), icon=":material/gavel:")
        st.caption(_("月份依次公布，公布后得分和名次不再改动；以后发现的差错在下一个未公布的月份更正"))
        looked = session.chosen(LOOKED)
        if isinstance(looked, tuple) and looked[0] == month and looked[1] != seen.at:
            st.warning(_("打开之后又有新的申诉、更正或巡查记录，得分可能已变，请重新核对"), icon=":material/sync_problem:")
        session.seed(LOOKED, (month, seen.at))
        # An act of the office makes these widgets new: what was confirmed before it is confirmed again.
        is_sure = st.checkbox(_("已核对得分和名次，确认公布，公布后不能撤回"), key=f"freeze_sure_{month}_{seen.at}")
        if st.button(
            _("公布 {month}").format(month=scoring.period_words(month, _)), key=f"freeze_{month}_{seen.at}", type="primary",
            icon=":material/lock:", disabled=not is_sure,
        ):  # fmt: skip
            try:
                seen.publish(month, session.actor(), datetime.now())
            except HallError as error:
                states.refusal(error, _)
                return
            session.seed(SAID, month)
            st.rerun()


def _published(hall: Hall, seen: Assessed) -> None:
    _ = hall.speak
    title = _("已公布的月份")
    st.subheader(title, anchor=False)
    found = [one for month in reversed(seen.frozen_months) if (one := seen.published(month)) is not None]
    if not found:
        states.nothing(_("还没有公布过"))
        return
    data = pd.DataFrame(
        [[one.month, one.at[:16].replace("T", " "), one.actor, one.scheme_version, one.snapshot_id, one.sha256[:12]] for one in found],
        columns=["month", "at", "actor", "scheme", "snapshot", "mark"],
    )
    columns = [
        Column("month", _("月份")), Column("at", _("公布时间")), Column("actor", _("公布人"), personal="staff"),
        Column("scheme", _("考核办法版本"), width="medium"), Column("snapshot", _("数据版本"), width="medium"),
        Column("mark", _("校验值（前 12 位）")),
    ]  # fmt: skip
    tables.table(hall, data, columns, title, frame.scope_text(hall), "published")


def marks(hall: Hall, seen: Assessed) -> None:
    """Points of the annual review, entered by window; those that stand, below."""
    _ = hall.speak
    st.subheader(_("年度评价得分"), anchor=False)
    year = choices.box("year_at", {one: scoring.period_words(one, _) for one in seen.years}, seen.years[0], _("年度"))
    scheme = seen.scheme(year)
    parts = scheme.annual_mark
    staff = list(seen.ranked_scores(year, "person"))
    if scheme.annual_of("person") is None or not parts or not staff:
        states.nothing(_("这一年的考核办法没有年度评价，或没有人员得分"))
        return
    listed = _.comma.join(f"{_.pick(one.zh, one.en)} {one.most.normalize():f}" for one in parts)
    st.caption(_("各部分满分：{parts}；留空为未评；重新填写的，以最后一次为准，以前的保留在操作记录中").format(parts=listed))
    held = {(one.staff_no, one.part): one.points for one in annual_marks(seen.office, year)}
    _entry(hall, seen, year, staff, parts, held)
    _listed(hall, year, staff, parts, held)


def _entry(
    hall: Hall, seen: Assessed, year: str, staff: list[Score], parts: tuple[AnnualMark, ...], held: Mapping[tuple[str, Part], Decimal]
) -> None:
    _ = hall.speak
    windows = sorted({one.window for one in staff})
    window = str(st.selectbox(_("窗口"), windows, format_func=lambda one: one or _("（未填）"), key=f"marks_window_{year}"))
    own = sorted((one for one in staff if one.window == window), key=lambda one: one.subject)
    with st.form(f"marks_{year}_{window}"):
        given: list[NewMark] = []
        for one in own:
            cells = st.columns([2, *(1 for _part in parts)], vertical_alignment="bottom")
            cells[0].markdown(f"{plain(one.name)}　{plain(one.subject)}")
            for cell, part in zip(cells[1:], parts, strict=True):
                former = held.get((one.subject, part.part))
                value = cell.number_input(
                    _.pick(part.zh, part.en), min_value=0.0, max_value=float(part.most), step=0.5, format="%.2f",
                    value=None if former is None else float(former), key=f"mark_{year}_{one.subject}_{part.part}",
                )  # fmt: skip
                points = None if value is None else Decimal(repr(value))
                if points is not None and points != former:
                    given.append(NewMark(one.subject, part.part, points, part.most))
        if st.form_submit_button(_("保存"), key=f"marks_save_{year}", type="primary", icon=":material/check:"):
            if not given:
                st.info(_("没有改动"))
                return
            try:
                hall.require("mark_year")
                set_marks(seen.office, year, given, session.actor(), datetime.now())
            except HallError as error:
                states.refusal(error, _)
                return
            st.rerun()


def _listed(hall: Hall, year: str, staff: list[Score], parts: tuple[AnnualMark, ...], held: Mapping[tuple[str, Part], Decimal]) -> None:
    _ = hall.speak
    title = _("年度评价得分") + f" {year}"
    rows = []
    for one in sorted(staff, key=lambda one: (one.window, one.subject)):
        points = [held.get((one.subject, part.part)) for part in parts]
        whole = sum((value for value in points if value is not None), Decimal(0))
        rows.append([one.subject, one.name, one.window, *(None if value is None else float(value) for value in points), float(whole)])
    data = pd.DataFrame(rows, columns=["subject", "name", "window", *(part.part for part in parts), "whole"])
    columns = [
        Column("subject", _("工号"), personal="number"), Column("name", _("姓名"), personal="staff"),
        Column("window", _("窗口"), width="medium"), *(Column(part.part, _.pick(part.zh, part.en), "points") for part in parts),
        Column("whole", _("合计"), "points"),
    ]  # fmt: skip
    missing = sum(1 for one in staff if any((one.subject, part.part) not in held for part in parts))
    st.caption(_.count("还有 {n} 人未评完", missing) if missing else _("全部人员已评完"))
    tables.table(hall, data, columns, title, frame.scope_text(hall), "marks_table")
