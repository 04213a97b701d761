"""Computing what changed gives what computing everything gives, whatever changed: every fact and mart, row for row."""

import csv
import random
from datetime import date, datetime, timedelta

import pytest
from oracles.cases import random_case, random_suspensions

from etl.config import Home, connect
from etl.engine import build
from etl.engine.models import read_models
from etl.ingest import load
from etl.records import contract

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

    def bring(self, record: str, rows) -> None:
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
        (result,) = load(self.con, self.home, [path])
        assert result.quarantined == 0

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
    Office.list_items,
    Office.move_holiday,
    Office.set_due_soon,
    lambda office: None,
]
WEIGHTS = [6, 6, 4, 6, 1, 1, 1, 2]


def differing(con, names) -> list[str]:
    """The tables that differ from the copy `had_…` of what the build of the changes made."""
    return [
        name
        for name in names
        if con.execute(
            f"select 1 from ((from {name} except all from had_{name}) union all (from had_{name} except all from {name})) limit 1"
        ).fetchall()
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_changed_alone_gives_what_everything_gives(home, seed):
    names = [model.name for model in read_models()]
    ways: list[str] = []
    with connect(home) as con:
        office = Office(con, home, seed)
        office.begin()
        as_of = date(2018, 5, 20)
        build(con, home, as_of=as_of, now=NOW)
        for number in range(12):
            taken = office.rng.choices(range(len(STEPS)), WEIGHTS, k=office.rng.choice([1, 1, 2, 3]))
            for step in taken:
                STEPS[step](office)
            as_of += timedelta(days=office.rng.choice([0, 0, 1, 1, 4, -2]))
            result = build(con, home, as_of=as_of, now=NOW, full=False)
            ways += [run.way for run in result.runs if run.name == "fact_case"]
            for name in names:
                con.execute(f"create or replace temp table had_{name} as from {name}")
            build(con, home, as_of=as_of, now=NOW)
            assert differing(con, names) == [], (number, taken, as_of, [(run.name, run.way) for run in result.runs])
    assert ways.count("narrowed") >= 4, ways
