"""Random cases for tests of facts, marts and indicators: every course a case can take, from a seed."""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import duckdb

from etl.ingest.warehouse import ensure_tables

Record = dict[str, object]
DEPARTMENTS = ("住建局", "民政局", "", None)
WINDOWS = ("1号窗口", "2号窗口", None)
CHANNELS = ("window", "web", "mobile", None)
TYPES = ("instant", "committed_ordinary", "committed_special", None)
KINDS = ("licence", "public_service")


def insert(con: duckdb.DuckDBPyConnection, record: str, rows: Sequence[Record]) -> None:
    """Puts records into `raw_<record>`; fields not given are null."""
    ensure_tables(con)
    for row in rows:
        names = ", ".join(row)
        marks = ", ".join("?" for _ in row)
        con.execute(f"insert into raw_{record} ({names}) values ({marks})", list(row.values()))


def _at(rng: random.Random, day: date) -> datetime:
    return datetime.combine(day, time(rng.randrange(8, 18), rng.randrange(60)))


def random_case(rng: random.Random, number: int) -> Record:
    """A case received in the first half of 2018: open, closed, refused, returned or withdrawn; with a limit, none, or a date."""
    received = date(2018, 1, 2) + timedelta(days=rng.randrange(150))
    course = rng.choice(["open", "same_day", "closed", "closed", "closed", "refused", "returned", "withdrawn", "not_accepted"])
    accepted = None if course in ("refused", "returned", "not_accepted") else received + timedelta(days=rng.choice([0, 0, 0, 1, 3, 12]))
    closed = None
    if course in ("closed", "withdrawn") and accepted is not None:
        closed = accepted + timedelta(days=rng.choice([0, 1, 2, 5, 9, 20, 35, 70, 100]))
    elif course == "same_day":
        accepted = closed = received
    elif course in ("refused", "returned"):
        closed = received + timedelta(days=rng.choice([0, 1, 2]))
    limit = rng.choice([None, 0, 1, 3, 5, 10, 20])
    unit = rng.choice(["workday", "workday", "day"])
    statutory = rng.choice([None, 20, 45])
    outcome = course if course in ("refused", "returned", "withdrawn") else ("approved" if closed else None)
    return {
        "case_no": f"case-{number:05d}",
        "item_code": rng.choice(["item-1", "item-2", None]),
        "item_name": rng.choice(["施工许可", "低保申请"]),
        "department": rng.choice(DEPARTMENTS),
        "window_name": rng.choice(WINDOWS),
        "channel": rng.choice(CHANNELS),
        "case_type": rng.choice(TYPES),
        "applicant_name": rng.choice(["张明", "欧阳小华", "宁德建工有限公司"]),
        "applicant_id_no": "350902180001010019",
        "applicant_phone": "12000000000",
        "received_at": _at(rng, received),
        "accepted_at": None if accepted is None else max(_at(rng, accepted), datetime.combine(accepted, time(18))),
        "closed_at": None if closed is None else datetime.combine(closed, time(19)),
        "promised_limit": limit,
        "promised_unit": None if limit is None else unit,
        "statutory_limit": statutory,
        "statutory_unit": None if statutory is None else "workday",
        "outcome": outcome,
        "supplement_notice_at": _at(rng, received) if rng.random() < 0.1 else None,
        "remark": "电话 12000000000",
    }


def random_cases(seed: int, count: int) -> list[Record]:
    """The same cases for the same seed."""
    rng = random.Random(seed)
    return [random_case(rng, number) for number in range(count)]


def random_suspensions(seed: int, cases: Sequence[Record]) -> list[Record]:
    """Pauses of some of the cases, a few of them still open."""
    rng = random.Random(seed)
    made: list[Record] = []
    for case in cases:
        accepted = case["accepted_at"]
        if isinstance(accepted, datetime) and rng.random() < 0.25:
            started = accepted + timedelta(days=rng.randrange(1, 8))
            ended = None if rng.random() < 0.3 else started + timedelta(days=rng.randrange(0, 15))
            made.append({"case_no": case["case_no"], "kind": rng.choice(["hearing", "testing"]), "started_at": started, "ended_at": ended})
    return made
