"""What a killed build left in a lake goes with the county's next build from the same home.

From the lake alone a version that is being written and one that a killed writer left look alike, and other machines may be writing. But a
home's warehouse is held by one job at a time: what it says is being written is not, once the next job holds it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb

from etl.lake.layout import County, version_name
from etl.lake.storage import MANIFEST


@contextmanager
def writing(con: duckdb.DuckDBPyConnection, county: County, now: datetime) -> Iterator[None]:
    """Around a build of a county as of `now`: removes what former ones of this home left, and lets the next one know of this."""
    division = county.manifest.division
    con.execute("create table if not exists lake_unfinished (division varchar, version varchar)")
    for (version,) in con.execute("select version from lake_unfinished where division = ?", [division]).fetchall():
        if county.place.text(f"{version}/{MANIFEST}") is None:
            county.place.remove(version)
    con.execute("delete from lake_unfinished where division = ?", [division])
    con.execute("insert into lake_unfinished values (?, ?)", [division, version_name("built", now)])
    yield
    con.execute("delete from lake_unfinished where division = ?", [division])
