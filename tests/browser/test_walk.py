"""The manager's walk in a real Chromium. Every walk also fails on an error in the console and on a request that leaves this machine."""

import re
from pathlib import Path

import pytest
from small_hall import CUT_OFF

from dashboard.store import Scope, open_current

pytestmark = pytest.mark.browser
CJK = re.compile(r"[\u3400-\u9fff]")
# English that a Chinese page may show: what an office says as it is, and names of files and versions.
KEPT = {"CSV", "English", "chinesecalendar"}


def choose(walk, label: str, option: str) -> None:
    box = walk.page.get_by_label(label, exact=True)
    box.click()
    box.press_sequentially(option)
    walk.page.get_by_role("option", name=option, exact=True).click()
    walk.settle()


def follow(walk, name: str) -> None:
    walk.page.get_by_role("link", name=name, exact=True).click()
    walk.until("document.querySelector('h1')?.innerText === wanted", name)
    walk.settle()


def press_first_case(walk) -> None:
    """Presses the case number in the first row of the visible list: the table is drawn on a canvas."""
    table = walk.page.locator("[role=tabpanel]:visible [data-testid=stDataFrame]").first
    table.scroll_into_view_if_needed()
    walk.page.wait_for_timeout(600)
    box = table.bounding_box()
    assert box is not None
    walk.page.mouse.click(box["x"] + 70, box["y"] + 52)


def test_open_filter_drill_to_a_case_go_back_and_reload(walk, walked_home):
    store = open_current(walked_home)
    overdue = store.open_cases("overdue", Scope())
    case_no, department = overdue["case_no"].iloc[0], overdue["department"].iloc[0]
    walk.go()
    assert walk.title() == "总览"
    assert f"{CUT_OFF.year}年{CUT_OFF.month}月" in walk.text()
    choose(walk, "部门", department)
    assert f"部门：{department}" in walk.text()
    follow(walk, "时限合规")
    assert f"部门：{department}" in walk.text()
    press_first_case(walk)
    walk.until("document.querySelector('h1')?.innerText.includes(wanted)", case_no)
    walk.settle()
    due = store.due(case_no)["promised"]
    assert due.due_on.isoformat() in walk.text()
    assert due.steps[0].zh in walk.text()
    assert f"case={case_no}" in walk.page.url
    walk.page.go_back()
    walk.until("document.querySelector('h1')?.innerText === wanted", "时限合规")
    walk.settle()
    assert f"部门：{department}" in walk.text()
    walk.page.reload()
    walk.settle()
    assert walk.title() == "时限合规"
    assert f"部门：{department}" in walk.text()


def test_a_link_sent_to_a_colleague_shows_the_same_view(walk, walked_home):
    department = open_current(walked_home).choices("department")[1]
    walk.go()
    choose(walk, "期间类型", "季度")
    choose(walk, "部门", department)
    link = walk.page.url.removeprefix(f"{walk.address}/")
    assert "period=quarter" in link
    shown = walk.cards()
    walk.page.context.clear_cookies()
    walk.go(link)
    assert walk.cards() == shown
    assert f"部门：{department}" in walk.text()


def test_back_undoes_a_filter(walk, walked_home):
    department = open_current(walked_home).choices("department")[0]
    walk.go()
    choose(walk, "部门", department)
    walk.page.go_back()
    walk.until("!document.querySelector('[data-testid=stMain]').innerText.includes('部门：' + wanted)", department)
    walk.settle()
    assert "全部部门、窗口和渠道" in walk.text()


def test_language_is_switched_and_kept(walk):
    walk.go("throughput?period=month&on=2018-10-01")
    assert walk.page.evaluate("document.documentElement.lang") == "zh-CN"
    walk.page.get_by_role("button", name="English").click()
    walk.until("document.querySelector('h1')?.innerText === wanted", "Throughput")
    walk.settle()
    assert "lang=en" in walk.page.url
    assert walk.page.evaluate("document.documentElement.lang") == "en"
    follow(walk, "Time limits")
    walk.page.reload()
    walk.settle()
    assert walk.title() == "Time limits"
    assert "October 2018" in walk.text()


