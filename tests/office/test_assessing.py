"""What people do at the hall shows in the scores at once; what was published stays, and is made good in the next open month."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from small_hall import made_once, published

from etl.assess.documents import to_document
from etl.assess.engine import Assessment
from etl.assess.results import Line, Score
from etl.assess.scheme import Scheme
from etl.assessing import assessment, freeze_months, published_month, simulation
from etl.calendar import Calendar
from etl.config import SHIPPED, HallError, Home
from etl.office import Office, open_office
from etl.office.annualmarks import set_mark
from etl.office.appeals import Disputed, appeal, decide
from etl.office.findings import correct, enter, withdraw
from etl.office.freezing import corrections
from etl.publish import current, open_snapshot

CALENDAR = Calendar.load([SHIPPED / "calendars"])
NOW = datetime(2019, 1, 8, 10)
MONTHS = [f"2018-{number:02d}" for number in range(1, 13)]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    home = Home(made_once(tmp_path_factory, "small-hall", published))
    with open_snapshot(current(home)) as con:
        yield con


@pytest.fixture
def office(home: Home) -> Office:
    return open_office(home)


@pytest.fixture
def assess(snapshot, home, office):
    return lambda: assessment(snapshot, home, office)


def exact(one: Score) -> bool:
    return one.base + sum((line.points for line in one.lines), Decimal(0)) == one.total


def somebody(made: Assessment, month: str) -> Score:
    """An ordinary member of staff who was there all month, far from floor and ceiling, and lost something that nothing else hangs on."""
    found = [one for one in made.scores(month, "person") if one.coverage == 1 and Decimal(80) <= one.total <= 97]
    chiefs = {one.subject for one in made.scores(month, "chief")}
    return next(one for one in found if one.subject not in chiefs and lost(one))


def lost(one: Score) -> list[Line]:
    """Deductions that stand alone: no bonus for full attendance hangs on them, and no cap."""
    capped = {line.rule for line in one.lines if line.kind == "cap"}
    return [line for line in one.lines if line.points < 0 and line.event_id and line.dimension != "attendance" and line.rule not in capped]


def finding_of(one: Score, day: str = "2018-11-20", kind: str = "quarrel") -> dict[str, str]:
    return {
        "patrolled_on": day, "patrol_source": "日巡查", "window_name": one.window, "department": one.department, "staff_no": one.subject,
        "event_kind": kind,
    }  # fmt: skip


def test_a_finding_lowers_the_score_a_correction_changes_it_and_withdrawing_brings_it_back(assess, office):
    before = somebody(assess(), "2018-11")
    made = enter(office, finding_of(before), "manager", NOW)
    worse = assess().score("person", before.subject, "2018-11")
    assert worse.total == before.total - 3
    assert made.event_id in {line.event_id for line in worse.lines}
    correct(office, made.finding_id, finding_of(before, kind="dress"), "类别有误", "manager", NOW)
    assert assess().score("person", before.subject, "2018-11").total == before.total - 1
    withdraw(office, made.finding_id, "查无此事", "manager", NOW)
    after = assess().score("person", before.subject, "2018-11")
    assert (after.total, after.lines) == (before.total, before.lines)


def test_a_granted_appeal_gives_the_points_back_at_once_and_stays_in_the_trace(assess, office):
    before = somebody(assess(), "2018-11")
    line = lost(before)[0]
    one = appeal(office, Disputed(line.event_id, "2018-11", before.subject), before.subject, "有登记", "zhang", CALENDAR, 3, NOW)
    assert assess().score("person", before.subject, "2018-11").total == before.total
    decide(office, one.number, "granted", "属实", "manager", NOW)
    after = assess().score("person", before.subject, "2018-11")
    shown = next(found for found in after.lines if found.event_id == line.event_id)
    assert after.total == before.total - line.points
    assert (shown.points, "属实" in shown.note) == (0, True)
    assert exact(after)


def test_a_frozen_month_stays_as_it_was_published_and_the_next_makes_good(assess, office, snapshot, home):
    before = assess()
    one, october = somebody(before, "2018-10"), before.scores("2018-10")
    line = lost(one)[0]
    november = before.score("person", one.subject, "2018-11")
    freeze_months(snapshot, home, office, ["2018-09", "2018-10"], "S1", "manager", NOW)
    made = appeal(office, Disputed(line.event_id, "2018-10", one.subject), one.subject, "有登记", "zhang", CALENDAR, 3, NOW)
    decide(office, made.number, "granted", "属实", "manager", NOW)
    enter(office, finding_of(one, "2018-10-22"), "manager", NOW, as_correction=True)
    after = assess()
    assert after.scores("2018-10") == october
    later = after.score("person", one.subject, "2018-11")
    (made_good,) = [found for found in later.lines if found.kind == "correction"]
    assert made_good.points == -line.points - 3
    assert later.total == november.total - line.points - 3
    assert [(found.month, found.month_of) for found in corrections(office)] == [("2018-11", "2018-10")] * 2
    # Once November is published too, December does not make good again.
    freeze_months(snapshot, home, office, ["2018-11"], "S1", "manager", NOW)
    assert not [found for found in assess().score("person", one.subject, "2018-12").lines if found.kind == "correction"]


def test_a_year_can_be_published_month_by_month_and_read_back_whole(assess, office, snapshot, home):
    before = assess()
    expected = {month: before.scores(month) for month in MONTHS}
    freeze_months(snapshot, home, office, MONTHS, "S1", "manager", NOW)
    for month in MONTHS:
        found = published_month(office, month)
        assert found is not None
        assert found.scores == expected[month]
        assert all(exact(one) for one in found.scores)
    after = assess()
    for period in ("2018Q1", "2018Q4", "2018"):
        assert after.scores(period) == before.scores(period)
        assert to_document(after.awards(period)) == to_document(before.awards(period))
    with pytest.raises(HallError, match="frozen already"):
        freeze_months(snapshot, home, office, ["2018-12"], "S1", "manager", NOW)


def test_annual_marks_enter_the_year(assess, office):
    one = somebody(assess(), "2018-11")
    scheme: Scheme = assess().schemes.of("2018-12")
    for part in scheme.annual_mark:
        set_mark(office, "2018", one.subject, part.part, Decimal("5.5"), part.most, "manager", NOW)
    year = assess().score("person", one.subject, "2018")
    assert sorted(line.rule for line in year.lines if line.kind == "mark") == ["dossier", "leaders", "peers"]
    assert exact(year)


def test_a_simulation_recomputes_published_months_and_stores_nothing(assess, office, snapshot, home):
    scheme = assess().schemes.of("2018-10")
    freeze_months(snapshot, home, office, ["2018-10"], "S1", "manager", NOW)
    milder = replace_rule(scheme, "B1", Decimal(0))
    tried = simulation(snapshot, office, milder)
    now = {one.subject: one for one in assess().scores("2018-10", "person")}
    gained = [one for one in tried.scores("2018-10", "person") if one.total > now[one.subject].total]
    assert gained
    assert all(any(line.rule == "B1" and line.points for line in now[one.subject].lines) for one in gained)
    assert published_month(office, "2018-10").scores == assess().scores("2018-10")


def replace_rule(scheme: Scheme, rule_id: str, points: Decimal) -> Scheme:
    rules = tuple(one.model_copy(update={"points": points}) if one.id == rule_id else one for one in scheme.rule)
    return scheme.model_copy(update={"rule": rules})


def test_a_year_that_has_only_begun_has_no_months_to_come(assess, snapshot):
    posts = assess().inputs.posts
    assert all(post.to_on is not None and post.to_on <= date(2019, 1, 1) for post in posts)
