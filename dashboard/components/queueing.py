"""The two parts of the queue page that look at one day: the hall at a moment, and the windows that a service level needs."""

from datetime import date, datetime, time

import pandas as pd
import streamlit as st

from dashboard import charts, session
from dashboard.components import choices, frame, states, tables
from dashboard.components.labels import code_label, plain
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.queries import queue
from dashboard.session import Hall
from etl.queueing.live import Live
from etl.queueing.staffing import SHARES, TARGET_SHARE, TARGET_WITHIN, WITHIN_MINUTES, HalfHour, steps

CLOCKS = [f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in range(0, 24 * 60, 10)]
WHOLE = "all"


def clock(seconds: float | None) -> str:
    """Seconds as minutes and seconds; a dash where there are none."""
    return "—" if seconds is None or seconds != seconds else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def chosen_moment(hall: Hall, usual: date) -> datetime:
    """The moment looked at: day and time of the URL where the day lies in the period, else the usual one. Both can be chosen."""
    left, right = st.columns(2, gap="medium")
    with left:
        day = _chosen_day(hall, usual)
    with right:
        picked = choices.box("clock", {one: one for one in CLOCKS}, "10:00", hall.speak("时刻"))
    return datetime.combine(day, time.fromisoformat(picked))


def _chosen_day(hall: Hall, usual: date) -> date:
    first, last = hall.period.first, min(hall.period.last, hall.store.as_of)
    try:
        asked = date.fromisoformat(session.param("day") or "")
    except ValueError:
        asked = usual
    day = asked if first <= asked <= last else usual
    key = "choice_day"
    session.seed(key, day)
    st.date_input(
        hall.speak("日期（用于实时状态与所需窗口）"),
        min_value=first,
        max_value=last,
        key=key,
        on_change=session.bound("day", key),
        format="YYYY-MM-DD",
    )
    return day


def live(hall: Hall, at: datetime) -> None:
    """Who waits, which windows are open, at the moment chosen."""
    _ = hall.speak
    now = queue.live(hall, at)
    if not now.zones:
        states.nothing(_("到这一时刻还没有人取号"))
        return
    with st.grid(columns=4, min_column_width=150):
        for label, value in (
            (_("等候人数"), f"{now.waiting_count:,}"),
            (_("开放窗口"), f"{now.windows_open:,}"),
            (_("正在办理"), f"{now.serving:,}"),
            (_("最长等候（分:秒）"), clock(now.longest_wait_s)),
        ):
            st.metric(label, value, border=True)
    never = sum(ticket.is_never_called for ticket in now.waiting)
    words = _("{moment}，不含自助区。开放窗口：本场已叫过号、尚未叫完最后一票的窗口").format(moment=_.moment(at))
    if never:
        words += "　" + _.count("等候中有 {n} 张票当日始终未叫到，办事人何时离开无从得知", never)
    st.caption(words)
    st.caption(_hours(hall, now))
    _zones(hall, now)
    with st.expander(_.count("开放的窗口（{n} 个）", len(now.windows))):
        _windows(hall, now)
    with st.expander(_.count("等候的票（{n} 张）", len(now.waiting))):
        _waiting(hall, now)


def _hours(hall: Hall, now: Live) -> str:
    """The day's service hours in words, channel by channel."""
    _ = hall.speak
    parts = []
    for channel, spans in now.hours.items():
        times = _.comma.join(f"{begin:%H:%M}–{'24:00' if end.date() > begin.date() else f'{end:%H:%M}'}" for begin, end in spans)
        parts.append(f"{code_label('channel', channel, _)} {times}")
    return _("当日服务时段") + _.colon + ("；" if _.code == "zh" else "; ").join(parts)


def _zones(hall: Hall, now: Live) -> None:
    _ = hall.speak
    rows = pd.DataFrame(
        [
            [z.zone, code_label("channel", z.channel, _), z.taken, z.called, z.waiting, clock(z.longest_wait_s), z.windows_open, z.serving]
            for z in now.zones
        ],
        columns=["zone", "channel", "taken", "called", "waiting", "longest", "open", "serving"],
    )
    columns = [
        Column("zone", _("区域")),
        Column("channel", _("渠道")),
        Column("waiting", _("等候人数"), "integer"),
        Column("longest", _("最长等候（分:秒）")),
        Column("open", _("开放窗口"), "integer"),
        Column("serving", _("正在办理"), "integer"),
        Column("taken", _("已取号"), "integer"),
        Column("called", _("已叫号"), "integer"),
    ]
    tables.table(hall, rows, columns, _("各区域实时状态"), f"{frame.scope_text(hall)} · {_.moment(now.at)}", "live_zones")


def _windows(hall: Hall, now: Live) -> None:
    _ = hall.speak
    if not now.windows:
        states.nothing(_("这一时刻没有开放的窗口"))
        return
    rows = pd.DataFrame(
        [[w.zone, w.window, w.ticket_no or _("空闲"), clock((now.at - w.since).total_seconds()), w.served] for w in now.windows],
        columns=["zone", "window", "ticket", "since", "served"],
    )
    columns = [
        Column("zone", _("区域"), width="small"),
        Column("window", _("窗口")),
        Column("ticket", _("在办票号"), width="small", personal="number"),
        Column("since", _("已持续（分:秒）")),
        Column("served", _("今日已办"), "integer", width="small"),
    ]
    tables.table(hall, rows, columns, _("开放的窗口"), f"{frame.scope_text(hall)} · {_.moment(now.at)}", "live_windows")


