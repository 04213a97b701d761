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

MADE = ("changed_key", "former_meta", "taken", "given", "change", "merged")
MADE_FOR = ("new_", "old_", "key_", "place_", "differing_")
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
        (self._database,) = con.execute("select current_database()").fetchone() or ("",)
        self._has_moved = former.as_of != now.as_of
        # What changed by more than the changed cases: other records, and every table of which no account is kept (the ledger).
        known = {*now.rows, *(model.name for model in models), "meta"}
        read = {table for model in models for table in model.reads if not table.startswith("ref_")}
        self._whole = (read - known) | {table for table in changed if table not in KEYED}
        self._narrowed: set[str] = set()
        # Computed whole, and compared afterwards: what reads them by key need only look at the keys that differ.
        self._compared: set[str] = set()
        self._wider: set[str] = set()
        self._by_key = {table for model in models for table in model.narrowed}
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
            self._narrowed.update(KEYED)

    def is_worth_it(self) -> bool:
        """Whether so few cases changed that narrowing is cheaper than computing everything."""
        (cases,) = self._con.execute("select count(*) from fact_case").fetchone() or (0,)
        return bool(self.keys <= LARGEST_SHARE * cases)

    def way(self, model: Model) -> str:
        """How the model is to be computed: `whole`, `narrowed`, `summed`, or `kept` as it is."""
        touched = model.reads & (self._whole | self._narrowed | self._compared)
        moved = self._moves(model)
        if touched & self._whole:
            return "whole"
        if model.key == KEY and touched <= model.narrowed:
            return "narrowed" if touched or (moved and self.keys) else "kept"
        if model.summed is not None and touched <= {model.summed} - self._compared:
            return "summed" if touched else "kept"
        return "whole" if touched or moved else "kept"

    def _moves(self, model: Model) -> bool:
        return self._has_moved and "meta" in model.reads and "'as_of'" in model.sql

    def compute_whole(self, model: Model) -> None:
        """Run the model as in a full build; where others read it by key, find the keys whose rows differ."""
        con, name = self._con, model.name
        is_compared = name in self._by_key and not model.is_view and KEY in self._columns(name)
        if is_compared:
            con.execute(f"create or replace temp table old_{name} as from {name}")
        con.execute(f"create or replace {'view' if model.is_view else 'table'} {name} as\n{model.sql}")
        if not is_compared or KEY not in self._columns(name):
            self._whole.add(name)
            return
        self._compare(name, name)
        if con.execute(f"select 1 from differing_{name} limit 1").fetchone():
            self._compared.add(name)

    def _columns(self, name: str) -> list[str]:
        return [column for (column,) in self._con.execute(f"select column_name from (describe {name})").fetchall()]

    def _compare(self, name: str, new: str) -> None:
        """The keys of which the rows in `old_…` and in the new table are not the same, into `differing_…`."""
        self._con.execute(
            f"create or replace temp table differing_{name} as select {KEY} from ("
            f"select {KEY}, hash(o) as content, 1 as side from old_{name} o union all select {KEY}, hash(n), -1 from {new} n"
            f") group by {KEY} having sum(side) <> 0 or sum(cast(content as hugeint) * side) <> 0"
        )

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
        con, name, keys = self._con, model.name, "changed_key"
        if wider := sorted(model.narrowed & (self._compared | self._wider)):
            # An input differs in keys beyond the changed ones, because something else that it reads changed.
            keys = f"key_{name}"
            parts = " union ".join(f"select {KEY} from {table}" for table in ("changed_key", *(f"differing_{one}" for one in wider)))
            con.execute(f"create or replace temp table {keys} as {parts}")
            self._wider.add(name)
        places = {table: self._rows_of(table, keys) for table in model.narrowed}
        with self._reading(places):
            con.execute(f"create or replace temp table new_{name} as\n{model.sql}")
        # The places first: looking for them reads one column of many.
        con.execute(f"create or replace temp table place_{name} as select rowid as place, {KEY} from {name} where {KEY} in (from {keys})")
        con.execute(f"create or replace temp table old_{name} as select * from {name} where rowid in (select place from place_{name})")
        self._compare(name, f"new_{name}")
        con.execute(f"delete from {name} where rowid in (select place from place_{name} where {KEY} in (from differing_{name}))")
        con.execute(f"insert into {name} select * from new_{name} where {KEY} in (from differing_{name})")
        self._narrowed.add(name)

    def _rows_of(self, table: str, keys: str) -> str:
        """The new rows of an input for the keys: it holds them already, whichever way it was computed."""
        if keys == "changed_key" and table in self._narrowed - set(KEYED):
            return f"new_{table}"
        return f"(select * from {self._database}.main.{table} where {KEY} in (from {keys}))"

    def add_up(self, model: Model) -> None:
        """What the former rows gave is taken off, what the new rows give is added; rows that come to nothing go."""
        con, name, fact = self._con, model.name, model.summed
        # Rows that are the same give the same, unless the model looks at the cut-off.
        part = "" if self._moves(model) else f" where {KEY} in (from differing_{fact})"
        with self._reading({str(fact): f"(select * from old_{fact}{part})", "meta": "former_meta"}):
            con.execute(f"create or replace temp table taken as\n{model.sql}")
        with self._reading({str(fact): f"(select * from new_{fact}{part})"}):
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
        self._whole.add(name)


def drop_made(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what was only needed for this build."""
    for (name,) in con.execute("select table_name from duckdb_tables() where temporary").fetchall():
        if name in MADE or name.startswith(MADE_FOR):
            con.execute(f"drop table temp.{name}")
