"""The gate before everything: a request without a living session gets the sign-in page, a refusal, or no socket.

It stands around Streamlit as an ASGI middleware, so that it also holds for what Streamlit does not bind to a person: its
media and upload addresses, and the socket of an open page, which it closes when the session has ended.
"""

import asyncio
import contextlib
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from google.protobuf.message import DecodeError
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from dashboard.access.identity import HEADERS
from dashboard.access.setting import Setting, address_of, is_from_here, is_same_site, now
from etl.access import access_rules, sessions, signin
from etl.access.sessions import Session

PUBLIC = ("/static/", "/app/static/")
PUBLIC_EXACT = ("/_stcore/health", "/favicon.ico")
# What a page's own scripts ask for: refused with a status, never led to the sign-in page.
PARTS = ("/_stcore/", "/media/", "/component/")
MEDIA, UPLOAD = "/media/", "/_stcore/upload_file/"
MEDIA_TOLD = re.compile(rb"/media/([0-9a-f]{16,128})")
UPLOAD_TOLD = re.compile(rb"/_stcore/upload_file/([0-9a-zA-Z-]{8,64}/[0-9a-zA-Z-]{8,64})")
OURS = b"x-hall-"
OPEN = "open"
CHECK_SECONDS = 2.0
MOST_SOCKETS, MOST_SOCKETS_EACH = 400, 20
MOST_TOLD, MOST_TOLD_SESSIONS = 2000, 2000
ENDED = 4401


@dataclass(eq=False)
class _Page:
    """The socket of one open page."""

    handle: str
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    is_closed: bool = False


class Told:
    """Which download and upload addresses the server itself has told to which session. Nobody else is served them."""

    def __init__(self) -> None:
        self._by_session: OrderedDict[str, OrderedDict[str, None]] = OrderedDict()

    def listen(self, handle: str, message: bytes) -> None:
        """Picks the addresses out of a message on its way to the session's page."""
        for name in (*MEDIA_TOLD.findall(message), *UPLOAD_TOLD.findall(message)):
            known = self._by_session.setdefault(handle, OrderedDict())
            known[name.decode("ascii")] = None
            while len(known) > MOST_TOLD:
                known.popitem(last=False)
        while len(self._by_session) > MOST_TOLD_SESSIONS:
            self._by_session.popitem(last=False)

    def knows(self, handle: str, name: str) -> bool:
        return name in self._by_session.get(handle, ())

    def forget_all_but(self, living: set[str]) -> None:
        for handle in [handle for handle in self._by_session if handle not in living and handle != OPEN]:
            del self._by_session[handle]


