"""Inbox → load → build → publish, once or for as long as it is watched."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from etl.config import COPIES, HallError, Home, connect
from etl.engine import build
from etl.inbox import REST_SECONDS, Found, Seen, fetched, look, new_files, reaching
from etl.ingest.load import BatchResult, load
from etl.ingest.reach import Reach
from etl.ingest.warehouse import ensure_tables
from etl.publish import Manifest, publish, snapshots
from etl.trouble import told


@dataclass(frozen=True)
class Refreshed:
    """What one pass over the inbox did. `manifest` is None when nothing new was loaded and all that was loaded is published; `left` are
    the files that are still being written."""

    results: list[BatchResult]
    refusals: list[HallError]
    manifest: Manifest | None
    left: list[Path] = field(default_factory=list)


def _load_all(con: duckdb.DuckDBPyConnection, home: Home, reach: Reach, paths: list[Path], seen: Seen, found: Found) -> list[BatchResult]:
    """All at once, so that mappings are read once; each file is a transaction of its own."""
    if not paths:
        return []
    under_way: list[Path] = []

    def refuse(refusal: HallError) -> None:
        found.refusals.append(refusal)
        seen.refused[under_way[-1]] = seen.looks[under_way[-1]].sha

    def read() -> Iterator[Path]:
        for path, copy in fetched(reach, found, seen, paths, Path(folder)):
            under_way.append(path)
            yield copy

    # A child that was left while it copied may hold a file open in it, which not every system lets go of.
    with TemporaryDirectory(prefix=COPIES, dir=home.tmp, ignore_cleanup_errors=True) as folder:
        return load(con, home, read(), on_refusal=refuse)


def _is_behind(con: duckdb.DuckDBPyConnection, home: Home) -> bool:
    """Whether something was loaded that no version holds: a run may have been killed, or the disk been full, before it was published."""
    row = con.execute("select count(*) from batch").fetchone()
    known = snapshots(home)
    return row is not None and row[0] > (known[0].batches if known else 0)


def refresh(home: Home, seen: Seen | None = None, wait: bool = True) -> Refreshed:
    """One pass: load what is new in the inbox, build and publish. `seen` remembers between passes; without it nothing is left behind."""
    if seen is None:
        seen = Seen()
        try:
            return refresh(home, seen, wait)
        finally:
            seen.end()
    home.make()
    with reaching(home, seen) as reach:
        found = look(home, reach, seen)
        if wait and found.left:
            time.sleep(REST_SECONDS)
            refusals = found.refusals
            found = look(home, reach, seen)
            found.refusals[:0] = refusals
        with connect(home) as con:
            ensure_tables(con)
            loaded = {row[0] for row in con.execute("select distinct file_sha from batch").fetchall()}
            results = _load_all(con, home, reach, new_files(reach, found, seen, loaded), seen, found)
            manifest = None
            if results or _is_behind(con, home):
                build(con, home, full=False)
                manifest = publish(con, home)
    return Refreshed(results, found.refusals, manifest, found.left)


def watch(home: Home, seconds: float, tell: Callable[[Refreshed], None]) -> Iterator[None]:
    """Pass over the inbox for ever, `seconds` apart; yields after each pass, so that the caller may end it."""
    seen = Seen()
    try:
        while True:
            try:
                tell(refresh(home, seen, wait=False))
            except Exception as error:
                # Another job may hold the warehouse for a while, a share or the disk's space come back: the next pass tries again.
                refusal = told(error)
                if refusal is None:
                    raise
                tell(Refreshed([], [refusal], None))
            yield
            time.sleep(seconds)
    finally:
        seen.end()
