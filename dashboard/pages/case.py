"""办件查询 / one case: where it stands, and how each of its due dates comes about, step by step."""

from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.access import trail
from dashboard.components import answers, frame, labels, states, tables
from dashboard.components.labels import code_label, plain
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.navigation import PAGES
from dashboard.session import Hall
from etl.answering import Record
from etl.calendar import Calendar
from etl.config import HallError
from etl.timelimit import Due

SEARCH_KEY = "case_search"


def _searched() -> None:
    text = str(session.chosen(SEARCH_KEY) or "").strip()
    session.set_param("case", text or None)
    session.set_param("of", None)


def _day(value: Any) -> date | None:
    if value is None:
        return None
    return value.date() if isinstance(value, datetime) else value


def _words(hall: Hall, value: Any) -> str:
    day = _day(value)
    return hall.speak.day(day) if day else "—"


def _facts(hall: Hall, case: dict[str, Any]) -> None:
    _ = hall.speak
    pairs = [
        (_("事项"), case["item_name"] or _("（未填）")),
        (_("部门"), case["department"] or _("（未填）")),
        (_("窗口"), case["window_name"] or _("（未填）")),
        (_("渠道"), code_label("channel", case["channel"], _)),
        (_("办件类型"), code_label("case_type", case["case_type"], _)),
        (_("申请人（已脱敏）"), case.get("applicant_name") or "—"),
    ]
    with st.container(border=True), st.grid(columns="auto", min_column_width=220):
        for name, value in pairs:
            st.markdown(f":gray[{name}]  \n{plain(str(value))}")


def limit_words(
    name: str, state: str, due_on: date | None, as_of: date, calendar: Calendar, speak: Language, closed_on: date | None = None
) -> str:
    """Where a case stands against one limit: in a word, and how many working days are left or past as of the cut-off, or of its closing."""
    text = name + speak.colon + labels.states(speak).get(state, state)
    if due_on is not None and closed_on is not None and state == "late":
        days = max(calendar.between(due_on, closed_on), 1)
        return text + speak("（{days}）").format(days=speak.count("超期 {n} 个工作日", days))
    if due_on is None or state not in ("running", "due_soon", "overdue"):
        return text
    days = calendar.between(due_on, as_of)
    # Past due on a day of rest is past due: one working day at least, as in the list of overdue cases.
    told = speak.count("已超期 {n} 个工作日", max(days, 1)) if state == "overdue" else speak.count("剩余 {n} 个工作日", -days)
    return text + speak("（{days}）").format(days=told)


def _standing(hall: Hall, case: dict[str, Any]) -> None:
    _, store = hall.speak, hall.store
    promised, statutory = str(case["promise_state"]), str(case["statute_state"])
    parts = [
        limit_words(name, state, _day(case[due]), store.as_of, store.calendar, _, _day(case["closed_on"]))
        for name, state, due in (
            (_("承诺时限"), promised, "promised_due_on"),
            (_("法定时限"), statutory, "statutory_due_on"),
        )
    ]
    if case["is_open"]:
        parts.append(_("截至 {day}").format(day=_.day(store.as_of)))
    elif case["closed_on"] is not None:
        parts.append(_("办结于 {day}").format(day=_words(hall, case["closed_on"])))
    text = "　·　".join(parts)
    bad = {"late", "overdue"}
    if promised in bad or statutory in bad:
        st.error(text, icon=":material/error:")
    elif promised in ("due_soon", "paused"):
        st.warning(text, icon=":material/schedule:")
    elif promised == "no_limit":
        st.info(text, icon=":material/info:")
    else:
        st.success(text, icon=":material/check_circle:")


def _course(hall: Hall, case: dict[str, Any]) -> None:
    _ = hall.speak
    st.subheader(_("办理经过"), anchor=False)
    events = [
        (_("申请"), case.get("applied_at")),
        (_("收件"), case.get("received_at")),
        (_("受理"), case.get("accepted_at")),
        (_("办结"), case.get("closed_at")),
    ]
    rows = [(moment, name) for name, moment in events if moment is not None]
    shown = pd.DataFrame([[name, _.moment(moment)] for moment, name in sorted(rows, key=lambda row: row[0])], columns=["event", "at"])
    st.table(shown.rename(columns={"event": _("环节"), "at": _("时间")}), hide_index=True)
    if case["is_deemed_accepted"]:
        st.warning(
            _("收件后 5 个工作日内既未受理、也未一次性告知补正，依《行政许可法》第三十二条，自收件之日起视为受理"), icon=":material/gavel:"
        )
    notes = []
    if case.get("used_workdays") is not None:
        notes.append(_.count("用时 {n} 个工作日", int(case["used_workdays"])))
    if case.get("paused_workdays"):
        notes.append(_.count("其中暂停 {n} 个工作日，不计入", int(case["paused_workdays"])))
    if case.get("outcome"):
        notes.append(_("办理结果") + _.colon + code_label("outcome", case["outcome"], _))
    if notes:
        st.markdown(("；" if _.code == "zh" else "; ").join(notes))


