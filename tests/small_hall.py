"""A small published hall for tests of the dashboard: a fifth of the demo year, through the real ingest, models and publish."""

import fcntl
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from etl.config import Home, connect
from etl.demo import make
from etl.engine import build
from etl.ingest import load
from etl.publish import publish

CUT_OFF = date(2018, 12, 31)
SCALE = 0.2


def published(root: Path, scale: float = SCALE) -> Home:
    """A home with one snapshot of a year that ends on 31 December 2018."""
    home = Home(root)
    home.make()
    files = make(home.inbox / "demo", scale=scale).files
    with connect(home) as con:
        load(con, home, files)
        build(con, home, as_of=CUT_OFF)
        publish(con, home)
    return home


def made_once(factory: pytest.TempPathFactory, name: str, maker: Callable[[Path], object]) -> Path:
    """A folder that the first of several test processes fills and the others wait for."""
    shared = factory.getbasetemp().parent if factory.getbasetemp().name.startswith("popen-") else factory.getbasetemp()
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            maker(folder)
            done.touch()
    return folder


def beside(hall: Home, root: Path) -> Home:
    """A home with the published versions of another and an office of its own, which may be written to."""
    home = Home(root)
    home.make()
    shutil.copytree(hall.snapshots, home.snapshots, dirs_exist_ok=True)
    return home


def copied(hall: Home, root: Path) -> Home:
    """The whole of another home, warehouse and files too, which may be written to."""
    shutil.copytree(hall.root, root)
    return Home(root)
