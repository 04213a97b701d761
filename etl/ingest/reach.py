"""Looks through the inbox, and reads what lies outside the home's own disk, by a child process that can be left behind.

A share that hangs holds whoever touches it, in a call to the system that nothing ends: a thread is lost with its process, and a process
cannot be killed. So no process of ours that has anything else to do touches the inbox. A child does (`etl/ingest/edge.py`), one for a look,
and says what it is about to touch; when it has said nothing for some seconds, the place is known and is left out, and the child is left
where it hangs. Nobody waits for it. It is what tells that the place answers again: it ends then.
"""

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from etl.config import HallError
from etl.ingest import edge
from etl.ingest.arriving import Stamp, changed, reading, require_file, sha_of, unread
from etl.ingest.sources import SUFFIXES

COMMAND = (sys.executable, "-I", "-S", *(("-X", "utf8") if sys.flags.utf8_mode else ()), edge.__file__)
# A child starts in a fiftieth of a second; a machine that swaps or looks for viruses takes longer.
START_SECONDS = 60.0
# A child that hung this long is ended, where the system ends it, and the place is asked anew: some shares answer others again, but not it.
ANEW_SECONDS = 900.0


class NoAnswerError(HallError):
    """A place that gave no answer in time."""

    def __init__(self, place: Path, seconds: float) -> None:
        super().__init__(
            f"{place.name}：{seconds:g} 秒没有应答（共享文件夹或网络可能断开），这次跳过，其他文件照常载入；恢复应答后再载入：{place}",
            f"{place.name}: no answer within {seconds:g} s, perhaps a share or its network is down; left out this time, the others are "
            f"loaded, and this when it answers again: {place}",
        )
        self.place = place


@dataclass(frozen=True)
class Entry:
    """One file or folder as the child saw it; `error` where it cannot be read. `device` tells disks and shares apart."""

    path: Path
    is_folder: bool
    device: int = 0
    stamp: Stamp = (0, 0)
    mode: int = 0
    error: OSError | None = None
    is_link: bool = False

    def require(self) -> None:
        """Raises HallError for what cannot be read or is no file."""
        if self.error is not None:
            raise unread(self.path, self.error, self.is_link)
        if not self.is_folder:
            require_file(self.path, self.mode)


@dataclass
class Child:
    """A child and what it says, in the order in which it says it; None at its end."""

    process: "subprocess.Popen[bytes]"
    said: "queue.SimpleQueue[dict[str, Any] | None]"
    is_left: bool = False
    left_at: float = 0.0

    @classmethod
    def start(cls, command: Sequence[str]) -> Self:
        # Its errors go nowhere: a child left behind would keep the pipe of whoever reads ours open.
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
        child = cls(process, queue.SimpleQueue())
        threading.Thread(target=child._listen, daemon=True).start()
        return child

    def _listen(self) -> None:
        """In a thread that is lost with the child; pipes cannot be waited for with a limit on every system."""
        rest = b""
        out = self.process.stdout
        while out is not None and (block := out.read(1 << 16)):
            if self.is_left:
                # The place answers again. What it goes on with is wanted by nobody.
                self.process.kill()
                return
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                self.said.put(json.loads(line))
        self.said.put(None)

    def ask(self, request: Mapping[str, object]) -> None:
        if self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.write(json.dumps(request).encode() + b"\n")

    def leave(self) -> None:
        self.is_left, self.left_at = True, time.monotonic()
        self._close()

    def end(self, seconds: float) -> None:
        """It has answered all that it was asked, so that it ends with its input."""
        self._close()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def _close(self) -> None:
        if self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.close()

    def hangs(self) -> bool:
        """Whether it still hangs where it was left."""
        if self.process.poll() is None and time.monotonic() - self.left_at > ANEW_SECONDS:
            self.process.kill()
        return self.process.poll() is None


