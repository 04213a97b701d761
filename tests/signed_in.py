"""People whom tests sign in, and pages opened as one of them: a real session of a real person, as the gate would hand it to Streamlit."""

from datetime import datetime
from typing import Any

import pytest
from drawn_page import APP, turn_to
from streamlit.testing.v1 import AppTest

from etl.access import people, sessions
from etl.access.principal import Principal
from etl.assess.engine import Assessment
from etl.assess.results import Line, Score
from etl.config import Home
from etl.office import Office, open_office

PASSWORD = "Red-Lantern-2018"
NOON = datetime(2018, 10, 8, 12)


def known(office: Office, *persons: Principal) -> None:
    """People who have signed in before: the first password is changed. Hashing is made cheap, also for fixtures that outlive a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HALL_ARGON2", "8,1")
        for who in persons:
            people.add(office, who, PASSWORD, "test", NOON)
    with office.writing() as con:
        con.executemany("update person set must_change = 0 where name = ?", [(who.name,) for who in persons])


def signed_in_app(home: Home, monkeypatch: pytest.MonkeyPatch, role: str, page: str, **params: Any) -> AppTest:
    """The page as the person of this name (or role) has it."""
    monkeypatch.setenv("HALL_ACCESS", "accounts")
    monkeypatch.setenv("HALL_HOME", str(home.root))
    office = open_office(home)
    who = people.person(office, role.replace("_", "-")).principal
    life = sessions.Lifetime()
    token = sessions.begin(office, who, "password", "test", life, datetime.now())
    session = sessions.of_token(office, token, life, datetime.now().timestamp())
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.user = {"username": who.name, "session": session.handle}
    # Whoever may not see the overview lands elsewhere: the page is asked for by its own link.
    return turn_to(app, page, first="", **params)


def disputable(made: Assessment, month: str) -> tuple[Score, Line]:
    """An ordinary person's deduction on which nothing else hangs, so that taking it back gives its points back."""
    chiefs = {one.subject for one in made.scores(month, "chief")}
    for one in made.scores(month, "person"):
        if one.subject in chiefs or one.coverage != 1 or any(other.kind in ("cap", "ceiling", "floor") for other in one.lines):
            continue
        for line in one.lines:
            if line.event_id and line.points < 0 and line.dimension != "attendance":
                return one, line
    raise LookupError


def cast_of(window: str, staff_no: str) -> dict[str, Principal]:
    """One person a role around a window: the member of staff, the window's head, the manager, a leader."""
    return {
        "clerk": Principal("clerk", "staff", window=window, staff_no=staff_no, shown="职员"),
        "head": Principal("head", "window_head", window=window, staff_no="9999", shown="负责人"),
        "manager": Principal("manager", "manager", shown="管理员"),
        "leader": Principal("leader", "leader", shown="领导"),
    }
