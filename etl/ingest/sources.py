"""A path → the tables in it. What a file is, its first bytes say; its suffix is only believed for text."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from etl.config import HallError
from etl.ingest.delimited import DelimitedTable
from etl.ingest.jsonfile import JsonTable
from etl.ingest.limits import Bounded, refuse_bomb, refuse_large_workbook, refuse_nested, refuse_stranger
from etl.ingest.rows import Table

if TYPE_CHECKING:
    import pyarrow.parquet as pq

SUFFIXES = frozenset({".csv", ".txt", ".tsv", ".xlsx", ".xls", ".et", ".json", ".jsonl", ".ndjson", ".parquet", ".gz", ".zip"})

# A workbook within an archive is held in memory to be read.
LARGEST_INNER = 1024**3

Opener = Callable[[], BinaryIO]


class _ChecksEnd(io.RawIOBase):
    """A decompressing stream that turns a damaged or truncated archive into a refusal a clerk can read."""

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self._name = name
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
            raise HallError(
                f"{self._name}：压缩文件不完整或已损坏，未载入任何数据；请重新复制或导出",
                f"{self._name}: the archive is cut short or damaged ({error}); nothing loaded; copy or export it again",
            ) from None

    def close(self) -> None:
        self._stream.close()
        super().close()


def tables(path: Path) -> Iterator[Table]:
    """The tables of a file, archives opened. Raises HallError for what cannot be read; nothing is loaded then."""
    if not path.exists():
        raise HallError(f"找不到文件 {path}", f"no such file: {path}")
    yield from _tables(path.name, lambda: path.open("rb"), path.stat().st_size, path)


def _tables(name: str, opener: Opener, packed: int, path: Path | None = None) -> Iterator[Table]:
    """`packed`: bytes of the file on the disk, against which all that comes out of it is held."""
    with opener() as stream:
        start = stream.read(4096)
    if not start.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise HallError(f"{name}：文件是空的", f"{name}: the file is empty")
    refuse_stranger(name, start)
    if start.startswith(b"\x1f\x8b"):
        inner = name[:-3] if name.lower().endswith(".gz") else name

        def unpacked() -> BinaryIO:
            return _checked(name, cast(BinaryIO, Bounded(name, cast(BinaryIO, gzip.GzipFile(fileobj=opener())), packed)))

        with unpacked() as stream:
            within = stream.read(4096)
        if within.startswith(b"PK") and _is_workbook(unpacked):
            yield from _zip_or_workbook(inner, unpacked, packed, None)
            return
        refuse_nested(name, within)
        yield from _tables(inner, unpacked, packed)
    elif start.startswith(b"PK\x03\x04"):
        yield from _zip_or_workbook(name, opener, packed, path)
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        yield from _sheets(name, path or _all(opener))
    elif start.startswith(b"PAR1"):
        from etl.ingest.parquet import ParquetTable

        yield ParquetTable(name, _parquet(name, opener, path))
    elif start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        yield JsonTable(name, opener, lines=_is_json_lines(name, start))
    elif start.lstrip()[:1] == b"<":
        raise HallError(
            f"{name}：是网页（HTML/XML）而不是表格，请用 Excel 或 WPS 另存为 xlsx", f"{name} is a web page, not a table; save it as xlsx"
        )
    else:
        yield DelimitedTable(name, opener)


def _sheets(name: str, data: Path | bytes) -> Iterator[Table]:
    # Imported when there is a workbook: most files are text.
    from etl.ingest.workbook import sheets

    yield from sheets(name, data)


def _checked(name: str, stream: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, _ChecksEnd(name, stream))


def _all(opener: Opener) -> bytes:
    with opener() as stream:
        return stream.read()


WORKBOOK_MEMBERS = frozenset({"[Content_Types].xml", "mimetype"})


def _is_workbook(opener: Opener) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(_all(opener))) as opened:
            return bool(WORKBOOK_MEMBERS & set(opened.namelist()))
    except zipfile.BadZipFile:
        return False


def _zip_or_workbook(name: str, opener: Opener, packed: int, path: Path | None) -> Iterator[Table]:
    held = None if path else _all(opener)

    def archive() -> zipfile.ZipFile:
        return zipfile.ZipFile(path if path else io.BytesIO(held or b""))

    try:
        with archive() as opened:
            members = opened.infolist()
    except zipfile.BadZipFile:
        raise HallError(
            f"{name}：压缩文件不完整或已损坏，未载入任何数据；请重新复制或导出",
            f"{name}: the archive is cut short or damaged; nothing loaded; copy or export it again",
        ) from None
    refuse_bomb(name, members, packed)
    if any(member.filename in WORKBOOK_MEMBERS for member in members):
        refuse_large_workbook(name, members)
        yield from _sheets(name, path or held or b"")
        return
    for member in members:
        if member.is_dir() or member.filename.startswith("__MACOSX/"):
            continue
        label = f"{name}/{_member_name(member)}"
        if member.flag_bits & 0x1:
            raise HallError(f"{label}：压缩包有密码，请解压后再试", f"{label}: the archive has a password; unpack it first")
        inside = partial(_open_member, archive, member.filename, label)
        with inside() as stream:
            start = stream.read(64)
        if start.startswith(b"PK") and member.file_size <= LARGEST_INNER and _is_workbook(inside):
            yield from _zip_or_workbook(label, inside, packed, None)
            continue
        refuse_nested(label, start)
        yield from _tables(label, inside, packed)


def _open_member(archive: Callable[[], zipfile.ZipFile], member: str, label: str) -> BinaryIO:
    return _checked(label, cast(BinaryIO, archive().open(member)))


def _member_name(member: zipfile.ZipInfo) -> str:
    """A member's name; archives made by Chinese Windows write GBK without saying so, and zipfile then reads code page 437."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return member.filename


def _is_json_lines(name: str, start: bytes) -> bool:
    if name.lower().endswith((".jsonl", ".ndjson")):
        return True
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    first = text.split(b"\n", 1)
    return text.startswith(b"{") and len(first) == 2 and first[0].rstrip().endswith(b"}") and first[1].lstrip().startswith(b"{")


def _parquet(name: str, opener: Opener, path: Path | None) -> "pq.ParquetFile":
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path if path else io.BytesIO(_all(opener)))
    except (OSError, ValueError) as error:
        raise HallError(
            f"{name}：Parquet 文件不完整或已损坏，未载入任何数据",
            f"{name}: the Parquet file is cut short or damaged ({error}); nothing loaded",
        ) from None
