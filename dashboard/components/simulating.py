"""A scheme tried out on a past period: numbers changed in a form or a file handed in, whose score and place moves, and why."""

from decimal import Decimal

import pandas as pd
import streamlit as st

from dashboard.components import frame, ranking, scorecard, scoring, states, tables
from dashboard.components.schemewords import field_words, table_words
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.queries.assessment import Assessed, compared
from dashboard.session import Hall
from etl.assess.comparing import REST, Comparison, Move
from etl.assess.reading import scheme_from
from etl.assess.results import STEPS
from etl.assess.scheme import Scheme
from etl.assess.trying import Difference, Setting, changed, differences, settings
from etl.config import HallError

MOST_MB = 1
STEP_OF = {"percent": 5.0, "months_percent": 5.0}
STEPS_OF_RECKONING = frozenset({REST, *STEPS})


def panel(hall: Hall, seen: Assessed, scheme: Scheme) -> None:
    """The whole of it; nothing is stored."""
    _ = hall.speak
    st.caption(_("改动只在这里试算，不保存，也不影响已公布的月份；已公布的月份在试算中也重新计算"))
    by_form, by_file = st.tabs([_("改动设置"), _("上传文件")])
    with by_form:
        tried = _by_form(hall, scheme)
    with by_file:
        handed_in = _by_file(hall)
    chosen = handed_in or tried
    if chosen is None:
        return
    found = differences(scheme, chosen)
    if not found:
        states.nothing(_("与现行办法没有差别"))
        return
    listed(hall, found, _("试算的改动"), "tried")
    period = scorecard.period_choice(hall, seen)
    try:
        result = compared(hall.store, chosen, period)
    except HallError as error:
        states.refusal(error, _)
        return
    _result(hall, result, scheme, chosen)


def setting_words(one: Setting, scheme: Scheme, speak: Language) -> str:
    """A setting as a list offers it: rule, person A1 Late: points."""
    _ = speak
    entry = getattr(scheme, one.table)[one.index]
    subjects: dict[str, str] = {str(kind): word for kind, word in ranking.kind_words(_).items()}
    who = subjects.get(str(getattr(entry, "subject", getattr(entry, "kind", ""))), "")
    known = {grade.id: _.pick(grade.zh, grade.en) for grade in scheme.grade}
    name = _.pick(entry.zh, entry.en) if hasattr(entry, "zh") else known.get(str(getattr(entry, "grade", "")), "")
    number = str(getattr(entry, "id", "")) if one.table in ("rule", "metric", "part") else ""
    said = " ".join(part for part in (table_words(_).get(one.table, one.table), who, number, name) if part)
    return f"{said}{_.colon}{field_words(_).get(one.field, one.field)}"


def _by_form(hall: Hall, scheme: Scheme) -> Scheme | None:
    _ = hall.speak
    known = {one.key: one for one in settings(scheme)}
    words = {key: setting_words(one, scheme, _) for key, one in known.items()}
    picked = st.multiselect(
        _("要改动的设置（可输入编号或名称查找）"), list(known), format_func=lambda key: words[key], key="simulate_settings",
        placeholder=_("请选择"), filter_mode="contains", select_all=False,
    )  # fmt: skip
    values: dict[str, Decimal] = {}
    with st.grid(columns="auto", min_column_width=260):
        for key in picked:
            one = known[key]
            value = st.number_input(
                words[key], value=float(one.value), step=STEP_OF.get(one.field, 0.5), format="%.2f", key=f"simulate_{key}"
            )
            values[key] = Decimal(repr(round(value, 4)))
    if not picked:
        states.nothing(_("请选择要改动的设置，再填写新的数值"))
        return None
    try:
        return changed(scheme, values)
    except HallError as error:
        states.refusal(error, _)
        return None


def _by_file(hall: Hall) -> Scheme | None:
    _ = hall.speak
    given = st.file_uploader(_("考核办法文件（TOML，UTF-8）"), type=["toml"], key="simulate_file", max_upload_size=MOST_MB)
    if given is None:
        return None
    try:
        text = given.getvalue().decode("utf-8")
    except UnicodeDecodeError:
        st.error(_("文件不是 UTF-8 编码，请另存为 UTF-8 后再上传"), icon=":material/error:")
        return None
    try:
        return scheme_from(text, given.name)
    except HallError as error:
        states.refusal(error, _)
        return None


