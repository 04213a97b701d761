"""The refusal every command can print, and what the machine's own errors mean: a full disk, a folder that is read-only, a damaged file."""

import errno
import re


class HallError(Exception):
    """A refusal that a clerk can read: what is wrong and how to cure it, in Chinese and English. Exit code 1."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en


FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
NOT_WRITABLE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
NO_FOLDER = frozenset({errno.ENOTDIR, errno.EEXIST, errno.EISDIR})
GONE = frozenset(
    {errno.ENOENT, errno.ESTALE, errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.EHOSTDOWN, errno.ETIMEDOUT, errno.ELOOP}
)
# What DuckDB and SQLite say, in the order in which it is looked for: what has become of a database says the cause further on in the line.
SAID = (
    ("full", re.compile(r"no space left|disk is full|disk quota|file too large|could not write all bytes|max_temp_directory_size", re.I)),
    ("busy", re.compile(r"could not set lock|database is locked", re.I)),
    (
        "damaged",
        re.compile(
            r"checksum|corrupt|could not read enough|malformed|not a valid duckdb|not a database|serialization error|wal file",
            re.I,
        ),
    ),
    ("read_only", re.compile(r"read-only file system|readonly database|permission denied", re.I)),
    ("memory", re.compile(r"out of memory", re.I)),
    ("gone", re.compile(r"no such file|stale file handle|input/output error|could not read", re.I)),
)
# The file that such a message is about, where it names one.
NAMED = re.compile(r'file "([^"]+)"')


def told(error: BaseException) -> HallError | None:
    """The refusal that says what an error of the machine means; None for an error that is our own."""
    if isinstance(error, HallError):
        return error
    if isinstance(error, MemoryError):
        return _meaning("memory", "")
    if isinstance(error, OSError):
        return _of_system(error)
    if type(error).__module__.split(".")[0] in ("duckdb", "_duckdb", "sqlite3"):
        text = str(error)
        kind = next((kind for kind, pattern in SAID if pattern.search(text)), None)
        named = NAMED.search(text)
        return None if kind is None else _meaning(kind, named[1] if named else "")
    return None


def _of_system(error: OSError) -> HallError | None:
    kinds = (("full", FULL), ("read_only", NOT_WRITABLE), ("no_folder", NO_FOLDER), ("gone", GONE))
    kind = next((kind for kind, numbers in kinds if error.errno in numbers), None)
    return None if kind is None else _meaning(kind, str(error.filename or error.strerror or ""))


def _meaning(kind: str, where: str) -> HallError:
    zh, en = {
        "full": (
            "磁盘空间不足，这一步没有完成；已载入的数据和当前版本都没有变，腾出空间后重新运行即可",
            "the disk is full: this step was not done, what is loaded and the current snapshot are as before; free space and run it again",
        ),
        "busy": ("另一个任务正在使用数据仓库，请等它结束后再试", "another job is using the warehouse; try again when it has ended"),
        "damaged": (
            "数据库文件已损坏，这一步没有完成；看板仍显示已发布的版本，请运行 hall doctor 查看损坏处和处理办法",
            "a database file is damaged, this step was not done; the dashboard shows what is published; hall doctor says what to do",
        ),
        "read_only": (
            "文件夹或文件只读，无法写入，什么都没有改变；请检查权限，或该磁盘是否以只读方式挂载",
            "a folder or file is read-only, nothing was changed; look at its permissions and whether its disk is mounted read-only",
        ),
        "no_folder": (
            "这里应当是文件夹，却有一个同名的文件；请移走它后重新运行",
            "a folder is needed here but a file of that name stands in its place; move it away and run again",
        ),
        "memory": (
            "内存不足，这一步没有完成，数据没有变；请关闭其他程序，或调整 hall.toml 的 memory_megabytes",
            "not enough memory: this step was not done and nothing changed; close other programs or set memory_megabytes in hall.toml",
        ),
        "gone": (
            "文件或文件夹读不到，可能共享文件夹已断开；请检查后重新运行",
            "a file or folder cannot be reached, perhaps a network share is gone; look at it and run again",
        ),
    }[kind]
    return HallError(f"{zh}（{where}）", f"{en} ({where})") if where and kind != "busy" else HallError(zh, en)
