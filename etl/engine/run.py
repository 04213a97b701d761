"""Small things every run of a model needs."""

import duckdb

from etl.config import HallError


def refusal(model: str, error: duckdb.Error) -> HallError:
    """A failed model, by its name and the first line of what the database said."""
    first = str(error).splitlines()[0]
    return HallError(f"模型 {model} 运行失败：{first}", f"model {model} failed: {first}")


def rows_of(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Number of rows of a table whose name comes from a model file."""
    found = con.execute(f"select count(*) from {table}").fetchone()
    return 0 if found is None else int(found[0])
