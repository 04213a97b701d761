"""ID numbers never enter the warehouse: a keyed hash stands in for each, so that the same person can still be told to be the same.

What is kept is the area (the first four digits of a resident's number), a mark, and HMAC-SHA256 of the number under a key that lies
in a file of its own (`etl/access/keys.py`). Without the key the hash cannot be found by trying all numbers; with another key every
person becomes another, so the key is kept with the backups' secrets, not with the backups.
"""

import duckdb

from etl.access import keys
from etl.config import Home
from etl.ingest.warehouse import where_stored
from etl.records import Contract, ContractField

MARK = "#"
BLOCK = 64
KEPT_HEX = 32
MACRO = f"""
create or replace temp macro pseudonym(x) as case when x is null or contains(x, '{MARK}') then x else
    case when regexp_full_match(x, '[0-9]{{14,17}}[0-9Xx]') then substr(x, 1, 4) else '' end || '{MARK}' || substr(
        sha256(getvariable('id_outer') || unhex(sha256(getvariable('id_inner') || encode(upper(x))))), 1, {KEPT_HEX}) end;
"""


def set_key(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Hands the key to SQL as the two padded halves of RFC 2104."""
    key = keys.key(home, "id").ljust(BLOCK, b"\0")
    con.execute("set variable id_inner = ?", [bytes(byte ^ 0x36 for byte in key)])
    con.execute("set variable id_outer = ?", [bytes(byte ^ 0x5C for byte in key)])
    con.execute(MACRO)


def kept(field: ContractField) -> str:
    """The SELECT item of a field of accepted rows. A refused row keeps its number for the check; it goes to quarantine as it came."""
    if field.personal != "id_number":
        return field.name
    return f"case when _bad then {field.name} else pseudonym({field.name}) end as {field.name}"


def settle_former(con: duckdb.DuckDBPyConnection, records: list[Contract]) -> int:
    """Replaces the numbers that an earlier release had loaded as they were; returns how many rows held one."""
    tables = {name for (name,) in con.execute("select table_name from information_schema.tables where table_schema = 'main'").fetchall()}
    changed = 0
    for record in records:
        if record.table not in tables:
            continue
        place = where_stored(con, record)
        columns = [field.name for field in record.fields if field.personal == "id_number" and field.name in place.fields]
        if not columns:
            continue
        raw = " or ".join(f"not contains({name}, '{MARK}')" for name in columns)
        if con.execute(f"select 1 from {place.table} where {raw} limit 1").fetchone() is None:
            continue
        assignments = ", ".join(f"{name} = pseudonym({name})" for name in columns)
        row = con.execute(f"update {place.table} set {assignments} where {raw}").fetchone()
        changed += int(row[0]) if row else 0
    return changed
