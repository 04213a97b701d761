"""Computes anew only what changed since the last build: the same models, run over the rows of the changed cases alone.

Two kinds of models say of themselves that they can be narrowed, and a test holds the result against a full build:

- `-- narrowed by: case_no in raw_case, …`: the rows of a case come from the rows of that case in these inputs and from nothing
  else that changes. They are computed for the changed cases and take the place of the former ones where they differ.
- `-- summed over: fact_case`: every measure is a sum over the rows of that fact, so that what the former rows gave is taken off
  and what the new ones give is added.

Any other model is computed whole when an input of it changed, and left as it is when none did. Where it is not certain what
changed (another model, rule, calendar, setting, version; rows that no batch accounts for), everything is computed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

from etl.engine.models import Model
from etl.engine.state import State

MADE = ("changed_key", "former_meta", "differing", "taken", "given", "change", "merged")
KEY = "case_no"
KEYED = ("raw_case", "raw_suspension")
# Above this share of changed cases computing everything is cheaper.
LARGEST_SHARE = 0.25
# What a moved cut-off can change: what is open, and what has a day at or after the earlier of the two cut-offs. A closing day
# before the calendar begins is counted up to the cut-off.
CASE_DAYS = ("applied_on", "received_on", "accepted_on", "closed_on", "started_on", "promised_due_on", "statutory_due_on")
MOVED = f"""
select case_no from fact_case
where is_open or closed_on is null or promise_due_at >= $since or closed_on < (select min(day) from ref_calendar)
    or greatest({", ".join(CASE_DAYS)}) >= $since
