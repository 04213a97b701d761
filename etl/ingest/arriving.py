"""Files as they come: what a folder holds, whether a file can be read, whether it is still being written."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.config import HallError
from etl.ingest.sources import SUFFIXES
from etl.trouble import FULL

Stamp = tuple[int, int]

# Kinds of files that end with a line end when they are whole, in most systems; others cannot be read at all when cut short.
LINES = frozenset({".csv", ".txt", ".tsv", ".jsonl", ".ndjson"})


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files to load: a folder stands for the data files in it, by name; hidden files and other kinds are left."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += [one for one in entries_of(path) if one.is_file()]
        else:
            found.append(path)
    return found


def entries_of(folder: Path) -> list[Path]:
    """What is called as a data file is, whether it can be read or not: a link to nowhere too."""
    return sorted(
        one for one in folder.rglob("*") if one.suffix.lower() in SUFFIXES and not one.name.startswith((".", "~")) and not one.is_dir()
    )


def stamp_of(path: Path) -> Stamp:
    """Size and time of the last writing. Raises HallError for what is no file, without waiting for one that would never end."""
    with reading(path):
        found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise HallError(f"找不到文件 {path}", f"no such file: {path}")
    if not stat.S_ISREG(found.st_mode):
        raise HallError(f"{path.name} 不是普通文件（管道或设备），未载入", f"{path.name} is a pipe or a device, no file; not loaded")
    return found.st_size, found.st_mtime_ns


def require_unchanged(path: Path, before: Stamp) -> None:
    """Raises HallError when the file was written to or replaced since `before`."""
    if stamp_of(path) != before:
        raise HallError(
            f"{path.name} 在读取时还在变化，未载入任何数据；请等它写完后再载入",
            f"{path.name} changed while it was read; nothing of it is loaded: load it again when it is whole",
        )


def sha_of(path: Path) -> str:
    """SHA-256 of a file's bytes, by which the ledger knows it."""
    # Something else may stand there since it was looked at; a pipe would be waited for without end.
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def ends_a_line(path: Path) -> bool:
    """Whether a file of lines ends with a line end; True for other kinds and for an empty one."""
    if path.suffix.lower() not in LINES:
        return True
    with path.open("rb") as stream:
        if stream.seek(0, os.SEEK_END) == 0:
            return True
        stream.seek(-1, os.SEEK_END)
        # Of UTF-16 the last byte is the second half of a line end.
        return stream.read(1) in (b"\n", b"\r", b"\0")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """What the machine says while a file is read, as a refusal of that file."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise
        if isinstance(error, FileNotFoundError):
            what = ("链接指向的文件不在了", "what it links to is gone") if path.is_symlink() else ("找不到文件", "no such file")
        elif isinstance(error, PermissionError):
            what = "没有读取权限", "it may not be read"
        else:
            what = "读不到，可能共享文件夹已断开", f"it cannot be read, perhaps a network share is gone ({error.strerror})"
        raise HallError(f"{path.name}：{what[0]}，未载入：{path}", f"{path.name}: {what[1]}; not loaded: {path}") from None
