"""Whoever asks: a name, a role, and the part of the hall that is theirs. All ways of signing in end in one of these."""

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["staff", "window_head", "manager", "leader", "auditor", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class Principal:
    """One person at the dashboard. `name` is the sign-in name; `shown` is what a page calls them.

    `division` is the county, city or province that is theirs, as what its codes begin with; None is all that the home holds.
    """

    name: str
    role: Role
    department: str | None = None
    window: str | None = None
    staff_no: str | None = None
    shown: str = ""
    division: str | None = None

    @property
    def title(self) -> str:
        return self.shown or self.name


# Who the command line, tests and an opened loopback server act as: whoever can read the files can read everything.
LOCAL = Principal("local", "manager")


def role_named(text: str) -> Role | None:
    """The role of this name; None when there is none."""
    return next((role for role in ROLES if role == text), None)
