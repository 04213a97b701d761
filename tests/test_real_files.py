"""The main job on files that others wrote: loaded, built, and the figures held against what is known of them."""

from datetime import date
from pathlib import Path

from etl.config import Home, connect
from etl.engine import build
from etl.indicators import Query, evaluate
from etl.ingest import load

YEARS = (date(2010, 1, 1), date(2012, 12, 31))
# On time, late and open by channel as published; the two cases refused as closed before received were on time and by internet.
CHANNELS = {"web": (835 - 2, 313, 102), "window": (68, 39, 2), "post": (35, 17, 1), "email": (13, 8, 0), "internal": (1, 0, 0)}


def test_permit_log_gives_the_known_figures_by_channel(home: Home, real_files: Path) -> None:
    with connect(home) as con:
        load(con, home, [real_files / "permits" / "receipt.cases.csv"])
        build(con, home)
        whole = evaluate(con, "on_time_rate", Query(*YEARS)).rows[0]
        closed = evaluate(con, "on_time_rate", Query(*YEARS, by=("channel",))).rows
        waiting = evaluate(con, "open_at_end", Query(*YEARS, by=("channel",))).rows
    assert (whole.numerator, whole.denominator) == (950, 950 + 377)
    left = {row.by["channel"]: row.numerator for row in waiting}
    assert sum(left.values()) == 105
    found = {row.by["channel"]: (row.numerator, row.denominator - row.numerator, left[row.by["channel"]]) for row in closed}
    assert found == CHANNELS
