"""One signal in full: what it rests on, what was done about it, and the form to do the next thing."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.components import states, tables
from dashboard.components.labels import plain
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.navigation import PAGES
from dashboard.session import Hall
from etl.config import HallError
from etl.office import Office
from etl.office.signals import Action, Handling, handle, handlings
from etl.supervision.lists import OPEN_STATES, state_of

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def state_words(speak: Language) -> dict[str, str]:
    """Where a signal stands with the office."""
    return {
        "new": speak("待签收"),
        "acknowledged": speak("已签收"),
        "explained": speak("已说明"),
        "closed": speak("已销号"),
        "lapsed": speak("已失效"),
    }


def measured_words(signal: Mapping[Any, Any], speak: Language) -> str:
    """The number behind a signal, in words that fit its rule."""
    _, trigger, count = speak, str(signal["trigger_name"]), int(signal["measured"])
    if trigger in ("near_due", "due_today"):
        return _.count("剩余 {n} 个工作日", -count)
    if trigger in ("over_due", "instant_open", "deemed_accepted"):
        return _.count("超过 {n} 个工作日", count)
    if trigger == "quick_close":
        return _.count("受理后 {n} 分钟办结", count)
    if trigger == "bulk_close":
        return _("一小时内 {n} 件，占当日 {percent}%").format(n=int(signal["cases"]), percent=count)
    if trigger == "late_entry":
        return _.count("晚 {n} 个工作日录入", count)
    if trigger == "supplements":
        return _.count("补正告知 {n} 次", count)
    return _.count("暂停时剩余 {n} 个工作日", count)


def _facts(hall: Hall, signal: dict[str, Any], state: str, colour: str | None) -> None:
    _ = hall.speak

    def day(value: Any) -> str:
        return "—" if value is None else _.day(pd.Timestamp(value).date())

    level = plain(_.pick(signal["level_zh"], signal["level_en"]))
    if colour is not None and COLOUR.fullmatch(colour):
        level = f':color[{plain(signal["sign"])}]{{foreground="{colour}"}} {level}'
    pairs = [
        (_("部门"), signal["department"] or _("（未填）")),
        (_("出现"), day(signal["raised_on"])),
        (_("情形结束"), _("仍存在") if signal["is_current"] else day(signal["ended_on"])),
        (_("应办日（推算）"), day(signal["due_on"]) + (_("（暂定）") if signal["is_provisional"] else "")),
        (_("情形"), measured_words(signal, _)),
        (_("处理状态"), state_words(_)[state]),
    ]
    with st.grid(columns="auto", min_column_width=200):
        st.markdown(":gray[" + _("等级") + f"]  \n{level}")
        for name, value in pairs:
            st.markdown(f":gray[{name}]  \n{plain(str(value))}")
    with st.expander(_("技术信息")):
        told = (
            (_("信号编号"), "signal_id"),
            (_("规则代码"), "rule_id"),
            (_("规则版本"), "rule_version"),
            (_("工作日历版本"), "calendar_version"),
        )
        st.caption("　·　".join(f"{name}{_.colon}`{signal[key]}`" for name, key in told))


def _history(hall: Hall, done: list[Handling], signal_id: str) -> None:
    _ = hall.speak
    if not done:
        states.nothing(_("还没有人处理过这个信号"))
        return
    words = {"acknowledged": _("签收"), "explained": _("说明"), "closed": _("销号")}
    shown = pd.DataFrame(
        [[one.at.replace("T", " "), one.actor, words[one.action], one.reason, _("是") if one.is_current else _("否")] for one in done],
        columns=["at", "actor", "action", "reason", "current"],
    )
    columns = [
        Column("at", _("时间")),
        Column("actor", _("经办人")),
        Column("action", _("动作")),
        Column("reason", _("理由"), width="large"),
        Column("current", _("当时情形仍存在")),
    ]
    tables.table(hall, shown, columns, _("处理经过"), signal_id, "handling_history")


def _form(hall: Hall, office: Office, signal: dict[str, Any], done: list[Handling]) -> None:
    _ = hall.speak
    if not hall.may("handle_signal"):
        states.nothing(_("信号由各区县处理，请在该县自己的看板中进行"))
        return
    words: dict[str, str] = {"acknowledged": _("签收"), "explained": _("说明原因"), "closed": _("销号")}
    offered = [name for name in words if name != "acknowledged" or not done]
    # A new key after each act: an empty form for the next one, while a refused text stays to be mended.
    turn = f"{signal['signal_id']}_{len(done)}"
    action = st.segmented_control(
        _("动作"), offered, format_func=lambda name: words[name], default=offered[0], key=f"handle_action_{turn}", required=True
    )
    reason = st.text_area(_("理由（说明、销号时必填；请勿写证件号码和电话）"), key=f"handle_reason_{turn}", max_chars=500, height=90)
    if signal["is_current"] and action == "closed":
        st.warning(_("情形仍存在，销号会记明这一点"), icon=":material/warning:")
    if st.button(_("提交"), key="handle_submit", type="primary", icon=":material/check:") and action is not None:
        try:
            hall.require("handle_signal")
            handle(
                office, str(signal["signal_id"]), cast(Action, action), session.actor(), reason or "", datetime.now(),
                str(signal["rule_version"]), bool(signal["is_current"]),
            )  # fmt: skip
        except HallError as error:
            states.refusal(error, _)
            return
        st.rerun()


def panel(hall: Hall, office: Office, signal: dict[str, Any], colour: str | None = None) -> None:
    """The signal named in the URL; `colour` is that of its level."""
    _ = hall.speak
    done = handlings(office, str(signal["signal_id"]))
    state = state_of(signal, done[-1] if done else None)
    with st.container(border=True, key="signal_panel"):
        title = plain(_.pick(signal["rule_zh"], signal["rule_en"]))
        if signal["case_no"]:
            title += "　" + _("办件 {case_no}").format(case_no=plain(str(signal["case_no"])))
        st.subheader(title, anchor=False)
        _facts(hall, signal, state, colour)
        with st.container(horizontal=True):
            if signal["case_no"]:
                st.page_link(
                    PAGES["case"].path, label=_("打开办件"), icon=":material/description:",
                    query_params=hall.view.params() | {"case": str(signal["case_no"])},
                )  # fmt: skip
            st.button(
                _("收起"), key="signal_leave", type="tertiary", icon=":material/close:", on_click=session.set_param, args=("signal", None)
            )
        _history(hall, done, str(signal["signal_id"]))
        if state in OPEN_STATES or state == "lapsed":
            _form(hall, office, signal, done)
