"""A share that hangs: told by name, left out, the rest loaded; and taken when it answers again. By a child that is told to hang, which runs
everywhere, and by a file system that really does."""

import json
import queue
import shutil
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from broken import asked, export, run, start
from hanging import mounted_share

import etl.inbox
import etl.ingest.reach
from etl.config import Home
from etl.inbox import Seen, fetched, look, new_files, reaching
from etl.ingest import edge
from etl.ingest.reach import Child, Reach, place_of
from etl.ingest.sources import SUFFIXES
from etl.refresh import refresh

# A child of ours that hangs at what the file CONTROL names, and takes what lies below SHARE for another disk's.
CHILD = """
import os, runpy, sys, time, types
edge, control, share = sys.argv[1:]
listed, opened, stated, times = os.scandir, os.open, os.stat, {}

def hold(what):
    while open(control).read() == what:
        time.sleep(0.02)

def scandir(path):
    hold("look") if str(path) == share else None
    return listed(path)

def open_again(path, flags, *rest):
    times[path] = times.get(path, 0) + 1
    hold(f"open {times[path]}") if str(path).startswith(share) else None
    return opened(path, flags, *rest)

def stat(path):
    found = stated(path)
    if not str(path).startswith(share):
        return found
    kept = {name: getattr(found, name) for name in ("st_ino", "st_size", "st_mtime_ns", "st_mode")}
    return types.SimpleNamespace(st_dev=-5, **kept)

os.scandir, os.open, os.stat = scandir, open_again, stat
sys.argv = [edge]
runpy.run_path(edge, run_name="__main__")
"""
SECONDS = 2.0


def at_most(seconds: float, until: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.02)


def pass_over(home: Home, seen: Seen, tmp: Path) -> tuple[list[str], list[str]]:
    """What a refresh would load, with its content at hand, and what it would tell."""
    with reaching(home, seen) as reach:
        found = look(home, reach, seen)
        ready = [path.name for path, copy in fetched(reach, found, seen, new_files(reach, found, seen, set()), tmp) if copy.read_bytes()]
    shutil.rmtree(tmp)
    tmp.mkdir()
    return ready, [one.en for one in found.refusals]


@pytest.mark.slow
def test_what_hangs_is_told_once_and_left_out_and_taken_when_it_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, copies, control = Home(tmp_path / "home"), tmp_path / "copies", tmp_path / "control"
    share = home.inbox / "share"
    export(share / "far.csv", 5, prefix="S")
    export(home.inbox / "near.csv", 10)
    copies.mkdir()
    home.settings_file.write_text(f"share_seconds = {SECONDS}\n", "utf-8")
    (tmp_path / "child.py").write_text(CHILD, "utf-8")
    command = (sys.executable, "-I", "-S", str(tmp_path / "child.py"), edge.__file__, str(control), str(share))
    monkeypatch.setattr(etl.inbox, "Reach", partial(Reach, command=command))

    # Where it is looked at, where a file is read for its digest, where it is copied.
    for hang in ("look", "open 1", "open 2"):
        seen = Seen()
        control.write_text(hang, "utf-8")
        begun = time.monotonic()
        ready, (told,) = pass_over(home, seen, copies)
        assert SECONDS <= time.monotonic() - begun < SECONDS + 15
        assert ready == ["near.csv"]
        assert told.startswith("share: no answer within 2 s")
        assert told.endswith(str(share))
        # It hangs still: nothing is told again, nothing waited for, no further child left there.
        (left,) = seen.silent.values()
        begun = time.monotonic()
        assert pass_over(home, seen, copies) == (["near.csv"], [])
        assert time.monotonic() - begun < SECONDS
        assert list(seen.silent.values()) == [left]
        control.write_text("", "utf-8")
        at_most(30, lambda child=left: not child.hangs())
        assert pass_over(home, seen, copies) == (["near.csv", "far.csv"], [])
        assert seen.silent == {}
    control.write_text("look", "utf-8")
    done = refresh(home)
    assert ([one.file for one in done.results], len(done.refusals)) == (["near.csv"], 1)
    control.write_text("", "utf-8")
    assert [one.file for one in refresh(home).results] == ["far.csv"]
    assert asked(home, "select count(*) from raw_case") == [(15,)]
    assert list(home.tmp.iterdir()) == []


@pytest.mark.slow
def test_a_child_that_hangs_too_long_is_ended_and_the_place_asked_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(etl.ingest.reach, "ANEW_SECONDS", 0.0)
    child = Child.start((sys.executable, "-c", "import time; time.sleep(600)"))
    child.leave()
    at_most(30, lambda: not child.hangs())


def test_the_place_that_hangs_is_the_topmost_folder_of_its_disk() -> None:
    inbox = Path("inbox")
    devices = {inbox: 1, inbox / "a": 1, inbox / "share": 7, inbox / "share/b": 7, inbox / "share/b/x.csv": 7, inbox / "link.csv": 7}
    assert place_of(inbox / "share/b/x.csv", devices, own=1) == inbox / "share"
    assert place_of(inbox / "share/c", devices, own=1) == inbox / "share"
    assert place_of(inbox / "link.csv", devices, own=1) == inbox / "link.csv"
    assert place_of(inbox / "a/new.csv", devices, own=1) == inbox / "a/new.csv"
    assert place_of(inbox / "a", devices, own=7) == inbox
    assert place_of(inbox, {}, own=1) == inbox


