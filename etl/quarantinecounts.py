"""What a snapshot says of refused records: how many, of which files, by which rules; never what stood in them."""

from collections.abc import Sequence

import duckdb

COUNT_COLUMNS = "division varchar, file varchar, record varchar, rule varchar, zh varchar, en varchar, records bigint"
# Records by themselves: one that breaks three rules stands in three rows of quarantine_count, and once here.
OPEN_COLUMNS = "division varchar, file varchar, record varchar, mapping varchar, batch_id varchar, records bigint, faults bigint"
# A batch and its lines are a county's own.
OWN = "with refused as (select {own}* from quarantine), found as (select {own}* from quarantine_fault)"
OPEN = """
select refused.division, refused.file, refused.record, refused.mapping, refused.batch_id, count(*) as records,
    sum(fault.faults)::bigint as faults
from refused
inner join (select division, batch_id, line, count(*) as faults from found group by division, batch_id, line) as fault
    on refused.division = fault.division and refused.batch_id = fault.batch_id and refused.line = fault.line
where refused.resolved_by is null
group by refused.division, refused.file, refused.record, refused.mapping, refused.batch_id
order by refused.division, refused.batch_id
"""
COUNT = """
select refused.division, refused.file, refused.record, found.rule, found.zh, found.en,
    count(distinct (refused.batch_id, refused.line)) as records
from refused
inner join found
    on refused.division = found.division and refused.batch_id = found.batch_id and refused.file_sha = found.file_sha
    and refused.sheet is not distinct from found.sheet and refused.line = found.line
where refused.resolved_by is null
group by refused.division, refused.file, refused.record, found.rule, found.zh, found.en
order by records desc, refused.file, found.rule
"""


def write_quarantine(con: duckdb.DuckDBPyConnection, columns: Sequence[str] | None) -> None:
    """Makes `quarantine_count` and `quarantine_open` in the attached `snapshot`. `columns` are those of the warehouse's quarantine, None
    where it has none; one without a division is of the county that the variable `division` names."""
    if columns is None:
        con.execute(f"create table snapshot.quarantine_count ({COUNT_COLUMNS})")
        con.execute(f"create table snapshot.quarantine_open ({OPEN_COLUMNS})")
        return
    own = OWN.format(own="" if "division" in columns else "getvariable('division') as division, ")
    con.execute(f"create table snapshot.quarantine_count as {own}{COUNT}")
    con.execute(f"create table snapshot.quarantine_open as {own}{OPEN}")