def listed(hall: Hall, found: list[Difference], title: str, key: str) -> None:
    """What two schemes say differently, line by line."""
    _ = hall.speak
    st.subheader(title, anchor=False)
    if not found:
        states.nothing(_("两份办法没有差别"))
        return
    heads, fields = table_words(_), field_words(_)
    rows = [
        [heads.get(one.table, one.table) or _("总则"), one.entry, _.pick(one.zh, one.en),
         fields.get(one.field, one.field) if one.field else _("整项"), _("没有") if one.before is None else one.before,
         _("没有") if one.after is None else one.after]
        for one in found
    ]  # fmt: skip
    data = pd.DataFrame(rows, columns=["table", "entry", "name", "field", "before", "after"])
    columns = [
        Column("table", _("类别")), Column("entry", _("编号")), Column("name", _("名称"), width="large"), Column("field", _("设置")),
        Column("before", _("原为"), width="medium"), Column("after", _("改为"), width="medium"),
    ]  # fmt: skip
    tables.table(hall, data, columns, title, frame.scope_text(hall), f"differences_{key}")


def _result(hall: Hall, result: Comparison, before: Scheme, after: Scheme) -> None:
    _ = hall.speak
    title = _("得分和名次的变动")
    st.subheader(title, anchor=False)
    st.caption(f"`{result.before}` → `{result.after}`　·　{scoring.period_words(result.period, _)}")
    words = ranking.kind_words(_)
    counted = {kind: sum(1 for move in result.moves if move.subject_kind == kind) for kind in words}
    cells = st.columns(4)
    for cell, (kind, word) in zip(cells, words.items(), strict=False):
        cell.metric(_("有变动：{kind}").format(kind=word), f"{counted[kind]}", border=True)
    cells[3].metric(_("没有变动"), f"{result.unmoved}", border=True)
    if not result.moves:
        states.nothing(_("这一期没有任何得分、名次、组别或等次变动"))
        return
    _moves(hall, result, before, after, title)
    _awards(hall, result)


def _grade(scheme: Scheme, grade: str, speak: Language) -> str:
    found = next((one for one in scheme.grade if one.id == grade), None)
    return "—" if found is None else speak.pick(found.zh, found.en)


def because(move: Move, speak: Language) -> str:
    """Which rules make the difference: A3 缺签 −2 → −4."""
    _ = speak
    parts = []
    for one in move.because:
        words = _.pick(one.zh, one.en)
        # Steps such as rounding go by their words alone.
        name = words if one.rule in STEPS_OF_RECKONING or one.rule == words else f"{one.rule} {words}"
        parts.append(f"{name} {scoring.written(one.before)} → {scoring.written(one.after)}")
    return ("；" if _.code == "zh" else "; ").join(parts) or _("名次随他人变动")


def _moves(hall: Hall, result: Comparison, before: Scheme, after: Scheme, title: str) -> None:
    _ = hall.speak
    words = ranking.kind_words(_)
    rows = [
        [words[move.subject_kind], move.subject, move.name, None if move.before is None else float(move.before),
         None if move.after is None else float(move.after), float(move.difference), move.place_before, move.place_after,
         _grade(before, move.grade_before, _), _grade(after, move.grade_after, _), because(move, _)]
        for move in result.moves
    ]  # fmt: skip
    names = [
        "kind",
        "subject",
        "name",
        "before",
        "after",
        "difference",
        "place_before",
        "place_after",
        "grade_before",
        "grade_after",
        "why",
    ]
    columns = [
        Column("kind", _("考核对象")), Column("subject", _("工号或名称"), width="medium", personal="number"),
        Column("name", _("姓名"), personal="staff"), Column("before", _("原得分"), "points"), Column("after", _("新得分"), "points"),
        Column("difference", _("差"), "points"), Column("place_before", _("原名次"), "integer"),
        Column("place_after", _("新名次"), "integer"), Column("grade_before", _("原等次")), Column("grade_after", _("新等次")),
        Column("why", _("原因"), width="large"),
    ]  # fmt: skip
    tables.table(hall, pd.DataFrame(rows, columns=names), columns, f"{title} {result.period}", frame.scope_text(hall), "moves")


def _awards(hall: Hall, result: Comparison) -> None:
    _ = hall.speak
    if not result.awards:
        return
    title = _("评优的变动")
    st.subheader(title, anchor=False)
    words = {"won": _("新入选"), "lost": _("不再入选")}
    rows = [[_.pick(one.zh, one.en), one.subject, one.name, words[one.change]] for one in result.awards]
    data = pd.DataFrame(rows, columns=["award", "subject", "name", "change"])
    columns = [
        Column("award", _("评优"), width="medium"), Column("subject", _("工号或名称"), width="medium", personal="number"),
        Column("name", _("姓名"), personal="staff"), Column("change", _("变动")),
    ]  # fmt: skip
    tables.table(hall, data, columns, title, frame.scope_text(hall), "award_moves")
