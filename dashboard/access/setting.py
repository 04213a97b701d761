"""What the gate and its routes share: the home, how people sign in, the keys, and answers that both give."""

import time
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

from dashboard.access.identity import LOCAL_ONLY, Mode, lifetime, mode_of
from dashboard.access.trail import office_of
from etl.access import keys, sessions
from etl.access.sessions import Lifetime, Session
from etl.config import Home, Settings, settings_from
from etl.office import Office

COOKIE = "hall_session"
PROXY_SECRET = "x-hall-proxy-secret"  # noqa: S105
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Setting:
    """One server's way of signing people in."""

    home: Home

    @cached_property
    def settings(self) -> Settings:
        return settings_from(self.home)

    @cached_property
    def mode(self) -> Mode:
        return mode_of(self.settings)

    @cached_property
    def life(self) -> Lifetime:
        return lifetime(self.settings)

    @cached_property
    def cookie_key(self) -> bytes:
        return keys.key(self.home, "cookie")

    @cached_property
    def proxy_key(self) -> bytes:
        return keys.key(self.home, "proxy")

    @property
    def office(self) -> Office:
        return office_of(self.home)

    @property
    def is_local_only(self) -> bool:
        return self.mode in LOCAL_ONLY

    def session_of(self, scope: Scope) -> Session | None:
        """The living session whose cookie came with this request. Behind a proxy the cookie is good for its own person only."""
        signed = HTTPConnection(scope).cookies.get(COOKIE)
        token = keys.unsigned(self.cookie_key, signed) if signed else None
        found = sessions.of_token(self.office, token, self.life, time.time()) if token else None
        if found is None or not self._fits(found):
            return None
        if self.mode == "proxy" and self.vouched(scope) != found.principal.name:
            return None
        return found

    def _fits(self, session: Session) -> bool:
        """A session begun in another mode does not outlive it: a demo user is nobody where accounts are needed."""
        if session.way == "demo" or self.mode == "demo":
            return session.way == self.mode
        return session.way == {"accounts": "password"}.get(self.mode, self.mode)

    def vouched(self, scope: Scope) -> str | None:
        """The name that the proxy gave, when it really is the proxy."""
        headers = Headers(scope=scope)
        names = headers.getlist(self.settings.sign_in.proxy_header)
        if len(names) != 1 or not names[0].strip():
            return None
        if self.settings.sign_in.proxy_secret and not keys.same(headers.get(PROXY_SECRET, ""), self.proxy_key.hex()):
            return None
        return names[0].strip().lower()

    def cookie(self, token: str, scope: Scope) -> str:
        """The header that hands a token to the browser. Not readable by scripts, not sent along from other sites."""
        return self._cookie(keys.signed(self.cookie_key, token), scope)

    def no_cookie(self, scope: Scope) -> str:
        return self._cookie("", scope) + "; Max-Age=0"

    def _cookie(self, value: str, scope: Scope) -> str:
        secure = "; Secure" if self.settings.sign_in.secure_cookie or scope.get("scheme") in ("https", "wss") else ""
        return f"{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax{secure}"


def address_of(scope: Scope) -> str:
    """Where a request comes from."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def is_from_here(scope: Scope) -> bool:
    """Whether a request comes from this machine, to this machine's own name, and through no proxy."""
    headers = Headers(scope=scope)
    host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    is_passed_on = any(name in headers for name in ("x-forwarded-for", "forwarded", "x-real-ip"))
    return not is_passed_on and host in LOOPBACK and address_of(scope) in (*LOOPBACK, "testclient")


def is_same_site(scope: Scope, required: bool = True) -> bool:
    """Whether a request was made by a page of ours: its Origin is our host. Without an Origin the browser must say so otherwise."""
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is not None:
        return origin != "null" and urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    site = headers.get("sec-fetch-site")
    return site == "same-origin" if site is not None else not required


def now() -> datetime:
    return datetime.now()
