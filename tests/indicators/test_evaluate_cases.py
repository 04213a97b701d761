"""Indicators over cases, for any slice of the random hall, equal what plain Python counts from the facts."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracles.hall import is_held, is_overdue, left_on, rules

from etl.indicators import Query, definitions, evaluate

COLUMNS = {"department": "department", "window": "window_name", "channel": "channel", "case_type": "case_type"}
VALUES = {
    "department": ["住建局", "民政局", ""],
    "window": ["1号窗口", "2号窗口", ""],
    "channel": ["window", "web", ""],
    "case_type": ["instant", ""],
    "scope": ["centre", "district"],
}
# Of the two items on the small hall's list the first is handled in the hall, both are the district's.
ITEMS_OF_SCOPE = {"centre": {"item-1"}, "district": {"item-1", "item-2"}}
RATES = {
    "on_time_rate": (("early", "on_day"), ("early", "on_day", "late")),
    "overdue_rate": (("late",), ("early", "on_day", "late")),
    "early_rate": (("early_committed",), ("closed_committed",)),
    "due_cohort_on_time_rate": (("due_met",), ("due",)),
    "instant_rate": (("closed_instant",), ("closed",)),
    "same_day_rate": (("same_day",), ("closed",)),
    "online_rate": (("applied_online",), ("received",)),
    "supplement_rate": (("supplemented",), ("received",)),
    "return_rate": (("returned_of_received",), ("received",)),
    "statute_overdue_rate": (("statute_late",), ("statute_on_time", "statute_late")),
    "average_working_days": (("used_workdays",), ("used_count",)),
    "actual_speedup": (("saved_workdays",), ("statutory_workdays",)),
}
# What n counts where the denominator is a sum of days.
COUNTED = {"actual_speedup": ("statutory_count",)}
COUNTS = ("received", "accepted", "closed", "deemed_accepted", "refused", "returned", "no_limit", "late", "due")
days = st.dates(date(2017, 12, 25), date(2018, 8, 5))
slices = st.dictionaries(st.sampled_from(sorted(VALUES)), st.integers(0, 1), max_size=2).map(
    lambda chosen: {name: VALUES[name][index] for name, index in chosen.items()}
)
calm = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _within(fact, where) -> bool:
    in_scope = "scope" not in where or fact["item_code"] in ITEMS_OF_SCOPE[where["scope"]]
    return in_scope and all(fact[COLUMNS[name]] == value for name, value in where.items() if name != "scope")


def _sum(hall, measures, first, last, where) -> int:
    total = 0
    for measure in measures:
        day_of, amount = rules(hall.as_of)[measure]
        for fact in hall.facts:
            day = day_of(fact)
            if day is not None and first <= day <= last and _within(fact, where):
                total += amount(fact)
    return total


@calm
@given(name=st.sampled_from(sorted(RATES)), one=days, other=days, where=slices)
def test_rate_is_the_sum_of_its_parts_for_any_slice(hall, name, one, other, where):
    first, last = min(one, other), max(one, other)
    (row,) = evaluate(hall.con, name, Query(first, last, where=where)).rows
    over, under = (_sum(hall, measures, first, last, where) for measures in RATES[name])
    factor = 1 if name == "average_working_days" else 100
    n = _sum(hall, COUNTED[name], first, last, where) if name in COUNTED else under
    assert (row.numerator, row.denominator, row.n) == (over, under, n)
    assert row.value == (None if under == 0 else over * factor / under)


@calm
@given(name=st.sampled_from(COUNTS), one=days, other=days, where=slices)
def test_count_is_its_cases_for_any_slice(hall, name, one, other, where):
    first, last = min(one, other), max(one, other)
    (row,) = evaluate(hall.con, name, Query(first, last, where=where)).rows
    expected = _sum(hall, [name], first, last, where)
    assert (row.numerator, row.denominator, row.value, row.n) == (expected, None, expected, expected)


@calm
@given(one=days, other=days, where=slices)
def test_open_at_end_and_overdue_are_those_held_on_the_last_day(hall, one, other, where):
    first, last = min(one, other), min(max(one, other), hall.as_of)
    if first > last:
        first = last
    held = [fact for fact in hall.facts if _within(fact, where) and is_held(fact, last)]
    assert evaluate(hall.con, "open_at_end", Query(first, last, where=where)).rows[0].value == len(held)
    overdue = sum(is_overdue(fact, last) for fact in held)
    assert evaluate(hall.con, "overdue_open", Query(first, last, where=where)).rows[0].value == overdue


@calm
@given(one=days, other=days, step=st.sampled_from(["day", "week", "month"]))
def test_levels_by_step_are_those_of_each_steps_last_day_without_a_gap(hall, one, other, step):
    first, last = min(one, other), min(max(one, other), hall.as_of)
    if first > last:
        first = last
    rows = evaluate(hall.con, "open_at_end", Query(first, last, by=(step,))).rows
    ends: dict[str, date] = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        label = {"day": day, "week": day - timedelta(days=day.weekday()), "month": f"{day:%Y-%m}"}[step]
        ends[str(label)] = day
    assert {row.by[step]: row.value for row in rows} == {
        label: sum(is_held(fact, day) for fact in hall.facts) for label, day in ends.items()
    }


@calm
@given(one=days, other=days, where=slices)
def test_completion_counts_what_was_carried_in_and_never_passes_all(hall, one, other, where):
    first, last = min(one, other), max(one, other)
    (row,) = evaluate(hall.con, "completion_rate", Query(first, last, where=where)).rows
    begun = [fact for fact in hall.facts if _within(fact, where) and fact["started_on"] is not None]
    carried = [fact for fact in begun if fact["started_on"] < first and (left_on(fact) is None or left_on(fact) >= first)]
    started = [fact for fact in begun if first <= fact["started_on"] <= last]
    assert row.denominator == len(carried) + len(started)
    assert row.numerator == _sum(hall, ["closed"], first, last, where) <= row.denominator


def test_completion_by_month_carries_the_open_ones_into_each_month(hall):
    period = (date(2018, 1, 1), date(2018, 6, 30))
    for row in evaluate(hall.con, "completion_rate", Query(*period, by=("month",))).rows:
        year, month = map(int, str(row.by["month"]).split("-"))
        last = date(year, month + 1, 1) - timedelta(days=1)
        (alone,) = evaluate(hall.con, "completion_rate", Query(date(year, month, 1), last)).rows
        assert (row.numerator, row.denominator) == (alone.numerator, alone.denominator)


@calm
@given(one=days, other=days, share=st.sampled_from([("median_working_days", 0.5), ("p90_working_days", 0.9)]), where=slices)
def test_percentile_is_that_of_the_cases_written_out(hall, one, other, share, where):
    first, last = min(one, other), max(one, other)
    name, quantile = share
    chosen = [f["used_workdays"] for f in hall.facts if f["is_closed"] and first <= f["closed_on"] <= last and _within(f, where)]
    (row,) = evaluate(hall.con, name, Query(first, last, where=where)).rows
    expected = hall.con.execute("select quantile_cont(n, ?) from (select unnest(?::bigint[]) as n)", [quantile, chosen]).fetchone()[0]
    assert row.n == len(chosen)
    assert row.value == expected if expected is None else abs(row.value - expected) < 1e-9


def test_parts_add_up_to_the_whole_by_every_dimension(hall):
    period = (date(2018, 1, 1), date(2018, 7, 31))
    for name in ("received", "closed", "on_time_rate", "open_at_end", "timed_closed"):
        (whole,) = evaluate(hall.con, name, Query(*period)).rows
        for dimension in definitions()[name].dimensions:
            # Only snapshots say whose a row is.
            if dimension == "division" or (name == "open_at_end" and dimension in ("day", "week", "month", "quarter", "year")):
                continue
            rows = evaluate(hall.con, name, Query(*period, by=(dimension,))).rows
            assert sum(row.numerator for row in rows) == whole.numerator, (name, dimension)
            assert sum(row.denominator or 0 for row in rows) == (whole.denominator or 0), (name, dimension)


def test_a_rate_over_parts_is_no_mean_of_their_rates(hall):
    period = (date(2018, 1, 1), date(2018, 7, 31))
    parts = [row for row in evaluate(hall.con, "on_time_rate", Query(*period, by=("department",))).rows if row.value is not None]
    (whole,) = evaluate(hall.con, "on_time_rate", Query(*period)).rows
    assert whole.value == 100 * sum(row.numerator for row in parts) / sum(row.denominator for row in parts)
    assert abs(whole.value - sum(row.value for row in parts) / len(parts)) > 0.01, "the data must tell the two apart"
