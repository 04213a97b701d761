"""The assessment's pages as people use them: findings entered and corrected, an appeal made and decided, scores that follow at once."""

from datetime import date, datetime
from functools import partial

import pytest
from drawn_page import chinese_left, english_left, texts
from signed_in import cast_of, disputable, known, signed_in_app
from small_hall import beside

from dashboard.queries.assessment import assessed, whole
from dashboard.queries.patrol import findings as loaded_findings
from dashboard.store import open_current
from etl.access import people
from etl.access.principal import LOCAL
from etl.assess.documents import to_document
from etl.config import Home
from etl.office import entries, open_office, verify
from etl.office.appeals import appeals, last_day
from etl.office.findings import findings, versions
from etl.office.freezing import freeze
from etl.office.reviews import reviews

KEPT = {"CSV", "English", "Excel", "JSON", "Parquet", "MB", "AB"}
PAGES = {"manager": ("patrol",), "head": ("myscore", "windowboard", "patrol"), "clerk": ("myscore", "windowboard")}
MONTH = "2018-11"


@pytest.fixture(scope="module")
def own_home(hall_home, tmp_path_factory) -> Home:
    """The shared hall's data with an office of this module's own, which is written to."""
    return beside(hall_home, tmp_path_factory.mktemp("assessed") / "home")


@pytest.fixture(scope="module")
def cast(own_home):
    """The people of the walk: somebody with something to dispute, the head of the same window, the manager."""
    made = whole(open_current(own_home, LOCAL))
    clerk, line = disputable(made, MONTH)
    known(open_office(own_home), *cast_of(clerk.window, clerk.subject).values())
    return {"line": line, "score": clerk, "window": clerk.window}


@pytest.fixture
def open_as(own_home, cast, monkeypatch):
    """Opens a page as one of the cast, with a real session."""

    return partial(signed_in_app, own_home, monkeypatch)


def store_of(own_home, name: str):
    return open_current(own_home, people.person(open_office(own_home), name).principal)


@pytest.mark.parametrize(("name", "page"), [(name, page) for name, pages in PAGES.items() for page in pages])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_are_whole_in_both_languages(open_as, own_home, cast, name, page, lang):
    app = open_as(name, page, lang=lang, month_at=MONTH, week="2018-11-14")
    assert app.title
    assert not [element for element in app.error if "无法显示" in element.value or "cannot be shown" in element.value]
    store = open_current(own_home, LOCAL)
    names = [cast["score"].name, "职员", "负责人", "管理员"]
    left = english_left(texts(app), store, KEPT) if lang == "zh" else chinese_left(texts(app), store, names)
    # Versions of the scheme and numbers of events are what they are in every language.
    assert [text for text in left if "@" not in text] == []


def test_a_score_is_shown_with_its_sum(open_as, cast):
    app = open_as("clerk", "myscore", lang="zh", month_at=MONTH)
    cards = {metric.label: metric.value for metric in app.metric}
    assert cards["得分"] == f"{cast['score'].total:.2f}"
    assert any(element.value.startswith("计算：100.00") and f"= **{cast['score'].total:.2f}**" in element.value for element in app.markdown)
    total = sum(float(row) for row in app.dataframe[0].value["points"]) + 100
    assert total == pytest.approx(float(cast["score"].total))


def test_an_appeal_is_made_by_staff_and_granted_by_the_manager(open_as, own_home, cast):
    line, before = cast["line"], cast["score"]
    office = open_office(own_home)
    app = open_as("clerk", "myscore", lang="zh", month_at=MONTH, event=line.event_id)
    app.button(key="appeal_submit").click().run()
    assert any("请写明理由" in element.value for element in app.error)
    app.text_area(key=f"appeal_reason_{line.event_id}").set_value("当日有登记，电话13800001111").run()
    app.button(key="appeal_submit").click().run()
    assert any("电话号码" in element.value for element in app.error)
    assert appeals(office) == []
    app.text_area(key=f"appeal_reason_{line.event_id}").set_value("当日已一次性告知，有登记").run()
    app.button(key="appeal_submit").click().run()
    assert not app.exception
    (made,) = appeals(office)
    assert (made.event_id, made.month, made.staff_no, made.actor, made.state) == (line.event_id, MONTH, before.subject, "clerk", "open")
    assert any("等待决定" in element.value for element in app.info)
    assert not [button for button in app.button if button.key == "appeal_submit"]

    board = open_as("manager", "patrol", lang="zh")
    board.button(key=f"grant_{made.number}").click().run()
    assert any("请写明理由" in element.value for element in board.error)
    board.text_area(key=f"decide_reason_{made.number}").set_value("登记属实").run()
    board.button(key=f"grant_{made.number}").click().run()
    assert not board.exception
    assert appeals(office)[0].state == "granted"
    assert entries(office, action="appeal.granted")[0].actor == "manager"

    after = open_as("clerk", "myscore", lang="zh", month_at=MONTH, event=line.event_id)
    cards = {metric.label: metric.value for metric in after.metric}
    assert cards["得分"] == f"{before.total - line.points:.2f}"
    assert any("申诉成立" in element.value and "登记属实" in element.value for element in after.success)


def test_an_event_of_somebody_else_is_not_shown_to_be_disputed(open_as, own_home, cast):
    other = next(one for one in whole(open_current(own_home, LOCAL)).inputs.events if one.staff_no not in ("", cast["score"].subject))
    app = open_as("clerk", "myscore", lang="zh", month_at=MONTH, event=other.event_id)
    assert any("没有记在本人名下" in element.value for element in app.markdown)
    assert not [button for button in app.button if button.key == "appeal_submit"]


