"""The rules of `data/rules/access.toml`, and the answers drawn from them. What no rule allows is denied."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from etl.access.principal import ROLES, Principal, Role
from etl.config import SHIPPED, HallError
from etl.records import read_model

FILE = SHIPPED / "rules" / "access.toml"
Counts = Literal["hall", "window", "none"]
Records = Literal["hall", "window", "own", "none"]
Export = Literal["work", "leadership", "public"]
Action = Literal[
    "open_case", "appeal", "handle_signal", "decide_appeal", "change_rules", "upload", "make_report", "read_trail", "manage_users",
    "enter_finding", "write_review", "freeze_month", "mark_year", "take_quarantine",
]  # fmt: skip
EXPORTS: tuple[Export, ...] = ("work", "leadership", "public")
# Acts upon one county's own records: nobody does them where counties are only put together.
COUNTY_ACTIONS: frozenset[Action] = frozenset(
    {
        "appeal", "handle_signal", "decide_appeal", "change_rules", "upload", "enter_finding", "write_review", "freeze_month", "mark_year",
        "take_quarantine",
    }
)  # fmt: skip
# What concerns everybody in the home.
HOME_ACTIONS: frozenset[Action] = frozenset({"read_trail", "manage_users"})
# Numbers of cases, windows and staff are unique within a county only.
SEVERAL = (
    "逐件、逐人的记录按单个区县查看：请先选择区县",
    "rows of cases, persons and events are shown of one county at a time: choose a county first",
)
LEFT = (
    "这里只汇集了统计数，逐件、逐人的记录留在各区县，请在该县的看板中查看",
    "only figures were put together here; rows of cases, persons and events stay with the county: see them in its own dashboard",
)


class NotAllowedError(HallError):
    """Refused by the rules. It says that something is not for this role, never what it would have shown."""

    def __init__(self, what_zh: str = "这部分内容", what_en: str = "this") -> None:
        super().__init__(
            f"您的角色不能查看{what_zh}；如工作需要，请联系系统管理员",
            f"your role may not see {what_en}; ask the administrator if you need to",
        )


class KeptBackError(NotAllowedError):
    """Rows that the role has, but not here: several counties are looked at, or the cases were left with them."""

    def __init__(self, are_cases_left: bool) -> None:
        zh, en = LEFT if are_cases_left else SEVERAL
        HallError.__init__(self, zh, en)


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RoleRule(_Closed):
    zh: str
    en: str
    counts: Counts
    records: Records
    exports: tuple[Export, ...]
    actions: tuple[Action, ...]


class Tables(_Closed):
    """Which tables are the same for everybody, which hold counts, and the columns by which the others are narrowed."""

    public: tuple[str, ...]
    counts: tuple[str, ...]
    window: tuple[str, ...]
    department: tuple[str, ...]
    staff: tuple[str, ...]
    case: tuple[str, ...]


class _Default(_Closed):
    pages: tuple[Role, ...]


class Rules(_Closed):
    """One version of the rules."""

    version: str
    roles: dict[Role, RoleRule]
    pages: dict[str, tuple[Role, ...]]
    default: _Default
    tables: Tables

    def may_open(self, role: Role, page: str) -> bool:
        """Whether the role has this page. A page without a rule falls to the default."""
        return role in self.pages.get(page, self.default.pages)

    def may_export(self, role: Role, kind: Export) -> bool:
        return kind in self.roles[role].exports

    def may(self, role: Role, action: Action) -> bool:
        return action in self.roles[role].actions

    def require(self, who: Principal, action: Action) -> None:
        """Raises NotAllowedError when the role may not do this, or when it concerns the whole home and they are bound to a part of it."""
        if not self.may(who.role, action) or (who.division is not None and action in HOME_ACTIONS):
            raise NotAllowedError("或使用这项功能", "or do this")

    def is_public(self, table: str) -> bool:
        return _named(table, self.tables.public)

    def is_count(self, table: str) -> bool:
        return _named(table, self.tables.counts)


@dataclass(frozen=True)
class Reach:
    """The part of the snapshot that one person's questions can touch. It is part of the key of every kept answer.

    `division` is what the codes of the divisions looked at begin with; `is_several` says that they are several counties, and
    `are_cases_left` that their cases were left with them: then there are figures and no rows.
    """

    counts: Counts
    records: Records
    window: str | None = None
    department: str | None = None
    staff_no: str | None = None
    division: str | None = None
    is_several: bool = False
    are_cases_left: bool = False

    @property
    def is_hall(self) -> bool:
        """Whether nothing at all of the halls looked at is kept from this person."""
        return self.counts == "hall" and self.records == "hall"

    @property
    def has_rows(self) -> bool:
        """Whether rows can be asked for at all, by whoever may see them."""
        return not self.is_several and not self.are_cases_left

    @property
    def is_unbounded(self) -> bool:
        """Whether this is the whole snapshot as it is."""
        return self.is_hall and self.division is None and self.has_rows

    @property
    def key(self) -> tuple[str | bool | None, ...]:
        return (
            self.counts, self.records, self.window, self.department, self.staff_no, self.division, self.is_several, self.are_cases_left,
        )  # fmt: skip

    def refusal(self) -> NotAllowedError:
        """Why rows are refused."""
        if self.records == "none" or self.has_rows:
            return NotAllowedError()
        return KeptBackError(self.are_cases_left)


def reach(who: Principal, rules: Rules | None = None) -> Reach:
    """What this person's role allows, with the window that is theirs. A role that is bound to a window but has none sees nothing."""
    rule = (rules or access_rules()).roles[who.role]
    counts, records = rule.counts, rule.records
    if "window" in (counts, records) and not (who.window or who.department):
        counts = "none" if counts == "window" else counts
        records = "none" if records == "window" else records
    if records == "own" and not who.staff_no:
        records = "none"
    bound = "window" in (counts, records)
    return Reach(
        counts,
        records,
        who.window if bound else None,
        who.department if bound and not who.window else None,
        who.staff_no if records == "own" else None,
        who.division,
    )


