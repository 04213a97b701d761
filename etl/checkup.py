"""Reads the warehouse and the office's records to the end, so that damage is found before it is needed. Nothing is written."""

import sqlite3
from contextlib import closing

import duckdb

from etl.config import Home
from etl.ingest.warehouse import LAKE_MARK
from etl.office.audit import verify
from etl.office.database import FILE, Office
from etl.office.freezing import altered_months
from etl.records import contracts

CURE_ZH = "看板仍显示已发布的版本。请先复制一份备查，再从备份恢复；没有备份时把 warehouse.duckdb 移到别处，用 hall load 重新载入原始文件"
CURE_EN = (
    "the dashboard shows what is published. Keep a copy, then restore a backup; without one move warehouse.duckdb away "
    "and load the original files again"
)
OFFICE_ZH = "请先复制一份备查，再从备份恢复 office.sqlite3"
OFFICE_EN = "keep a copy, then restore office.sqlite3 from a backup"
Damage = tuple[str, str]


def damage_in_warehouse(con: duckdb.DuckDBPyConnection) -> Damage | None:
    """What cannot be read, or what the ledger says otherwise than the records; None when all is well."""
    for (table,) in con.execute("select table_name from duckdb_tables() where not internal and not temporary order by 1").fetchall():
        try:
            # Every value of every column is asked for: a block's own checksum is looked at when it is read.
            con.execute(f"select bit_xor(hash({table})) from {table}").fetchall()
        except duckdb.Error as error:
            return (
                f"数据仓库的表 {table} 读不出，文件已损坏；{CURE_ZH}",
                f"table {table} of the warehouse cannot be read, the file is damaged ({str(error).splitlines()[0][:120]}); {CURE_EN}",
            )
    return _ledger(con)


def _ledger(con: duckdb.DuckDBPyConnection) -> Damage | None:
    """Batches are numbered without a gap, and a record type has as many rows as its batches say were inserted."""
    present = {name for (name,) in con.execute("select table_name from information_schema.tables").fetchall()}
    if "batch" not in present:
        return None
    if "meta" in present and con.execute("select 1 from meta where key = ?", [LAKE_MARK]).fetchone() is not None:
        # Its ledgers are those of counties, whose records are not here.
        return None
    row = con.execute("select count(*), count(distinct batch_id), max(batch_id) from batch").fetchone()
    number, distinct, last = row or (0, 0, None)
    if number and (distinct != number or last != f"B{number:06d}"):
        return (
            f"批次台账不完整：{number} 个批次，编号却到 {last}；{CURE_ZH}",
            f"the ledger is not whole: {number} batches, numbered to {last}; {CURE_EN}",
        )
    inserted = dict(con.execute("select record, sum(inserted)::bigint from batch group by record").fetchall())
    for record in contracts().values():
        if record.table not in present or record.record not in inserted:
            continue
        found = con.execute(f"select count(*) from {record.table}").fetchone()
        rows = found[0] if found else 0
        if rows != inserted[record.record]:
            return (
                f"台账与数据不符：{record.record} 应有 {inserted[record.record]} 条，实有 {rows} 条；{CURE_ZH}",
                f"the ledger disagrees with the data: {record.record} should have {inserted[record.record]} rows and has {rows}; {CURE_EN}",
            )
    return None


def damage_in_office(home: Home) -> Damage | None:
    """What is wrong with the office's own records: the file, the chain of the audit trail, months that were published."""
    path = home.root / FILE
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as con:
            said = con.execute("pragma integrity_check(1)").fetchone()
        if said is None or said[0] != "ok":
            return f"office.sqlite3 已损坏；{OFFICE_ZH}", f"office.sqlite3 is damaged ({said[0] if said else ''}); {OFFICE_EN}"
        office = Office(path)
        number = verify(office)
        if number is not None:
            return f"留痕从第 {number} 条起与校验链不符；{OFFICE_ZH}", f"the audit trail does not hold from entry {number} on; {OFFICE_EN}"
        altered = altered_months(office)
        if altered:
            return (
                f"已发布的考核月份 {'、'.join(altered)} 与校验值不符；{OFFICE_ZH}",
                f"published months {', '.join(altered)} are not as they were published; {OFFICE_EN}",
            )
    except sqlite3.DatabaseError as error:
        return f"office.sqlite3 读不出：文件已损坏；{OFFICE_ZH}", f"office.sqlite3 cannot be read: {error}; {OFFICE_EN}"
    return None
