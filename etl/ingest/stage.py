"""The staged file: one line a record, fields apart by a mark that no office file holds. DuckDB reads it in parallel."""

import re
from pathlib import Path
from types import TracebackType

# Full-width digits and letters as UTF-8; the fixed first byte keeps the search cheap. The ideographic space is sought apart.
FULLWIDTH = re.compile(rb"\xef(?:\xbc[\x90-\x99\xa1-\xba]|\xbd[\x81-\x9a])")
IDEOGRAPHIC_SPACE = "\u3000".encode()


class StageFile:
    """Writes staged blocks and notes whether any full-width digit, letter or space went by."""

    def __init__(self, path: Path) -> None:
        self.has_fullwidth = False
        self._stream = path.open("wb")

    def __enter__(self) -> "StageFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.close()

    def write(self, block: str) -> None:
        data = block.encode("utf-8", errors="surrogatepass")
        if not self.has_fullwidth and (IDEOGRAPHIC_SPACE in data or FULLWIDTH.search(data)):
            self.has_fullwidth = True
        self._stream.write(data)
