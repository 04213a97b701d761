"""How signals are handled: acknowledged, explained, closed. Each act and its trace in the audit trail are one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from etl.config import HallError
from etl.office.audit import append
from etl.office.database import Office
from etl.office.reasons import acting, checked

Action = Literal["acknowledged", "explained", "closed"]
ACTIONS: tuple[Action, ...] = ("acknowledged", "explained", "closed")
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
    text = checked(reason, is_required=action != "acknowledged")
    acting(actor)
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
