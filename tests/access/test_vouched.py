"""Somebody else vouches: a proxy by its header, or an identity provider, here a real one from a package in its own process."""

import socket as sockets
import subprocess
import sys
import time
from datetime import datetime

import chromium
import httpx
import pytest
from served import client, cookie_of, home_with_people, sign_in
from test_gate import refused_socket

from etl.access import keys, people
from etl.access.principal import Principal
from etl.office import open_office

CHEAP = {"HALL_ARGON2": "8,1"}


@pytest.fixture(scope="module")
def proxied(hall_home, tmp_path_factory):
    """A server that believes a proxy, and the proxy's secret."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HALL_ARGON2", "8,1")
        home = home_with_people(hall_home, tmp_path_factory.mktemp("proxied") / "home", '[sign_in]\nmode = "proxy"\n')
    with chromium.served(home.root, tmp_path_factory.mktemp("log") / "log", access=None, environ=CHEAP) as address:
        yield address, keys.key(home, "proxy").hex(), home


def vouching(secret: str, name: str) -> dict[str, str]:
    return {"x-remote-user": name, "x-hall-proxy-secret": secret}


def test_whom_the_proxy_names_is_in_at_once_and_stays_bound_to_that_name(proxied):
    address, secret, _ = proxied
    with client(address) as browser:
        answer = browser.get("/timelimits?lang=en", headers=vouching(secret, "leader"))
        assert answer.status_code == 303
        assert answer.headers["location"] == "/timelimits?lang=en"
        assert browser.get("/", headers=vouching(secret, "leader")).status_code == 200
        # The cookie alone, or with another name, is worth nothing.
        assert browser.get("/session").status_code == 401
        assert browser.get("/session", headers=vouching(secret, "manager")).status_code == 401
        assert refused_socket(address, cookie_of(browser))
        assert refused_socket(address, cookie_of(browser), **vouching(secret, "manager"))


@pytest.mark.parametrize(
    "headers",
    [
        {"x-remote-user": "manager"},
        {"x-remote-user": "manager", "x-hall-proxy-secret": "0" * 64},
        {"x-hall-user": "manager", "x-hall-session": "x"},
    ],
)
def test_a_forged_proxy_header_lets_nobody_in(proxied, headers):
    address, _, _ = proxied
    with client(address) as browser:
        assert browser.get("/", headers=headers).headers["location"].startswith("/sign-in")
        assert "hall_session" not in browser.cookies
        assert sign_in(browser, "manager").status_code == 403


def test_two_names_in_one_request_and_names_that_nobody_has_are_refused(proxied):
    address, secret, home = proxied
    people.set_disabled(open_office(home), "auditor", True, "test", datetime.now())
    with client(address) as browser:
        twice = [("x-remote-user", "leader"), ("x-remote-user", "manager"), ("x-hall-proxy-secret", secret)]
        assert browser.get("/", headers=twice).headers["location"].startswith("/sign-in")
        for name in ("nobody", "", "auditor", "leader'--"):
            assert browser.get("/", headers=vouching(secret, name)).headers["location"].startswith("/sign-in")


@pytest.fixture(scope="module")
def provider():
    """`oidc-provider-mock` as a process of its own: discovery, authorization, token, userinfo and keys over HTTP."""
    with sockets.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--user", "leader", "--user", "stranger"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    issuer = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                issuer = httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=2).json()["issuer"]
                break
            except (httpx.HTTPError, ValueError):
                time.sleep(0.2)
        yield issuer
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def federated(hall_home, provider, tmp_path_factory):
    text = f'[sign_in]\nmode = "oidc"\noidc_issuer = "{provider}"\noidc_client = "hall"\noidc_claim = "sub"\n'
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HALL_ARGON2", "8,1")
        home = home_with_people(hall_home, tmp_path_factory.mktemp("federated") / "home", text)
    (home.root / "keys").mkdir(exist_ok=True)
    (home.root / "keys" / "oidc.secret").write_text("secret")
    with chromium.served(home.root, tmp_path_factory.mktemp("log") / "log", access=None, environ=CHEAP) as address:
        yield address


def at_provider(browser, address, who, path="/throughput?lang=zh"):
    """Follows to the provider, signs in there, and returns the address that it sends the browser back to."""
    away = browser.get("/oidc/start", params={"next": path})
    assert away.status_code == 303
    query = httpx.URL(away.headers["location"]).params
    assert query["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= set(query)
    with httpx.Client(trust_env=False) as elsewhere:
        back = elsewhere.post(away.headers["location"], data={"sub": who})
    assert back.status_code in (302, 303), back.text
    return back.headers["location"]


def test_the_provider_signs_a_person_in(federated):
    with client(federated) as browser:
        back = at_provider(browser, federated, "leader")
        answer = browser.get(back)
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"] == "/throughput?lang=zh"
        assert browser.get("/throughput").status_code == 200
        assert browser.get("/session").status_code == 204
        # The same answer a second time, and in another browser, opens nothing.
        assert browser.get(back).status_code == 401
    with client(federated) as thief:
        assert thief.get(back).status_code == 401


def test_whom_the_provider_knows_but_the_hall_does_not_stays_outside(federated):
    with client(federated) as browser:
        assert browser.get(at_provider(browser, federated, "stranger")).status_code == 403
        assert browser.get("/session").status_code == 401


@pytest.mark.parametrize("change", [{"state": "x"}, {"code": "x"}, {"code": ""}])
def test_an_answer_that_does_not_fit_is_refused(federated, change):
    with client(federated) as browser:
        back = httpx.URL(at_provider(browser, federated, "leader"))
        assert browser.get(str(back.copy_merge_params(change))).status_code == 401
        assert browser.get("/session").status_code == 401


def test_a_token_for_another_client_another_nonce_or_by_another_key_is_refused(people_home, provider, monkeypatch):
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet, RSAKey

    from dashboard.access.oidc import Provider
    from dashboard.access.setting import Setting
    from etl.config import Settings, SignIn

    setting = Setting(people_home)
    setting.__dict__["settings"] = Settings(sign_in=SignIn(mode="oidc", oidc_issuer=provider, oidc_client="hall"))
    checker = Provider(setting)
    mine, theirs = RSAKey.generate_key(2048, {"kid": "1"}), RSAKey.generate_key(2048, {"kid": "1"})
    jwks = KeySet([mine]).as_dict()
    right = {"iss": provider.rstrip("/"), "aud": "hall", "sub": "leader", "nonce": "n", "exp": time.time() + 60}

    def token(key=mine, algorithm="RS256", **changed):
        return jwt.encode({"alg": algorithm, "kid": "1"}, {**right, **changed}, key)

    assert checker._verified(token(), jwks, "n")["sub"] == "leader"
    wrong = [token(theirs), token(aud="other"), token(iss="http://evil.example"), token(exp=time.time() - 3600), token(nonce="other")]
    for text in wrong:
        with pytest.raises((JoseError, ValueError)):
            checker._verified(text, jwks, "n")


def test_people_without_a_password_cannot_sign_in_with_one(server, people_home):
    people.add(open_office(people_home), Principal("outsider", "leader"), None, "test", datetime.now())
    with client(server, "127.0.0.41") as browser:
        for password in ("", "None", "outsider"):
            assert sign_in(browser, "outsider", password).status_code == 401
