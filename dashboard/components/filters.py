"""The filters shared by all pages. What they hold is written to the URL at once; the URL is what a page is drawn from."""

from dataclasses import replace
from datetime import date

import streamlit as st

from dashboard import session
from dashboard.components.labels import plain, value_words
from dashboard.period import KINDS, Period, after, before, containing, starts, until
from dashboard.session import Hall
from dashboard.store import Dimension, Scope
from etl.divisions import CITY_DIGITS, COUNTY_DIGITS, PROVINCE_DIGITS

KIND_KEY, ON_KEY, DAY_KEY, SPAN_KEY = "filter_kind", "filter_on", "filter_day", "filter_span"
ALL = ""


def _kind_changed(hall: Hall) -> None:
    kind = session.kind_named(session.chosen(KIND_KEY))
    shown = until(hall.period, hall.store.as_of)
    period = Period("custom", shown.first, shown.last) if kind == "custom" else containing(kind, shown.last)
    session.write(replace(hall.view, period=period))


def _on_changed(hall: Hall, key: str) -> None:
    value = session.chosen(key)
    if isinstance(value, date):
        session.write(replace(hall.view, period=containing(hall.period.kind, value)))


def _span_changed(hall: Hall) -> None:
    value = session.chosen(SPAN_KEY)
    # While the second day is still to be chosen the widget holds one day only.
    if isinstance(value, tuple) and len(value) == 2:
        session.write(replace(hall.view, period=Period("custom", value[0], value[1])))


def _scope_changed(hall: Hall, name: Dimension, key: str) -> None:
    value = session.chosen(key)
    scope = replace(hall.scope, **{name: str(value) if value else None})
    if name == "department" and scope.window and scope.window not in hall.store.choices("window", replace(scope, channel=None)):
        scope = replace(scope, window=None)
    session.write(replace(hall.view, scope=scope))


def _move(hall: Hall, period: Period) -> None:
    session.write(replace(hall.view, period=period))


def _reset(hall: Hall) -> None:
    session.write(replace(hall.view, scope=Scope(), division=None, period=containing("month", hall.store.as_of)))


def _period_choice(hall: Hall) -> None:
    _ = hall.speak
    names = {"day": _("日"), "week": _("周"), "month": _("月"), "quarter": _("季度"), "year": _("年"), "custom": _("自选日期")}
    store, period = hall.store, hall.period
    session.seed(KIND_KEY, period.kind)
    st.selectbox(_("期间类型"), KINDS, format_func=lambda kind: names[kind], key=KIND_KEY, on_change=_kind_changed, args=(hall,))
    if period.kind == "custom":
        session.seed(SPAN_KEY, (period.first, period.last))
        st.date_input(
            _("起止日期"),
            min_value=store.first_day,
            max_value=store.as_of,
            key=SPAN_KEY,
            on_change=_span_changed,
            args=(hall,),
            format="YYYY-MM-DD",
        )
    elif period.kind == "day":
        session.seed(DAY_KEY, period.first)
        st.date_input(
            _("日期"),
            min_value=store.first_day,
            max_value=store.as_of,
            key=DAY_KEY,
            on_change=_on_changed,
            args=(hall, DAY_KEY),
            format="YYYY-MM-DD",
        )
    else:
        choices = starts(period.kind, store.first_day, store.as_of)
        session.seed(ON_KEY, period.first)
        label = {"week": _("哪一周"), "month": _("哪个月"), "quarter": _("哪个季度"), "year": _("哪一年")}[period.kind]
        st.selectbox(
            label,
            choices,
            format_func=lambda day: _.period(containing(period.kind, day)),
            key=ON_KEY,
            on_change=_on_changed,
            args=(hall, ON_KEY),
        )
    earlier, later = before(period), after(period)
    with st.container(horizontal=True):
        st.button(
            _("上一期"),
            key="filter_before",
            on_click=_move,
            args=(hall, earlier),
            disabled=earlier.last < store.first_day,
            icon=":material/chevron_left:",
        )
        st.button(
            _("下一期"),
            key="filter_after",
            on_click=_move,
            args=(hall, later),
            disabled=later.first > store.as_of,
            icon=":material/chevron_right:",
            icon_position="right",
        )


