"""How a test opens a page as somebody: a real session of a real person, as the gate would hand it to Streamlit."""

from datetime import datetime

from drawn_page import APP, turn_to
from streamlit.testing.v1 import AppTest

from etl.access import people, sessions
from etl.office import open_office


def signed_in_app(home, monkeypatch, role: str, page: str, **params: str) -> AppTest:
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


def test_an_ended_session_draws_nothing_more(people_home, monkeypatch):
    app = signed_in_app(people_home, monkeypatch, "leader", "throughput")
    assert app.metric
    office = open_office(people_home)
    sessions.end_all(office, "leader", "test", datetime.now())
    app.run()
    assert [element.value for element in app.title] == ["请登录"]
    assert not app.metric