@dataclass
class Reach:
    """The inbox, as far as it answers within `seconds`. `silent` are the places that did not, each with the child that was left there; it
    is kept between looks, so that a place that still hangs costs nothing. Files on the home's own disk are read here, not by the child.

    Use as a context: the child ends with it.
    """

    home: Path
    seconds: float
    silent: dict[Path, Child] = field(default_factory=dict)
    command: Sequence[str] = COMMAND
    _child: Child | None = None
    _devices: dict[Path, int] = field(default_factory=dict)
    _own: int = 0

    def __enter__(self) -> Self:
        self._own = self.home.stat().st_dev
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._child is not None:
            self._child.end(self.seconds)
            self._child = None

    def look(self, folder: Path) -> list[Entry]:
        """What lies in a folder and below, by path, but for the places that are or become silent."""
        while True:
            entries: list[Entry] = []
            if folder in self.silent:
                return entries
            skip = [str(path) for path in self.silent]
            try:
                for found in self._ask({"do": "look", "folder": str(folder), "suffixes": sorted(SUFFIXES), "skip": skip}, folder):
                    entries.append(_entry(found))
                    self._devices[entries[-1].path] = entries[-1].device
                return sorted(entries, key=lambda entry: entry.path)
            except NoAnswerError:
                # Once more without that place: it is skipped now.
                continue

    def is_outside(self, path: Path) -> bool:
        """Whether a file that was seen lies on another disk than the home; a share always does."""
        return self._devices.get(path) not in (None, self._own)

    def ends_a_line(self, path: Path) -> bool:
        """Like `edge.ends_a_line`. Raises NoAnswerError, and HallError for what cannot be read."""
        return bool(self._asked({"do": "ends", "path": str(path)}, path)) if self.is_outside(path) else edge.ends_a_line(str(path))

    def sha_of(self, path: Path) -> str:
        """Like `arriving.sha_of`. Raises NoAnswerError, and HallError for what cannot be read."""
        return str(self._asked({"do": "digest", "path": str(path)}, path)["sha"]) if self.is_outside(path) else sha_of(path)

    def copy(self, path: Path, to: Path, stamp: Stamp, sha: str) -> None:
        """Copies a file as it was seen, of this stamp and digest. Raises NoAnswerError, or HallError where it changed or cannot be read."""
        made = self._asked({"do": "copy", "path": str(path), "to": str(to)}, path)
        if (made["sha"], (made["size"], made["changed"])) != (sha, stamp):
            raise changed(path)

    def _asked(self, request: Mapping[str, object], path: Path) -> Any:
        place = next((one for one in self.silent if one in (path, *path.parents)), None)
        if place is not None:
            raise NoAnswerError(place, self.seconds)
        with reading(path):
            return next(self._ask(request, path))

    def _ask(self, request: Mapping[str, object], path: Path) -> Iterator[Any]:
        """What is found, then the answer unless it is none. Raises OSError as the child met it, and NoAnswerError."""
        if self._child is None:
            self._child = Child.start(self.command)
            self._next(self._child, path, START_SECONDS)
        child = self._child
        child.ask(request)
        at = path
        while True:
            told = self._next(child, at, self.seconds)
            if "at" in told:
                at = Path(told["at"])
            elif "found" in told:
                yield told["found"]
            elif "errno" in told:
                raise OSError(told["errno"], told["text"])
            elif "done" in told:
                if told["done"] is not None:
                    yield told["done"]
                return

    def _next(self, child: Child, at: Path, seconds: float) -> dict[str, Any]:
        try:
            told = child.said.get(timeout=seconds)
        except queue.Empty:
            told = None
        if told is None:
            place = place_of(at, self._devices, self._own)
            child.leave()
            self.silent[place] = child
            self._child = None
            raise NoAnswerError(place, self.seconds)
        return told


def place_of(path: Path, devices: Mapping[Path, int], own: int) -> Path:
    """The topmost folder known to be on the disk or share on which `path` hangs, or itself where none is; `own` is the home's disk."""
    device = devices.get(path, devices.get(path.parent))
    place = path
    if device not in (None, own):
        while devices.get(place.parent) == device:
            place = place.parent
    return place


def _entry(found: Mapping[str, Any]) -> Entry:
    path = Path(found["path"])
    if "errno" in found:
        return Entry(path, found["is_folder"], error=OSError(found["errno"], found["text"]), is_link=found["is_link"])
    if found["is_folder"]:
        return Entry(path, True, found["device"])
    return Entry(path, False, found["device"], (found["size"], found["changed"]), found["mode"])
