"""Every role at every page, indicator, export and action: what docs/access.md says is what happens."""

import re
from datetime import date

import pytest
from drawn_page import APP
from served import cookie_of, run_page, signed_in, socket, text_of
from signed_in import signed_in_app
from streamlit.testing.v1 import AppTest

from dashboard.access.demo import demo_people
from dashboard.components import tables
from dashboard.components.tables import Column
from dashboard.language import language
from dashboard.navigation import ENTRIES
from dashboard.period import containing
from dashboard.session import Hall, View
from dashboard.store import Scope, open_current
from etl.access.principal import ROLES
from etl.access.rules import EXPORTS, NotAllowedError, access_rules
from etl.config import HallError
from etl.indicators import definitions
from etl.office import entries, open_office
from tools.access import FILE, NO, figure, page

YEAR = containing("year", date(2018, 1, 1))
ZH = language("zh")


def row(name: str) -> dict[str, str]:
    """One line of docs/access.md as it stands on the disk, by role."""
    line = next(line for line in FILE.read_text("utf-8").splitlines() if line.startswith("| ") and name in line.split(" | ")[0])
    return dict(zip(ROLES, [cell.strip() for cell in line.strip("| ").split(" | ")][1:], strict=True))


def test_the_document_is_that_of_the_rules():
    assert FILE.read_text("utf-8") == page()


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_drawn_or_refused_as_the_document_says(people_home, monkeypatch, role):
    """Through the whole application, by deep link; a refused page runs none of its code and says nothing of the data."""
    titles = {entry.name: entry.title(ZH) for entry in ENTRIES}
    whole = open_current(people_home)
    secrets = [*whole.open_cases("overdue", Scope())["case_no"].head(50), *whole.choices("department")]
    for entry in ENTRIES:
        app = signed_in_app(people_home, monkeypatch, role, entry.name, lang="zh", period="year", on="2018-01-01")
        shown = [element.value for element in app.title]
        if row(f"`{entry.name}`")[role] == NO:
            assert shown == ["没有权限"], entry.name
            assert not any("your role" in element.value for kind in ("error", "caption") for element in app.main.get(kind)), entry.name
            main = " ".join(element.value for kind in ("markdown", "error", "warning", "caption") for element in app.main.get(kind))
            assert not any(secret in main for secret in secrets), entry.name
            assert not app.main.get("dataframe")
        else:
            assert shown == [titles[entry.name]], entry.name
            assert not any("意外" in element.value for element in app.error), entry.name
        links = {link.proto.label for link in app.sidebar.get("page_link")}
        assert links == {titles[one.name] for one in ENTRIES if row(f"`{one.name}`")[role] != NO and not one.of_counties}


@pytest.mark.parametrize("role", ROLES)
def test_every_indicator_answers_or_refuses_as_the_document_says(people_home, role):
    who = demo_people(people_home)[f"demo-{role}"]
    store, whole = open_current(people_home, who), open_current(people_home)
    for name in definitions():
        said = row(f"`{name}`")[role]
        assert said == figure(role, name)
        if said == NO:
            with pytest.raises(HallError):
                store.measure(name, YEAR, Scope())
        elif said == "own window":
            assert store.measure(name, YEAR, Scope()) == whole.measure(name, YEAR, Scope(window=who.window)), name
        else:
            assert store.measure(name, YEAR, Scope()) == whole.measure(name, YEAR, Scope()), name


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", EXPORTS)
def test_every_export_is_made_or_refused_as_the_document_says(people_home, monkeypatch, role, kind):
    """The button is not there for whoever may not, and the door behind it is closed to them too."""
    monkeypatch.setenv("HALL_ACCESS", "demo")
    offered = []
    monkeypatch.setattr(tables.st, "download_button", lambda label, data, **more: offered.append(data))
    hall = Hall(open_current(people_home, demo_people(people_home)[f"demo-{role}"]), View("zh", YEAR, Scope()), ZH)
    tables.offer(hall, "x", lambda: b"content", f"{role}-{kind}.csv", "k", kind)
    assert bool(offered) == (row(kind)[role] != NO) == access_rules().may_export(role, kind)
    if offered:
        assert offered[0]() == b"content"
        taken = entries(open_office(people_home), 1, "export.")[0]
        assert (taken.actor, taken.subject) == (f"demo-{role}", f"{role}-{kind}.csv")


