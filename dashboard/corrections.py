"""The workbook of refused records for correction, made by a process of its own: the server never holds the warehouse."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from etl.config import HallError, Home

MOST_SECONDS = 120


@dataclass(frozen=True)
class Workbook:
    """What is in quarantine now, whole: it holds the records as they came, ID numbers and phones too."""

    content: bytes
    rows: int


def workbook(home: Home) -> Workbook:
    """What `hall quarantine export` writes now. Raises HallError with that command's refusal, or where it takes too long."""
    home.make()
    # Named as an upload is, so that what a killed server leaves is swept as uploads are.
    with tempfile.TemporaryDirectory(prefix="upload-quarantine-", dir=home.tmp) as folder:
        path = Path(folder) / "quarantine.xlsx"
        arguments = ["--home", str(home.root), "quarantine", "export", "--out", str(path), "--json"]
        try:
            done = subprocess.run(
                [sys.executable, "-c", "from etl.cli import main; main()", *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=MOST_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise HallError(
                f"{MOST_SECONDS} 秒内没有做完；请在服务器上运行 hall quarantine export",
                f"not done within {MOST_SECONDS} s; run hall quarantine export on the server",
            ) from None
        if done.returncode:
            raise _refusal(done.stderr.decode("utf-8", errors="replace"))
        return Workbook(path.read_bytes(), int(json.loads(done.stdout)["rows"]))


def _refusal(said: str) -> HallError:
    """The two lines of a refusal; for anything else that it did not work."""
    lines = [line for line in said.splitlines() if line.strip()]
    if len(lines) == 2:
        return HallError(lines[0], lines[1])
    return HallError(
        "更正表没有做成；请在服务器上运行 hall quarantine export 查看原因",
        "the workbook could not be made; run hall quarantine export on the server to see why",
    )
