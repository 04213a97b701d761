"""How signals are handled: acknowledged, explained, closed. Each act and its trace in the audit trail are one transaction."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from etl.config import HallError
from etl.office.audit import append
from etl.office.database import Office

Action = Literal["acknowledged", "explained", "closed"]
ACTIONS: tuple[Action, ...] = ("acknowledged", "explained", "closed")
LONGEST_REASON = 500
# Reasons are shown to everyone who sees the signal: no ID number and no telephone number belongs into them.
PERSONAL = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15}|1\d{10})(?!\d)")
LABELS: Mapping[str, tuple[str, str]] = {
    "acknowledged": ("签收", "acknowledged"),
    "explained": ("说明", "explained"),
    "closed": ("销号", "closed"),
}


@dataclass(frozen=True)
class Handling:
    """One act upon a signal. `is_current`: its condition still held when it was done."""

    signal_id: str
    action: Action
    actor: str
    at: str
    reason: str
    rule_version: str
    is_current: bool


def handle(
    office: Office, signal_id: str, action: Action, actor: str, reason: str, now: datetime, rule_version: str = "", is_current: bool = False
) -> Handling:
    """Writes an act. The caller has made sure that the signal exists.

    Explaining and closing need a reason. A closed signal is handled no more; one that is acknowledged is not acknowledged again.
    Raises HallError with what to do instead; then nothing is written.
    """
    text = reason.strip()
    if action != "acknowledged" and not text:
        raise HallError("请写明理由", "give the reason")
    if len(text) > LONGEST_REASON:
        raise HallError(
            f"理由过长（{len(text)} 字），最多 {LONGEST_REASON} 字", f"the reason is too long ({len(text)}); at most {LONGEST_REASON}"
        )
    if PERSONAL.search(text):
        raise HallError(
            "理由中似有证件号码或电话号码，请删去后再提交", "the reason seems to hold an ID or telephone number; leave it out and try again"
        )
    if not actor.strip():
        raise HallError("没有经办人", "nobody acts: the actor is missing")
    made = Handling(signal_id, action, actor, now.isoformat(timespec="seconds"), text, rule_version, is_current)
    with office.writing() as con:
        done = [row["action"] for row in con.execute("select action from signal_handling where signal_id = ? order by number", [signal_id])]
        if "closed" in done:
            raise HallError(f"信号 {signal_id} 已销号，不能再处理", f"signal {signal_id} is closed; it is handled no more")
        if action == "acknowledged" and done:
            raise HallError(f"信号 {signal_id} 已签收", f"signal {signal_id} is acknowledged already")
        con.execute(
            "insert into signal_handling (signal_id, action, actor, at, reason, rule_version, is_current) values (?, ?, ?, ?, ?, ?, ?)",
            [signal_id, action, actor, made.at, text, rule_version, int(is_current)],
        )
        detail = {"reason": text, "rule_version": rule_version, "was_current": is_current}
        append(con, actor, f"signal.{action}", signal_id, now, detail)
    return made


def handlings(office: Office, signal_id: str | None = None) -> list[Handling]:
    """Every act in order, of one signal where it is named."""
    with office.reading() as con:
        found = con.execute(
            "select signal_id, action, actor, at, reason, rule_version, is_current from signal_handling "
            "where :id is null or signal_id = :id order by number",
            {"id": signal_id},
        )
        return [Handling(**{**dict(row), "is_current": bool(row["is_current"])}) for row in found]


def last_handlings(office: Office) -> dict[str, Handling]:
    """The newest act upon each signal that was handled."""
    return {one.signal_id: one for one in handlings(office)}
