"""`make bench`: the budgets that concern loading, building and asking, as ratios measured in one run.

Each measurement is a process of its own; CPU seconds are its user and system time, peak memory its largest resident set.
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
from datetime import date
from importlib.metadata import version
from pathlib import Path

import duckdb

from etl.config import Home, connect

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

TUNED = """
create table parsed as select * from read_csv('{path}', all_varchar = true, header = true);
create table judged as select *, try_cast(收件时间 as timestamp) as received_at, try_cast(受理时间 as timestamp) as accepted_at,
    try_cast(办结时间 as timestamp) as closed_at, try_cast(承诺时限 as bigint) as promised_limit,
    list_filter([
        case when 办件编号 is null then 'missing' end,
        case when 收件时间 is not null and try_cast(收件时间 as timestamp) is null then 'received' end,
        case when 办结时间 is not null and try_cast(办结时间 as timestamp) is null then 'closed' end,
        case when try_cast(办结时间 as timestamp) < try_cast(受理时间 as timestamp) then 'order' end,
        case when 办理结果 not in ('准予', '不予许可', '退件') then 'outcome' end], lambda r: r is not null) as reasons from parsed;
create table accepted as select * exclude (place) from (
    select *, row_number() over (partition by 办件编号 order by closed_at desc) as place
    from judged where len(reasons) = 0) where place = 1;
create table rejected as select * from judged where len(reasons) > 0;
create table ledger as select (select count(*) from accepted) as kept, (select count(*) from rejected) as refused;
drop table parsed; drop table judged;
"""


def child(task: str, *arguments: str) -> dict[str, float]:
    """Run one task of this module in a process of its own; returns its seconds, CPU seconds and peak MiB."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--task", task, *arguments], capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def task(name: str, arguments: list[str]) -> None:
    """One measurement, told as a line of JSON."""
    extra: dict[str, float] = {}
    began = time.monotonic()
    if name == "load":
        from etl.ingest import load

        home = Home(Path(arguments[1]))
        with connect(home) as con:
            load(con, home, [Path(arguments[0])])
    elif name == "tuned":
        with duckdb.connect(arguments[1]) as con:
            con.execute("set preserve_insertion_order = false")
            con.execute(TUNED.replace("{path}", arguments[0]))
    elif name == "bare":
        with duckdb.connect(arguments[1]) as con:
            con.execute(f"create table t as from read_csv('{arguments[0]}', header = true, ignore_errors = true)")
    elif name == "build":
        from etl.engine import build

        home = Home(Path(arguments[0]))
        with connect(home) as con:
            build(con, home)
    else:
        from etl.indicators import Query, evaluate

        year = Query(date(2018, 1, 1), date(2018, 12, 31), by=("day",))
        with connect(Home(Path(arguments[0]))) as con:
            times = []
            for _ in range(30):
                start = time.monotonic()
                evaluate(con, "received", year)
                times.append(time.monotonic() - start)
            extra["median_ms"] = statistics.median(times) * 1000
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = used.ru_maxrss / 1024
    sys.stdout.write(json.dumps({"wall": time.monotonic() - began, "cpu": used.ru_utime + used.ru_stime, "peak": peak, **extra}) + "\n")


def machine() -> str:
    """The machine in a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()} {platform.system()}, "
        f"Python {platform.python_version()}, DuckDB {version('duckdb')}"
    )


def report(rows: int) -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        text, national, few = place / "cases.csv", place / "cases-gb.csv", place / "few.csv"
        for path, count in ((text, rows), (few, rows // 10)):
            duckdb.sql(GENERATE.format(rows=count, path=path))
        with text.open(encoding="utf-8") as source, national.open("w", encoding="gb18030") as target:
            for block in iter(lambda: source.read(1 << 22), ""):
                target.write(block)
        bare = child("bare", str(text), str(place / "bare.duckdb"))
        tuned = child("tuned", str(text), str(place / "tuned.duckdb"))
        ours = child("load", str(text), str(place / "home"))
        gb = child("load", str(national), str(place / "home-gb"))
        child("load", str(few), str(place / "home-few"))
        made = child("build", str(place / "home"))
        child("build", str(place / "home-few"))
        asked, asked_few = child("ask", str(place / "home")), child("ask", str(place / "home-few"))
    lines = [
        ("load, CPU ÷ hand-tuned SQL", "≤ 1.3", ours["cpu"] / tuned["cpu"], 1.3),
        ("load, CPU ÷ bare typed read_csv", "≤ 2.0", ours["cpu"] / bare["cpu"], 2.0),
        ("load, CPU GB18030 ÷ UTF-8", "≤ 1.3", gb["cpu"] / ours["cpu"], 1.3),
        ("load, peak memory (GiB)", "≤ 1 at 1 M", ours["peak"] / 1024, 1.0),
        ("build, wall seconds (60 allowed at 10 M)", f"≤ {60 * rows / 1e7:.0f}", made["wall"], 60 * rows / 1e7),
        ("mart query, median ms", "≤ 20", asked["median_ms"], 20.0),
        (f"the same, {rows:,} ÷ {rows // 10:,} cases", "≤ 1.5", asked["median_ms"] / asked_few["median_ms"], 1.5),
    ]
    sys.stdout.write(f"{machine()}; {rows:,} cases\n\n| what | budget | measured | |\n|---|---|---|---|\n")
    for what, budget, value, limit in lines:
        sys.stdout.write(f"| {what} | {budget} | {value:.2f} | {'kept' if value <= limit else 'missed'} |\n")
    cpu = f"bare {bare['cpu']:.1f}, tuned {tuned['cpu']:.1f}, load {ours['cpu']:.1f}, GB18030 {gb['cpu']:.1f}, build {made['cpu']:.1f}"
    sys.stdout.write(f"\nCPU seconds in this run: {cpu}\n")


def main() -> None:
    """Entry point of `make bench`."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--task")
    parser.add_argument("arguments", nargs="*")
    chosen = parser.parse_args()
    if chosen.task:
        task(chosen.task, chosen.arguments)
    else:
        report(chosen.rows)


if __name__ == "__main__":
    main()
