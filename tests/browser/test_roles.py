"""Each role signs in, looks around, and signs out, in both languages, in a real Chromium."""

import re

import chromium
import pytest

from dashboard.access.demo import ORDER
from dashboard.language import language
from dashboard.navigation import ENTRIES, first_for
from etl.access.rules import access_rules

pytestmark = pytest.mark.browser
CJK = re.compile(r"[㐀-鿿]")
FORBIDDEN = {
    "staff": "case",
    "window_head": "people",
    "manager": "trail",
    "leader": "case",
    "auditor": "overview",
    "administrator": "timelimits",
}


@pytest.fixture(scope="session")
def demo_server(walked_home, tmp_path_factory):
    with chromium.served(walked_home.root, tmp_path_factory.mktemp("demo") / "log", access="demo") as address:
        yield address


def entered(walk, address: str, role: str, lang: str) -> None:
    """One click on the sign-in page, as a visitor of the demo makes it."""
    walk.address = address
    walk.page.goto(f"{address}/?lang={lang}")
    walk.page.locator(f"button[value=demo-{role}]").click()
    walk.settle()


@pytest.mark.parametrize(("role", "lang"), [*((role, "zh") for role in ORDER), ("staff", "en"), ("manager", "en")])
def test_a_role_comes_in_with_one_click_and_finds_its_own_pages(walk, demo_server, role, lang):
    speak = language(lang)
    rules = access_rules()
    titles = {entry.name: entry.title(speak) for entry in ENTRIES}
    entered(walk, demo_server, role, lang)
    assert walk.title() == titles[first_for(role)]
    links = walk.page.locator("[data-testid=stSidebar] [data-testid=stPageLink]").all_inner_texts()
    assert {text.split("\n")[-1] for text in links} == {
        titles[entry.name] for entry in ENTRIES if rules.may_open(role, entry.name) and not entry.of_counties
    }
    banner = walk.page.locator(".hall-banner").first.inner_text()
    assert banner == speak("演示模式：一键登录，只限本机，请勿放入真实数据")
    assert speak.pick(rules.roles[role].zh, rules.roles[role].en) in walk.page.locator(".hall-account").inner_text()
    # A deep link to a page of another role says so, in the page's language, and reloading keeps the sign-in.
    walk.go(f"{FORBIDDEN[role]}?lang={lang}")
    assert walk.title() == speak("没有权限")
    assert bool(CJK.search(walk.title())) == (lang == "zh")
    walk.page.reload()
    walk.settle()
    assert walk.title() == speak("没有权限")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_signing_out_in_one_tab_ends_the_other_within_seconds(walk, demo_server, lang):
    speak = language(lang)
    entered(walk, demo_server, "manager", lang)
    other = walk.page.context.new_page()
    other.goto(f"{demo_server}/throughput?lang={lang}")
    other.locator("h1").first.wait_for(timeout=60_000)
    walk.page.locator("a.hall-account").click()
    walk.page.get_by_role("button", name=speak("退出登录"), exact=True).click()
    # Three seconds on an idle machine; the rest is for one on which other tests run beside this.
    other.wait_for_url("**/sign-in**", timeout=15_000)
    assert other.locator("[data-testid=stMetric]").count() == 0
    assert other.locator(".old").is_hidden()
    # The socket that was closed and the question that was refused are what this test is about.
    walk.complaints[:] = [text for text in walk.complaints if "401" not in text and "WebSocket" not in text and "403" not in text]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sign_in_page_tells_a_browser_that_is_too_old(walk, demo_server, lang):
    page = walk.page
    page.add_init_script("delete Object.hasOwn;")
    page.goto(f"{demo_server}/sign-in?lang={lang}")
    notice = page.locator("#old")
    assert notice.is_visible()
    assert "浏览器版本过旧" in notice.inner_text()


def test_scripts_cannot_read_the_session(walk, demo_server):
    entered(walk, demo_server, "leader", "zh")
    assert "hall_session" not in walk.page.evaluate("document.cookie")
    cookie = next(cookie for cookie in walk.page.context.cookies() if cookie["name"] == "hall_session")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
