"""Appeals on pages: an event of one's own is disputed, somebody else decides; both see what came of it."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.components import frame, scoring, states, tables
from dashboard.components.labels import plain
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.queries.assessment import Assessed
from dashboard.session import Hall
from etl.assess.inputs import Event
from etl.config import HallError
from etl.office.appeals import Appeal, Disputed, Outcome, appeal, appeals, decide, last_day

LONGEST = 500


def state_words(speak: Language) -> dict[str, str]:
    _ = speak
    return {"open": _("待决定"), "granted": _("申诉成立"), "refused": _("申诉不成立")}


def facts(hall: Hall, event: Event) -> None:
    """What the event is and what it rests on."""
    _ = hall.speak
    evidence = scoring.evidence_words(_).get(event.evidence_type, event.evidence_type)
    pairs = [
        (_("事项"), scoring.kind_words(event.kind, _)),
        (_("日期"), _.day(event.day)),
        (_("窗口"), event.window or _("（未填）")),
        (_("证据"), f"{evidence} {event.evidence_no}"),
        (_("证据版本"), event.evidence_version or "—"),
        (_("来源"), _("系统") if event.is_automatic else _("人工")),
    ]
    with st.grid(columns="auto", min_column_width=200):
        for name, value in pairs:
            st.markdown(f":gray[{name}]  \n{plain(value)}")


def panel(hall: Hall, seen: Assessed, event: Event) -> None:
    """An event of one's own: what it is, until when it can be disputed, and the form or what became of the appeal."""
    _ = hall.speak
    month = seen.counts_in(event)
    days = seen.scheme(month).appeal_workdays
    until = last_day(seen.office, month, hall.store.calendar, days)
    made = next((one for one in appeals(seen.office) if one.event_id == event.event_id), None)
    with st.container(border=True, key="appeal_panel"):
        st.subheader(_("申诉") + _.colon + scoring.kind_words(event.kind, _), anchor=False)
        facts(hall, event)
        if made is not None:
            _story(hall, made)
        elif not hall.may("appeal") or event.staff_no != hall.principal.staff_no:
            states.nothing(_("只能对记在本人名下的事项申诉"))
        elif until is not None and datetime.now().date() > until:
            states.nothing(_("申诉期已过：{day} 止").format(day=_.day(until)))
        else:
            _form(hall, seen, event, month, days, None if until is None else _.day(until))
        st.button(_("收起"), key="appeal_leave", type="tertiary", icon=":material/close:", on_click=session.set_param, args=("event", None))


def _form(hall: Hall, seen: Assessed, event: Event, month: str, days: int, until: str | None) -> None:
    _ = hall.speak
    if until is None:
        st.caption(_("本月尚未公布，随时可以申诉；公布后 {n} 个工作日内仍可申诉").format(n=days))
    else:
        st.caption(_("本月已公布，{day} 前（含当日）可以申诉；成立的，在下一个未冻结的月份更正").format(day=until))
    reason = st.text_area(_("申诉理由（请勿写证件号码和电话）"), key=f"appeal_reason_{event.event_id}", max_chars=LONGEST, height=100)
    if st.button(_("提交申诉"), key="appeal_submit", type="primary", icon=":material/gavel:"):
        try:
            hall.require("appeal")
            appeal(
                seen.office, Disputed(event.event_id, month, event.staff_no), hall.principal.staff_no or "", reason or "",
                session.actor(), hall.store.calendar, days, datetime.now(),
            )  # fmt: skip
        except HallError as error:
            states.refusal(error, _)
            return
        st.rerun()


def _story(hall: Hall, one: Appeal) -> None:
    """What was said on both sides."""
    _ = hall.speak
    st.markdown(_("申诉理由") + f"{_.colon}{plain(one.reason)}　:gray[{one.at.replace('T', ' ')}]")
    if one.outcome is None:
        st.info(_("申诉已提交，等待决定"), icon=":material/hourglass_top:")
    elif one.outcome == "granted":
        st.success(_("申诉成立，已撤回该项扣分") + _.colon + plain(one.decided_because), icon=":material/check_circle:")
    else:
        st.warning(_("申诉不成立") + _.colon + plain(one.decided_because), icon=":material/block:")


