"""巡查与点评 / patrol and review: the week's findings, entered and corrected here or by file, and what the meeting said of each window."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.components import appealing, finding, frame, kpi, scoring, states, tables, upload
from dashboard.components.labels import code_label, plain
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.period import containing
from dashboard.queries import patrol as queries
from dashboard.queries.assessment import Assessed, assessed
from dashboard.session import Hall
from etl.config import HallError
from etl.office.appeals import appeals
from etl.office.findings import Finding, Loaded, findings, standing_for
from etl.office.reviews import former_reviews, monday_of, reviews, write_review

WEEK, JUST_BEGUN = timedelta(days=6), timedelta(days=2)
CARDS = ("patrols", "patrol_findings", "patrol_fixed_rate")
HALL = ""


def _week(hall: Hall) -> date:
    """The Monday of the week looked at, kept in the URL; by default the last one of which the data has a few days."""
    _, store = hall.speak, hall.store
    asked, usual = session.param("week"), store.as_of - JUST_BEGUN
    try:
        day = date.fromisoformat(asked) if asked else usual
    except ValueError:
        day = usual
    monday = monday_of(min(max(day, store.first_day), store.as_of))

    def move(days: int) -> None:
        session.set_param("week", (monday + timedelta(days=days)).isoformat())

    def chosen() -> None:
        picked = session.chosen("patrol_day")
        if isinstance(picked, date):
            session.set_param("week", picked.isoformat())

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            _("上一周"), key="week_before", icon=":material/chevron_left:", on_click=move, args=(-7,), disabled=monday <= store.first_day
        )
        session.seed("patrol_day", max(monday, store.first_day))
        st.date_input(
            _("周次（选其中任一天）"), key="patrol_day", min_value=store.first_day, max_value=store.as_of, on_change=chosen,
            format="YYYY-MM-DD", width=220,
        )  # fmt: skip
        st.button(
            _("下一周"), key="week_after", icon=":material/chevron_right:", on_click=move, args=(7,), disabled=monday + WEEK >= store.as_of
        )
    st.markdown(f"**{_.period(containing('week', monday))}**")
    return monday


def _rows(hall: Hall, seen: Assessed, monday: date) -> pd.DataFrame:
    """Loaded findings that still stand, and those of the office with the withdrawn ones."""
    _, last = hall.speak, monday + WEEK
    people, words = queries.names(hall.store), finding.act_words(_)
    disputes = {one.event_id: appealing.state_words(_)[one.state] for one in appeals(seen.office)}
    own = _visible(hall, findings(seen.office, monday, last))
    replaced = {one.replaces for one in findings(seen.office) if one.replaces}
    rows = [
        [row["patrol_no"], "loaded", row["day"], *_cells(finding.cells_of(row), people, _), disputes.get(f"patrol:{row['patrol_no']}", "")]
        for row in (
            {str(key): value for key, value in one.items()} for one in queries.findings(hall.store, monday, last).to_dict("records")
        )
        if f"patrol:{row['patrol_no']}" not in replaced
    ]
    rows += [[one.finding_id, one.act, one.day, *_cells(one.cells, people, _), disputes.get(one.event_id, "")] for one in own]
    names = ["finding_id", "act", "day", "slot", "source", "window", "staff_no", "person", "kind", "finding", "fixed", "photo_no", "appeal"]
    data = pd.DataFrame(rows, columns=names)
    data["day"] = pd.to_datetime(data["day"])
    return data.assign(state=[words[one] for one in data["act"]]).sort_values(["day", "window", "finding_id"]).reset_index(drop=True)


def _cells(cells: dict[str, str], people: dict[str, str], _: Language) -> list[str]:
    staff_no = cells.get("staff_no", "")
    return [
        code_label("patrol_slot", cells.get("patrol_slot") or None, _),
        code_label("patrol_source", cells.get("patrol_source") or None, _),
        cells.get("window_name", ""),
        staff_no,
        people.get(staff_no, ""),
        scoring.kind_words(cells.get("event_kind", ""), _),
        cells.get("finding", ""),
        _("是") if cells.get("is_fixed") == "是" else _("否"),
        cells.get("photo_no", ""),
    ]


def _visible(hall: Hall, found: list[Finding]) -> list[Finding]:
    """Findings of the office that this person may see: a window head those of the own window."""
    reach = hall.store.reach
    if reach.is_hall:
        return found
    if reach.window is not None:
        return [one for one in found if one.window_name == reach.window]
    return [one for one in found if reach.department is not None and one.cells.get("department") == reach.department]


def _list(hall: Hall, data: pd.DataFrame) -> str | None:
    _ = hall.speak
    title = _("本周巡查发现")
    st.subheader(title, anchor=False)
    if data.empty:
        states.nothing(_("本周没有巡查发现"))
        return None
    columns = [
        Column("finding_id", _("巡查编号"), width="medium", personal="number"),
        Column("day", _("日期"), "date"),
        Column("slot", _("时段")),
        Column("source", _("方式")),
        Column("window", _("窗口"), width="medium"),
        Column("staff_no", _("工号"), personal="staff"),
        Column("person", _("当事人"), personal="staff"),
        Column("kind", _("问题类别"), width="medium"),
        Column("finding", _("问题描述"), width="large", personal="text"),
        Column("fixed", _("当场整改")),
        Column("photo_no", _("照片编号")),
        Column("state", _("状态")),
        Column("appeal", _("申诉")),
    ]
    return tables.case_table(hall, data, columns, title, frame.scope_text(hall), "patrol_week", _("按巡查编号查看、更正"))


def _opened(hall: Hall, seen: Assessed, number: str) -> None:
    """The finding named in the URL: one of the office, or a loaded one with what stands for it now."""
    _ = hall.speak
    own = next((one for one in _visible(hall, findings(seen.office)) if one.finding_id == number), None)
    if own is None:
        standing = standing_for(seen.office, f"patrol:{number}")
        own = next(iter(_visible(hall, [standing])), None) if standing is not None else None
    if own is not None:
        finding.panel(hall, seen, own)
        return
    row = queries.finding(hall.store, number)
    if row is None:
        states.nothing(_("当前数据中没有巡查记录 {id}").format(id=plain(number)))
        return
    cells = finding.cells_of(row)
    finding.panel(hall, seen, Loaded(f"patrol:{number}", date.fromisoformat(cells["patrolled_on"]), cells))


def _reviews(hall: Hall, seen: Assessed, monday: date, data: pd.DataFrame) -> None:
    """What the weekly meeting said of the hall and of each window."""
    _ = hall.speak
    title = _("周例会点评")
    st.subheader(title, anchor=False)
    found = [one for one in reviews(seen.office, monday, monday + WEEK) if one.week == monday]
    reach = hall.store.reach
    if not reach.is_hall:
        found = [one for one in found if one.window in (HALL, reach.window)]
    if found:
        counts = data[data["act"] != "withdrawn"].groupby("window").size()
        shown = pd.DataFrame(
            [[one.window or _("全大厅"), int(counts.get(one.window, 0)) if one.window else int(counts.sum()), one.text, one.actor,
              one.at[:16].replace("T", " ")] for one in found],
            columns=["window", "findings", "text", "actor", "at"],
        )  # fmt: skip
        columns = [
            Column("window", _("窗口"), width="medium"),
            Column("findings", _("本周发现"), "integer"),
            Column("text", _("点评"), width="large", personal="text"),
            Column("actor", _("点评人"), personal="staff"),
            Column("at", _("时间")),
        ]
        tables.table(hall, shown, columns, title, frame.scope_text(hall), "reviews")
    else:
        states.nothing(_("本周还没有点评"))
    if hall.may("write_review"):
        _review_form(hall, seen, monday, data)


def _review_form(hall: Hall, seen: Assessed, monday: date, data: pd.DataFrame) -> None:
    _ = hall.speak
    windows = [HALL, *dict.fromkeys([*data["window"], *queries.posts(hall.store, monday)["window_name"]])]
    with st.expander(_("写点评"), icon=":material/rate_review:"):
        counts = data[data["act"] != "withdrawn"].groupby("window").size().to_dict()

        def words(window: str) -> str:
            if window == HALL:
                return _("全大厅")
            return f"{window}　" + _.count("{n} 项发现", int(counts[window])) if window in counts else window

        window = str(st.selectbox(_("窗口"), windows, format_func=words, key=f"review_window_{monday}"))
        former = former_reviews(seen.office, monday, window)
        text = st.text_area(
            _("点评（请勿写证件号码和电话）"), former[0].text if former else "", key=f"review_{monday}_{window}_{len(former)}",
            max_chars=500, height=100,
        )  # fmt: skip
        if st.button(_("保存点评"), key="review_submit", type="primary", icon=":material/check:"):
            try:
                hall.require("write_review")
                write_review(seen.office, monday, window, text or "", session.actor(), datetime.now())
            except HallError as error:
                states.refusal(error, _)
                return
            st.rerun()


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("巡查与点评"), with_period=False)
    if not queries.is_known(hall.store):
        states.nothing(_("数据里还没有巡查记录"))
        return
    seen = assessed(hall.store)
    monday = _week(hall)
    _cards(hall, monday)
    data = _rows(hall, seen, monday)
    chosen = session.param("finding")
    if chosen:
        _opened(hall, seen, chosen)
    pressed = _list(hall, data)
    if pressed and pressed != chosen:
        session.set_param("finding", pressed)
        st.rerun()
    if hall.may("enter_finding"):
        st.subheader(_("录入巡查发现"), anchor=False)
        by_form, by_file = st.tabs([_("逐条录入"), _("按文件载入")])
        with by_form:
            finding.new(hall, seen)
        with by_file:
            if hall.may("upload"):
                upload.panel(hall)
    _reviews(hall, seen, monday, data)
    if hall.may("decide_appeal"):
        appealing.waiting(hall, seen)


def _cards(hall: Hall, monday: date) -> None:
    """The week's figures, from the indicators, with a way to how each is made."""
    _ = hall.speak
    week = replace(hall, view=replace(hall.view, period=containing("week", monday)))
    kpi.cards(week, CARDS)
    st.caption(_("卡片只数已载入的巡查记录；在本页录入、更正和撤销的见下面的清单"))


if __name__ == "__main__":
    render(session.hall())
