"""The office's own database: opened, brought to the present layout, written in short transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from etl.config import HallError, Home

FILE = "office.sqlite3"
LAYOUTS = Path(__file__).parent / "layout"
BUSY_SECONDS = 10


@dataclass(frozen=True)
class Office:
    """The office's database, by its path. Every call opens a connection of its own, so that threads of a server do not share one."""

    path: Path

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        con = _connected(self.path)
        try:
            yield con
        finally:
            con.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that holds the write lock from its first statement: all of it or, when anything fails, nothing."""
        con = _connected(self.path)
        try:
            con.execute("begin immediate")
            try:
                yield con
            except BaseException:
                con.execute("rollback")
                raise
            con.execute("commit")
        finally:
            con.close()


def _connected(path: Path) -> sqlite3.Connection:
    con = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    con.row_factory = sqlite3.Row
    con.execute("pragma foreign_keys = on")
    return con


def existing_office(home: Home) -> Office | None:
    """The office's database where somebody has written to it; None, and none made, where nobody has."""
    return open_office(home) if (home.root / FILE).exists() else None


def open_office(home: Home) -> Office:
    """The office's database of this home, made when it is not there yet.

    Its layout is the files of `layout/`, each run once, in the order of their names. Raises HallError when the file is no database.
    """
    home.make()
    office = Office(home.root / FILE)
    try:
        with office.reading() as con:
            con.execute("pragma journal_mode = wal")
        with office.writing() as con:
            con.execute("create table if not exists layout (name text primary key)")
            known = {row["name"] for row in con.execute("select name from layout")}
            for path in sorted(LAYOUTS.glob("*.sql")):
                if path.stem not in known:
                    for statement in path.read_text("utf-8").split(";\n"):
                        if statement.strip():
                            con.execute(statement)
                    con.execute("insert into layout values (?)", [path.stem])
    except sqlite3.DatabaseError as error:
        raise HallError(
            f"{office.path} 不是可用的数据库：{error}；请从备份恢复或移走该文件",
            f"{office.path} is no usable database: {error}; restore it from a backup or move it away",
        ) from None
    return office
