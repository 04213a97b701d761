"""The Dutch permit log through the whole house: the figures that its publisher's file gives when compared as instants."""

from datetime import date, datetime
from pathlib import Path

from etl.config import Home, connect
from etl.engine import build
from etl.indicators import Query, evaluate
from etl.ingest import load

YEARS = Query(date(2010, 1, 1), date(2012, 12, 31))
BY_CHANNEL = Query(date(2010, 1, 1), date(2012, 12, 31), by=("channel",))


def test_on_time_late_and_open_equal_the_published_counts(home: Home, real_files: Path):
    with connect(home) as con:
        load(con, home, [real_files / "permits" / "receipt.cases.csv"])
        assert build(con, home, now=datetime(2018, 12, 31)).as_of == date(2012, 1, 20)
        (rate,) = evaluate(con, "on_time_rate", YEARS).rows
        assert (rate.numerator, rate.denominator) == (950, 1327)
        assert evaluate(con, "open_at_end", YEARS).rows[0].value == 105
        late = {row.by["channel"]: row.value for row in evaluate(con, "late", BY_CHANNEL).rows}
        assert late == {"web": 313, "window": 39, "post": 17, "email": 8, "internal": 0}
        held = {row.by["channel"]: row.value for row in evaluate(con, "open_at_end", BY_CHANNEL).rows}
        assert held == {"web": 102, "window": 2, "post": 1, "email": 0, "internal": 0}
        received = {
            row.by["department"]: row.value
            for row in evaluate(con, "received", Query(YEARS.date_from, YEARS.date_to, by=("department",))).rows
        }
        assert sum(received.values()) == 1432
