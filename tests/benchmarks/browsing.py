"""A page as its reader waits for it, in Chromium: the first load, a changed filter, another page; seconds and bytes."""

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from playwright.sync_api import Browser, Page

# Notes when anything last changed in the page, and when the first card stood there. Times are milliseconds since the page was asked for.
# What stands there are the numbers of the cards and the labels of the figures.
NOTE = """(() => {
  const seen = window.hallSeen = {last: 0, first: 0, began: 0};
  const cards = CARDS;
  new MutationObserver(() => {
    seen.last = performance.now();
    if (!seen.first && document.querySelector(cards)?.innerText) seen.first = seen.last;
  }).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
  document.addEventListener('mousedown', () => { seen.began = performance.now(); }, {capture: true});
  window.hallStanding = () => [...document.querySelectorAll(cards + ', h1, .ytick text')].map(one => one.textContent).join('|');
})()"""
STANDING = "() => window.hallStanding()"
# Resolves when nothing has changed for `quiet`, as many figures are drawn, the page differs from `before` and nothing is waited for;
# gives the time of the last change, so that the quiet is not counted. Looks into the page only once it is quiet: looking costs time too.
UNTIL_STILL = """([figures, before, quiet]) => new Promise(done => {
  const busy = '[data-stale=true], [data-dash-is-loading=true], [data-testid=stSkeleton], [data-testid=stSpinner]';
  const drawn = () => [...document.querySelectorAll('.js-plotly-plot')].filter(one => one.querySelector('.xtick, .ytick')).length;
  const look = setInterval(() => {
    if (performance.now() - window.hallSeen.last < quiet || document.querySelector(busy)) return;
    if (drawn() < figures || window.hallStanding() === before) return;
    clearInterval(look);
    done(window.hallSeen);
  }, 25);
})"""
QUIET_MS, LOADED_MS = 250, 800
LATENCY_MS, BYTES_A_SECOND = 20, 10e6 / 8


@dataclass(frozen=True)
class Site:
    """How a page is read: where its cards stand, how many figures it has, how a department is chosen and another page is gone to."""

    cards: str
    figures: int
    choose: Callable[[Page, str], None]
    # Links by the figures of the page that each leads to.
    links: dict[str, int] = field(default_factory=dict)


@dataclass
class Bytes:
    """What came over the line: answers as they were sent, and frames of sockets."""

    requests: int = 0
    answers: float = 0
    frames: float = 0

    def watch(self, page: Page, is_slow: bool) -> None:
        """Counts from now on; with `is_slow` over a line of 10 Mbit/s with 20 ms (Chromium does not slow sockets down)."""
        tools = page.context.new_cdp_session(page)
        tools.on("Network.requestWillBeSent", self._asked)
        tools.on("Network.loadingFinished", self._answered)
        tools.on("Network.webSocketFrameReceived", self._framed)
        tools.send("Network.enable")
        if is_slow:
            line = {"downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND, "latency": LATENCY_MS, "offline": False}
            tools.send("Network.emulateNetworkConditions", line)

    def _asked(self, event: dict[str, Any]) -> None:
        self.requests += not event["request"]["url"].startswith(("data:", "blob:"))

    def _answered(self, event: dict[str, Any]) -> None:
        self.answers += event["encodedDataLength"]

    def _framed(self, event: dict[str, Any]) -> None:
        text, is_binary = event["response"]["payloadData"], event["response"]["opcode"] == 2
        self.frames += len(text) * 3 / 4 if is_binary else len(text)


@contextmanager
def visit(browser: Browser, site: Site, address: str, is_slow: bool = False) -> Iterator[tuple[Page, dict[str, float]]]:
    """A first visit with nothing in the browser's cache, and what it took: seconds to the first card and until all stood still."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, bypass_csp=True, locale="zh-CN")
    try:
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.add_init_script(NOTE.replace("CARDS", json.dumps(site.cards)))
        counted = Bytes()
        counted.watch(page, is_slow)
        page.goto(address, wait_until="commit")
        seen = page.evaluate(UNTIL_STILL, [site.figures, "", LOADED_MS])
        yield (
            page,
            {
                "first": seen["first"] / 1000,
                "whole": seen["last"] / 1000,
                "requests": counted.requests,
                "bytes": counted.answers + counted.frames,
            },
        )
    finally:
        context.close()


def clicked(page: Page, site: Site, click: Callable[[], None], figures: int | None = None) -> float:
    """Milliseconds from the press of the mouse that `click` ends with to the last change of the page."""
    before = page.evaluate(STANDING)
    click()
    seen = page.evaluate(UNTIL_STILL, [site.figures if figures is None else figures, before, QUIET_MS])
    return float(seen["last"] - seen["began"])


@dataclass(frozen=True)
class Changes:
    """Changes of the filter: milliseconds of each, the first card's number after each, and what one took in the mean: bytes, and
    milliseconds of the page's main thread, in all, in scripts, in styles and layout. The opening of the list and its searching is in the
    last three."""

    times: list[float]
    numbers: list[float]
    bytes: float
    thread: float
    script: float
    layout: float


def filtered(page: Page, site: Site, departments: Sequence[str]) -> Changes:
    """Chooses each department in turn."""
    counted, busy = Bytes(), Busy(page)
    counted.watch(page, is_slow=False)
    times, numbers = [], []
    for department in departments:
        times.append(clicked(page, site, partial(site.choose, page, department)))
        numbers.append(number_in(page.locator(site.cards).first.inner_text()))
    thread, script, layout = (taken / len(times) for taken in busy.taken())
    return Changes(times, numbers, (counted.answers + counted.frames) / len(times), thread, script, layout)


class Busy:
    """Milliseconds that a page's main thread was busy since then, by Chromium's own count of its time on a processor."""

    def __init__(self, page: Page) -> None:
        self._tools = page.context.new_cdp_session(page)
        self._tools.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._before = self._now()

    def _now(self) -> tuple[float, float, float]:
        found = {one["name"]: one["value"] * 1000 for one in self._tools.send("Performance.getMetrics")["metrics"]}
        return found["TaskDuration"], found["ScriptDuration"], found["LayoutDuration"] + found["RecalcStyleDuration"]

    def taken(self) -> tuple[float, float, float]:
        """In all, in scripts, in styles and layout."""
        thread, script, layout = (now - before for now, before in zip(self._now(), self._before, strict=True))
        return thread, script, layout


def number_in(text: str) -> float:
    """The first number of a card's text. Raises ValueError where there is none."""
    found = re.search(r"[\d,]+(?:\.\d+)?", text)
    if found is None:
        raise ValueError(f"no number in {text!r}")
    return float(found[0].replace(",", ""))


def switched(page: Page, site: Site, many: int) -> list[float]:
    """Milliseconds of going to each of the site's other pages in turn."""
    links = list(site.links.items())
    times = []
    for number in range(many if links else 0):
        name, figures = links[number % len(links)]
        times.append(clicked(page, site, page.get_by_role("link", name=name, exact=True).first.click, figures))
    return times


def p95(times: Sequence[float]) -> float:
    """The time that 95 of 100 do not exceed, by nearest rank."""
    return sorted(times)[math.ceil(len(times) * 0.95) - 1]
