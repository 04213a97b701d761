"""The staged file: one line a record, fields apart by a mark that no office file holds. DuckDB reads it in parallel."""

import re
from pathlib import Path
from types import TracebackType

from etl.ingest.macros import RARE_BLANKS

# Full-width digits and letters as UTF-8; the fixed first byte keeps the search cheap. The ideographic space is a blank.
FULLWIDTH = re.compile(rb"\xef(?:\xbc[\x90-\x99\xa1-\xba]|\xbd[\x81-\x9a])")
IDEOGRAPHIC_SPACE = "\u3000"


class StageFile:
    """Writes staged blocks and notes whether any full-width digit, letter or space, or any blank but the plain space, went by."""

    def __init__(self, path: Path) -> None:
        self.has_fullwidth = False
        self.has_rare_blanks = False
        self._stream = path.open("wb")

    def __enter__(self) -> "StageFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.close()

    def write(self, block: str) -> None:
        data = block.encode("utf-8", errors="surrogatepass")
        # The newline is the end of a staged row; one inside a value is staged as a mark and counted by the reader.
        if not self.has_rare_blanks:
            self.has_rare_blanks = any(blank in block for blank in RARE_BLANKS if blank != "\n")
        if not self.has_fullwidth:
            self.has_fullwidth = (self.has_rare_blanks and IDEOGRAPHIC_SPACE in block) or FULLWIDTH.search(data) is not None
        self._stream.write(data)
