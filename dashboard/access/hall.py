"""The assessment of the whole hall, kept for all: made from everything, because ranks need everybody.

Nothing of it may reach a page but through `dashboard/queries/assessment.py`, which cuts it down to what one person may see.
"""

import streamlit as st

from dashboard.access.trail import office_of
from dashboard.store import Store
from etl.assess.engine import Assessment
from etl.assess.scheme import Scheme
from etl.assessing import assessment, simulation


def whole_hall(store: Store, at: int, version: str) -> Assessment:
    """The assessment of this snapshot when the office stands at revision `at` and the schemes at `version`."""
    return _made(store, str(store.home.root), store.snapshot_id, at, version)


def whole_hall_under(store: Store, tried: Scheme, at: int) -> Assessment:
    """The same under another scheme in every month."""
    return _tried(store, tried, str(store.home.root), store.snapshot_id, at, tried.version)


@st.cache_resource(max_entries=3, show_spinner=False)
def _made(_store: Store, root: str, snapshot_id: str, at: int, version: str) -> Assessment:
    with _store.snapshot.whole() as cursor:
        return assessment(cursor, _store.home, office_of(_store.home))


@st.cache_resource(max_entries=4, show_spinner=False)
def _tried(_store: Store, _scheme: Scheme, root: str, snapshot_id: str, at: int, version: str) -> Assessment:
    with _store.snapshot.whole() as cursor:
        return simulation(cursor, office_of(_store.home), _scheme)
