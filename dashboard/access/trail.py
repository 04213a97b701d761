"""The trail of what is done at the dashboard: pages refused, cases opened, exports taken. No personal data goes into it."""

from datetime import datetime
from functools import cache
from pathlib import Path

from etl.access.principal import Principal
from etl.config import Home
from etl.office import Office, append, open_office


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
