"""The ASGI application: Streamlit, with the headers, the page language and the memory behaviour that it does not set itself."""

import gc
import importlib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.access import routes as access_routes
from dashboard.access.forms import EARLY
from dashboard.access.gate import Gate
from dashboard.access.identity import HEADERS
from dashboard.access.setting import LOOPBACK, Setting
from dashboard.compressed import Compressed, folder_of
from etl.config import HallError, Home, home_from

SCRIPT = Path(__file__).parent / "web" / "run.py"
HOST = re.compile(r"^[A-Za-z0-9.\-]+(:\d{1,5})?$|^\[[0-9A-Fa-f:]+\](:\d{1,5})?$")
TITLES = {"zh": "政务大厅运行看板", "en": "Service-hall dashboard"}
HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
# Not for other eyes: counters of the process, and the interface for agents, which is off.
CLOSED_PATHS = ("/_stcore/metrics", "/_stcore/agent")


# EARLY, the parts of Streamlit's page that every one of ours needs, are fetched with the page instead of one after the other as it
# is drawn: the links to the other pages came seconds after the charts.


def early_chunks(folder: Path = Path(st.__file__).parent / "static" / "static" / "js") -> list[str]:
    """File names of those parts in the installed Streamlit; a part that it does not have is left out."""
    return [path.name for name in EARLY for path in sorted(folder.glob(f"{name}.*.js"))]


def content_policy(host: str) -> str:
    """Content-Security-Policy for a page served at this host: everything from here, nothing from elsewhere."""
    sockets = f" ws://{host} wss://{host}" if HOST.match(host) else ""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{sockets}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def localised(html: bytes, code: str) -> bytes:
    """Streamlit's index page with our language, title, icon and the script that translates its own controls."""
    text = html.decode("utf-8")
    text = text.replace('<html lang="en">', f'<html lang="{HTML_LANGUAGES[code]}">', 1)
    text = text.replace("<title>Streamlit</title>", f'<title>{TITLES[code]}</title><script src="./app/static/chrome.js"></script>', 1)
    text = text.replace('href="./favicon.png"', 'href="./app/static/favicon.png"', 1)
    links = "".join(f'<link rel="modulepreload" href="./static/js/{name}">' for name in early_chunks())
    text = text.replace("</head>", f"{links}</head>", 1)
    return re.sub(r'<link\s+rel="service-desc"[^>]*>', "", text, count=1).encode("utf-8")


class Guard:
    """Adds the security headers, closes what is not for visitors, and rewrites the index page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if any(scope["path"].startswith(path) for path in CLOSED_PATHS):
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        if "." not in scope["path"].rsplit("/", 1)[-1]:
            # A page is rewritten on its way out, so it must not come compressed.
            scope = {**scope, "headers": [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]}
        await self.app(scope, receive, _Answer(scope, send))


class _Answer:
    """Holds an HTML answer back until it is whole; passes everything else through."""

    def __init__(self, scope: Scope, send: Send) -> None:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        self.code = "en" if query.get("lang") == ["en"] else "zh"
        self.host = Headers(scope=scope).get("host", "")
        self.send = send
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = content_policy(self.host)
            headers["x-content-type-options"] = "nosniff"
            # The forms of sign-in set their own: without a referrer a browser says "Origin: null" of them.
            headers.setdefault("referrer-policy", "no-referrer")
            headers["x-frame-options"] = "DENY"
            headers["permissions-policy"] = "camera=(), microphone=(), geolocation=()"
            if headers.get("content-type", "").startswith("text/html") and message["status"] == 200:
                self.start = message
                return
        elif self.start is not None and message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            if message.get("more_body"):
                return
            await self._send_page(self.start)
            return
        await self.send(message)

    async def _send_page(self, start: Message) -> None:
        body = localised(self.body, self.code) if self.body else b""
        headers = MutableHeaders(scope=start)
        for name in ("content-encoding", "etag", "last-modified"):
            del headers[name]
        headers["cache-control"] = "no-cache"
        if body:
            headers["content-length"] = str(len(body))
        await self.send(start)
        await self.send({"type": "http.response.body", "body": body})


def warmed(home: Home) -> Callable[[st.App], AbstractAsyncContextManager[None]]:
    """What goes before the first visitor: all that they would wait for, kept out of every later collection, which would cost about
    0.1 s and find nothing."""

    @asynccontextmanager
    async def warm(_: st.App) -> AsyncIterator[None]:
        importlib.import_module("dashboard.warming").warm_up(home)
        access_routes.warm_up()
        gc.collect()
        gc.freeze()
        yield

    return warm


def application(home: Home | None = None) -> st.App:
    """The dashboard as an ASGI application. Raises HallError when the way of signing in is set wrongly."""
    setting = Setting(home or home_from(None))
    routes = access_routes.Routes(setting)
    gate = Middleware(Gate, setting=setting, own=routes.router(), own_paths=routes.paths)
    packed = Middleware(Compressed, folder=folder_of(setting.home.tmp))
    return st.App(SCRIPT, middleware=[Middleware(Guard), gate, packed], lifespan=warmed(setting.home))


def require_local(host: str, home: Home | None = None) -> None:
    """Raises HallError where a server without accounts, or one that believes a proxy's word alone, would be reached from elsewhere."""
    if host in LOOPBACK:
        return
    setting = Setting(home or home_from(None))
    if setting.is_local_only:
        raise HallError(
            f"演示或免登录方式只能在本机（127.0.0.1）使用，不能监听 {host}；请用 hall user add 建立账号",
            f"demo and open mode serve this machine only, not {host}; make accounts with hall user add",
        )
    if setting.mode == "proxy" and not setting.settings.sign_in.proxy_secret:
        raise HallError(
            f"由代理认证而不核对 proxy_secret 时只能监听 127.0.0.1，不能监听 {host}",
            f"without proxy_secret a proxy's word is believed on 127.0.0.1 only, not on {host}",
        )


def options(host: str, port: int, names: Sequence[str] = ()) -> dict[str, object]:
    """Streamlit options that hold whatever folder the dashboard is started from.

    `names` are those by which a proxy passes it on, beside the address that it listens on.
    """
    return {
        "server.address": host,
        "server.port": port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "server.enableStaticServing": True,
        "server.trustedUserHeaders": HEADERS,
        "server.maxUploadSize": 20,
        "server.enableXsrfProtection": True,
        "server.enableCORS": True,
        # A name made to point at this machine must not get a socket (DNS rebinding).
        "server.allowedHosts": [] if host in ("0.0.0.0", "::") else [*(LOOPBACK if host in LOOPBACK else (host,)), *names],  # noqa: S104
        "browser.serverAddress": host,
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        # What is taken away goes through our own export, which asks the rules and writes it down.
        "client.disableDataExport": True,
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "runner.postScriptGC": False,
        "runner.magicEnabled": False,
    }
