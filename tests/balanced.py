"""What must hold of every slice of the marts over cases, at the finest grain: then it holds under any filter and in any period."""

import duckdb
from oracles.hall import DIMENSIONS

OTHERWISE = ("refused", "returned", "withdrawn")


def out_of_balance(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Days and slices on which the backlog changes by another number than came in less what went out; none when it agrees."""
    columns = ", ".join(("day", *DIMENSIONS))
    gone = " - ".join(("closed", *OTHERWISE))
    return con.execute(
        f"""
        with moved as (
            select {columns}, received - {gone} as change from mart_case_day
            union all select {columns}, -change from mart_backlog_change
        )
        select {columns}, sum(change) from moved
        where day <= (select max(cast(substr(value, 1, 10) as date)) from meta where key = 'as_of')
        group by all having sum(change) <> 0
        """
    ).fetchall()