class Gate:
    """The middleware. `own` answers the addresses of sign-in and account."""

    def __init__(self, app: ASGIApp, setting: Setting, own: ASGIApp, own_paths: frozenset[str]) -> None:
        self.app = app
        self.setting = setting
        self.own = own
        self.own_paths = own_paths
        self.told = Told()
        self.pages: set[_Page] = set()
        self._watch: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if self.setting.is_local_only and not is_from_here(scope):
            # Health may be asked by anybody; nothing else leaves this machine without accounts.
            await self._refuse(scope, receive, send, 403)
            return
        session = None if self.setting.mode == "open" else await asyncio.to_thread(self.setting.session_of, scope)
        if scope["type"] == "websocket":
            await self._socket(_marked(scope, session), receive, send, session)
        else:
            await self._request(scope, receive, send, session)

    async def _request(self, scope: Scope, receive: Receive, send: Send, session: Session | None) -> None:
        path = scope["path"]
        if path in self.own_paths:
            scope["hall_session"] = session
            await self.own(scope, receive, send)
        elif path in PUBLIC_EXACT or path.startswith(PUBLIC):
            await self.app(_marked(scope, None), receive, send)
        elif self.setting.mode == "open":
            await self._served(scope, receive, send, OPEN, None)
        elif session is None:
            await self._stranger(scope, receive, send)
        elif session.must_change:
            is_page = not path.startswith(PARTS)
            await (RedirectResponse("/account", 303)(scope, receive, send) if is_page else self._refuse(scope, receive, send, 403))
        else:
            await self._served(scope, receive, send, session.handle, session)

    async def _served(self, scope: Scope, receive: Receive, send: Send, handle: str, session: Session | None) -> None:
        path: str = scope["path"]
        if path.startswith(MEDIA) and not self.told.knows(handle, path.removeprefix(MEDIA).split(".", 1)[0]):
            await self._refuse(scope, receive, send, 404)
            return
        if path.startswith(UPLOAD):
            may = session is None or access_rules().may(session.principal.role, "upload")
            if not may or not self.told.knows(handle, path.removeprefix(UPLOAD)) or not is_same_site(scope):
                await self._refuse(scope, receive, send, 403)
                return
        if session is not None and not path.startswith(PARTS):
            # Opening a page is something that the person did.
            await asyncio.to_thread(sessions.touch, self.setting.office, session, time.time())
        await self.app(_marked(scope, session), receive, send)

    async def _stranger(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith(PARTS) or scope["method"] not in ("GET", "HEAD"):
            await self._refuse(scope, receive, send, 401)
            return
        if self.setting.mode == "proxy" and (begun := await asyncio.to_thread(self._vouched, scope)) is not None:
            await begun(scope, receive, send)
            return
        query = scope.get("query_string", b"").decode("latin-1")
        asked = path + (f"?{query}" if query else "")
        language = "&lang=en" if "lang=en" in query.split("&") else ""
        await RedirectResponse(f"/sign-in?next={quote(asked, safe='')}{language}", 303)(scope, receive, send)

    def _vouched(self, scope: Scope) -> Response | None:
        """Begins a session for whom the proxy names, and leads back to the page that was asked for."""
        name = self.setting.vouched(scope)
        principal = signin.by_name(self.setting.office, name) if name else None
        if principal is None:
            return None
        token = sessions.begin(self.setting.office, principal, "proxy", address_of(scope), self.setting.life, now())
        query = scope.get("query_string", b"").decode("latin-1")
        answer = RedirectResponse(local_path(scope["path"] + (f"?{query}" if query else "")), 303)
        answer.headers["set-cookie"] = self.setting.cookie(token, scope)
        return answer

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, status: int) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await PlainTextResponse("", status)(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send, session: Session | None) -> None:
        is_open = self.setting.mode == "open"
        handle = OPEN if is_open else session.handle if session is not None and not session.must_change else None
        crowded = len(self.pages) >= MOST_SOCKETS or (
            not is_open and sum(page.handle == handle for page in self.pages) >= MOST_SOCKETS_EACH
        )
        if handle is None or crowded or not is_same_site(scope, required=not is_open):
            await self._refuse(scope, receive, send, 403)
            return
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._watching())
        page = _Page(handle)
        self.pages.add(page)
        try:
            await self.app(scope, self._heard(page, session, receive, send), self._said(page, send))
        finally:
            self.pages.discard(page)

    def _heard(self, page: _Page, session: Session | None, receive: Receive, send: Send) -> Callable[[], Awaitable[Message]]:
        """What the page says, until the session ends; then it is as if the page had gone."""

        async def heard() -> Message:
            waiting = asyncio.ensure_future(receive())
            ending = asyncio.ensure_future(page.ended.wait())
            try:
                await asyncio.wait({waiting, ending}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                ending.cancel()
                if not waiting.done():
                    waiting.cancel()
            if page.ended.is_set():
                if not page.is_closed:
                    page.is_closed = True
                    with contextlib.suppress(RuntimeError, OSError):
                        await send({"type": "websocket.close", "code": ENDED})
                return {"type": "websocket.disconnect", "code": ENDED}
            message = waiting.result()
            if session is not None and is_deed(message):
                await asyncio.to_thread(self._touch, session)
            return message

        return heard

    def _touch(self, session: Session) -> None:
        fresh = sessions.of_handle(self.setting.office, session.handle, self.setting.life, time.time())
        if fresh is not None:
            sessions.touch(self.setting.office, fresh, time.time())

    def _said(self, page: _Page, send: Send) -> Callable[[Message], Awaitable[None]]:
        async def said(message: Message) -> None:
            if page.is_closed or page.ended.is_set():
                return
            if message["type"] == "websocket.send" and message.get("bytes"):
                self.told.listen(page.handle, message["bytes"])
            await send(message)

        return said

    async def _watching(self) -> None:
        """Ends the open pages of sessions that have ended: signed out here, or ended by another process."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            if self.setting.mode == "open":
                continue
            living = await asyncio.to_thread(sessions.living_handles, self.setting.office, self.setting.life, time.time())
            for page in list(self.pages):
                if page.handle not in living:
                    page.ended.set()
            self.told.forget_all_but(living)


def is_deed(message: Message) -> bool:
    """Whether a message from a page is something that a person did. A page that redraws itself is not, nor is a sign of life."""
    data: Any = message.get("bytes")
    if message["type"] != "websocket.receive" or not data:
        return False
    parsed = BackMsg()
    try:
        parsed.ParseFromString(data)
    except DecodeError:
        return False
    return parsed.WhichOneof("type") == "rerun_script" and not parsed.rerun_script.is_auto_rerun


def local_path(text: str | None) -> str:
    """A path of ours to lead to after sign-in; the first page for anything else."""
    is_ours = text is not None and re.fullmatch(r"/[^/\\\x00-\x20][^\\\x00-\x1f]*", text) is not None
    return text if is_ours and text is not None and not text.startswith(("/sign-", "/account", "/session", "/oidc")) else "/"


def _marked(scope: Scope, session: Session | None) -> Scope:
    """The request without any header that only we may set, and with those that say who it is."""
    headers = [(name, value) for name, value in scope["headers"] if not name.lower().startswith(OURS)]
    if session is not None:
        user, handle = HEADERS
        headers += [(user.encode(), session.principal.name.encode("ascii", "replace")), (handle.encode(), session.handle.encode())]
    return {**scope, "headers": headers}
