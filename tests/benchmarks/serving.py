"""`hall serve` on loopback for a benchmark: a home with accounts, the server's processes, and what they take of the machine."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from etl.access import people
from etl.access.principal import Principal, Role
from etl.config import HallError, Home, settings_from
from etl.office import open_office
from etl.publish import current, open_snapshot
from tests.chromium import CHECKOUT, free_port, wait_until_healthy

PASSWORD = "Red-Lantern-2018"
HALL = (sys.executable, "-c", "from etl.cli import main; main()")
# Of ten people at a hall's dashboard: five of the staff, three heads of a window, the manager, a leader.
ROUND: tuple[Role, ...] = (
    "manager", "staff", "window_head", "staff", "leader", "staff", "window_head", "staff", "window_head", "staff",
)  # fmt: skip
# Files of a home that a server reads; records, inbox and keys stay where they are.
LEFT_OUT = ("inbox", "warehouse*", "tmp", "keys", "*.lock")
TICKS = os.sysconf("SC_CLK_TCK")
SAMPLE_S = 0.25


def copied(home: Home, root: Path) -> Home:
    """What a server needs of a home, in a folder of its own: people are added there and nothing is written to the home itself.

    Raises HallError where people do not sign in with a password.
    """
    shutil.copytree(home.root, root, ignore=shutil.ignore_patterns(*LEFT_OUT))
    made = Home(root)
    made.make()
    if settings_from(made).sign_in.mode != "accounts":
        raise HallError("该目录不是用账号登录的", "people of this home do not sign in with a password")
    return made


def cast(home: Home, many: int) -> list[Principal]:
    """So many people, by the shares of a hall, with the hall's own windows and staff numbers in turn."""
    path = current(home)
    if path is None:
        raise HallError("还没有发布数据", "nothing is published")
    with open_snapshot(path) as con:
        windows = [
            row[0] for row in con.execute("select distinct window_name from fact_case where window_name <> '' order by 1").fetchall()
        ]
        posts = con.execute("select distinct window_name, staff_no from fact_staff_post where to_on is null order by 1, 2").fetchall()
    made = []
    for number in range(many):
        role, name = ROUND[number % len(ROUND)], f"bench-{number:03d}"
        place = sum(ROUND[before % len(ROUND)] == role for before in range(number))
        if role == "staff" and posts:
            window, staff_no = posts[place % len(posts)]
            made.append(Principal(name, role, window=window, staff_no=staff_no))
        else:
            window = windows[place % len(windows)] if role in ("staff", "window_head") else None
            made.append(Principal(name, role, window=window, staff_no="0000" if role == "staff" else None))
    return made


def give_accounts(home: Home, persons: Sequence[Principal]) -> None:
    """Accounts with the password `PASSWORD`, as after the first change of it."""
    office = open_office(home)
    for who in persons:
        people.add(office, who, PASSWORD, "benchmark", datetime.now())
    with office.writing() as con:
        con.executemany("update person set must_change = 0 where name = ?", [(who.name,) for who in persons])


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@dataclass
class Server:
    """The serving processes of one or several `hall serve`, as the kernel counts them."""

    addresses: list[str]
    pids: list[int]
    seen: list[float] = field(default_factory=list)

    def cpu_s(self) -> float:
        """CPU seconds of all of them so far."""
        return sum(cpu_s(pid) for pid in self.pids)

    def rss_mib(self) -> float:
        """Resident memory of all of them together, in MiB."""
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.pids)
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def own_mib(self) -> float:
        """What of it is theirs alone, in MiB: the rest are pages of files, libraries above all, which processes share."""
        lines = (line for pid in self.pids for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 2**10

    async def watch(self) -> None:
        """Notes the memory until it is cancelled."""
        while True:
            self.seen.append(self.rss_mib())
            await asyncio.sleep(SAMPLE_S)


@contextlib.contextmanager
def hall_serve(home: Home, log: Path, ports: Sequence[int]) -> Iterator[Server]:
    """`hall serve` once for each port, all for one home, until the block ends."""
    started: list[subprocess.Popen[bytes]] = []
    kept = {name: value for name, value in os.environ.items() if name not in ("HALL_ACCESS", "HALL_HOME")}
    addresses = [f"http://127.0.0.1:{port}" for port in ports]
    try:
        with log.open("ab") as output:
            for port in ports:
                command = [*HALL, "--home", str(home.root), "serve", "--port", str(port)]
                started.append(subprocess.Popen(command, cwd=CHECKOUT, env=kept, stdout=output, stderr=subprocess.STDOUT))
        for address, process in zip(addresses, started, strict=True):
            wait_until_healthy(address, process)
        yield Server(addresses, [child for process in started for child in children_of(process.pid)])
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_ports(many: int) -> list[int]:
    found: list[int] = []
    while len(found) < many:
        port = free_port()
        found += [port] if port not in found else []
    return found
