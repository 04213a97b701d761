"""`make bench`: the budgets that concern loading, building and asking, as ratios measured in one run.

Each measurement is a process of its own (`measuring.py`). Loading, beside how others do it, is `ingest.py`.
"""

import argparse
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

from tests.benchmarks import ingest
from tests.benchmarks.measuring import Line, child, machine

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

ASKED = 50


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


def measure_build(place: Path, rows: int) -> tuple[list[Line], str]:
    """Facts and marts of `rows` cases, and two questions at that size beside a tenth of it."""
    asked = []
    built: dict[str, float] = {}
    published: dict[str, float] = {}
    day: dict[str, float] = {}
    for count in (rows // 10, rows):
        home = place / f"home-{count}"
        child("__main__:do_fill", home, str(count))
        built = child("__main__:do_build", home)
        asked.append(child("__main__:do_ask", home))
        published = child("__main__:do_publish", home)
        day = child("__main__:do_day", home, str(count))
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


def report(rows: int) -> None:
    """Measure building and asking, and print the table."""
    sys.stdout.write(f"{machine()}; {rows:,} cases\n\n| what | budget | measured | |\n|---|---|---|---|\n")
    with tempfile.TemporaryDirectory() as folder:
        lines, note = measure_build(Path(folder), rows)
    for line in lines:
        sys.stdout.write(f"| {line.what} | {line.budget} | {line.value:.2f} | {line.verdict} |\n")
    sys.stdout.write(f"\n{note}\n")


def main() -> None:
    """Entry point of `make bench`."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks")
    parser.add_argument("--rows", type=int, help="of loads 100,000 and a million, of builds a million where nothing is said")
    parser.add_argument("--only", choices=("load", "build"))
    parser.add_argument("--repeat", type=int, default=3, help="runs of each load that is compared")
    chosen = parser.parse_args()
    if chosen.only in (None, "load"):
        ingest.report((chosen.rows,) if chosen.rows else ingest.SIZES, chosen.repeat)
    if chosen.only in (None, "build"):
        report(chosen.rows or 1_000_000)


if __name__ == "__main__":
    main()
