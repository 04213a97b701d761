"""Halls of random cases, built once a process under each style of rules."""

import random
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from oracles.cases import insert, random_cases, random_suspensions
from oracles.clock import Days
from oracles.days import national_days
from oracles.signals import Workdays
from oracles.small_hall import rows

from etl.config import SHIPPED, Home, connect
from etl.engine import build

AS_OF = date(2018, 7, 31)
STYLES = {
    "default": SHIPPED / "rules" / "supervision-2004.toml",
    "quanzhou": SHIPPED / "rules" / "examples" / "supervision-quanzhou-2007.toml",
    "violation": SHIPPED / "rules" / "examples" / "supervision-violation.toml",
}


@dataclass(frozen=True, repr=False)
class Watched:
    """A built warehouse with its facts, its signals, and what the oracle needs."""

    con: duckdb.DuckDBPyConnection
    rules: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    suspensions: list[dict[str, Any]]
    facts: list[dict[str, Any]]
    signals: list[dict[str, Any]]
    days: Days
    worked: Workdays


def odd_cases(seed: int, count: int) -> list[dict[str, Any]]:
    """Random cases that were also keyed in late, closed in minutes, told twice what is missing, and closed in a heap at month end."""
    rng = random.Random(seed)
    cases = random_cases(seed, count)
    for case in cases:
        received = case["received_at"]
        case["entered_at"] = None if rng.random() < 0.1 else received + timedelta(days=rng.choice([0, 0, 0, 1, 2, 3, 5, -1]))
        if case["closed_at"] and rng.random() < 0.3:
            gap = timedelta(seconds=rng.choice([0, 59, 599, 600, 601, 900]))
            case["closed_at"] = case["accepted_at"] + gap if case["accepted_at"] else case["closed_at"]
            if rng.random() < 0.2 and case["accepted_at"]:
                case["accepted_at"] = case["closed_at"] = datetime.combine(case["accepted_at"].date(), time(0))
        elif case["closed_at"] and rng.random() < 0.35:
            end = rng.choice([date(2018, 3, 30), date(2018, 3, 31), date(2018, 4, 28), date(2018, 5, 31), date(2018, 6, 29)])
            if case["closed_at"].date() < end and case["received_at"].date() <= end:
                case["closed_at"] = datetime.combine(end, time(rng.choice([9, 11, 15, 16, 16]), rng.randrange(60)))
    return cases


def odd_suspensions(seed: int, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Random pauses, many of them opened when the limit was about to run out, and supplements."""
    rng = random.Random(seed)
    made = {(stop["case_no"], stop["kind"], stop["started_at"]): stop for stop in random_suspensions(seed, cases)}
    for case in cases:
        begun, limit = case["accepted_at"], case["promised_limit"]
        if begun and limit and rng.random() < 0.4:
            started = datetime.combine(begun.date(), time(9)) + timedelta(days=round(limit * 1.4) + rng.choice([-1, 0, 0, 1]))
            ended = None if rng.random() < 0.2 else started + timedelta(days=rng.randrange(1, 12))
            made[case["case_no"], "testing", started] = {
                "case_no": case["case_no"], "kind": "testing", "started_at": started, "ended_at": ended,
            }  # fmt: skip
        for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
            started = case["received_at"] + timedelta(days=rng.randrange(0, 9))
            made[case["case_no"], "supplement", started] = {
                "case_no": case["case_no"], "kind": "supplement", "started_at": started, "ended_at": started,
            }  # fmt: skip
    return list(made.values())


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Watched]]:
    """The hall under a style of rules, by the style's name."""
    made: dict[str, Watched] = {}

    def under(style: str) -> Watched:
        if style not in made:
            home = Home(tmp_path_factory.mktemp(style))
            home.make()
            (home.root / "rules").mkdir()
            shutil.copy(STYLES[style], home.root / "rules" / "supervision-own.toml")
            con = connect(home)
            cases = odd_cases(11, 700)
            suspensions = odd_suspensions(12, cases)
            insert(con, "case", cases)
            insert(con, "suspension", suspensions)
            build(con, home, as_of=AS_OF, now=datetime(2018, 8, 1, 9))
            days = national_days()
            made[style] = Watched(
                con,
                tomllib.loads(Path(STYLES[style]).read_text("utf-8"))["rule"],
                cases,
                suspensions,
                rows(con, "select * from fact_case"),
                rows(con, "select * from fact_signal"),
                days,
                Workdays(days, date(2017, 12, 1), date(2019, 12, 31)),
            )
        return made[style]

    yield under
    for one in made.values():
        one.con.close()
