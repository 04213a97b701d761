"""Inbox → load → build → publish, once or for as long as it is watched."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from etl.config import HallError, Home, connect
from etl.engine import build
from etl.ingest.arriving import Stamp, ends_a_line, entries_of, reading, sha_of, stamp_of
from etl.ingest.load import BatchResult, load
from etl.ingest.warehouse import ensure_tables
from etl.publish import Manifest, publish, snapshots
from etl.trouble import told

# A file still being copied grows; one that has rested this long is taken to be whole.
REST_SECONDS = 2.0
# One that ends within a line may be written by a program that stopped to think: it rests longer.
REST_WITHIN_A_LINE = 30.0


@dataclass(frozen=True)
class Refreshed:
    """What one pass over the inbox did. `manifest` is None when nothing new was loaded and all that was loaded is published; `left` are
    the files that are still being written."""

    results: list[BatchResult]
    refusals: list[HallError]
    manifest: Manifest | None
    left: list[Path] = field(default_factory=list)


@dataclass
class Look:
    """A file as it was when it was last seen to change, by a clock that nobody sets, and its digest once it was read."""

    stamp: Stamp
    since: float
    sha: str = ""


@dataclass
class Seen:
    """What is remembered between passes: files as they were looked at, and what was refused, which is tried again only when it changed."""

    looks: dict[Path, Look] = field(default_factory=dict)
    refused: dict[Path, str] = field(default_factory=dict)


@dataclass
class Found:
    """The inbox at one look: files that are whole, those still being written, and those that cannot be read."""

    whole: list[Path] = field(default_factory=list)
    left: list[Path] = field(default_factory=list)
    refusals: list[HallError] = field(default_factory=list)


def _look(home: Home, seen: Seen) -> Found:
    found = Found()
    if not home.inbox.is_dir():
        raise HallError(f"收件箱打不开：{home.inbox}", f"the inbox cannot be opened: {home.inbox}")
    with reading(home.inbox):
        entries = entries_of(home.inbox)
    for path in entries:
        try:
            stamp = stamp_of(path)
            look = seen.looks.get(path)
            if look is None or look.stamp != stamp:
                look = seen.looks[path] = Look(stamp, time.monotonic())
            with reading(path):
                (found.whole if _has_rested(path, look) else found.left).append(path)
        except HallError as refusal:
            seen.looks.pop(path, None)
            if seen.refused.get(path) != refusal.en:
                seen.refused[path] = refusal.en
                found.refusals.append(refusal)
    for gone in seen.looks.keys() - set(entries):
        del seen.looks[gone]
    return found


def _has_rested(path: Path, look: Look) -> bool:
    """By its own time, or, where that lies in the future because a clock was set back, by how long it has been seen unchanged."""
    age = time.time() - look.stamp[1] / 1e9
    rested = max(age, time.monotonic() - look.since)
    return rested >= REST_WITHIN_A_LINE or (rested >= REST_SECONDS and ends_a_line(path))


def _new_files(found: Found, seen: Seen, loaded: set[str]) -> list[Path]:
    """Whole files that no batch holds. A refused one is tried again only when it changed; a file is read again only when it changed."""
    fresh: list[Path] = []
    for path in found.whole:
        look = seen.looks[path]
        try:
            if not look.sha:
                with reading(path):
                    look.sha = sha_of(path)
        except HallError as refusal:
            found.refusals.append(refusal)
            continue
        if look.sha not in loaded and seen.refused.get(path) != look.sha:
            seen.refused.pop(path, None)
            fresh.append(path)
    return fresh


def _load_all(con: duckdb.DuckDBPyConnection, home: Home, paths: list[Path], seen: Seen, found: Found) -> list[BatchResult]:
    """All at once, so that mappings are read once; each file is a transaction of its own."""
    under_way: list[Path] = []

    def refuse(refusal: HallError) -> None:
        found.refusals.append(refusal)
        seen.refused[under_way[-1]] = seen.looks[under_way[-1]].sha

    return load(con, home, paths, on_file=under_way.append, on_refusal=refuse) if paths else []


def _is_behind(con: duckdb.DuckDBPyConnection, home: Home) -> bool:
    """Whether something was loaded that no version holds: a run may have been killed, or the disk been full, before it was published."""
    row = con.execute("select count(*) from batch").fetchone()
    known = snapshots(home)
    return row is not None and row[0] > (known[0].batches if known else 0)


def refresh(home: Home, seen: Seen | None = None, wait: bool = True) -> Refreshed:
    """One pass: load what is new in the inbox, build and publish. `seen` remembers files and refusals between passes."""
    home.make()
    remembered = seen if seen is not None else Seen()
    found = _look(home, remembered)
    if wait and found.left:
        time.sleep(REST_SECONDS)
        refusals = found.refusals
        found = _look(home, remembered)
        found.refusals[:0] = refusals
    with connect(home) as con:
        ensure_tables(con)
        loaded = {row[0] for row in con.execute("select distinct file_sha from batch").fetchall()}
        results = _load_all(con, home, _new_files(found, remembered, loaded), remembered, found)
        manifest = None
        if results or _is_behind(con, home):
            build(con, home, full=False)
            manifest = publish(con, home)
    return Refreshed(results, found.refusals, manifest, found.left)


def watch(home: Home, seconds: float, tell: Callable[[Refreshed], None]) -> Iterator[None]:
    """Pass over the inbox for ever, `seconds` apart; yields after each pass, so that the caller may end it."""
    seen = Seen()
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
