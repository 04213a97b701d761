"""Assessment, red flags and rules as the manager, a leader and others use them: ranks, appeals, publishing in order, marks, simulation."""

import re
from datetime import datetime
from decimal import Decimal
from functools import partial

import pytest
from drawn_page import chinese_left, english_left, texts
from signed_in import cast_of, disputable, known, signed_in_app
from small_hall import beside
from streamlit.testing.v1 import AppTest

from dashboard import charts
from dashboard.components.ranking import OPENED, bins
from dashboard.queries.assessment import assessed, whole
from dashboard.store import open_current
from etl.access.principal import LOCAL, Principal
from etl.access.rules import NotAllowedError
from etl.assess.inputs import months_of
from etl.assess.reading import load_schemes
from etl.config import SHIPPED, HallError, Home
from etl.office import entries, open_office, verify
from etl.office.annualmarks import annual_marks
from etl.office.appeals import Disputed, appeal
from etl.office.freezing import frozen_months, revision

KEPT = {"CSV", "English", "TOML", "UTF", "AB", "data", "rules", "assessment", "toml", "limit", "file"}
MONTH = "2018-11"
VIEWS = {
    "assessment": {
        "manager": ("ranking", "fairness", "appeals", "publish", "marks"),
        "leader": ("ranking", "fairness"),
    },
    "redflags": {"manager": ("quarter", "year"), "leader": ("quarter", "year")},
    "rules": {
        "manager": ("scheme", "versions", "differences", "simulation"),
        "leader": ("scheme", "versions", "differences"),
        "head": ("scheme", "versions", "differences"),
        "clerk": ("scheme", "versions", "differences"),
    },
}
CASES = [(page, name, view) for page, roles in VIEWS.items() for name, views in roles.items() for view in views]


@pytest.fixture(scope="module")
def own_home(hall_home, tmp_path_factory) -> Home:
    return beside(hall_home, tmp_path_factory.mktemp("rooms") / "home")


@pytest.fixture(scope="module")
def made(own_home):
    """The whole assessment before any act of this module."""
    return whole(open_current(own_home, LOCAL))


@pytest.fixture(scope="module")
def cast(own_home, made):
    """Somebody with something to dispute, and those who look on or decide."""
    clerk, line = disputable(made, MONTH)
    known(open_office(own_home), *cast_of(clerk.window, clerk.subject).values())
    return {"score": clerk, "line": line}


@pytest.fixture
def open_as(own_home, cast, monkeypatch):
    return partial(signed_in_app, own_home, monkeypatch)


def params_of(page: str, view: str) -> dict[str, str]:
    return {"by": view} if page == "redflags" else {"view": view, "month_at": MONTH}


def table_with(app: AppTest, column: str):
    return next(frame.value for frame in app.dataframe if column in frame.value.columns)


def told(app: AppTest) -> str:
    """Everything on the page with its tables and charts, as text."""
    charts = [str(chart.proto.spec) for chart in app.get("plotly_chart")]
    return "\n".join([*texts(app), *(frame.value.to_string() for frame in app.dataframe), *charts])


