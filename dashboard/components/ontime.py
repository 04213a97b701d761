"""On-time rates row by row: by department, window, item or channel, with the change against the period before, and down to the cases
that a row was late with."""

import math
from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.components import choices, frame, kpi, labels, series, states, tables
from dashboard.components.labels import code_label, plain, value_words
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.period import Period, comparison, is_covered
from dashboard.queries import limits
from dashboard.queries.limits import Rate
from dashboard.session import Hall
from dashboard.store import LIST_LIMIT
from etl.indicators.dimensions import Value

RATES: tuple[Rate, ...] = ("on_time_rate", "due_cohort_on_time_rate")
DIMENSIONS = ("department", "window", "item_name", "channel")
ROW = "row"
# A blank value in the URL: an empty parameter would not survive there.
BLANK = "-"


def which_rate(speak: Language) -> str:
    """What each of the two rates is for, in a sentence each."""
    said = [f"{kpi.label(rate, speak)}{speak.colon}{kpi.use(rate, speak)}" for rate in RATES]
    return "。".join(said) + "。" if speak.code == "zh" else ". ".join(said) + ". "


def offered(hall: Hall, rate: Rate) -> list[str]:
    """The dimensions by which this reader can see the rate under the filters of the page; not those in which they see one value only."""
    bound = {str(name) for name in hall.store.bound_by}
    alone = bound | ({"department"} if "window" in bound else set())
    return [name for name in DIMENSIONS if name not in alone and series.fits(hall, rate, name)]


def rows(hall: Hall, rate: Rate, dimension: str) -> pd.DataFrame:
    """One row a value of the dimension, those with most cases not in time first.

    Columns: `code` (the value as the data have it), `name` (in words), `met`, `counted`, `rate` (0-100), `change` (percentage points;
    missing where either period rests on fewer cases than the minimum), `missed`, `note`, and where the dimension has them `overdue`
    (open and overdue at the end) and `statute` (closed past the statutory limit).
    """
    _, store = hall.speak, hall.store
    earlier = comparison(hall.period, store.as_of)
    has_earlier = is_covered(earlier, store.first_day)

    def asked(name: str, field: str = "value", period: Period = hall.period) -> dict[Value, float | None]:
        return store.by(name, period, hall.scope, dimension, field)

    found = {"met": asked(rate, "numerator"), "counted": asked(rate, "denominator"), "rate": asked(rate)}
    found["before"] = asked(rate, "value", earlier) if has_earlier else {}
    found["n_before"] = asked(rate, "n", earlier) if has_earlier else {}
    # A value under which nothing was due may have open cases that are overdue all the same.
    for column, name in (("overdue", "overdue_open"), ("statute", "statute_late")):
        if series.fits(hall, name, dimension):
            found[column] = {key: number for key, number in asked(name).items() if number}
    keys = list(dict.fromkeys([*found["met"], *found.get("overdue", {}), *found.get("statute", {})]))
    cells = {
        column: [math.nan if (number := values.get(key)) is None else float(number) for key in keys] for column, values in found.items()
    }
    data = pd.DataFrame({dimension: pd.Series(keys, dtype=object), **cells})
    counts = ["met", "counted", "n_before", *({"overdue", "statute"} & set(found))]
    data = data.fillna(dict.fromkeys(counts, 0))
    minimum = store.settings.minimum_denominator
    steady = (data["counted"] >= minimum) & (data["n_before"] >= minimum)
    data = data.assign(
        code=[str(value) if value else "" for value in data[dimension]],
        name=series.named_values(data[dimension], dimension, _),
        change=(data["rate"] - data["before"]).where(steady),
        missed=data["counted"] - data["met"],
        note=_notes(hall, data, has_earlier),
    )
    return data.sort_values(["missed", "counted", "name"], ascending=[False, False, True]).reset_index(drop=True)


def _notes(hall: Hall, data: pd.DataFrame, has_earlier: bool) -> list[str]:
    """Why a rate or its change says little."""
    _ = hall.speak
    minimum = hall.store.settings.minimum_denominator
    before, none = _("上期样本少，n={n}"), _("无上期数据")
    found = series.few_notes(data["counted"], minimum, _)
    for place, (note, n) in enumerate(zip(found, data["n_before"], strict=True)):
        if not note and (not has_earlier or n < minimum):
            found[place] = before.format(n=int(n)) if has_earlier and n else none
    return found


def case_frame(hall: Hall, data: pd.DataFrame) -> pd.DataFrame:
    """Rows of cases with their codes in words."""
    _ = hall.speak
    state = labels.states(_)
    return tables.named(
        data.assign(
            case_type=[code_label("case_type", value, _) for value in data["case_type"]],
            channel=[code_label("channel", value, _) for value in data["channel"]],
            limit=[labels.limit(count, unit, _) for count, unit in zip(data["promised_limit"], data["promised_unit"], strict=True)],
            promise=[state.get(value, value) for value in data["promise_state"]],
            statute=[state.get(value, value) for value in data["statute_state"]],
            window_name=data["window_name"].replace("", _("（未填）")),
        ),
        "department",
        _,
    )


