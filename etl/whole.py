"""Small files that whoever reads them finds whole."""

import os
from pathlib import Path


def write_whole(target: Path, text: str, working: Path) -> None:
    """Writes the text beside, at `working` on the same disk, and puts it in the place of `target` in one step once it is on the disk."""
    with working.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    working.replace(target)
