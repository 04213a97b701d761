"""`make bench-people`: so many people clicking at once, each at an office's pace, and a thousand reruns in a row.

    python -m tests.benchmarks.people --people 10,50,100,200 --seconds 20 --reruns 1000 [--processes N] [--think 2,6]

`hall serve` is started on loopback for a copy of a home that gets an account for everybody; they sign in by password, open a page over
Streamlit's own socket and click on filters and pages (`clicking.py`). Each row is a server of its own, warmed by one visitor who opens
every page. Load is sent to this machine alone, and by no more than `MOST_PEOPLE`.
"""

import argparse
import asyncio
import contextlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from etl.config import Home
from tests.benchmarks.__main__ import machine
from tests.benchmarks.clicking import Click, Person, require_loopback
from tests.benchmarks.serving import PASSWORD, Server, cast, copied, free_ports, give_accounts, hall_serve
from tests.benchmarks.sticky import sticky

# The gate takes 400 open pages.
MOST_PEOPLE, MOST_PROCESSES = 300, 8
# Signing in and opening the first page is done by so many at once; it is not what is measured.
COMING_IN = 4
# After everybody has left, before the memory is read.
SETTLE_S = 3.0
BUDGET_P95_MS = 1000.0
# Memory of one server may grow by so much from the 200th to the last of the reruns that go round the same views.
FLAT_FROM, FLAT_MIB = 200, 16.0
# One round of views: each page with the months before it and back.
PRESSES = ("before", "before", "after", "after")


@dataclass(frozen=True)
class Row:
    """What so many people did to the server, and it to them."""

    people: int
    clicks: Sequence[Click]
    seconds: float
    cpu_s: float
    own_cpu_s: float
    rss_start: float
    rss_peak: float
    rss_end: float
    alone_start: float
    alone_end: float
    load: float
    entering_s: float

    @property
    def times(self) -> list[float]:
        return sorted(click.ms for click in self.clicks)

    @property
    def faults(self) -> Counter[str]:
        return Counter(click.fault for click in self.clicks if click.fault is not None)

    @property
    def verdict(self) -> str:
        return "kept" if share_of(self.times, 0.95) <= BUDGET_P95_MS and not self.faults else "missed"

    def line(self, processes: int) -> str:
        """The row of the table."""
        times, many = self.times, max(1, len(self.clicks))
        cells = (
            f"{self.people}", f"{processes}", f"{len(self.clicks)}", f"{len(self.clicks) / self.seconds:.1f}",
            f"{share_of(times, 0.5):.0f}", f"{share_of(times, 0.95):.0f}", f"{times[-1] if times else 0:.0f}", f"{self.faults.total()}",
            f"{self.cpu_s / many * 1000:.0f}", f"{self.cpu_s / self.seconds:.2f}",
            f"{self.rss_start:.0f} / {self.rss_peak:.0f} / {self.rss_end:.0f}", f"{self.load:.1f}", self.verdict,
        )  # fmt: skip
        return f"| {' | '.join(cells)} |"


HEAD = (
    "| people | processes | clicks | clicks a second | p50, ms | p95, ms | most, ms | errors | server CPU ms a click | cores busy "
    "| RSS MiB: warm / peak / after | load average | p95 ≤ 1 s, no error |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
)


def share_of(times: Sequence[float], share: float) -> float:
    """The value that this share of the sorted times does not exceed; 0 without any."""
    return times[min(len(times) - 1, int(len(times) * share))] if times else 0.0


async def entered(persons: Sequence[Person]) -> list[Click]:
    """Everybody signs in and opens a page, a few at a time; the opened pages."""
    room = asyncio.Semaphore(COMING_IN)

    async def enter(person: Person) -> Click:
        async with room:
            await person.sign_in()
            return await person.open()

    return await asyncio.gather(*(enter(person) for person in persons))


