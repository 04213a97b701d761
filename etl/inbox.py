"""The inbox between two looks: which files are whole and new, which are still being written, what was refused and is not told again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from etl.config import HallError, Home, settings_from
from etl.ingest.arriving import Stamp
from etl.ingest.reach import Child, Entry, NoAnswerError, Reach

# A file still being copied grows; one that has rested this long is taken to be whole.
REST_SECONDS = 2.0
# One that ends within a line may be written by a program that stopped to think: it rests longer.
REST_WITHIN_A_LINE = 30.0


@dataclass
class Look:
    """A file as it was when it was last seen to change, by a clock that nobody sets, and its digest once it was read."""

    stamp: Stamp
    since: float
    sha: str = ""


@dataclass
class Seen:
    """What is remembered between passes: files as they were looked at, what was refused, which is tried again only when it changed, and
    the places that gave no answer, each with the child that was left there."""

    looks: dict[Path, Look] = field(default_factory=dict)
    refused: dict[Path, str] = field(default_factory=dict)
    silent: dict[Path, Child] = field(default_factory=dict)

    def end(self) -> None:
        """Ends the children that were left, where the system ends them. Nobody waits for them."""
        for child in self.silent.values():
            child.process.kill()


@dataclass
class Found:
    """The inbox at one look: files that are whole, those still being written, and what is to be told of those that cannot be read."""

    whole: list[Path] = field(default_factory=list)
    left: list[Path] = field(default_factory=list)
    refusals: list[HallError] = field(default_factory=list)

    def refuse(self, seen: Seen, path: Path, refusal: HallError) -> None:
        """Keep a refusal, unless the same was told before; a silent place is told once for all its files."""
        where = refusal.place if isinstance(refusal, NoAnswerError) else path
        if seen.refused.get(where) != refusal.en:
            seen.refused[where] = refusal.en
            self.refusals.append(refusal)


@contextmanager
def reaching(home: Home, seen: Seen) -> Iterator[Reach]:
    """The inbox for one pass. Places at which no child hangs any more are asked again."""
    for place in [place for place, child in seen.silent.items() if not child.hangs()]:
        del seen.silent[place]
        seen.refused.pop(place, None)
    with Reach(home.root, settings_from(home).share_seconds, seen.silent) as reach:
        yield reach


def look(home: Home, reach: Reach, seen: Seen) -> Found:
    """What lies in the inbox now."""
    found = Found()
    entries = reach.look(home.inbox)
    for entry in entries:
        try:
            _take(home, reach, seen, found, entry)
        except HallError as refusal:
            seen.looks.pop(entry.path, None)
            found.refuse(seen, entry.path, refusal)
    for place in reach.silent:
        found.refuse(seen, place, NoAnswerError(place, reach.seconds))
    for gone in seen.looks.keys() - {entry.path for entry in entries}:
        # What a silent place holds was not seen, but is not gone.
        if not reach.silent.keys() & {gone, *gone.parents}:
            del seen.looks[gone]
    return found


def _take(home: Home, reach: Reach, seen: Seen, found: Found, entry: Entry) -> None:
    if entry.path == home.inbox and entry.error is not None:
        raise _no_inbox(home, entry)
    entry.require()
    if entry.is_folder:
        # A folder is told again when it fails again.
        seen.refused.pop(entry.path, None)
        return
    known = seen.looks.get(entry.path)
    if known is None or known.stamp != entry.stamp:
        known = seen.looks[entry.path] = Look(entry.stamp, time.monotonic())
    (found.whole if _has_rested(reach, entry.path, known) else found.left).append(entry.path)


def _no_inbox(home: Home, entry: Entry) -> HallError:
    if entry.is_link and isinstance(entry.error, FileNotFoundError):
        return HallError(
            f"{home.inbox} 指向的文件夹不在了（共享文件夹是否已断开），请恢复后重试",
            f"the folder that {home.inbox} points to is gone (is a network share disconnected?); bring it back and try again",
        )
    why = entry.error.strerror if entry.error else ""
    return HallError(f"收件箱打不开：{home.inbox}（{why}）", f"the inbox cannot be opened: {home.inbox} ({why})")


def _has_rested(reach: Reach, path: Path, known: Look) -> bool:
    """By its own time, or, where that lies in the future because a clock was set back, by how long it has been seen unchanged."""
    age = time.time() - known.stamp[1] / 1e9
    rested = max(age, time.monotonic() - known.since)
    return rested >= REST_WITHIN_A_LINE or (rested >= REST_SECONDS and reach.ends_a_line(path))


def new_files(reach: Reach, found: Found, seen: Seen, loaded: set[str]) -> list[Path]:
    """Whole files that no batch holds. A refused one is tried again only when it changed; a file is read again only when it changed."""
    fresh: list[Path] = []
    for path in found.whole:
        known = seen.looks[path]
        try:
            known.sha = known.sha or reach.sha_of(path)
        except HallError as refusal:
            found.refuse(seen, path, refusal)
            continue
        if known.sha not in loaded and seen.refused.get(path) != known.sha:
            seen.refused.pop(path, None)
            fresh.append(path)
    return fresh


def fetched(reach: Reach, found: Found, seen: Seen, paths: list[Path], folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each file, and where to read it: what lies on another disk or share is copied below `folder` first, under its own name, and gone when
    the next is asked for. What hangs or fails meanwhile is refused, and none of it has been loaded."""
    for number, path in enumerate(paths):
        if not reach.is_outside(path):
            yield path, path
            continue
        copy = folder / str(number) / path.name
        copy.parent.mkdir()
        try:
            reach.copy(path, copy, seen.looks[path].stamp, seen.looks[path].sha)
        except HallError as refusal:
            found.refuse(seen, path, refusal)
            continue
        yield path, copy
        # Who read it may hold it open still; it goes with the folder then.
        with suppress(OSError):
            copy.unlink()
