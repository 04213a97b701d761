"""Accounts bound to a county or a city: they see its rows alone, on every way to figures, lists, cases, exports and reports."""

import pytest
from counties import CUT_OFF, FUAN, GULOU, JIAOCHENG, NINGDE, Counties, put_together, shared
from signed_in import NOON, known, signed_in_app
from small_hall import beside

from dashboard.access import directory, trail
from dashboard.access.demo import demo_people
from dashboard.access.narrowing import Narrowed
from dashboard.period import containing
from dashboard.queries import annual
from dashboard.queries.assessment import assessed
from dashboard.session import Hall, View
from dashboard.store import Scope, Store, open_current
from etl.access import people
from etl.access.principal import ROLES, Principal
from etl.access.rules import COUNTY_ACTIONS, KeptBackError, NotAllowedError, Reach, reach, reach_in
from etl.config import HallError, Home
from etl.divisions import SHARED
from etl.indicators import definitions
from etl.office import entries, open_office
from etl.publish import current, open_snapshot

YEAR = containing("year", CUT_OFF)


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Counties:
    return shared(tmp_path_factory)


@pytest.fixture(scope="session")
def province(made, tmp_path_factory) -> Home:
    """The province's home with people of a county, of a city and of the whole."""
    home = beside(made.province, tmp_path_factory.mktemp("bound") / "home")
    home.settings_file.write_text(made.province.settings_file.read_text("utf-8"), "utf-8")
    office = open_office(home)
    known(office, Principal("jiaocheng", "manager", division=JIAOCHENG), Principal("ningde", "leader", division="350900"))
    known(office, Principal("fujian", "manager"), Principal("head", "window_head", window="1号窗口", division=FUAN))
    known(office, Principal("unbound-head", "window_head", window="1号窗口"), Principal("elsewhere", "manager", division="350421"))
    known(office, Principal("auditor", "auditor", division=JIAOCHENG), Principal("admin", "administrator", division=JIAOCHENG))
    return home


def store_of(home: Home, name: str, division: str | None = None) -> Store:
    return open_current(home, people.person(open_office(home), name).principal).within(division)


def test_an_account_keeps_what_its_codes_begin_with(province):
    found = {one.name: one.division for one in people.people(open_office(province))}
    assert (found["jiaocheng"], found["ningde"], found["fujian"]) == (JIAOCHENG, NINGDE, None)
    with pytest.raises(HallError, match="2, 4, 6, 9 or 12 digits"):
        people.add(open_office(province), Principal("wrong", "leader", division="蕉城"), None, "test", NOON)
    assert not any(one.name == "wrong" for one in people.people(open_office(province)))
    added = next(one for one in entries(open_office(province), 50, "user.added") if one.subject == "jiaocheng")
    assert JIAOCHENG in str(added.detail)


@pytest.mark.parametrize("name", sorted(definitions()))
def test_every_indicator_of_a_bound_account_is_that_of_its_county(made, province, name):
    own, bound = open_current(made.own[JIAOCHENG]), store_of(province, "jiaocheng")
    assert bound.measure(name, YEAR, Scope()) == own.measure(name, YEAR, Scope())


def test_no_table_gives_a_bound_account_a_row_of_another_county(province):
    store = store_of(province, "jiaocheng")
    whole = open_snapshot(current(province))
    tables = [table for (table,) in whole.execute("select table_name from duckdb_tables()").fetchall()]
    seen = 0
    for table in tables:
        if SHARED.fullmatch(table):
            continue
        found = store.query(f"select distinct division from {table}")["division"]
        assert set(found) <= {JIAOCHENG}, table
        seen += len(found)
    assert seen > 20
    assert [one.code for one in store.divisions] == [JIAOCHENG]
    assert store.quarantined().records == 1
    assert store.count_open("overdue", Scope()) == len(store.open_cases("overdue", Scope()))


def test_another_countys_code_is_refused_and_in_an_address_it_is_not_heard(province, monkeypatch):
    for other in (FUAN, GULOU, "3501", "35", NINGDE):
        with pytest.raises(NotAllowedError):
            store_of(province, "jiaocheng", other)
    with pytest.raises(NotAllowedError):
        store_of(province, "ningde", GULOU)
    own = store_of(province, "jiaocheng").measure("received", YEAR, Scope()).value
    assert own == 90
    for code in (FUAN, "3501", "35", "x", "' or 1=1 --"):
        app = signed_in_app(province, monkeypatch, "jiaocheng", "overview", lang="zh", period="year", on="2018-01-01", division=code)
        assert next(metric.value for metric in app.metric if metric.label == "收件量") == "90 件"
        assert "division" not in app.query_params
        assert not [box for box in app.sidebar.selectbox if box.key in ("filter_city", "filter_county")]
        assert "福安" not in str([element.value for kind in ("markdown", "caption", "error") for element in app.get(kind)])


