"""Archives that unpack to too much, or that hold archives, are refused with nothing loaded; honest ones are read. On the loading path
itself, so that command line, inbox and upload page are guarded alike."""

import gzip
import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from etl.config import HallError, Home, connect
from etl.ingest import limits, load
from etl.ingest.sources import tables

CASES = "办件编号,部门,收件时间,受理时间\nA1,民政局,2018-10-08,2018-10-08\n"
ZEROS = 200 * 1024**2


def bomb(path: Path, members: int = 1, size: int = ZEROS) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            with archive.open(f"{number}.csv", "w") as out:
                for _ in range(size // 1024**2):
                    out.write(b"0" * 1024**2)
    return path


def workbook() -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for index, line in enumerate(CASES.splitlines()):
            sheet.write_row(index, 0, line.split(","))
    return data.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return data.getvalue()


def refused(home: Home, path: Path) -> HallError:
    with connect(home) as con:
        with pytest.raises(HallError) as refusal:
            load(con, home, [path])
        assert con.execute("select count(*) from batch").fetchone() == (0,)
    return refusal.value


def test_a_zip_that_unpacks_to_a_thousand_times_its_size_is_refused_unread(home: Home, tmp_path: Path):
    path = bomb(tmp_path / "b.zip")
    tracemalloc.start()
    error = refused(home, path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "压缩炸弹" in error.zh
    assert "too large when unpacked" in error.en
    assert peak < 32 * 1024**2


def test_many_small_members_are_held_against_the_archive_together(home: Home, tmp_path: Path):
    path = bomb(tmp_path / "b.zip", members=20, size=10 * 1024**2)
    assert "too large when unpacked" in refused(home, path).en


def test_a_gzip_that_does_not_say_its_size_is_stopped_on_the_way(home: Home, tmp_path: Path):
    path = tmp_path / "b.csv.gz"
    with gzip.open(path, "wb") as out:
        out.write(CASES.encode())
        for _ in range(ZEROS // 1024**2):
            out.write(b"A2,0000000,2018-10-08,2018-10-08\n" * (1024**2 // 33))
    assert "too large when unpacked" in refused(home, path).en


def test_a_workbook_made_of_nothing_is_refused(home: Home, tmp_path: Path):
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as out:
            for _ in range(ZEROS // 1024**2):
                out.write(b" " * 1024**2)
    assert "too large when unpacked" in refused(home, path).en


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("zip.zip", zipped("inner.zip", zipped("cases.csv", CASES.encode()))),
        ("gz-in-zip.zip", zipped("cases.csv.gz", gzip.compress(CASES.encode()))),
        ("zip-in-gz.gz", gzip.compress(zipped("cases.csv", CASES.encode()))),
        ("gz-in-gz.gz", gzip.compress(gzip.compress(CASES.encode()))),
        ("rar-in-zip.zip", zipped("cases.rar", b"Rar!\x1a\x07\x00" + b"x" * 100)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_archives_within_archives_are_refused(home: Home, tmp_path: Path, name: str, content: bytes):
    path = tmp_path / name
    path.write_bytes(content)
    error = refused(home, path)
    assert "archive within an archive" in error.en
    assert "先解压" in error.zh


def test_too_many_members_are_refused(home: Home, tmp_path: Path):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(limits.MOST_MEMBERS + 1):
            archive.writestr(f"{number}.csv", CASES)
    assert "at most" in refused(home, path).en


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain.zip", zipped("cases.csv", CASES.encode())),
        ("book.zip", zipped("cases.xlsx", workbook())),
        ("book.gz", gzip.compress(workbook())),
        ("wrong-suffix.csv", workbook()),
        ("wrong-suffix.xlsx", CASES.encode()),
        ("no-suffix", gzip.compress(CASES.encode())),
        ("blank.csv.gz", gzip.compress(CASES.encode() + b"\n" * 1024**2)),
    ],
    # A packed file holds the time it was packed: as an id it would be another one in every test process.
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_honest_files_are_read_whatever_their_name_says(home: Home, tmp_path: Path, name: str, content: bytes):
    path = tmp_path / name
    path.write_bytes(content)
    with connect(home) as con:
        (result,) = load(con, home, [path])
    assert (result.read, result.inserted) == (1, 1)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "picture"),
        (b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 60, "program"),
        (b"%PDF-1.7\n", "PDF"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"SQLite format 3\x00" + b"\x00" * 80, "database"),
    ],
)
def test_what_is_no_table_is_said_to_be_what_it_is(tmp_path: Path, content: bytes, word: str):
    path = tmp_path / "cases.csv"
    path.write_bytes(content)
    with pytest.raises(HallError, match=word):
        list(tables(path))
