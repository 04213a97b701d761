"""The hall at a moment and the windows needed, against plain Python; from the warehouse as `hall queue` reads it."""

import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from oracles import tickets as oracle
from oracles.cases import insert, random_cases
from typer.testing import CliRunner

from etl.cli import hall
from etl.commands.queue import _asking
from etl.config import HallError, Home, connect
from etl.engine import build
from etl.publish import current, open_snapshot, publish
from etl.queueing.live import days, live, usual_moment, zone_names
from etl.queueing.staffing import HANDLING_DAYS, staffing

AS_OF = date(2018, 10, 21)
MOMENTS = [
    datetime(2018, 10, day, hour, minute) for day in (8, 9, 13, 19) for hour, minute in ((3, 0), (9, 30), (10, 0), (12, 10), (17, 59))
]


@pytest.fixture(scope="module")
def held() -> list[oracle.Ticket]:
    return oracle.random_tickets(5, 2500)


@pytest.fixture(scope="module")
def queue_home(held, tmp_path_factory) -> Home:
    made = Home(tmp_path_factory.mktemp("queue-home"))
    made.make()
    with connect(made) as con:
        insert(con, "case", random_cases(2, 20))
        insert(con, "ticket", held)
        windows = [
            {"window_code": name, "window_name": name, "department": unit, "valid_from": date(2018, 1, 1)}
            for name, unit in oracle.DEPARTMENT.items()
        ]
        insert(con, "window", windows)
        build(con, made, as_of=AS_OF, now=datetime(2018, 10, 31, 9))
        publish(con, made)
    return made


@pytest.fixture(scope="module")
def con(queue_home) -> Iterator[duckdb.DuckDBPyConnection]:
    path = current(queue_home)
    assert path is not None
    with contextlib.closing(open_snapshot(path)) as opened:
        yield opened


@pytest.fixture(scope="module")
def kept(held) -> list[oracle.Ticket]:
    return oracle.kept(held)


def closing(row: oracle.Ticket) -> datetime:
    """When the last session of its channel ends."""
    day = row["taken_on"]
    assert isinstance(day, date)
    hours = {"window": 1050 if day.isoweekday() <= 5 else 0, "weekend": 720, "self_service": 1440}[oracle.channel(row)]
    return datetime.combine(day, datetime.min.time()) + timedelta(minutes=hours)


def left_queue(row: oracle.Ticket) -> datetime:
    moment = row["called_at"] or row["ended_at"] or max(closing(row), row["taken_at"])  # type: ignore[call-overload]
    assert isinstance(moment, datetime)
    return moment


@pytest.mark.parametrize("at", MOMENTS, ids=str)
def test_the_state_is_what_the_tickets_of_the_day_say(con, kept, at):
    state = live(_asking(con, {}), at)
    today = [row for row in kept if row["taken_on"] == at.date() and row["taken_at"] <= at]
    waiting = [row for row in today if left_queue(row) > at]
    assert Counter({zone.zone: zone.waiting for zone in state.zones}) == Counter(row["zone"] for row in waiting)
    assert Counter({zone.zone: zone.taken for zone in state.zones}) == Counter(row["zone"] for row in today)
    called = Counter(row["zone"] for row in today if row["called_at"] is not None and row["called_at"] <= at)
    assert Counter({zone.zone: zone.called for zone in state.zones}) == called
    serving = Counter(row["zone"] for row in today if oracle.is_served(row) and row["started_at"] <= at < row["ended_at"])
    assert Counter({zone.zone: zone.serving for zone in state.zones}) == serving
    counters = [row for row in waiting if row["zone"] != oracle.SELF]
    # Whoever was never called may have left at any time: no wait of theirs is the longest.
    later = [row for row in counters if row["called_at"] is not None]
    longest = max(((at - row["taken_at"]).total_seconds() for row in later), default=None)
    assert (state.waiting_count, state.longest_wait_s) == (len(counters), longest)
    assert state.never_called == len(counters) - len(later)
    assert state.never_called == sum(ticket.is_never_called and ticket.zone != oracle.SELF for ticket in state.waiting)
    assert {(ticket.zone, ticket.ticket_no) for ticket in state.waiting} == {(row["zone"], row["ticket_no"]) for row in waiting}
    is_open = {(key[1], key[3]) for key, (begin, end) in oracle.spans(kept).items() if key[0] == at.date() and begin <= at < end}
    assert {(window.zone, window.window) for window in state.windows} == is_open
    assert sum(zone.windows_open for zone in state.zones) <= len(is_open)


def test_an_open_window_is_busy_exactly_while_a_ticket_keeps_it(con, kept):
    for at in MOMENTS:
        keeps = {
            (row["zone"], row["window_name"])
            for row in kept
            if row["taken_on"] == at.date() and row["called_at"] is not None and row["called_at"] <= at
            and (row["ended_at"] or row["called_at"] + timedelta(minutes=1)) > at
        }  # fmt: skip
        for window in live(_asking(con, {}), at).windows:
            assert window.is_busy == ((window.zone, window.window) in keeps)
            assert window.since <= at


def test_a_department_narrows_what_is_seen(con, kept):
    at = datetime(2018, 10, 9, 10)
    state = live(_asking(con, {"department": "民政局"}), at)
    mine = [row for row in kept if row["taken_on"] == at.date() and row["taken_at"] <= at and oracle.department(row) == "民政局"]
    assert sum(zone.taken for zone in state.zones) == len(mine)


