"""The walls against a real server: no session, a forged one, another's, an ended one, another site."""

import re
import time
from datetime import datetime

import pytest
from served import PASSED_ON, client, cookie_of, run_page, sign_in, signed_in, socket, text_of
from signed_in import PASSWORD
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from etl.access import people, sessions
from etl.office import entries, open_office, verify

CLOSED = ["/media/" + "a" * 56 + ".csv", "/_stcore/host-config", "/_stcore/upload_file/a/b", "/component/x/index.html"]


def refused_socket(*args, **kwargs) -> bool:
    try:
        socket(*args, **kwargs).close()
    except InvalidStatus as refusal:
        return refusal.response.status_code == 403
    return False


def test_without_a_session_pages_lead_to_the_sign_in_and_the_rest_is_refused(server):
    with client(server) as browser:
        for path in ("/", "/timelimits?lang=en&department=x", "/case?case=1", "/nowhere"):
            answer = browser.get(path)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/sign-in?next=")
        for path in CLOSED:
            assert browser.get(path).status_code == 401, path
        assert browser.post("/").status_code == 401
        assert browser.get("/session").status_code == 401
    assert refused_socket(server, None)


def test_what_the_sign_in_page_needs_is_open_and_holds_no_data(server):
    with client(server) as browser:
        page = browser.get("/sign-in")
        assert page.status_code == 200
        prefetched = re.findall(r'rel="prefetch" href="([^"]+)"', page.text)
        assert len(prefetched) > 10
        assert all(browser.get(path).status_code == 200 for path in prefetched[:3])
        assert "浏览器版本过旧" in page.text


@pytest.mark.parametrize("name", ["x-hall-user", "X-Hall-Session", "x-hall-anything"])
def test_forged_headers_are_stripped(server, name):
    assert refused_socket(server, None, **{name: "manager"})
    cookie = cookie_of(signed_in(server, "staff"))
    with socket(server, cookie, **{name: "manager"}) as page:
        assert "窗口人员" in text_of(run_page(page))
    with client(server) as browser:
        assert browser.get("/", headers={name: "manager"}).status_code == 303


def test_sign_in_survives_a_reload_and_a_new_tab_and_the_cookie_is_out_of_reach_of_scripts(server):
    with client(server) as browser:
        answer = sign_in(browser, "manager", next="/timelimits?lang=en")
        assert answer.headers["location"] == "/timelimits?lang=en"
        cookie = answer.headers["set-cookie"]
        assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/"))
        assert "Secure" not in cookie
        for _ in range(2):
            assert browser.get("/timelimits").status_code == 200
        assert browser.get("/session").status_code == 204


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/sign-out", "/a\r\nX: y"]
)
def test_sign_in_leads_nowhere_else(server, target):
    with client(server) as browser:
        assert sign_in(browser, "manager", next=target).headers["location"] == "/"


def test_a_wrong_name_and_a_wrong_password_look_the_same(server):
    with client(server, "127.0.0.31") as browser:
        answers = [sign_in(browser, "nobody", "Wrong-Pass-77"), sign_in(browser, "leader", "Wrong-Pass-77")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].text == answers[1].text
    assert "set-cookie" not in answers[0].headers


def test_a_cookie_is_refused_when_changed_made_up_or_replayed_after_sign_out(server):
    browser = signed_in(server, "leader")
    cookie = cookie_of(browser)
    token, signature = cookie.rsplit(".", 1)
    for forged in (f"{token}x.{signature}", f"{token}.{'0' * 64}", token, "a.b", "'; drop table session; --", "\xff.\xff"):
        with client(server) as other:
            assert other.get("/", headers={"Cookie": f"hall_session={forged}".encode("latin-1")}).status_code == 303
    assert refused_socket(server, f"{token}.{'0' * 64}")
    assert browser.post("/sign-out").status_code == 303
    with client(server) as other:
        assert other.get("/", headers={"Cookie": f"hall_session={cookie}"}).status_code == 303
    assert refused_socket(server, cookie)


