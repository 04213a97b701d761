"""The same load as others would write it: the yardsticks in SQL, polars with dataframely, pandas with pandera, dlt.

Each is written as its manual advises, types and checks every row, keeps the newest of each case and leaves `accepted` and, where it
can, `rejected` in `made.duckdb` of a folder. `read_…` gives what the library itself says of the rows, before anything is written.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.cases import OUTCOMES, TIMES

TIME = "%Y-%m-%d %H:%M:%S"
DATABASE = "made.duckdb"

BARE = "create table accepted as from read_csv(?, header = true, ignore_errors = true, store_rejects = {rejects}, types = {types})"
TYPES = {**dict.fromkeys(TIMES, "timestamp"), "承诺时限": "bigint"}

# What a careful hand writes for this one file. Only the three results go into the file; what lies between is temporary, because
# writing it there too would nearly double the cost.
TUNED = """
create temp table judged as select *, try_cast(收件时间 as timestamp) as received_at, try_cast(受理时间 as timestamp) as accepted_at,
    try_cast(办结时间 as timestamp) as closed_at, try_cast(承诺时限 as bigint) as promised_limit,
    list_filter([
        case when 办件编号 is null then 'missing' end,
        case when (收件时间 is not null and try_cast(收件时间 as timestamp) is null)
            or (受理时间 is not null and try_cast(受理时间 as timestamp) is null)
            or (办结时间 is not null and try_cast(办结时间 as timestamp) is null) then 'time' end,
        case when 承诺时限 is not null and try_cast(承诺时限 as bigint) is null then 'limit' end,
        case when try_cast(办结时间 as timestamp) < try_cast(受理时间 as timestamp) then 'order' end,
        case when 办理结果 not in ('准予', '不予许可', '退件') then 'outcome' end], lambda r: r is not null) as reasons
    from read_csv(getvariable('path'), all_varchar = true, header = true, delim = ',', quote = '"');
create table accepted as select * exclude (place) from (
    select *, row_number() over (partition by 办件编号 order by closed_at desc) as place
    from judged where len(reasons) = 0) where place = 1;
create table rejected as select * from judged where len(reasons) > 0;
create table ledger as select (select count(*) from accepted) as kept, (select count(*) from rejected) as refused;
"""


def bare(file: str, folder: str, store_rejects: bool = False) -> None:
    """The floor: text into typed columns of a table. What has no such type is passed over in silence."""
    import duckdb

    types = ", ".join(f"'{name}': '{type_}'" for name, type_ in TYPES.items())
    with duckdb.connect(str(Path(folder) / DATABASE)) as con:
        con.execute(BARE.format(rejects=str(store_rejects).lower(), types="{" + types + "}"), [file])
        if store_rejects:
            con.execute("create table rejected as from reject_errors join reject_scans using (scan_id, file_id)")


def tuned(file: str, folder: str) -> None:
    """One SQL pipeline by hand for this one file."""
    import duckdb

    with duckdb.connect(str(Path(folder) / DATABASE)) as con:
        con.execute("set preserve_insertion_order = false")
        con.execute("set variable path = ?", [file])
        con.execute(TUNED)


def _write(folder: str, accepted: Any, rejected: Any) -> None:
    import duckdb

    with duckdb.connect(str(Path(folder) / DATABASE)) as con:
        for name, rows in (("accepted", accepted), ("rejected", rejected)):
            con.register(f"{name}_rows", rows)
            con.execute(f"create table {name} as from {name}_rows")
        con.execute("create table ledger as select ? as kept, ? as refused", [len(accepted), len(rejected)])


def read_dataframely(file: str) -> tuple[Any, ...]:
    """The valid rows, and the library's account of the others. Polars no longer casts text to times: that is done beside the text."""
    import dataframely as dy
    import polars as pl

    class Cases(dy.Schema):
        line = dy.UInt32()
        办件编号 = dy.String(min_length=1)
        事项编码 = dy.String(nullable=True)
        事项名称 = dy.String(nullable=True)
        部门 = dy.String(nullable=True)
        窗口 = dy.String(nullable=True)
        渠道 = dy.String(nullable=True)
        申请人 = dy.String(nullable=True)
        收件时间 = dy.String(nullable=True)
        受理时间 = dy.String(nullable=True)
        办结时间 = dy.String(nullable=True)
        承诺时限 = dy.String(nullable=True)
        承诺时限单位 = dy.String(nullable=True)
        办理结果 = dy.String(nullable=True)
        received_at = dy.Datetime(nullable=True)
        accepted_at = dy.Datetime(nullable=True)
        closed_at = dy.Datetime(nullable=True)
        promised_limit = dy.Int64(nullable=True, min=0)

        @dy.rule()
        def received_is_a_time(cls) -> pl.Expr:
            return pl.col("收件时间").is_null() | pl.col("received_at").is_not_null()

        @dy.rule()
        def accepted_is_a_time(cls) -> pl.Expr:
            return pl.col("受理时间").is_null() | pl.col("accepted_at").is_not_null()

        @dy.rule()
        def closed_is_a_time(cls) -> pl.Expr:
            return pl.col("办结时间").is_null() | pl.col("closed_at").is_not_null()

        @dy.rule()
        def limit_is_a_number(cls) -> pl.Expr:
            return pl.col("承诺时限").is_null() | pl.col("promised_limit").is_not_null()

        @dy.rule()
        def outcome_is_known(cls) -> pl.Expr:
            return pl.col("办理结果").is_in(list(OUTCOMES))

        @dy.rule()
        def order(cls) -> pl.Expr:
            return (pl.col("closed_at") >= pl.col("accepted_at")).fill_null(True)

    frame = pl.read_csv(file, infer_schema=False, row_index_name="line", row_index_offset=2)
    texts = {"received_at": "收件时间", "accepted_at": "受理时间", "closed_at": "办结时间"}
    typed = frame.with_columns(
        **{name: pl.col(text).str.to_datetime(TIME, strict=False) for name, text in texts.items()},
        promised_limit=pl.col("承诺时限").cast(pl.Int64, strict=False),
    )
    return tuple(Cases.filter(typed))