def test_a_case_by_deep_link_is_the_own_countys(made, province, monkeypatch):
    """All counties have a case of this number; the account sees its own, with its own due dates."""
    own = open_current(made.own[JIAOCHENG]).case("case-00003")
    assert store_of(province, "jiaocheng").case("case-00003") == own
    assert store_of(province, "fujian", JIAOCHENG).case("case-00003") == own != store_of(province, "fujian", FUAN).case("case-00003")
    app = signed_in_app(province, monkeypatch, "jiaocheng", "case", lang="zh", case="case-00003", division=FUAN)
    assert [element.value for element in app.title] == ["办件 case-00003"]
    assert any(str(own["item_name"]) in element.value for element in app.markdown)
    (opened,) = entries(open_office(province), 1, "case.opened")
    assert (opened.actor, opened.subject) == ("jiaocheng", "case-00003")
    assert JIAOCHENG in str(opened.detail)
    for read in ("case_suspensions", "due"):
        bound, theirs = (
            getattr(store, read)("case-00003") for store in (store_of(province, "jiaocheng"), open_current(made.own[JIAOCHENG]))
        )
        assert str(bound) == str(theirs)


def test_suspensions_are_joined_within_a_county(made, province):
    for division, home in made.own.items():
        bound, own = store_of(province, "fujian", division), open_current(home)
        assert bound.suspensions(YEAR, Scope()).equals(own.suspensions(YEAR, Scope()))
        assert bound.late_cases(YEAR, Scope()).equals(own.late_cases(YEAR, Scope()))


def test_of_several_counties_there_are_figures_and_no_rows(made, province):
    for name, division in (("fujian", None), ("fujian", NINGDE), ("ningde", None)):
        store = store_of(province, name, division)
        counties = [one.code for one in store.looked_at]
        assert store.measure("received", YEAR, Scope()).value == 90 * len(counties)
        assert not store.sees_cases
        for table in ("fact_case", "fact_suspension", "batch", "quarantine_open", "fact_item"):
            with pytest.raises(NotAllowedError):
                store.query(f"select count(*) as n from {table}")
        for ask in (lambda: store.case("case-00003"), lambda: store.due("case-00003"), lambda: store.late_cases(YEAR, Scope())):  # noqa: B023
            with pytest.raises(NotAllowedError):
                ask()
        assert store.answer_records("case-00003") == []
    with pytest.raises(KeptBackError, match="choose a county first"):
        store_of(province, "fujian").case("case-00003")
    # A leader's rows are kept back by the role, in one county as in many.
    with pytest.raises(NotAllowedError, match="your role"):
        store_of(province, "ningde").query("select * from fact_case")


def test_a_leader_is_not_sent_to_a_county_for_lists_that_none_shows(province, monkeypatch):
    for page in ("overview", "timelimits"):
        app = signed_in_app(province, monkeypatch, "ningde", page, lang="zh", period="year", on="2018-01-01")
        said = [element.value for kind in ("markdown", "caption") for element in app.main.get(kind)]
        assert not any("请先选择区县" in text for text in said), page
    app = signed_in_app(province, monkeypatch, "ningde", "overview", lang="zh")
    assert any("逐件清单由窗口负责人和大厅管理人员查看" in element.value for element in app.main.caption)


def test_windows_that_are_called_alike_stay_apart(province):
    found = store_of(province, "fujian").series("received", YEAR, Scope(), ("window",))
    named = set(found["window"])
    assert {"蕉城区 1号窗口", "福安市 1号窗口", "鼓楼区 1号窗口"} <= named
    assert len(named) == len(found)
    assert found["value"].sum() == 270
    assert store_of(province, "fujian").choices("window") == []
    assert set(store_of(province, "fujian", FUAN).choices("window")) == {"1号窗口", "2号窗口"}


def test_a_window_is_somebodys_in_one_county_only(made, province):
    head = store_of(province, "head")
    assert head.measure("received", YEAR, Scope()) == open_current(made.own[FUAN]).measure("received", YEAR, Scope(window="1号窗口"))
    assert set(head.query("select distinct division, window_name from fact_case").itertuples(index=False, name=None)) == {(FUAN, "1号窗口")}
    unbound = store_of(province, "unbound-head")
    with pytest.raises(NotAllowedError):
        unbound.measure("received", YEAR, Scope())
    with pytest.raises(NotAllowedError):
        unbound.query("select * from mart_case_day")


