"""What each person is told of scores: never a colleague's name or evidence, and places and totals the same for everybody."""

import re
from dataclasses import asdict
from pathlib import Path

import pytest
from small_hall import made_once, published

from dashboard.access.scores import Sight
from dashboard.queries.assessment import assessed, compared, whole
from dashboard.store import open_current
from etl.access.principal import LOCAL, Principal
from etl.access.rules import NotAllowedError
from etl.assess.scheme import RULED_KINDS
from etl.config import Home

PERIODS = ("2018-10", "2018Q3", "2018")


@pytest.fixture(scope="session")
def hall_home(tmp_path_factory):
    return Home(made_once(tmp_path_factory, "small-hall", published))


@pytest.fixture(scope="module")
def everything(hall_home):
    return whole(open_current(hall_home, LOCAL))


def people_of(made):
    """One person a role: staff and a head of the same busy window, a head of a department, and those above."""
    busy = max(made.scores("2018-10", "window"), key=lambda one: one.workload)
    here = [one for one in made.scores("2018-10", "person") if one.window == busy.subject]
    return {
        "staff": Principal("staff", "staff", window=busy.subject, staff_no=here[0].subject),
        "head": Principal("head", "window_head", window=busy.subject, staff_no=here[1].subject),
        "department": Principal("department", "window_head", department=busy.department),
        "leader": Principal("leader", "leader"),
        "nobody": Principal("nobody", "auditor"),
        "unbound": Principal("unbound", "staff"),
    }


def everything_told(seen, period):
    """All that a page could get for the period, as text."""
    found = [asdict(one) for kind in ("person", "chief", "window", "department") for one in seen.scores(period, kind)]
    for kind in RULED_KINDS:
        found += [asdict(one) for one in (*seen.totals(period, kind), *seen.ranked_scores(period, kind), *seen.rankings(period, kind))]
    own = seen.own_score(period)
    return str([found, None if own is None else asdict(own)])


def numbers_in(text, all_numbers):
    return {number for number in re.findall(r"(?<![\w.])\d{4}(?![\w.-])", text) if number in all_numbers}


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("role", ["staff", "head", "department", "leader", "nobody", "unbound"])
def test_nobody_is_told_of_a_person_who_is_not_theirs_to_know(hall_home, everything, role, period):
    who = people_of(everything)[role]
    seen = assessed(open_current(hall_home, who))
    everybody = everything.scores(period, "person")
    names = {one.subject: one.name for one in everybody}
    allowed = {who.staff_no} if who.staff_no else set()
    if role in ("head", "department"):
        here = [one for one in everybody if one.window == who.window or (who.department and one.department == who.department)]
        window_lines = [
            line for one in everything.scores(period, "window")
            if one.subject == who.window or (who.department and one.department == who.department) for line in one.lines
        ]  # fmt: skip
        own_lines = [line for kind in ("person", "chief") for one in everything.scores(period, kind) if seen._sight.is_named(one)
                     for line in one.lines]  # fmt: skip
        allowed |= {one.subject for one in here} | {line.staff_no for line in (*window_lines, *own_lines)}
    told = everything_told(seen, period)
    strangers = {number: name for number, name in names.items() if number not in allowed}
    assert strangers
    assert numbers_in(told, set(strangers)) == set()
    # Names repeat in the demo: one that somebody allowed bears too is no sign.
    known = {names[number] for number in allowed if number in names}
    assert [name for name in strangers.values() if name not in known and f"'{name}'" in told] == []


def test_staff_are_told_no_evidence_about_colleagues_in_their_windows_trace(hall_home, everything):
    who = people_of(everything)["staff"]
    seen = assessed(open_current(hall_home, who))
    (told,) = seen.scores("2018", "window")
    (real,) = [one for one in everything.scores("2018", "window") if one.subject == who.window]
    assert [line.points for line in told.lines] == [line.points for line in real.lines]
    for month in assessed(open_current(hall_home, LOCAL)).months:
        for one in seen.scores(month, "window"):
            for line in one.lines:
                assert line.staff_no in ("", who.staff_no)
                assert not line.event_id or line.staff_no == who.staff_no


@pytest.mark.parametrize("role", ["staff", "head", "leader"])
def test_places_and_totals_are_the_same_for_everybody(hall_home, everything, role):
    seen = assessed(open_current(hall_home, people_of(everything)[role]))
    for kind in RULED_KINDS:
        told, real = seen.rankings("2018-10", kind), everything.rankings(kind, "2018-10")
        assert [[(p.place, p.total) for p in one.places] for one in told] == [[(p.place, p.total) for p in one.places] for one in real]
        assert sorted(one.total for one in seen.totals("2018-10", kind)) == sorted(
            one.total for one in everything.ranked_scores(kind, "2018-10")
        )


def test_events_are_ones_own_or_ones_windows(hall_home, everything):
    people = people_of(everything)
    staff = assessed(open_current(hall_home, people["staff"]))
    assert staff.events()
    assert {one.staff_no for one in staff.events()} == {people["staff"].staff_no}
    head = assessed(open_current(hall_home, people["head"]))
    assert all(one.window == people["head"].window or one.staff_no == people["head"].staff_no for one in head.events())
    foreign = next(one for one in everything.inputs.events if one.window != people["head"].window and one.staff_no)
    assert head.event(foreign.event_id) is staff.event(foreign.event_id) is None
    for role in ("leader", "nobody", "unbound"):
        assert assessed(open_current(hall_home, people[role])).events() == ()


def test_winners_are_told_to_the_hall_but_no_persons_name_to_a_leader(hall_home, everything):
    people = people_of(everything)
    real = everything.awards("2018Q3")
    for role in ("staff", "leader"):
        told = assessed(open_current(hall_home, people[role])).awards("2018Q3")
        for one, whole_one in zip(told, real, strict=True):
            is_hidden = role == "leader" and one.subject_kind == "person"
            assert [winner.name for winner in one.winners] == ["" if is_hidden else winner.name for winner in whole_one.winners]
            assert {outside.subject for outside in one.outside} <= {outside.subject for outside in whole_one.outside}
            if one.subject_kind == "person":
                assert {outside.subject for outside in one.outside} <= {people[role].staff_no}


def test_the_whole_and_a_simulation_are_for_whoever_sees_all(hall_home, everything):
    scheme = everything.schemes.of("2018-10")
    for role, who in people_of(everything).items():
        store = open_current(hall_home, who)
        with pytest.raises(NotAllowedError):
            whole(store)
        with pytest.raises(NotAllowedError):
            compared(store, scheme, "2018-10")
        with pytest.raises(NotAllowedError):
            assessed(store).publish("2018-01", role, None)
    assert Sight(LOCAL).sees_all


def test_only_the_module_that_cuts_it_down_is_handed_the_whole_hall():
    folder = Path(__file__).parents[2] / "dashboard"
    users = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*.py") if re.search(r"\bwhole_hall|\._all\b", path.read_text("utf-8"))
    }
    assert users == {"access/hall.py", "queries/assessment.py"}
