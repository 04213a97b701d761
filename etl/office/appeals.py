"""Appeals: a member of staff disputes an event of their own, somebody else decides. A granted appeal takes the event back.

Time runs from the day the month was published, which is when its result is told to those it is about: the appeal must come within
so many working days after that day, by the hall's calendar. An event of a month that is not yet frozen can be disputed at any time.
What is decided stays decided: an event is appealed against once.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from etl.calendar import Calendar
from etl.config import HallError
from etl.office.audit import append
from etl.office.database import Office
from etl.office.freezing import correct, is_frozen_in, require_month
from etl.office.reasons import acting, checked

Outcome = Literal["granted", "refused"]
State = Literal["open", "granted", "refused"]
OUTCOMES: tuple[Outcome, ...] = ("granted", "refused")


@dataclass(frozen=True)
class Appeal:
    """An appeal and, once there is one, its decision."""

    number: int
    event_id: str
    month: str
    staff_no: str
    reason: str
    actor: str
    at: str
    outcome: Outcome | None = None
    decided_because: str = ""
    decided_by: str = ""
    decided_at: str = ""

    @property
    def state(self) -> State:
        return self.outcome or "open"


@dataclass(frozen=True)
class Disputed:
    """The event that is disputed: the month in which it counts, and whom it is about."""

    event_id: str
    month: str
    staff_no: str


def last_day(office: Office, month: str, calendar: Calendar, workdays: int) -> date | None:
    """The last day on which events of a month can be disputed; None while it is not published."""
    with office.reading() as con:
        return _last_day(con, month, calendar, workdays)


def _last_day(con: sqlite3.Connection, month: str, calendar: Calendar, workdays: int) -> date | None:
    row = con.execute("select at from frozen_month where month = ?", [month]).fetchone()
    return None if row is None else calendar.add(datetime.fromisoformat(row["at"]).date(), workdays)


def appeal(
    office: Office, event: Disputed, staff_no: str, reason: str, actor: str, calendar: Calendar, workdays: int, now: datetime
) -> Appeal:
    """Disputes an event; `staff_no` is the number of whoever does. The caller has made sure that the event counts against somebody.

    Raises HallError with what to do instead; then nothing is written.
    """
    text = checked(reason)
    acting(actor)
    require_month(event.month)
    if not staff_no or event.staff_no != staff_no:
        raise HallError("只能对记在本人名下的事项申诉", "only an event of one's own can be disputed")
    with office.writing() as con:
        last = _last_day(con, event.month, calendar, workdays)
        if last is not None and now.date() > last:
            raise HallError(
                f"申诉期已过：{event.month} 的结果公布后 {workdays} 个工作日内（至 {last}）可以申诉",
                f"too late: the result of {event.month} could be disputed within {workdays} working days, until {last}",
            )
        former = con.execute("select number from appeal where event_id = ?", [event.event_id]).fetchone()
        if former is not None:
            is_decided = con.execute("select 1 from appeal_decision where appeal = ?", [former["number"]]).fetchone() is not None
            if is_decided:
                raise HallError("这一事项的申诉已有决定，不再受理", "the appeal against this event is decided; it is not taken up again")
            raise HallError("这一事项已在申诉中，请等待决定", "this event is already under appeal; wait for the decision")
        at = now.isoformat(timespec="seconds")
        number = con.execute(
            "insert into appeal (event_id, month, staff_no, reason, actor, at) values (?, ?, ?, ?, ?, ?) returning number",
            [event.event_id, event.month, staff_no, text, actor, at],
        ).fetchone()["number"]
        append(con, actor, "appeal.made", event.event_id, now, {"appeal": number, "month": event.month, "reason": text})
    return Appeal(number, event.event_id, event.month, staff_no, text, actor, at)


def decide(office: Office, number: int, outcome: Outcome, reason: str, actor: str, now: datetime, staff_no: str | None = None) -> Appeal:
    """Grants or refuses an appeal; `staff_no` is the number of whoever decides, where they have one.

    Granting takes the event back; where its month is frozen, a correction in the next open month does. Raises HallError with what to
    do instead; then nothing is written.
    """
    text = checked(reason)
    acting(actor)
    if outcome not in OUTCOMES:
        raise ValueError(outcome)
    with office.writing() as con:
        found = _appeals(con, number)
        if not found:
            raise HallError(f"没有编号为 {number} 的申诉", f"there is no appeal number {number}")
        one = found[0]
        if one.outcome is not None:
            raise HallError(f"申诉 {number} 已有决定，不能再改", f"appeal {number} is decided and is not decided again")
        if actor == one.actor or (staff_no is not None and staff_no == one.staff_no):
            raise HallError("不能处理本人的申诉，请由他人决定", "nobody decides an appeal of their own; let somebody else decide")
        at = now.isoformat(timespec="seconds")
        con.execute("insert into appeal_decision values (?, ?, ?, ?, ?)", [number, outcome, text, actor, at])
        detail: dict[str, object] = {"appeal": number, "month": one.month, "reason": text}
        if outcome == "granted" and is_frozen_in(con, one.month):
            detail["corrected_in"] = correct(con, one.month, "reversed", one.event_id, {}, text, actor, now)
        append(con, actor, f"appeal.{outcome}", one.event_id, now, detail)
    return Appeal(one.number, one.event_id, one.month, one.staff_no, one.reason, one.actor, one.at, outcome, text, actor, at)


def appeals(office: Office, staff_no: str | None = None, state: State | None = None) -> list[Appeal]:
    """In order; of one member of staff, in one state where they are named."""
    with office.reading() as con:
        found = _appeals(con, staff_no=staff_no)
    return [one for one in found if state is None or one.state == state]


def appeal_of(con: sqlite3.Connection, event_id: str) -> Appeal | None:
    """The appeal against this event, within the caller's transaction."""
    found = _appeals(con, event_id=event_id)
    return found[0] if found else None


def can_appeal(office: Office, event: Disputed, staff_no: str, calendar: Calendar, workdays: int, today: date) -> bool:
    """Whether a page should offer to dispute the event; `appeal` asks again."""
    if not staff_no or event.staff_no != staff_no:
        return False
    with office.reading() as con:
        last = _last_day(con, event.month, calendar, workdays)
        return (last is None or today <= last) and appeal_of(con, event.event_id) is None


def _appeals(con: sqlite3.Connection, number: int | None = None, staff_no: str | None = None, event_id: str | None = None) -> list[Appeal]:
    rows = con.execute(
        "select a.*, d.outcome, coalesce(d.reason, '') as decided_because, coalesce(d.actor, '') as decided_by, "
        "coalesce(d.at, '') as decided_at from appeal a left join appeal_decision d on d.appeal = a.number "
        "where (:number is null or a.number = :number) and (:staff_no is null or a.staff_no = :staff_no) "
        "and (:event_id is null or a.event_id = :event_id) order by a.number",
        {"number": number, "staff_no": staff_no, "event_id": event_id},
    )
    return [Appeal(**dict(row)) for row in rows]
