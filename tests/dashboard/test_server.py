"""What the server adds to Streamlit: headers, page language, closed paths; and the options of Streamlit that it rests on."""

import asyncio
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from streamlit import config

from dashboard.server import EARLY, Guard, content_policy, early_chunks, localised, options

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
CHECKOUT = Path(__file__).parents[2]


def finished(coroutine):
    """What a coroutine gives, run in a thread of its own: a browser test of the same process keeps an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


async def html(_):
    return HTMLResponse(INDEX.read_bytes())


async def text(_):
    return PlainTextResponse("plain")


def get(path: str, query: str = "", host: str = "127.0.0.1:8501") -> tuple[int, dict[str, str], bytes]:
    """One request through the guard, without a network."""
    app = Guard(Starlette(routes=[Route("/", html), Route("/overview", html), Route("/plain", text), Route("/_stcore/metrics", text)]))
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", host.encode()), (b"accept-encoding", b"gzip")],
    }
    finished(app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize(
    ("query", "language", "title"),
    [("", "zh-CN", "政务大厅运行看板"), ("lang=en", "en", "Service-hall dashboard"), ("lang=xx", "zh-CN", "政务大厅运行看板")],
)
def test_page_names_its_language_and_title(query, language, title):
    status, headers, body = get("/overview", query)
    page = body.decode()
    assert status == 200
    assert f'<html lang="{language}">' in page
    assert f"<title>{title}</title>" in page
    assert "./app/static/chrome.js" in page
    assert "Streamlit</title>" not in page
    assert int(headers["content-length"]) == len(body)


def test_every_answer_carries_the_security_headers():
    for path in ("/", "/plain"):
        _, headers, _ = get(path)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'self'" in headers["content-security-policy"]


def test_policy_allows_sockets_to_this_host_only_and_no_evaluated_script():
    policy = content_policy("hall.example.local:8501")
    assert "ws://hall.example.local:8501" in policy
    assert "unsafe-eval" not in policy
    assert "http:" not in policy.replace("ws://hall.example.local:8501", "")


@pytest.mark.parametrize("host", ["evil; script-src *", "a b", "x\r\nset-cookie: a=b", "'none'"])
def test_a_host_that_is_no_host_does_not_reach_the_policy(host):
    assert content_policy(host) == content_policy("")


def test_counters_of_the_process_are_closed():
    assert get("/_stcore/metrics")[0] == 404


def test_streamlits_index_page_still_has_what_is_rewritten():
    page = INDEX.read_bytes()
    for piece in (b'<html lang="en">', b"<title>Streamlit</title>", b'href="./favicon.png"', b'rel="service-desc"'):
        assert page.count(piece) == 1
    assert b"service-desc" not in localised(page, "zh")


def test_the_parts_every_page_needs_are_still_files_of_streamlit():
    names = early_chunks()
    assert [name.split(".")[0] for name in names] == list(EARLY)
    assert all(f'href="./static/js/{name}"' in localised(INDEX.read_bytes(), "zh").decode() for name in names)


def test_streamlit_still_knows_every_option_given():
    known = config.get_config_options()
    given = tomllib.loads((CHECKOUT / ".streamlit" / "config.toml").read_text("utf-8"))
    names = {f"{section}.{name}" for section, values in given.items() for name, value in values.items() if not isinstance(value, dict)}
    assert names | set(options("127.0.0.1", 8501)) <= set(known)


def test_nothing_is_asked_of_the_internet_and_no_agent_interface_is_open():
    chosen = options("127.0.0.1", 8501)
    assert chosen["browser.gatherUsageStats"] is False
    assert chosen["browser.serverAddress"] == "127.0.0.1"
    assert chosen["client.showErrorLinks"] is False
    assert config.get_config_options()["server.enableAgentApi"].default_val is False
