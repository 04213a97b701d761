"""One server and one browser for all walks of a test process; each walk has a page of its own and must end without a complaint."""

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import chromium
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response
from small_hall import made_once, published

from etl.config import Home

LOCAL = ("data", "blob")
# What the footer alone says, in both languages: other captions come before a page is whole.
FOOTER = re.compile("数据版本|Snapshot")
# The length of the page, or nothing while a run is asked for or under way or a part is still to come.
DRAWN = """() => {
  const run = document.querySelector('[data-testid=stApp]').dataset.testScriptState;
  const waiting = document.querySelector('[data-testid=stStatusWidget], [data-testid=stSkeleton], [data-stale=true]');
  return run === 'notRunning' && !waiting ? document.querySelector('[data-testid=stMain]').innerHTML.length : 0;
}"""


@pytest.fixture(scope="session")
def walked_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(made_once(tmp_path_factory, "small-hall", published))


@pytest.fixture(scope="session")
def server(walked_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chromium.served(walked_home.root, tmp_path_factory.mktemp("server") / "server.log") as address:
        yield address


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    if chromium.executable() is None:
        pytest.fail("no Chromium: run make test-tools")
    with chromium.browser() as opened:
        yield opened


@dataclass
class Walk:
    """A visitor's page, and everything it complained of."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def go(self, path: str = "") -> None:
        self.page.goto(f"{self.address}/{path}")
        self.settle()

    def settle(self) -> None:
        """Waits for the footer, then until no run is asked for or under way and the page has been the same in four looks."""
        captions = self.page.locator("[data-testid=stMain] [data-testid=stCaptionContainer]")
        captions.filter(has_text=FOOTER).last.wait_for(timeout=60_000)
        last = time.monotonic() + 60
        seen: list[int] = []
        while len(seen) < 4 or 0 in seen[-4:] or len(set(seen[-4:])) > 1:
            if time.monotonic() > last:
                raise TimeoutError("the page does not come to rest")
            self.page.wait_for_timeout(100)
            seen.append(self.page.evaluate(DRAWN))

    def until(self, expression: str, argument: object = None, seconds: float = 60) -> None:
        """Waits for an expression to hold. Playwright's own waiting evaluates text in the page, which our policy forbids."""
        last = time.monotonic() + seconds
        while not self.page.evaluate(f"wanted => {expression}", argument):
            if time.monotonic() > last:
                raise TimeoutError(expression)
            self.page.wait_for_timeout(150)

    def text(self) -> str:
        return self.page.inner_text("[data-testid=stMain]")

    def cards(self) -> list[str]:
        return self.page.locator("[data-testid=stMetric]").all_inner_texts()

    def too_wide(self) -> list[str]:
        """What reaches beyond the window, but for what scrolls by itself."""
        found: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll('[data-testid=stMain] *')].filter(element => {
              const box = element.getBoundingClientRect();
              const scrolls = element.closest('[data-testid=stDataFrame], [role=tablist], .gl-container, svg');
              return box.width > 0 && box.right > innerWidth + 1 && !scrolls;
            }).map(element => element.dataset.testid || element.className.toString().slice(0, 60))"""
        )
        return found

    def all_too_wide(self, paths: Iterable[str]) -> dict[str, list[str]]:
        """What reaches beyond the window, page by page; pages that keep within it are left out."""
        found = {}
        for path in paths:
            self.go(path)
            if wide := self.too_wide():
                found[path] = wide
        return found

    def title(self) -> str:
        return self.page.locator("h1").first.inner_text()


def _open(chrome: Browser, server: str, width: int, height: int) -> Walk:
    context = chrome.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    walk = Walk(context.new_page(), server)

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            walk.complaints.append(message.text)

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in LOCAL and parts.hostname != "127.0.0.1":
            walk.strangers.append(url)

    def answered(response: Response) -> None:
        if response.status >= 400:
            walk.complaints.append(f"{response.status} {response.url}")

    walk.page.on("console", heard)
    walk.page.on("pageerror", lambda error: walk.complaints.append(str(error)))
    walk.page.on("request", lambda request: asked(request.url))
    walk.page.on("websocket", lambda socket: asked(socket.url))
    walk.page.on("response", answered)
    return walk


@pytest.fixture
def walk(chrome: Browser, server: str, request: pytest.FixtureRequest) -> Iterator[Walk]:
    """A page of 1280 by 900, or of the size the test is given."""
    width, height = getattr(request, "param", (1280, 900))
    opened = _open(chrome, server, width, height)
    yield opened
    opened.page.context.close()
    assert opened.complaints == []
    assert opened.strangers == []