def _scope_choice(hall: Hall, name: Dimension, label: str) -> None:
    _ = hall.speak
    key = f"filter_{name}"
    current = hall.scope.chosen().get(name)
    choices = hall.store.choices(name, hall.scope if name == "window" else Scope())
    if current and current not in choices:
        choices = [current, *choices]
    session.seed(key, current or ALL)
    st.selectbox(
        label,
        [ALL, *choices],
        format_func=lambda value: _("全部") if value == ALL else value_words(name, value, _),
        key=key,
        on_change=_scope_changed,
        args=(hall, name, key),
    )


def _division_changed(hall: Hall, key: str, wider: str | None) -> None:
    value = session.chosen(key)
    # A window is one county's.
    session.write(replace(hall.view, division=str(value) if value else wider, scope=replace(hall.scope, window=None)))


def _division_box(hall: Hall, key: str, label: str, words: dict[str, str], current: str, wider: str | None) -> None:
    session.seed(key, current)
    st.selectbox(
        label,
        list(words),
        format_func=lambda value: words.get(value, value),
        key=key,
        on_change=_division_changed,
        args=(hall, key, wider),
    )


def division(hall: Hall) -> bool:
    """Province, city, county, as far as there is more than one of them to be seen. Returns whether anything can be chosen."""
    _ = hall.speak
    theirs, chosen = hall.store.divisions, hall.view.division or ""
    if len(theirs) < 2:
        return False
    levels = (
        ("filter_province", _("省"), PROVINCE_DIGITS, {one.code[:PROVINCE_DIGITS]: one.province_named(_.code) for one in theirs}),
        ("filter_city", _("市"), CITY_DIGITS, {one.code[:CITY_DIGITS]: one.city_named(_.code) for one in theirs}),
        ("filter_county", _("区县"), COUNTY_DIGITS, {one.code: one.named(_.code) for one in theirs}),
    )
    within: str | None = None
    for key, label, digits, names in levels:
        options = {prefix: name for prefix, name in names.items() if prefix.startswith(within or "")}
        if len(options) > 1:
            current = chosen[:digits] if len(chosen) >= digits else ALL
            _division_box(hall, key, label, {ALL: _("全部"), **options}, current, within)
            if current == ALL:
                break
            within = current
    return True


def _fixed(hall: Hall) -> dict[Dimension, str]:
    """What the reader is bound to, and what goes with it: a window's one department, say. Nothing of it can be chosen."""
    bounds = hall.store.bound_by
    if not bounds:
        return {}
    alone = {name: hall.store.only_value(name) for name in session.DIMENSIONS if name not in bounds}
    return {**bounds, **{name: value for name, value in alone.items() if value is not None}}


def show(hall: Hall) -> None:
    """All filters, in the sidebar. A reader bound to a window or department sees it named, and only filters that can change."""
    _ = hall.speak
    _period_choice(hall)
    division(hall)
    fixed = _fixed(hall)
    labels: dict[Dimension, str] = {"scope": _("范围"), "department": _("部门"), "window": _("窗口"), "channel": _("渠道")}
    for name, label in labels.items():
        if name == "window" and hall.store.reach.is_several:
            continue
        if name not in fixed:
            _scope_choice(hall, name, label)
        elif name in ("department", "window"):
            value = value_words(name, fixed[name], _) or _("（未填）")
            st.markdown(f":gray[{label}]  \n{plain(value)}")
    st.button(_("恢复默认"), key="filter_reset", on_click=_reset, args=(hall,), icon=":material/restart_alt:", type="tertiary")
