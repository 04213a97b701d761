"""The rules of `data/rules/access.toml`, and the answers drawn from them. What no rule allows is denied."""

from collections.abc import Sequence
from dataclasses import dataclass
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


class NotAllowedError(HallError):
    """Refused by the rules. It says that something is not for this role, never what it would have shown."""

    def __init__(self, what_zh: str = "这部分内容", what_en: str = "this") -> None:
        super().__init__(
            f"您的角色不能查看{what_zh}；如工作需要，请联系系统管理员",
            f"your role may not see {what_en}; ask the administrator if you need to",
        )


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
        """Raises NotAllowedError when the role may not do this."""
        if not self.may(who.role, action):
            raise NotAllowedError("或使用这项功能", "or do this")

    def is_public(self, table: str) -> bool:
        return _named(table, self.tables.public)

    def is_count(self, table: str) -> bool:
        return _named(table, self.tables.counts)


@dataclass(frozen=True)
class Reach:
    """The part of the snapshot that one person's questions can touch. It is part of the key of every kept answer."""

    counts: Counts
    records: Records
    window: str | None = None
    department: str | None = None
    staff_no: str | None = None

    @property
    def is_hall(self) -> bool:
        """Whether nothing at all is kept from this person."""
        return self.counts == "hall" and self.records == "hall"

    @property
    def key(self) -> tuple[str | None, ...]:
        return (self.counts, self.records, self.window, self.department, self.staff_no)


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
    )


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
