"""A real server with real people, and clients that speak to it as a browser would."""

from pathlib import Path
from socket import create_connection

import httpx
from signed_in import PASSWORD, known
from small_hall import beside
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from dashboard.store import open_current
from etl.access.principal import ROLES, Principal
from etl.config import Home
from etl.office import open_office

# The name by which a proxy in front of the served home is reached.
PASSED_ON = "hall.example"


def home_with_people(published: Home, root: Path, settings: str = "") -> Home:
    """A home with the published snapshot, one person a role who has already changed the first password, and these settings."""
    home = beside(published, root)
    home.settings_file.write_text(settings, "utf-8")
    office = open_office(home)
    window, other = open_current(home).choices("window")[:2]
    for role in ROLES:
        bound = window if role in ("window_head", "staff") else None
        known(office, Principal(role.replace("_", "-"), role, window=bound, staff_no="0007" if role == "staff" else None, shown="王芳"))
    known(office, Principal("other-head", "window_head", window=other))
    return home


def client(address: str, source: str = "127.0.0.1") -> httpx.Client:
    """A browser's manners: it follows nothing by itself and says where its posts come from."""
    return httpx.Client(
        base_url=address, headers={"Origin": address}, transport=httpx.HTTPTransport(local_address=source), timeout=60, trust_env=False
    )


def sign_in(browser: httpx.Client, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return browser.post("/sign-in", data={"name": name, "password": password, **more})


def signed_in(address: str, name: str, source: str = "127.0.0.1") -> httpx.Client:
    browser = client(address, source)
    assert sign_in(browser, name).status_code == 303
    return browser


def cookie_of(browser: httpx.Client) -> str:
    return browser.cookies["hall_session"]


def socket(
    address: str, cookie: str | None, origin: str | None = None, session: str = "", host: str | None = None, **headers: str
) -> ClientConnection:
    """The socket of a page, asked for under another name of the server where `host` is given, as a proxy does.

    Raises InvalidStatus when the server does not open it.
    """
    given = {**headers, **({"Cookie": f"hall_session={cookie}"} if cookie else {})}
    protocols = ["streamlit", "token", *([session] if session else [])]
    named = f"http://{host}" if host else address
    return connect(
        f"{named.replace('http', 'ws')}/_stcore/stream",
        sock=create_connection(("127.0.0.1", int(address.rpartition(":")[2]))),
        origin=origin or named,
        subprotocols=protocols,
        additional_headers=given,
        max_size=2**26,
        proxy=None,
    )


def run_page(page: ClientConnection, query: str = "", page_name: str = "", is_auto: bool = False) -> list[ForwardMsg]:
    """Has a page drawn; everything the server sent for it."""
    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.page_name = page_name
    message.rerun_script.is_auto_rerun = is_auto
    page.send(message.SerializeToString())
    heard: list[ForwardMsg] = []
    while True:
        data = page.recv(timeout=60)
        assert isinstance(data, bytes)
        said = ForwardMsg()
        said.ParseFromString(data)
        heard.append(said)
        if said.WhichOneof("type") == "script_finished" and said.script_finished in (0, 4):
            return heard


def text_of(heard: list[ForwardMsg]) -> str:
    return "\n".join(str(message) for message in heard).encode("latin-1", "backslashreplace").decode("unicode_escape", "replace")
