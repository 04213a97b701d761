"""The item list as versions: which one counts on a day, what a newer list drops, what changed, and that a case finds the same version."""

from datetime import date, datetime, timedelta
from random import Random

import duckdb
import pytest
from oracles.cases import insert

from etl.config import Home
from etl.engine import build
from etl.indicators import Query, evaluate

NOW = datetime(2019, 1, 1, 9)
OLD, NEW = date(2017, 1, 1), date(2018, 7, 1)
COMMON = {"item_name": "事项", "department": "民政局", "level": "district", "item_list": "清单"}


@pytest.fixture
def con():
    with duckdb.connect(":memory:") as made:
        yield made


def _items(con, *versions: dict[str, object]) -> None:
    insert(con, "item", [{**COMMON, **version} for version in versions])


def _old(code: str, **fields: object) -> dict[str, object]:
    return {"item_code": code, "item_version": "2017", "valid_from": OLD, **fields}


def _new(code: str, **fields: object) -> dict[str, object]:
    return {"item_code": code, "item_version": "2018", "valid_from": NEW, **fields}


def _build(con, home: Home) -> None:
    build(con, home, as_of=date(2018, 12, 31), now=NOW)


def _in_force(con, day: date) -> set[tuple[str, str]]:
    sql = "select item_code, item_version from fact_item where in_force_from <= $day and $day < in_force_to"
    return set(con.execute(sql, {"day": day}).fetchall())


def _changes(con) -> set[tuple]:
    return set(con.execute("select day, change, item_code, before_count, after_count from fact_item_change").fetchall())


def test_an_item_that_the_next_whole_list_leaves_out_ends_when_that_list_begins(con, home):
    _items(con, _old("a"), _old("b"), _new("a"))
    _build(con, home)
    assert _in_force(con, NEW - timedelta(days=1)) == {("a", "2017"), ("b", "2017")}
    assert _in_force(con, NEW) == {("a", "2018")}
    assert _changes(con) == {(NEW, "dropped", "b", None, None)}


def test_a_list_without_a_name_drops_nothing(con, home):
    _items(con, _old("a", item_list=None), _old("b", item_list=None), _new("a", item_list=None))
    _build(con, home)
    assert _in_force(con, NEW) == {("a", "2018"), ("b", "2017")}


def test_a_slip_in_the_version_column_does_not_end_the_whole_list(con, home):
    _items(con, *(_old(code) for code in "abcd"), *(_new(code) for code in "abcd"))
    _items(con, {**_new("e"), "item_version": "2018版", "valid_from": NEW + timedelta(days=30)})
    _build(con, home)
    assert _in_force(con, date(2018, 12, 31)) == {*((code, "2018") for code in "abcd"), ("e", "2018版")}


def test_an_item_added_between_two_lists_ends_no_other(con, home):
    _items(con, *(_new(code) for code in "abc"), _new("d", valid_from=date(2018, 9, 1)))
    _build(con, home)
    assert {code for code, _ in _in_force(con, date(2018, 8, 31))} == set("abc")
    assert {code for code, _ in _in_force(con, date(2018, 9, 1))} == set("abcd")
    assert _changes(con) == {(date(2018, 9, 1), "added", "d", None, None)}


def test_an_item_that_a_later_list_takes_up_again_was_dropped_and_added(con, home):
    third = date(2018, 10, 1)
    _items(con, _old("a"), _old("b"), _new("a"))
    _items(con, *({"item_code": code, "item_version": "2018-2", "valid_from": third} for code in "ab"))
    _build(con, home)
    assert {code for code, _ in _in_force(con, date(2018, 8, 1))} == {"a"}
    assert {code for code, _ in _in_force(con, third)} == {"a", "b"}
    assert {(day, change) for day, change, code, *_ in _changes(con) if code == "b"} == {(NEW, "dropped"), (third, "added")}


def test_every_kind_of_change_is_told_with_both_sides(con, home):
    limits = {"statutory_unit": "workday", "promised_unit": "workday"}
    _items(con, _old("same", trips=1), _new("same", trips=1))
    _items(con, _old("trips", trips=2), _new("trips", trips=1), _old("first", trips=None), _new("first", trips=1))
    _items(
        con, _old("limit", promised_limit=9, statutory_limit=20, **limits), _new("limit", promised_limit=5, statutory_limit=15, **limits)
    )
    _items(con, _old("unit", promised_limit=5, **limits), _new("unit", promised_limit=5, promised_unit="day"))
    _items(
        con, _old("name"), _new("name", item_name="新名"), _old("width", item_name="许可(变更)"), _new("width", item_name="许可（变更）")
    )
    _items(con, _old("hall"), _new("hall", is_entry_center=True, is_online=True))
    _build(con, home)
    assert _changes(con) == {
        (NEW, "trips", "trips", 2, 1), (NEW, "trips", "first", -1, 1), (NEW, "promised", "limit", 9, 5),
        (NEW, "statutory", "limit", 20, 15), (NEW, "promised", "unit", 5, 5), (NEW, "renamed", "name", None, None),
        (NEW, "centre", "hall", 0, 1), (NEW, "online", "hall", 0, 1),
    }  # fmt: skip
    year = Query(date(2018, 1, 1), date(2018, 12, 31))
    # From nothing promised to one trip is no fewer, and another unit is no shorter.
    assert evaluate(con, "items_trips_reduced", year).rows[0].value == 1
    assert evaluate(con, "items_promise_shortened", year).rows[0].value == 1
    assert evaluate(con, "item_changes", Query(date(2018, 1, 1), date(2018, 6, 30))).rows[0].value == 0
    by_change = {
        row.by["change"]: row.value for row in evaluate(con, "item_changes", Query(year.date_from, year.date_to, by=("change",))).rows
    }
    assert by_change == {"trips": 2, "promised": 2, "statutory": 1, "renamed": 1, "centre": 1, "online": 1}