def test_needed_windows_rest_on_the_arrivals_and_on_four_weeks_of_handling(con, kept):
    day = date(2018, 10, 9)
    rows = staffing(_asking(con, {}), day, 20, 90)
    counters = [row for row in kept if row["zone"] != oracle.SELF]
    came = Counter((row["zone"], oracle.half_hour(row, "taken_at")) for row in counters if row["taken_on"] == day)
    assert Counter({(row.zone, row.half_hour): row.arrivals for row in rows if row.arrivals}) == came
    assert HANDLING_DAYS == 28
    for zone in {row.zone for row in rows}:
        kept_window = [
            oracle.seconds(row, "called_at", "ended_at")
            for row in counters
            if row["zone"] == zone and row["taken_on"] <= day and oracle.is_served(row)
        ]
        mean = sum(kept_window) / len(kept_window)
        assert {round(row.need.handling_s, 6) for row in rows if row.zone == zone} == {round(mean, 6)}
    open_s: Counter = Counter()
    for (on, zone, _unit, _window, channel, _session), (begin, end) in oracle.spans(kept).items():
        if on == day and channel != "self_service":
            for half, seconds in oracle.seconds_by_half_hour(day, begin, end).items():
                open_s[zone, half] += seconds
    for row in rows:
        assert row.open_windows == pytest.approx(open_s[row.zone, row.half_hour] / 1800)
        assert row.needed == 0 or row.need.trials[-1].share_in_time >= 0.9


def test_a_harder_target_never_needs_fewer_windows(con):
    ask = _asking(con, {})
    easy, hard = (staffing(ask, date(2018, 10, 9), within, share) for within, share in ((30, 80), (5, 99)))
    assert all(one.needed <= other.needed for one, other in zip(easy, hard, strict=True))
    assert sum(row.needed for row in easy) < sum(row.needed for row in hard)


@pytest.mark.parametrize(("within", "share"), [(20, 0), (20, 100), (-1, 90), (601, 90)])
def test_a_target_that_is_none_is_refused(con, within, share):
    with pytest.raises(HallError):
        staffing(_asking(con, {}), date(2018, 10, 9), within, share)


def test_what_a_page_begins_with(con):
    ask = _asking(con, {})
    assert days(ask) == (date(2018, 10, 8), date(2018, 10, 21))
    assert zone_names(ask) == ["一楼A区", "二楼A区"]
    assert usual_moment(ask, date(2018, 10, 8), date(2018, 10, 10)) == datetime(2018, 10, 10, 10)
    assert usual_moment(ask, date(2017, 10, 8), date(2017, 10, 10)) is None


def test_no_name_of_a_visitor_or_a_clerk_reaches_the_snapshot(con):
    columns = con.execute("select table_name, column_name from information_schema.columns where table_schema = 'main'").fetchall()
    of_the_queue = [column for table, column in columns if re.search("ticket|window_session|half_hour", table)]
    assert len(of_the_queue) > 20
    assert not [column for column in of_the_queue if re.search("customer|staff|operator", column)]
    for table, column in columns:
        found = con.execute(f"select count(*) from {table} where cast({column} as varchar) similar to '.*(张明|李红).*'").fetchone()
        assert found == (0,), (table, column)


def run(home: Home, *arguments: str) -> str:
    done = CliRunner().invoke(hall(), ["--home", str(home.root), *arguments])
    assert done.exit_code == 0, done.exception
    return done.stdout


def test_the_command_prints_the_state_as_json(queue_home, con):
    document = json.loads(run(queue_home, "queue", "--at", "2018-10-09T10:00", "--json"))
    state = live(_asking(con, {}), datetime(2018, 10, 9, 10))
    assert (document["waiting"], document["windows_open"], document["longest_wait_s"]) == (
        state.waiting_count,
        state.windows_open,
        state.longest_wait_s,
    )
    assert {zone["zone"] for zone in document["zones"]} == {zone.zone for zone in state.zones}
    assert len(document["tickets"]) == len(state.waiting)
    assert document["hours"]["self_service"] == [{"from": "2018-10-09T00:00:00", "to": "2018-10-10T00:00:00"}]


def test_the_command_prints_the_windows_needed_with_their_steps(queue_home, con):
    arguments = ("queue", "--needed", "2018-10-09", "--within", "10", "--share", "95", "--zone", "一楼A区")
    document = json.loads(run(queue_home, *arguments, "--json"))
    rows = staffing(_asking(con, {"zone": "一楼A区"}), date(2018, 10, 9), 10, 95)
    assert document["target"] == {"within_minutes": 10, "share": 95}
    assert [(row["half_hour"], row["needed"]) for row in document["rows"]] == [(row.begins, row.needed) for row in rows]
    worked = next(row for row in document["rows"] if row["steps"])
    assert worked["steps"][0]["zh"].startswith("业务量（折合窗口数）A")
    assert "Erlang C" in run(queue_home, *arguments, "--steps")


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("--at", "2018-10-09T10:00", "--needed", "2018-10-09"), ("--at", "十点"), ("--needed", "2018-13-09"),
        ("--needed", "2019-10-09"),
        ("--needed", "2018-10-09", "--share", "100"), ("--needed", "2018-10-09", "--zone", "九楼"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_both_languages(queue_home, arguments):
    done = CliRunner().invoke(hall(), ["--home", str(queue_home.root), "queue", *arguments])
    assert isinstance(done.exception, HallError)
    assert re.search("[\u4e00-\u9fff]", done.exception.zh)
    assert re.search("[a-z]", done.exception.en)


def test_a_home_without_tickets_says_so(tmp_path: Path):
    home = Home(tmp_path)
    home.make()
    with connect(home) as con:
        insert(con, "case", random_cases(2, 5))
        build(con, home, now=datetime(2018, 10, 31, 9))
    done = CliRunner().invoke(hall(), ["--home", str(tmp_path), "queue", "--at", "2018-10-09T10:00"])
    assert isinstance(done.exception, HallError)
    assert "没有取号数据" in done.exception.zh
