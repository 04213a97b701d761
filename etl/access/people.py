"""The people who may sign in: added, given passwords, disabled. Every change is in the audit trail."""

import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from etl.access import passwords
from etl.access.principal import ROLES, Principal, Role, role_named
from etl.config import HallError
from etl.divisions import prefix_of
from etl.office import Office, append

# Sign-in names travel in headers, which carry ASCII only; the name in Chinese is `shown`.
NAME = re.compile(r"^[a-z][a-z0-9._-]{1,31}$")


@dataclass(frozen=True)
class Person:
    """One person as kept; `password` is a hash, None for somebody who signs in elsewhere (proxy, OIDC)."""

    name: str
    role: Role
    shown: str
    department: str | None
    window: str | None
    staff_no: str | None
    password: str | None
    must_change: bool
    is_disabled: bool
    changed_at: float
    created_at: float
    division: str | None = None

    @property
    def principal(self) -> Principal:
        return Principal(self.name, self.role, self.department, self.window, self.staff_no, self.shown, self.division)


def _person(row: sqlite3.Row) -> Person:
    role = role_named(row["role"])
    if role is None:
        raise HallError(f"人员 {row['name']} 的角色 {row['role']} 不存在", f"{row['name']} has an unknown role {row['role']}")
    return Person(**{**dict(row), "role": role, "must_change": bool(row["must_change"]), "is_disabled": bool(row["is_disabled"])})


def people(office: Office) -> list[Person]:
    """Everybody, by name."""
    with office.reading() as con:
        return [_person(row) for row in con.execute("select * from person order by name")]


def find(con: sqlite3.Connection, name: str) -> Person | None:
    row = con.execute("select * from person where name = ?", [name]).fetchone()
    return None if row is None else _person(row)


def person(office: Office, name: str) -> Person | None:
    with office.reading() as con:
        return find(con, name)


def _require(con: sqlite3.Connection, name: str) -> Person:
    found = find(con, name)
    if found is None:
        raise HallError(f"没有人员 {name}；hall user list 列出全部", f"there is nobody called {name}; see hall user list")
    return found


def add(office: Office, who: Principal, password: str | None, by: str, now: datetime) -> None:
    """A new person. With a password it must be changed at the first sign-in; without one they come through proxy or OIDC only."""
    if not NAME.fullmatch(who.name):
        raise HallError(
            "登录名应为 2 到 32 个小写字母、数字、点、横线，以字母开头",
            "a sign-in name has 2 to 32 small letters, digits, dots, dashes and begins with a letter",
        )
    if who.role not in ROLES:
        raise HallError(f"没有角色 {who.role}；可用：{'、'.join(ROLES)}", f"no role {who.role}; known: {', '.join(ROLES)}")
    if who.role == "window_head" and not (who.window or who.department):
        raise HallError("窗口负责人需要 --window 或 --department", "a window head needs --window or --department")
    division = prefix_of(who.division) if who.division else None
    if password is not None:
        passwords.check(password, who.name)
    kept = passwords.hashed(password) if password is not None else None
    moment = now.timestamp()
    with office.writing() as con:
        if find(con, who.name) is not None:
            raise HallError(f"已有人员 {who.name}", f"there is already a {who.name}")
        con.execute(
            "insert into person (name, role, shown, department, window, staff_no, password, must_change, is_disabled, changed_at, "
            "created_at, division) values (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)",
            [
                who.name, who.role, who.shown, who.department, who.window, who.staff_no, kept, int(kept is not None), moment, moment,
                division,
            ],
        )  # fmt: skip
        bound = {"window": who.window, "department": who.department, **({"division": division} if division else {})}
        append(con, by, "user.added", who.name, now, {"role": who.role, **bound})


def set_password(office: Office, name: str, password: str, by: str, now: datetime, must_change: bool = False) -> None:
    """A new password. All sessions of the person end."""
    passwords.check(password, name)
    kept = passwords.hashed(password)
    with office.writing() as con:
        former = _require(con, name)
        if passwords.matches(password, former.password):
            raise HallError("新密码不能与旧密码相同", "the new password must differ from the old one")
        con.execute(
            "update person set password = ?, must_change = ?, changed_at = ? where name = ?",
            [kept, int(must_change), now.timestamp(), name],
        )
        con.execute("delete from session where name = ? and demo is null", [name])
        con.execute("delete from failure where subject like ?", [f"name:{name}%"])
        append(con, by, "user.password", name, now)


def set_disabled(office: Office, name: str, is_disabled: bool, by: str, now: datetime) -> None:
    """Lets somebody in no longer, or again. All sessions of the person end at once."""
    with office.writing() as con:
        _require(con, name)
        con.execute("update person set is_disabled = ? where name = ?", [int(is_disabled), name])
        con.execute("delete from session where name = ? and demo is null", [name])
        con.execute("delete from failure where subject like ?", [f"name:{name}%"])
        append(con, by, "user.disabled" if is_disabled else "user.enabled", name, now)
