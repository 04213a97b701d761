"""One person at the dashboard, as the server sees them: signs in, opens a page's socket, clicks, and waits until the page is drawn.

What goes over the socket is Streamlit's own protobuf, as its page sends it: the widgets' values, the query string that the server
asked for, the messages that the page has kept and need not be sent again. Nothing is drawn; the time of a click is that of the server
and of this machine's loopback.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from dashboard.navigation import FIRST
from etl.commands.serve import LOOPBACK

Kind = Literal["open", "filter", "page"]
PATIENCE_S = 60.0
# As the page of Streamlit keeps messages: so many runs long.
KEPT_RUNS = 2
PAGE_SHARE = 0.3
# What a hand goes to in the filters, and how often; a filter that the page does not have is not counted.
FILTERS = {"before": 3, "after": 2, "on": 3, "department": 3, "window": 1, "channel": 1, "scope": 1, "kind": 1}
PRESSED = ("before", "after")
# Pages that are looked at more often than others.
DAILY = ("overview", "throughput", "timelimits", "queue")
# What a page says in place of its figures, in the first language; the locale's texts are looked up by these.
FAILED = ("这一页暂时无法显示", "登录已结束或尚未登录")


def require_loopback(address: str) -> str:
    """The address. Raises ValueError for any that is not on this machine: load is never sent elsewhere."""
    is_here = urlsplit(address).hostname in LOOPBACK
    if urlsplit(address).scheme != "http" or not is_here:
        raise ValueError(f"{address} is not on this machine; only http on the loopback address is asked")
    return address


@dataclass(frozen=True)
class Click:
    """One click: what it was, on which page it ended, when it began, how long until the page was drawn, and what went wrong."""

    kind: Kind
    page: str
    began: float
    ms: float
    fault: str | None = None


@dataclass
class _Drawn:
    """What of a drawn page can be clicked: filters and links by their name."""

    boxes: dict[str, tuple[str, str, list[str]]] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    links: dict[str, tuple[str, str]] = field(default_factory=dict)


def key_of(widget: str) -> str:
    """The filter's name in a widget's id, which ends in the key that the page gave it; the key itself for what is no filter."""
    return widget.rpartition("-")[2].removeprefix("filter_")


class Person:
    """Somebody with an account. `pause` are the least and the most seconds between two clicks."""

    def __init__(
        self, address: str, name: str, password: str, chance: random.Random, pause: tuple[float, float], language: str = "zh"
    ) -> None:
        self.address = require_loopback(address)
        self.name, self.password, self.chance, self.pause, self.language = name, password, chance, pause, language
        self.clicks: list[Click] = []
        self.bytes = 0
        self._socket: ClientConnection | None = None
        self._cookie = ""
        self.query, self._page = f"lang={language}", ""
        self._pages: dict[str, str] = {}
        self._drawn = _Drawn()
        self._kept: dict[str, tuple[int, ForwardMsg]] = {}
        self._run = 0
        self._fault: str | None = None

    async def sign_in(self) -> None:
        """By name and password, as the form does. Raises RuntimeError when that is refused."""
        # Nothing is asked by https: loading the authorities for each person would cost more than the request.
        async with httpx.AsyncClient(
            base_url=self.address, headers={"Origin": self.address}, timeout=PATIENCE_S, trust_env=False, verify=False
        ) as web:
            answer = await web.post("/sign-in", data={"name": self.name, "password": self.password, "lang": self.language})
            if answer.status_code != 303 or "hall_session" not in web.cookies:
                raise RuntimeError(f"{self.name} was not let in: {answer.status_code}")
            self._cookie = web.cookies["hall_session"]
            (await web.get("/")).raise_for_status()

    async def open(self) -> Click:
        """Opens the socket of a page and has the first page drawn."""
        await self.leave()
        self._kept.clear()
        self._socket = await connect(
            f"{self.address.replace('http', 'ws', 1)}/_stcore/stream",
            origin=self.address,
            subprotocols=["streamlit", "token"],
            additional_headers={"Cookie": f"hall_session={self._cookie}"},
            max_size=2**26,
            open_timeout=PATIENCE_S,
            ping_interval=None,
            compression=None,
            proxy=None,
        )
        return await self._clicked("open", self._page, self.query)

    async def leave(self) -> None:
        """Closes the page."""
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    async def go_on(self, until: float) -> None:
        """Thinks and clicks in turn until that moment of the monotonic clock. A click that has begun is waited for."""
        pause = self.chance.uniform(0, self.pause[1])
        while time.monotonic() + pause < until:
            await asyncio.sleep(pause)
            await self.click()
            pause = self.chance.uniform(*self.pause)

    async def click(self) -> Click:
        """Something that a person does next, by chance: a filter, more seldom another page. A closed page is opened anew."""
        if self._socket is None:
            return await self.open()
        chosen = [name for name in FILTERS if name in self._drawn.boxes or name in self._drawn.buttons]
        others = [name for name, (page, _) in self._drawn.links.items() if page != self._page]
        if others and (not chosen or self.chance.random() < PAGE_SHARE):
            return await self.follow(self.chance.choices(others, [3 if name in DAILY else 1 for name in others])[0])
        name = self.chance.choices(chosen, [FILTERS[name] for name in chosen])[0]
        if name in PRESSED:
            return await self.press(name)
        _, now, options = self._drawn.boxes[name]
        # Whoever has narrowed the view goes back to all of it half of the time.
        is_narrowed = name not in ("on", "kind") and now != options[0]
        whole = is_narrowed and self.chance.random() < 0.5
        return await self.choose(name, options[0] if whole else self.chance.choice([one for one in options if one != now]))

    async def press(self, name: str) -> Click:
        """A button."""
        return await self._clicked("filter", self._page, self.query, pressed=self._drawn.buttons[name])

    async def choose(self, name: str, value: str) -> Click:
        """An option of a list."""
        widget, _, options = self._drawn.boxes[name]
        self._drawn.boxes[name] = (widget, value, options)
        return await self._clicked("filter", self._page, self.query)

    async def follow(self, name: str) -> Click:
        """The link to another page."""
        page, query = self._drawn.links[name]
        return await self._clicked("page", page, query)

    @property
    def links(self) -> Sequence[str]:
        """Names of the pages that the page shown leads to."""
        return list(self._drawn.links)

    def options(self, name: str) -> list[str]:
        """What can be chosen in a list, the first being all of it."""
        return self._drawn.boxes[name][2]

    def can_press(self, name: str) -> bool:
        return name in self._drawn.buttons

    async def _clicked(self, kind: Kind, page: str, query: str, pressed: str = "") -> Click:
        began, fault = time.monotonic(), None
        try:
            async with asyncio.timeout(PATIENCE_S):
                fault = await self._rerun(page, query, pressed)
        except TimeoutError:
            fault = f"no answer within {PATIENCE_S:.0f} s"
        except (WebSocketException, OSError) as error:
            fault = f"{type(error).__name__}: {error}"
        if fault is not None:
            await self.leave()
        click = Click(kind, self._pages.get(self._page, ""), began, (time.monotonic() - began) * 1000, fault)
        self.clicks.append(click)
        return click

    async def _rerun(self, page: str, query: str, pressed: str) -> str | None:
        """Asks for one run and hears it to its end; what went wrong."""
        if self._socket is None:
            return "the page is closed"
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash = query, page
        asked.context_info.timezone, asked.context_info.locale, asked.context_info.url = "Asia/Shanghai", "zh-CN", self.address
        for widget, value, _ in self._drawn.boxes.values():
            asked.widget_states.widgets.add(id=widget, string_value=value)
        if pressed:
            asked.widget_states.widgets.add(id=pressed, trigger_value=True)
        self._run += 1
        self._fault = None
        self._kept = {name: kept for name, kept in self._kept.items() if self._run - kept[0] <= KEPT_RUNS}
        asked.cached_message_hashes.extend(self._kept)
        self.query = query
        await self._socket.send(message.SerializeToString())
        while True:
            data = await self._socket.recv()
            self.bytes += len(data)
            said = ForwardMsg.FromString(data)
            if said.WhichOneof("type") == "script_finished":
                if said.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    return self._fault
                if said.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    return "the script does not compile"
            else:
                self._hear(said)

    def _hear(self, said: ForwardMsg) -> None:
        kind = said.WhichOneof("type")
        if kind == "ref_hash":
            if said.ref_hash not in self._kept:
                self._fault = "a message that was not kept was not sent again"
                return
            said = self._kept[said.ref_hash][1]
            self._kept[said.hash] = (self._run, said)
            kind = said.WhichOneof("type")
        elif said.metadata.cacheable:
            self._kept[said.hash] = (self._run, said)
        if kind == "new_session":
            self._drawn = _Drawn()
        elif kind == "navigation":
            self._page = said.navigation.page_script_hash
            self._pages = {one.page_script_hash: FIRST if one.is_default else one.url_pathname for one in said.navigation.app_pages}
        elif kind == "page_info_changed":
            self.query = said.page_info_changed.query_string
        elif kind == "page_not_found":
            self._fault = "there is no such page"
        elif kind == "delta" and said.delta.WhichOneof("type") == "new_element":
            self._see(said.delta.new_element)

    def _see(self, element: "object") -> None:
        kind = element.WhichOneof("type")  # type: ignore[attr-defined]
        found = getattr(element, kind) if kind else None
        if kind == "selectbox" and not found.disabled and len(found.options) > 1:
            value = found.raw_value if found.set_value else found.options[found.default]
            self._drawn.boxes.setdefault(key_of(found.id), (found.id, value, list(found.options)))
        elif kind == "button" and not found.disabled:
            self._drawn.buttons.setdefault(key_of(found.id), found.id)
        elif kind == "page_link" and not found.disabled and not found.external:
            name = self._pages.get(found.page_script_hash)
            if name:
                self._drawn.links.setdefault(name, (found.page_script_hash, found.query_string))
        elif kind == "exception":
            self._fault = f"exception: {found.message[:80]}"
        elif kind == "alert" and any(words in found.body for words in FAILED):
            self._fault = found.body[:80]