def listed(hall: Hall, seen: Assessed, found: Sequence[Appeal], title: str, key: str, is_named: bool) -> str | None:
    """Appeals with what they are about; returns the event of the one pressed."""
    _ = hall.speak
    words, events = state_words(_), {one.event_id: one for one in seen.events()}
    rows = []
    for one in reversed(found):
        event = events.get(one.event_id)
        kind = "—" if event is None else scoring.kind_words(event.kind, _)
        rows.append(
            [str(one.number), kind, None if event is None else event.day, one.month, one.staff_no, "" if event is None else event.window,
             one.reason, words[one.state], one.decided_because, one.at[:16].replace("T", " "), one.decided_by]
        )  # fmt: skip
    names = ["number", "kind", "day", "month", "staff_no", "window", "reason", "state", "because", "at", "by"]
    columns = [
        Column("number", _("申诉编号")),
        Column("state", _("状态")),
        Column("kind", _("事项")),
        Column("day", _("日期"), "date"),
        Column("month", _("计入月份")),
        *([Column("staff_no", _("工号"), personal="staff"), Column("window", _("窗口"))] if is_named else []),
        Column("reason", _("申诉理由"), width="large", personal="text"),
        Column("at", _("提出时间")),
        Column("because", _("决定理由"), width="large", personal="text"),
        Column("by", _("决定人"), personal="staff"),
    ]
    data = pd.DataFrame(rows, columns=names)
    pressed = tables.case_table(hall, data, columns, title, frame.scope_text(hall), key, _("按申诉编号查看"))
    return next((one.event_id for one in found if str(one.number) == pressed), None)


def waiting(hall: Hall, seen: Assessed) -> None:
    """For the manager: open appeals, each with its event, and the form to decide it."""
    _ = hall.speak
    st.subheader(_("申诉处理"), anchor=False)
    found = appeals(seen.office)
    if not found:
        states.nothing(_("还没有申诉"))
        return
    still = [one for one in found if one.state == "open"]
    if not still:
        states.nothing(_("没有待决定的申诉"))
    for one in still:
        with st.container(border=True, key=f"appeal_{one.number}"):
            who = _("工号 {no}").format(no=one.staff_no)
            st.markdown("**" + _("申诉") + f" {one.number}**　{who}　:gray[{one.at.replace('T', ' ')}　{one.month}]")
            event = seen.event(one.event_id)
            if event is None:
                states.nothing(_("当前数据中没有这一事项：{id}").format(id=plain(one.event_id)))
            else:
                facts(hall, event)
            st.markdown(_("申诉理由") + f"{_.colon}{plain(one.reason)}")
            if hall.may("decide_appeal"):
                _decision(hall, seen, one)
    with st.expander(_.count("全部申诉（{n} 件）", len(found))):
        listed(hall, seen, found, _("申诉"), "appeals_all", is_named=True)


def _decision(hall: Hall, seen: Assessed, one: Appeal) -> None:
    _ = hall.speak
    reason = st.text_area(_("决定理由（请勿写证件号码和电话）"), key=f"decide_reason_{one.number}", max_chars=LONGEST, height=80)
    chosen: Outcome | None = None
    with st.container(horizontal=True):
        if st.button(_("支持申诉，撤回扣分"), key=f"grant_{one.number}", type="primary", icon=":material/check:"):
            chosen = "granted"
        if st.button(_("不予支持"), key=f"refuse_{one.number}", icon=":material/block:"):
            chosen = "refused"
    if chosen is None:
        return
    try:
        hall.require("decide_appeal")
        decide(seen.office, one.number, chosen, reason or "", session.actor(), datetime.now(), hall.principal.staff_no)
    except HallError as error:
        states.refusal(error, _)
        return
    st.rerun()