def polars_with_dataframely(file: str, folder: str) -> None:
    """Read as text, type, filter by a schema, keep the newest of each case."""
    valid, failure = read_dataframely(file)
    accepted = valid.sort("closed_at", descending=True).unique("办件编号", keep="first", maintain_order=False)
    _write(folder, accepted, failure.details())


def read_pandera(file: str) -> tuple[Any, Any, Any]:
    """The text, the typed rows, and the library's table of faults (all of every row)."""
    import pandas as pd
    import pandera.pandas as pa

    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    typed = frame.assign(
        **{name: pd.to_datetime(frame[name], errors="coerce", format=TIME) for name in TIMES},
        承诺时限=pd.to_numeric(frame["承诺时限"], errors="coerce"),
    )
    schema = pa.DataFrameSchema(
        {
            "办件编号": pa.Column(str, pa.Check.str_length(min_value=1)),
            **{name: pa.Column("datetime64[us]", nullable=False, coerce=True) for name in TIMES},
            "承诺时限": pa.Column(float, pa.Check.ge(0), nullable=False, coerce=True),
            "办理结果": pa.Column(str, pa.Check.isin(list(OUTCOMES))),
        },
        checks=pa.Check(lambda rows: ~(rows["办结时间"] < rows["受理时间"]), name="order"),
    )
    try:
        schema.validate(typed, lazy=True)
        faults = pd.DataFrame(columns=["index", "column", "check", "failure_case"])
    except pa.errors.SchemaErrors as error:
        faults = error.failure_cases
    return frame, typed, faults


def pandas_with_pandera(file: str, folder: str) -> None:
    """Read as text, type, check by a schema, keep the newest of each case."""
    frame, typed, faults = read_pandera(file)
    bad = typed.index.isin(faults["index"].dropna().astype(int))
    _write(folder, typed[~bad].sort_values("办结时间").drop_duplicates("办件编号", keep="last"), frame[bad])


# dlt would make underscores of Chinese names, the same ones of several.
ENGLISH = ("case_no", "item_code", "item_name", "department", "window_name", "channel", "applicant_name")
ENGLISH += ("received_at", "accepted_at", "promised_limit", "promised_unit", "closed_at", "outcome")


def _pages(file: str, size: int = 10_000) -> Iterator[list[dict[str, str]]]:
    import csv
    from itertools import islice

    with Path(file).open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, fieldnames=ENGLISH)
        next(rows)
        while page := list(islice(rows, size)):
            yield page


def dlt_merge(file: str, folder: str, bad_rows: str = "discard_row") -> None:
    """A resource whose rows a Pydantic model checks, merged by the case's number; the schema contract says what becomes of bad ones."""
    import os
    from datetime import datetime
    from typing import Annotated, Literal

    # Nothing is sent to its makers, and nothing is left in the user's own folder.
    os.environ.update(RUNTIME__DLTHUB_TELEMETRY="false", RUNTIME__LOG_LEVEL="CRITICAL", DLT_DATA_DIR=str(Path(folder) / "dlt"))
    import dlt
    from pydantic import BaseModel, Field, model_validator

    class Case(BaseModel):
        case_no: Annotated[str, Field(min_length=1)]
        item_code: str
        item_name: str
        department: str
        window_name: str
        channel: str
        applicant_name: str
        received_at: datetime
        accepted_at: datetime
        promised_limit: Annotated[int, Field(ge=0)]
        promised_unit: str
        closed_at: datetime
        outcome: Literal["准予", "不予许可", "退件"]

        @model_validator(mode="after")
        def order(self) -> "Case":
            if self.closed_at < self.accepted_at:
                raise ValueError("closed before accepted")
            return self

    contract = {"tables": "evolve", "columns": bad_rows, "data_type": bad_rows}
    rows = dlt.resource(
        _pages(file), name="accepted", columns=Case, write_disposition="merge", primary_key="case_no", schema_contract=contract
    )
    rows.apply_hints(columns={"closed_at": {"dedup_sort": "desc"}})
    pipeline = dlt.pipeline(
        "cases",
        pipelines_dir=str(Path(folder) / "pipelines"),
        destination=dlt.destinations.duckdb(str(Path(folder) / DATABASE)),
        dataset_name="hall",
    )
    pipeline.run(rows, loader_file_format="parquet")
