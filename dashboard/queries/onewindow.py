"""Lists for the page of one-window intakes."""

from dataclasses import replace
from datetime import date

import pandas as pd

from dashboard.period import Period
from dashboard.store import LIST_LIMIT, Scope, Store


def joint_intakes(store: Store, period: Period, scope: Scope) -> pd.DataFrame:
    """Intakes of the period that went to several departments, each with the part that held it longest, the longest held first.

    A department in the scope means: it has a part in the intake, be it the slowest or not.
    """
    return store.query(
        "select o.intake_no, o.received_on, o.category, o.window_name, o.item_name, o.part_count, o.finished_parts, "
        "o.slowest_department, o.slowest_minutes / 60.0 as slowest_hours, o.is_slowest_open, o.is_completed, o.whole_workdays "
        "from fact_one_window o where o.is_joint and o.received_on between $first and $last and o.intake_no in "
        "(select p.intake_no from fact_one_window_part p where {scope}) "
        "order by o.slowest_minutes desc nulls last, o.intake_no limit $most",
        # Whatever comes to a comprehensive window comes by that channel.
        replace(scope, scope=None, channel=None),
        "p.",
        first=period.first,
        last=period.last,
        most=LIST_LIMIT,
    )


def reform_day(store: Store) -> date:
    """The first day of the reform, as the office set it when the snapshot was built; as it is set here where counties differ in it."""
    set_to = store.meta.get("one_window_from")
    return store.settings.one_window_from if set_to is None else date.fromisoformat(set_to)
