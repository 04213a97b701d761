"""Computes anew only what changed since the last build: the same models, run over the rows of the changed cases alone.

Everything is computed where it is not certain what changed: another model, rule, calendar, setting, version, a week passed, or
rows that no batch accounts for. Else each model goes one of four ways, and one that says nothing of itself is never narrowed:

- `kept`: nothing that it reads has changed.
- `narrowed`, for one that says `-- narrowed by: case_no in raw_case, …`: the rows of a case come from the rows of that case in
  these inputs and from nothing else that changes. They are computed for the changed cases and replace the former ones.
- `summed`, for one that says `-- summed over: fact_case`: every measure is a sum over the rows of that fact, and no row has nothing
  but zeros. What the former rows gave is taken off and what the new ones give is added.
- `whole`: any other.

A test changes records, rules and cut-offs at random and holds each fact and mart against those of a full build.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb

from etl.engine.models import Model
from etl.engine.state import DERIVED, State

KEY = "case_no"
KEYED = frozenset({"raw_case", "raw_suspension"})
CHANGED = f"select {KEY} from changed_key"
# Above this share of changed cases computing everything is cheaper.
LARGEST_SHARE = 0.25
# What a moved cut-off can change. A case that has ended, and all of whose days lie before both cut-offs, is the same at either: every
# day that a model compares with the cut-off is one of these, or lies before the day the case was closed. Days outside the calendar
# have no ordinal, and are counted up to the cut-off.
CASE_DAYS = ("applied_on", "received_on", "accepted_on", "closed_on", "started_on", "promised_due_on", "statutory_due_on")
MOVED = f"""
select case_no from fact_case
where is_open or closed_on is null or promise_due_at >= $since or closed_on < (select min(day) from ref_calendar)
    or greatest({", ".join(CASE_DAYS)}) >= $since
