"""What the time-limit page asks beside indicators: the cases that a rate counts against a row."""

from typing import Literal

import pandas as pd

from dashboard.period import Period
from dashboard.store import CASE_COLUMNS, LIST_LIMIT, Scope, Store

Rate = Literal["on_time_rate", "due_cohort_on_time_rate"]
# What stands in the denominator of each rate and not in its numerator: marts/mart_case_day.sql counts the same.
MISSED: dict[Rate, str] = {
    "on_time_rate": "is_closed and promise_state = 'late' and closed_on between $first and $last",
    # Due on the very day of the cut-off and still open: not done in time so far.
    "due_cohort_on_time_rate": "promise_state in ('late', 'overdue', 'due_soon', 'running') and promised_due_on between $first and $last",
}


def missed(store: Store, rate: Rate, period: Period, scope: Scope, item: str | None = None) -> pd.DataFrame:
    """Cases of the period that this rate counts as not in time, those furthest past their due day first; at most LIST_LIMIT."""
    of_item = "" if item is None else "and item_name = $item "
    sql = (
        f"select {CASE_COLUMNS}, closed_on, used_workdays from fact_case where {MISSED[rate]} and {{scope}} {of_item}"
        "order by coalesce(closed_on, $as_of) - promised_due_on desc nulls last, case_no limit $most"
    )
    last = min(period.last, store.as_of)
    named = {} if item is None else {"item": item}
    return store.query(sql, scope, first=period.first, last=last, as_of=store.as_of, most=LIST_LIMIT, **named)
