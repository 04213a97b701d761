"""Newest version wins, whatever the order of files: what becomes of each accepted row.

Versions of a record are ordered by the contract's `version` fields, then by the latest event time, then by how many
fields are filled, then by content, so that any two different rows have an order and the result never depends on which
file came first.
"""

from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from etl.ingest.warehouse import Storage, storage
from etl.records import Contract, ContractField


@dataclass(frozen=True)
class Outcome:
    """Counts of accepted rows; they add up to the rows accepted."""

    inserted: int
    updated: int
    unchanged: int
    superseded: int


def _rank(record: Contract, alias: str, columns: list[str]) -> str:
    versions = [f"coalesce(cast({alias}.{name} as timestamp), timestamp '0001-01-01')" for name in record.version if name in columns]
    filled = " + ".join(f"cast({alias}.{name} is not null as integer)" for name in columns)
    content = ", ".join(f"{alias}.{name}" for name in columns)
    parts = [
        *versions,
        f"coalesce({alias}._version, timestamp '0001-01-01')",
        filled,
        f"md5(cast(row({content}, {alias}._extra) as varchar))",
    ]
    return f"row({', '.join(parts)})"


def _filled_up(record: Contract, columns: list[str], present: Collection[str]) -> str:
    return ", ".join(name if name in present else f"cast(null as {record.field(name).sql_type}) as {name}" for name in columns)


def _same(columns: list[str], left: str, right: str) -> str:
    return " and ".join(f"{left}.{name} is not distinct from {right}.{name}" for name in [*columns, "_extra"])


def upsert(con: duckdb.DuckDBPyConnection, record: Contract, fields: list[ContractField], batch_id: str) -> Outcome:
    """Merge the temporary table `incoming` (rows with `not _bad`) into the record's table. Runs inside the caller's transaction."""
    own = [field.name for field in fields]
    target = storage(con, record, own)
    columns = [field.name for field in record.fields]
    keys = ", ".join(record.key)
    joined = " and ".join(f"n.{name} = o.{name}" for name in record.key)
    # Both sides have all columns of the contract, so that the order of versions never depends on what is stored.
    full, kept = _filled_up(record, columns, own), _filled_up(record, columns, target.fields)
    # Keys that occur twice, here or there: few in a usual file, so that only these rows are ranked and compared.
    con.execute(
        f"create or replace temp table contested_key as select {keys} from incoming where not _bad group by {keys} having count(*) > 1 "
        f"union select {keys} from {target.table} o where exists (select 1 from incoming n where not n._bad and {joined})"
    )
    if con.execute("select 1 from contested_key limit 1").fetchone() is None:
        return Outcome(_insert_free(con, target, own, batch_id, ""), 0, 0, 0)
    # By their place in the table: a search for keys that carries all columns along costs twice as much.
    con.execute(
        f"create or replace temp table contested_row as select n.rowid as place from incoming n "
        f"where not n._bad and exists (select 1 from contested_key o where {joined})"
    )
    con.execute(
        f"create or replace temp table contested as select {full}, n._version, n._extra, n._line, false as is_old from incoming n "
        f"where n.rowid in (select place from contested_row) "
        f"union all select {kept}, o._version, o._extra, cast(null as bigint), true from {target.table} o "
        f"where exists (select 1 from contested_key n where {joined})"
    )
    con.execute(
        f"create or replace temp table judged as select *, row_number() over (partition by {keys} "
        f"order by {_rank(record, 'contested', columns)} desc, is_old desc, _line asc nulls first) as place from contested"
    )
    same = _same(columns, "n", "w")
    won = " and ".join(f"n.{name} = w.{name}" for name in record.key)
    counted = con.execute(
        f"select count(*) filter (where n.place = 1 and not has_old), count(*) filter (where n.place = 1 and has_old), "
        f"count(*) filter (where n.place > 1 and ({same})), count(*) filter (where n.place > 1 and not ({same})) "
        f"from judged n join (select *, exists (select 1 from judged e where e.is_old and "
        f"{' and '.join(f'e.{name} = judged.{name}' for name in record.key)}) as has_old from judged where place = 1) w on {won} "
        f"where not n.is_old"
    ).fetchone()
    if counted is None:
        raise ValueError("a count gave no row")
    replaced = f"select 1 from judged n where n.place = 1 and not n.is_old and {joined}"
    con.execute(f"delete from {target.table} o where exists ({replaced})")
    listed = ", ".join(target.fields)
    con.execute(
        f"insert into {target.table} ({listed}, _version, _extra, _batch_id, _line) "
        f"select {listed}, _version, _extra, ?, _line from judged where place = 1 and not is_old",
        [batch_id],
    )
    free = _insert_free(con, target, own, batch_id, " and n.rowid not in (select place from contested_row)")
    for name in ("contested_row", "contested", "judged"):
        con.execute(f"drop table {name}")
    return Outcome(counted[0] + free, counted[1], counted[2], counted[3])


def _insert_free(con: duckdb.DuckDBPyConnection, target: Storage, own: list[str], batch_id: str, free: str) -> int:
    """Inserts the rows whose key nothing contests; `free` is the condition for it where some are contested."""
    inserted = con.execute(
        f"insert into {target.table} ({', '.join(own)}, _version, _extra, _batch_id, _line) "
        f"select {', '.join(own)}, _version, _extra, ?, _line from incoming n where not _bad{free}",
        [batch_id],
    ).fetchone()
    con.execute("drop table contested_key")
    return int(inserted[0]) if inserted else 0
