"""What the tests of faults share: a tiny hall, copies of it, its content, commands that are refused, a disk that can be filled."""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from etl.config import Home, connect
from etl.engine import build
from etl.ingest import load
from etl.publish import current, publish

HEAD = "办件编号,部门,受理时间,承诺时限,承诺时限单位,办结时间\n"
HALL = (sys.executable, "-c", "from etl.cli import main; main()")
ROWS = 2000


def row(number: int, closed: str = "", prefix: str = "A") -> str:
    return f"{prefix}{number:06d},部门{number % 30},2018-10-{number % 20 + 8:02d} 09:05:00,{number % 10},工作日,{closed}\n"


def export(path: Path, rows: int = ROWS, closed: str = "", prefix: str = "A") -> Path:
    """Cases as one system exports them; written a while ago, so that they have come to rest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + "".join(row(number, closed, prefix) for number in range(rows)), "utf-8")
    return aged(path)


def aged(path: Path, seconds: float = 600) -> Path:
    past = time.time() - seconds
    os.utime(path, (past, past))
    return path


def tiny(root: Path) -> None:
    """A hall of one file and one published version."""
    home = Home(root)
    home.make()
    with connect(home) as con:
        load(con, home, [export(root.parent / "tiny.csv")])
        build(con, home)
        publish(con, home)


def copied(hall: Path, root: Path) -> Home:
    shutil.copytree(hall, root, dirs_exist_ok=True)
    return Home(root)


def run(home: Home, *arguments: str | Path, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    """`hall` in a process of its own, bounded in time."""
    return subprocess.run(
        [*HALL, *map(str, arguments), "--home", str(home.root)],
        capture_output=True, encoding="utf-8", timeout=120, check=False, preexec_fn=before,
    )  # fmt: skip


def start(home: Home, *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*HALL, *map(str, arguments), "--home", str(home.root)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True,
    )  # fmt: skip


def done(home: Home, *arguments: str | Path) -> str:
    ended = run(home, *arguments)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def require_refusal(ended: "subprocess.CompletedProcess[str]", zh: str, en: str) -> None:
    """One message: a Chinese line and an English one, exit code 1, no traceback."""
    assert ended.returncode == 1, ended.stdout + ended.stderr
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 2, ended.stderr
    assert zh in lines[0], lines
    assert en in lines[1], lines


def content(home: Home) -> list[Any]:
    """Everything in the warehouse but how it is laid out: rows and a hash of each table."""
    with connect(home, read_only=True) as con:
        tables = con.execute("select table_name from duckdb_tables() where not internal order by 1").fetchall()
        return [(table, con.execute(f"select count(*), bit_xor(hash({table})) from {table}").fetchone()) for (table,) in tables]


def asked(home: Home, sql: str) -> Any:
    with connect(home, read_only=True) as con:
        return con.execute(sql).fetchall()


def current_name(home: Home) -> str:
    path = current(home)
    assert path is not None
    return path.stem


@contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[bool]:
    """A small disk of its own at this folder; False where this user may not mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    is_mounted = shutil.which("mount") is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def no_file_over(kilobytes: int) -> Callable[[], None]:
    """For `before`: where no disk can be mounted, a process that may write no file past this size meets the same end."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))