@pytest.mark.parametrize("role", ROLES)
def test_every_action_is_allowed_or_refused_as_the_document_says(people_home, role):
    who = demo_people(people_home)[f"demo-{role}"]
    for action in {action for rule in access_rules().roles.values() for action in rule.actions}:
        if row(action)[role] == NO:
            with pytest.raises(NotAllowedError):
                access_rules().require(who, action)
        else:
            access_rules().require(who, action)


@pytest.mark.parametrize("role", ROLES)
def test_the_socket_serves_each_role_what_it_may_see_and_nothing_of_what_it_may_not(server, people_home, role):
    """As a browser asks, deep link and all: a case of another window, the window of another, a page not for the role."""
    whole = open_current(people_home)
    window, other = whole.choices("window")[:2]
    theirs = whole.query(
        "select case_no, item_name, applicant_name from fact_case where window_name = $window order by case_no limit 1", window=other
    ).iloc[0]
    with socket(server, cookie_of(signed_in(server, role.replace("_", "-")))) as page_socket:
        case = text_of(run_page(page_socket, f"case={theirs['case_no']}", "case"))
        seen = "起算日" in case or theirs["item_name"] in case
        assert seen == (role == "manager")
        figures = text_of(run_page(page_socket, f"window={other}&period=year&on=2018-01-01", "throughput"))
        is_hall = access_rules().roles[role].counts == "hall"
        assert (other in re.sub(r"window=[^\s\"]*", "", figures)) == is_hall
        if role in ("staff", "window_head"):
            assert window in figures


def test_a_changed_role_is_in_force_at_the_next_run_and_the_old_pages_export_is_refused(people_home, monkeypatch):
    monkeypatch.setenv("HALL_ACCESS", "accounts")
    office = open_office(people_home)
    from etl.access.people import person

    who = person(office, "manager").principal
    offered = []
    monkeypatch.setattr(tables.st, "download_button", lambda label, data, **more: offered.append(data))
    hall = Hall(open_current(people_home, who), View("zh", YEAR, Scope()), ZH)
    tables.offer(hall, "x", lambda: b"content", "x.csv", "k", "work")
    with office.writing() as con:
        con.execute("update person set role = 'staff' where name = 'manager'")
    try:
        with pytest.raises(NotAllowedError):
            offered[0]()
    finally:
        with office.writing() as con:
            con.execute("update person set role = 'manager' where name = 'manager'")


def test_without_a_session_no_page_is_drawn(people_home, monkeypatch):
    monkeypatch.setenv("HALL_ACCESS", "accounts")
    monkeypatch.setenv("HALL_HOME", str(people_home.root))
    for user in ({}, {"username": "manager"}, {"username": "manager", "session": "made-up"}, {"email": "a@example.com"}, {"session": None}):
        app = AppTest.from_file(str(APP), default_timeout=60)
        app.user = user
        app.run()
        assert [element.value for element in app.title] == ["请登录"]
        assert not app.metric
        assert not app.get("page_link")


def test_a_public_export_has_no_names_no_numbers_and_no_small_counts():
    import pandas as pd

    from dashboard.access.masking import for_export, kept_columns

    frame = pd.DataFrame(
        {
            "window": ["a", "b", "c"],
            "staff": ["王芳", "李四", "赵一"],
            "n": [3, 40, 25],
            "rate": [66.7, 50.0, 12.0],
            "who": ["张*", "李*明", "某公司有限"],
        }
    )
    columns = [
        Column("window", "窗口"),
        Column("staff", "人员", personal="staff"),
        Column("n", "件数", "integer"),
        Column("rate", "率", "percent"),
        Column("who", "申请人", personal="person"),
    ]
    assert kept_columns(columns, "public") == ["window", "n", "rate"]
    public = for_export(frame, columns, "public")
    assert list(public["n"]) == ["<5", 40, "<5"]
    assert list(public["rate"].isna()) == [True, False, True]
    assert list(for_export(frame, columns, "leadership")["who"]) == ["张**", "李**", "某公司有限"]
    assert frame["n"].tolist() == [3, 40, 25]