def test_a_session_brought_along_is_not_taken_over(server):
    browser = signed_in(server, "leader")
    former = cookie_of(browser)
    sign_in(browser, "manager")
    assert cookie_of(browser) != former
    assert refused_socket(server, former)


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/account"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1.evil.example"},
    ],
)
def test_posts_from_other_sites_are_refused(server, path, headers):
    browser = signed_in(server, "leader")
    data = {"name": "leader", "password": PASSWORD, "act": "everywhere"}
    assert browser.post(path, data=data, headers=headers).status_code == 403
    assert browser.get("/session").status_code == 204


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_a_socket_from_another_site_is_not_opened(server, origin):
    assert refused_socket(server, cookie_of(signed_in(server, "leader")), origin=origin)


def test_a_socket_under_another_name_is_opened_only_for_a_name_that_hall_toml_gives(server):
    cookie = cookie_of(signed_in(server, "leader"))
    with socket(server, cookie, host=PASSED_ON) as page:
        assert "总览" in text_of(run_page(page))
    assert refused_socket(server, cookie, host="rebound.example")
    assert refused_socket(server, cookie, host=PASSED_ON, origin="http://rebound.example")


def test_a_stolen_streamlit_session_id_gives_a_fresh_session(server):
    with socket(server, cookie_of(signed_in(server, "manager"))) as page:
        heard = run_page(page, "case=secret-mark")
        stolen = next(message.new_session.initialize.session_id for message in heard if message.WhichOneof("type") == "new_session")
    with socket(server, cookie_of(signed_in(server, "staff")), session=stolen) as thief:
        heard = run_page(thief)
        got = next(message.new_session.initialize.session_id for message in heard if message.WhichOneof("type") == "new_session")
        assert got != stolen
        assert "大厅管理人员" not in text_of(heard)


def download(page, place=0):
    """The address of a file that a page offers, told after its download button was pressed."""
    heard = run_page(page, "period=month&on=2018-10-01")
    buttons = [
        message.delta.new_element.download_button
        for message in heard
        if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == "download_button"
    ]
    mine = next(message.new_session.initialize.session_id for message in heard if message.WhichOneof("type") == "new_session")
    message = BackMsg()
    message.backend_operation_request.session_id = mine
    message.backend_operation_request.request_id = "1"
    message.backend_operation_request.deferred_file.file_id = buttons[place].deferred_file_id
    page.send(message.SerializeToString())
    said = ForwardMsg()
    while said.WhichOneof("type") != "backend_operation_response":
        said.ParseFromString(page.recv(timeout=30))
    assert not said.backend_operation_response.error_msg
    return said.backend_operation_response.deferred_file.url


def test_a_download_is_served_to_the_session_it_was_made_for_and_to_nobody_else(server, people_home):
    owner = signed_in(server, "manager")
    with socket(server, cookie_of(owner)) as page:
        address = download(page)
        assert owner.get(address).content.startswith(b"\xef\xbb\xbf")
        for other in (signed_in(server, "leader"), signed_in(server, "manager")):
            assert other.get(address).status_code == 404
        with client(server) as stranger:
            assert stranger.get(address).status_code == 401
    taken = entries(open_office(people_home), action="export.")
    assert taken[0].actor == "manager"
    assert owner.post("/sign-out").status_code == 303
    assert owner.get(address).status_code == 401


def listen(page):
    for _ in range(100):
        page.recv(timeout=10)


def test_sign_out_ends_an_open_page_within_seconds(server):
    browser = signed_in(server, "leader")
    with socket(server, cookie_of(browser)) as page:
        assert "总览" in text_of(run_page(page))
        began = time.monotonic()
        browser.post("/sign-out")
        with pytest.raises(ConnectionClosed):
            listen(page)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("how", ["disable", "password", "everywhere"])