def test_bound_to_a_county_that_is_not_there_nothing_is_seen(province):
    store = store_of(province, "elsewhere")
    assert store.measure("received", YEAR, Scope()).value == 0
    assert store.case("case-00003") is None
    assert store.choices("department") == []


def test_a_snapshot_that_says_no_division_shows_a_bound_account_nothing(tmp_path):
    import duckdb

    path = tmp_path / "old.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create table fact_case as select 'a' as case_no; create table mart_case_day as select 1 as received")
        con.execute("create table fact_item as select 'a' as item_code; create table ref_calendar as select 1 as day")
    narrowed = Narrowed(open_snapshot(path), Reach("hall", "hall", division=JIAOCHENG))
    for table in ("fact_case", "mart_case_day", "fact_item"):
        with pytest.raises(NotAllowedError):
            narrowed.rows(f"select * from {table}", {})
    assert len(narrowed.rows("select * from ref_calendar", {})) == 1


def test_people_and_trail_of_the_whole_home_are_not_for_a_bound_account(province):
    admin, auditor = (people.person(open_office(province), name).principal for name in ("admin", "auditor"))
    for ask in (lambda: directory.listed(province, admin), lambda: trail.listed(province, auditor)):
        with pytest.raises(NotAllowedError):
            ask()
    assert len(directory.listed(province, Principal("whole", "administrator"))) == 8


def test_acts_and_assessment_are_a_countys_own(province):
    store = store_of(province, "fujian", JIAOCHENG)
    hall = Hall(store, View("zh", YEAR, Scope(), JIAOCHENG), lambda text: text)
    assert not any(hall.may(action) for action in COUNTY_ACTIONS)
    assert hall.may("make_report")
    with pytest.raises(HallError, match=r"counties of Fujian Province \(35\) are put together"):
        assessed(store)
    for ask in (store.reconciled, lambda: annual.of_year(store, 2018)):
        with pytest.raises(HallError, match="each county's own dashboard"):
            ask()


def test_without_cases_the_list_says_that_they_lie_with_the_county(made, tmp_path, monkeypatch):
    home = put_together(tmp_path / "figures", made.lake, with_cases=False)
    store = open_current(home).within(JIAOCHENG)
    assert store.measure("received", YEAR, Scope()).value == 90
    assert store.count_open("overdue", Scope()) == open_current(made.own[JIAOCHENG]).count_open("overdue", Scope()) > 0
    assert store.choices("department") == open_current(made.own[JIAOCHENG]).choices("department")
    with pytest.raises(KeptBackError, match="stay with the county"):
        store.case("case-00003")
    known(open_office(home), Principal("fujian", "manager"))
    for page, params in (("case", {"case": "case-00003"}), ("timelimits", {})):
        app = signed_in_app(home, monkeypatch, "fujian", page, lang="zh", division=JIAOCHENG, **params)
        said = [element.value for kind in ("error", "markdown") for element in app.main.get(kind)]
        assert any("留在各区县" in text for text in said), page
        assert not app.main.get("dataframe") or page == "timelimits"


def test_demo_people_at_a_window_are_of_one_county(made):
    found = demo_people(made.province)
    assert {who.role for who in found.values() if who.division is not None} == {"window_head", "staff"}
    head = open_current(made.province, found["demo-window_head"])
    assert (head.reach.division, head.reach.window) == (GULOU, open_current(made.province).within(GULOU).choices("window")[0])
    assert head.measure("received", YEAR, Scope()).value > 0
    assert all(who.division is None for who in demo_people(made.own[FUAN]).values())


@pytest.mark.parametrize("role", ROLES)
def test_the_reach_of_a_role_in_its_county_is_that_of_the_county(role):
    who = Principal("x", role, window="w", staff_no="1", division=JIAOCHENG)
    bound = reach_in(who, (FUAN, JIAOCHENG), True, False)
    assert bound == reach(who)
    assert (bound.division, bound.is_several, bound.is_unbounded) == (JIAOCHENG, False, False)
    unknown = reach_in(who, (), False, False)
    assert (unknown.counts, unknown.records) == ("none", "none"), "a snapshot that does not say whose it is"
    alone = Principal("x", role, window="w", staff_no="1")
    assert reach_in(alone, (JIAOCHENG,), False, False) == reach(alone)
