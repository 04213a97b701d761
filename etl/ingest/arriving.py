"""Files as they come: what a folder holds, whether a file can be read, whether it is still being written."""

import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.config import HallError
from etl.ingest import edge
from etl.ingest.sources import SUFFIXES
from etl.trouble import FULL

Stamp = tuple[int, int]


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
    """What is called as a data file is, whether it can be read or not: a link to nowhere too. Raises HallError for a folder that cannot be
    read."""
    found: list[Path] = []
    for one in edge.walk(str(folder), SUFFIXES):
        if not one["is_folder"]:
            found.append(Path(str(one["path"])))
        elif "errno" in one:
            raise unread(Path(str(one["path"])), OSError(one["errno"], one["text"]), bool(one["is_link"]))
    return sorted(found)


def stamp_of(path: Path) -> Stamp:
    """Size and time of the last writing. Raises HallError for what is no file, without waiting for one that would never end."""
    with reading(path):
        found = path.stat()
    require_file(path, found.st_mode)
    return found.st_size, found.st_mtime_ns


def require_file(path: Path, mode: int) -> None:
    """Raises HallError for a folder, a pipe or a device, by what the system says of its kind."""
    if stat.S_ISDIR(mode):
        raise HallError(f"找不到文件 {path}", f"no such file: {path}")
    if not stat.S_ISREG(mode):
        raise HallError(f"{path.name} 不是普通文件（管道或设备），未载入", f"{path.name} is a pipe or a device, no file; not loaded")


def require_unchanged(path: Path, before: Stamp) -> None:
    """Raises HallError when the file was written to or replaced since `before`."""
    if stamp_of(path) != before:
        raise changed(path)


def changed(path: Path) -> HallError:
    """What is said of a file that was written to while it was read."""
    return HallError(
        f"{path.name} 在读取时还在变化，未载入任何数据；请等它写完后再载入",
        f"{path.name} changed while it was read; nothing of it is loaded: load it again when it is whole",
    )


def sha_of(path: Path) -> str:
    """SHA-256 of a file's bytes, by which the ledger knows it."""
    return str(edge.digest(str(path))["sha"])


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """What the machine says while a file is read, as a refusal of that file."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise
        raise unread(path, error, path.is_symlink()) from None


def unread(path: Path, error: OSError, is_link: bool) -> HallError:
    """What is said of a file or folder that cannot be read."""
    if isinstance(error, FileNotFoundError):
        what = ("链接指向的文件不在了", "what it links to is gone") if is_link else ("找不到文件", "no such file")
    elif isinstance(error, PermissionError):
        what = "没有读取权限", "it may not be read"
    else:
        what = "读不到，可能共享文件夹已断开", f"it cannot be read, perhaps a network share is gone ({error.strerror})"
    return HallError(f"{path.name}：{what[0]}，未载入：{path}", f"{path.name}: {what[1]}; not loaded: {path}")
