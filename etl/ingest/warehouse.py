"""The warehouse's own tables: records, ledger, quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.config import HallError
from etl.records import Contract, contracts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

# The key of `meta` that says whose results a home shows that were built from a lake (etl/lake/).
LAKE_MARK = "lake_division"
SYSTEM_COLUMNS = (("_version", "timestamp"), ("_extra", "varchar"), ("_batch_id", "varchar"), ("_line", "bigint"))

LEDGER = """
create table if not exists batch (
    batch_id varchar, loaded_at timestamp, file varchar, sheet varchar, file_sha varchar, record varchar, mapping varchar,
    encoding varchar, headers varchar[], read bigint, inserted bigint, updated bigint, unchanged bigint, superseded bigint,
    quarantined bigint, first_event date, last_event date
);
create table if not exists batch_warning (
    batch_id varchar, rule varchar, field varchar, rows bigint, lines bigint[], zh varchar, en varchar
);
create table if not exists quarantine (
    batch_id varchar, file varchar, sheet varchar, file_sha varchar, record varchar, mapping varchar, line bigint, raw varchar,
    cells varchar[], resolved_by varchar
);
create table if not exists quarantine_fault (
    batch_id varchar, file_sha varchar, sheet varchar, record varchar, line bigint, field varchar, value varchar, rule varchar,
    zh varchar, en varchar
);
create table if not exists meta (key varchar, value varchar);
"""


def columns_of(record: Contract) -> list[tuple[str, str]]:
    """Column names and SQL types of a record type's table."""
    return [*((field.name, field.sql_type) for field in record.fields), *SYSTEM_COLUMNS]


@dataclass(frozen=True)
class Storage:
    """Where a record type's rows lie: the table, and which of the contract's fields it has."""

    table: str
    fields: tuple[str, ...]


def ensure_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing: one relation a record type, the ledger and the quarantine. Adds columns that a newer contract has.

    A record type nothing was loaded for is an empty table `raw_…` of the whole contract; see `storage` for the others.
    """
    con.execute(LEDGER)
    columns: dict[str, set[str]] = {}
    for table, column in con.execute("select table_name, column_name from duckdb_columns() where not internal").fetchall():
        columns.setdefault(table, set()).add(column)
    for record in contracts().values():
        wanted = columns_of(record)
        present = columns.get(record.table)
        if present is None:
            con.execute(f"create table {record.table} ({', '.join(f'{name} {sql_type}' for name, sql_type in wanted)})")
        elif stored_name(record) in columns:
            if not present.issuperset(name for name, _ in wanted):
                _write_view(con, record, columns[stored_name(record)])
        else:
            for name, sql_type in wanted:
                if name not in present:
                    con.execute(f"alter table {record.table} add column {name} {sql_type}")


def stored_name(record: Contract) -> str:
    """The table of the columns that files have given so far, beneath the view `raw_…` of the whole contract."""
    return f"stored_{record.record}"


def where_stored(con: duckdb.DuckDBPyConnection, record: Contract) -> Storage:
    """Where the record type's rows lie now: in `stored_…`, or in `raw_…` itself while it is a table."""
    found = con.execute("select column_name from duckdb_columns() where table_name = ?", [stored_name(record)]).fetchall()
    present = {name for (name,) in found}
    fields = tuple(field.name for field in record.fields if not present or field.name in present)
    return Storage(stored_name(record) if present else record.table, fields)


def storage(con: duckdb.DuckDBPyConnection, record: Contract, given: Sequence[str]) -> Storage:
    """The table to write to, with a column for each of the fields `given`.

    Only columns that some file has given are stored: a column of nulls costs a third as much to write as one of values, and
    an export has a quarter of the contract's fields. What reads the records reads the view, which has them all. A table that
    an earlier release filled stays as it is.
    """
    now = where_stored(con, record)
    types = dict(columns_of(record))
    if now.table == record.table:
        if con.execute(f"select 1 from {record.table} limit 1").fetchone() is not None:
            return now
        con.execute(f"drop table {record.table}")
        wanted = {*given, *(name for name, _ in SYSTEM_COLUMNS)}
        con.execute(f"create table {stored_name(record)} ({', '.join(f'{name} {types[name]}' for name in types if name in wanted)})")
    elif missing := [name for name in given if name not in now.fields]:
        for name in missing:
            con.execute(f"alter table {now.table} add column {name} {types[name]}")
    else:
        return now
    now = where_stored(con, record)
    _write_view(con, record, {*now.fields, *(name for name, _ in SYSTEM_COLUMNS)})
    return now


def _write_view(con: duckdb.DuckDBPyConnection, record: Contract, present: set[str]) -> None:
    listed = ", ".join(name if name in present else f"cast(null as {sql_type}) as {name}" for name, sql_type in columns_of(record))
    con.execute(f"create or replace view {record.table} as select {listed} from {stored_name(record)}")


def division_of(con: duckdb.DuckDBPyConnection) -> str | None:
    """The division whose results the home shows from a lake; None for a home of its own records. The tables are there."""
    found = con.execute("select value from meta where key = ?", [LAKE_MARK]).fetchone()
    return None if found is None else str(found[0])


def refuse_lake(con: duckdb.DuckDBPyConnection) -> None:
    """Raises HallError where the home shows what was built from a lake: it has no records to add to or to build from."""
    if (division := division_of(con)) is not None:
        raise HallError(
            f"此目录只存放由数据湖计算的 {division} 的结果：请在该县自己的目录中操作，或用 hall build --engine spark、hall gather 重新计算",
            f"this home shows what was built from the lake for {division} and holds no records: use the county's own home, "
            "or hall build --engine spark, hall gather",
        )
