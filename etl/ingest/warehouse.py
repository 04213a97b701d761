"""The warehouse's own tables: records, ledger, quarantine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.records import Contract, contracts

if TYPE_CHECKING:
    import duckdb

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


def ensure_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing: one table a record type, the ledger and the quarantine. Adds columns that a newer contract has."""
    con.execute(LEDGER)
    for record in contracts().values():
        listed = ", ".join(f"{name} {sql_type}" for name, sql_type in columns_of(record))
        con.execute(f"create table if not exists {record.table} ({listed})")
        present = {
            row[0] for row in con.execute("select column_name from duckdb_columns() where table_name = ?", [record.table]).fetchall()
        }
        for name, sql_type in columns_of(record):
            if name not in present:
                con.execute(f"alter table {record.table} add column {name} {sql_type}")