def test_a_dropped_item_counts_in_the_scopes_it_was_in(con, home):
    _items(con, _old("a", is_entry_center=True), _old("t", level="township"), _old("k"), _old("m"), _new("k"), _new("m"))
    _build(con, home)
    rows = evaluate(con, "items_dropped", Query(date(2018, 1, 1), date(2018, 12, 31), by=("scope",))).rows
    assert {row.by["scope"]: row.value for row in rows} == {"all": 2, "district": 1, "township": 1, "centre": 1}


@pytest.mark.parametrize("seed", range(6))
def test_counts_by_day_agree_with_an_oracle_that_reads_the_lists_day_by_day(con, home, seed):
    """Three whole lists at random: on each day the newest list that has begun is the list, and nothing else."""
    rng = Random(seed)
    begins = {"1": date(2018, 1, 1), "2": date(2018, 4, 10), "3": date(2018, 8, 2)}
    parents = ("甲", "乙", "丙", None)
    lists = {version: {code: rng.choice(parents) for code in "abcdefghij" if rng.random() < 0.8} for version in begins}
    for version, held in lists.items():
        _items(
            con,
            *(
                {
                    "item_code": code,
                    "item_version": version,
                    "valid_from": begins[version],
                    "parent_name": parent,
                    "item_name": f"事项{code}",
                }
                for code, parent in held.items()
            ),
        )
    _build(con, home)
    for day in (date(2018, 1, 1) + timedelta(days=n) for n in range(0, 300, 13)):
        version = max((one for one in begins if begins[one] <= day), key=lambda one: begins[one])
        held = lists[version]
        assert _in_force(con, day) == {(code, version) for code in held}
        query = Query(day, day)
        assert evaluate(con, "items_total", query).rows[0].value == len(held)
        entries = {parent or f"事项{code}" for code, parent in held.items()}
        assert evaluate(con, "catalogue_entries", query).rows[0].value == len(entries)
    whole = Query(date(2018, 1, 2), date(2018, 12, 31))
    added = sum(len(lists[b].keys() - lists[a].keys()) for a, b in (("1", "2"), ("2", "3")))
    dropped = sum(len(lists[a].keys() - lists[b].keys()) for a, b in (("1", "2"), ("2", "3")))
    assert evaluate(con, "items_added", whole).rows[0].value == added
    assert evaluate(con, "items_dropped", whole).rows[0].value == dropped


def test_a_case_finds_the_version_that_is_in_force_when_it_is_accepted(con, home):
    _items(con, _old("a", promised_limit=9, promised_unit="workday"), _new("a", promised_limit=5, promised_unit="workday"))
    for code, version in (("v", "9"), ("v", "10")):
        _items(con, {"item_code": code, "item_version": version, "valid_from": OLD, "item_list": None})
    days = [NEW - timedelta(days=1), NEW, date(2018, 9, 3)]
    insert(
        con,
        "case",
        [
            {
                "case_no": f"{code}{n}",
                "item_code": code,
                "received_at": datetime(2018, 1, 2),
                "accepted_at": datetime(day.year, day.month, day.day, 9),
            }
            for n, day in enumerate(days)
            for code in "av"
        ],
    )
    _build(con, home)
    found = dict(con.execute("select case_no, item_version from fact_case").fetchall())
    assert found == {"a0": "2017", "a1": "2018", "a2": "2018", "v0": "10", "v1": "10", "v2": "10"}
    for n, day in enumerate(days):
        assert _in_force(con, day) == {(code, found[f"{code}{n}"]) for code in "av"}
    assert con.execute("select promised_limit from fact_case where case_no in ('a0', 'a1') order by case_no").fetchall() == [(9,), (5,)]


def test_limits_not_in_working_days_are_counted_apart_and_every_item_once(con, home):
    workdays = {"statutory_limit": 20, "statutory_unit": "workday", "promised_unit": "workday"}
    _items(
        con,
        _new("a", **workdays, promised_limit=5),
        _new("b", **workdays, promised_limit=0),
        _new("c", **{**workdays, "promised_unit": "day"}, promised_limit=5),
        _new("d", **{**workdays, "statutory_unit": "month", "statutory_limit": 1}, promised_limit=5),
        _new("e", **workdays),
        _new("f", statutory_limit=0, promised_limit=0),
        _new("g", **workdays, promised_limit=-1),
    )
    _build(con, home)
    day = Query(date(2018, 12, 31), date(2018, 12, 31))
    counted = {
        name: evaluate(con, name, day).rows[0].value for name in ("compared_items", "other_unit_items", "unlimited_items", "items_total")
    }
    assert counted == {"compared_items": 2, "other_unit_items": 2, "unlimited_items": 3, "items_total": 7}
    (rate,) = evaluate(con, "promise_compression", day).rows
    # A ratio of sums, (40 - 5) ÷ 40; the mean of the two ratios would be the same only by chance.
    assert (rate.numerator, rate.denominator, rate.value) == (35, 40, 87.5)


def test_depth_stars_and_provincial_hall_divide_the_items(con, home):
    _items(con, _new("a", online_depth="star5", is_on_provincial_hall=True), _new("b", online_depth="star3"), _new("c"))
    _build(con, home)
    day = Query(date(2018, 12, 31), date(2018, 12, 31), by=("depth",))
    assert {row.by["depth"]: row.value for row in evaluate(con, "items_total", day).rows} == {"star5": 1, "star3": 1, "": 1}
    (rate,) = evaluate(con, "provincial_item_rate", Query(day.date_from, day.date_to)).rows
    assert (rate.numerator, rate.denominator) == (1, 3)
