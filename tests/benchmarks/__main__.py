"""`make bench`: the budgets that concern loading, building and asking, as ratios measured in one run.

Each measurement is a process of its own; CPU seconds are its user and system time with its children's, peak memory its
largest resident set. Compiled modules are kept between the runs, as on an office's machine, and a yardstick imports nothing of
ours. What is compared takes turns, and the medians are compared, because other work on a machine comes and goes.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import duckdb

GENERATE = """
copy (select 'YW' || lpad(cast(i as varchar), 9, '0') as 办件编号,
    '11350902003987' || lpad(cast(i % 3000 as varchar), 10, '0') as 事项编码,
    '食品经营许可新办' || (i % 300) as 事项名称, '第' || (i % 40) || '局' as 部门, (i % 60) || '号窗口' as 窗口,
    ['窗口', '网上', '移动端'][i % 3 + 1] as 渠道, '林某某' as 申请人,
    strftime(timestamp '2018-01-01' + to_minutes(i % 500000), '%Y-%m-%d %H:%M:%S') as 收件时间,
    strftime(timestamp '2018-01-01 01:00:00' + to_minutes(i % 500000), '%Y-%m-%d %H:%M:%S') as 受理时间,
    cast(i % 20 as varchar) as 承诺时限, '工作日' as 承诺时限单位,
    case when i % 50 = 0 then '2018-13-01'
        else strftime(timestamp '2018-01-03' + to_minutes(i % 500000), '%Y-%m-%d %H:%M:%S') end as 办结时间,
    case when i % 1000 = 7 then '也许' else '准予' end as 办理结果
 from range({rows}) t(i)) to '{path}' (header)
"""

# The same cases as they lie in the warehouse once loaded; a third of the last four weeks' is open, 2.7 % of all.
FILLED = ["case_no", "item_code", "item_name", "department", "window_name", "channel", "applicant_name"]
FILLED += ["received_at", "accepted_at", "promised_limit", "promised_unit", "closed_at", "outcome"]
FILL = """
insert into {table} ({columns}, _version, _batch_id, _line)
select 'YW' || lpad(cast(i as varchar), 9, '0'), '11350902003987' || lpad(cast(i % 3000 as varchar), 10, '0'),
    '食品经营许可新办' || (i % 300), '第' || (i % 40) || '局', (i % 60) || '号窗口', ['window', 'web', 'mobile'][i % 3 + 1], '林某某',
    timestamp '2018-01-01' + to_minutes(i % 500000), timestamp '2018-01-01 01:00:00' + to_minutes(i % 500000),
    i % 20, 'workday', case when i % 500000 < 460000 or i % 3 > 0 then timestamp '2018-01-03' + to_minutes(i % 500000) end,
    case when i % 500000 < 460000 or i % 3 > 0 then 'approved' end, timestamp '2018-01-03' + to_minutes(i % 500000), 'B000000', i + 2
