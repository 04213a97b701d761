"""Lists of supervision: the signals of a snapshot with how the office handled them, and the cases due soon.

The SQL is one text for the command line and for the pages: `{scope}` in it stands for a condition on department, window and channel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import duckdb

from etl.config import HallError
from etl.indicators.definition import unknown_name
from etl.office import Office
from etl.office.signals import Action, Handling, handle, last_handlings

State = Literal["new", "acknowledged", "explained", "closed", "lapsed"]
ALL = 2**60
OPEN_STATES = frozenset({"new", "acknowledged", "explained"})

SIGNAL_COLUMNS = (
    "s.signal_id, s.rule_id, s.rule_version, s.calendar_version, s.level, s.level_rank, s.family, s.lapses, s.case_no, s.department, "
    "s.window_name, s.raised_on, s.ended_on, s.is_current, s.is_event, s.deadline, s.due_on, s.is_provisional, s.cases, s.measured, "
    "r.zh as rule_zh, r.en as rule_en, r.trigger_name, l.zh as level_zh, l.en as level_en, l.sign"
)
SIGNALS = f"""
select {SIGNAL_COLUMNS}
from fact_signal s
inner join (select distinct rule_id, rule_version, zh, en, trigger_name from ref_supervision_rule) r
    on s.rule_id = r.rule_id and s.rule_version = r.rule_version
inner join (select distinct rule_version, level, zh, en, sign from ref_supervision_level) l
    on s.rule_version = l.rule_version and s.level = l.level
where {{scope}} and ($family is null or s.family = $family) and ($level is null or s.level = $level)
    and ($signal is null or s.signal_id = $signal)
    and (s.is_current or not s.lapses or not $pressing) and s.raised_on between $first and $last
order by s.level_rank desc, s.raised_on desc, s.signal_id
limit $most
"""
LEVELS = """
select distinct level, level_rank, zh, en, colour, sign, lapses from ref_supervision_level
where valid_from <= $day and $day < valid_to order by level_rank
"""
RULES = """
select rule_id, rule_version, level, zh, en, family, trigger_name, deadline, least_workdays, limit_percent, limit_from, limit_to, workdays,
    is_within_statute, minutes, case_types, percent, least_cases, notices, valid_from, valid_to, basis
from ref_supervision_rule where valid_from <= $day and $day < valid_to order by level_rank desc, rule_id
"""
# Due within N working days of the cut-off, which counts as 0; a case whose clock stands still is not.
DUE_SOON = """
select c.case_no, c.days_left, c.promised_due_on, c.statutory_due_on, c.is_provisional, c.item_name, c.department, c.window_name, c.channel,
    c.case_type, c.promised_limit, c.promised_unit, c.started_on
from fact_case c
where c.is_open and c.promise_state in ('running', 'due_soon') and c.days_left between 0 and $within and {scope}
order by c.days_left, c.promised_due_on, c.case_no
"""


@dataclass(frozen=True)
class Listed:
    """A signal as it stands: what the snapshot says of it, and the last act of the office."""

    signal: Mapping[str, Any]
    state: State
    last: Handling | None

    def as_json(self) -> dict[str, Any]:
        """The documented JSON form."""
        names = (
            "signal_id", "level", "rule_id", "rule_version", "calendar_version", "family", "case_no", "department", "window_name",
            "raised_on", "ended_on", "is_current", "deadline", "due_on", "is_provisional", "cases", "measured",
        )  # fmt: skip
        shown = {name: _plain(self.signal[name]) for name in names}
        handled = (
            None
            if self.last is None
            else {"action": self.last.action, "actor": self.last.actor, "at": self.last.at, "reason": self.last.reason}
        )
        words = {
            "rule": self.signal["rule_zh"],
            "rule_en": self.signal["rule_en"],
            "level_zh": self.signal["level_zh"],
            "level_en": self.signal["level_en"],
        }
        return {**shown, **words, "state": self.state, "handled": handled}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def state_of(signal: Mapping[str, Any], last: Handling | None) -> State:
    """new until somebody acts; closed for good; lapsed where nobody need act any more."""
    if last is not None and last.action == "closed":
        return "closed"
    if signal["lapses"] and not signal["is_current"]:
        return "lapsed"
    return "new" if last is None else last.action


def rows_of(con: duckdb.DuckDBPyConnection, sql: str, department: str | None = None, **parameters: Any) -> list[dict[str, Any]]:
    """Rows of one of this module's lists, of one department where it is named. Raises HallError where nothing of it is built."""
    alias = "s." if "fact_signal s" in sql else "c."
    condition = f"{alias}department = $department" if department is not None else "true"
    given = parameters if department is None else {**parameters, "department": department}
    try:
        cursor = con.execute(sql.replace("{scope}", condition), given)
    except duckdb.CatalogException:
        raise HallError(
            "尚无监察信号：请重新运行 hall build 与 hall publish", "no signals yet: run hall build and hall publish again"
        ) from None
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def signals(
    con: duckdb.DuckDBPyConnection,
    office: Office,
    level: str | None = None,
    department: str | None = None,
    only_open: bool = False,
    family: str | None = None,
    date_from: date = date.min,
    date_to: date = date.max,
) -> list[Listed]:
    """Signals raised in the period, the most serious first; with `only_open` those that still wait for somebody.

    Raises HallError for a level or department that is not there.
    """
    if level is not None:
        known = [found for (found,) in con.execute("select distinct level from ref_supervision_level order by 1").fetchall()]
        if level not in known:
            raise unknown_name("监察等级", "level of supervision", level, known)
    require_department(con, department)
    found = rows_of(
        con, SIGNALS, department, family=family, level=level, signal=None, pressing=only_open, first=date_from, last=date_to, most=ALL
    )  # fmt: skip
    last = last_handlings(office)
    listed = [Listed(row, state_of(row, last.get(row["signal_id"])), last.get(row["signal_id"])) for row in found]
    return [one for one in listed if not only_open or one.state in OPEN_STATES]


def require_department(con: duckdb.DuckDBPyConnection, department: str | None) -> None:
    """Raises HallError with the nearest names when no case is of this department."""
    if department is None:
        return
    known = [found for (found,) in con.execute("select distinct department from fact_case where department <> '' order by 1").fetchall()]
    if department not in known:
        raise unknown_name("部门", "department", department, known)


def find(con: duckdb.DuckDBPyConnection, signal_id: str) -> dict[str, Any]:
    """One signal. Raises HallError when the snapshot has none of this id."""
    found = rows_of(con, SIGNALS, family=None, level=None, signal=signal_id, pressing=False, first=date.min, last=date.max, most=1)
    if not found:
        raise HallError(f"没有信号 {signal_id}；编号见 hall signals", f"no signal {signal_id}; the ids are those of hall signals")
    return found[0]


def act(con: duckdb.DuckDBPyConnection, office: Office, signal_id: str, action: Action, actor: str, reason: str, now: datetime) -> Handling:
    """Handles a signal of this snapshot, by whoever acts. Raises HallError when there is none such or it cannot be done."""
    signal = find(con, signal_id)
    return handle(office, signal_id, action, actor, reason, now, signal["rule_version"], bool(signal["is_current"]))
