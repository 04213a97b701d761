"""A patrol finding on a page: the form to enter or correct it, its versions, and taking it back."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.components import frame, scoring, states, tables
from dashboard.components.labels import code_label, plain
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.queries import patrol as queries
from dashboard.queries.assessment import Assessed
from dashboard.session import Hall
from etl.assess.inputs import month_of
from etl.assess.kinds import event_kinds
from etl.config import HallError
from etl.office.appeals import appeals
from etl.office.findings import Finding, Loaded, correct, enter, judged, versions, withdraw
from etl.records import codes

# Kinds that nobody finds on a patrol.
NOT_ON_PATROL = ("merit", "veto", "supervision")
TURN = "finding_turn"
NOBODY = ""
Cells = dict[str, str]


def act_words(speak: Language) -> dict[str, str]:
    _ = speak
    return {"loaded": _("已载入"), "entered": _("已录入"), "corrected": _("已更正"), "withdrawn": _("已撤销")}


def cells_of(row: Mapping[str, object]) -> Cells:
    """A loaded record as the form and the contract have it."""
    names = ("patrol_slot", "patrol_source", "zone", "department", "window_name", "staff_no", "event_kind", "check_code", "photo_no")
    found = {name: str(row[name]) for name in names if row.get(name)}
    return found | {"patrolled_on": f"{row['day']:%Y-%m-%d}", "is_fixed": "是" if row.get("is_fixed") else "否"}


def _turn() -> int:
    found = session.chosen(TURN)
    return found if isinstance(found, int) else 0


def _code_box(label: str, codelist: str, value: str, key: str, speak: Language, is_required: bool = False) -> str:
    options = ([] if is_required else [""]) + list(codes()[codelist])
    at = options.index(value) if value in options else 0
    return str(
        st.selectbox(label, options, index=at, key=key, format_func=lambda one: code_label(codelist, one, speak) if one else "—") or ""
    )


def form(hall: Hall, seen: Assessed, cells: Mapping[str, str], key: str, act: Callable[[Cells, bool], None], needs_reason: bool) -> None:
    """The fields of a finding, filled with `cells`. What is wrong with them is said in the words of the loader; nothing is lost."""
    _, store = hall.speak, hall.store
    key = f"{key}_{_turn()}"
    usual = date.fromisoformat(cells["patrolled_on"]) if cells.get("patrolled_on") else min(store.as_of, date.today())
    first, second, third = st.columns(3)
    day = first.date_input(_("巡查日期"), usual, key=f"{key}_day", format="YYYY-MM-DD")
    day = day if isinstance(day, date) else usual
    at_posts = queries.posts(store, day)
    windows = list(dict.fromkeys([*([cells["window_name"]] if cells.get("window_name") else []), *at_posts["window_name"]]))
    with second:
        slot = _code_box(_("巡查时段"), "patrol_slot", cells.get("patrol_slot", ""), f"{key}_slot", _)
    with third:
        source = _code_box(_("巡查方式"), "patrol_source", cells.get("patrol_source", "daily"), f"{key}_source", _, is_required=True)
    first, second, third = st.columns(3)
    window = first.selectbox(
        _("窗口"), windows, index=windows.index(cells["window_name"]) if cells.get("window_name") in windows else None,
        key=f"{key}_window", placeholder=_("请选择"),
    )  # fmt: skip
    here = at_posts[at_posts["window_name"] == window]
    people = {NOBODY: _("（不指明人员）")} | {
        str(row["staff_no"]): f"{row['staff_no']} {row['staff_name']}" for row in here.to_dict("records")
    }  # fmt: skip
    known = cells.get("staff_no", NOBODY)
    if known not in people:
        people[known] = known
    staff_no = second.selectbox(
        _("当事人"), list(people), index=list(people).index(known), format_func=lambda one: people[one], key=f"{key}_staff_{window}"
    )
    kinds = [kind for kind, one in event_kinds().items() if one.group not in NOT_ON_PATROL]
    kind = third.selectbox(
        _("问题类别"), kinds, index=kinds.index(cells["event_kind"]) if cells.get("event_kind") in kinds else None,
        format_func=lambda one: scoring.kind_words(one, _), key=f"{key}_kind", placeholder=_("请选择"),
    )  # fmt: skip
    words = st.text_area(_("问题描述（请勿写证件号码和电话）"), cells.get("finding", ""), key=f"{key}_finding", max_chars=500, height=80)
    first, second, third, fourth = st.columns(4)
    inspectors = fourth.text_input(_("巡查人员"), cells.get("inspectors", ""), key=f"{key}_inspectors", max_chars=40)
    photo = first.text_input(_("照片编号"), cells.get("photo_no", ""), key=f"{key}_photo", max_chars=60)
    check = second.text_input(_("检查项代码"), cells.get("check_code", ""), key=f"{key}_check", max_chars=40)
    confirmed = third.text_input(_("确认人"), cells.get("confirmed_by", ""), key=f"{key}_confirmed", max_chars=40)
    is_fixed = st.checkbox(_("已当场整改"), cells.get("is_fixed") == "是", key=f"{key}_fixed")
    department = next((str(row["department"]) for row in here.to_dict("records")), cells.get("department", ""))
    made = {
        "patrolled_on": day.isoformat(), "patrol_slot": slot, "patrol_source": source, "zone": cells.get("zone", ""),
        "department": department, "window_name": window or "", "staff_no": staff_no or "", "event_kind": kind or "",
        "check_code": check, "finding": words or "", "is_fixed": "是" if is_fixed else "否", "photo_no": photo, "confirmed_by": confirmed,
        "inspectors": inspectors,
    }  # fmt: skip
    month, last_frozen = month_of(day), max(seen.frozen_months, default="")
    as_correction = False
    if month <= last_frozen and not needs_reason:
        st.info(_("{month} 已冻结：只能作为更正计入下一个未冻结的月份").format(month=month), icon=":material/lock:")
        as_correction = st.checkbox(_("作为更正录入"), key=f"{key}_late")
    elif month <= last_frozen:
        st.info(_("{month} 已冻结：更正计入下一个未冻结的月份，已公布的结果不变").format(month=month), icon=":material/lock:")
    label = _("提交更正") if needs_reason else _("录入")
    if st.button(label, key=f"{key}_submit", type="primary", icon=":material/check:"):
        try:
            hall.require("enter_finding")
            for warned in judged(made).warnings:
                st.toast(_.pick(warned.zh, warned.en))
            act(made, as_correction)
        except HallError as error:
            states.refusal(error, _)
            return
        session.seed(TURN, _turn() + 1)
        st.rerun()


def new(hall: Hall, seen: Assessed) -> None:
    """The form for a new finding."""

    def write(cells: Cells, as_correction: bool) -> None:
        made = enter(seen.office, cells, session.actor(), datetime.now(), as_correction)
        session.set_param("week", made.day.isoformat())
        session.set_param("finding", made.finding_id)

    form(hall, seen, {}, "finding_new", write, needs_reason=False)


def panel(hall: Hall, seen: Assessed, target: Finding | Loaded) -> None:
    """One finding: what it says, what was done about it, and, for whoever may, the forms to correct it or to take it back."""
    _ = hall.speak
    number = target.finding_id if isinstance(target, Finding) else target.event_id.split(":", 1)[1]
    cells = dict(target.cells)
    with st.container(border=True, key="finding_panel"):
        st.subheader(_("巡查记录 {id}").format(id=plain(number)), anchor=False)
        _facts(hall, cells, target)
        if isinstance(target, Finding):
            _versions(hall, versions(seen.office, target.finding_id))
        event_id = target.event_id
        disputed = next((one for one in appeals(seen.office) if one.event_id == event_id), None)
        if disputed is not None:
            st.info(_("该记录有申诉") + _.colon + _.pick(*_state(disputed.state)), icon=":material/gavel:")
        st.button(
            _("收起"), key="finding_leave", type="tertiary", icon=":material/close:", on_click=session.set_param, args=("finding", None)
        )
        is_over = isinstance(target, Finding) and target.act == "withdrawn"
        if hall.may("enter_finding") and not is_over:
            _change(hall, seen, target, cells)


def _state(state: str) -> tuple[str, str]:
    return {"open": ("待决定", "open"), "granted": ("申诉成立", "granted"), "refused": ("申诉不成立", "refused")}[state]


def _change(hall: Hall, seen: Assessed, target: Finding | Loaded, cells: Cells) -> None:
    _ = hall.speak
    which: str | Loaded = target.finding_id if isinstance(target, Finding) else target
    key = f"finding_{target.event_id}"
    reason = st.text_area(_("更正或撤销的理由（必填）"), key=f"{key}_reason_{_turn()}", max_chars=500, height=70)

    def write(made: Cells, as_correction: bool) -> None:
        one = correct(seen.office, which, made, reason or "", session.actor(), datetime.now())
        session.set_param("finding", one.finding_id)

    with st.expander(_("更正"), icon=":material/edit:"):
        form(hall, seen, cells, key, write, needs_reason=True)
    if st.button(_("撤销这条记录"), key=f"{key}_withdraw", icon=":material/undo:"):
        try:
            hall.require("enter_finding")
            one = withdraw(seen.office, which, reason or "", session.actor(), datetime.now())
        except HallError as error:
            states.refusal(error, _)
            return
        session.set_param("finding", one.finding_id)
        st.rerun()


def _facts(hall: Hall, cells: Mapping[str, str], target: Finding | Loaded) -> None:
    _ = hall.speak
    people = queries.names(hall.store)
    staff_no = cells.get("staff_no", "")
    pairs = [
        (_("巡查日期"), _.day(target.day)),
        (_("巡查时段"), code_label("patrol_slot", cells.get("patrol_slot") or None, _)),
        (_("巡查方式"), code_label("patrol_source", cells.get("patrol_source") or None, _)),
        (_("窗口"), cells.get("window_name", "")),
        (_("当事人"), f"{staff_no} {people.get(staff_no, '')}".strip() or "—"),
        (_("问题类别"), scoring.kind_words(cells.get("event_kind", ""), _)),
        (_("问题描述"), cells.get("finding") or "—"),
        (_("已当场整改"), _("是") if cells.get("is_fixed") == "是" else _("否")),
        (_("照片编号"), cells.get("photo_no") or "—"),
        (_("检查项代码"), cells.get("check_code") or "—"),
        (_("巡查人员"), cells.get("inspectors") or "—"),
        (_("确认人"), cells.get("confirmed_by") or "—"),
    ]
    with st.grid(columns="auto", min_column_width=200):
        for name, value in pairs:
            st.markdown(f":gray[{name}]  \n{plain(str(value))}")


def _versions(hall: Hall, found: list[Finding]) -> None:
    _ = hall.speak
    words = act_words(_)
    data = pd.DataFrame(
        [
            [one.version, one.at.replace("T", " "), one.actor, words[one.act], scoring.kind_words(one.cells["event_kind"], _), one.staff_no,
             one.counts_in, one.reason, one.replaces.removeprefix("patrol:")]
            for one in found
        ],
        columns=["version", "at", "actor", "act", "kind", "staff_no", "counts_in", "reason", "replaces"],
    )  # fmt: skip
    columns = [
        Column("version", _("版本"), "integer", width="small"),
        Column("at", _("时间")),
        Column("actor", _("经办人"), personal="staff"),
        Column("act", _("动作")),
        Column("kind", _("问题类别")),
        Column("staff_no", _("工号"), personal="staff"),
        Column("counts_in", _("计入月份")),
        Column("reason", _("理由"), width="large", personal="text"),
        Column("replaces", _("代替的载入记录"), personal="number"),
    ]
    tables.table(hall, data, columns, _("版本"), frame.scope_text(hall), "finding_versions")
