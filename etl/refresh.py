"""Inbox → load → build → publish, once or for as long as it is watched."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from etl.config import HallError, Home, connect
from etl.engine import build
from etl.ingest.load import BatchResult, files_of, load, sha_of
from etl.ingest.warehouse import ensure_tables
from etl.publish import Manifest, publish

# A file still being copied grows; one that has rested this long is taken to be whole.
REST_SECONDS = 2.0


@dataclass(frozen=True)
class Refreshed:
    """What one pass over the inbox did. `manifest` is None when nothing new was loaded and a snapshot stands."""

    results: list[BatchResult]
    refusals: list[HallError]
    manifest: Manifest | None


def _new_files(home: Home, loaded: set[str], refused: dict[Path, str]) -> list[tuple[Path, str]]:
    """Files of the inbox that are whole and that no batch holds, with their digests. A refused one is tried again only when it changed."""
    fresh: list[tuple[Path, str]] = []
    for path in files_of([home.inbox]):
        if time.time() - path.stat().st_mtime < REST_SECONDS:
            continue
        sha = sha_of(path)
        if sha in loaded or refused.get(path) == sha:
            continue
        refused.pop(path, None)
        fresh.append((path, sha))
    return fresh


def refresh(home: Home, refused: dict[Path, str] | None = None, wait: bool = True) -> Refreshed:
    """One pass: load what is new in the inbox, build and publish. `refused` remembers refusals between passes."""
    home.make()
    if wait and any(time.time() - path.stat().st_mtime < REST_SECONDS for path in files_of([home.inbox])):
        time.sleep(REST_SECONDS)
    refusals: list[HallError] = []
    remembered = refused if refused is not None else {}
    with connect(home) as con:
        ensure_tables(con)
        loaded = {row[0] for row in con.execute("select distinct file_sha from batch").fetchall()}
        results: list[BatchResult] = []
        for path, sha in _new_files(home, loaded, remembered):
            try:
                results += load(con, home, [path])
            except HallError as refusal:
                refusals.append(refusal)
                remembered[path] = sha
        manifest = None
        if results:
            build(con, home, full=False)
            manifest = publish(con, home)
    return Refreshed(results, refusals, manifest)


def watch(home: Home, seconds: float, tell: Callable[[Refreshed], None]) -> Iterator[None]:
    """Pass over the inbox for ever, `seconds` apart; yields after each pass, so that the caller may end it."""
    refused: dict[Path, str] = {}
    while True:
        try:
            tell(refresh(home, refused, wait=False))
        except HallError as refusal:
            # Another job may hold the warehouse for a while; the next pass tries again.
            tell(Refreshed([], [refusal], None))
        yield
        time.sleep(seconds)
