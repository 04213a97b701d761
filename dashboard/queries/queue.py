"""What the queue page asks beside indicators: the hall at a moment, windows needed, and what loading found."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from dashboard.session import Hall
from etl.queueing import live as state
from etl.queueing import staffing as need

LEDGER = """
select file, read, inserted, updated, unchanged, superseded, quarantined
from batch
where record = 'ticket'
order by loaded_at, batch_id
"""
FAULTS = """
select rule, zh, en, sum(records) as records
from quarantine_count
where record = 'ticket'
group by rule, zh, en
order by records desc, rule
"""
WARNINGS = """
select w.rule, w.zh, w.en, sum(w.rows) as records
from batch_warning w
inner join batch b on b.batch_id = w.batch_id
where b.record = 'ticket'
group by w.rule, w.zh, w.en
order by records desc, w.rule
"""


def asking(hall: Hall) -> state.Ask:
    """Questions to the snapshot, narrowed to the scope of the page."""

    def ask(sql: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        # A ticket is of a window, not of an item on the list.
        scope = replace(hall.scope, scope=None) if "{scope}" in sql else None
        frame = hall.store.query(sql, scope, "", **given)
        return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]

    return ask


def has_tickets(hall: Hall) -> bool:
    return state.days(asking(hall)) is not None


def zones(hall: Hall) -> list[str]:
    """Zones with counters."""
    return state.zone_names(asking(hall))


def usual_moment(hall: Hall) -> datetime | None:
    """What the page begins with in this period and scope."""
    return state.usual_moment(asking(hall), hall.period.first, min(hall.period.last, hall.store.as_of))


def live(hall: Hall, at: datetime) -> state.Live:
    return state.live(asking(hall), at)


def staffing(hall: Hall, day: date, within: int, share: int, zone: str | None) -> list[need.HalfHour]:
    return need.staffing(asking(hall), day, within, share, zone)


def ledger(hall: Hall) -> pd.DataFrame:
    """What became of the records of each ticket file."""
    return hall.store.query(LEDGER)


def faults(hall: Hall) -> pd.DataFrame:
    """Rules that refused tickets break, and rules that loaded ones do: kind, rule, words, records."""
    refused, warned = hall.store.query(FAULTS), hall.store.query(WARNINGS)
    return pd.concat([refused.assign(kind="reject"), warned.assign(kind="warn")], ignore_index=True)
