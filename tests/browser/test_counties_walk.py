"""Several counties in a real Chromium: city and county are chosen, counties ranked, in either language and on narrow and wide screens."""

import re
from collections.abc import Iterator

import chromium
import pytest
from counties import FUAN, NINGDE, Counties, shared

pytestmark = pytest.mark.browser
CJK = re.compile(r"[\u3400-\u9fff]")
# What the counties' files call windows and departments, which no reader's language changes.
DATA = re.compile(r"[12]号窗口|住建局|民政局|施工许可|中文")
YEAR = "period=year&on=2018-01-01"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Counties:
    return shared(tmp_path_factory)


@pytest.fixture(scope="module")
def server(made: Counties, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of this module's own, in place of the shared one."""
    with chromium.served(made.province.root, tmp_path_factory.mktemp("server") / "server.log") as address:
        yield address


def choose(walk, label: str, option: str) -> None:
    walk.page.get_by_label(label, exact=True).click()
    walk.page.get_by_role("option", name=option, exact=True).click()
    walk.settle()


def bars(walk) -> list[str]:
    """The counties in the charts, from the top down."""
    return walk.page.locator("[data-testid=stPlotlyChart] .ytick text").all_text_contents()


def test_counties_are_ranked_and_city_and_county_chosen(walk):
    walk.go(f"counties?lang=zh&indicator=instant_rate&{YEAR}")
    assert sorted(bars(walk)) == ["蕉城区", "鼓楼区"], "the county-level city has no peer to be drawn beside"
    ranked = bars(walk) == ["蕉城区", "鼓楼区"]
    walk.page.get_by_role("button", name="English").click()
    walk.until("document.querySelector('h1')?.innerText === wanted", "Ranking of counties")
    walk.settle()
    assert bars(walk) == (["Jiaocheng District", "Gulou District"] if ranked else ["Gulou District", "Jiaocheng District"])
    choose(walk, "City", "Ningde City")
    assert f"division={NINGDE}" in walk.page.url
    assert "Ningde City (2 counties)" in walk.text()
    choose(walk, "County", "Fu'an City")
    assert f"division={FUAN}" in walk.page.url
    assert "one county only" in walk.text()
    walk.page.get_by_role("link", name="Overview", exact=True).click()
    walk.until("document.querySelector('h1')?.innerText === wanted", "Overview")
    walk.settle()
    assert "Fu'an City, Ningde City" in walk.text()


@pytest.mark.parametrize("walk", [(390, 844), (1920, 1080)], indirect=True)
def test_nothing_overflows_and_english_pages_are_english(walk):
    for page in ("counties", "quality"):
        walk.go(f"{page}?lang=en&{YEAR}")
        assert walk.too_wide() == [], page
        assert [text for text in DATA.sub("", walk.page.inner_text("body")).splitlines() if CJK.search(text)] == [], page
