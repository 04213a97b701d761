"""Explains the due date of what must be answered: a request, a complaint, a bad evaluation; step by step, by the clock of the cases."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, get_args

import duckdb

from etl.calendar import Calendar
from etl.config import HallError
from etl.records import codes
from etl.timelimit import Due, Limit, Step, Suspension, Terms, due_on

Record = Literal["request", "complaint", "evaluation"]
RECORDS: tuple[Record, ...] = get_args(Record)
RECORD_NAMES: dict[Record, tuple[str, str]] = {
    "request": ("诉求", "request"),
    "complaint": ("投诉", "complaint"),
    "evaluation": ("差评", "bad evaluation"),
}
ASKED = """
select
    record, answer_no, kind, department, window_name, channel, case_no, item_name, source, outcome, received_on, started_on, answered_on,
    rule_id, limit_count, limit_unit, limit_source, asked_extension, extension_workdays, is_waiting, due_on, is_provisional,
    paused_workdays, used_workdays, answer_state, days_left
from fact_answer
where record = ? and answer_no = ?
"""
TERMS: dict[Record, Terms] = {
    "request": Terms(("收到", "received"), ("答复", "answered"), ("延长答复", "extended")),
    "complaint": Terms(("收到", "received"), ("答复", "answered"), ("延期", "extended")),
    "evaluation": Terms(("评价", "evaluated"), ("整改", "put right"), ("延期", "extended")),
}


@dataclass(frozen=True)
class Answer:
    """One thing to be answered: its facts, the basis of its limit in both languages, and how its due date comes about.

    `due` is None while the supplement asked for has not come (the clock has not begun) and where no rule gives a limit.
    """

    facts: dict[str, Any]
    basis: tuple[str, str]
    due: Due | None

    @property
    def record(self) -> Record:
        return next(record for record in RECORDS if record == self.facts["record"])


def records_named(con: duckdb.DuckDBPyConnection, answer_no: str) -> list[Record]:
    """Which kinds of records have this number; a snapshot of an earlier version has none."""
    try:
        rows = con.execute("select distinct record from fact_answer where answer_no = ?", [answer_no]).fetchall()
    except duckdb.CatalogException:
        return []
    found = {row[0] for row in rows}
    return [record for record in RECORDS if record in found]


def explain_answer(con: duckdb.DuckDBPyConnection, record: Record, answer_no: str, calendar: Calendar) -> Answer:
    """One answer with its due date explained, from the facts of a warehouse or a snapshot. Raises HallError when there is none."""
    cursor = con.execute(ASKED, [record, answer_no])
    names = [column[0] for column in cursor.description or ()]
    row = cursor.fetchone()
    if row is None:
        zh, en = RECORD_NAMES[record]
        raise HallError(f"没有编号为 {answer_no} 的{zh}，请核对编号", f"there is no {en} {answer_no}; check the number")
    facts = dict(zip(names, row, strict=True))
    basis = _basis(con, facts)
    if facts["limit_count"] is None or facts["is_waiting"]:
        return Answer(facts, basis, None)
    terms = TERMS[record]
    limit = Limit(int(facts["limit_count"]), facts["limit_unit"])
    stops = _stops(con, record, answer_no)
    due = due_on(facts["started_on"], limit, stops, calendar, extension_workdays=int(facts["extension_workdays"]), terms=terms)
    return Answer(facts, basis, replace(due, steps=(*_first_steps(facts, basis), *due.steps)))


def _basis(con: duckdb.DuckDBPyConnection, facts: dict[str, Any]) -> tuple[str, str]:
    """Where the limit comes from: the record itself, the rule of the day of receipt, or nowhere."""
    if facts["limit_source"] == "record":
        return "记录里写明的承诺时限", "the limit given in the record"
    found = con.execute(
        "select basis_zh, basis_en from ref_answer_rule where kind = ? and valid_from <= ? and ? < valid_to",
        [facts["kind"], facts["received_on"], facts["received_on"]],
    ).fetchone()
    return (str(found[0]), str(found[1])) if found else ("没有适用的期限规则", "no rule gives a limit")


def _first_steps(facts: dict[str, Any], basis: tuple[str, str]) -> list[Step]:
    """What is said before the days are counted: the law, a restart, and an extension cut to what the law allows."""
    day: date = facts["received_on"]
    steps = [Step(day, day, 0, f"期限依据：{basis[0]}", f"limit by: {basis[1]}")]
    if facts["started_on"] != day:
        started = facts["started_on"]
        steps.append(
            Step(
                started,
                started,
                0,
                f"{day} 收到，告知补正；期限自 {started} 收到补正之日重新起算",
                f"received {day}, a supplement was asked for; the clock starts again on its receipt, {started}",
            )
        )
    asked, allowed = int(facts["asked_extension"]), int(facts["extension_workdays"])
    if asked > allowed:
        steps.append(
            Step(
                day,
                day,
                0,
                f"登记延长 {asked} 个工作日，最多可延长 {allowed} 个工作日，按后者计",
                f"an extension of {asked} working days is on record; at most {allowed} are allowed and counted",
            )
        )
    return steps


def _stops(con: duckdb.DuckDBPyConnection, record: Record, answer_no: str) -> list[Suspension]:
    labels = codes()["answer_stop"]
    rows = con.execute(
        "select kind, started_on, effective_end_on from fact_answer_stop where record = ? and answer_no = ? and is_pause "
        "order by started_on, kind",
        [record, answer_no],
    ).fetchall()
    return [Suspension(first, last, labels[kind].zh, labels[kind].en) for kind, first, last in rows]