async def visited(person: Person) -> list[Click]:
    """Each page that the person has, once: what the first visitor of a day waits for."""
    await person.sign_in()
    opened = [await person.open()]
    return opened + [await person.follow(name) for name in person.links if name != opened[0].page]


async def crowd(server: Server, persons: Sequence[Person], seconds: float) -> Row:
    """Everybody comes in, and then clicks for so many seconds."""
    warm, alone = server.rss_mib(), server.own_mib()
    watching = asyncio.create_task(server.watch())
    try:
        entering = time.monotonic()
        await entered(persons)
        entering = time.monotonic() - entering
        load, cpu, own, began = os.getloadavg()[0], server.cpu_s(), time.process_time(), time.monotonic()
        await asyncio.gather(*(person.go_on(began + seconds) for person in persons))
        # A click that has begun is waited for, and what the server did for it is counted.
        taken, cpu, own = time.monotonic() - began, server.cpu_s() - cpu, time.process_time() - own
    finally:
        watching.cancel()
        await asyncio.gather(*(person.leave() for person in persons))
    await asyncio.sleep(SETTLE_S)
    clicks = [click for person in persons for click in person.clicks if click.began >= began]
    return Row(len(persons), clicks, taken, cpu, own, warm, max(server.seen), server.rss_mib(), alone, server.own_mib(), load, entering)


async def rounds(server: Server, person: Person, reruns: int) -> tuple[dict[int, float], list[Click]]:
    """One session that goes round the same views without a pause: memory in MiB at each hundred reruns, and the clicks."""
    await person.sign_in()
    await person.open()
    pages = [person.clicks[-1].page, *person.links]
    # Memory goes up and down with Python's garbage; what is left between is what grows: the least seen in each hundred.
    memory: dict[int, float] = {}
    seen: list[float] = []

    def done() -> bool:
        many = len(person.clicks) - 1
        if many % 10 == 0:
            seen.append(server.rss_mib())
        if many % 100 == 0:
            memory[many] = min(seen)
            seen.clear()
        return many >= reruns or person.clicks[-1].fault is not None

    while True:
        for page in dict.fromkeys(pages):
            if page in person.links:
                await person.follow(page)
                if done():
                    return memory, person.clicks
            for name in PRESSES:
                if person.can_press(name):
                    await person.press(name)
                    if done():
                        return memory, person.clicks


def by_page(clicks: Iterable[Click]) -> str:
    """Median and slowest of each page, the slowest page first."""
    found: dict[str, list[float]] = defaultdict(list)
    for click in clicks:
        found[click.page].append(click.ms)
    listed = sorted(found.items(), key=lambda pair: -statistics.median(pair[1]))
    return ", ".join(f"{page} {statistics.median(times):.0f}/{max(times):.0f} ({len(times)})" for page, times in listed)


