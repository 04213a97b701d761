"""What an archive may unpack to. A bomb is refused before it is unpacked where it says its size, while it is unpacked where it does not."""

import io
import zipfile
from collections.abc import Sequence
from typing import BinaryIO

from etl.config import HallError

# Exports shrink to a tenth or a twentieth; rows of one repeated word to a hundredth. Deflate can reach a thousandth.
LARGEST_RATIO = 200
# Below this size nothing is harmful, and a small file of blanks shrinks beyond any ratio.
HARMLESS_BYTES = 64 * 1024**2
LARGEST_UNPACKED = 16 * 1024**3
# A workbook is read whole into memory.
LARGEST_WORKBOOK = 4 * 1024**3
MOST_MEMBERS = 2_000
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ")
# First bytes of what is surely no table, whatever its name says.
STRANGERS = (
    (b"\x89PNG", "图片", "a picture"), (b"\xff\xd8\xff", "图片", "a picture"), (b"GIF8", "图片", "a picture"),
    (b"MZ", "程序", "a program"), (b"\x7fELF", "程序", "a program"), (b"Rar!", "RAR 压缩包", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包", "a 7z archive"), (b"BZh", "bzip2 压缩包", "a bzip2 archive"),
    (b"\xfd7zXZ", "xz 压缩包", "an xz archive"),
    (b"SQLite format 3\x00", "数据库文件", "a database file"), (b"%PDF", "PDF 文件", "a PDF"),
)  # fmt: skip


def refuse_stranger(name: str, start: bytes) -> None:
    """Raises HallError when the first bytes are those of something that holds no table."""
    for mark, zh, en in STRANGERS:
        # Two letters begin many a text: a program has control characters after them.
        if start.startswith(mark) and (len(mark) > 2 or b"\x00" in start[:64]):
            raise HallError(
                f"{name}：是{zh}而不是表格，请提供 CSV 或 Excel 导出", f"{name} is {en}, not a table; provide a CSV or Excel export"
            )


def _too_large(name: str, size: int, packed: int) -> HallError:
    gigabytes, times = size / 1024**3, size / max(packed, 1)
    return HallError(
        f"{name}：解压后过大（至少 {gigabytes:.1f} GiB，为压缩文件的 {times:,.0f} 倍），疑为压缩炸弹，已拒绝，未载入任何数据",
        f"{name}: too large when unpacked (at least {gigabytes:.1f} GiB, {times:,.0f} times the archive): refused, nothing loaded",
    )


def is_harmful(size: int, packed: int) -> bool:
    """Whether so much may not come out of an archive of `packed` bytes."""
    return size > LARGEST_UNPACKED or (size > HARMLESS_BYTES and size > LARGEST_RATIO * max(packed, 1))


def refuse_bomb(name: str, members: Sequence[zipfile.ZipInfo], packed: int) -> None:
    """Raises HallError when the members of a zip archive of `packed` bytes are too many or too large together.

    All are held against the archive as a whole: members may share their packed bytes.
    """
    if len(members) > MOST_MEMBERS:
        raise HallError(
            f"{name}：压缩包内有 {len(members):,} 个文件，最多 {MOST_MEMBERS:,} 个，已拒绝，未载入任何数据",
            f"{name}: the archive holds {len(members):,} files, at most {MOST_MEMBERS:,} are taken; refused, nothing loaded",
        )
    size = sum(member.file_size for member in members)
    if is_harmful(size, packed):
        raise _too_large(name, size, packed)


def refuse_large_workbook(name: str, members: Sequence[zipfile.ZipInfo]) -> None:
    """Raises HallError when a workbook would not fit into memory."""
    size = sum(member.file_size for member in members)
    if size > LARGEST_WORKBOOK:
        raise HallError(
            f"{name}：工作簿解压后有 {size / 1024**3:.1f} GiB，过大，请改用 CSV 导出",
            f"{name}: the workbook unpacks to {size / 1024**3:.1f} GiB; export it as CSV",
        )


def refuse_nested(label: str, start: bytes) -> None:
    """Raises HallError when what lies in an archive is an archive again (a workbook is none)."""
    if any(start.startswith(mark) for mark in ARCHIVES):
        raise HallError(
            f"{label}：压缩包里还有压缩包，已拒绝，未载入任何数据；请先解压里面的一层",
            f"{label}: an archive within an archive is refused, nothing loaded; unpack the inner one first",
        )


class Bounded(io.RawIOBase):
    """A stream of unpacked bytes that is refused as soon as more come out than `packed` bytes may hold."""

    def __init__(self, name: str, stream: BinaryIO, packed: int) -> None:
        self._name = name
        self._stream = stream
        self._packed = packed
        self._seen = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        # Asked for all, it takes what is harmless at a time, so that a bomb does not fill the memory before it is seen.
        if size is None or size < 0:
            parts = []
            while part := self.read(HARMLESS_BYTES):
                parts.append(part)
            return b"".join(parts)
        found = self._stream.read(size)
        self._seen += len(found)
        if is_harmful(self._seen, self._packed):
            raise _too_large(self._name, self._seen, self._packed)
        return found

    def close(self) -> None:
        self._stream.close()
        super().close()
