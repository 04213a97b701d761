"""The hall as it stood at a moment: who waited, which windows were open and what they did. Asked alike by the page and by `hall queue`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

# Runs a question and gives its rows. `{scope}` in the SQL stands for what of the hall is looked at; values go in by name.
Ask = Callable[[str, Mapping[str, Any]], list[dict[str, Any]]]

ZONES = """
select
    zone,
    channel,
    count(*) as taken,
    count(case when called_at <= $at then 1 end) as called,
    count(case when left_queue_at > $at then 1 end) as waiting,
    max(case when left_queue_at > $at then date_diff('second', taken_at, $at) end) as longest_wait_s,
    count(case when is_served and started_at <= $at and ended_at > $at then 1 end) as serving
from fact_ticket
where taken_on = $day and taken_at <= $at and {scope}
group by zone, channel
order by waiting desc, zone
"""
OPEN = """
select zone, count(distinct window_name) as windows
from fact_window_session
where taken_on = $day and opened_at <= $at and closed_at > $at and {scope}
group by zone
"""
WAITING = """
select zone, service_name, ticket_no, taken_at, date_diff('second', taken_at, $at) as waited_s, called_at is null as is_never_called
from fact_ticket
where taken_on = $day and taken_at <= $at and left_queue_at > $at and {scope}
order by taken_at, zone, ticket_no
limit $most
"""
# A window that struck a ticket off is busy with it for a minute.
WINDOWS = """
with open_window as (
    select taken_on, zone, window_name, department, min(opened_at) as opened_at
    from fact_window_session
    where taken_on = $day and opened_at <= $at and closed_at > $at and {scope}
    group by taken_on, zone, window_name, department
)

select
    w.zone,
    w.window_name,
    w.department,
    w.opened_at,
    max(case when coalesce(t.ended_at, t.called_at + interval 1 minute) > $at then t.ticket_no end) as ticket_no,
    max(case when coalesce(t.ended_at, t.called_at + interval 1 minute) > $at then t.called_at end) as busy_since,
    max(case when t.ended_at <= $at then t.ended_at end) as idle_since,
    count(case when t.is_served and t.ended_at <= $at then 1 end) as served
from open_window w
left join fact_ticket t
    on t.taken_on = w.taken_on and t.zone = w.zone and t.window_name = w.window_name and t.called_at <= $at
group by w.zone, w.window_name, w.department, w.opened_at
order by w.zone, w.window_name
"""
HOURS = """
select channel, opens_at, closes_at
from ref_service_session
where day = $day
order by channel, opens_at
"""
DAYS = "select min(taken_on) as first_day, max(taken_on) as last_day, count(*) as tickets from fact_ticket"
LAST_DAY = """
select max(taken_on) as day
from fact_ticket
where taken_on between $first and $last and channel <> 'self_service' and is_called and {scope}
"""
ZONE_NAMES = "select distinct zone from fact_ticket where channel <> 'self_service' order by zone"
MOST_WAITING = 500


@dataclass(frozen=True)
class ZoneState:
    """One zone at the moment. `longest_wait_s` is None where nobody waits."""

    zone: str
    channel: str
    taken: int
    called: int
    waiting: int
    longest_wait_s: int | None
    windows_open: int
    serving: int


@dataclass(frozen=True)
class Waiting:
    """A ticket that waits. `is_never_called`: the day ended without a call, so nobody knows until when the person stayed."""

    zone: str
    service: str
    ticket_no: str
    taken_at: datetime
    waited_s: int
    is_never_called: bool


@dataclass(frozen=True)
class WindowState:
    """An open window: the ticket it is busy with since when, or idle since when."""

    zone: str
    window: str
    department: str
    ticket_no: str | None
    since: datetime
    served: int

    @property
    def is_busy(self) -> bool:
        return self.ticket_no is not None


@dataclass(frozen=True)
class Live:
    """The hall at a moment. `hours` are the day's sessions by channel."""

    at: datetime
    zones: tuple[ZoneState, ...]
    waiting: tuple[Waiting, ...]
    windows: tuple[WindowState, ...]
    hours: Mapping[str, tuple[tuple[datetime, datetime], ...]]

    @property
    def counters(self) -> tuple[ZoneState, ...]:
        """The zones without self-service, whose terminals nobody waits to be called to."""
        return tuple(zone for zone in self.zones if zone.channel != "self_service")

    @property
    def waiting_count(self) -> int:
        return sum(zone.waiting for zone in self.counters)

    @property
    def windows_open(self) -> int:
        return sum(zone.windows_open for zone in self.counters)

    @property
    def serving(self) -> int:
        return sum(zone.serving for zone in self.counters)

    @property
    def longest_wait_s(self) -> int | None:
        return max((zone.longest_wait_s for zone in self.counters if zone.longest_wait_s is not None), default=None)

    def as_json(self) -> dict[str, object]:
        """The documented JSON form of `hall queue --at`."""
        return {
            "at": self.at,
            "waiting": self.waiting_count,
            "windows_open": self.windows_open,
            "serving": self.serving,
            "longest_wait_s": self.longest_wait_s,
            "zones": [vars(zone) for zone in self.zones],
            "tickets": [vars(ticket) for ticket in self.waiting],
            "windows": [{**vars(window), "is_busy": window.is_busy} for window in self.windows],
            "hours": {channel: [{"from": begin, "to": end} for begin, end in spans] for channel, spans in self.hours.items()},
        }


