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
from etl.ingest.rows import Table

if TYPE_CHECKING:
    import pyarrow.parquet as pq

SUFFIXES = frozenset({".csv", ".txt", ".tsv", ".xlsx", ".xls", ".et", ".json", ".jsonl", ".ndjson", ".parquet", ".gz", ".zip"})
LARGEST_MEMBER = 64 * 1024**3
LARGEST_RATIO = 1000

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
    yield from _tables(path.name, lambda: path.open("rb"), path)


def _tables(name: str, opener: Opener, path: Path | None = None) -> Iterator[Table]:
    with opener() as stream:
        start = stream.read(4096)
    if not start.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise HallError(f"{name}：文件是空的", f"{name}: the file is empty")
    if start.startswith(b"\x1f\x8b"):
        inner = name[:-3] if name.lower().endswith(".gz") else name
        yield from _tables(inner, lambda: _checked(name, cast(BinaryIO, gzip.GzipFile(fileobj=opener()))))
    elif start.startswith(b"PK\x03\x04"):
        yield from _zip_or_workbook(name, opener, path)
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        yield from _sheets(name, path or _all(opener))
    elif start.startswith(b"PAR1"):
        from etl.ingest.parquet import ParquetTable

        yield ParquetTable(name, _parquet(name, opener, path))
    elif start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        yield JsonTable(name, opener, lines=_is_json_lines(name, start))
    elif start.startswith(b"%PDF"):
        raise HallError(f"{name}：是 PDF 文件，请提供 CSV 或 Excel 导出", f"{name} is a PDF; provide a CSV or Excel export")
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


def _zip_or_workbook(name: str, opener: Opener, path: Path | None) -> Iterator[Table]:
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
    if any(member.filename in ("[Content_Types].xml", "mimetype") for member in members):
        yield from _sheets(name, path or held or b"")
        return
    for member in members:
        if member.is_dir() or member.filename.startswith("__MACOSX/"):
            continue
        label = f"{name}/{_member_name(member)}"
        if member.flag_bits & 0x1:
            raise HallError(f"{label}：压缩包有密码，请解压后再试", f"{label}: the archive has a password; unpack it first")
        if member.file_size > LARGEST_MEMBER or member.file_size > LARGEST_RATIO * max(member.compress_size, 1024):
            raise HallError(f"{label}：解压后过大，已拒绝", f"{label}: too large when unpacked; refused")
        yield from _tables(label, partial(_open_member, archive, member.filename, label))


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
