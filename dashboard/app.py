"""One run of the dashboard: opens the current snapshot, reads the view from the URL, shows the frame and the page."""

import logging
from pathlib import Path

import streamlit as st

from dashboard import session
from dashboard.components import frame, states
from dashboard.navigation import FIRST, PAGES
from dashboard.session import Hall
from dashboard.store import open_current
from etl.config import HallError, home_from

FOLDER = Path(__file__).parent
log = logging.getLogger(__name__)


def main() -> None:
    """One run of the dashboard."""
    speak = session.speak_for(session.language_code("zh"))
    st.set_page_config(page_title=speak("政务大厅运行看板"), page_icon=str(FOLDER / "web" / "static" / "favicon.png"), layout="wide")
    frame.style()
    page = st.navigation(
        [
            st.Page(entry.path, title=speak("政务大厅运行看板"), url_path=entry.name, default=entry.name == FIRST)
            for entry in PAGES.values()
        ],
        position="hidden",
    )
    try:
        store = open_current(home_from(None))
        view = session.read(store)
    except HallError as error:
        st.title(speak("政务大厅运行看板"), anchor=False)
        states.refusal(error, speak)
        return
    hall = Hall(store, view, session.speak_for(view.language))
    session.enter(hall)
    entry = PAGES.get(page.url_path, PAGES[FIRST])
    if entry.name != "case":
        session.leave_case()
    frame.sidebar(hall, entry)
    try:
        page.run()
    except HallError as error:
        states.refusal(error, hall.speak)
    except Exception:
        log.exception("page %s failed", entry.name)
        states.unexpected(hall.speak)
    frame.footer(hall)
