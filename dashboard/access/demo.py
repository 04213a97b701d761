"""The people of demo mode: one for each role, bound to the busiest window. They exist in sessions only, never among the people kept."""

from typing import TYPE_CHECKING

from etl.access.principal import Principal, Role
from etl.config import HallError, Home

if TYPE_CHECKING:
    from dashboard.store import Store

# The manager first, on whom a visitor begins.
ORDER: tuple[Role, ...] = ("manager", "leader", "window_head", "staff", "auditor", "administrator")
BOUND: tuple[Role, ...] = ("window_head", "staff")
# Whose the rows of the demo's staff member are where no roster is loaded: nobody's.
NOBODY = "0000"


def demo_people(home: Home) -> dict[str, Principal]:
    """By name."""
    # Imported late: its caches are to be made when Streamlit is up.
    from dashboard.store import open_current

    try:
        store = open_current(home)
        # A window is one county's: where counties are put together, the first one's.
        division = store.divisions[0].code if store.is_gathered else None
        store = store.within(division)
        window = next(iter(store.choices("window")), None)
        numbers = {"staff": _staff_at(store, window) or NOBODY, "window_head": _staff_at(store, window, "chief")}
    except HallError:
        window, division, numbers = None, None, {"staff": NOBODY}
    return {
        f"demo-{role}": Principal(
            f"demo-{role}",
            role,
            window=window if role in BOUND else None,
            staff_no=numbers.get(role),
            division=division if role in BOUND else None,
        )
        for role in ORDER
    }


def _staff_at(store: "Store", window: str | None, post: str = "window") -> str | None:
    """The one who is longest at a post of the window: this kind of post before others, who is still there before who left."""
    # A snapshot of before there were rosters has no such table.
    if window is None or not store.has_table("fact_staff_post") or not store.reach.has_rows:
        return None
    found = store.query(
        "select staff_no from fact_staff_post where window_name = $window and post <> 'backup' "
        "order by post <> $post, to_on is not null, from_on, staff_no limit 1",
        window=window,
        post=post,
    )
    return None if found.empty else str(found["staff_no"].iloc[0])
