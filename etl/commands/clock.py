"""`hall due` and `hall explain`: a due date with the steps that lead to it."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from etl.commands.output import JsonOption, home_of, print_json, print_table
from etl.config import HallError

if TYPE_CHECKING:
    import duckdb

    from etl.answering import Answer, Record
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
    case_no: Annotated[str, typer.Argument(help="办件、诉求、投诉或差评的编号 / number of a case, request, complaint or bad evaluation")],
    record: Annotated[
        str | None,
        typer.Option("--as", help="case 办件 | request 诉求 | complaint 投诉 | evaluation 差评；编号重复时指明 / which of these"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """到期日的推算过程：办件、依申请公开与信箱、投诉、差评整改 / due dates step by step: cases, requests, complaints, bad evaluations."""
    from etl.answering import explain_answer
    from etl.calendar import read_calendar
    from etl.config import connect
    from etl.divisions import refuse_gathered
    from etl.timelimit import explain as explained

    with connect(home_of(context), read_only=True) as con:
        refuse_gathered(con)
        answered = _answer_record(con, case_no, record)
        if answered is not None:
            _explain_answer(explain_answer(con, answered, case_no, read_calendar(con)), as_json)
            return
        dues = explained(con, case_no, read_calendar(con))
    if as_json:
        blocks = {name: _document(dues[name]) if name in dues else None for name in ("promised", "statutory")}
        print_json({"case_no": case_no, **blocks})
        return
    titles = {"promised": "承诺到期日 / promised due date", "statutory": "法定到期日 / statutory due date"}
    for name, found in dues.items():
        _print_due(f"{titles[name]} {found.due_on}", found)


def _answer_record(con: "duckdb.DuckDBPyConnection", number: str, asked: str | None) -> "Record | None":
    """What kind of answer the number is of; None for a case. Raises HallError when it is of several and none was named."""
    from etl.answering import RECORDS, records_named

    if asked is not None:
        if asked not in ("case", *RECORDS):
            known = ", ".join(("case", *RECORDS))
            raise HallError(f"--as 没有“{asked}”；可用：{known}", f"--as: no {asked!r}; known: {known}")
        return next((record for record in RECORDS if record == asked), None)
    found = records_named(con, number)
    is_case = con.execute("select 1 from fact_case where case_no = ?", [number]).fetchone() is not None
    if is_case + len(found) > 1:
        several = ", ".join((["case"] if is_case else []) + list(found))
        raise HallError(
            f"编号 {number} 有多条记录，请用 --as 指明：{several}", f"{number} is the number of several: say which with --as: {several}"
        )
    return found[0] if found else None


def _explain_answer(found: "Answer", as_json: bool) -> None:
    facts, due = found.facts, found.due
    number = facts["answer_no"]
    if as_json:
        state = {name: facts[name] for name in ("kind", "received_on", "answered_on", "extension_workdays", "days_left")}
        basis = {"basis": found.basis[0], "basis_en": found.basis[1], "state": facts["answer_state"]}
        print_json({"record": found.record, "number": number, **state, **basis, "answer": None if due is None else _document(due)})
        return
    if due is None:
        waiting = bool(facts["is_waiting"])
        zh, en = ("已告知补正，尚未收到补正，期限未起算", "a supplement was asked for and has not come") if waiting else found.basis
        typer.echo(f"{number}：{zh} / {en}")
        return
    _print_due(f"{number} 到期日 / due on {due.due_on}", due)


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
