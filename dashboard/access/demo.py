"""The people of demo mode: one for each role, bound to the busiest window. They exist in sessions only, never among the people kept."""

from etl.access.principal import Principal, Role
from etl.config import HallError, Home

# The manager first, on whom a visitor begins.
ORDER: tuple[Role, ...] = ("manager", "leader", "window_head", "staff", "auditor", "administrator")
BOUND: tuple[Role, ...] = ("window_head", "staff")


def demo_people(home: Home) -> dict[str, Principal]:
    """By name."""
    # Imported late: its caches are to be made when Streamlit is up.
    from dashboard.store import open_current

    try:
        window = next(iter(open_current(home).choices("window")), None)
    except HallError:
        window = None
    return {
        f"demo-{role}": Principal(
            f"demo-{role}", role, window=window if role in BOUND else None, staff_no="0000" if role == "staff" else None
        )
        for role in ORDER
    }
