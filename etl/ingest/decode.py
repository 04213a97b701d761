"""Bytes → text in blocks of whole lines, in an encoding that is decided strictly and never by statistics.

A byte order mark decides; else a file is UTF-8 as long as it decodes as UTF-8; else GB18030. The blocks keep the
file's own line ends. A line that does not decode is handed on as such instead of failing the file.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO

import pyarrow as pa

BLOCK = 4 * 1024 * 1024
LONGEST = 64 * 1024 * 1024
BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass
class Block:
    """Whole lines of text; `undecodable` holds the numbers within the block of lines whose bytes are not valid.

    `given` is the text, or, where the file has valid UTF-8, its bytes: few blocks are ever needed as text then.
    """

    given: str | bytes
    undecodable: dict[int, str] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The text."""
        return self.given if isinstance(self.given, str) else self.given.decode()

    @cached_property
    def data(self) -> bytes:
        """The text as UTF-8."""
        return self.given.encode() if isinstance(self.given, str) else self.given

    @cached_property
    def lines(self) -> int:
        """Lines by their line ends alone; a last line without one counts."""
        returns = self.data.count(b"\r") if b"\r" in self.data else 0
        pairs = self.data.count(b"\r\n") if returns else 0
        return self.data.count(b"\n") + returns - pairs + (not self.data.endswith((b"\r", b"\n")))


def encoding_of(sample: bytes) -> tuple[str, int]:
    """Encoding by its mark or by the zero bytes of unmarked UTF-16, and the length of the mark; "" when the text itself must show it."""
    for mark, encoding in BOMS:
        if sample.startswith(mark):
            return encoding, len(mark)
    # In unmarked UTF-16 nearly every ASCII character has a zero byte on the same side.
    even, odd = sample[0:400:2].count(0), sample[1:400:2].count(0)
    half = max(len(sample[:400]) // 2, 1)
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le", 0
    if even > half * 0.4 and odd < half * 0.05:
        return "utf-16-be", 0
    return "", 0


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are valid UTF-8, at a fifth of what decoding them costs."""
    offsets = pa.py_buffer(struct.pack("<qq", 0, len(data)))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _whole(data: bytes, terminator: bytes, width: int) -> int:
    """Length of the part of `data` that ends with its last whole line."""
    end = data.rfind(terminator)
    while end > 0 and end % width:
        end = data.rfind(terminator, 0, end)
    return end + len(terminator) if end >= 0 else 0


def _by_line(data: bytes, encoding: str, terminator: bytes) -> Block:
    lines: list[str] = []
    bad: dict[int, str] = {}
    for number, line in enumerate(data.split(terminator)):
        try:
            lines.append(line.decode(encoding))
        except UnicodeDecodeError:
            bad[number] = line.decode(encoding, errors="backslashreplace").strip("\r\n")
            lines.append("\x00")
    return Block(terminator.decode().join(lines), bad)


class Decoder:
    """Reads a byte stream as blocks of text. `encoding` is known when the first block has come out and may
    change from ASCII-only UTF-8 to GB18030 when the first byte above 127 shows it, since ASCII is the same in both."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        first = stream.read(BLOCK)
        self.encoding, skip = encoding_of(first)
        self._first = first[skip:]
        self.terminator = "\n"
        self.lines = 0

    def blocks(self) -> Iterator[Block]:
        """The text in blocks that end with a line end (but for the last)."""
        width = 2 if self.encoding.startswith("utf-16") else 1
        terminator = self._find_terminator(width)
        pending = self._first
        ended = len(pending) == 0
        while not ended or pending:
            cut = len(pending) if ended else _whole(pending, terminator, width)
            if cut == 0 and not ended and len(pending) < LONGEST:
                more = self._stream.read(BLOCK)
                ended = not more
                pending += more
                continue
            part, pending = pending[: cut or len(pending)], pending[cut or len(pending) :]
            if part:
                block = self._decode(part, terminator, width)
                self.lines += block.lines
                yield block
            if not ended:
                more = self._stream.read(BLOCK)
                ended = not more
                pending += more

    def _find_terminator(self, width: int) -> bytes:
        encoding = self.encoding or "ascii"
        newline, carriage = "\n".encode(encoding), "\r".encode(encoding)
        if newline not in self._first and carriage in self._first:
            self.terminator = "\r"
            return carriage
        return newline

    def _decode(self, part: bytes, terminator: bytes, width: int) -> Block:
        if width == 2:
            return self._decode_utf16(part)
        if not self.encoding:
            if part.isascii():
                return Block(part)
            self.encoding = _first_that_fits(part)
            return self._decode(part, terminator, width)
        try:
            return Block(part if self.encoding == "utf-8" and is_utf8(part) else part.decode(self.encoding))
        except UnicodeDecodeError:
            return _by_line(part, self.encoding, terminator)

    def _decode_utf16(self, part: bytes) -> Block:
        try:
            return Block(part.decode(self.encoding))
        except UnicodeDecodeError:
            text = part.decode(self.encoding, errors="replace")
            return Block(text, _replaced_lines(text, self.terminator))


def _replaced_lines(text: str, terminator: str) -> dict[int, str]:
    return {number: line.strip() for number, line in enumerate(text.split(terminator)) if "\ufffd" in line}


def _first_that_fits(part: bytes) -> str:
    """UTF-8 when more lines decode as UTF-8 than as GB18030, a whole block first."""
    for encoding in ("utf-8", "gb18030"):
        try:
            part.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    faults = {encoding: len(_by_line(part, encoding, b"\n").undecodable) for encoding in ("utf-8", "gb18030")}
    return "utf-8" if faults["utf-8"] <= faults["gb18030"] else "gb18030"
