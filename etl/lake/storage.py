"""Where versions lie: in a folder of this machine or of a network share. The rest of the lake knows a `Place`.

DuckDB reads and writes files of this machine alone. A place has a folder `near` for that: of a folder it is the folder itself, of object
storage one that lasts as long as the command.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from etl.whole import write_whole

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Version:
    """One version in a place: whether its manifest is there, and when it was last written to, in seconds since the epoch."""

    name: str
    is_whole: bool
    touched: float


class Place(Protocol):
    """A lake, or a county's part of it. Names are relative to it."""

    @property
    def near(self) -> Path:
        """The folder in which DuckDB finds what was fetched and leaves what is to be sent."""

    @property
    def shown(self) -> str:
        """What people are told of where it is."""

    def address(self, name: str) -> str:
        """What Spark is given, under which every one of its workers finds the same."""

    def within(self, name: str) -> "Place":
        """The part of it that is called so."""

    def names(self) -> list[str]:
        """What lies directly in it, in order."""

    def text(self, name: str) -> str | None:
        """What a small file says; None where there is none."""

    def put(self, name: str, text: str) -> None:
        """Let a small file say this: whoever reads finds the former text or this one, whole."""

    def versions(self, kind: str) -> list[Version]:
        """The versions whose names begin with `kind-`."""

    def fetch(self, version: str) -> None:
        """Brings a whole version near. Raises HallError where it was replaced meanwhile."""

    def send(self, version: str) -> None:
        """Brings what was written near to where it belongs: every file, but no manifest."""

    def remove(self, version: str) -> None:
        """Takes a version away, near and where it belongs."""


@dataclass(frozen=True)
class Folder:
    """A place on a disk: near and where it belongs are the same."""

    near: Path

    @property
    def shown(self) -> str:
        return str(self.near)

    def address(self, name: str) -> str:
        return f"file://{self.near / name}"

    def within(self, name: str) -> "Folder":
        return Folder(self.near / name)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.near.iterdir()) if self.near.is_dir() else []

    def text(self, name: str) -> str | None:
        try:
            return (self.near / name).read_text("utf-8", errors="replace")
        except FileNotFoundError:
            return None

    def put(self, name: str, text: str) -> None:
        path = self.near / name
        write_whole(path, text, path.with_name(f".{path.name}-{os.getpid()}"))

    def versions(self, kind: str) -> list[Version]:
        return [Version(path.name, (path / MANIFEST).exists(), path.stat().st_mtime) for path in self.near.glob(f"{kind}-*")]

    def fetch(self, version: str) -> None:
        """It is there."""

    def send(self, version: str) -> None:
        """It is there."""

    def remove(self, version: str) -> None:
        shutil.rmtree(self.near / version, ignore_errors=True)