from range(?) t(i)
"""

# One day more: its new cases, a third of them closed, and open ones of a former day that were closed on it.
DAY = """
copy (
select 'YX' || lpad(cast(i as varchar), 9, '0') as 办件编号,
    '11350902003987' || lpad(cast(i % 3000 as varchar), 10, '0') as 事项编码,
    '食品经营许可新办' || (i % 300) as 事项名称, '第' || (i % 40) || '局' as 部门, (i % 60) || '号窗口' as 窗口,
    ['窗口', '网上', '移动端'][i % 3 + 1] as 渠道, '林某某' as 申请人,
    strftime(timestamp '2018-12-17 08:00:00' + to_minutes(i % 500), '%Y-%m-%d %H:%M:%S') as 收件时间,
    strftime(timestamp '2018-12-17 09:00:00' + to_minutes(i % 500), '%Y-%m-%d %H:%M:%S') as 受理时间,
    cast(i % 20 as varchar) as 承诺时限, '工作日' as 承诺时限单位,
    case when i % 3 = 0 then '2018-12-17 18:00:00' end as 办结时间, case when i % 3 = 0 then '准予' end as 办理结果
from range({new}) t(i)
union all
select 'YW' || lpad(cast(i as varchar), 9, '0'), '11350902003987' || lpad(cast(i % 3000 as varchar), 10, '0'),
    '食品经营许可新办' || (i % 300), '第' || (i % 40) || '局', (i % 60) || '号窗口', ['窗口', '网上', '移动端'][i % 3 + 1], '林某某',
    strftime(timestamp '2018-01-01' + to_minutes(i % 500000), '%Y-%m-%d %H:%M:%S'),
    strftime(timestamp '2018-01-01 01:00:00' + to_minutes(i % 500000), '%Y-%m-%d %H:%M:%S'),
    cast(i % 20 as varchar), '工作日', '2018-12-17 18:00:00', '准予'
from range({rows}) t(i) where i % 3 = 0 and i % 500000 between 470000 and 471439
) to '{path}' (header)
"""

# The yardstick: what a careful hand writes for this one file. Only the three results go into the file; what lies between
# is temporary, because writing it there too would nearly double the cost and flatter the load.
TUNED = """
create temp table judged as select *, try_cast(收件时间 as timestamp) as received_at, try_cast(受理时间 as timestamp) as accepted_at,
    try_cast(办结时间 as timestamp) as closed_at, try_cast(承诺时限 as bigint) as promised_limit,
    list_filter([
        case when 办件编号 is null then 'missing' end,
        case when (收件时间 is not null and try_cast(收件时间 as timestamp) is null)
            or (受理时间 is not null and try_cast(受理时间 as timestamp) is null)
            or (办结时间 is not null and try_cast(办结时间 as timestamp) is null) then 'time' end,
        case when 承诺时限 is not null and try_cast(承诺时限 as bigint) is null then 'limit' end,
        case when try_cast(办结时间 as timestamp) < try_cast(受理时间 as timestamp) then 'order' end,
        case when 办理结果 not in ('准予', '不予许可', '退件') then 'outcome' end], lambda r: r is not null) as reasons
    from read_csv('{path}', all_varchar = true, header = true);
create table accepted as select * exclude (place) from (
    select *, row_number() over (partition by 办件编号 order by closed_at desc) as place
    from judged where len(reasons) = 0) where place = 1;
