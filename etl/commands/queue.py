"""`hall queue`: the hall at a moment, and the windows that a service level needs."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from etl.commands.days import day_of
from etl.commands.indicator import WarehouseOption
from etl.commands.output import JsonOption, home_of, print_json, print_table
from etl.config import HallError

if TYPE_CHECKING:
    import duckdb

    from etl.queueing.live import Ask, Live
    from etl.queueing.staffing import HalfHour


def _moment_of(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise HallError(
            f"“{text}”不是时刻，请写成 2018-10-08T10:30 的样子", f"{text!r} is no moment; write it like 2018-10-08T10:30"
        ) from None


def _asking(con: "duckdb.DuckDBPyConnection", scope: Mapping[str, str | None]) -> "Ask":
    """Questions on this connection, narrowed to the scope; its names are columns of ours, its values parameters."""
    import duckdb

    chosen = {name: value for name, value in scope.items() if value is not None}
    condition = " and ".join(f"{name} = ${name}" for name in chosen) or "true"

    def ask(sql: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        values = {**given, **chosen} if "{scope}" in sql else dict(given)
        try:
            cursor = con.execute(sql.replace("{scope}", condition), values)
        except duckdb.CatalogException:
            raise HallError("尚无统计数据：请先运行 hall build", "nothing is built yet: run hall build first") from None
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return ask


def _require_day(ask: "Ask", day: date) -> None:
    from etl.queueing.live import days

    known = days(ask)
    if known is None:
        raise HallError("没有取号数据；请先载入排队叫号系统的导出", "there are no tickets; load an export of the queue system first")
    if not known[0] <= day <= known[1]:
        raise HallError(
            f"{day} 没有取号数据；数据为 {known[0]} 至 {known[1]}", f"no tickets on {day}; there are from {known[0]} to {known[1]}"
        )


def _require_zone(ask: "Ask", zone: str | None) -> None:
    from etl.queueing.live import zone_names

    known = zone_names(ask)
    if zone is not None and zone not in known:
        raise HallError(f"没有区域“{zone}”；现有：{'、'.join(known)}", f"no zone {zone!r}; known: {', '.join(known)}")


def _clock(seconds: int | None) -> str:
    return "" if seconds is None else f"{seconds // 60}:{seconds % 60:02d}"


def _print_live(state: "Live") -> None:
    longest = _clock(state.longest_wait_s) or "—"
    columns = ("区域 / zone", "渠道 / channel", "取号 / taken", "已叫 / called", "等候 / waiting", "最长等候 / longest")
    print_table(
        f"{state.at:%Y-%m-%d %H:%M:%S}：等候 {state.waiting_count}，开放窗口 {state.windows_open}，办理中 {state.serving}，"
        f"最长等候 {longest}，另有始终未叫到 {state.never_called} 张（自助区另列） / "
        "waiting, open windows, serving, longest wait, never called; self-service apart",
        (*columns, "开放 / open", "办理 / serving"),
        [(z.zone, z.channel, z.taken, z.called, z.waiting, _clock(z.longest_wait_s), z.windows_open, z.serving) for z in state.zones],
    )
    print_table(
        "开放的窗口 / open windows",
        ("区域 / zone", "窗口 / window", "票号 / ticket", "自 / since", "已办 / served"),
        [(w.zone, w.window, w.ticket_no or "空闲 / idle", f"{w.since:%H:%M:%S}", w.served) for w in state.windows],
    )


def _print_needed(day: date, rows: "list[HalfHour]", within: int, share: int, with_steps: bool) -> None:
    from etl.queueing.staffing import steps

    title = f"{day} 所需窗口（{share}% 在 {within} 分钟内叫到，爱尔朗C排队公式） / by Erlang C for {share}% called within {within} minutes"
    columns = ("区域 / zone", "半小时 / half hour", "到达 / arrivals", "业务量 / load", "所需 / needed", "开放 / open", "预计 / expected")
    listed = [
        (
            row.zone,
            row.begins,
            row.arrivals,
            None if row.need is None else f"{row.need.load:.2f}",
            row.needed,
            f"{row.open_windows:.1f}",
            "" if row.share_expected is None else f"{row.share_expected * 100:.0f}%",
        )
        for row in rows
    ]
    print_table(title, columns, listed)
    if with_steps:
        for row in rows:
            for zh, en in steps(row.need) if row.need is not None else ():
                typer.echo(f"{row.zone} {row.begins}  {zh} / {en}")


def queue(
    context: typer.Context,
    at: Annotated[str | None, typer.Option("--at", help="某一时刻 2018-10-08T10:30 / a moment")] = None,
    needed: Annotated[str | None, typer.Option("--needed", help="某日所需窗口 2018-10-08 / windows needed on a day")] = None,
    within: Annotated[int, typer.Option("--within", help="等候不超过的分钟数 / minutes within which people are called")] = 20,
    share: Annotated[int, typer.Option("--share", help="叫到的百分比 / percent of people called in time")] = 90,
    zone: Annotated[str | None, typer.Option("--zone", help="区域 / zone")] = None,
    department: Annotated[str | None, typer.Option("--department", help="部门 / department")] = None,
    window: Annotated[str | None, typer.Option("--window", help="窗口 / window")] = None,
    with_steps: Annotated[bool, typer.Option("--steps", help="列出推算过程 / with the arithmetic")] = False,
    from_warehouse: WarehouseOption = False,
    as_json: JsonOption = False,
) -> None:
    """排队：某一时刻的大厅，或某日每半小时所需窗口 / the hall at a moment, or windows needed by half hour."""
    from etl.queueing.live import live
    from etl.queueing.staffing import staffing
    from etl.reading import open_county

    if (at is None) == (needed is None):
        raise HallError("请用 --at 指定时刻，或用 --needed 指定日期，二者选一", "give either a moment with --at or a day with --needed")
    with open_county(home_of(context), from_warehouse) as con:
        ask = _asking(con, {"zone": zone, "department": department, "window_name": window})
        moment = None if at is None else _moment_of(at)
        day = day_of(needed or "") if moment is None else moment.date()
        _require_day(ask, day)
        _require_zone(ask, zone)
        if moment is not None:
            state = live(ask, moment)
            print_json(state.as_json()) if as_json else _print_live(state)
            return
        rows = staffing(ask, day, within, share)
    if as_json:
        target = {"within_minutes": within, "share": share}
        print_json({"day": day, "target": target, "rows": [row.as_json() for row in rows]})
        return
    _print_needed(day, rows, within, share, with_steps)


def register(app: typer.Typer) -> None:
    """Add `hall queue`."""
    app.command("queue")(queue)
