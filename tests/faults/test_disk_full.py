"""A full disk, a read-only one and a file in a folder's place: one message in both languages, nothing lost, and it goes on afterwards."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from broken import ROWS, asked, content, copied, current_name, done, export, mounted, no_file_over, require_refusal, run

from etl.config import Home
from etl.reading import open_numbers

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="mounts a small disk or limits the size of files")]
FULL = ("磁盘空间不足", "the disk is full")
CLOSED = "2018-11-20 10:00:00"


def fill_up(disk: Path, left: int) -> Path:
    """Leaves this many bytes of the disk."""
    filler = disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(disk).free - left))
    return filler


def test_a_full_disk_stops_load_build_and_publish_and_the_former_version_stays(made: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    update = export(tmp_path / "update.csv", 3 * ROWS, CLOSED)
    with mounted(disk, 72) as is_mounted:
        home = copied(made, disk / "home")
        shown, former = current_name(home), content(home)
        # Without a disk of its own: no file may be written past a size that the warehouse has already.
        before = None if is_mounted else no_file_over(512)
        filler = fill_up(disk, 48 * 1024) if is_mounted else None
        for arguments in (("load", update), ("build", "--full"), ("publish",)):
            require_refusal(run(home, *arguments, before=before), *FULL)
            assert current_name(home) == shown
        assert content(home) == former
        assert {path.stem for path in home.snapshots.glob("*")} == {shown, "current"}
        if filler is not None:
            filler.unlink()
        done(home, "load", update, "--publish")
        assert asked(home, "select count(*), count(closed_at) from raw_case") == [(3 * ROWS, 3 * ROWS)]
        assert current_name(home) > shown
        assert list(home.tmp.iterdir()) == []


def test_a_read_only_disk_is_named_and_nothing_changes(made: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, 72) as is_mounted:
        if not is_mounted:
            pytest.skip("READ-ONLY DISK NOT TESTED: this user may not mount one")
        home = copied(made, disk / "home")
        shown = current_name(home)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        require_refusal(run(home, "load", export(tmp_path / "update.csv", 10)), "只读", "read-only")
        assert current_name(home) == shown
        with open_numbers(home) as con:
            assert con.execute("select sum(received) from mart_case_day").fetchone() == (ROWS,)
        doctor = run(home, "doctor")
        assert doctor.returncode == 1
        assert "不可写" in doctor.stdout
        assert "cannot be written" in doctor.stderr


def test_a_file_where_a_folder_is_needed_is_named(tmp_path: Path) -> None:
    home, name = Home(tmp_path / "home"), "snapshots"
    home.root.mkdir()
    (home.root / name).write_text("no folder")
    ended = run(home, "load", export(tmp_path / "a.csv", 10))
    require_refusal(ended, "应当是文件夹", "a folder is needed")
    assert str(home.root / name) in ended.stderr
    assert (home.root / name).read_text() == "no folder"
