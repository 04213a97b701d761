"""What the supervision page asks beside indicators: signals with their rule, cases due soon, the rules in force."""

from datetime import date
from typing import Any

import pandas as pd

from dashboard.store import LIST_LIMIT, Scope, Store
from etl.supervision.lists import DUE_SOON, LEVELS, RULES, SIGNALS


def signals(store: Store, scope: Scope, family: str, first: date, last: date, pressing: bool = False) -> pd.DataFrame:
    """Signals of a family raised in the period, the most serious first; with `pressing` those that do not lapse by themselves."""
    return store.query(
        SIGNALS, scope, "s.", family=family, level=None, signal=None, pressing=pressing, first=first, last=last, most=LIST_LIMIT
    )  # fmt: skip


def signal(store: Store, signal_id: str) -> dict[str, Any] | None:
    """One signal, None when the snapshot has none of this id."""
    found = store.query(
        SIGNALS, Scope(), "s.", family=None, level=None, signal=signal_id, pressing=False, first=date.min, last=date.max, most=1
    )  # fmt: skip
    if found.empty:
        return None
    return {str(key): None if pd.isna(value) else value for key, value in found.iloc[0].items()}


def due_soon(store: Store, scope: Scope, within: int) -> pd.DataFrame:
    """Open cases due within so many working days of the cut-off."""
    return store.query(DUE_SOON, scope, "c.", within=within)


def levels(store: Store) -> pd.DataFrame:
    """Levels in force at the cut-off, mildest first."""
    return store.query(LEVELS, day=store.as_of)


def rules(store: Store) -> pd.DataFrame:
    """Rules in force at the cut-off, the most serious first."""
    return store.query(RULES, day=store.as_of)
