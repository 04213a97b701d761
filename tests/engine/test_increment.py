"""Computing what changed gives what computing everything gives, whatever changed: every fact and mart, row for row."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from oracles.cases import random_case, random_suspensions

from etl.config import SHIPPED, Home, connect
from etl.engine import build
from etl.engine.models import read_model, read_models
from etl.ingest import load
from etl.records import ContractField, codes, contract, contracts

pytestmark = pytest.mark.slow
NOW = datetime(2018, 12, 31, 18)
PRIVATE = ("applicant_id_no", "applicant_phone", "remark")
ITEMS = [
    {"item_code": f"item-{n}000000", "item_version": "1", "item_name": name, "department": "住建局", "valid_from": date(2018, 1, 1)}
    for n, name in ((1, "施工许可"), (2, "低保申请"))
]


class Office:
    """A hall whose records change from round to round: each change comes as a file, as in life."""

    def __init__(self, con, home: Home, seed: int) -> None:
        self.con, self.home, self.rng = con, home, random.Random(seed)
        self.files = 0
        self.clock = datetime(2018, 7, 1)
        self.cases: dict[int, dict[str, object]] = {}

    def bring(self, record: str, rows, exact: bool = True) -> None:
        self.files += 1
        self.clock += timedelta(hours=1)
        labels = {field.name: field.zh for field in contract(record).fields}
        names = list(rows[0])
        path = self.home.inbox / f"{record}-{self.files}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([*(labels[name] for name in names), labels["synced_at"]])
            for row in rows:
                writer.writerow([*("" if row[name] is None else row[name] for name in names), self.clock])
        (result,) = load(self.con, self.home, [path], record=record)
        assert result.quarantined == 0 or not exact

    def case(self, number: int, closed_by: datetime | None = None):
        while True:
            row = {name: value for name, value in random_case(self.rng, number).items() if name not in PRIVATE}
            row["item_code"] = row["item_code"] and f"{row['item_code']}000000"
            row["sync_operation"] = "I"
            if closed_by is None or (row["closed_at"] or closed_by) < closed_by:
                self.cases[number] = row
                return row

    def begin(self) -> None:
        self.bring("item", ITEMS)
        self.bring("case", [self.case(number, datetime(2018, 4, 1) if number % 8 else None) for number in range(500)])
        self.suspend(40)

    def new(self, count: int) -> None:
        first = len(self.cases)
        self.bring("case", [self.case(first + number) for number in range(count)])

    def change(self, count: int) -> None:
        self.bring("case", [self.case(number) for number in self.rng.sample(list(self.cases), count)])

    def delete(self, count: int) -> None:
        self.bring("case", [{**self.cases[number], "sync_operation": "D"} for number in self.rng.sample(list(self.cases), count)])

    def suspend(self, count: int) -> None:
        chosen = [self.cases[number] for number in self.rng.sample(list(self.cases), count)]
        if rows := random_suspensions(self.rng.randrange(10**6), chosen):
            self.bring("suspension", rows)

    def bring_others(self, count: int) -> None:
        """A few of every other record type, with values that mean something only by their type; what is refused does not matter."""
        others = [one for one in contracts().values() if one.record not in ("case", "suspension", "item")]
        for one in self.rng.sample(others, 3):
            fields = [field for field in one.fields if field.name not in ("synced_at", "sync_operation", *PRIVATE)]
            rows = [{field.name: self._any(field, field.name in one.key) for field in fields} for _ in range(count)]
            self.bring(one.record, rows, exact=False)

    def _any(self, field: ContractField, is_key: bool) -> object:
        if not (is_key or field.required) and self.rng.random() < 0.3:
            return None
        if field.name == "case_no":
            return self.cases[self.rng.choice(list(self.cases))]["case_no"]
        if field.codes is not None:
            return self.rng.choice([code.zh for code in codes()[field.codes].values()])
        if field.type in ("date", "datetime"):
            return datetime(2018, 2, 1, 9) + timedelta(minutes=self.rng.randrange(60 * 24 * 100))
        if field.type in ("integer", "decimal"):
            return self.rng.randrange(1, 9)
        if field.type == "boolean":
            return self.rng.choice(["是", "否"])
        return f"{field.name[:12]}-{self.rng.randrange(30 if is_key else 4):07d}"

    def list_items(self) -> None:
        limit = self.rng.choice([3, 8])
        self.bring("item", [{**item, "promised_limit": limit, "promised_unit": "workday"} for item in ITEMS])

    def move_holiday(self) -> None:
        folder = self.home.root / "calendars"
        folder.mkdir(exist_ok=True)
        day = date(2018, 3, 1) + timedelta(days=self.rng.randrange(60))
        (folder / "county.csv").write_text(f"day,is_workday,name,source\n{day},0,停电,通知\n", "utf-8")

    def set_due_soon(self) -> None:
        self.home.settings_file.write_text(f"due_soon_workdays = {self.rng.randrange(1, 9)}\n", "utf-8")


STEPS = [
    lambda office: office.new(9),
    lambda office: office.change(7),
    lambda office: office.delete(4),
    lambda office: office.suspend(12),
    lambda office: office.bring_others(20),
    Office.list_items,
    Office.move_holiday,
    Office.set_due_soon,
    lambda office: None,
]
WEIGHTS = [6, 6, 4, 6, 3, 1, 1, 1, 2]


def set_rule(office: Office) -> None:
    folder = office.home.root / "rules"
    folder.mkdir(exist_ok=True)
    shipped = (SHIPPED / "rules" / "return-reasons.toml").read_text("utf-8")
    (folder / "return-reasons.toml").write_text(shipped + "\n", "utf-8")


def set_mapping(office: Office) -> None:
    folder = office.home.root / "mappings"
    folder.mkdir(exist_ok=True)
    (folder / "own.toml").write_text((SHIPPED / "mappings" / "mailbox-platform.toml").read_text("utf-8"), "utf-8")


def model_of(name: str, sql: str, home: Home):
    path = home.tmp / f"{name}.sql"
    path.write_text(sql, "utf-8")
    return read_model(path)


def content(con, name: str):
    """Rows and what is in them, whatever their order."""
    return con.execute(f"select count(*), sum(cast(hash(t) as hugeint)), bit_xor(hash(t)) from {name} t").fetchone()


def differs_from_whole(con, home, as_of, ways) -> list[object]:
    """The tables that a build of everything makes otherwise than they are."""
    made = {run.name: content(con, run.name) for run in ways}
    whole = build(con, home, as_of=as_of, now=NOW, full=True)
    assert {run.way for run in whole.runs} == {"whole"}
    return [(run.name, run.way) for run in ways if content(con, run.name) != made[run.name]]


def ways_of(result) -> dict[str, str]:
    return {run.name: run.way for run in result.runs}


def holds(home, seed: int, rounds: int) -> list[str]:
    """Rounds of random changes, each built and compared; returns the ways that fact_case went."""
    ways: list[str] = []
    with connect(home) as con:
        office = Office(con, home, seed)
        office.begin()
        as_of = date(2018, 5, 20)
        build(con, home, as_of=as_of, now=NOW)
        for number in range(rounds):
            # Some builds follow one another without a whole one between them.
            for _ in range(office.rng.choice([1, 1, 2])):
                taken = office.rng.choices(range(len(STEPS)), WEIGHTS, k=office.rng.choice([1, 1, 2, 3]))
                for step in taken:
                    STEPS[step](office)
                as_of += timedelta(days=office.rng.choice([0, 0, 1, 1, 4, -2]))
                result = build(con, home, as_of=as_of, now=NOW, full=False)
                ways.append(ways_of(result)["fact_case"])
            assert differs_from_whole(con, home, as_of, result.runs) == [], (number, taken, as_of)
    return ways


@pytest.mark.parametrize("seed", [1, 2])
def test_what_changed_alone_gives_what_everything_gives(home, seed):
    ways = holds(home, seed, 6)
    assert ways.count("narrowed") >= 3, ways


def test_one_more_day_is_narrowed_and_anything_uncertain_is_whole(home):
    with connect(home) as con:
        office = Office(con, home, 7)
        office.begin()
        as_of = date(2018, 5, 20)
        own = [
            *read_models(),
            model_of("mart_own", "select department, max(received_on) as latest from fact_case group by department", home),
        ]

        def again(day: date = as_of, now: datetime = NOW, models=own) -> dict[str, str]:
            return ways_of(build(con, home, as_of=day, now=now, models=models, full=False))

        assert set(again().values()) == {"whole"}, "there was no build before"
        # Of the ledger no account is kept, so what reads it is always computed.
        ledger = {name for name, way in again().items() if way == "whole"}
        assert "mart_load_day" in ledger
        assert not ledger & {"fact_case", "fact_ticket", "mart_case_day", "mart_own"}
        office.change(5)
        ways = again()
        assert (ways["fact_case"], ways["mart_case_day"], ways["mart_item_catalogue"]) == ("narrowed", "summed", "kept")
        assert ways["mart_own"] == "whole", "a model that says nothing of itself"
        ways = again(as_of + timedelta(days=1))
        assert (ways["fact_case"], ways["mart_backlog_change"], ways["fact_answer"]) == ("narrowed", "summed", "whole")
        assert set(again(now=NOW + timedelta(days=8)).values()) == {"whole"}, "a week has passed"
        assert set(again(models=own[:-1]).values()) == {"whole"}, "another set of models"
        changed = replace(own[0], sql=own[0].sql + "\n-- other words")
        assert set(again(models=[changed, *own[1:-1]]).values()) == {"whole"}, "another model"
        for change in (Office.move_holiday, Office.set_due_soon, set_rule, set_mapping):
            assert again()["fact_case"] in ("kept", "whole")
            change(office)
            assert set(again().values()) == {"whole"}, change.__name__
        assert again()["fact_case"] == "kept"
        con.execute("delete from stored_case where case_no = (select min(case_no) from stored_case)")
        assert set(again().values()) == {"whole"}, "rows went that no batch accounts for"
        office.change(400)
        assert set(again().values()) == {"whole"}, "most cases changed"


def test_a_measure_that_is_no_sum_is_never_summed(home):
    sql = "-- summed over: fact_case\nselect department, count(*) as cases, {} as other from fact_case group by department"
    for number, other in enumerate(("max(used_workdays)", "count(distinct channel)", "avg(used_workdays)")):
        assert model_of(f"mart_{number}", sql.format(other), home).summed is None, other
    assert model_of("mart_sum", sql.format("sum(used_workdays)"), home).measures == ("cases", "other")
    assert model_of("mart_view", "-- materialize: view\n" + sql.format("sum(1)"), home).summed is None


BUILD = (
    "import sys; from datetime import date, datetime; from pathlib import Path; from etl.config import SHIPPED, Home, connect; "
    "from etl.engine import build; home = Home(Path(sys.argv[1])); con = connect(home); print('open', flush=True); "
    "build(con, home, as_of=date(2018, 5, 21), now=datetime(2018, 12, 31, 18), full=False)"
)


@pytest.mark.skipif(os.name != "posix", reason="kills by signal 9")
def test_a_killed_build_leaves_the_next_one_right(home):
    rng = random.Random(5)
    with connect(home) as con:
        office = Office(con, home, 5)
        office.begin()
        build(con, home, as_of=date(2018, 5, 20), now=NOW)
    killed = 0
    for _ in range(3):
        with connect(home) as con:
            office.con = con
            office.change(5)
            office.suspend(5)
        process = subprocess.Popen([sys.executable, "-c", BUILD, str(home.root)], stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"open\n"
        time.sleep(rng.uniform(0.2, 1.5))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
    assert killed
    with connect(home) as con:
        as_of = date(2018, 5, 21)
        result = build(con, home, as_of=as_of, now=NOW, full=False)
        assert ways_of(result)["fact_case"] in ("narrowed", "kept")
        assert differs_from_whole(con, home, as_of, result.runs) == []