def _due(hall: Hall, title: str, due: Due | None, limit: str) -> None:
    _ = hall.speak
    with st.container(border=True):
        st.subheader(title, anchor=False)
        if due is None:
            states.nothing(_("没有这一时限"))
            return
        st.metric(_("到期日（时限 {limit}）").format(limit=limit), f"{due.due_on} {_.weekday(due.due_on)}")
        if due.is_provisional:
            st.warning(_("到期日超出已公布的工作日历，暂按周一至周五推算，日历公布后重算"), icon=":material/event_busy:")
        rows = [_.pick(step.zh, step.en) for step in due.steps]
        st.table(pd.DataFrame({_("推算过程"): rows}, index=range(1, len(rows) + 1)))


def _clock(hall: Hall, case: dict[str, Any]) -> None:
    _ = hall.speak
    try:
        found = hall.store.due(str(case["case_no"]))
    except HallError as error:
        states.refusal(error, _)
        return
    left, right = st.columns(2, gap="medium")
    with left:
        _due(hall, _("承诺到期日"), found.get("promised"), labels.limit(case["promised_limit"], case["promised_unit"], _))
    with right:
        _due(hall, _("法定到期日"), found.get("statutory"), labels.limit(case["statutory_limit"], case["statutory_unit"], _))
    source = {"case": _("办件记录"), "item": _("事项清单"), "file": _("导入文件中的到期日"), "none": _("无")}
    st.caption(
        _("时限来源")
        + _.colon
        + source.get(str(case["limit_source"]), str(case["limit_source"]))
        + "　·　"
        + _("起算日")
        + _.colon
        + _words(hall, case["started_on"])
    )


def _suspensions(hall: Hall, case_no: str) -> None:
    _ = hall.speak
    st.subheader(_("计时暂停与延长"), anchor=False)
    data = hall.store.case_suspensions(case_no)
    if data.empty:
        states.nothing(_("这个办件没有暂停或延长"))
        return
    shown = data.assign(
        kind=[code_label("suspension_kind", value, _) for value in data["kind"]],
        extension_workdays=data["extension_workdays"].where(data["extension_workdays"] > 0),
        effect=[_("停止计时") if value else _("不停止计时") for value in data["is_pause"]],
        legal_basis=[value if isinstance(value, str) and value else _("（未填）") for value in data["legal_basis"]],
    )
    columns = [
        Column("kind", _("种类")),
        Column("started_on", _("开始"), "date"),
        Column("ended_on", _("结束"), "date"),
        Column("effect", _("对时限的作用")),
        Column("extension_workdays", _("延长（工作日）"), "integer"),
        Column("legal_basis", _("依据"), width="large"),
    ]
    tables.table(hall, shown, columns, _("计时暂停与延长"), case_no, "case_suspensions")


def _answer_record(hall: Hall, number: str) -> Record | None:
    """What the number is of when it is no case: as the URL says, or by itself. A case's number means the case."""
    found = hall.store.answer_records(number)
    asked = session.param("of")
    named = next((record for record in found if record == asked), None)
    if named is None and found and hall.store.case(number) is None:
        return found[0]
    return named


def render(hall: Hall) -> None:
    """The page: the case named in the URL, or the search for one. What must be answered (a request, …) is found by its number too."""
    _ = hall.speak
    case_no = session.param("case")
    answered = _answer_record(hall, case_no) if case_no else None
    title = _("办件查询")
    if case_no:
        title = (_("编号 {case_no}") if answered else _("办件 {case_no}")).format(case_no=case_no)
    frame.header(hall, title, with_period=False)
    session.seed(SEARCH_KEY, case_no or "")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = _("编号") if answered else _("办件编号")
        st.text_input(label, key=SEARCH_KEY, on_change=_searched, max_chars=60, width=360, placeholder=_("输入办件编号后按回车"))
        origin = "timelimits" if answered is None else "disclosure" if answered == "request" else "evaluations"
        words = {"timelimits": _("回到“时限合规”"), "disclosure": _("回到“政务公开与回应”"), "evaluations": _("回到“评价与投诉”")}
        st.page_link(PAGES[origin].path, label=words[origin], icon=":material/arrow_back:", query_params=hall.view.params())
    if not case_no:
        states.nothing(_("输入办件、诉求、投诉或差评的编号，或从各页的清单中打开一件"))
        return
    if answered:
        answers.show(hall, answered, case_no)
        return
    case = hall.store.case(case_no)
    if case is None:
        states.nothing(_("当前数据中没有办件 {case_no}，请核对编号").format(case_no=plain(case_no)))
        return
    # Where counties are put together, their cases are numbered alike.
    county = {"division": hall.store.reach.division} if hall.store.reach.division else {}
    if session.is_first(f"case.opened {case_no} {county}"):
        trail.note(hall.store.home, hall.principal, "case.opened", case_no, snapshot=hall.store.snapshot_id, **county)
    _standing(hall, case)
    _facts(hall, case)
    _clock(hall, case)
    _suspensions(hall, case_no)
    _course(hall, case)


if __name__ == "__main__":
    render(session.hall())
