"""Values that a dimension takes in the data, to tell a slip of the keyboard from a department that had no cases."""

from collections.abc import Sequence
from difflib import get_close_matches

import duckdb

from etl.config import HallError
from etl.divisions import prefix_of
from etl.indicators.definition import Indicator
from etl.indicators.dimensions import DIMENSIONS, MARTS, Value
from etl.indicators.evaluate import Query


def values_of(con: duckdb.DuckDBPyConnection, indicator: Indicator, name: str) -> list[Value]:
    """Every value of the dimension in the marts of the indicator, in order."""
    found: set[Value] = set()
    for mart in indicator.marts:
        if name in MARTS[mart]:
            rows = con.execute(f"select distinct {DIMENSIONS[name].sql} as choice from {mart}").fetchall()
            found |= {choice for (choice,) in rows if choice is not None}
    return sorted(found, key=lambda value: (isinstance(value, str), value))


def require_known_values(con: duckdb.DuckDBPyConnection, indicator: Indicator, query: Query) -> None:
    """Raises HallError with the nearest values when a text asked for occurs nowhere in the data. Codes and numbers may well be absent."""
    for name, given in query.where.items():
        if DIMENSIONS[name].type not in ("text", "division"):
            continue
        asked: Sequence[Value] = [given] if isinstance(given, str | int) else given
        known = [str(value) for value in values_of(con, indicator, name)]
        is_prefix = DIMENSIONS[name].type == "division"
        for value in asked:
            if str(value) not in known and not (is_prefix and any(one.startswith(prefix_of(str(value))) for one in known)):
                near = get_close_matches(str(value), known, n=3, cutoff=0.3) or known[:5]
                raise HallError(
                    f"{name} 没有“{value}”；是否指：{'、'.join(near) or '（无数据）'}",
                    f"{name} has no value {value!r}; did you mean: {', '.join(near) or '(no data)'}",
                )
