"""The trail of what is done at the dashboard: pages refused, cases opened, exports taken. No personal data goes into it."""

from datetime import datetime
from functools import cache
from pathlib import Path

import pandas as pd

from etl.access.principal import Principal
from etl.access.rules import access_rules
from etl.config import Home
from etl.office import Office, append, entries, open_office, verify


@cache
def _opened(root: Path) -> Office:
    return open_office(Home(root))


def office_of(home: Home) -> Office:
    """The office's database, its layout brought up once a process."""
    if not (home.root / "office.sqlite3").exists():
        _opened.cache_clear()
    return _opened(home.root)


def note(home: Home, who: Principal, action: str, subject: str, **detail: object) -> None:
    """One entry. An act that cannot be written down must not happen: what fails here fails the act."""
    with office_of(home).writing() as con:
        append(con, who.name, action, subject, datetime.now(), {"role": who.role, **detail})


def listed(home: Home, who: Principal, action: str | None = None, limit: int = 1000) -> pd.DataFrame:
    """The newest entries first. Raises NotAllowedError unless the trail is this person's to read."""
    access_rules().require(who, "read_trail")
    columns = ["number", "at", "actor", "action", "subject", "detail"]
    found = entries(office_of(home), limit, action or None)
    return pd.DataFrame([[getattr(entry, name) for name in columns] for entry in found], columns=columns)


def broken_at(home: Home, who: Principal) -> int | None:
    """The first entry that does not follow from the ones before; None when the whole chain holds."""
    access_rules().require(who, "read_trail")
    return verify(office_of(home))
