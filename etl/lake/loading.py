"""Takes what was built from the lake into a home of its own, from where it is published like any other build."""

from collections.abc import Sequence
from datetime import datetime

import duckdb

from etl.config import HallError, transaction
from etl.engine.models import Model
from etl.engine.reference import write_meta
from etl.ingest.warehouse import LAKE_MARK, division_of, ensure_tables
from etl.lake.layout import County, quoted
from etl.publish import COPIED, QUEUE

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
    built = county.folder / (county.folder / "built").read_text("utf-8").strip()
    published = {*COPIED, *QUEUE, "fact_case"}
    with transaction(con):
        refuse_records(con)
        for name in county.manifest.tables:
            if name in LEDGER:
                con.execute(f"delete from {name}")
                con.execute(f"insert into {name} by name select {_columns(county, name)} from {_parquet(county, name)}")
            elif name in published:
                con.execute(f"create or replace table {name} as select {_columns(county, name)} from {_parquet(county, name)}")
        # The models see empty inputs: that tells the types of what they make.
        for name in county.manifest.tables:
            con.execute(f"create temp view {name} as select {_columns(county, name)} from {_parquet(county, name)} limit 0")
        for model in models:
            con.execute(f"create or replace table {model.name} as\n{model.sql}\nlimit 0")
        for name in county.manifest.tables:
            con.execute(f"drop view temp.{name}")
        for model in models:
            if model.name in published or model.name.startswith("mart_"):
                made = quoted(built / model.name / "*.parquet")
                con.execute(f"insert into {model.name} by name select * from read_parquet({made}, hive_partitioning = false)")
            else:
                con.execute(f"drop table {model.name}")
        write_meta(con, {LAKE_MARK: county.manifest.division, "built_at": now.isoformat(timespec="seconds")})


def _columns(county: County, table: str) -> str:
    return ", ".join(county.manifest.tables[table].columns)


def _parquet(county: County, table: str) -> str:
    return f"read_parquet({county.files(table)}, hive_partitioning = false)"
