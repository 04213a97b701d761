"""`python -m tests.benchmarks.ingest [--rows N …] [--repeat N] [--write]`: loading, beside how others would do it.

Each contender reads the same file in a process of its own and is first held to what it says it finds. Contenders take turns, and
their medians are compared, because other work on a machine comes and goes. `--write` keeps the results in docs/benchmarks and brings
the tables and charts of docs/benchmarks.md up.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import duckdb

from tests.benchmarks.cases import KINDS, NEWER, Expected, expected, write_cases
from tests.benchmarks.measuring import Line, child, machine

SIZES = (100_000, 1_000_000)
# Of what takes long, and of everything above this many rows, one run is measured.
ONCE_ABOVE, LONG_CPU = 1_000_000, 20.0
LONGEST_CPU = 900.0
# What a contender may take of the memory that is free.
SHARE = 0.75
TEXT, NATIONAL = "cases.csv", "cases-gb.csv"
COUNTED = "select count(*), {refused}, count(*) filter (where {window} = '" + NEWER + "') from {table}"


@dataclass(frozen=True)
class Contender:
    """Who loads: the function, the kinds of faults it finds, how its result is counted, and what a million rows take, roughly."""

    name: str
    task: str
    needs: str
    finds: tuple[str, ...]
    is_deduplicated: bool
    counted: str
    gib: float
    cpu: float
    file: str = TEXT
    database: str = "made.duckdb"

    def wanted(self, made: Expected) -> tuple[int, int | None, int]:
        """Rows kept, refused (None where it does not tell) and kept in a newer version."""
        refused = sum(made.dirty[kind] for kind in self.finds) if "null" not in self.counted else None
        return made.kept(self.finds, self.is_deduplicated), refused, made.newer


ALL = tuple(KINDS)
THEIRS = COUNTED.format(refused="(select count(*) from rejected)", window="窗口", table="accepted")
OURS = COUNTED.format(refused="(select count(*) from quarantine)", window="window_name", table="raw_case")
SILENT = COUNTED.format(refused="null", window="窗口", table="accepted")
DLT = COUNTED.format(refused="null", window="window_name", table="hall.accepted")
CONTENDERS = {
    one.name: one
    for one in (
        Contender("bare typed read_csv", "peers:bare", "duckdb", ("date", "limit"), False, SILENT, 0.4, 1.5),
        Contender("hand-written SQL", "peers:tuned", "duckdb", ALL, True, THEIRS, 0.7, 3),
        Contender("hall load", "ingest:load", "duckdb", ALL, True, OURS, 0.4, 4, database="warehouse.duckdb"),
        Contender("hall load, GB18030", "ingest:load", "duckdb", ALL, True, OURS, 0.4, 4.5, NATIONAL, "warehouse.duckdb"),
        Contender("polars + dataframely", "peers:polars_with_dataframely", "dataframely", ALL, True, THEIRS, 1.2, 3.5),
        Contender("pandas + pandera", "peers:pandas_with_pandera", "pandera", ALL, True, THEIRS, 1.3, 6),
        Contender("dlt", "peers:dlt_merge", "dlt", ALL, True, DLT, 0.4, 45),
    )
}
Runs = dict[str, list[dict[str, float]]]


def load(file: str, folder: str) -> dict[str, float]:
    """Ours, as `hall load` does it, and what it tells."""
    from etl.config import Home, connect
    from etl.ingest import load as ours

    home = Home(Path(folder))
    with connect(home) as con:
        (told,) = ours(con, home, [Path(file)])
    names = ("read", "inserted", "updated", "unchanged", "superseded", "quarantined")
    return {name: float(getattr(told, name)) for name in names}


def check(contender: Contender, folder: Path, told: dict[str, float], made: Expected) -> None:
    """Raises ValueError where a contender did not find what it should: its speed would be worth nothing."""
    with duckdb.connect(str(folder / contender.database), read_only=True) as con:
        found = con.execute(contender.counted).fetchone()
        faults = con.execute("select rule, count(*) from quarantine_fault group by all").fetchall() if "read" in told else []
    if found != contender.wanted(made):
        raise ValueError(f"{contender.name}: kept, refused and newer are {found}, not {contender.wanted(made)}")
    if "read" in told:
        outcome = {"inserted": made.kept(), "updated": 0, "unchanged": made.identical, "superseded": made.newer}
        outcome |= {"quarantined": sum(made.dirty.values()), "read": made.rows}
        rules = {KINDS[kind]: rows for kind, rows in made.dirty.items()} | {"closed_before_accepted": made.dirty["order"]}
        if any(told[name] != rows for name, rows in outcome.items()) or dict(faults) != rules:
            raise ValueError(f"hall load: {told} and {faults}, not {outcome} and {rules}")


def why_not(contender: Contender, rows: int) -> str:
    """Why a contender does not run at this size; "" when it does."""
    millions = rows / 1_000_000
    free = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES") / 1024**3
    info = Path("/proc/meminfo")
    if info.exists():
        free = next(int(line.split()[1]) / 1024**2 for line in info.read_text().splitlines() if line.startswith("MemAvailable"))
    if find_spec(contender.needs) is None:
        return f"{contender.needs} is not installed"
    if contender.gib * millions > SHARE * free:
        return f"holds all in memory: some {contender.gib * millions:.0f} GiB of the {free:.0f} that are free"
    if contender.cpu * millions > LONGEST_CPU:
        return f"would take some {contender.cpu * millions / 60:.0f} CPU minutes"
    return ""


def measure(rows: int, repeat: int, only: tuple[str, ...] = ()) -> tuple[Runs, dict[str, str]]:
    """What each contender took in each run at this size, and why others did not run."""
    asked = [one for one in CONTENDERS.values() if not only or one.name in only]
    left_out = {one.name: reason for one in asked if (reason := why_not(one, rows))}
    runs: Runs = {one.name: [] for one in asked if one.name not in left_out}
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        child("cases:made", place, str(rows))
        sample = place / "sample.csv"
        write_cases(sample, 1000)
        for name in runs:
            # Compiles the modules.
            _run(CONTENDERS[name], sample, place)
        for number in range(repeat):
            for name, taken in runs.items():
                one = CONTENDERS[name]
                if number == 0 or (rows <= ONCE_ABOVE and one.cpu * rows / 1_000_000 < LONG_CPU):
                    taken.append(_run(one, place / one.file, place, expected(rows)))
    return runs, left_out


def _run(contender: Contender, file: Path, place: Path, made: Expected | None = None) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=place) as folder:
        taken = child(contender.task, file, folder)
        if made is not None:
            check(contender, Path(folder), taken, made)
    return {name: round(taken[name], 3) for name in ("wall", "cpu", "peak")}


def medians(runs: Runs) -> dict[str, dict[str, float]]:
    """Of each contender that ran, wall and CPU seconds and peak."""
    return {name: {key: statistics.median(run[key] for run in taken) for key in taken[0]} for name, taken in runs.items() if taken}


def budgets(rows: int, runs: Runs) -> list[Line]:
    """What the budgets say of loading, as far as those ran whom they compare. They are of a million rows and more."""
    cpu = {name: one["cpu"] for name, one in medians(runs).items()}
    if rows < 1_000_000 or "hall load" not in cpu:
        return []
    ours = cpu["hall load"]
    lines = []
    for other, most in (("hand-written SQL", 1.3), ("bare typed read_csv", 2.0)):
        if other in cpu:
            lines.append(Line(f"load, CPU ÷ {other}", f"≤ {most}", ours / cpu[other], most))
    if "hall load, GB18030" in cpu:
        lines.append(Line("load, CPU GB18030 ÷ UTF-8", "≤ 1.3", cpu["hall load, GB18030"] / ours, 1.3))
    most = 4.0 if rows > 1_000_000 else 1.0
    peak = max(run["peak"] for name in ("hall load", "hall load, GB18030") for run in runs.get(name, []))
    lines.append(Line("load, peak memory, GiB", f"≤ {most:.0f}", peak, most))
    if "pandas + pandera" in cpu:
        lines.append(Line("pandas + pandera, CPU ÷ load", "≥ 3", cpu["pandas + pandera"] / ours, 3.0, is_least=True))
    return lines


def table(rows: int, runs: Runs, left_out: dict[str, str]) -> Iterator[str]:
    """The measured table of a size, in Markdown."""
    yield f"| {rows:,} rows | rows/s | CPU s | CPU ÷ hall load | peak, GiB | runs |"
    yield "|---|---|---|---|---|---|"
    middle = medians(runs)
    for name, one in middle.items():
        ratio = one["cpu"] / middle["hall load"]["cpu"] if "hall load" in middle else float("nan")
        spread = f"{min(run['cpu'] for run in runs[name]):.1f}–{max(run['cpu'] for run in runs[name]):.1f}"
        cpu = spread if len(runs[name]) > 1 else f"{one['cpu']:.1f}"
        yield f"| {name} | {rows / one['wall']:,.0f} | {cpu} | {ratio:.2f} | {one['peak']:.2f} | {len(runs[name])} |"
    for name, reason in left_out.items():
        yield f"| {name} | {reason} | | | | 0 |"


def budget_table(rows: int, runs: Runs) -> Iterator[str]:
    """The budgets of a size, in Markdown."""
    found = budgets(rows, runs)
    if found:
        yield f"| {rows:,} rows | budget | measured | |"
        yield "|---|---|---|---|"
    for line in found:
        yield f"| {line.what} | {line.budget} | {line.value:.2f} | {line.verdict} |"


def report(sizes: tuple[int, ...], repeat: int, only: tuple[str, ...] = (), is_written: bool = False) -> None:
    """Measure and print; with `is_written` keep the results and bring docs/benchmarks.md up."""
    from tests.benchmarks.charts import keep

    for rows in sizes:
        about = machine()
        runs, left_out = measure(rows, repeat, only)
        about += f", at the end {os.getloadavg()[0]:.1f}"
        lines = [about, "", *table(rows, runs, left_out), "", *budget_table(rows, runs)]
        sys.stdout.write("\n".join(lines).strip() + "\n\n")
        sys.stdout.flush()
        if is_written:
            keep(rows, runs, left_out, about)


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.ingest")
    parser.add_argument("--rows", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; one of what takes long")
    parser.add_argument("--only", nargs="+", choices=tuple(CONTENDERS), default=[])
    parser.add_argument("--write", action="store_true", help="keep the results in docs/benchmarks and bring docs/benchmarks.md up")
    chosen = parser.parse_args()
    report(tuple(chosen.rows), chosen.repeat, tuple(chosen.only), chosen.write)


if __name__ == "__main__":
    main()