def test_a_finding_is_refused_in_the_loaders_words_then_entered_and_corrected(open_as, own_home, cast):
    office = open_office(own_home)
    app = open_as("manager", "patrol", lang="zh", week="2018-11-14")
    app.button(key="finding_new_0_submit").click().run()
    assert any("窗口为空；请补填" in element.value and "问题类别" in element.value for element in app.error)
    assert findings(office) == []
    app.date_input(key="finding_new_0_day").set_value(date(2018, 11, 14)).run()
    app.selectbox(key="finding_new_0_window").set_value(cast["window"]).run()
    app.selectbox(key=f"finding_new_0_staff_{cast['window']}").set_value(cast["score"].subject).run()
    app.selectbox(key="finding_new_0_kind").set_value("quarrel").run()
    app.text_area(key="finding_new_0_finding").set_value("与群众争吵").run()
    app.button(key="finding_new_0_submit").click().run()
    assert not app.exception
    (one,) = findings(office)
    assert (one.day, one.window_name, one.staff_no, one.cells["event_kind"]) == (
        date(2018, 11, 14), cast["window"], cast["score"].subject, "quarrel",
    )  # fmt: skip
    assert any("与群众争吵" in element.value for element in app.markdown)
    assert any(one.event_id == line.event_id for line in assessed(store_of(own_home, "clerk")).own_score(MONTH).lines)

    app = open_as("manager", "patrol", lang="zh", week="2018-11-14", finding=one.finding_id)
    app.button(key=f"finding_{one.event_id}_withdraw").click().run()
    assert any("请写明理由" in element.value for element in app.error)
    reason = next(area for area in app.text_area if area.key.startswith(f"finding_{one.event_id}_reason"))
    reason.set_value("查无此事").run()
    app.button(key=f"finding_{one.event_id}_withdraw").click().run()
    assert [version.act for version in versions(office, one.finding_id)] == ["entered", "withdrawn"]
    assert one.finding_id in list(next(frame.value for frame in app.dataframe if "finding_id" in frame.value.columns)["finding_id"])
    assert verify(office) is None


def test_a_window_head_sees_the_own_windows_findings_and_no_form(open_as, own_home, cast):
    everything = loaded_findings(open_current(own_home, LOCAL), date(2018, 1, 1), date(2018, 12, 31))
    mine = everything[everything["window_name"] == cast["window"]]
    day = mine["day"].iloc[0]
    app = open_as("head", "patrol", lang="zh", week=f"{day:%Y-%m-%d}")
    listed = next(frame.value for frame in app.dataframe if "finding_id" in frame.value.columns)
    assert set(listed["window"]) == {cast["window"]}
    assert not [button for button in app.button if button.key and button.key.startswith(("finding_new", "review_submit", "grant_"))]


def test_a_review_of_the_week_is_written_and_read(open_as, own_home, cast):
    app = open_as("manager", "patrol", lang="zh", week="2018-11-14")
    area = next(one for one in app.text_area if one.key.startswith("review_"))
    area.set_value("本周秩序良好").run()
    app.button(key="review_submit").click().run()
    assert not app.exception
    assert [one.text for one in reviews(open_office(own_home), date(2018, 11, 12), date(2018, 11, 18))] == ["本周秩序良好"]
    shown = next(frame.value for frame in app.dataframe if "text" in frame.value.columns)
    assert list(shown["text"]) == ["本周秩序良好"]


def test_after_publication_the_page_says_until_when_and_then_that_it_is_too_late(open_as, own_home, cast):
    """Last of the module: it freezes a month for good."""
    store = open_current(own_home, LOCAL)
    seen = assessed(store)
    event = next(
        line for month in ("2018-02",) for one in whole(store).scores(month, "person") if one.subject == cast["score"].subject
        for line in one.lines if line.event_id and line.points < 0
    )  # fmt: skip
    made = whole(store).freeze("2018-02")

    freeze(
        seen.office, "2018-02", to_document(made), store.snapshot_id, made.scheme_id, made.scheme_version, "manager", datetime(2018, 3, 5)
    )
    app = open_as("clerk", "myscore", lang="zh", month_at="2018-02", event=event.event_id)
    assert any("申诉期已过：2018年3月8日 止" in element.value for element in app.markdown)
    assert any("已公布（2018年3月5日）" in element.value for element in app.caption)
    assert not [button for button in app.button if button.key == "appeal_submit"]
    refused = open_as("manager", "patrol", lang="zh", week="2018-02-14")
    refused.date_input(key="finding_new_0_day").set_value(date(2018, 2, 14)).run()
    assert any("2018-02 已冻结" in element.value for element in refused.info)
    box = refused.selectbox(key="finding_new_0_window")
    box.set_value(box.options[0]).run()
    refused.selectbox(key="finding_new_0_kind").set_value("tidiness").run()
    refused.button(key="finding_new_0_submit").click().run()
    assert any("请作为更正计入下一个未冻结的月份 2018-03" in element.value for element in refused.error)
    refused.checkbox(key="finding_new_0_late").set_value(True).run()
    refused.button(key="finding_new_0_submit").click().run()
    assert not refused.exception
    listed = next(frame.value for frame in refused.dataframe if "month_of" in frame.value.columns)
    assert listed[["month_of", "month", "effect"]].to_numpy().tolist() == [["2018-02", "2018-03", "补记"]]
    # Where it counts is where it can be disputed: the month that made good, open or published in its turn.
    late = next(one.event for one in findings(seen.office) if one.counts_in == "2018-03")
    assert assessed(store).counts_in(late) == "2018-03"
    assessed(store).publish("2018-03", "manager", datetime(2018, 4, 4))
    assert assessed(store).counts_in(late) == "2018-03"
    # 4 April 2018 was followed by Qingming; Sunday the 8th was worked.
    assert last_day(seen.office, "2018-03", store.snapshot.calendar, 3) == date(2018, 4, 10)
