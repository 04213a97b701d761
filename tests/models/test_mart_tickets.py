"""The queue's facts and marts equal what plain Python counts from the tickets, row by row."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import duckdb
import pytest
from oracles import tickets as oracle
from oracles.cases import insert
from oracles.small_hall import rows as rows_of

from etl.config import Home
from etl.engine import build
from etl.indicators import Query, evaluate

AS_OF = date(2018, 10, 20)
PLACE = ("day", "zone", "service_name", "department", "window_name", "channel")
MEASURES = sorted(oracle.daily([], AS_OF))


@pytest.fixture(scope="module")
def held() -> list[oracle.Ticket]:
    return oracle.random_tickets(11, 1500)


@pytest.fixture(scope="module")
def con(held, tmp_path_factory) -> Iterator[duckdb.DuckDBPyConnection]:
    windows = [
        {"window_code": f"W{number}{version}", "window_name": name, "department": unit, "valid_from": begins, "valid_to": ends}
        for number, (name, unit) in enumerate(oracle.DEPARTMENT.items())
        # The register holds a window twice on the same days, and once in a time long past: no ticket is counted twice.
        for version, begins, ends in (
            ("a", date(2018, 1, 1), None),
            ("b", date(2018, 1, 1), date(2018, 12, 31)),
            ("c", date(2010, 1, 1), date(2012, 1, 1)),
        )
    ]
    with duckdb.connect(":memory:") as made:
        insert(made, "ticket", held)
        insert(made, "window", windows)
        build(made, Home(tmp_path_factory.mktemp("queue")), as_of=AS_OF, now=datetime(2018, 10, 31, 9))
        yield made


@pytest.fixture(scope="module")
def kept(held) -> list[oracle.Ticket]:
    return oracle.kept(held)


def _mart(con, mart: str, measure: str, columns: tuple[str, ...]) -> Counter:
    found = con.execute(f"select {', '.join(columns)}, {measure} from {mart} where {measure} <> 0").fetchall()
    return Counter({tuple(key): int(number) for *key, number in found})


def test_every_ticket_is_one_fact(con, kept):
    assert con.execute("select count(*), count(distinct (taken_on, zone, ticket_no)) from fact_ticket").fetchone() == (len(kept), len(kept))


@pytest.mark.parametrize("measure", MEASURES)
def test_measure_of_a_day_equals_the_count_of_its_tickets(con, kept, measure):
    expected = oracle.daily(kept, AS_OF)[measure]
    assert measure == "by_appointment" or sum(expected.values()) > 0, "the random tickets must contain some"
    assert _mart(con, "mart_ticket_day", measure, PLACE) == expected


def test_every_column_of_the_daily_mart_has_an_oracle(con):
    columns = {row[0] for row in con.execute("select column_name from (describe mart_ticket_day)").fetchall()}
    assert columns == {*PLACE, *MEASURES}


def test_waits_stand_in_begun_minutes_and_those_never_called_apart(con, kept):
    expected = Counter(
        (*oracle.place(row), minutes if (minutes := oracle.minutes(oracle.seconds(row, "taken_at", "called_at"))) is not None else -1)
        for row in kept
    )
    assert _mart(con, "mart_ticket_wait", "tickets", (*PLACE, "wait_minutes")) == expected


def test_service_times_stand_in_begun_minutes(con, kept):
    expected = Counter(
        (*oracle.place(row), oracle.minutes(oracle.seconds(row, "started_at", "ended_at"))) for row in kept if oracle.is_served(row)
    )
    assert _mart(con, "mart_ticket_service", "served", (*PLACE, "serve_minutes")) == expected


def test_half_hours_are_those_of_each_event(con, kept):
    def by_half_hour(rows: list[oracle.Ticket], name: str) -> Counter:
        return Counter((row["taken_on"], oracle.half_hour(row, name), *oracle.place(row)[1:]) for row in rows)

    columns = ("day", "half_hour", *PLACE[1:])
    assert _mart(con, "mart_ticket_half_hour", "tickets", columns) == by_half_hour(kept, "taken_at")
    called = [row for row in kept if row["called_at"] is not None]
    assert _mart(con, "mart_ticket_half_hour", "called", columns) == by_half_hour(called, "called_at")
    occupied: Counter = Counter()
    for row in called:
        if oracle.is_served(row):
            occupied[(row["taken_on"], oracle.half_hour(row, "called_at"), *oracle.place(row)[1:])] += oracle.seconds(
                row, "called_at", "ended_at"
            )
    assert _mart(con, "mart_ticket_half_hour", "occupied_s", columns) == +occupied


def test_windows_are_open_from_the_first_call_of_a_session_to_the_end_of_its_last_ticket(con, kept):
    expected: Counter = Counter()
    for (day, zone, department, window, channel, _session), (begin, end) in oracle.spans(kept).items():
        for half, seconds in oracle.seconds_by_half_hour(day, begin, end).items():
            expected[day, half, zone, department, window, channel] += seconds
    assert _mart(con, "mart_window_half_hour", "open_s", ("day", "half_hour", "zone", "department", "window_name", "channel")) == expected


def test_serving_seconds_fall_into_the_half_hours_in_which_they_passed(con, kept):
    expected: Counter = Counter()
    for row in kept:
        if oracle.is_served(row) and row["window_name"]:
            for half, seconds in oracle.seconds_by_half_hour(row["taken_on"], row["started_at"], row["ended_at"]).items():
                expected[row["taken_on"], half, row["zone"], oracle.department(row), row["window_name"], oracle.channel(row)] += seconds
    assert _mart(con, "mart_window_half_hour", "serve_s", ("day", "half_hour", "zone", "department", "window_name", "channel")) == expected


def _value(con, name: str, **where: str) -> float | None:
    return evaluate(con, name, Query(date(2018, 10, 8), date(2018, 10, 21), where=where)).rows[0].value


def test_indicators_are_ratios_of_sums_over_the_counters(con, kept):
    counters = [row for row in kept if oracle.channel(row) != "self_service"]
    called = [row for row in counters if row["called_at"] is not None]
    waits = [oracle.seconds(row, "taken_at", "called_at") for row in called]
    in_time = sum(wait <= 1200 for wait in waits)
    assert _value(con, "tickets") == len(counters)
    assert _value(con, "called_within_20_minutes_rate") == pytest.approx(100 * in_time / len(counters))
    assert _value(con, "average_wait") == pytest.approx(sum(waits) / 60 / len(called))
    assert _value(con, "no_show_rate") == pytest.approx(100 * sum(row["status"] == "no_show" for row in called) / len(called))
    assert _value(con, "self_service_tickets") == len(kept) - len(counters)
    assert _value(con, "weekend_tickets") == sum(oracle.channel(row) == "weekend" for row in counters)


@pytest.mark.parametrize(("name", "share"), [("wait_p50", 0.5), ("wait_p90", 0.9)])
def test_percentiles_are_those_of_the_tickets_written_out(con, kept, name, share):
    waits = sorted(
        oracle.minutes(oracle.seconds(row, "taken_at", "called_at"))
        for row in kept
        if row["called_at"] is not None and oracle.channel(row) != "self_service"
    )
    position = (len(waits) - 1) * share
    low = waits[int(position)]
    high = waits[min(int(position) + 1, len(waits) - 1)]
    assert _value(con, name) == pytest.approx(low + (high - low) * (position - int(position)))


def test_twenty_minutes_to_the_second_are_in_time_and_a_second_more_is_not(home):
    taken = datetime(2018, 10, 8, 9)
    tickets = [
        {"ticket_no": f"A{number}", "zone": "一楼", "status": "done", "taken_on": taken.date(), "taken_at": taken,
         "window_name": "1号窗口",
         "called_at": taken + timedelta(seconds=wait), "started_at": taken + timedelta(seconds=wait),
         "ended_at": taken + timedelta(seconds=wait + 60)}
        for number, wait in enumerate((1199, 1200, 1201))
    ]  # fmt: skip
    never = {"ticket_no": "A9", "zone": "一楼", "status": "waiting", "taken_on": taken.date(), "taken_at": taken}
    with duckdb.connect(":memory:") as con:
        insert(con, "ticket", [*tickets, never])
        build(con, home, as_of=date(2018, 12, 31), now=datetime(2018, 12, 31, 18))
        (row,) = evaluate(con, "called_within_20_minutes_rate", Query(date(2018, 10, 8), date(2018, 10, 8))).rows
        assert (row.numerator, row.denominator) == (2, 4)


def test_idle_time_stops_for_lunch_and_at_the_end_of_the_day(home):
    def ticket(number: int, called: datetime, minutes: int) -> dict[str, object]:
        return {"ticket_no": f"A{number}", "zone": "一楼", "status": "done", "taken_on": called.date(), "taken_at": called,
                "window_name": "1号窗口", "called_at": called, "started_at": called,
                "ended_at": called + timedelta(minutes=minutes)}  # fmt: skip

    day = datetime(2018, 10, 8)
    tickets = [
        ticket(1, day.replace(hour=9), 10),
        ticket(2, day.replace(hour=9, minute=30), 10),  # 20 minutes idle before it
        ticket(3, day.replace(hour=11, minute=50), 5),  # 130 minutes
        ticket(4, day.replace(hour=14, minute=40), 5),  # lunch: none
        ticket(5, day.replace(day=9, hour=9), 5),  # night: none
    ]
    with duckdb.connect(":memory:") as con:
        insert(con, "ticket", tickets)
        build(con, home, as_of=date(2018, 12, 31), now=datetime(2018, 12, 31, 18))
        assert con.execute("select ticket_no, idle_s from fact_ticket where idle_s is not null order by ticket_no").fetchall() == [
            ("A1", 1200),
            ("A2", 7800),
        ]


def test_a_night_ticket_of_the_self_service_area_may_end_tomorrow(home):
    taken = datetime(2018, 10, 8, 23, 58)
    ticket = {"ticket_no": "Z001", "zone": oracle.SELF, "status": "done", "taken_on": taken.date(), "taken_at": taken,
              "window_name": "自助终端1", "called_at": taken + timedelta(minutes=3), "started_at": taken + timedelta(minutes=3),
              "ended_at": taken + timedelta(minutes=8)}  # fmt: skip
    with duckdb.connect(":memory:") as con:
        insert(con, "ticket", [ticket])
        build(con, home, as_of=date(2018, 12, 31), now=datetime(2018, 12, 31, 18))
        assert rows_of(con, "select channel, wait_s, serve_s from fact_ticket") == [
            {"channel": "self_service", "wait_s": 180, "serve_s": 300}
        ]
