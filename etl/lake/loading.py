"""Takes what was built from the lake into a home of its own, from where it is published like any other build."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from etl.config import HallError, transaction
from etl.divisions import refuse_gathered
from etl.engine.models import Model
from etl.engine.reference import write_meta
from etl.ingest.warehouse import LAKE_MARK, division_of, ensure_tables
from etl.lake.layout import County, named, quoted
from etl.publish import COPIED, QUEUE

# What a snapshot shows beside the marts.
PUBLISHED = frozenset({*COPIED, *QUEUE, "fact_case"})
# Tables of the warehouse that take over what the lake holds of them; of the records a snapshot asks what kind of applicant it was.
LEDGER = ("batch", "batch_warning", "quarantine", "quarantine_fault", "meta", "raw_case")


def refuse_records(con: duckdb.DuckDBPyConnection) -> None:
    """Raises HallError where the home holds records loaded from files: what is built from the lake has a home of its own."""
    ensure_tables(con)
    loaded = con.execute("select count(*) from batch").fetchone() or (0,)
    if division_of(con) is None and loaded[0]:
        raise HallError(
            "这里载入过文件；由数据湖计算的结果须放在另一个目录：请用 --home 指定",
            "files were loaded here; what is built from a lake goes to a home of its own: give another with --home",
        )


def load_built(con: duckdb.DuckDBPyConnection, county: County, models: Sequence[Model], now: datetime) -> None:
    """Takes over facts and marts of the last build that a snapshot shows, and the county's ledger, calendar and rules; all or nothing.

    `models` stand in their order. Each table gets the types that DuckDB gives it, whatever engine computed the rows.
    """
    version = named(county.place, "built")
    if version is None:
        raise HallError(f"{county.place.shown} 中没有计算结果", f"{county.place.shown} holds no build")
    with transaction(con):
        refuse_records(con)
        refuse_gathered(con)
        county.place.fetch(county.version)
        county.place.fetch(version)
        built = county.folder / version
        for name in county.manifest.tables:
            if name in LEDGER:
                con.execute(f"delete from {name}")
                con.execute(f"insert into {name} by name select {columns_of(county, name)} from {parquet_of(county, name)}")
            elif name in PUBLISHED:
                con.execute(f"create or replace table {name} as select {columns_of(county, name)} from {parquet_of(county, name)}")
        for model in empty_tables(con, county, models):
            con.execute(f"insert into {model.name} by name select * from {made_by(built, model)}")
        write_meta(con, {LAKE_MARK: county.manifest.division, "built_at": now.isoformat(timespec="seconds")})


def empty_tables(con: duckdb.DuckDBPyConnection, county: County, models: Sequence[Model]) -> list[Model]:
    """Makes what the models make, without rows, and returns those of which a snapshot shows anything.

    The models see empty inputs: that tells the types of what they make.
    """
    for name in county.manifest.tables:
        con.execute(f"create temp view {name} as select {columns_of(county, name)} from {parquet_of(county, name)} limit 0")
    for model in models:
        con.execute(f"create or replace table {model.name} as\n{model.sql}\nlimit 0")
    for name in county.manifest.tables:
        con.execute(f"drop view temp.{name}")
    shown = [model for model in models if model.name in PUBLISHED or model.name.startswith("mart_")]
    for model in models:
        if model not in shown:
            con.execute(f"drop table {model.name}")
    return shown


def made_by(built: Path, model: Model) -> str:
    """What a build made of a model, as a relation in SQL."""
    return f"read_parquet({quoted(built / model.name / '*.parquet')}, hive_partitioning = false)"


def columns_of(county: County, table: str) -> str:
    """The columns of a table as it was exported, as a list in SQL."""
    return ", ".join(county.manifest.tables[table].columns)


def parquet_of(county: County, table: str) -> str:
    """A table as it was exported, as a relation in SQL."""
    return f"read_parquet({county.files(table)}, hive_partitioning = false)"