union
select case_no from fact_suspension where ended_on is null or ended_on >= $since or started_on >= $since
"""


def increment_of(con: duckdb.DuckDBPyConnection, former: State | None, now: State, models: Sequence[Model]) -> "Increment | None":
    """What to compute; None when everything is to be. `former_meta` is `meta` as the last build had it, in a temporary table."""
    if former is None or not former.can_lead_to(now):
        return None
    present = {name for (name,) in con.execute("select table_name from information_schema.tables").fetchall()}
    if not present.issuperset({"fact_case", "fact_suspension", *(model.name for model in models)}):
        return None
    changed = _changed_tables(con, former, now)
    if changed is None:
        return None
    keys = _find_keys(con, changed, former, now)
    (cases,) = con.execute("select count(*) from fact_case").fetchone() or (0,)
    return Increment(con, former, now, changed, keys, models) if keys <= LARGEST_SHARE * cases else None


def _changed_tables(con: duckdb.DuckDBPyConnection, former: State, now: State) -> set[str] | None:
    """The raw tables that batches have changed since the last build; None when they do not account for the rows there are."""
    con.execute(
        "create or replace temp table new_batch as select batch_id, record, inserted, updated from batch "
        "where cast(substr(batch_id, 2) as bigint) > ?",
        [former.batches],
    )
    found = con.execute("select record, sum(inserted), sum(inserted + updated) from new_batch group by record").fetchall()
    inserted = {f"raw_{record}": int(count) for record, count, _ in found}
    if any(former.rows.get(table, -1) + inserted.get(table, 0) != rows for table, rows in now.rows.items()):
        return None
    return {f"raw_{record}" for record, _, changed in found if changed}


def _find_keys(con: duckdb.DuckDBPyConnection, changed: set[str], former: State, now: State) -> int:
    """The changed cases into `changed_key`; returns how many. The key of a record never changes: another key is another record."""
    parts = [f"select {KEY} from {table} where _batch_id in (select batch_id from new_batch)" for table in sorted(KEYED & changed)]
    parts.append(MOVED if former.as_of != now.as_of else f"select {KEY} from raw_case where false")
    con.execute(
        f"create or replace temp table changed_key as select distinct {KEY}, 0 as round from ({' union '.join(parts)})",
        {"since": min(former.as_of, now.as_of)} if former.as_of != now.as_of else {},
    )
    (keys,) = con.execute("select count(*) from changed_key").fetchone() or (0,)
    return int(keys)


class Increment:
    """One build of what changed."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, former: State, now: State, changed: set[str], keys: int, models: Sequence[Model]
    ) -> None:
        self._con = con
        (self._database,) = con.execute("select current_database()").fetchone() or ("",)
        self._has_moved = former.as_of != now.as_of
        # What changed by more than the changed cases: other records, what is made from them, and every table of which no account is
        # kept (the ledger). A model's table joins these once it is computed whole.
        known = {*now.rows, *(model.name for model in models), "meta"}
        read = {table for model in models for table in model.reads if not table.startswith("ref_")}
        self._whole = (read - known) | (changed - KEYED) | {table for table, record in DERIVED.items() if record in changed}
        self._narrowed: set[str] = set(KEYED) if keys else set()
        # Computed whole, but what differs is known by its key: `changed_key` was widened by it, in the next round. The round in which
        # a model was narrowed says which keys its new rows are of.
        self._compared: set[str] = set()
        self._round = 0
        self._narrowed_in: dict[str, int] = {}
        self._by_key = {table for model in models for table in model.narrowed} - {model.name for model in models if model.key}

    def way(self, model: Model) -> str:
        """How the model is to be computed: `whole`, `narrowed`, `summed`, or `kept` as it is."""
        touched = model.reads & (self._whole | self._compared | self._narrowed)
        moved = self._moves(model)
        if not touched and not moved:
            return "kept"
        if model.key == KEY and touched <= model.narrowed - self._whole:
            # Where the cut-off moved, the cases that it changes are among the changed ones.
            return "narrowed" if touched else "kept"
        if model.summed in self._narrowed - KEYED and touched == {model.summed}:
            return "summed"
        return "whole"

    def _moves(self, model: Model) -> bool:
        return self._has_moved and "meta" in model.reads

    def compute_whole(self, model: Model) -> None:
        """Run the model as in a full build. Where others read it by key, the cases whose rows differ join the changed ones."""
        con, name = self._con, model.name
        is_compared = name in self._by_key and not model.is_view
        if is_compared:
            con.execute(f"create or replace temp table old_{name} as from {name}")
        con.execute(f"create or replace {'view' if model.is_view else 'table'} {name} as\n{model.sql}")
        if not is_compared:
            self._whole.add(name)
            return
        self._compare(name, name)
        con.execute(
            f"insert into changed_key select {KEY}, {self._round + 1} from differing_{name} where {KEY} not in ({CHANGED})",
        )
        self._round += 1
        self._compared.add(name)

    def _compare(self, name: str, new: str) -> None:
        """The cases of which the rows in `old_…` and in the new table are not the same, into `differing_…`."""
        self._con.execute(
            f"create or replace temp table differing_{name} as select {KEY} from ("
            f"select {KEY}, hash(o) as content, 1 as side from old_{name} o union all select {KEY}, hash(n), -1 from {new} n"
            f") group by {KEY} having sum(side) <> 0 or sum(cast(content as hugeint) * side) <> 0"
        )

    @contextmanager
    def _reading(self, instead: Mapping[str, str]) -> Iterator[None]:
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
        with self._reading({table: self._rows_of(table) for table in model.narrowed}):
            con.execute(f"create or replace temp table new_{name} as\n{model.sql}")
        # The places first: looking for them reads one column of many.
        con.execute(f"create or replace temp table place_{name} as select rowid as place, {KEY} from {name} where {KEY} in ({CHANGED})")
        con.execute(f"create or replace temp table old_{name} as select * from {name} where rowid in (select place from place_{name})")
        self._compare(name, f"new_{name}")
        con.execute(f"delete from {name} where rowid in (select place from place_{name} where {KEY} in (from differing_{name}))")
        con.execute(f"insert into {name} select * from new_{name} where {KEY} in (from differing_{name})")
        self._narrowed.add(name)
        self._narrowed_in[name] = self._round

    def _rows_of(self, table: str) -> str:
        """The rows of the changed cases in an input, which holds its new rows already."""
        rows = f"select * from {self._database}.main.{table} where {KEY} in"
        made = self._narrowed_in.get(table)
        if made is None:
            return f"({rows} ({CHANGED}))"
        # The rows of the keys that came later, which are few: looking for them is quick.
        later = f" union all {rows} ({CHANGED} where round > {made})" if made < self._round else ""
        return f"(select * from new_{table}{later})"

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


MADE = frozenset({"changed_key", "new_batch", "former_meta", "taken", "given", "change", "merged"})


def drop_made(con: duckdb.DuckDBPyConnection, models: Sequence[Model]) -> None:
    """Drop what was only needed for this build."""
    made = MADE | {f"{kind}_{model.name}" for model in models for kind in ("new", "old", "place", "differing")}
    for (name,) in con.execute("select table_name from duckdb_tables() where temporary").fetchall():
        if name in made:
            con.execute(f"drop table temp.{name}")
