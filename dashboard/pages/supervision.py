"""电子监察 / supervision: signals by level, rule and department, how each was handled, and what is due in the next days."""

import json
from collections.abc import Mapping
from datetime import date

import pandas as pd
import streamlit as st

from dashboard import charts, session
from dashboard.components import choices, frame, handling, kpi, series, states, tables
from dashboard.components.labels import plain
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.navigation import PAGES
from dashboard.period import until
from dashboard.queries import supervision as queries
from dashboard.session import Hall
from dashboard.store import LIST_LIMIT
from etl.office import Office, open_office, verify
from etl.office.signals import Handling, last_handlings
from etl.supervision.lists import OPEN_STATES, state_of

CARDS = ("signals_raised", "signals_in_force", "quality_signals", "late_entry_rate")
PATTERNS = ("", ".", "/", "x", "+", "-")
LONGEST_WITHIN = 20
AUDIT_SHOWN = 100


def _level_words(levels: pd.DataFrame, speak: Language) -> dict[str, str]:
    """Each level's name. Its sign stands only where it can have the level's colour: a black square is no red card."""
    return {str(row["level"]): speak.pick(row["zh"], row["en"]) for row in levels.to_dict("records")}


def _levels(hall: Hall) -> None:
    """Signals of the clock by level over time, and by department."""
    _, store = hall.speak, hall.store
    title = _("各等级信号")
    st.subheader(title, anchor=False)
    levels = queries.levels(store)
    period, grain = series.trend_period(until(hall.period, store.as_of))
    found = store.series("signals_raised", period, hall.scope, (grain, "level"))
    found = found[found["value"].fillna(0) > 0]
    if levels.empty or found.empty:
        states.nothing(_("本期没有时限类监察信号"))
        return
    named = _level_words(levels, _)
    known = [str(level) for level in levels["level"] if level in set(found["level"])]
    # A level that has since been renamed or dropped from the rules keeps its id for a name.
    known += sorted(set(found["level"]) - set(known))
    steps = store.series("signals_raised", period, hall.scope, (grain,))[[grain]]
    grid = found.pivot_table(index=grain, columns="level", values="value", aggfunc="sum")
    data = steps.merge(grid, left_on=grain, right_index=True, how="left").fillna(0)
    data = data.assign(start=[series.step_start(grain, value) for value in data[grain]])
    data = data.assign(step=[_.step(grain, day) for day in data["start"]], weekday=[_.weekday(day) for day in data["start"]])
    colours = dict(zip(levels["level"], levels["colour"], strict=True))
    bars = [charts.Series(level, named.get(level, level), colours.get(level), PATTERNS[number % 6]) for number, level in enumerate(known)]
    st.plotly_chart(charts.bars(data, "step", bars, kpi.unit("signals_raised", _)), key="levels", config=charts.config(_.code), alt=title)
    columns = [*series.step_columns(hall, grain), *(Column(level, named.get(level, level), "integer") for level in known)]
    tables.table(hall, data, columns, title, frame.scope_text(hall), "levels")
    _departments(hall, known, named)


def _departments(hall: Hall, known: list[str], named: dict[str, str]) -> None:
    _, store = hall.speak, hall.store
    title = _("各部门信号")
    found = store.series("signals_raised", hall.period, hall.scope, ("department", "level"))
    grid = found.pivot_table(index="department", columns="level", values="value", aggfunc="sum").fillna(0)
    grid = grid.reindex(columns=known, fill_value=0)
    in_force = store.series("signals_in_force", hall.period, hall.scope, ("department",)).set_index("department")["value"]
    data = grid.assign(in_force=in_force.reindex(grid.index).fillna(0)).reset_index()
    data = data[data[[*known, "in_force"]].sum(axis=1) > 0]
    data = tables.named(data.sort_values([*reversed(known), "department"], ascending=[False] * len(known) + [True]), "department", _)
    if data.empty:
        return
    st.markdown(f"**{title}**")
    columns = [Column("department", _("部门"), width="medium"), *(Column(level, named.get(level, level), "integer") for level in known)]
    columns.append(Column("in_force", kpi.label("signals_in_force", _), "integer"))
    tables.table(hall, data, columns, title, frame.scope_text(hall), "signals_by_department")


