"""A small hall: random cases with pauses, an item list, through the real models."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from etl.config import Home, connect
from etl.engine import build
from oracles.cases import insert, random_cases, random_suspensions

ITEMS = [
    {
        "item_code": "item-1",
        "item_version": "1",
        "item_name": "施工许可",
        "department": "住建局",
        "item_kind": "licence",
        "is_entry_center": True,
        "level": "district",
    },
    {
        "item_code": "item-2",
        "item_version": "1",
        "item_name": "低保申请",
        "department": "民政局",
        "item_kind": "payment",
        "level": "district",
    },
]


@dataclass(frozen=True, repr=False)
class Hall:
    """The built warehouse, its facts as rows, and the days that count as working days."""

    con: duckdb.DuckDBPyConnection
    facts: list[dict[str, object]]
    as_of: date
    workdays: set[date]


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, object]]:
    """A query's rows as dictionaries."""
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextmanager
def small_hall(home: Home) -> Iterator[Hall]:
    """700 random cases, so that every course a case can take is among them, built in the warehouse of `home`."""
    home.make()
    with connect(home) as con:
        cases = random_cases(7, 700)
        insert(con, "case", cases)
        insert(con, "suspension", random_suspensions(8, cases))
        insert(con, "item", ITEMS)
        result = build(con, home, as_of=date(2018, 7, 31), now=datetime(2018, 8, 1, 9))
        facts = rows(con, "select * from fact_case")
        workdays = {day for (day,) in con.execute("select day from ref_calendar where is_workday and year(day) in (2017, 2018)").fetchall()}
        yield Hall(con, facts, result.as_of, workdays)
