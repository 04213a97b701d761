"""What evaluations, complaints and requests ask of the snapshot beside indicators: what must be answered, row by row, and by which rule."""

from dataclasses import replace

import pandas as pd

from dashboard.period import Period
from dashboard.store import Scope, Store
from etl.answering import Record

LONGEST_LIST = 5000
ANSWERS = """
select
    answer_no, kind, department, window_name, channel, case_no, item_name, source, outcome, received_on, answered_on, due_on,
    answer_state, days_left, used_workdays, extension_workdays, is_revisited, is_provisional
from fact_answer
where record = $record and received_on between $first and $last and {scope}
order by
    case answer_state when 'overdue' then 0 when 'due_soon' then 1 when 'paused' then 2 when 'running' then 3 when 'late' then 4 else 5 end,
    received_on desc,
    answer_no
limit $most
"""
RULES = """
select kind, limit_count, limit_unit, extension_workdays, is_third_party_paused, is_other_organ_paused, basis_zh, basis_en
from ref_answer_rule
where valid_from <= $day and $day < valid_to
order by kind
"""


def answers(store: Store, record: Record, period: Period, scope: Scope) -> pd.DataFrame:
    """What was received in the period and is to be answered: what presses first, then the newest."""
    last = min(period.last, store.as_of)
    # What people wrote is about a department or window, not about an item on the list.
    return store.query(ANSWERS, replace(scope, scope=None), record=record, first=period.first, last=last, most=LONGEST_LIST)


def rules(store: Store, period: Period) -> pd.DataFrame:
    """The limits in force on the last day of the period that there are data for."""
    return store.query(RULES, day=min(period.last, store.as_of))