def with_states(data: pd.DataFrame, last: Mapping[str, Handling]) -> pd.DataFrame:
    """Signals with where each stands with the office."""
    found = [
        state_of({"lapses": lapses, "is_current": is_current}, last.get(str(signal_id)))
        for signal_id, lapses, is_current in zip(data["signal_id"], data["lapses"], data["is_current"], strict=True)
    ]
    return data.assign(state=pd.Series(found, index=data.index, dtype=object))


def waiting_by_kind(data: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Signals that still wait for somebody: those whose condition still holds, and those whose condition ended without being closed."""
    waiting = data[data["state"].isin(OPEN_STATES)]
    current = waiting["is_current"].astype(bool)
    return {"current": waiting[current], "ended": waiting[~current]}


def _list(hall: Hall, data: pd.DataFrame, title: str, empty: str, key: str) -> str | None:
    """Signals with where they stand; returns the one pressed."""
    _ = hall.speak
    words = handling.state_words(_)
    if data.empty:
        states.nothing(empty)
        return None
    shown = data.assign(
        level=[_.pick(zh, en) for zh, en in zip(data["level_zh"], data["level_en"], strict=True)],
        rule=[_.pick(zh, en) for zh, en in zip(data["rule_zh"], data["rule_en"], strict=True)],
        measured=[handling.measured_words(row, _) for row in data[["trigger_name", "measured", "cases"]].to_dict("records")],
        state=[words[state] for state in data["state"]],
    )
    columns = [
        Column("signal_id", _("信号编号"), width="medium"),
        Column("level", _("等级")),
        Column("rule", _("规则"), width="medium"),
        Column("state", _("处理状态")),
        Column("department", _("部门")),
        Column("raised_on", _("出现"), "date"),
        Column("ended_on", _("情形结束"), "date"),
        Column("due_on", _("应办日（推算）"), "date"),
        Column("measured", _("情形")),
        Column("rule_version", _("规则版本")),
        Column("calendar_version", _("工作日历版本")),
    ]
    return tables.case_table(
        hall, tables.named(shown, "department", _), columns, title, frame.scope_text(hall), key, _("按信号编号查看并处理")
    )  # fmt: skip


def _cut(hall: Hall, found: pd.DataFrame) -> None:
    """A list that is not whole says so."""
    if len(found) >= LIST_LIMIT:
        st.caption(hall.speak("只列出前 {n} 个；全部见 `hall signals`").format(n=f"{LIST_LIMIT:,}"))


def _waiting(hall: Hall, found: pd.DataFrame) -> str | None:
    """What still waits for somebody, by whether its condition still holds, and how that goes with the card above."""
    _, day = hall.speak, hall.speak.day(hall.store.as_of)
    kinds = waiting_by_kind(found)
    counted = {kind: f"{len(data):,}" for kind, data in kinds.items()}
    words = {
        "current": _("情形仍存在 {n}").format(n=counted["current"]),
        "ended": _("情形已结束、待销号 {n}").format(n=counted["ended"]),
    }
    chosen = choices.buttons("waiting", words, "current" if len(kinds["current"]) else "ended", _("待处理的信号"))
    st.caption(
        _(
            "截至 {day}，不限期间。上方“期末有效信号”只计期末情形仍存在的，销号与否都计；情形已结束而尚未销号的，不在那个数里，但仍待处理"
        ).format(day=day)
    )
    _cut(hall, found)
    title, empty = _("待处理的时限信号"), _("没有待处理的时限信号")
    return _list(hall, kinds[chosen], title, empty, "signals_open")


def _of_period(hall: Hall, found: pd.DataFrame, title: str, empty: str, key: str) -> str | None:
    _cut(hall, found)
    return _list(hall, found, title, empty, key)


def _signals(hall: Hall, office: Office) -> None:
    _, store = hall.speak, hall.store
    st.subheader(_("信号清单与处理"), anchor=False)
    chosen = session.param("signal")
    if chosen:
        signal = queries.signal(store, chosen)
        if signal is None:
            states.nothing(_("当前数据中没有信号 {id}").format(id=plain(chosen)))
        else:
            colours = {str(row["level"]): str(row["colour"]) for row in queries.levels(store).to_dict("records")}
            handling.panel(hall, office, signal, colours.get(str(signal["level"])))
    first, last = hall.period.first, min(hall.period.last, store.as_of)
    done = last_handlings(office)
    waiting = with_states(queries.signals(store, hall.scope, "time_limit", date.min, store.as_of, pressing=True), done)
    clock = with_states(queries.signals(store, hall.scope, "time_limit", first, last), done)
    odd = with_states(queries.signals(store, hall.scope, "data_quality", first, last), done)
    open_tab, clock_tab, odd_tab = st.tabs([_("待处理的时限信号"), _("本期时限信号"), _("本期数据质量信号")])
    pressed: list[str | None] = []
    with open_tab:
        pressed.append(_waiting(hall, waiting))
    with clock_tab:
        pressed.append(_of_period(hall, clock, _("本期时限信号"), _("本期没有时限类监察信号"), "signals_clock"))
    with odd_tab:
        st.caption(_("这些信号只提示核查，不等于违规"))
        pressed.append(_of_period(hall, odd, _("本期数据质量信号"), _("本期没有数据质量信号"), "signals_quality"))
    opened = next((one for one in pressed if one), None)
    if opened and opened != chosen:
        session.set_param("signal", opened)
        st.rerun()


def _due_soon(hall: Hall) -> None:
    _, store = hall.speak, hall.store
    title = _("即将到期清单")
    st.subheader(title, anchor=False)
    asked = session.page_choice("within", [str(n) for n in range(LONGEST_WITHIN + 1)], "5")
    session.seed("due_within", int(asked))
    within = st.slider(
        _("未来几个工作日内到期（0 为截止日当天）"), 0, LONGEST_WITHIN, key="due_within", on_change=session.bound("within", "due_within"),
        width=420,
    )  # fmt: skip
    data = queries.due_soon(store, hall.scope, int(within))
    st.caption(_("自数据截止日 {day} 起算；暂停计时和已超期的不在内").format(day=_.day(store.as_of)))
    if data.empty:
        states.nothing(_("这几天没有到期的办件"))
        return
    counted = data.groupby("department", as_index=False).agg(cases=("case_no", "count"), first_due=("promised_due_on", "min"))
    counted = tables.named(counted.sort_values(["cases", "department"], ascending=[False, True]), "department", _)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        columns = [
            Column("department", _("部门"), width="medium"),
            Column("cases", _("件数"), "integer"),
            Column("first_due", _("最早到期"), "date"),
        ]
        tables.table(hall, counted, columns, _("即将到期（按部门）"), frame.scope_text(hall), "due_by_department")
    with right:
        columns = [
            Column("case_no", _("办件编号"), width="medium"),
            Column("days_left", _("剩余工作日"), "integer"),
            Column("promised_due_on", _("承诺到期"), "date"),
            Column("department", _("部门")),
            Column("window_name", _("窗口")),
            Column("item_name", _("事项"), width="medium"),
            Column("statutory_due_on", _("法定到期"), "date"),
        ]
        shown = tables.named(tables.named(data, "department", _), "window_name", _)
        opened = tables.case_table(hall, shown, columns, title, frame.scope_text(hall), "due_soon")
    if opened:
        st.switch_page(PAGES["case"].path, query_params=hall.view.params() | {"case": opened})


def trigger_words(rule: pd.Series, speak: Language) -> str:
    """What raises a signal of this rule, with its settings."""
    _, trigger = speak, str(rule["trigger_name"])

    def number(name: str) -> int:
        return 0 if pd.isna(rule[name]) else int(rule[name])

    which = _("法定时限") if rule["deadline"] == "statutory" else _("承诺时限")
    if trigger == "near_due":
        return _("{which}：剩余不超过 {least} 个工作日或时限的 {percent}%（取大）").format(
            which=which, least=number("least_workdays"), percent=number("limit_percent")
        )
    if trigger == "due_today":
        return _("{which}：到期当天").format(which=which)
    if trigger == "over_due":
        text = (
            _("{which}：超过 {n} 个工作日以上").format(which=which, n=number("workdays"))
            if number("workdays")
            else _("{which}：超过到期日").format(which=which)
        )
        return text + (_("，法定时限之内") if rule["is_within_statute"] else "")
    simple = {
        "deemed_accepted": _("行政许可法第三十二条：视为受理"),
        "instant_open": _("即办件当日未办结，超过 {n} 个工作日").format(n=number("workdays")),
        "quick_close": _("受理后不足 {n} 分钟办结").format(n=number("minutes")),
        "pause_near_due": _("暂停时剩余不超过 {n} 个工作日（0 为到期当日）").format(n=number("workdays")),
        "bulk_close": _("月末一小时办结占当日 {percent}% 以上，当日至少 {n} 件").format(percent=number("percent"), n=number("least_cases")),
        "late_entry": _("录入晚于收件超过 {n} 个工作日").format(n=number("workdays")),
        "supplements": _("补正告知多于 {n} 次").format(n=number("notices")),
    }
    return simple.get(trigger, trigger)


def _rules(hall: Hall) -> None:
    _, store = hall.speak, hall.store
    title = _("现行监察规则")
    st.subheader(title, anchor=False)
    data = queries.rules(store)
    if data.empty:
        states.nothing(_("截止日没有监察规则"))
        return
    levels = _level_words(queries.levels(store), _)
    counted = store.series("signals_raised", hall.period, hall.scope, ("rule",)).set_index("rule")["value"]
    odd = store.series("quality_signals", hall.period, hall.scope, ("rule",)).set_index("rule")["value"]
    raised = counted.add(odd, fill_value=0)
    shown = data.assign(
        level=[levels[level] for level in data["level"]],
        name=[_.pick(zh, en) for zh, en in zip(data["zh"], data["en"], strict=True)],
        trigger=[trigger_words(row, _) for _index, row in data.iterrows()],
        raised=raised.reindex(data["rule_id"]).fillna(0).to_numpy(),
    )
    columns = [
        Column("level", _("等级")),
        Column("name", _("规则"), width="medium"),
        Column("trigger", _("触发条件"), width="large"),
        Column("raised", _("本期信号"), "integer"),
        Column("rule_id", _("规则代码")),
        Column("rule_version", _("规则版本")),
        Column("valid_from", _("起用日"), "date"),
    ]
    tables.table(hall, shown, columns, title, frame.scope_text(hall), "supervision_rules")


def _audit(hall: Hall, office: Office) -> None:
    _ = hall.speak
    title = _("处理留痕")
    st.subheader(title, anchor=False)
    found, broken = queries.acts(hall.store, hall.scope, office, AUDIT_SHOWN), verify(office)
    if broken is not None:
        st.error(_("留痕自第 {n} 条起被改动过，请报告系统管理员").format(n=broken), icon=":material/gpp_bad:")
    if not found:
        states.nothing(_("还没有处理记录"))
        return
    words = {"signal.acknowledged": _("签收"), "signal.explained": _("说明"), "signal.closed": _("销号")}
    shown = pd.DataFrame(
        [
            [
                one.at.replace("T", " "),
                one.actor,
                words.get(one.action, one.action),
                one.subject,
                json.loads(one.detail).get("reason", ""),
                one.hash[:12],
            ]
            for one in found
        ],
        columns=["at", "actor", "action", "subject", "reason", "hash"],
    )
    # Without the trail's own numbers: between two acts upon signals it holds other acts, and gaps would look like rows kept back.
    columns = [
        Column("at", _("时间")),
        Column("actor", _("经办人")),
        Column("action", _("动作")),
        Column("subject", _("信号编号"), width="medium"),
        Column("reason", _("理由"), width="large"),
        Column("hash", _("校验"), help=_("每条都含上一条的校验值，改动一条，其后全部不符")),
    ]
    tables.table(hall, shown, columns, title, frame.scope_text(hall), "audit")
    if broken is None:
        st.caption(_("留痕经核对完整；只增不改。表中为对所看范围内信号的最近 {n} 次处理").format(n=len(shown)))


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("电子监察"))
    if hall.store.is_empty:
        states.nothing(_("数据里还没有办件"))
        return
    office = open_office(hall.store.home)
    kpi.cards(hall, CARDS)
    _levels(hall)
    if states.rows_elsewhere(hall):
        _rules(hall)
        return
    _signals(hall, office)
    _due_soon(hall)
    _rules(hall)
    _audit(hall, office)


if __name__ == "__main__":
    render(session.hall())
