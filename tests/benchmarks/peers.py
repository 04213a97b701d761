"""The same load as others would write it: pandas with pandera, every fault of every row collected."""


def pandas_with_pandera(file: str, database: str) -> dict[str, float]:
    """Read as text, type, check, keep the newest of each key, write three tables. Returns the rows of each outcome."""
    import duckdb
    import pandas as pd
    import pandera.pandas as pa

    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    typed = frame.assign(
        **{name: pd.to_datetime(frame[name], errors="coerce", format="%Y-%m-%d %H:%M:%S") for name in ("收件时间", "受理时间", "办结时间")},
        承诺时限=pd.to_numeric(frame["承诺时限"], errors="coerce"),
    )
    schema = pa.DataFrameSchema(
        {
            "办件编号": pa.Column(str, pa.Check.str_length(min_value=1)),
            "收件时间": pa.Column("datetime64[us]", nullable=False, coerce=True),
            "受理时间": pa.Column("datetime64[us]", nullable=False, coerce=True),
            "办结时间": pa.Column("datetime64[us]", nullable=False, coerce=True),
            "承诺时限": pa.Column(float, pa.Check.ge(0), nullable=False, coerce=True),
            "办理结果": pa.Column(str, pa.Check.isin(["准予", "不予许可", "退件"])),
        },
        checks=pa.Check(lambda rows: ~(rows["办结时间"] < rows["受理时间"]), name="order"),
    )
    try:
        schema.validate(typed, lazy=True)
        faults = pd.DataFrame(columns=["index"])
    except pa.errors.SchemaErrors as error:
        faults = error.failure_cases
    bad = typed.index.isin(faults["index"].dropna().astype(int))
    accepted = typed[~bad].sort_values("办结时间").drop_duplicates("办件编号", keep="last")
    rejected = frame[bad]
    with duckdb.connect(database) as con:
        con.register("accepted_rows", accepted)
        con.register("rejected_rows", rejected)
        con.execute("create table accepted as from accepted_rows")
        con.execute("create table rejected as from rejected_rows")
        con.execute("create table ledger as select ? as kept, ? as refused", [len(accepted), len(rejected)])
    return {"kept": float(len(accepted)), "refused": float(len(rejected))}
