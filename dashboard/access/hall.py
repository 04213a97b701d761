"""The assessment of the whole hall, kept for all: made from everything, because ranks need everybody.

Nothing of it may reach a page but through `dashboard/queries/assessment.py`, which cuts it down to what one person may see.
"""

from dataclasses import replace

import streamlit as st

from dashboard.access.trail import office_of
from dashboard.store import Store
from etl.assess.comparing import Comparison, compare
from etl.assess.engine import Assessment
from etl.assess.scheme import Scheme
from etl.assessing import assessment, simulation


def whole_hall(store: Store, at: int, version: str) -> Assessment:
    """The assessment of this snapshot when the office stands at revision `at` and the schemes at `version`."""
    return _made(store, str(store.home.root), store.snapshot_id, at, version)


def whole_hall_compared(store: Store, tried: Scheme, at: int, version: str, period: str) -> Comparison:
    """A period under the schemes in force, at `version`, and under another."""
    return _compared(store, tried, str(store.home.root), store.snapshot_id, at, tried.version, version, period)


@st.cache_resource(max_entries=3, show_spinner=False)
def _made(_store: Store, root: str, snapshot_id: str, at: int, version: str) -> Assessment:
    with _store.snapshot.whole() as cursor:
        return assessment(cursor, _store.home, office_of(_store.home))


@st.cache_resource(max_entries=4, show_spinner=False)
def _tried(_store: Store, _scheme: Scheme, root: str, snapshot_id: str, at: int, version: str) -> Assessment:
    with _store.snapshot.whole() as cursor:
        return simulation(cursor, office_of(_store.home), _scheme)


@st.cache_resource(max_entries=4, show_spinner=False)
def _compared(_store: Store, _scheme: Scheme, root: str, snapshot_id: str, at: int, version: str, in_force: str, period: str) -> Comparison:
    now, then = whole_hall(_store, at, in_force), _tried(_store, _scheme, root, snapshot_id, at, version)
    # Each has the indicators of its own schemes: the comparison needs those of both.
    both = replace(now.inputs, metrics=tuple(dict.fromkeys((*now.inputs.metrics, *then.inputs.metrics))))
    return compare(both, now.schemes, _scheme, period)