def reach_in(who: Principal, divisions: Sequence[str], is_gathered: bool, are_cases_left: bool, chosen: str | None = None) -> Reach:
    """What this person may see of a snapshot that holds these divisions, of what they chose of it.

    Windows and staff numbers are a county's own: whoever is bound to one sees nothing where several counties are put together, unless
    bound to one county too. Raises NotAllowedError for a choice outside of what is theirs.
    """
    own = reach(who)
    if chosen is not None and not chosen.startswith(own.division or ""):
        raise NotAllowedError("其他区县的数据", "another county's data")
    prefix = own.division if chosen is None else chosen
    if own.division is not None and not divisions:
        # Published before rows said whose they are, or by a home that does not say: none of it is known to be theirs.
        return Reach("none", "none", division=prefix)
    if is_gathered and own.counts != "none" and not own.is_hall and own.records != "none":
        theirs = [division for division in divisions if own.division is not None and division.startswith(own.division)]
        if len(theirs) != 1:
            return Reach("none", "none", division=prefix)
    looked_at = [division for division in divisions if division.startswith(prefix or "")]
    return replace(own, division=prefix, is_several=len(looked_at) > 1, are_cases_left=are_cases_left)


def _named(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def read_rules(path: Path) -> Rules:
    """Rules from a file. Raises HallError naming what is wrong in it."""
    found = read_model(path, Rules)
    missing = [role for role in ROLES if role not in found.roles]
    if missing:
        raise HallError(f"{path} 缺少角色 {'、'.join(missing)}", f"{path} has no role {', '.join(missing)}")
    return found


@cache
def access_rules() -> Rules:
    """The rules that are in force."""
    return read_rules(FILE)
