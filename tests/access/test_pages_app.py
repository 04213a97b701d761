"""Pages after the end of a session."""

from datetime import datetime

from signed_in import signed_in_app

from etl.access import sessions
from etl.office import open_office


def test_an_ended_session_draws_nothing_more(people_home, monkeypatch):
    app = signed_in_app(people_home, monkeypatch, "leader", "throughput")
    assert app.metric
    office = open_office(people_home)
    sessions.end_all(office, "leader", "test", datetime.now())
    app.run()
    assert [element.value for element in app.title] == ["请登录"]
    assert not app.metric
