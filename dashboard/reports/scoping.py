"""Which counties a report is of: the snapshot cut down to them, their name, and the versions that there are of it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dashboard.reports.plan import Audience
from etl.config import HallError
from etl.divisions import CASES_LEFT, CITY_DIGITS, PROVINCE_DIGITS, narrow, prefix_of
from etl.publish import open_snapshot


@contextlib.contextmanager
def opened(path: Path, division: str, audience: Audience) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """The snapshot as a report of this division reads it, and the division's name for its title; empty where it is of the whole.

    Raises HallError for a division that the snapshot has not, and for the internal version where there are no rows of cases: of several
    counties, whose numbers of cases are their own, and where the cases were left with the counties.
    """
    with contextlib.closing(open_snapshot(path)) as con:
        if division:
            narrow(con, prefix_of(division))
        if audience == "internal" and not has_rows(con):
            raise HallError(
                "多个区县的报告、只汇集统计数的报告没有内部版：请用 --leaders 或 --public，或用 --division 指定一个有办件的区县",
                "there is no internal version of several counties, nor where their cases were left with them: "
                "give --leaders or --public, or one county with --division",
            )
        yield con, _name(con, prefix_of(division)) if division else ""


def has_rows(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether rows of cases can be told."""
    if con.execute("select 1 from meta where key = ?", [CASES_LEFT]).fetchone() is not None:
        return False
    return len(counties(con)) < 2


@dataclass(frozen=True)
class County:
    """A county whose figures a report holds, and the group of peers that it is ranked in."""

    code: str
    name: str
    group: str
    city: str
    province: str


def counties(con: duckdb.DuckDBPyConnection) -> tuple[County, ...]:
    """Those that a report of this connection is of, by code; none where nobody said whose the snapshot is."""
    try:
        found = con.execute("select division, name, peer_group, city, province from ref_division order by division").fetchall()
    except duckdb.CatalogException:
        # A snapshot that an earlier release made.
        return ()
    return tuple(County(*row) for row in found)


def _name(con: duckdb.DuckDBPyConnection, prefix: str) -> str:
    first = counties(con)[0]
    return {PROVINCE_DIGITS: first.province, CITY_DIGITS: first.city}.get(len(prefix), first.city + first.name)
