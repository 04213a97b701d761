"""Opens what numbers are read from: the current snapshot, or the warehouse."""

import duckdb

from etl.config import Home, connect
from etl.publish import current, open_snapshot
from etl.soundness import require_sound


def open_numbers(home: Home, from_warehouse: bool = False) -> duckdb.DuckDBPyConnection:
    """The current snapshot; the warehouse when none is published or `from_warehouse` is set. Raises HallError when there is
    neither, or when the current snapshot is damaged."""
    path = None if from_warehouse else current(home)
    return connect(home, read_only=True) if path is None else open_snapshot(require_sound(path))
