"""What the addresses of sign-in and account answer. Every act is a POST from a page of ours; everything else is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, Router

from dashboard.access import forms
from dashboard.access.demo import demo_people
from dashboard.access.gate import local_path
from dashboard.access.oidc import Provider
from dashboard.access.setting import Setting, address_of, is_same_site, now
from dashboard.language import Language, language
from etl.access import access_rules, passwords, people, sessions, signin
from etl.access.principal import Principal
from etl.access.sessions import Session, Way
from etl.config import HallError

# A password costs 19 MiB and some 30 ms: so many at once, so many waiting; the rest is told to come back.
AT_ONCE, MOST_WAITING = 2, 40
MOST_BYTES = 16 * 1024
FORM_HEADERS = {"cache-control": "no-store", "referrer-policy": "same-origin"}


class Routes:
    """The handlers, with what they share."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.provider = Provider(setting) if setting.mode == "oidc" else None
        self._checking = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    def router(self) -> Router:
        posts = {"/sign-in": self.sign_in, "/sign-out": self.sign_out, "/account": self.account}
        gets = {"/sign-in": self.sign_in_page, "/account": self.account_page, "/session": self.session}
        if self.provider is not None:
            gets |= {"/oidc/start": self.provider.start, "/oidc/callback": self.oidc_callback}
        return Router(
            [
                *(Route(path, handler, methods=["GET"]) for path, handler in gets.items()),
                *(Route(path, self._ours(handler), methods=["POST"]) for path, handler in posts.items()),
            ]
        )

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(route.path for route in self.router().routes if isinstance(route, Route))

    def _ours(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Lets through only what a page of ours posts, and no more than a form holds."""

        async def checked(request: Request) -> Response:
            if not is_same_site(request.scope):
                return PlainTextResponse("", 403)
            if int(request.headers.get("content-length") or MOST_BYTES + 1) > MOST_BYTES:
                return PlainTextResponse("", 413)
            return await handler(request)

        return checked

    def _speak(self, code: object) -> Language:
        default = "en" if self.setting.settings.language == "en" else "zh"
        return language("en" if (code or default) == "en" else "zh")

    async def session(self, request: Request) -> Response:
        """Asked by open pages every few seconds: 204 while the session lives. It is no activity."""
        if self.setting.mode == "open":
            return PlainTextResponse("open")
        return Response(status_code=401 if request.scope["hall_session"] is None else 204)

    async def sign_in_page(self, request: Request) -> Response:
        path = local_path(request.query_params.get("next"))
        if self.setting.mode == "open" or request.scope["hall_session"] is not None:
            return RedirectResponse(path, 303)
        return self._page(self._speak(request.query_params.get("lang")), path)

    def _page(self, _: Language, path: str, message: str = "", status: int = 200) -> Response:
        mode = self.setting.mode
        if mode == "demo":
            body = forms.demo_form(_, path, self._demo_buttons(_))
        elif mode == "oidc":
            body = forms.provider_link(_, f"/oidc/start?next={quote(path, safe='')}")
        elif mode == "proxy":
            body = forms.notice(_("统一认证没有给出您的身份，或您不在本系统人员之列；请联系系统管理员"))
        else:
            body = forms.password_form(_, path)
        other = f"/sign-in?lang={'en' if _.code == 'zh' else 'zh'}&next={quote(path, safe='')}"
        answer = HTMLResponse(forms.sign_in(_, self.setting.settings.hall_name, body, message, other), status)
        answer.headers.update(FORM_HEADERS)
        return answer

    def _demo_buttons(self, _: Language) -> list[tuple[str, str, str]]:
        rules = access_rules().roles
        found = demo_people(self.setting.home).values()
        return [(who.name, _.pick(rules[who.role].zh, rules[who.role].en), who.window or "") for who in found]

    async def sign_in(self, request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=10)
        _, path = self._speak(form.get("lang")), local_path(str(form.get("next") or "/"))
        if self.setting.mode == "demo":
            who = demo_people(self.setting.home).get(str(form.get("demo")))
            return self._page(_, path, status=403) if who is None else await self._begun(request, who, "demo", path, _.code)
        if self.setting.mode != "accounts":
            return PlainTextResponse("", 403)
        if self._waiting >= MOST_WAITING:
            return self._page(_, path, _("登录的人太多，请稍后再试"), 503)
        self._waiting += 1
        try:
            async with self._checking:
                outcome = await asyncio.to_thread(
                    signin.by_password,
                    self.setting.office,
                    str(form.get("name") or ""),
                    str(form.get("password") or ""),
                    address_of(request.scope),
                    now(),
                )
        finally:
            self._waiting -= 1
        if outcome.principal is not None:
            return await self._begun(request, outcome.principal, "password", path, _.code)
        if outcome.wait > 0:
            answer = self._page(_, path, _("尝试次数过多，请在 {n} 秒后再试").format(n=int(outcome.wait) + 1), 429)
            answer.headers["retry-after"] = str(int(outcome.wait) + 1)
            return answer
        return self._page(_, path, _("登录名或密码不对"), 401)

    async def _begun(self, request: Request, who: Principal, way: Way, path: str, language_code: str = "zh") -> Response:
        """A new session, never one that the browser brought along."""
        former: Session | None = request.scope["hall_session"]
        if former is not None:
            await asyncio.to_thread(sessions.end, self.setting.office, former, now())
        token = await asyncio.to_thread(sessions.begin, self.setting.office, who, way, address_of(request.scope), self.setting.life, now())
        answer = RedirectResponse(in_language(path, language_code), 303)
        answer.headers["set-cookie"] = self.setting.cookie(token, request.scope)
        return answer

    async def oidc_callback(self, request: Request) -> Response:
        if self.provider is None:
            return PlainTextResponse("", 404)
        _ = self._speak(None)
        try:
            name, path = await self.provider.name_of(request)
        except HallError as refusal:
            return self._page(_, "/", _.pick(refusal.zh, refusal.en), 401)
        who = await asyncio.to_thread(signin.by_name, self.setting.office, name)
        if who is None:
            return self._page(_, path, _("您不在本系统人员之列；请联系系统管理员"), 403)
        answer = await self._begun(request, who, "oidc", path)
        answer.headers.append("set-cookie", self.provider.no_cookie())
        return answer

    async def sign_out(self, request: Request) -> Response:
        session: Session | None = request.scope["hall_session"]
        if session is not None:
            await asyncio.to_thread(sessions.end, self.setting.office, session, now())
        form = await request.form(max_files=0, max_fields=10)
        return self._left(request, self._speak(form.get("lang")))

    def _left(self, request: Request, _: Language) -> Response:
        answer = RedirectResponse(f"/sign-in?lang={_.code}", 303)
        answer.headers["set-cookie"] = self.setting.no_cookie(request.scope)
        return answer

    async def account_page(self, request: Request) -> Response:
        session: Session | None = request.scope["hall_session"]
        _ = self._speak(request.query_params.get("lang"))
        return RedirectResponse("/sign-in?next=/", 303) if session is None else self._account(_, session)

    def _account(self, _: Language, session: Session, message: str = "", is_good: bool = False, status: int = 200) -> Response:
        rule = access_rules().roles[session.principal.role]
        page = forms.account(
            _,
            session.principal.title,
            _.pick(rule.zh, rule.en),
            session.must_change,
            session.way == "password",
            message,
            is_good,
        )
        answer = HTMLResponse(page, status)
        answer.headers.update(FORM_HEADERS)
        return answer

    async def account(self, request: Request) -> Response:
        session: Session | None = request.scope["hall_session"]
        form = await request.form(max_files=0, max_fields=10)
        _ = self._speak(form.get("lang"))
        if session is None:
            return PlainTextResponse("", 401)
        name = session.principal.name
        if form.get("act") == "everywhere":
            await asyncio.to_thread(sessions.end_all, self.setting.office, name, name, now())
            return self._left(request, _)
        if form.get("act") != "password" or session.way != "password":
            return PlainTextResponse("", 403)
        if form.get("new") != form.get("again"):
            return self._account(_, session, _("两次输入的新密码不一致"), status=400)
        async with self._checking:
            outcome = await asyncio.to_thread(
                signin.by_password, self.setting.office, name, str(form.get("old") or ""), address_of(request.scope), now()
            )
            if outcome.principal is None:
                return self._account(_, session, _("当前密码不对"), status=403)
            try:
                await asyncio.to_thread(people.set_password, self.setting.office, name, str(form.get("new") or ""), name, now())
            except HallError as refusal:
                return self._account(_, session, _.pick(refusal.zh, refusal.en), status=400)
        # The change ended all sessions, this one too: a new one for whoever made it.
        return await self._begun(request, outcome.principal, "password", "/", _.code)


def in_language(path: str, code: str) -> str:
    """The path with the language of the sign-in page, where that is not the first language and the path names none."""
    return path if code == "zh" or "lang=" in path else f"{path}{'&' if '?' in path else '?'}lang={code}"


def warm_up() -> None:
    """Makes the hash for unknown names before the first visitor; else the first wrong name would take twice as long."""
    passwords.matches("", None)
