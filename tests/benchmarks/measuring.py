"""One measurement, one process: what a function takes in wall and CPU seconds and at its peak in memory.

CPU seconds are user and system time of the process and of its children. The process starts with nothing of ours imported, so that
a yardstick pays for nothing but itself; compiled modules are kept between the runs, as on an office's machine.
"""

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

COMPILED = Path(tempfile.gettempdir()) / "hall-bench-compiled"


@dataclass(frozen=True)
class Line:
    """One budget: what was measured and the most it may be."""

    what: str
    budget: str
    value: float
    limit: float
    is_least: bool = False

    @property
    def verdict(self) -> str:
        if not self.budget:
            return ""
        return "kept" if (self.value >= self.limit if self.is_least else self.value <= self.limit) else "missed"


def child(task: str, *arguments: str | Path) -> dict[str, float]:
    """Run `module:function` of tests.benchmarks on `arguments`; returns `wall` and `cpu` seconds, `peak` GiB and what the function told."""
    command = [sys.executable, "-m", "tests.benchmarks.measuring", task, *map(str, arguments)]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    # Warnings of a peer are not ours to show.
    environment = {**kept, "PYTHONWARNINGS": "ignore", "PYTHONPYCACHEPREFIX": str(COMPILED)}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measured(task: str, arguments: list[str]) -> Mapping[str, float]:
    """Measure in this process."""
    began = time.monotonic()
    module, _, function = task.partition(":")
    told = getattr(import_module(f"tests.benchmarks.{module}"), function)(*arguments)
    wall = time.monotonic() - began
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return {"wall": wall, "cpu": cpu, "peak": max(_own_peak(own.ru_maxrss), children.ru_maxrss) / 1024**2, **(told or {})}


def _own_peak(otherwise: int) -> int:
    """Largest resident set in KiB since this program began; `ru_maxrss` would also count the parent's at the moment of the start."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return otherwise


def machine() -> str:
    """The machine in a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    info = Path("/proc/cpuinfo")
    names = (
        [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    )
    model = names[0] if names else platform.processor()
    load = os.getloadavg()[0]
    what = f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {platform.machine()} {platform.system()}"
    return f"{what}, Python {platform.python_version()}, DuckDB {version('duckdb')}, load average at the start {load:.1f}"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(sys.argv[1], sys.argv[2:])) + "\n")
