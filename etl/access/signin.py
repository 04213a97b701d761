"""Signing in with a name and a password. Every failure looks the same from outside."""

from dataclasses import dataclass
from datetime import datetime

from etl.access import failures, passwords
from etl.access.people import find, person
from etl.access.principal import Principal
from etl.office import Office, append


@dataclass(frozen=True)
class Outcome:
    """Either who it is, or how many seconds to wait (0: simply wrong)."""

    principal: Principal | None
    wait: float = 0


def by_password(office: Office, name: str, password: str, address: str, now: datetime) -> Outcome:
    """Checks a name and a password. While a wait lasts nothing is checked, so that a right guess cannot be told from a wrong one."""
    moment = now.timestamp()
    name = name.strip().lower()[:64]
    wait = failures.waiting(office, name, address, moment)
    if wait > 0:
        return Outcome(None, wait)
    found = person(office, name)
    is_right = passwords.matches(password, found.password if found and not found.is_disabled else None)
    with office.writing() as con:
        found = find(con, name)
        if is_right and found is not None and not found.is_disabled:
            failures.forgiven(con, name, address)
            return Outcome(found.principal)
        known = found.name if found else None
        has_locked = failures.failed(con, known, address, moment)
        append(con, known or "unknown", "session.refused", known or "unknown", now, {"address": address, "must_wait": has_locked})
    return Outcome(None)


def by_name(office: Office, name: str) -> Principal | None:
    """Somebody whom a proxy or an identity provider vouches for: let in only when they are among our people and not disabled."""
    found = person(office, name.strip().lower()[:64])
    return None if found is None or found.is_disabled else found.principal
