"""Who is at the other end of this run of a page. Asked anew at every run, so that an ended session draws nothing more."""

import os
import time
from collections.abc import Mapping
from typing import Literal, get_args

import streamlit as st

from dashboard.access.trail import office_of
from etl.access import people, sessions
from etl.access.principal import LOCAL, Principal
from etl.access.sessions import Lifetime
from etl.config import HallError, Home, Settings, settings_from

# accounts: names and passwords of our own; proxy, oidc: somebody else vouches; demo: one click, made-up people;
# open: no sign-in, whoever sits at this machine is the manager. The last two serve this machine only.
Mode = Literal["accounts", "proxy", "oidc", "demo", "open"]
VARIABLE = "HALL_ACCESS"
LOCAL_ONLY: tuple[Mode, ...] = ("demo", "open")
# How the gate tells Streamlit who it is: headers that it strips from every request before it sets them itself.
HEADERS = {"x-hall-user": "username", "x-hall-session": "session"}


def mode_of(settings: Settings, environ: Mapping[str, str] = os.environ) -> Mode:
    """How people sign in here: what the server was started with, else `hall.toml`. Raises HallError for what is neither."""
    chosen = environ.get(VARIABLE) or settings.sign_in.mode
    modes: tuple[Mode, ...] = get_args(Mode)
    found = next((mode for mode in modes if mode == chosen), None)
    if found is None:
        raise HallError(f"没有登录方式 {chosen}", f"there is no way of signing in called {chosen}")
    return found


def lifetime(settings: Settings) -> Lifetime:
    return Lifetime(settings.sign_in.idle_minutes * 60, settings.sign_in.absolute_hours * 3600)


def is_still(home: Home, principal: Principal) -> bool:
    """Whether the person of an earlier run is among the people as they were then: asked where something leaves the house."""
    if mode_of(settings_from(home)) in LOCAL_ONLY:
        return True
    found = people.person(office_of(home), principal.name)
    return found is not None and not found.is_disabled and found.principal == principal


def who(home: Home) -> Principal | None:
    """The person of this run; None when nobody is signed in, or no longer."""
    settings = settings_from(home)
    if mode_of(settings) == "open":
        return LOCAL
    handle = st.user.to_dict().get(HEADERS["x-hall-session"])
    if not isinstance(handle, str) or not handle:
        return None
    found = sessions.of_handle(office_of(home), handle, lifetime(settings), time.time())
    # A first password must be changed before anything is shown.
    return None if found is None or found.must_change else found.principal
