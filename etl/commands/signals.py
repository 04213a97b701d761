"""`hall signals` and `hall due-soon`: what supervision points at, and how the office handled it."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from etl.commands.days import day_of
from etl.commands.output import JsonOption, home_of, print_json, print_table

if TYPE_CHECKING:
    from etl.office.signals import Action

# Until people sign in, whoever sits at this machine acts.
LOCAL = "local"
STATES = {"new": "待签收", "acknowledged": "已签收", "explained": "已说明", "closed": "已销号", "lapsed": "已失效"}

signals = typer.Typer(help="监察信号 / signals of supervision", invoke_without_command=True)

LevelOption = Annotated[str | None, typer.Option(help="等级，如 yellow / level")]
DepartmentOption = Annotated[str | None, typer.Option(help="部门 / department")]
ReasonOption = Annotated[str, typer.Option(help="理由 / reason")]
ActorOption = Annotated[str, typer.Option(help="经办人 / who acts")]


@signals.callback()
def listing(
    context: typer.Context,
    level: LevelOption = None,
    department: DepartmentOption = None,
    only_open: Annotated[bool, typer.Option("--open", help="只列待处理的 / only those that wait for somebody")] = False,
    date_from: Annotated[str | None, typer.Option("--from", help="开始出现不早于 / raised on or after")] = None,
    date_to: Annotated[str | None, typer.Option("--to", help="开始出现不晚于 / raised on or before")] = None,
    as_json: JsonOption = False,
) -> None:
    """列出监察信号 / the signals, the most serious first."""
    if context.invoked_subcommand is not None:
        return
    from etl.office import open_office
    from etl.reading import open_county
    from etl.supervision.lists import signals as listed

    home = home_of(context)
    first = date.min if date_from is None else day_of(date_from)
    last = date.max if date_to is None else day_of(date_to)
    with open_county(home) as con:
        found = listed(con, open_office(home), level, department, only_open, date_from=first, date_to=last)
    if as_json:
        print_json({"rows": [one.as_json() for one in found]})
        return
    rows = [
        [
            one.signal["signal_id"], f"{one.signal['sign']}{one.signal['level_zh']}", one.signal["rule_zh"], one.signal["department"],
            one.signal["raised_on"], one.signal["ended_on"], one.signal["due_on"], STATES[one.state],
        ]
        for one in found
    ]  # fmt: skip
    print_table("监察信号 / signals", ["编号 / id", "等级", "规则", "部门", "出现", "结束", "应办日", "处理"], rows)


def _act(context: typer.Context, signal_id: str, action: "Action", actor: str, reason: str, as_json: bool) -> None:
    from etl.office import open_office
    from etl.office.signals import LABELS
    from etl.reading import open_county
    from etl.supervision.lists import act

    home = home_of(context)
    with open_county(home) as con:
        done = act(con, open_office(home), signal_id, action, actor, reason, datetime.now())
    if as_json:
        print_json({"signal_id": done.signal_id, "action": done.action, "actor": done.actor, "at": done.at, "reason": done.reason})
    else:
        zh, en = LABELS[action]
        typer.echo(f"{signal_id}：已{zh} / {en}")


SignalArgument = Annotated[str, typer.Argument(help="信号编号 / id of the signal")]


@signals.command("acknowledge")
def acknowledge(
    context: typer.Context, signal_id: SignalArgument, reason: ReasonOption = "", actor: ActorOption = LOCAL, as_json: JsonOption = False
) -> None:
    """签收 / acknowledge a signal."""
    _act(context, signal_id, "acknowledged", actor, reason, as_json)


@signals.command("explain")
def explain(
    context: typer.Context, signal_id: SignalArgument, reason: ReasonOption = "", actor: ActorOption = LOCAL, as_json: JsonOption = False
) -> None:
    """说明原因 / explain a signal."""
    _act(context, signal_id, "explained", actor, reason, as_json)


@signals.command("close")
def close(
    context: typer.Context, signal_id: SignalArgument, reason: ReasonOption = "", actor: ActorOption = LOCAL, as_json: JsonOption = False
) -> None:
    """销号 / close a signal."""
    _act(context, signal_id, "closed", actor, reason, as_json)


@signals.command("audit")
def audit(
    context: typer.Context, limit: Annotated[int, typer.Option(min=1, help="最多几条 / at most")] = 100, as_json: JsonOption = False
) -> None:
    """处理留痕，并核对其完整 / the audit trail of handling, and whether it is whole."""
    from etl.office import entries, open_office, verify

    office = open_office(home_of(context))
    found, broken = entries(office, limit, action="signal."), verify(office)
    if as_json:
        rows = [
            {"number": one.number, "at": one.at, "actor": one.actor, "action": one.action, "subject": one.subject, "detail": one.detail}
            for one in found
        ]
        print_json({"is_whole": broken is None, "first_broken": broken, "rows": rows})
        return
    print_table(
        "处理留痕 / audit trail",
        ["", "时间", "经办人", "动作", "信号", "内容"],
        [[one.number, one.at, one.actor, one.action, one.subject, one.detail] for one in found],
    )
    typer.echo(
        "留痕完整 / the trail is whole" if broken is None else f"留痕自第 {broken} 条起不可信 / the trail is broken from entry {broken}"
    )


def due_soon(
    context: typer.Context,
    within: Annotated[int, typer.Option(min=0, max=250, help="工作日 / working days from the data cut-off")] = 3,
    department: DepartmentOption = None,
    as_json: JsonOption = False,
) -> None:
    """未来 N 个工作日内到期的在办件 / open cases due within N working days."""
    from etl.reading import open_county
    from etl.supervision.lists import DUE_SOON, require_department, rows_of

    with open_county(home_of(context)) as con:
        require_department(con, department)
        rows = rows_of(con, DUE_SOON, department, within=within)
        (as_of,) = con.execute("select max(value) from meta where key = 'as_of'").fetchone() or ("",)
    if as_json:
        print_json({"as_of": as_of, "within": within, "rows": rows})
        return
    table = [
        [row["case_no"], row["days_left"], row["promised_due_on"], row["department"], row["window_name"], row["item_name"]] for row in rows
    ]
    print_table(f"{as_of} 起 {within} 个工作日内到期 / due within", ["办件编号", "剩余", "承诺到期", "部门", "窗口", "事项"], table)


def register(app: typer.Typer) -> None:
    """Add `hall signals` and `hall due-soon`."""
    app.add_typer(signals, name="signals")
    app.command("due-soon")(due_soon)