def _moment(value: Any) -> datetime:
    """A time as the standard library has it, whoever gave it."""
    return datetime.fromisoformat(str(value))


def live(ask: Ask, at: datetime) -> Live:
    """The state at `at`, to the second."""
    given = {"at": at, "day": at.date()}
    open_in = {str(row["zone"]): int(row["windows"]) for row in ask(OPEN, given)}
    zones = tuple(
        ZoneState(
            str(row["zone"]),
            str(row["channel"]),
            int(row["taken"]),
            int(row["called"]),
            int(row["waiting"]),
            int(row["longest_wait_s"]) if row["waiting"] else None,
            open_in.get(str(row["zone"]), 0),
            int(row["serving"]),
        )
        for row in ask(ZONES, given)
    )
    waiting = tuple(
        Waiting(
            str(row["zone"]),
            str(row["service_name"]),
            str(row["ticket_no"]),
            _moment(row["taken_at"]),
            int(row["waited_s"]),
            bool(row["is_never_called"]),
        )
        for row in ask(WAITING, {**given, "most": MOST_WAITING})
    )
    hours: dict[str, tuple[tuple[datetime, datetime], ...]] = {}
    for row in ask(HOURS, {"day": at.date()}):
        channel = str(row["channel"])
        hours[channel] = (*hours.get(channel, ()), (_moment(row["opens_at"]), _moment(row["closes_at"])))
    return Live(at, zones, waiting, tuple(_window(row) for row in ask(WINDOWS, given)), hours)


def _window(row: Mapping[str, Any]) -> WindowState:
    ticket_no = None if _absent(row["ticket_no"]) else str(row["ticket_no"])
    since = row["busy_since"] if ticket_no else row["opened_at"] if _absent(row["idle_since"]) else row["idle_since"]
    return WindowState(str(row["zone"]), str(row["window_name"]), str(row["department"]), ticket_no, _moment(since), int(row["served"]))


def _absent(value: Any) -> bool:
    """None, or what a data frame has in its place."""
    return value is None or value != value


def days(ask: Ask) -> tuple[date, date] | None:
    """The first and the last day with tickets; None when there are none."""
    (row,) = ask(DAYS, {})
    if not row["tickets"]:
        return None
    return _moment(row["first_day"]).date(), _moment(row["last_day"]).date()


def usual_moment(ask: Ask, first: date, last: date) -> datetime | None:
    """Ten in the morning of the last day of the period on which the counters called anybody: what a page begins with."""
    (row,) = ask(LAST_DAY, {"first": first, "last": last})
    return None if _absent(row["day"]) else datetime.combine(_moment(row["day"]).date(), time(10))


def zone_names(ask: Ask) -> list[str]:
    """Zones with counters."""
    return [str(row["zone"]) for row in ask(ZONE_NAMES, {})]