@pytest.mark.parametrize(("page", "name", "view"), CASES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_are_whole_in_both_languages(open_as, own_home, made, page, name, view, lang):
    app = open_as(name, page, lang=lang, **params_of(page, view))
    assert app.title
    assert not [element for element in app.error if "无法显示" in element.value or "cannot be shown" in element.value]
    store = open_current(own_home, LOCAL)
    # Names of people, and what a scheme says it rests on, are data.
    names = [*{one.name for one in made.scores(MONTH, "person")}, "职员", "负责人", "管理员", "领导"]
    names += [one.basis for one in made.schemes.schemes]
    left = english_left(texts(app), store, KEPT) if lang == "zh" else chinese_left(texts(app), store, names)
    assert [text for text in left if "@" not in text] == []


@pytest.mark.parametrize(
    ("page", "view"), [("assessment", "ranking"), ("assessment", "fairness"), ("redflags", "quarter"), ("redflags", "year")]
)
@pytest.mark.parametrize("kind", ["window", "department", "person"])
def test_a_leader_is_told_no_name_of_staff(open_as, made, page, view, kind):
    app = open_as("leader", page, lang="zh", kind=kind, **params_of(page, view))
    text = told(app)
    names = {one.name for one in made.scores("2018", "person")}
    numbers = {one.subject for one in made.scores("2018", "person")}
    assert [name for name in names if re.search(rf"(?<![\u3400-\u9fff]){name}(?![\u3400-\u9fff])", text)] == []
    assert [
        frame.columns for frame in (one.value for one in app.dataframe) if "subject" in frame.columns and set(frame["subject"]) & numbers
    ] == []


def test_staff_and_window_heads_do_not_get_the_managers_pages(open_as):
    for name in ("clerk", "head"):
        for page in ("assessment", "redflags"):
            app = open_as(name, page, lang="zh")
            assert app.title[0].value == "没有权限"


def test_the_ranking_is_that_of_the_engine_and_says_who_is_out_and_why(open_as, made):
    for kind in ("window", "person", "department"):
        app = open_as("manager", "assessment", lang="zh", month_at=MONTH, kind=kind)
        shown = table_with(app, "place")
        expected = [(place.subject, place.place, float(place.total)) for one in made.rankings(kind, MONTH) for place in one.places]
        assert list(zip(shown["subject"], shown["place"], shown["total"], strict=True)) == expected
        out = [outside for one in made.rankings(kind, MONTH) for outside in one.outside]
        if out:
            listed = table_with(app, "why")
            assert list(listed["subject"]) == [one.subject for one in out]
            assert all(listed["why"])


def test_one_subjects_trace_is_shown_to_its_last_line_and_sums_exactly(open_as, made, cast):
    app = open_as("manager", "assessment", lang="zh", month_at=MONTH, kind="person")
    app.session_state[OPENED] = ("person", cast["score"].subject)
    app.run()
    assert not app.exception
    lines = table_with(app, "evidence")
    assert len(lines) == len(cast["score"].lines)
    exact = sum((Decimal(repr(points)) for points in lines["points"]), cast["score"].base)
    assert exact == cast["score"].total
    assert any(f"= **{cast['score'].total:.2f}**" in element.value for element in app.markdown)
    assert cast["score"].subject not in str(dict(app.query_params))
    app.button(key="assessment_leave").click().run()
    assert not [frame for frame in app.dataframe if "evidence" in frame.value.columns]


def test_the_distribution_counts_everybody_once(open_as, made):
    app = open_as("manager", "assessment", lang="zh", month_at=MONTH, kind="person")
    everybody = made.ranked_scores("person", MONTH)
    assert table_with(app, "range")["n"].sum() == len(everybody)
    assert bins([Decimal("95"), Decimal("94.99"), Decimal("105")]) == {"90–95": 1, "95–100": 1, "100–105": 0, "105–110": 1}
    assert bins([]) == {}


def test_an_appeal_is_refused_then_another_granted_and_the_score_follows(open_as, own_home, made, cast):
    store, office = open_current(own_home, LOCAL), open_office(own_home)
    clerk, line = cast["score"], cast["line"]
    second = next(
        (one, other) for one in made.scores(MONTH, "person") for other in one.lines
        if one.subject != clerk.subject and other.event_id and other.points < 0
    )  # fmt: skip
    calendar = store.snapshot.calendar
    first = appeal(office, Disputed(line.event_id, MONTH, clerk.subject), clerk.subject, "有登记", "clerk", calendar, 3, datetime.now())
    other = appeal(
        office, Disputed(second[1].event_id, MONTH, second[0].subject), second[0].subject, "不属实", "someone", calendar, 3, datetime.now()
    )
    app = open_as("manager", "assessment", lang="zh", view="appeals")
    app.button(key=f"refuse_{other.number}").click().run()
    assert any("请写明理由" in element.value for element in app.error)
    app.text_area(key=f"decide_reason_{other.number}").set_value("记录清楚").run()
    app.button(key=f"refuse_{other.number}").click().run()
    app.text_area(key=f"decide_reason_{first.number}").set_value("登记属实").run()
    app.button(key=f"grant_{first.number}").click().run()
    assert not app.exception
    assert any("没有待决定的申诉" in element.value for element in app.markdown)
    after = whole(store)
    assert after.score("person", clerk.subject, MONTH).total == clerk.total - line.points
    assert after.score("person", second[0].subject, MONTH).total == second[0].total
    board = open_as("manager", "assessment", lang="zh", month_at=MONTH, kind="person")
    shown = table_with(board, "place")
    assert float(shown[shown["subject"] == clerk.subject]["total"].iloc[0]) == float(clerk.total - line.points)


def test_months_are_published_in_order_after_confirmation(open_as, own_home):
    store, office = open_current(own_home, LOCAL), open_office(own_home)
    seen = assessed(store)
    app = open_as("manager", "assessment", lang="zh", view="publish")
    key = f"freeze_2018-01_{seen.at}"
    assert app.button(key=key).disabled
    app.checkbox(key=f"freeze_sure_2018-01_{seen.at}").check().run()
    # Somebody acts in between: what was looked over is stale, and is confirmed again.
    with office.writing() as con:
        con.execute("update assessment_revision set number = number + 1")
    app.button(key=key).click().run()
    assert frozen_months(office) == []
    assert any("请重新核对" in element.value for element in app.warning)
    at = revision(office)
    app.checkbox(key=f"freeze_sure_2018-01_{at}").check().run()
    app.button(key=f"freeze_2018-01_{at}").click().run()
    assert not app.exception
    assert frozen_months(office) == ["2018-01"]
    assert any("2018年1月 已公布" in element.value for element in app.success)
    assert list(table_with(app, "mark")["month"]) == ["2018-01"]
    assert entries(office, action="month.frozen")[0].actor == "manager"
    # The next is February; no other is offered, and the service refuses one out of order.
    assert [button.key for button in app.button if str(button.key).startswith("freeze_")] == [f"freeze_2018-02_{revision(office)}"]
    fresh = assessed(open_current(own_home, LOCAL))
    with pytest.raises(HallError, match="2018-02"):
        fresh.publish("2018-04", "manager", datetime.now())
    with pytest.raises(HallError, match="frozen already"):
        fresh.publish("2018-01", "manager", datetime.now())
    assert frozen_months(office) == ["2018-01"]
    with pytest.raises(NotAllowedError):
        assessed(open_current(own_home, Principal("leader", "leader"))).publish("2018-02", "leader", datetime.now())


def test_annual_marks_are_entered_by_window_and_enter_the_year(open_as, own_home, cast):
    office, clerk = open_office(own_home), cast["score"]
    app = open_as("manager", "assessment", lang="zh", view="marks", year_at="2018")
    before = whole(open_current(own_home, LOCAL)).score("person", clerk.subject, "2018").total
    window = whole(open_current(own_home, LOCAL)).score("person", clerk.subject, "2018").window
    app.selectbox(key="marks_window_2018").set_value(window).run()
    save = next(button for button in app.button if button.label == "保存")
    app.number_input(key=f"mark_2018_{clerk.subject}_dossier").set_value(7.5)
    save.click().run()
    assert not app.exception
    assert [(one.staff_no, one.part, one.points, one.actor) for one in annual_marks(office, "2018")] == [
        (clerk.subject, "dossier", Decimal("7.5"), "manager")
    ]
    assert whole(open_current(own_home, LOCAL)).score("person", clerk.subject, "2018").total == before + Decimal("7.5")
    assert verify(office) is None


def test_awards_are_those_of_the_engine_with_everybody_who_is_out(open_as, own_home):
    made = whole(open_current(own_home, LOCAL))
    app = open_as("manager", "redflags", lang="zh", by="quarter", quarter_at="2018Q3")
    winners = [frame.value for frame in app.dataframe if "shared" in frame.value.columns]
    out = [frame.value for frame in app.dataframe if "why" in frame.value.columns]
    for one, shown, left in zip(made.awards("2018Q3"), winners, out, strict=True):
        assert list(shown["subject"]) == [winner.subject for winner in one.winners]
        considered = {score.subject for score in made.ranked_scores(one.subject_kind, "2018Q3")}
        assert set(shown["subject"]) | set(left["subject"]) == considered
        assert not set(shown["subject"]) & set(left["subject"])
        assert all(left["why"])
    assert any("10%" in element.value for element in app.caption)


def test_the_year_lists_everybody_with_marks_and_grade(open_as, own_home):
    made = whole(open_current(own_home, LOCAL))
    app = open_as("manager", "redflags", lang="zh", by="year", year_at="2018")
    shown = table_with(app, "months_part")
    assert set(shown["subject"]) == {one.subject for one in made.ranked_scores("person", "2018")}
    for row in shown.fillna(0).itertuples():
        assert row.months_part + row.dossier + row.peers + row.leaders == pytest.approx(row.total)
    flags = table_with(app, "times")
    won = [winner.name for quarter in ("2018Q1", "2018Q2", "2018Q3", "2018Q4") for one in made.awards(quarter)
           if one.subject_kind == "window" for winner in one.winners]  # fmt: skip
    assert dict(zip(flags["window"], flags["times"], strict=True)) == {name: won.count(name) for name in won}


def test_the_rules_are_readable_to_the_last(open_as):
    scheme = load_schemes().of("2018-10")
    for kind in ("person", "window", "department"):
        app = open_as("clerk", "rules", lang="zh", kind=kind)
        ids = {value for frame in app.dataframe if "id" in frame.value.columns for value in frame.value["id"]}
        wanted = {one.id for table in (scheme.rule, scheme.metric, scheme.part) for one in table if one.subject == kind}
        wanted |= {one.id for one in scheme.propagation} if kind == "person" else set()
        assert ids == wanted
    said = table_with(app, "what")
    assert {"一票否决", "等次", "分组", "评优", "年度"} <= set(said["what"])


def stored(home: Home) -> dict[str, str]:
    """Every row of the office but sessions and people, and the rules files of the home."""
    with open_office(home).reading() as con:
        names = [row["name"] for row in con.execute("select name from sqlite_master where type = 'table' order by name")]
        kept = {name: str([tuple(row) for row in con.execute(f"select * from {name}")]) for name in names if "session" not in name}
    return kept | {str(path): path.read_text("utf-8") for path in sorted((home.root / "rules").glob("*.toml"))}


def test_a_simulation_shows_whose_score_moves_and_why_and_stores_nothing(open_as, own_home):
    made = whole(open_current(own_home, LOCAL))
    scheme = made.schemes.of(MONTH)
    index = next(index for index, one in enumerate(scheme.rule) if one.id == "A1")
    key = f"rule.{index}.points"
    app = open_as("manager", "rules", lang="zh", view="simulation", month_at=MONTH)
    before = stored(own_home)
    app.multiselect(key="simulate_settings").set_value([key]).run()
    app.number_input(key=f"simulate_{key}").set_value(-6.0).run()
    assert not app.exception
    tried = table_with(app, "field")
    assert list(zip(tried["entry"], tried["before"], tried["after"], strict=True)) == [("person.A1", "-1", "-6")]
    moves = table_with(app, "difference")
    hit = {one.subject: [line for line in one.lines if line.rule == "A1" and line.points] for one in made.scores(MONTH, "person")}
    moved = moves[(moves["kind"] == "人员") & (moves["difference"] < 0)]
    chiefs = {one.subject for one in made.scores(MONTH, "chief")}
    assert {name for name, lines in hit.items() if lines and name not in chiefs} <= set(moved["subject"])
    named = moved[moved["subject"].isin([name for name, lines in hit.items() if lines])]
    assert len(named)
    assert all("A1" in why for why in named["why"])
    assert stored(own_home) == before
    assert whole(open_current(own_home, LOCAL)).schemes.of(MONTH) == scheme


def test_a_wrong_number_and_a_bad_file_are_refused_with_where_and_why(open_as, own_home):
    scheme = whole(open_current(own_home, LOCAL)).schemes.of(MONTH)
    index = next(index for index, one in enumerate(scheme.grade) if one.id == "good")
    key = f"grade.{index}.least"
    app = open_as("manager", "rules", lang="zh", view="simulation", month_at=MONTH)
    app.multiselect(key="simulate_settings").set_value([key]).run()
    app.number_input(key=f"simulate_{key}").set_value(95.0).run()
    assert any("grade good" in element.value for element in app.error)
    text = (SHIPPED / "rules" / "assessment-hall.toml").read_text("utf-8")
    app = open_as("manager", "rules", lang="zh", view="simulation", month_at=MONTH)
    spoilt = text.replace('unit = "half_day"', 'unit = "half_days"', 1)
    line = next(number for number, one in enumerate(spoilt.splitlines(), 1) if "half_days" in one)
    app.file_uploader(key="simulate_file").set_value(("try.toml", spoilt.encode(), "text/plain")).run()
    assert any(f"try.toml 第 {line} 行" in element.value and "half_days" in element.value for element in app.error)
    app.file_uploader(key="simulate_file").set_value(("try.toml", "考核".encode("gbk"), "text/plain")).run()
    assert any("UTF-8" in element.value for element in app.error)
    other = text.replace("points = -1\n", "points = -2\n", 1)
    app.file_uploader(key="simulate_file").set_value(("try.toml", other.encode(), "text/plain")).run()
    assert not app.exception
    assert "person.A1" in list(table_with(app, "field")["entry"])


def test_another_places_scheme_can_be_held_against_ones_own(open_as):
    app = open_as("manager", "rules", lang="en", view="differences")
    assert len(table_with(app, "field")) > 20


def test_a_wrong_rules_file_of_the_office_is_told_on_the_page(open_as, own_home):
    """Last: it spoils the home for a moment."""
    folder = own_home.root / "rules"
    folder.mkdir(exist_ok=True)
    path = folder / "assessment-own.toml"
    text = (SHIPPED / "rules" / "assessment-hall.toml").read_text("utf-8").replace('id = "hall"', 'id = "own"', 1)
    try:
        path.write_text(text.replace("points = -1\n", "point = -1\n", 1), "utf-8")
        app = open_as("manager", "rules", lang="zh")
        assert any("assessment-own.toml 第" in element.value for element in app.error)
    finally:
        path.unlink()
    assert months_of("2018Q1")[0] in frozen_months(open_office(own_home))


def test_charts_of_fairness_hold_what_they_are_given():
    box = charts.boxes([charts.Spread("甲", (1, 2, 3, 4, 5)), charts.Spread("乙", (2, 2, 2, 2, 2))], "分")
    assert [(trace.lowerfence[0], trace.q1[0], trace.median[0], trace.q3[0], trace.upperfence[0]) for trace in box.data] == [
        (1, 2, 3, 4, 5), (2, 2, 2, 2, 2),
    ]  # fmt: skip
    cloud = charts.cloud({"甲": [(10, 99.5, "一窗口")], "乙": [(20, 98, "二窗口")]}, "业务量", "分")
    assert [(trace.x[0], trace.y[0], trace.text[0]) for trace in cloud.data] == [(10, 99.5, "一窗口"), (20, 98, "二窗口")]
    assert len({trace.marker.symbol for trace in cloud.data}) == 2