def said(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def front(server: Server, address: str | None):  # type: ignore[no-untyped-def]
    """Where people go: the only process, a proxy of the reader's own, or the sticky one of this benchmark."""
    if address is not None:
        yield address
    elif len(server.addresses) == 1:
        yield server.addresses[0]
    else:
        with sticky(server.addresses) as found:
            yield found


def measure(home: Home, folder: Path, options: argparse.Namespace) -> int:
    """Prints the tables; the number of errors."""
    pause = (options.think[0], options.think[1])
    cast_of = cast(home, max([*options.people, 1]))
    give_accounts(home, cast_of)
    said(f"{machine()}; pauses of {pause[0]:g} to {pause[1]:g} s, {options.seconds:g} s a row, seed {options.seed}\n\n{HEAD}".rstrip("\n"))
    faults: Counter[str] = Counter()
    notes: list[str] = []

    def person(address: str, number: int) -> Person:
        return Person(address, cast_of[number].name, PASSWORD, random.Random(f"{options.seed}-{number}"), pause)

    def served(log: str):  # type: ignore[no-untyped-def]
        return hall_serve(home, folder / log, options.ports or free_ports(options.processes))

    for many in options.people:
        with served(f"server-{many}.log") as server, front(server, options.address) as address:
            first = [click for one in server.addresses for click in asyncio.run(visited(person(one, 0)))]
            row = asyncio.run(crowd(server, [person(address, number) for number in range(many)], options.seconds))
        said(row.line(options.processes))
        faults += row.faults + Counter(click.fault for click in first if click.fault is not None)
        notes.append(
            f"{many} people signed in and opened a page within {row.entering_s:.0f} s, {COMING_IN} at a time; "
            f"ms by page (median/most, n): {by_page(row.clicks)}; this program {row.own_cpu_s:.1f} CPU s; of the RSS "
            f"{row.alone_start:.0f} MiB warm and {row.alone_end:.0f} after are the server's alone, the rest pages of files"
        )
        notes.append(f"{many} people, the first visitor before them: {by_page(first)}")
    if options.reruns:
        with served("server-rounds.log") as server:
            began, cpu = time.monotonic(), server.cpu_s()
            memory, clicks = asyncio.run(rounds(server, person(server.addresses[0], 0), options.reruns))
            taken, cpu, alone = time.monotonic() - began, server.cpu_s() - cpu, server.own_mib()
        faults += Counter(click.fault for click in clicks if click.fault is not None)
        if min(memory, default=FLAT_FROM + 1) <= FLAT_FROM < max(memory):
            grown = memory[max(memory)] - memory[FLAT_FROM]
            verdict = "flat" if grown <= FLAT_MIB else "not flat"
            said(
                f"\n| reruns of one session | {' | '.join(str(many) for many in memory)} | grown from {FLAT_FROM} on | ≤ {FLAT_MIB:g} MiB |"
            )
            said("|---" * (len(memory) + 3) + "|")
            said(f"| RSS, least of each hundred, MiB | {' | '.join(f'{one:.0f}' for one in memory.values())} | {grown:.0f} | {verdict} |")
        notes.append(
            f"{len(clicks)} reruns in {taken:.0f} s, {cpu / len(clicks) * 1000:.0f} CPU ms each, {alone:.0f} MiB its own: {by_page(clicks)}"
        )
    said("\n" + "\n".join(notes))
    for fault, many in faults.most_common():
        said(f"error, {many} times: {fault}")
    return faults.total()


def numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",") if word]


def pair(text: str) -> tuple[float, float]:
    least, most = (float(word) for word in text.split(","))
    return least, most


def main() -> None:
    """Entry point of `make bench-people`."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.people")
    parser.add_argument("--people", type=numbers, default=[10, 50, 100, 200])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--reruns", type=int, default=1000, help="reruns of one session in a row; 0 for none")
    parser.add_argument("--think", type=pair, default=(2.0, 6.0), help="least and most seconds between two clicks of a person")
    parser.add_argument("--processes", type=int, default=1, help="so many `hall serve` behind a sticky proxy")
    parser.add_argument("--ports", type=numbers, help="ports of the processes, for a proxy of one's own in front of them")
    parser.add_argument("--address", help="that proxy's address, on this machine")
    parser.add_argument("--home", type=Path, help="a home with a published snapshot, which is copied; by default the demo year is made")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.processes = len(options.ports) if options.ports else options.processes
    if max(options.people, default=0) > MOST_PEOPLE or not 1 <= options.processes <= MOST_PROCESSES:
        parser.error(f"at most {MOST_PEOPLE} people and {MOST_PROCESSES} processes")
    if options.address is not None:
        try:
            require_loopback(options.address)
        except ValueError as refusal:
            parser.error(str(refusal))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = options.home
        if source is None:
            from etl.commands.demo import run

            source = folder / "demo"
            with contextlib.redirect_stdout(sys.stderr):
                run(Home(source))
        faults = measure(copied(Home(source), folder / "home"), folder, options)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