@pytest.mark.parametrize("path", ["", "throughput", "timelimits", "evaluations", "disclosure", "supervision", "case"])
def test_first_visit_by_a_deep_link_shows_the_whole_frame_and_no_english(walk, path, walked_home):
    store = open_current(walked_home)
    walk.go(f"{path}?lang=zh&period=year&on=2018-01-01")
    walk.page.get_by_role("link", name="总览", exact=True).wait_for()
    assert "数据截止" in walk.text()
    for _ in range(3):
        walk.page.mouse.wheel(0, 1500)
        walk.page.wait_for_timeout(200)
    seen = walk.page.evaluate(
        """() => {
          const found = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const parent = node.parentElement;
            if (parent.closest('script, style, noscript, canvas')) continue;
            if (getComputedStyle(parent).fontFamily.includes('Material Symbols')) continue;
            if (node.data.trim()) found.push(node.data.trim());
          }
          const names = ['aria-label', 'title', 'placeholder', 'alt'];
          for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
            for (const name of names) if (element.getAttribute(name)) found.push(element.getAttribute(name));
          return found;
        }"""
    )
    leftovers = set()
    for text in seen:
        for version in (store.snapshot_id, store.meta["calendar_version"], store.meta["rules_version"]):
            text = text.replace(version, "")
        words = set(re.findall(r"[A-Za-z]{3,}", text)) - KEPT
        if words and not CJK.search(text):
            leftovers.add(text)
    assert leftovers == set()


def test_an_export_is_named_in_chinese_and_opens_with_its_mark(walk):
    walk.go("?period=month&on=2018-10-01")
    with walk.page.expect_download() as started:
        walk.page.get_by_role("button", name=re.compile("下载 CSV")).last.click()
    download = started.value
    assert download.suggested_filename == "各部门_2018-10-01_2018-10-31.csv"
    content = Path(download.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert "部门,收件量" in content.decode("utf-8-sig").splitlines()[0]
    assert "数据版本" in content.decode("utf-8-sig")


def test_the_formula_opens_with_one_click(walk):
    walk.go("?period=month&on=2018-10-01")
    walk.page.get_by_role("button", name="口径").first.click()
    shown = walk.page.locator("[data-testid=stPopoverBody]:visible").first
    shown.wait_for()
    for word in ("公式", "分子", "来源", "期间"):
        assert word in shown.inner_text()


@pytest.mark.parametrize("walk", [(390, 844), (1280, 900), (1920, 1080)], indirect=True)
def test_nothing_overflows_the_width(walk):
    pages = ("", "throughput", "timelimits", "evaluations", "disclosure", "online", "onewindow", "supervision", "quality", "case")
    assert walk.all_too_wide(f"{page}?lang=en&period=quarter&on=2018-10-01" for page in pages) == {}


def test_an_unknown_page_leads_to_the_first(walk):
    walk.go("nowhere?lang=zh")
    assert walk.title() == "总览"
    assert [complaint for complaint in walk.complaints if "does not seem to exist" not in complaint] == []
    walk.complaints.clear()


LUMINANCE = """element => {
  const [r, g, b] = getComputedStyle(element)[PROPERTY].match(/[0-9.]+/g).map(part => Number(part) / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_and_chart_text_can_be_read_in_the_readers_colours(chrome, server, scheme):
    context = chrome.new_context(viewport={"width": 1280, "height": 1400}, locale="zh-CN", color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{server}/?period=month&on=2018-10-01")
    page.locator("[data-testid=stPlotlyChart] .xtick text").first.wait_for(timeout=60_000)
    ground = page.locator("[data-testid=stApp]").evaluate(LUMINANCE.replace("PROPERTY", "'backgroundColor'"))
    assert (ground > 0.5) == (scheme == "light")
    texts = {"[data-testid=stMetricLabel] p": "'color'", ".xtick text": "'fill'", ".legendtext": "'fill'"}
    for selector, quality in texts.items():
        ink = page.locator(selector).first.evaluate(LUMINANCE.replace("PROPERTY", quality))
        contrast = (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05)
        assert contrast >= 4.5, (selector, contrast)
    context.close()
