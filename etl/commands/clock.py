"""`hall due` and `hall explain`: a due date with the steps that lead to it."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from etl.commands.output import JsonOption, home_of, print_json, print_table
from etl.config import HallError

if TYPE_CHECKING:
    from etl.timelimit import Due


def register(app: typer.Typer) -> None:
    """Add this module's commands to `hall`."""
    app.command("due")(due)
    app.command("explain")(explain)


def due(
    context: typer.Context,
    accepted: Annotated[str, typer.Option("--accepted", help="受理日期 2018-09-28 / day of acceptance")],
    limit: Annotated[int, typer.Option("--limit", help="时限，0 为当日 / limit, 0 for the same day")],
    unit: Annotated[str, typer.Option("--unit", help="workday 工作日 | day 自然日 | month 月")] = "workday",
    suspend: Annotated[list[str] | None, typer.Option("--suspend", help="暂停 起:止（含两端） / pause FROM:TO, both days included")] = None,
    extend: Annotated[int, typer.Option("--extend", min=0, help="延长的工作日数 / extension in working days")] = 0,
    as_json: JsonOption = False,
) -> None:
    """期限计算器：到期日及其推算过程 / the due date and how it comes about."""
    from etl.calendar import Calendar
    from etl.timelimit import Limit, due_on
    from etl.timerules import load_rules

    home = home_of(context)
    accepted_on = _day(accepted, "--accepted")
    stops = [_suspension(text) for text in suspend or ()]
    allowed = Limit(limit, unit)  # type: ignore[arg-type]  # Limit itself refuses an unknown unit
    calendar = Calendar.load(home.overlay("calendars"))
    rule = load_rules(home.overlay("rules")).on(accepted_on)
    found = due_on(accepted_on, allowed, stops, calendar, extension_workdays=extend, rule=rule)
    if as_json:
        print_json(_document(found))
        return
    _print_due(f"到期日 / due on {found.due_on}", found)


def explain(
    context: typer.Context,
    case_no: Annotated[str, typer.Argument(help="办件编号 / case number")],
    as_json: JsonOption = False,
) -> None:
    """一个办件的承诺到期日与法定到期日的推算过程 / both due dates of a case, step by step."""
    from etl.calendar import read_calendar
    from etl.config import connect
    from etl.timelimit import explain as explained

    with connect(home_of(context), read_only=True) as con:
        dues = explained(con, case_no, read_calendar(con))
    if as_json:
        blocks = {name: _document(dues[name]) if name in dues else None for name in ("promised", "statutory")}
        print_json({"case_no": case_no, **blocks})
        return
    titles = {"promised": "承诺到期日 / promised due date", "statutory": "法定到期日 / statutory due date"}
    for name, found in dues.items():
        _print_due(f"{titles[name]} {found.due_on}", found)


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise HallError(
            f"{option} 的日期“{text}”无效，请写成 2018-09-28", f"{option}: {text!r} is not a valid day; write it as 2018-09-28"
        ) from None


def _suspension(text: str) -> Any:
    from etl.timelimit import Suspension

    first, colon, last = text.partition(":")
    if not colon:
        raise HallError(
            f"--suspend 的“{text}”缺少冒号，请写成 2018-10-08:2018-10-10", f"--suspend: {text!r} has no colon; write 2018-10-08:2018-10-10"
        )
    return Suspension(_day(first, "--suspend"), _day(last, "--suspend"))


def _document(found: "Due") -> dict[str, Any]:
    steps = [{"day": step.day, "through": step.through, "counted": step.counted, "zh": step.zh, "en": step.en} for step in found.steps]
    return {"due_on": found.due_on, "provisional": found.is_provisional, "calendar": found.calendar, "steps": steps}


def _print_due(title: str, found: "Due") -> None:
    provisional = "（暂定：超出已公布的日历 / provisional: beyond the published calendar）" if found.is_provisional else ""
    print_table(f"{title}{provisional}", ["步骤", "step"], [[step.zh, step.en] for step in found.steps])
