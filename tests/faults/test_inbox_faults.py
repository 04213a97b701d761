"""The inbox while the world goes on: a file that grows, a share that vanishes, two jobs at once, very many files, little memory."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest
from benchmarks.faults import fill, watched
from broken import HEAD, ROWS, aged, asked, content, done, export, require_refusal, run, start

from etl.config import HallError, Home, connect, transaction
from etl.inbox import Seen
from etl.ingest import load
from etl.refresh import refresh
from etl.trouble import told

pytestmark = pytest.mark.slow
# Writes records in pieces that end anywhere, a piece every few milliseconds, until it is told to write the rest and end.
APPENDER = """
import pathlib, random, sys, time
chance, told = random.Random(5), pathlib.Path(sys.argv[2])
with open(sys.argv[1], "ab", buffering=0) as file:
    text = "".join(f"G{n:06d},部门{n % 30},2018-10-{n % 20 + 8:02d} 09:05:00,{n % 10},工作日,\\n" for n in range(4000)).encode()
    while text:
        size = len(text) if told.exists() else chance.randrange(1, 50)
        file.write(text[:size]); text = text[size:]
        time.sleep(0.01)
"""


def ledger_agrees(home: Home) -> bool:
    sums = "select coalesce(bool_and(read = inserted + updated + unchanged + superseded + quarantined), true), sum(inserted) from batch"
    return asked(home, sums) == [(True, asked(home, "select count(*) from raw_case")[0][0])]


def test_a_file_that_grows_during_refresh_waits_for_the_next_and_counts_once(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    export(home.inbox / "whole.csv", 10)
    # Dated in the future: a clock was set back after it was copied, or the share's clock is ahead. It rests all the same.
    aged(export(home.inbox / "ahead.csv", 5, prefix="Z"), -86400)
    growing = home.inbox / "growing.csv"
    growing.write_text(HEAD, "utf-8")
    appender = subprocess.Popen([sys.executable, "-c", APPENDER, str(growing), str(tmp_path / "end")])
    try:
        found = run(home, "refresh", "--json")
        assert appender.poll() is None, "the file stopped growing too early to prove anything"
        assert found.returncode == 0, found.stderr
        assert [batch["file"] for batch in json.loads(found.stdout)["batches"]] == ["ahead.csv", "whole.csv"]
        assert "growing.csv：还在写入" in found.stderr
        assert "growing.csv is still being written" in found.stderr
    finally:
        (tmp_path / "end").touch()
        assert appender.wait(60) == 0
    aged(growing)
    # Loaded, and killed before it was published: the next refresh publishes it without waiting for another file.
    with connect(home) as con:
        load(con, home, [growing])
    for is_published in (True, False):
        assert (refresh(home).manifest is not None) == is_published
        assert asked(home, "select count(*), count(distinct case_no) from raw_case") == [(4015, 4015)]
        assert asked(home, "select count(*) from quarantine") == [(0,)]
        assert ledger_agrees(home)


def test_a_file_written_to_while_it_is_read_is_not_loaded_at_all(tmp_path: Path) -> None:
    """It had rested, so that its reading began; a writer comes back in the middle, at several moments of the time that a load takes."""
    home = Home(tmp_path / "home")
    path = tmp_path / "big.csv"
    loaded, refused = 0, list[HallError]()
    with connect(home) as con:
        load(con, home, [export(path, 100)])
        begun = time.monotonic()
        load(con, home, [export(path, 30_000)])
        whole = time.monotonic() - begun
        for round_number in range(6):
            export(path, 30_000, prefix=f"R{round_number}")
            appender = threading.Timer(whole * (round_number + 0.5) / 8, lambda: path.open("ab").write(b"Z9,"))
            appender.start()
            try:
                load(con, home, [path])
                loaded += 1
            except HallError as refusal:
                refused.append(refusal)
            appender.join()
            found = con.execute("select count(*) from raw_case where starts_with(case_no, ?)", [f"R{round_number}"]).fetchone()
            assert found in ((0,), (30_000,))
            assert con.execute("select count(*) from raw_case where case_no = 'Z9'").fetchone() == (0,)
    assert len(refused) >= 1
    assert len(refused) + loaded == 6
    assert all("还在变化" in one.zh and "changed while it was read" in one.en for one in refused)
    assert ledger_agrees(home)


def test_a_file_that_ends_within_a_line_rests_longer(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.make()
    path = home.inbox / "a.csv"
    path.write_text("甲,乙\n1,2\n3", "utf-8")
    aged(path, 5)
    first = refresh(home, wait=False)
    assert (first.refusals, first.left) == ([], [path])
    aged(path, 60)
    second = refresh(home, wait=False)
    assert (len(second.refusals), second.left) == (1, [])


def test_a_pipe_a_dangling_link_and_a_vanished_file_are_told_and_the_others_loaded(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    export(home.inbox / "good.csv", 10)
    os.mkfifo(home.inbox / "stalled.csv")
    (home.inbox / "link.csv").symlink_to(tmp_path / "nowhere.csv")
    found = run(home, "refresh", "--json")
    assert found.returncode == 1
    assert [batch["inserted"] for batch in json.loads(found.stdout)["batches"]] == [10]
    assert {line.split("：")[0].split(" ")[0].split(":")[0] for line in found.stderr.strip().splitlines()} == {"stalled.csv", "link.csv"}
    assert len(found.stderr.strip().splitlines()) == 4
    # Named to load itself, a pipe that nobody writes to is refused instead of being waited for.
    require_refusal(run(home, "load", home.inbox / "stalled.csv"), "不是普通文件", "is a pipe or a device")
    # Gone between the listing and the reading.
    gone = export(home.inbox / "gone.csv", 10)
    refusals: list[HallError] = []
    with connect(home) as con:
        gone.unlink()
        load(con, home, [gone, export(home.inbox / "next.csv", 10, prefix="N")], on_refusal=refusals.append)
    assert len(refusals) == 1
    assert "找不到文件" in refusals[0].zh
    assert asked(home, "select count(*) from raw_case") == [(20,)]
    # Told once to who watches, not at every pass.
    other, seen = Home(tmp_path / "other"), Seen()
    other.make()
    os.mkfifo(other.inbox / "stalled.csv")
    assert [len(refresh(other, seen, wait=False).refusals) for _ in range(3)] == [1, 0, 0]


def test_watching_goes_on_when_the_share_vanishes_and_comes_back(hall: Home) -> None:
    share = hall.root / "share"
    share.mkdir()
    hall.inbox.rmdir()
    hall.inbox.symlink_to(share)
    watcher = start(hall, "refresh", "--watch", "--every", "1", "--json")
    said: list[str] = []
    assert watcher.stderr is not None
    reader = threading.Thread(target=lambda: said.extend(iter(watcher.stderr.readline, "")), daemon=True)  # type: ignore[union-attr]
    reader.start()
    try:
        share.rename(hall.root / "elsewhere")
        until = time.monotonic() + 30
        while not any("共享文件夹" in line for line in said):
            assert watcher.poll() is None, said
            assert time.monotonic() < until, said
            time.sleep(0.1)
        export(hall.root / "elsewhere" / "a.csv", 5, prefix="S")
        (hall.root / "elsewhere").rename(share)
        assert watcher.stdout is not None
        for line in iter(watcher.stdout.readline, ""):
            if '"inserted": 5' in line or '"inserted":5' in line:
                break
        assert watcher.poll() is None
    finally:
        watcher.terminate()
        watcher.communicate(timeout=30)
    assert asked(hall, "select count(*) from raw_case") == [(ROWS + 5,)]


def test_two_jobs_at_once_one_works_and_the_other_waits_its_turn(tmp_path: Path) -> None:
    """Nothing is lost and nothing doubled; who is refused is told so in one line of each language and succeeds later."""
    refused, home = 0, Home(tmp_path / "new")
    files = [export(tmp_path / f"{side}.csv", 20_000, prefix=side) for side in "LR"]
    jobs = [start(home, "load", file) for file in files]
    for job, file in zip(jobs, files, strict=True):
        _, said = job.communicate(timeout=60)
        if job.returncode:
            assert said.strip().splitlines() == [
                "另一个任务正在使用数据仓库，请等它结束后再试",
                "another job is using the warehouse; try again when it has ended",
            ]
            refused += 1
            done(home, "load", file)
    assert refused <= 1
    assert asked(home, "select count(*), count(distinct case_no) from raw_case") == [(40_000, 40_000)]
    assert ledger_agrees(home)
    # Whatever the two did: who comes while another holds the warehouse is refused.
    with connect(home):
        require_refusal(run(home, "refresh"), "另一个任务", "another job")


def test_an_inbox_of_many_files_goes_through_once_few_open_at_a_time(tmp_path: Path) -> None:
    """`python -m tests.benchmarks.faults` takes 10,000 the same way."""
    files = 30
    fill(tmp_path / "inbox", files)
    ran = watched("refresh", "--json", "--home", str(tmp_path))
    assert ran.code == 0, ran.said
    assert sum(batch["inserted"] for batch in json.loads(ran.said)["batches"]) == files
    assert 0 < ran.most_open < 30
    assert asked(Home(tmp_path), "select count(*), count(distinct case_no) from raw_case") == [(files, files)]
    assert refresh(Home(tmp_path)).manifest is None


def test_half_a_gigabyte_of_memory_is_enough(tmp_path: Path) -> None:
    """200,000 rows with the database held to 512 MiB; Python and the blocks being read come on top, for which 192 MiB are allowed.

    Builds and a million rows take `python -m tests.benchmarks.faults --memory`.
    """
    home = Home(tmp_path / "home")
    home.make()
    home.settings_file.write_text("memory_megabytes = 512\n", "utf-8")
    with connect(home) as con:
        assert con.execute("select current_setting('memory_limit')").fetchone() == ("512.0 MiB",)
    rows = 200_000
    ran = watched("load", str(export(tmp_path / "cases.csv", rows)), "--home", str(home.root))
    assert ran.code == 0, ran.said
    assert ran.peak_megabytes < 512 + 192
    assert asked(home, "select count(*) from raw_case") == [(rows,)]


def test_too_little_memory_is_told_and_the_warehouse_is_as_before(hall: Home) -> None:
    """More than the limit and nowhere to move it to: refused in words, by the same way as every command's failure."""
    before = content(hall)
    hall.settings_file.write_text("memory_megabytes = 256\n", "utf-8")
    with connect(hall) as con:
        con.execute("set max_temp_directory_size = '1MiB'")
        with pytest.raises(duckdb.Error) as failed, transaction(con):
            con.execute("create table large as select repeat(i::varchar, 300) as a from range(1000000) t(i) order by 1")
    refusal = told(failed.value)
    assert refusal is not None
    assert "内存不足" in refusal.zh or "磁盘空间不足" in refusal.zh
    assert content(hall) == before