def test_open_pages_end_when_somebody_else_ends_them(server, people_home, how):
    office = open_office(people_home)
    name = f"short-{how}"
    if people.person(office, name) is None:
        from signed_in import known

        from etl.access.principal import Principal

        known(office, Principal(name, "leader"))
    browser = signed_in(server, name)
    with socket(server, cookie_of(browser)) as page:
        run_page(page)
        if how == "disable":
            people.set_disabled(office, name, True, "test", datetime.now())
        elif how == "password":
            people.set_password(office, name, "Green-Lantern-2019", "test", datetime.now())
        else:
            assert signed_in(server, name, "127.0.0.9").post("/account", data={"act": "everywhere"}).status_code == 303
        with pytest.raises(ConnectionClosed):
            listen(page)
    assert browser.get("/session").status_code == 401


def test_a_first_password_must_be_changed_before_anything_is_shown(server, people_home):
    from etl.access.principal import Principal

    office = open_office(people_home)
    people.add(office, Principal("newcomer", "manager"), PASSWORD, "test", datetime.now())
    browser = signed_in(server, "newcomer")
    assert browser.get("/").headers["location"] == "/account"
    assert browser.get("/media/" + "a" * 56).status_code == 403
    assert refused_socket(server, cookie_of(browser))
    change = {"act": "password", "old": PASSWORD}
    for new, again in (("short", "short"), ("Blue-Lantern-2019", "other"), (PASSWORD, PASSWORD), ("Newcomer-12", "Newcomer-12")):
        assert browser.post("/account", data={**change, "new": new, "again": again}).status_code == 400
    former = cookie_of(browser)
    assert browser.post("/account", data={**change, "new": "Blue-Lantern-2019", "again": "Blue-Lantern-2019"}).status_code == 303
    assert browser.get("/").status_code == 200
    assert refused_socket(server, former)


def test_signs_of_life_and_redrawing_are_no_activity_but_a_deed_is(server, people_home):
    office = open_office(people_home)
    browser = signed_in(server, "leader")
    long_ago = time.time() - 600
    with socket(server, cookie_of(browser)) as page:
        run_page(page)
        with office.writing() as con:
            con.execute("update session set seen_at = ? where name = 'leader'", [long_ago])
        seen = lambda: max(row["seen_at"] for row in rows(office))  # noqa: E731
        run_page(page, is_auto=True)
        for _ in range(3):
            assert browser.get("/session").status_code == 204
        assert seen() == pytest.approx(long_ago)
        run_page(page)
        assert seen() > time.time() - 60


def rows(office):
    with office.reading() as con:
        return con.execute("select seen_at from session where name = 'leader'").fetchall()


def test_an_idle_session_and_one_past_its_end_are_over(people_home):
    office = open_office(people_home)
    life = sessions.Lifetime(idle=100, absolute=1000)
    start = datetime(2018, 10, 8, 12)
    who = people.person(office, "leader").principal
    token = sessions.begin(office, who, "password", "test", life, start)
    at = start.timestamp()
    assert sessions.of_token(office, token, life, at + 99) is not None
    assert sessions.of_token(office, token, life, at + 100) is None
    for step in range(90, 1000, 90):
        found = sessions.of_token(office, token, life, at + step)
        assert found is not None
        sessions.touch(office, found, at + step)
    assert sessions.of_token(office, token, life, at + 1000) is None
    with office.reading() as con:
        kept = " ".join(str(tuple(row)) for row in con.execute("select * from session"))
    assert token not in kept


def test_every_answer_carries_the_security_headers(server):
    with client(server) as browser:
        for path in ("/", "/sign-in", "/session", "/static/nothing.js", *CLOSED):
            headers = browser.get(path).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["referrer-policy"] == ("same-origin" if path == "/sign-in" else "no-referrer")


def test_forms_that_are_too_large_are_refused(server):
    with client(server) as browser:
        assert sign_in(browser, "leader", "x" * 100_000).status_code == 413


def test_the_trail_holds_and_names_who_signed_in(people_home):
    office = open_office(people_home)
    assert verify(office) is None
    assert {"session.begun", "user.added"} <= {entry.action for entry in entries(office, 5000)}
    assert not any(PASSWORD in entry.detail for entry in entries(office, 5000))