def _waiting(hall: Hall, now: Live) -> None:
    _ = hall.speak
    if not now.waiting:
        states.nothing(_("这一时刻没有人等候"))
        return
    rows = pd.DataFrame(
        [
            [t.zone, t.ticket_no, t.service, f"{t.taken_at:%H:%M:%S}", clock(t.waited_s), _("始终未叫到") if t.is_never_called else ""]
            for t in now.waiting
        ],
        columns=["zone", "ticket", "service", "taken", "waited", "note"],
    )
    columns = [
        Column("zone", _("区域"), width="small"),
        Column("ticket", _("票号"), width="small", personal="number"),
        Column("service", _("业务名称")),
        Column("taken", _("取号时间"), width="small"),
        Column("waited", _("已等候（分:秒）")),
        Column("note", _("备注")),
    ]
    tables.table(hall, rows, columns, _("等候的票"), f"{frame.scope_text(hall)} · {_.moment(now.at)}", "live_waiting")


def needed(hall: Hall, day: date) -> None:
    """Windows needed by half hour for the service level chosen, beside those that were open."""
    _ = hall.speak
    title = _("每半小时所需窗口")
    st.subheader(title, anchor=False)
    zones = queue.zones(hall)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        minutes = {str(one): _.count("{n} 分钟", one) for one in WITHIN_MINUTES}
        within = int(choices.box("within", minutes, str(TARGET_WITHIN), _("等候不超过")))
        share = int(choices.box("share", {str(one): f"{one}%" for one in SHARES}, str(TARGET_SHARE), _("叫到的比例")))
        zone = choices.box("zone", {WHOLE: _("各区域合计"), **{one: one for one in zones}}, WHOLE, _("区域"))
    rows = queue.staffing(hall, day, within, share, None if zone == WHOLE else zone)
    if not rows:
        states.nothing(_("这一天没有窗口的票"))
        return
    data = _by_half_hour(rows)
    shown = [charts.Series("needed", _("所需窗口")), charts.Series("open", _("开放窗口"), pattern="/")]
    figure = charts.bars(data, "half_hour", shown, _("个窗口"), stacked=False, most_labels=20)
    st.plotly_chart(figure, key="needed", config=charts.config(_.code), alt=title)
    st.caption(
        _("{day}，目标：{share}% 的人在 {minutes} 分钟内叫到。").format(day=_.day(day), share=share, minutes=within)
        + _("按 Erlang C 排队公式：到达随机、办理时长按指数分布、无人离开、每半小时平稳。")
        + _("同一区域的窗口视为可以互相替代；各部门窗口只办自己业务时，实际所需更多。开放窗口为半小时内的平均数")
    )
    listed = _needed_frame(hall, rows)
    columns = [
        Column("zone", _("区域")),
        Column("half_hour", _("半小时"), width="small"),
        Column("arrivals", _("取号"), "integer", width="small"),
        Column("handling", _("每票分钟"), "decimal", width="small", help=_("近 28 天该区域每张票自叫号至完成占用窗口的平均分钟数")),
        Column("load", _("话务量"), "decimal", width="small"),
        Column("needed", _("所需"), "integer", width="small", help=_("所需窗口")),
        Column("open", _("开放"), "decimal", width="small", help=_("开放窗口")),
        Column("short", _("差额"), "decimal", width="small", help=_("所需减开放；正数为不足")),
        Column("expected", _("预计达到"), "percent", width="small", help=_("开放的窗口取整后，按公式预计在目标时间内叫到的比例")),
    ]
    tables.table(hall, listed, columns, title, f"{frame.scope_text(hall)} · {_.day(day)} · {share}% · {minutes[str(within)]}", "needed")
    _arithmetic(hall, rows)


def _by_half_hour(rows: list[HalfHour]) -> pd.DataFrame:
    """The rows of several zones added up by half hour: each zone's windows are needed by itself."""
    found: dict[int, list[float]] = {}
    words = {row.half_hour: row.begins for row in rows}
    for row in rows:
        sums = found.setdefault(row.half_hour, [0.0, 0.0])
        sums[0] += row.needed or 0
        sums[1] += row.open_windows
    return pd.DataFrame(
        [[words[half], needed, round(was, 2)] for half, (needed, was) in sorted(found.items())], columns=["half_hour", "needed", "open"]
    )


def _needed_frame(hall: Hall, rows: list[HalfHour]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            [
                row.zone,
                row.begins,
                row.arrivals,
                None if row.need is None else row.need.handling_s / 60,
                None if row.need is None else row.need.load,
                row.needed,
                row.open_windows,
                row.short,
                None if row.share_expected is None else row.share_expected * 100,
            ]
            for row in rows
        ],
        columns=["zone", "half_hour", "arrivals", "handling", "load", "needed", "open", "short", "expected"],
    )


def _arithmetic(hall: Hall, rows: list[HalfHour]) -> None:
    _ = hall.speak
    worked = [row for row in rows if row.need is not None and row.need.load > 0]
    if not worked:
        return
    busiest = max(worked, key=lambda row: row.need.load if row.need else 0.0)
    options = {f"{row.zone} {row.begins}": f"{row.zone} {row.begins}" for row in worked}
    with st.expander(_("推算过程")):
        picked = choices.box("steps", options, f"{busiest.zone} {busiest.begins}", _("区域与半小时"))
        row = next(one for one in worked if f"{one.zone} {one.begins}" == picked)
        if row.need is not None:
            st.markdown(_formula(_))
            st.markdown("\n".join(f"1. {plain(_.pick(zh, en))}" for zh, en in steps(row.need)))


def _formula(_: Language) -> str:
    return _(
        "B(0) = 1，B(n) = A·B(n−1) ÷ (n + A·B(n−1))；C = n·B ÷ (n − A·(1 − B))；T 分钟内叫到 = 1 − C·e^(−(n − A)·T ÷ 平均占用)"
    ).replace("*", "\\*")