create table rejected as select * from judged where len(reasons) > 0;
create table ledger as select (select count(*) from accepted) as kept, (select count(*) from rejected) as refused;
"""

ASKED = 50
PEERS = {"pandera": "pandera"}
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


def do_load(file: str, home: str) -> dict[str, float]:
    from etl.config import Home, connect
    from etl.ingest import load

    place = Home(Path(home))
    with connect(place) as con:
        load(con, place, [Path(file)])
    return {}


def do_tuned(file: str, database: str) -> dict[str, float]:
    with duckdb.connect(database) as con:
        con.execute("set preserve_insertion_order = false")
        con.execute(TUNED.replace("{path}", file))
    return {}


def do_bare(file: str, database: str) -> dict[str, float]:
    with duckdb.connect(database) as con:
        con.execute(f"create table t as from read_csv('{file}', header = true, ignore_errors = true)")
    return {}


def do_fill(home: str, rows: str) -> dict[str, float]:
    from etl.config import Home, connect
    from etl.ingest.warehouse import ensure_tables, storage
    from etl.records import contract

    with connect(Home(Path(home))) as con:
        ensure_tables(con)
        table = storage(con, contract("case"), FILLED).table
        con.execute(FILL.format(table=table, columns=", ".join(FILLED)), [int(rows)])
    return {}


def do_build(home: str) -> dict[str, float]:
    from etl.config import Home, connect
    from etl.engine import build

    place = Home(Path(home))
    with connect(place) as con:
        build(con, place)
    return {}


def do_day(home: str, rows: str) -> dict[str, float]:
    """One more day in a hall of so many cases: the wall seconds of loading it and of building what it changes."""
    from etl.config import Home, connect
    from etl.engine import build
    from etl.ingest import load

    place, file = Home(Path(home)), Path(home) / "day.csv"
    duckdb.sql(DAY.format(new=int(rows) // 347, rows=int(rows), path=file))
    with connect(place) as con:
        began = time.monotonic()
        (loaded,) = load(con, place, [file])
        between, busy = time.monotonic(), time.process_time()
        result = build(con, place, full=False)
        taken, cpu = time.monotonic() - between, time.process_time() - busy
    assert {"narrowed", "summed"} <= {run.way for run in result.runs}
    for run in sorted(result.runs, key=lambda one: -one.seconds)[:8]:
        sys.stderr.write(f"{run.name} {run.way} {run.seconds:.2f} s\n")
    return {"load": between - began, "build": taken, "build_cpu": cpu, "inserted": float(loaded.inserted), "updated": float(loaded.updated)}


def do_publish(home: str) -> dict[str, float]:
    """The wall seconds of publishing what is built, and the size of the snapshot in MiB."""
    from etl.config import Home, connect
    from etl.publish import current, publish

    place = Home(Path(home))
    with connect(place) as con:
        began = time.monotonic()
        publish(con, place)
        taken = time.monotonic() - began
    snapshot = current(place)
    return {"publish": taken, "size": snapshot.stat().st_size / 1024**2 if snapshot else 0.0}


def do_pandera(file: str, database: str) -> dict[str, float]:
    from tests.benchmarks.peers import pandas_with_pandera

    return pandas_with_pandera(file, database)


def do_ask(home: str) -> dict[str, float]:
    """The median of one question as a chart asks it, by department and by day of receipt, in milliseconds."""
    from etl.config import Home, connect
    from etl.indicators import Query, evaluate

    first, last = date(2018, 1, 1), date(2018, 12, 31)
    questions = (("on_time_rate", Query(first, last, by=("department",))), ("received", Query(first, last, by=("day",))))
    medians: dict[str, float] = {}
    with connect(Home(Path(home)), read_only=True) as con:
        for name, query in questions:
            times = []
            for _ in range(ASKED):
                start = time.monotonic()
                evaluate(con, name, query)
                times.append(time.monotonic() - start)
            medians[name] = statistics.median(times) * 1000
    return medians


TASKS: dict[str, Callable[..., dict[str, float]]] = {
    "load": do_load,
    "tuned": do_tuned,
    "bare": do_bare,
    "fill": do_fill,
    "build": do_build,
    "day": do_day,
    "publish": do_publish,
    "pandera": do_pandera,
    "ask": do_ask,
}


def task(name: str, arguments: list[str]) -> None:
    """One measurement, told as a line of JSON."""
    began = time.monotonic()
    extra = TASKS[name](*arguments)
    wall = time.monotonic() - began
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    peak = max(own.ru_maxrss, children.ru_maxrss) / 1024**2
    sys.stdout.write(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, **extra}) + "\n")


def child(name: str, *arguments: str | Path) -> dict[str, float]:
    """Run one task in a process of its own; returns its wall and CPU seconds, its peak in GiB and what else it measured."""
    command = [sys.executable, "-m", "tests.benchmarks", "--task", name, *map(str, arguments)]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    # Warnings of a peer are not ours to show.
    environment = {**kept, "PYTHONPYCACHEPREFIX": str(COMPILED), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure_load(place: Path, rows: int, repeat: int) -> tuple[list[Line], str]:
    """CPU of a load beside the two yardsticks and beside the same file in GB18030, and its peak memory."""
    text, national = place / "cases.csv", place / "cases-gb.csv"
    duckdb.sql(GENERATE.format(rows=rows, path=text))
    with text.open(encoding="utf-8") as source, national.open("w", encoding="gb18030") as target:
        for block in iter(lambda: source.read(1 << 22), ""):
            target.write(block)
    runs: dict[str, list[dict[str, float]]] = {"bare": [], "tuned": [], "load": [], "gb": []}
    # Peers hold the whole file in memory: at 10 M rows they would need more than the machine has.
    runs |= {name: [] for name, needs in PEERS.items() if find_spec(needs) and rows <= 2_000_000}
    sample = place / "sample.csv"
    duckdb.sql(GENERATE.format(rows=1000, path=sample))
    for number in range(repeat + 1):
        for name, taken in runs.items():
            if name in PEERS and number > 1:
                continue
            with tempfile.TemporaryDirectory(dir=place) as made:
                file, base = (national if name == "gb" else text), ("load" if name == "gb" else name)
                # The first round compiles the modules.
                measured = child(base, file if number else sample, Path(made) / ("home" if base == "load" else "made.duckdb"))
                taken += [measured] if number else []
    cpu = {name: statistics.median(run["cpu"] for run in taken) for name, taken in runs.items()}
    peak = max(run["peak"] for run in (*runs["load"], *runs["gb"]))
    most = 4.0 if rows > 1_000_000 else 1.0
    lines = [
        Line("load, CPU ÷ hand-tuned SQL", "≤ 1.3", cpu["load"] / cpu["tuned"], 1.3),
        Line("load, CPU ÷ bare typed read_csv", "≤ 2.0", cpu["load"] / cpu["bare"], 2.0),
        Line("load, CPU GB18030 ÷ UTF-8", "≤ 1.3", cpu["gb"] / cpu["load"], 1.3),
        Line("load, peak memory, GiB", f"≤ {most:.0f}", peak, most),
    ]
    if "pandera" in cpu:
        lines.append(Line("pandas + pandera, CPU ÷ load", "≥ 3", cpu["pandera"] / cpu["load"], 3.0, is_least=True))
    spread = "; ".join(f"{name} " + ", ".join(f"{run['cpu']:.1f}" for run in taken) for name, taken in runs.items())
    peaks = "; ".join(f"{name} {max(run['peak'] for run in taken):.2f}" for name, taken in runs.items())
    return lines, f"CPU seconds: {spread}\nPeak GiB: {peaks}"


def measure_build(place: Path, rows: int) -> tuple[list[Line], str]:
    """Facts and marts of `rows` cases, and two questions at that size beside a tenth of it."""
    asked = []
    built: dict[str, float] = {}
    published: dict[str, float] = {}
    day: dict[str, float] = {}
    for count in (rows // 10, rows):
        home = place / f"home-{count}"
        child("fill", home, str(count))
        built = child("build", home)
        asked.append(child("ask", home))
        published = child("publish", home)
        day = child("day", home, str(count))
    allowed = 60 * rows / 1e7
    few, many = asked
    lines = [Line("build facts and marts, wall seconds (60 at 10 M)", f"≤ {allowed:.0f}", built["wall"], allowed)]
    lines.append(Line("build what one more day changes, wall seconds (3 at 10 M)", "≤ 3", day["build"], 3.0))
    lines.append(Line("the same ÷ a full build", "", day["build"] / built["wall"], float("inf")))
    lines.append(Line("publish, wall seconds", "", published["publish"], float("inf")))
    lines.append(Line("snapshot, MiB", "", published["size"], float("inf")))
    for name, by in (("on_time_rate", "department"), ("received", "day")):
        lines.append(Line(f"{name} by {by}, median of {ASKED}, ms", "≤ 20", many[name], 20.0))
        lines.append(Line(f"the same, {rows:,} ÷ {rows // 10:,} cases", "≤ 1.5", many[name] / few[name], 1.5))
    return lines, (
        f"build: {built['wall']:.1f} s, {built['cpu']:.1f} CPU s, peak {built['peak']:.1f} GiB; "
        f"one more day of {day['inserted']:,.0f} new and {day['updated']:,.0f} changed cases: "
        f"load {day['load']:.1f} s, build {day['build_cpu']:.1f} CPU s"
    )


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


def report(rows: int, only: str | None, repeat: int) -> None:
    """Measure and print the table."""
    sys.stdout.write(f"{machine()}; {rows:,} cases\n\n| what | budget | measured | |\n|---|---|---|---|\n")
    notes = []
    measures = {"load": lambda place: measure_load(place, rows, repeat), "build": lambda place: measure_build(place, rows)}
    for name, measure in measures.items():
        if only in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                lines, note = measure(Path(folder))
            notes.append(note)
            for line in lines:
                sys.stdout.write(f"| {line.what} | {line.budget} | {line.value:.2f} | {line.verdict} |\n")
            sys.stdout.flush()
    sys.stdout.write("\n" + "\n".join(notes) + "\n")


def main() -> None:
    """Entry point of `make bench`."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", choices=("load", "build"))
    parser.add_argument("--repeat", type=int, default=3, help="runs of each load that is compared")
    parser.add_argument("--task", choices=tuple(TASKS), help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs="*", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.task:
        task(chosen.task, chosen.arguments)
    else:
        report(chosen.rows, chosen.only, chosen.repeat)


if __name__ == "__main__":
    main()
