"""The assessment in a real Chromium: staff dispute a deduction, the head looks on, the manager grants it and publishes, a leader reads."""

import re
from decimal import Decimal

import chromium
import pytest
from signed_in import PASSWORD, cast_of, disputable, known
from small_hall import beside, made_once, published

from dashboard.queries.assessment import whole
from dashboard.store import open_current
from etl.access.principal import LOCAL
from etl.config import Home
from etl.office import entries, open_office, verify
from etl.office.appeals import appeals
from etl.office.freezing import frozen_months

pytestmark = pytest.mark.browser
MONTH = "2018-01"
ROW = 35


@pytest.fixture(scope="module")
def own_home(tmp_path_factory) -> Home:
    """The small hall with an office of this walk's own, which is written to."""
    hall = Home(made_once(tmp_path_factory, "small-hall", published))
    return beside(hall, tmp_path_factory.mktemp("assessment") / "home")


@pytest.fixture(scope="module")
def cast(own_home):
    """One person a role, and what the first of them will dispute."""
    made = whole(open_current(own_home, LOCAL))
    score, line = disputable(made, MONTH)
    known(open_office(own_home), *cast_of(score.window, score.subject).values())
    return {"score": score, "line": line, "made": made}


@pytest.fixture(scope="module")
def server(own_home, cast, tmp_path_factory):
    """A server with accounts, in place of the shared one."""
    log = tmp_path_factory.mktemp("server") / "server.log"
    with chromium.served(own_home.root, log, access=None, environ={"HALL_ARGON2": "8,1"}) as address:
        yield address


def sign_in(walk, name: str) -> None:
    walk.page.goto(f"{walk.address}/sign-in?lang=zh")
    walk.page.fill("input[name=name]", name)
    walk.page.fill("input[name=password]", PASSWORD)
    walk.page.get_by_role("button", name="登录", exact=True).click()
    walk.settle()


def sign_out(walk) -> None:
    walk.page.locator("a.hall-account").click()
    walk.page.get_by_role("button", name="退出登录", exact=True).click()
    walk.page.wait_for_url("**/sign-in**")
    # The socket that signing out closes is no complaint.
    walk.complaints[:] = [text for text in walk.complaints if not re.search("401|403|WebSocket", text)]


def links(walk) -> set[str]:
    return {text.split("\n")[-1] for text in walk.page.locator("[data-testid=stSidebar] [data-testid=stPageLink]").all_inner_texts()}


def press(walk, name: str) -> None:
    walk.page.get_by_role("button", name=re.compile(name)).first.click()
    walk.settle()


def card(walk, label: str) -> str:
    return next(text for text in walk.cards() if text.startswith(label))


def test_staff_see_their_own_score_and_dispute_a_deduction(walk, own_home, cast):
    score, line = cast["score"], cast["line"]
    sign_in(walk, "clerk")
    assert {"我的得分", "窗口看板", "考核规则"} <= links(walk)
    assert not {"考核评比", "流动红旗与评优", "巡查与点评"} & links(walk)
    walk.go(f"myscore?lang=zh&month_at={MONTH}")
    assert f"{score.total:.2f}" in card(walk, "得分")
    assert score.name in walk.text()
    others = {one.name for one in cast["made"].scores(MONTH, "person")} - {score.name}
    assert [name for name in others if name in walk.text()] == []
    walk.go(f"assessment?lang=zh&month_at={MONTH}")
    assert walk.title() == "没有权限"
    walk.go(f"myscore?lang=zh&month_at={MONTH}&event={line.event_id}")
    walk.page.get_by_label(re.compile("申诉理由")).fill("当日已一次性告知，有登记")
    press(walk, "提交申诉")
    walk.page.get_by_text("申诉已提交，等待决定").wait_for(timeout=30_000)
    assert [(one.event_id, one.actor, one.state) for one in appeals(open_office(own_home))] == [(line.event_id, "clerk", "open")]
    sign_out(walk)


def test_a_window_head_sees_the_window_and_the_others_without_names(walk, cast):
    score = cast["score"]
    sign_in(walk, "head")
    assert not {"考核评比", "流动红旗与评优"} & links(walk)
    walk.go(f"windowboard?lang=zh&month_at={MONTH}")
    window = cast["made"].score("window", score.window, MONTH)
    assert f"{window.total:.2f}" in card(walk, "得分")
    others = {one.subject for one in cast["made"].scores(MONTH, "window")} - {score.window}
    assert [name for name in others if name in walk.text()] == []
    walk.go("assessment?lang=zh&view=publish")
    assert walk.title() == "没有权限"
    sign_out(walk)


