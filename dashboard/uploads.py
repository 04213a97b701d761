"""Files that a visitor hands in: kept apart, tried, and loaded by a process of its own, so that the server never holds the warehouse."""

import json
import re
import secrets
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from etl.commands.steps import STEP
from etl.config import HallError, Home

Kind = Literal["try", "load"]
Step = Literal["start", "load", "build", "publish"]
STEPS: tuple[Step, ...] = ("start", "load", "build", "publish")
LEFT_AFTER_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Received:
    """A file in a folder of its own under `HALL_HOME/tmp`."""

    path: Path
    size: int

    @property
    def name(self) -> str:
        return self.path.name

    def discard(self) -> None:
        shutil.rmtree(self.path.parent, ignore_errors=True)


@dataclass
class Job:
    """A process that tries or loads a file."""

    kind: Kind
    file: Received
    process: "subprocess.Popen[bytes]" = field(repr=False)

    @property
    def output(self) -> Path:
        return self.file.path.parent / f".{self.kind}.json"

    @property
    def said(self) -> Path:
        return self.file.path.parent / f".{self.kind}.txt"


@dataclass(frozen=True)
class Progress:
    """Where a job stands. `document` is what `hall load --json` printed; `refusals` are its two-line refusals as (zh, en)."""

    is_done: bool
    step: Step
    document: dict[str, Any] | None
    refusals: list[tuple[str, str]]


def safe_name(name: str) -> str:
    """The last part of a file name without what a file system or a reader could mistake."""
    last = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r"[\x00-\x1f<>:\"|?*]+", "_", last).lstrip(".~ ").strip()
    return kept[-120:] or "upload"


def receive(home: Home, name: str, content: bytes, most_megabytes: int) -> Received:
    """Keeps what was handed in. Raises HallError when it is empty or larger than the office allows."""
    if not content:
        raise HallError(f"{name}：文件是空的", f"{name}: the file is empty")
    megabytes = len(content) / 1024**2
    if megabytes > most_megabytes:
        raise HallError(
            f"{name}：{megabytes:.1f} MB，超过上限 {most_megabytes} MB；请用 hall load 载入，或在 hall.toml 中调整 upload_megabytes",
            f"{name}: {megabytes:.1f} MB, more than {most_megabytes} MB; use hall load, or set upload_megabytes in hall.toml",
        )
    home.make()
    _sweep(home)
    folder = home.tmp / f"upload-{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    path = folder / safe_name(name)
    path.write_bytes(content)
    return Received(path, len(content))


def _sweep(home: Home) -> None:
    """Removes what visitors left behind a day ago: it holds personal data."""
    for folder in home.tmp.glob("upload-*"):
        if time.time() - folder.stat().st_mtime > LEFT_AFTER_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def start(home: Home, kind: Kind, file: Received, actor: str) -> Job:
    """Starts `hall load` on the file: a dry run, or the load with build and publication."""
    options = ["--dry-run"] if kind == "try" else ["--publish", "--actor", actor]
    arguments = ["--home", str(home.root), "load", str(file.path), "--json", "--steps", *options]
    job_output, job_said = file.path.parent / f".{kind}.json", file.path.parent / f".{kind}.txt"
    with job_output.open("wb") as output, job_said.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", "from etl.cli import main; main()", *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=said
        )
    return Job(kind, file, process)


def progress(job: Job) -> Progress:
    """Where the job stands now."""
    code = job.process.poll()
    lines = job.said.read_text("utf-8", errors="replace").splitlines() if job.said.exists() else []
    told = [line.removeprefix(STEP) for line in lines if line.startswith(STEP)]
    begun: list[Step] = [one for one in STEPS if one in told]
    step: Step = begun[-1] if begun else "start"
    if code is None:
        return Progress(False, step, None, [])
    others = [line for line in lines if line.strip() and not line.startswith(STEP)]
    if code not in (0, 1):
        others = ["载入程序意外中止；请核对台账后重试", "the load ended unexpectedly; look at the ledger, then try again"]
    return Progress(True, step, _document(job.output), list(zip(others[::2], others[1::2], strict=False)))


def _document(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, json.JSONDecodeError):
        return None
    return found if isinstance(found, dict) else None
