"""The people who may sign in, as the administrator sees and changes them. Passwords are set at the command line only."""

import time
from datetime import datetime

import pandas as pd

from dashboard.access.identity import lifetime
from dashboard.access.trail import office_of
from etl.access import access_rules, people, sessions
from etl.access.principal import Principal
from etl.config import Home, settings_from

COLUMNS = ["name", "shown", "role", "department", "window", "staff_no", "is_disabled", "sessions", "waits_until"]


def listed(home: Home, who: Principal) -> pd.DataFrame:
    """Everybody, with living sessions and until when a name has to wait. Raises NotAllowedError for other roles."""
    access_rules().require(who, "manage_users")
    office, now = office_of(home), time.time()
    life = lifetime(settings_from(home))
    with office.reading() as con:
        living = {
            row["name"]: row["n"]
            for row in con.execute(
                "select name, count(*) as n from session where ends_at > ? and seen_at > ? group by name", [now, now - life.idle]
            )
        }
        waits = {
            row["subject"].removeprefix("name:").split("@")[0]: row["locked_until"]
            for row in con.execute("select subject, locked_until from failure where locked_until > ? and subject like 'name:%'", [now])
        }
    rows = [
        [
            *(getattr(one, column) for column in COLUMNS[:7]),
            living.get(one.name, 0),
            datetime.fromtimestamp(waits[one.name]) if one.name in waits else None,  # noqa: DTZ006
        ]
        for one in people.people(office)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def set_disabled(home: Home, who: Principal, name: str, is_disabled: bool) -> None:
    """Lets somebody in no longer, or again; also ends a wait. Nobody locks themselves out."""
    access_rules().require(who, "manage_users")
    if name != who.name:
        people.set_disabled(office_of(home), name, is_disabled, who.name, datetime.now())


def sign_out(home: Home, who: Principal, name: str) -> int:
    """Ends all sessions of a person."""
    access_rules().require(who, "manage_users")
    return sessions.end_all(office_of(home), name, who.name, datetime.now())
