"""Opens what numbers are read from: the current snapshot, or the warehouse."""

import duckdb

from etl.config import Home, connect
from etl.divisions import narrow, prefix_of, refuse_gathered
from etl.publish import current, open_snapshot
from etl.soundness import require_sound


def open_numbers(home: Home, from_warehouse: bool = False, division: str | None = None) -> duckdb.DuckDBPyConnection:
    """The current snapshot; the warehouse when none is published or `from_warehouse` is set. Raises HallError when there is
    neither, or when the current snapshot is damaged.

    With a division, a county, city or province, nothing but its rows can be asked for; only a snapshot knows divisions.
    """
    path = None if from_warehouse else current(home)
    con = connect(home, read_only=True) if path is None else open_snapshot(require_sound(path))
    if division is not None:
        narrow(con, prefix_of(division))
    return con


def open_county(home: Home, from_warehouse: bool = False) -> duckdb.DuckDBPyConnection:
    """As `open_numbers`, for what one county's numbers mean: raises HallError where several are put together."""
    con = open_numbers(home, from_warehouse)
    refuse_gathered(con)
    return con
