"""Lists for the page of the online hall."""

from dataclasses import replace

import pandas as pd

from dashboard.period import Period
from dashboard.store import LIST_LIMIT, Scope, Store


def overdue_prechecks(store: Store, period: Period, scope: Scope) -> pd.DataFrame:
    """Applications of the period that are not pre-checked though the time for it is over, the longest waiting first."""
    return store.query(
        "select a.application_no, a.item_name, a.department, a.channel, a.submitted_on, last.ordinal - first.ordinal as waiting "
        "from fact_application a inner join ref_calendar first on first.day = a.submitted_on "
        "inner join ref_calendar last on last.day = $as_of "
        "where a.is_precheck_overdue and a.submitted_on between $first and $last and {scope} "
        "order by waiting desc, a.submitted_on, a.application_no limit $most",
        # An application comes to no window, and its item need not be on the list.
        replace(scope, scope=None, window=None),
        "a.",
        as_of=store.as_of,
        first=period.first,
        last=period.last,
        most=LIST_LIMIT,
    )