union
select case_no from fact_suspension where ended_on is null or ended_on >= $since or started_on >= $since
"""


def changed_inputs(con: duckdb.DuckDBPyConnection, former: State | None, now: State, models: Sequence[Model]) -> set[str] | None:
    """The raw tables that batches have changed since the last build; None when everything must be computed."""
    if former is None or former.signature != now.signature or former.batches > now.batches:
        return None
    present = {name for (name,) in con.execute("select table_name from information_schema.tables").fetchall()}
    if not present.issuperset(model.name for model in models):
        return None
    con.execute(
        "create or replace temp table new_batch as select batch_id, record, inserted, updated from batch "
        "where cast(substr(batch_id, 2) as bigint) > ?",
        [former.batches],
    )
    found = con.execute("select record, sum(inserted), sum(inserted + updated) from new_batch group by record").fetchall()
    inserted = {f"raw_{record}": int(count) for record, count, _ in found}
    if any(former.rows.get(table) is None or former.rows[table] + inserted.get(table, 0) != rows for table, rows in now.rows.items()):
        return None
    return {f"raw_{record}" for record, _, changed in found if changed}


class Increment:
    """One build of what changed. `former_meta` is `meta` as the last build had it, in a temporary table."""

    def __init__(self, con: duckdb.DuckDBPyConnection, former: State, now: State, changed: set[str], models: Sequence[Model]) -> None:
        self._con = con
        self._has_moved = former.as_of != now.as_of
        # What changed by more than the changed cases: other records, and every table of which no account is kept (the ledger).
        known = {*now.rows, *(model.name for model in models), "meta"}
        read = {table for model in models for table in model.reads if not table.startswith("ref_")}
        self._whole = (read - known) | {table for table in changed if table not in KEYED}
        self._narrowed: set[str] = set()
        self._find_keys(changed, min(former.as_of, now.as_of))

    def _find_keys(self, changed: set[str], since: object) -> None:
        con = self._con
        parts = [f"select {KEY} from {table} where _batch_id in (select batch_id from new_batch)" for table in KEYED if table in changed]
        if self._has_moved:
            parts.append(MOVED)
        parts = parts or [f"select {KEY} from {KEYED[0]} where false"]
        con.execute(
            f"create or replace temp table changed_key as select distinct {KEY} from ({' union '.join(parts)})",
            {"since": since} if self._has_moved else {},
        )
        (self.keys,) = con.execute("select count(*) from changed_key").fetchone() or (0,)
        if self.keys:
            for table in KEYED:
                con.execute(f"create or replace temp table new_{table} as select * from {table} where {KEY} in (from changed_key)")
            self._narrowed.update(KEYED)

    def is_worth_it(self) -> bool:
        """Whether so few cases changed that narrowing is cheaper than computing everything."""
        (cases,) = self._con.execute("select count(*) from fact_case").fetchone() or (0,)
        return bool(self.keys <= LARGEST_SHARE * cases)

    def way(self, model: Model) -> str:
        """How the model is to be computed: `whole`, `narrowed`, `summed`, or `kept` as it is."""
        touched = model.reads & (self._whole | self._narrowed)
        moved = self._has_moved and "meta" in model.reads and "'as_of'" in model.sql
        if touched & self._whole:
            return "whole"
        if model.key == KEY and touched <= model.narrowed:
            return "narrowed" if touched or (moved and self.keys) else "kept"
        if model.summed is not None and touched <= {model.summed}:
            return "summed" if touched else "kept"
        return "whole" if touched or moved else "kept"

    def note(self, model: Model, way: str) -> None:
        """Remember for the models that read this one what became of it."""
        if way in ("whole", "summed"):
            self._whole.add(model.name)

    @contextmanager
    def _reading(self, instead: dict[str, str]) -> Iterator[None]:
        """Let the models read other tables under the names of theirs: a temporary view comes before a table of the same name."""
        for name, table in instead.items():
            self._con.execute(f"create temp view {name} as select * from {table}")
        yield
        # After a failure the whole build is undone, these with it.
        for name in instead:
            self._con.execute(f"drop view temp.{name}")

    def narrow(self, model: Model) -> None:
        """The model's rows of the changed cases take the place of the former ones, where they differ."""
        con, name = self._con, model.name
        with self._reading({table: f"new_{table}" for table in model.narrowed}):
            con.execute(f"create or replace temp table new_{name} as\n{model.sql}")
        con.execute(f"create or replace temp table old_{name} as select * from {name} where {KEY} in (from changed_key)")
        con.execute(
            f"create or replace temp table differing as select distinct {KEY} from ("
            f"(from old_{name} except all from new_{name}) union all (from new_{name} except all from old_{name}))"
        )
        con.execute(f"delete from {name} where {KEY} in (from differing)")
        con.execute(f"insert into {name} select * from new_{name} where {KEY} in (from differing)")
        self._narrowed.add(name)

    def add_up(self, model: Model) -> None:
        """What the former rows gave is taken off, what the new rows give is added; rows that come to nothing go."""
        con, name, fact = self._con, model.name, model.summed
        with self._reading({str(fact): f"old_{fact}", "meta": "former_meta"}):
            con.execute(f"create or replace temp table taken as\n{model.sql}")
        with self._reading({str(fact): f"new_{fact}"}):
            con.execute(f"create or replace temp table given as\n{model.sql}")
        columns = [(column, kind) for column, kind, *_ in con.execute(f"describe {name}").fetchall()]
        by = ", ".join(column for column, _ in columns if column not in model.measures)
        sums = ", ".join(f"cast(sum({column}) as {kind}) as {column}" for column, kind in columns if column in model.measures)
        negated = ", ".join(f"-{column} as {column}" if column in model.measures else column for column, _ in columns)
        listed = ", ".join(column for column, _ in columns)
        is_something = " or ".join(f"sum({column}) <> 0" for column in model.measures)
        same = " and ".join(f"m.{column} is not distinct from c.{column}" for column, _ in columns if column not in model.measures)
        con.execute(
            f"create or replace temp table change as select {by}, {sums} "
            f"from (select {negated} from taken union all select {listed} from given) group by {by} having {is_something}"
        )
        con.execute(
            f"create or replace temp table merged as select {by}, {sums} from ("
            f"select {listed} from change union all select {listed} from {name} m where exists (select 1 from change c where {same})"
            f") group by {by} having {is_something}"
        )
        con.execute(f"delete from {name} m where exists (select 1 from change c where {same})")
        con.execute(f"insert into {name} ({listed}) select {listed} from merged")


def drop_made(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what was only needed for this build."""
    for (name,) in con.execute("select table_name from duckdb_tables() where temporary").fetchall():
        if name in MADE or name.startswith(("new_", "old_")):
            con.execute(f"drop table temp.{name}")
