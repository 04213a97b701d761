"""The assessment in a real Chromium: staff dispute their own, the head sees the window, the manager decides, the leader sees no names."""

from collections.abc import Iterator

import chromium
import pytest
from small_hall import beside

from dashboard.access.demo import demo_people
from dashboard.queries.assessment import whole
from dashboard.store import open_current
from etl.access.principal import LOCAL
from etl.config import Home
from etl.office import entries, open_office, verify
from etl.office.appeals import appeals
from etl.office.findings import findings

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own_home(walked_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The shared hall's data with an office of this module's own, which is written to."""
    return beside(walked_home, tmp_path_factory.mktemp("assessed") / "home")


@pytest.fixture(scope="module")
def server(own_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chromium.served(own_home.root, tmp_path_factory.mktemp("server") / "server.log", access="demo") as address:
        yield address


@pytest.fixture(scope="module")
def disputed(own_home):
    """The demo's member of staff, and an event that cost them points in a month."""
    made = whole(open_current(own_home, LOCAL))
    who = demo_people(own_home)["demo-staff"]
    for number in range(12, 0, -1):
        score = made.score("person", who.staff_no, f"2018-{number:02d}")
        for line in score.lines if score is not None else ():
            if line.event_id and line.points < 0 and line.kind != "cap":
                return who, score, line
    raise LookupError


def entered(walk, role: str) -> None:
    walk.page.goto(f"{walk.address}/?lang=zh")
    walk.page.locator(f"button[value=demo-{role}]").click()
    walk.settle()


def left(walk) -> None:
    """Signs out, and is at the sign-in page again."""
    walk.page.locator("a.hall-account").click()
    walk.page.get_by_role("button", name="退出登录", exact=True).click()
    walk.page.locator("button[value=demo-manager]").wait_for(timeout=30_000)


def overflows(walk) -> bool:
    return bool(walk.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"))


def test_staff_dispute_an_event_the_manager_grants_it_and_the_score_follows(walk, own_home, disputed):
    who, score, line = disputed
    office = open_office(own_home)
    entered(walk, "staff")
    links = walk.page.locator("[data-testid=stSidebar] [data-testid=stPageLink]").all_inner_texts()
    assert {"我的得分", "窗口看板"} <= {text.split("\n")[-1] for text in links}
    assert "巡查与点评" not in {text.split("\n")[-1] for text in links}
    walk.go(f"myscore?lang=zh&month_at={score.period}&event={line.event_id}")
    assert f"{score.total:.2f}" in walk.cards()[0]
    assert who.staff_no in walk.text()
    walk.page.get_by_role("textbox", name="申诉理由").fill("当日有登记，附后")
    walk.page.keyboard.press("Tab")
    walk.settle()
    walk.page.get_by_role("button", name="提交申诉").click()
    walk.page.get_by_text("申诉已提交，等待决定").wait_for(timeout=30_000)
    walk.settle()
    (made,) = appeals(office)
    assert (made.staff_no, made.event_id, made.actor) == (who.staff_no, line.event_id, "demo-staff")
    left(walk)

    entered(walk, "manager")
    walk.go("patrol?lang=zh")
    walk.page.get_by_role("textbox", name="决定理由").fill("登记属实")
    walk.page.keyboard.press("Tab")
    walk.settle()
    walk.page.get_by_role("button", name="支持申诉，撤回扣分").click()
    walk.page.get_by_text("没有待决定的申诉").wait_for(timeout=30_000)
    walk.settle()
    assert appeals(office)[0].state == "granted"
    left(walk)

    entered(walk, "staff")
    walk.go(f"myscore?lang=zh&month_at={score.period}&event={line.event_id}")
    assert "申诉成立" in walk.text()
    after = whole(open_current(own_home, LOCAL)).score("person", who.staff_no, score.period)
    assert after.total > score.total
    assert f"{after.total:.2f}" in walk.cards()[0]
    assert [entry.action for entry in entries(office, action="appeal.")] == ["appeal.granted", "appeal.made"]
    assert verify(office) is None


def test_the_manager_enters_a_finding_and_the_head_sees_it_without_a_form(walk, own_home):
    window = demo_people(own_home)["demo-window_head"].window
    entered(walk, "manager")
    walk.go("patrol?lang=zh&week=2018-12-05")
    walk.page.get_by_role("button", name="录入", exact=True).click()
    walk.page.get_by_text("窗口为空；请补填").wait_for(timeout=30_000)
    for name, value in (("窗口", window), ("问题类别", "着装仪容不规范")):
        walk.page.get_by_role("combobox", name=name).first.click()
        walk.page.keyboard.type(value)
        walk.page.keyboard.press("Enter")
        walk.settle()
    walk.page.get_by_role("textbox", name="问题描述").fill("未佩戴胸牌")
    walk.page.keyboard.press("Tab")
    walk.settle()
    walk.page.get_by_role("button", name="录入", exact=True).click()
    walk.page.get_by_text("巡查记录 OF000001").wait_for(timeout=30_000)
    walk.settle()
    (one,) = findings(open_office(own_home))
    assert (one.window_name, one.cells["event_kind"], one.actor) == (window, "dress", "demo-manager")
    left(walk)
    entered(walk, "window_head")
    walk.go(f"patrol?lang=zh&week={one.day}&finding={one.finding_id}")
    assert "未佩戴胸牌" in walk.text()
    assert walk.page.get_by_role("button", name="录入", exact=True).count() == 0
    assert walk.page.get_by_role("button", name="撤销这条记录").count() == 0


def test_a_board_names_the_own_window_alone_and_a_leader_has_no_score_of_persons(walk, own_home):
    people = demo_people(own_home)
    entered(walk, "window_head")
    walk.go("windowboard?lang=zh")
    text = walk.text()
    others = [name for name in open_current(own_home, LOCAL).choices("window") if name != people["demo-window_head"].window]
    assert people["demo-window_head"].window in text
    assert [name for name in others if name in text] == []
    walk.go("myscore?lang=zh")
    assert "首席代表（含连带）" in walk.text()
    left(walk)
    entered(walk, "leader")
    for page in ("myscore", "windowboard", "patrol"):
        walk.go(f"{page}?lang=zh")
        assert walk.title() == "没有权限"


@pytest.mark.parametrize(("role", "page"), [("staff", "myscore"), ("window_head", "windowboard"), ("manager", "patrol")])
def test_no_page_is_wider_than_its_screen(walk, role, page):
    entered(walk, role)
    for width in (390, 1280, 1920):
        walk.page.set_viewport_size({"width": width, "height": 900})
        walk.go(f"{page}?lang=zh")
        assert not overflows(walk), width
