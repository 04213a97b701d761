"""`hall` as a clerk starts it: a process of its own with a home, its answer read back."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from etl.cli import hall as whole_command_line


def hall(home: Path, *arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Runs the command; it must end with this code and never with a traceback."""
    done = subprocess.run(
        [sys.executable, "-c", "from etl.cli import main; main()", *map(str, arguments)],
        capture_output=True, encoding="utf-8", env={**os.environ, "HALL_HOME": str(home), "COLUMNS": "200"}, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def in_process(home: Path, *arguments: str | Path) -> str:
    """What the command prints, run in this process: a tenth of the time. A refusal is raised."""
    done = CliRunner().invoke(whole_command_line(), ["--home", str(home), *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def answered(home: Path, *arguments: str | Path) -> Any:
    """What the command prints as JSON, run in this process."""
    return json.loads(in_process(home, *arguments, "--json"))


def answer(home: Path, *arguments: str | Path) -> Any:
    """What the command prints as JSON."""
    return json.loads(hall(home, *arguments, "--json").stdout)
