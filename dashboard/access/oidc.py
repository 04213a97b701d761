"""Signing in with an identity provider (OpenID Connect): authorization code with PKCE, state and nonce; the answer is verified here.

Needs the extra `oidc` (authlib, httpx). Who comes back must be among our people: the provider says who it is, we say what for.
"""

import json
import logging
import secrets
import time
from typing import Any
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.access.gate import local_path
from dashboard.access.setting import Setting
from etl.access import keys
from etl.config import HallError

log = logging.getLogger(__name__)

COOKIE = "hall_oidc"
SECONDS = 600
ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "PS256", "EdDSA")


class Provider:
    """The configured provider."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        chosen = setting.settings.sign_in
        if not chosen.oidc_issuer or not chosen.oidc_client:
            raise HallError(
                "hall.toml 的 [sign_in] 缺少 oidc_issuer 或 oidc_client", "[sign_in] in hall.toml lacks oidc_issuer or oidc_client"
            )
        try:
            import authlib  # noqa: F401
            import httpx  # noqa: F401
        except ImportError:
            raise HallError("未安装 oidc 组件：uv sync --extra oidc", "the extra oidc is not installed: uv sync --extra oidc") from None
        self.issuer, self.client, self.claim = chosen.oidc_issuer.rstrip("/"), chosen.oidc_client, chosen.oidc_claim

    def _client(self, request: Request) -> Any:
        from authlib.integrations.httpx_client import AsyncOAuth2Client

        path = keys.folder(self.setting.home) / "oidc.secret"
        secret = path.read_text("utf-8").strip() if path.exists() else None
        scheme, host = request.url.scheme, request.headers.get("host", "")
        return AsyncOAuth2Client(
            self.client,
            secret,
            scope="openid profile",
            redirect_uri=f"{scheme}://{host}/oidc/callback",
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            timeout=10,
        )

    async def _found(self, client: Any) -> dict[str, Any]:
        answer = await client.request("GET", f"{self.issuer}/.well-known/openid-configuration", withhold_token=True)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        if str(found.get("issuer", "")).rstrip("/") != self.issuer:
            raise ValueError("the provider names another issuer")
        return found

    async def start(self, request: Request) -> Response:
        """To the provider's page, with what must come back kept in a signed cookie."""
        kept = {
            "state": secrets.token_urlsafe(24),
            "nonce": secrets.token_urlsafe(24),
            "verifier": secrets.token_urlsafe(48),
            "next": local_path(request.query_params.get("next")),
            "until": time.time() + SECONDS,
        }
        try:
            async with self._client(request) as client:
                found = await self._found(client)
                address, _ = client.create_authorization_url(
                    found["authorization_endpoint"], state=kept["state"], nonce=kept["nonce"], code_verifier=kept["verifier"]
                )
        except Exception as error:
            # Its kind only: what a provider says may name a person.
            log.warning("the identity provider could not be asked: %s", type(error).__name__)
            return RedirectResponse("/sign-in", 303)
        answer = RedirectResponse(address, 303)
        answer.headers["set-cookie"] = self._cookie(keys.signed(self.setting.cookie_key, quote(json.dumps(kept), safe="")), SECONDS)
        return answer

    async def name_of(self, request: Request) -> tuple[str, str]:
        """The name that the provider vouches for, and the page to go to. Raises HallError for anything that does not fit together."""
        refusal = HallError("统一身份登录未完成，请重新登录", "signing in with the provider did not succeed; try again")
        kept = self._kept(request)
        if kept is None or not keys.same(request.query_params.get("state", ""), kept["state"]) or "code" not in request.query_params:
            raise refusal
        try:
            async with self._client(request) as client:
                found = await self._found(client)
                token = await client.fetch_token(
                    found["token_endpoint"],
                    grant_type="authorization_code",
                    code=request.query_params["code"],
                    code_verifier=kept["verifier"],
                )
                answer = await client.request("GET", found["jwks_uri"], withhold_token=True)
                claims = self._verified(token["id_token"], answer.json(), kept["nonce"])
                if not claims.get(self.claim) and found.get("userinfo_endpoint"):
                    about = (await client.get(found["userinfo_endpoint"])).json()
                    claims |= about if about.get("sub") == claims["sub"] else {}
        except HallError:
            raise
        except Exception as error:
            log.warning("signing in with the identity provider failed: %s", type(error).__name__)
            raise refusal from None
        name = claims.get(self.claim)
        if not isinstance(name, str) or not name:
            raise refusal
        return name, kept["next"]

    def _verified(self, text: str, jwks: Any, nonce: str) -> dict[str, Any]:
        """The claims of an ID token: signed by the provider, for us, now, and for this very sign-in."""
        from joserfc import jwt
        from joserfc.jwk import KeySet

        token = jwt.decode(text, KeySet.import_key_set(jwks), algorithms=list(ALGORITHMS))
        jwt.JWTClaimsRegistry(
            leeway=60,
            iss={"essential": True, "values": [self.issuer, f"{self.issuer}/"]},
            aud={"essential": True, "value": self.client},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(token.claims)
        return dict(token.claims)

    def _kept(self, request: Request) -> dict[str, Any] | None:
        text = keys.unsigned(self.setting.cookie_key, request.cookies.get(COOKIE, ""))
        if text is None:
            return None
        kept: dict[str, Any] = json.loads(unquote(text))
        return kept if kept.get("until", 0) > time.time() else None

    def _cookie(self, value: str, seconds: int) -> str:
        secure = "; Secure" if self.setting.settings.sign_in.secure_cookie else ""
        return f"{COOKIE}={value}; Path=/oidc; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"

    def no_cookie(self) -> str:
        return self._cookie("", 0)