def test_a_folder_is_looked_through_with_its_links_and_each_once(tmp_path: Path) -> None:
    inbox, elsewhere = tmp_path / "inbox", tmp_path / "elsewhere"
    for path in (inbox / "b.csv", inbox / "in/A.XLSX", inbox / ".hidden.csv", inbox / "~lock.csv", inbox / "notes.md", elsewhere / "c.txt"):
        path.parent.mkdir(exist_ok=True, parents=True)
        path.touch()
    (inbox / "folder.csv").mkdir()
    (inbox / "link").symlink_to(elsewhere)
    (elsewhere / "loop").symlink_to(inbox)
    (inbox / "gone.csv").symlink_to(tmp_path / "nowhere")
    told: list[str] = []
    found = list(edge.walk(str(inbox), SUFFIXES, frozenset({str(inbox / "b.csv")}), told.append))
    files = {Path(str(one["path"])).relative_to(inbox).as_posix(): one for one in found if not one["is_folder"]}
    assert sorted(files) == ["gone.csv", "in/A.XLSX", "link/c.txt"]
    assert files["gone.csv"]["is_link"]
    assert {str(inbox), str(inbox / "link"), str(inbox / "gone.csv")} <= set(told)
    (gone,) = edge.walk(str(tmp_path / "nowhere"), SUFFIXES)
    assert gone["is_folder"]
    assert gone["errno"]


def _lines(process: "subprocess.Popen[str]") -> "queue.Queue[str]":
    """What it writes, on either pipe, as it comes."""
    said: queue.Queue[str] = queue.Queue()
    for pipe in (process.stdout, process.stderr):
        threading.Thread(target=lambda pipe=pipe: [said.put(line) for line in pipe], daemon=True).start()
    return said


def _next(said: "queue.Queue[str]", part: str, seconds: float = 40) -> str:
    end = time.monotonic() + seconds
    while part not in (line := said.get(timeout=max(0.01, end - time.monotonic()))):
        pass
    return line


@pytest.mark.slow
def test_a_share_of_the_system_that_hangs_holds_no_refresh(tmp_path: Path) -> None:
    """Its calls end by nothing, not even by the end of who makes them."""
    home, source, control = Home(tmp_path / "home"), tmp_path / "source", tmp_path / "control"
    home.make()
    home.settings_file.write_text(f"share_seconds = {SECONDS}\n", "utf-8")
    share = home.inbox / "share"
    share.mkdir()
    export(source / "far.csv", 5, prefix="S")
    with mounted_share(source, share, control) as reason:
        if reason is not None:
            warnings.warn(f"NOT TESTED: no share really hung, since {reason}", stacklevel=1)
            pytest.skip(f"NOT TESTED, a share that really hangs: {reason}")
        control.write_text("all", "utf-8")
        export(home.inbox / "near.csv", 10)
        begun = time.monotonic()
        once = run(home, "refresh", "--json")
        assert time.monotonic() - begun < SECONDS + 25
        assert once.returncode == 1
        assert [(one["file"], one["inserted"]) for one in json.loads(once.stdout)["batches"]] == [("near.csv", 10)]
        assert [line[:12] for line in once.stderr.splitlines()] == ["share：2 秒没有应", "share: no an"]
        watcher = start(home, "refresh", "--watch", "--every", "1", "--json")
        said = _lines(watcher)
        try:
            _next(said, "share: no answer")
            control.write_text("", "utf-8")
            _next(said, '"far.csv"')
            _next(said, '"inserted": 5,')
            # In the middle of a file, at its reading.
            control.write_text("read", "utf-8")
            export(source / "more.csv", 100, prefix="M")
            _next(said, "share: no answer")
            control.write_text("", "utf-8")
            _next(said, '"more.csv"')
            _next(said, '"inserted": 100,')
            # It may be ended while the share hangs.
            control.write_text("all", "utf-8")
            _next(said, "share: no answer")
            watcher.terminate()
            assert watcher.wait(20) != 0
        finally:
            watcher.kill()
    assert asked(home, "select count(*), count(distinct case_no) from raw_case") == [(115, 115)]


@pytest.mark.slow
def test_commands_that_need_no_inbox_do_not_touch_it(tmp_path: Path) -> None:
    """The inbox itself is the share."""
    home, control = Home(tmp_path / "home"), tmp_path / "control"
    home.make()
    (tmp_path / "source").mkdir()
    with mounted_share(tmp_path / "source", home.inbox, control) as reason:
        if reason is not None:
            pytest.skip(f"NOT TESTED, a share that really hangs: {reason}")
        control.write_text("all", "utf-8")
        opens = "import sys; from pathlib import Path; from etl.config import *; connect(Home(Path(sys.argv[1]))).close()"
        command = subprocess.Popen([sys.executable, "-c", opens, str(home.root)])
        at_most(60, lambda: command.poll() is not None)
        assert command.returncode == 0
