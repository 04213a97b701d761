"""One run of the dashboard: opens the current snapshot, reads the view from the URL, shows the frame and the page."""

import logging
from pathlib import Path

import streamlit as st

from dashboard import session
from dashboard.access import identity, trail
from dashboard.components import frame, states
from dashboard.navigation import PAGES, first_for
from dashboard.session import Hall
from dashboard.store import open_current
from etl.access.rules import NotAllowedError
from etl.config import HallError, home_from

FOLDER = Path(__file__).parent
log = logging.getLogger(__name__)


def main() -> None:
    """One run of the dashboard."""
    speak = session.speak_for(session.language_code("zh"))
    st.set_page_config(page_title=speak("政务大厅运行看板"), page_icon=str(FOLDER / "web" / "static" / "favicon.png"), layout="wide")
    frame.style()
    home = home_from(None)
    try:
        principal = identity.who(home)
    except HallError as error:
        states.refusal(error, speak)
        return
    if principal is None:
        frame.signed_out(speak)
        return
    first = first_for(principal.role)
    # All pages have their address, so that a link to one that is not for this role says so; it is refused before it runs.
    page = st.navigation(
        [
            st.Page(entry.path, title=speak("政务大厅运行看板"), url_path=entry.name, default=entry.name == first)
            for entry in PAGES.values()
        ],
        position="hidden",
    )
    try:
        store = open_current(home, principal)
        view = session.read(store)
        store = store.within(view.division, view.language)
    except HallError as error:
        st.title(speak("政务大厅运行看板"), anchor=False)
        states.refusal(error, speak)
        return
    hall = Hall(store, view, session.speak_for(view.language))
    session.enter(hall)
    entry = PAGES.get(page.url_path, PAGES[first])
    if entry.name != "case":
        session.leave_case()
    frame.sidebar(hall, entry)
    try:
        if hall.may_open(entry.name):
            page.run()
        else:
            _refuse(hall, entry.name)
    except HallError as error:
        states.refusal(error, hall.speak)
    except Exception:
        log.exception("page %s failed", entry.name)
        states.unexpected(hall.speak)
    frame.footer(hall)


def _refuse(hall: Hall, page: str) -> None:
    if session.is_first(f"page.refused {page}"):
        trail.note(hall.store.home, hall.principal, "page.refused", page)
    frame.header(hall, hall.speak("没有权限"), with_period=False)
    states.refusal(NotAllowedError("这一页", "this page"), hall.speak)
