"""Rows of the patrol page: what was found on patrol, and who was at which window."""

from datetime import date

import pandas as pd

from dashboard.store import Store

COLUMNS = (
    "patrol_no, day, patrol_slot, patrol_source, zone, department, window_name, staff_no, event_kind, check_code, "
    "is_fixed, photo_no, version"
)


def is_known(store: Store) -> bool:
    """Whether the snapshot has patrols: one made by an earlier version of the program has none."""
    return not store.snapshot.rows("select 1 from information_schema.tables where table_name = 'fact_patrol'").empty


def findings(store: Store, first: date, last: date) -> pd.DataFrame:
    """Loaded findings of these days, in order."""
    return store.query(
        f"select {COLUMNS} from fact_patrol where is_finding and day between $first and $last order by day, window_name, patrol_no",
        first=first,
        last=last,
    )


def finding(store: Store, patrol_no: str) -> dict[str, object] | None:
    """One loaded finding; None when there is none that this person may see."""
    found = store.query(f"select {COLUMNS} from fact_patrol where is_finding and patrol_no = $patrol_no", patrol_no=patrol_no)
    if found.empty:
        return None
    return {str(key): None if pd.isna(value) else value for key, value in found.iloc[0].items()}


def posts(store: Store, day: date) -> pd.DataFrame:
    """Who is at which window on this day, by window."""
    return store.query(
        "select window_name, department, staff_no, staff_name, post from fact_staff_post "
        "where from_on <= $day and (to_on is null or to_on > $day) order by window_name, post = 'backup', staff_no",
        day=day,
    )


def names(store: Store) -> dict[str, str]:
    """Names of the hall's people by their numbers, as far as this person may see them."""
    found = store.query("select distinct staff_no, staff_name from fact_staff_post order by staff_no")
    return dict(zip(found["staff_no"], found["staff_name"], strict=True))
