"""What the data-quality page asks beside indicators: the ledger batch by batch, and what lies in quarantine."""

import pandas as pd

from dashboard.store import LIST_LIMIT, Store

OUTCOMES = ("inserted", "updated", "unchanged", "superseded", "quarantined")
BATCHES = f"""
select batch_id, loaded_at, file, coalesce(sheet, '') as sheet, record, mapping, encoding, read as read_records,
    {", ".join(OUTCOMES)}, {" + ".join(OUTCOMES)} as accounted, first_event, last_event
from batch order by batch_id desc limit $most
"""
TOTALS = f"""
select count(*) as batches, coalesce(sum(read), 0) as read_records, {", ".join(f"coalesce(sum({name}), 0) as {name}" for name in OUTCOMES)},
    count(case when read <> {" + ".join(OUTCOMES)} then 1 end) as unbalanced
from batch
"""
BY_RULE = "select rule, zh, en, sum(records) as records from quarantine_count group by rule, zh, en order by records desc, rule, zh"
BY_FILE = "select file, record, mapping, batch_id, records, faults from quarantine_open order by records desc, file, batch_id"
WARNINGS = """
select w.rule, w.zh, w.en, b.file, w.field, w.rows
from batch_warning w inner join batch b on w.batch_id = b.batch_id order by w.rows desc, b.file limit $most
"""


def batches(store: Store) -> pd.DataFrame:
    """The ledger, newest first."""
    return store.query(BATCHES, most=LIST_LIMIT)


def totals(store: Store) -> dict[str, int]:
    """The ledger's sums, and how many batches do not account for every record."""
    return {str(name): int(value) for name, value in store.query(TOTALS).iloc[0].items()}


def quarantine_by_rule(store: Store) -> pd.DataFrame:
    """Records in quarantine by the rule they break; one that breaks two counts under both."""
    return store.query(BY_RULE)


def quarantine_by_file(store: Store) -> pd.DataFrame:
    """Records in quarantine and their faults by the file they came in."""
    return store.query(BY_FILE)


def warnings(store: Store) -> pd.DataFrame:
    """What was loaded with a warning."""
    return store.query(WARNINGS, most=LIST_LIMIT)
