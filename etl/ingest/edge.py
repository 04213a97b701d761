"""What touches a folder that may hang: looking through it, reading and copying a file.

Of the standard library alone, since it is also a program of its own (`etl/ingest/reach.py` starts it): whoever touches a share that does
not answer can be held by the system for ever and cannot be ended, so a child does it that can be left behind.

    in    one request a line: {"do": "look", "folder": …, "suffixes": […], "skip": […]}, {"do": "ends" | "digest" | "copy", "path": …}
    out   {"at": …} before each place that may hang, {"found": …} for what is found, {} as a sign of life; then {"done": …} or {"errno": …}
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator

BLOCK = 1 << 16
# Signs of life are no more frequent than this.
SECONDS = 0.2
# Kinds of files that end with a line end when they are whole, in most systems; others cannot be read at all when cut short.
LINES = frozenset({".csv", ".txt", ".tsv", ".jsonl", ".ndjson"})

Told = dict[str, object]


def nothing(*_: object) -> None:
    """For who wants no signs."""


def walk(
    folder: str, suffixes: frozenset[str], skip: frozenset[str] = frozenset(), tell: Callable[[str], None] = nothing
) -> Iterator[Told]:
    """Folders below one, itself first, and what is called as a data file is in them, whether it can be read or not.

    A folder gives `path, device, is_folder`; a file also `size, changed` (ns) and `mode`; what cannot be read `path, errno, text, is_link,
    is_folder`. Links to folders are followed, a folder is entered once. Hidden files are left, and folders that may not be read, but for
    `folder` itself. `tell` is called with each place before it is touched; those in `skip` are not.
    """
    entered: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        tell(here)
        try:
            about = os.stat(here)
            with os.scandir(here) as listed:
                entries = sorted(listed, key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            if here == folder or not isinstance(error, PermissionError):
                yield _unread(here, error, is_folder=True)
            continue
        if (about.st_dev, about.st_ino) in entered:
            continue
        entered.add((about.st_dev, about.st_ino))
        yield {"path": here, "device": about.st_dev, "is_folder": True}
        for entry in entries:
            if entry.path in skip:
                continue
            is_link = entry.is_symlink()
            if is_link:
                tell(entry.path)
            if _is_folder(entry):
                waiting.append(entry.path)
            elif os.path.splitext(entry.name)[1].lower() in suffixes and not entry.name.startswith((".", "~")):
                yield _file(entry.path)
            if is_link:
                tell(here)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _file(path: str) -> Told:
    try:
        about = os.stat(path)
    except OSError as error:
        return _unread(path, error)
    told: Told = {"path": path, "device": about.st_dev, "size": about.st_size, "changed": about.st_mtime_ns}
    return {**told, "mode": about.st_mode, "is_folder": False}


def _unread(path: str, error: OSError, is_folder: bool = False) -> Told:
    # Whether a name is a link, its folder says, which has just answered.
    return {"path": path, **_said(error), "is_link": os.path.islink(path), "is_folder": is_folder}


def _said(error: OSError) -> Told:
    return {"errno": error.errno or 0, "text": error.strerror or str(error)}


def ends_a_line(path: str) -> bool:
    """Whether a file of lines ends with a line end; True for other kinds and for an empty one."""
    if os.path.splitext(path)[1].lower() not in LINES:
        return True
    with open(path, "rb") as stream:
        if stream.seek(0, os.SEEK_END) == 0:
            return True
        stream.seek(-1, os.SEEK_END)
        # Of UTF-16 the last byte is the second half of a line end.
        return stream.read(1) in (b"\n", b"\r", b"\0")


def digest(path: str, alive: Callable[[], None] = nothing, put: Callable[[bytes], object] = nothing) -> Told:
    """SHA-256 of a file's bytes as `sha`, with its `size` and `changed` (ns) of after the reading. Each block goes to `put` as well."""
    # Imported by who reads: most looks at an inbox find nothing new.
    import hashlib

    found = hashlib.sha256()
    # Something else may stand there since it was looked at; a pipe would be waited for without end.
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb", buffering=0) as stream:
        while block := stream.read(BLOCK):
            found.update(block)
            put(block)
            alive()
        about = os.fstat(stream.fileno())
    return {"sha": found.hexdigest(), "size": about.st_size, "changed": about.st_mtime_ns}


def copy(path: str, to: str, alive: Callable[[], None] = nothing) -> Told:
    """Copies a file; returns what `digest` does."""
    with open(to, "wb") as stream:
        return digest(path, alive, stream.write)


class _Speaking:
    """Lines to the parent."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def say(self, told: Told, now: bool = True) -> None:
        sys.stdout.write(json.dumps(told) + "\n")
        if now:
            sys.stdout.flush()
        self._last = time.monotonic()

    def at(self, path: str) -> None:
        self.say({"at": path})

    def alive(self) -> None:
        if time.monotonic() - self._last > SECONDS:
            self.say({})


def _answer(asked: dict[str, str], speaking: _Speaking) -> object:
    if asked["do"] == "look":
        for found in walk(asked["folder"], frozenset(asked["suffixes"]), frozenset(asked["skip"]), speaking.at):
            speaking.say({"found": found}, now=False)
        return None
    speaking.at(asked["path"])
    if asked["do"] == "ends":
        return ends_a_line(asked["path"])
    if asked["do"] == "copy":
        return copy(asked["path"], asked["to"], speaking.alive)
    return digest(asked["path"], speaking.alive)


def main() -> None:
    """Answers until its input ends."""
    speaking = _Speaking()
    speaking.say({})
    for line in sys.stdin:
        try:
            told: Told = {"done": _answer(json.loads(line), speaking)}
        except OSError as error:
            told = _said(error)
        speaking.say(told)


if __name__ == "__main__":
    main()