def test_the_manager_opens_a_trace_grants_the_appeal_and_publishes_the_month(walk, own_home, cast):
    score, line, office = cast["score"], cast["line"], open_office(own_home)
    sign_in(walk, "manager")
    walk.go(f"assessment?lang=zh&month_at={MONTH}&kind=person")
    first = cast["made"].rankings("person", MONTH)[0].places[0]
    box = walk.page.locator("[data-testid=stDataFrame]").first.bounding_box()
    walk.page.mouse.click(box["x"] + 40, box["y"] + ROW + ROW / 2)
    walk.page.get_by_text(f"得分明细：{first.name}").wait_for(timeout=30_000)
    walk.settle()
    assert f"= {first.total:.2f}" in walk.text()
    assert first.subject not in walk.page.url
    walk.go("assessment?lang=zh&view=appeals")
    assert "当日已一次性告知，有登记" in walk.text()
    walk.page.get_by_label(re.compile("决定理由")).first.fill("登记属实")
    press(walk, "支持申诉，撤回扣分")
    walk.page.get_by_text("没有待决定的申诉").wait_for(timeout=30_000)
    assert whole(open_current(own_home, LOCAL)).score("person", score.subject, MONTH).total == score.total - line.points
    walk.go("assessment?lang=zh&view=publish")
    button = walk.page.get_by_role("button", name=re.compile("^公布 2018年1月|公布 2018年1月$"))
    assert button.is_disabled()
    walk.page.get_by_text("已核对得分和名次，确认公布，公布后不能撤回").click()
    walk.settle()
    button.click()
    walk.page.get_by_text("2018年1月 已公布").wait_for(timeout=30_000)
    walk.settle()
    assert frozen_months(office) == [MONTH]
    assert "2018年2月" in walk.text()
    assert [one.action for one in entries(office) if one.actor == "manager" and one.action.startswith(("appeal.", "month."))] == [
        "month.frozen", "appeal.granted",
    ]  # fmt: skip
    assert verify(office) is None
    sign_out(walk)


def test_the_clerk_finds_the_points_given_back_in_the_published_month(walk, cast):
    score, line = cast["score"], cast["line"]
    sign_in(walk, "clerk")
    walk.go(f"myscore?lang=zh&month_at={MONTH}&event={line.event_id}")
    assert f"{score.total - line.points:.2f}" in card(walk, "得分")
    assert "申诉成立" in walk.text()
    assert "登记属实" in walk.text()
    assert "已公布" in walk.text()
    sign_out(walk)


def test_the_manager_tries_another_scheme_and_nothing_is_kept(walk, own_home):
    before = entries(open_office(own_home), action="month.")
    sign_in(walk, "manager")
    walk.go(f"rules?lang=zh&view=simulation&month_at={MONTH}")
    field = walk.page.get_by_role("combobox").first
    field.click()
    field.fill("A1")
    walk.page.get_by_role("option").filter(has_text="A1 迟到").first.click()
    walk.page.keyboard.press("Escape")
    walk.settle()
    number = walk.page.locator("[data-testid=stNumberInput] input").first
    number.fill("-5")
    number.press("Enter")
    walk.page.get_by_text("得分和名次的变动").wait_for(timeout=60_000)
    walk.settle()
    assert "有变动" in "".join(walk.cards())
    assert entries(open_office(own_home), action="month.") == before
    sign_out(walk)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_leader_reads_windows_and_awards_and_no_name_of_staff(walk, cast, lang):
    sign_in(walk, "leader")
    names = {one.name for one in cast["made"].scores("2018", "person")}
    for path in (f"assessment?lang={lang}&month_at={MONTH}", f"assessment?lang={lang}&view=fairness&by=year", f"redflags?lang={lang}",
                 f"redflags?lang={lang}&by=year", f"rules?lang={lang}"):  # fmt: skip
        walk.go(path)
        text = walk.text()
        assert [name for name in names if re.search(rf"(?<![\u3400-\u9fff]){name}(?![\u3400-\u9fff])", text)] == [], path
    assert walk.page.get_by_role("radio", name=re.compile("试算|Simulation")).count() == 0
    walk.go(f"assessment?lang={lang}&kind=person&view=publish")
    assert walk.page.get_by_role("button", name=re.compile("^公布|^Publish")).count() == 0
    walk.page.locator("a.hall-account").click()
    walk.page.get_by_role("button", name=re.compile("退出登录|Sign out")).first.click()
    walk.page.wait_for_url("**/sign-in**")
    walk.complaints[:] = [text for text in walk.complaints if not re.search("401|403|WebSocket", text)]


PAGES = (
    "assessment?view=ranking&kind=person",
    "assessment?view=fairness",
    "assessment?view=marks",
    "redflags?by=year",
    "rules?kind=window",
)


@pytest.mark.parametrize("walk", [(390, 844), (1280, 900)], indirect=True)
def test_nothing_overflows_the_width(walk, cast):
    sign_in(walk, "manager")
    assert walk.all_too_wide(f"{page}&lang=en" for page in PAGES) == {}


def test_the_score_that_was_disputed_is_exact(cast):
    score = cast["score"]
    assert score.base + sum((line.points for line in score.lines), Decimal(0)) == score.total
