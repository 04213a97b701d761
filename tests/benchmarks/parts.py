"""`python -m tests.benchmarks.parts [--rows N]`: where the CPU seconds of a load go, by the statements that it runs.

Reading is measured once more by itself, without the statement that takes what is read; what that statement takes is the rest of both.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.cases import write_cases
from tests.benchmarks.measuring import child, machine

# A statement belongs to the first part one of whose words it has.
PARTS = {
    "typing, cleaning, checking into memory": ("temp table incoming",),
    "writing the records": ("insert into stored_",),
    "keys that occur twice": ("contested", "from judged"),
    "refused rows and their faults": ("quarantine", "temp table bad", "from bad", "row_only"),
}


class Watched:
    """A connection that keeps the CPU seconds of each statement."""

    def __init__(self, con: Any) -> None:
        self.con = con
        self.taken: dict[str, float] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.con, name)

    def execute(self, sql: str, *arguments: Any) -> Any:
        before = time.process_time()
        result = self.con.execute(sql, *arguments)
        part = next((part for part, words in PARTS.items() if any(word in sql for word in words)), "")
        self.taken[part] = self.taken.get(part, 0.0) + time.process_time() - before
        return result


class Nowhere:
    """Takes what a reader gives and looks at it as a feed does, no more."""

    def write(self, block: str) -> None:
        from etl.ingest.rows import FIELD_MARK
        from etl.ingest.stage import split_lines

        split_lines(block.encode(), FIELD_MARK, block.partition("\n")[0].count(FIELD_MARK), numbered=True)

    def write_table(self, table: object, data: bytes) -> None:
        from etl.ingest.stage import holds_of

        holds_of(data)


def parts(file: str, folder: str) -> dict[str, float]:
    """CPU seconds by part, in a process of its own."""
    from etl.config import Home, connect
    from etl.ingest import load
    from etl.ingest.arriving import sha_of
    from etl.ingest.match import choose
    from etl.ingest.sources import tables
    from etl.records.mapping import mappings

    started = time.process_time()
    home = Home(Path(folder))
    with connect(home) as con:
        watched = Watched(con)
        load(watched, home, [Path(file)])  # type: ignore[arg-type]
    ended = time.process_time()
    sha_of(Path(file))
    hashed = time.process_time()
    (table,) = tables(Path(file))
    match = choose(table, mappings(home).values())
    begun = time.process_time()
    table.stage(match.way, match.header, Nowhere())
    reading = time.process_time() - begun
    found = {name: watched.taken[name] for name in PARTS}
    found["typing, cleaning, checking into memory"] -= reading
    before = {
        "starting Python and its modules": started,
        "the file's hash": hashed - ended,
        "reading: decode, split, count, number": reading,
    }
    rest = ended - sum(before.values()) - sum(found.values())
    return {**before, **found, "contracts, mappings, tables, warnings, ledger, commit": rest}


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.parts")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cases.csv"
        write_cases(file, chosen.rows)
        runs = []
        for number in range(chosen.repeat):
            runs.append(child("parts:parts", file, Path(folder) / f"home-{number}"))
    names = [name for name in runs[0] if name not in ("wall", "cpu", "peak")]
    sys.stdout.write(f"{machine()}; {chosen.rows:,} cases\n\n| part | CPU s |\n|---|---|\n")
    for name in names:
        taken = sorted(run[name] for run in runs)
        sys.stdout.write(f"| {name} | {taken[0]:.2f}–{taken[-1]:.2f} |\n")


if __name__ == "__main__":
    main()
