"""A request, a complaint or a bad evaluation: as a row of a list, and alone with the steps that lead to its due date."""

import pandas as pd
import streamlit as st

from dashboard.components import labels, states
from dashboard.components.labels import code_label, plain
from dashboard.language import Language
from dashboard.session import Hall
from etl.answering import Answer, Record

# Which code list holds a record's source and outcome.
SOURCES: dict[Record, str] = {"request": "request_channel", "complaint": "complaint_source", "evaluation": "evaluation_channel"}
OUTCOMES: dict[Record, str] = {"request": "request_outcome", "complaint": "complaint_outcome", "evaluation": "satisfaction"}


def kind_label(kind: str, speak: Language) -> str:
    """What is answered, in words."""
    own = {"complaint": speak("投诉"), "bad_evaluation": speak("差评整改"), "publication": speak("主动公开")}
    return own.get(kind) or code_label("request_kind", kind, speak)


def in_words(hall: Hall, frame: pd.DataFrame, record: Record) -> pd.DataFrame:
    """The rows of a list with codes and states written out."""
    _ = hall.speak
    state = labels.answer_states(_)
    return frame.assign(
        kind=[kind_label(value, _) for value in frame["kind"]],
        source=[code_label(SOURCES[record], value, _) for value in frame["source"]],
        outcome=[code_label(OUTCOMES[record], value, _) for value in frame["outcome"]],
        state=[state.get(value, value) for value in frame["answer_state"]],
        extension=frame["extension_workdays"].where(frame["extension_workdays"] > 0),
        revisited=[_("是") if value else _("否") for value in frame["is_revisited"]],
        department=frame["department"].replace("", _("（未填）")),
        window_name=frame["window_name"].replace("", _("（未填）")),
    )


def show(hall: Hall, record: Record, answer_no: str) -> None:
    """One of them alone: where it stands, what it is, and its due date step by step."""
    found = hall.store.answer(record, answer_no)
    _standing(hall, found)
    _facts(hall, found)
    _due(hall, found)


def _standing(hall: Hall, found: Answer) -> None:
    _ = hall.speak
    state = str(found.facts["answer_state"])
    text = kind_label(str(found.facts["kind"]), _) + "　·　" + labels.answer_states(_).get(state, state)
    left = found.facts["days_left"]
    if left is not None:
        text += "　·　" + (_.count("剩余 {n} 个工作日", int(left)) if left >= 0 else _.count("已超期 {n} 个工作日", -int(left)))
    if state in ("late", "overdue"):
        st.error(text, icon=":material/error:")
    elif state in ("due_soon", "paused"):
        st.warning(text, icon=":material/schedule:")
    elif state in ("no_limit", "undated"):
        st.info(text, icon=":material/info:")
    else:
        st.success(text, icon=":material/check_circle:")


def _facts(hall: Hall, found: Answer) -> None:
    _, facts, record = hall.speak, found.facts, found.record
    received = {"request": _("收到日"), "complaint": _("收到日"), "evaluation": _("评价日")}[record]
    answered = {"request": _("答复日"), "complaint": _("答复日"), "evaluation": _("整改日")}[record]
    outcome = {"request": _("答复结果"), "complaint": _("处理结果"), "evaluation": _("满意度")}[record]
    pairs = [
        (_("部门"), facts["department"] or _("（未填）")),
        (_("来源"), code_label(SOURCES[record], facts["source"], _)),
        (outcome, code_label(OUTCOMES[record], facts["outcome"], _)),
        (received, _.day(facts["received_on"])),
        (answered, _.day(facts["answered_on"]) if facts["answered_on"] else "—"),
    ]
    if record != "request":
        pairs += [(_("窗口"), facts["window_name"] or _("（未填）")), (_("事项"), facts["item_name"] or _("（未填）"))]
        pairs += [(_("办件编号"), facts["case_no"] or "—")]
    with st.container(border=True), st.grid(columns="auto", min_column_width=220):
        for name, value in pairs:
            st.markdown(f":gray[{name}]  \n{plain(str(value))}")


def _due(hall: Hall, found: Answer) -> None:
    _, facts, due = hall.speak, found.facts, found.due
    with st.container(border=True):
        st.subheader(_("到期日"), anchor=False)
        if due is None:
            states.nothing(_("已告知补正，尚未收到补正，期限未起算") if facts["is_waiting"] else _("没有适用的期限规则"))
            return
        limit = labels.limit(facts["limit_count"], facts["limit_unit"], _)
        if facts["extension_workdays"]:
            limit += _("，延长 {n} 个").format(n=int(facts["extension_workdays"]))
        st.metric(_("到期日（时限 {limit}）").format(limit=limit), f"{due.due_on} {_.weekday(due.due_on)}")
        if due.is_provisional:
            st.warning(_("到期日超出已公布的工作日历，暂按周一至周五推算，日历公布后重算"), icon=":material/event_busy:")
        rows = [_.pick(step.zh, step.en) for step in due.steps]
        st.table(pd.DataFrame({_("推算过程"): rows}, index=range(1, len(rows) + 1)))
    notes = [_("依据") + _.colon + _.pick(*found.basis)]
    if facts["used_workdays"] is not None:
        notes.append(_.count("用时 {n} 个工作日", int(facts["used_workdays"])))
    if facts["paused_workdays"]:
        notes.append(_.count("其中暂停 {n} 个工作日，不计入", int(facts["paused_workdays"])))
    st.caption("　·　".join(notes))
