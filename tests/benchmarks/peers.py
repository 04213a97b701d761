"""The same work as a load in other libraries, as their manuals show it: read, five rules, newest of each key, three tables.

They are not part of the programme; `make bench` installs them (dependency group `bench`). What each says of a bad row is counted,
because that is what a clerk needs: the line, every reason, the value.
"""

from pathlib import Path

COLUMNS = {"received_at": "收件时间", "accepted_at": "受理时间", "closed_at": "办结时间"}
OUTCOMES = ["准予", "不予许可", "退件"]


def pandas_pandera(file: str, folder: str) -> dict[str, float | str]:
    """pandas reads text, pandera checks lazily; its failure cases become the quarantine."""
    import pandas as pd
    import pandera.pandas as pa

    raw = pd.read_csv(file, dtype="str", keep_default_na=False, na_values=[""])
    typed = raw.copy()
    for name, column in COLUMNS.items():
        typed[name] = pd.to_datetime(raw[column], errors="coerce")
    typed["promised_limit"] = pd.to_numeric(raw["承诺时限"], errors="coerce").astype("Int64")
    times = [
        pa.Check(lambda frame, n=name, c=column: frame[n].notna() | frame[c].isna(), name=f"bad {column}")
        for name, column in COLUMNS.items()
    ]
    late = pa.Check(lambda frame: ~(frame["closed_at"] < frame["accepted_at"]), name="closed before accepted")
    limit = pa.Check(lambda frame: frame["promised_limit"].notna() | frame["承诺时限"].isna(), name="bad limit")
    schema = pa.DataFrameSchema(
        {"办件编号": pa.Column(str, nullable=False), "办理结果": pa.Column(str, pa.Check.isin(OUTCOMES), nullable=True)},
        checks=[*times, late, limit],
    )
    bad, cases = pd.Index([]), pd.DataFrame()
    try:
        schema.validate(typed, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        bad = pd.Index(cases["index"].dropna().astype("int64").unique())
    good = typed.drop(index=bad).sort_values("closed_at", ascending=False).drop_duplicates("办件编号")
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    good.to_parquet(place / "accepted.parquet")
    raw.loc[bad].to_parquet(place / "rejected.parquet")
    pd.DataFrame({"kept": [len(good)], "refused": [len(bad)]}).to_parquet(place / "ledger.parquet")
    return {"kept": len(good), "refused": len(bad), "reasons": len(cases)}


def polars_rules(file: str, folder: str) -> dict[str, float | str]:
    """polars alone, one lazy plan with a list of reasons a row: as fast as polars does it, without a validation library on top."""
    import polars as pl

    raw = pl.scan_csv(file, infer_schema=False)
    typed = raw.with_columns(
        *(pl.col(column).str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False).alias(name) for name, column in COLUMNS.items()),
        pl.col("承诺时限").cast(pl.Int64, strict=False).alias("promised_limit"),
    )
    rules = {
        "missing": pl.col("办件编号").is_null(),
        "time": pl.any_horizontal(*(pl.col(name).is_null() & pl.col(column).is_not_null() for name, column in COLUMNS.items())),
        "limit": pl.col("promised_limit").is_null() & pl.col("承诺时限").is_not_null(),
        "order": pl.col("closed_at") < pl.col("accepted_at"),
        "outcome": ~pl.col("办理结果").is_in(OUTCOMES),
    }
    reasons = pl.concat_list([pl.when(rule).then(pl.lit(name)) for name, rule in rules.items()]).list.drop_nulls()
    judged = typed.with_columns(reasons.alias("reasons")).collect()
    accepted = judged.filter(pl.col("reasons").list.len() == 0).sort("closed_at", descending=True).unique("办件编号", keep="first")
    rejected = judged.filter(pl.col("reasons").list.len() > 0)
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    accepted.write_parquet(place / "accepted.parquet")
    rejected.write_parquet(place / "rejected.parquet")
    pl.DataFrame({"kept": [len(accepted)], "refused": [len(rejected)]}).write_parquet(place / "ledger.parquet")
    return {"kept": len(accepted), "refused": len(rejected), "reasons": int(rejected["reasons"].list.len().sum())}


# What is told of a row that is refused, seen in the output of each on this file.
TOLD = """
| | line in the file | every reason | raw value | one separator too many | read = loaded + refused |
|---|---|---|---|---|---|
| hall load | yes | yes | yes | refused, with the line | held against the file's own lines |
| hand-tuned SQL | no | yes | yes | the whole file becomes one column | not held |
| bare read_csv | no | no | no | the row is dropped, or the whole file becomes one column | not held |
| pandas + pandera | index of the frame | yes | of column checks; true/false for checks between columns | the whole file is refused | not held |
| polars | no | yes, as written here | yes | the whole file is refused | not held |
"""