def late_columns(hall: Hall, with_state: bool = False) -> list[Column]:
    """The columns of a list of cases not in time; `with_state` where some of them are still open."""
    _ = hall.speak
    return [
        Column("case_no", _("办件编号"), width=175),
        *([Column("promise", _("承诺时限状态"))] if with_state else []),
        Column("promised_due_on", _("承诺到期"), "date"),
        Column("closed_on", _("办结日"), "date"),
        Column("used_workdays", _("用时（工作日）"), "integer"),
        Column("limit", _("承诺时限")),
        Column("item_name", _("事项")),
        Column("window_name", _("窗口")),
        Column("department", _("部门")),
        Column("statutory_due_on", _("法定到期"), "date"),
        Column("statute", _("法定时限状态")),
        Column("channel", _("渠道"), width="small"),
    ]


def _columns(hall: Hall, rate: Rate, heading: str, data: pd.DataFrame) -> list[Column]:
    _ = hall.speak
    is_closed = rate == "on_time_rate"
    counted = _("有时限（分母）") if is_closed else _("到期（分母）")
    missed = _("超期办结") if is_closed else _("到期未按时")
    columns = [
        Column("name", heading),
        Column("met", _("按时（分子）"), "integer"),
        Column("counted", counted, "integer"),
        Column("rate", kpi.label(rate, _), "percent", help=kpi.use(rate, _)),
        Column("change", _("较上期（百分点）"), "change"),
        Column("missed", missed, "integer", help=None if is_closed else _("到期后才办结，或到期仍未办结")),
        Column("note", _("说明")),
        Column("overdue", _("在办超期"), "integer", help=kpi.label("overdue_open", _)),
        Column("statute", _("超法定时限"), "integer"),
    ]
    return [column for column in columns if column.name in data]


def _chosen(hall: Hall) -> tuple[Rate, str] | None:
    """The rate and the dimension that the reader looks at; None where the filters leave none."""
    _ = hall.speak
    names = {"department": _("部门"), "window": _("窗口"), "item_name": _("事项"), "channel": _("渠道")}
    left, right = st.columns(2, gap="medium")
    with left:
        # Both whole names beside one another are wider than a phone.
        words: dict[str, str] = dict(zip(RATES, (_("已办件"), _("到期件")), strict=True))
        picked = choices.buttons("rate", words, RATES[0], _("按时办结率"), which_rate(_))
    rate = next(one for one in RATES if one == picked)
    dimensions = offered(hall, rate)
    with right:
        if not dimensions:
            states.nothing(_("所选条件下不能再分"))
            return None
        dimension = choices.buttons("by", {name: names[name] for name in dimensions}, dimensions[0], _("统计维度"))
    if "item_name" not in dimensions and not hall.store.bound_by:
        st.caption(_("按事项只能看“{rate}”，且不能同时限定窗口或渠道").format(rate=kpi.label("on_time_rate", _)))
    return rate, dimension


def breakdown(hall: Hall) -> str | None:
    """The table with its choices and, for whoever may see cases, the list of a row's cases. Returns the case pressed in this run."""
    _ = hall.speak
    title = _("分项按时办结率")
    st.subheader(title, anchor=False)
    asked = _chosen(hall)
    if asked is None:
        return None
    rate, dimension = asked
    names = {"department": _("部门"), "window": _("窗口"), "item_name": _("事项"), "channel": _("渠道")}
    data = rows(hall, rate, dimension)
    if data.empty:
        states.nothing(_("本期没有带时限的办结件，也没有到期件"))
        return None
    title = kpi.label(rate, _) + _("（按{dimension}）").format(dimension=names[dimension])
    columns = _columns(hall, rate, names[dimension], data)
    key = f"limits_{rate}_{dimension}"
    if not hall.store.sees_cases:
        tables.table(hall, data, columns, title, frame.scope_text(hall), key)
        return None
    st.caption(_("点名称看这一行没按时的办件"))
    pressed = tables.button_table(hall, data, columns, title, frame.scope_text(hall), key, _("看这一行没按时的办件"))
    if pressed is not None:
        session.set_param(ROW, data.iloc[pressed]["code"] or BLANK)
    asked_row = session.param(ROW)
    code = "" if asked_row == BLANK else asked_row
    if code is None or code not in set(data["code"]):
        return None
    return _row_cases(hall, rate, dimension, code)


def _row_cases(hall: Hall, rate: Rate, dimension: str, code: str) -> str | None:
    """The cases that one row was late with."""
    _ = hall.speak
    item = code if dimension == "item_name" else None
    scope = hall.scope if item is not None else replace(hall.scope, **{dimension: code})
    found = limits.missed(hall.store, rate, hall.period, scope, item)
    name = value_words(dimension, code, _)
    is_closed = rate == "on_time_rate"
    title = (_("{name}：超期办结的办件") if is_closed else _("{name}：到期未按时的办件")).format(name=name)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(title)}**　{len(found):,} {kpi.unit('received', _)}")
            st.button(_("收起"), key="row_close", on_click=session.set_param, args=(ROW, None), icon=":material/close:", type="tertiary")
        if found.empty:
            states.nothing(_("这一行都按时"))
            return None
        if len(found) == LIST_LIMIT:
            st.caption(_("只列前 {n} 件").format(n=f"{LIST_LIMIT:,}"))
        shown = case_frame(hall, found)
        return tables.case_table(hall, shown, late_columns(hall, not is_closed), title, frame.scope_text(hall), "row_cases")
