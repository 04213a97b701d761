"""Signals in SQL against the oracle that looks at each case day by day, under the default rules and both styles of yellow."""

from collections import Counter
from datetime import date, timedelta

import pytest
from oracles import signals as oracle

from etl.indicators import Query, evaluate

AS_OF = date(2018, 7, 31)
CLOCK = ("near_due", "due_today", "over_due", "deemed_accepted", "instant_open")
STYLES = ("default", "quanzhou", "violation")


def of_rule(hall, rule_id):
    return [signal for signal in hall.signals if signal["rule_id"] == rule_id]


@pytest.mark.parametrize("style", STYLES)
def test_signals_of_the_clock_are_those_of_each_day_looked_at(watched, style):
    hall = watched(style)
    rules = [rule for rule in hall.rules if rule["trigger"] in CLOCK]
    expected = oracle.of_the_clock(hall.facts, rules, AS_OF, hall.worked)
    found = {
        (signal["rule_id"], signal["case_no"], signal["raised_on"], signal["ended_on"])
        for signal in hall.signals
        if signal["family"] == "time_limit"
    }
    assert {rule for rule, *_ in expected} == {rule["id"] for rule in rules}, "the random cases must meet every rule"
    assert found - expected == set()
    assert expected - found == set()


@pytest.mark.parametrize("style", STYLES)
def test_every_signal_carries_level_versions_and_a_name_of_its_own(watched, style):
    hall = watched(style)
    levels = {rule["id"]: rule["level"] for rule in hall.rules}
    (calendar,) = hall.con.execute("select value from meta where key = 'calendar_version'").fetchone()
    versions = {version for (version,) in hall.con.execute("select distinct rule_version from ref_supervision_rule").fetchall()}
    assert len({signal["signal_id"] for signal in hall.signals}) == len(hall.signals)
    for signal in hall.signals:
        assert signal["level"] == levels[signal["rule_id"]]
        assert signal["calendar_version"] == calendar
        assert {signal["rule_version"]} == versions
        assert signal["is_current"] == (signal["ended_on"] is None)
        if signal["family"] == "time_limit":
            assert signal["due_on"] is not None


def test_yellow_means_near_in_one_style_and_violation_in_the_other(watched):
    for signal in watched("quanzhou").signals:
        is_due = signal["raised_on"] > signal["due_on"]
        assert is_due == (signal["level"] == "red"), signal
    for signal in watched("violation").signals:
        assert signal["raised_on"] > signal["due_on"], signal
    assert {signal["level"] for signal in watched("violation").signals} == {"yellow", "red"}


def test_default_over_promise_signals_are_the_late_and_overdue_cases(watched):
    hall = watched("default")
    late = {
        fact["case_no"]
        for fact in hall.facts
        if fact["promise_state"] in ("late", "overdue")
        and (fact["statutory_due_on"] is None or fact["statutory_due_on"] > fact["promised_due_on"])
        and fact["promised_due_on"] < AS_OF
    }
    assert late
    yellow = {signal["case_no"] for signal in of_rule(hall, "promise_over")}
    assert late <= yellow


def test_closed_in_minutes_needs_a_time_of_day_and_a_committed_case(watched):
    hall = watched("default")
    rule = next(rule for rule in hall.rules if rule["id"] == "closed_in_minutes")
    expected = oracle.quick_closes(hall.facts, rule)
    assert expected
    assert {(signal["case_no"], signal["raised_on"]) for signal in of_rule(hall, rule["id"])} == expected


def test_late_entry_counts_working_days_from_receipt(watched):
    hall = watched("default")
    rule = next(rule for rule in hall.rules if rule["id"] == "late_entry")
    expected = oracle.late_entries(hall.facts, rule, hall.worked, AS_OF)
    assert expected
    assert {(signal["case_no"], signal["raised_on"]) for signal in of_rule(hall, rule["id"])} == expected


def test_the_same_notice_in_two_registers_is_one(watched):
    hall = watched("default")
    rule = next(rule for rule in hall.rules if rule["id"] == "repeated_supplement")
    expected = oracle.repeated_supplements(hall.cases, hall.suspensions, rule, AS_OF)
    assert expected
    assert {(signal["case_no"], signal["raised_on"]) for signal in of_rule(hall, rule["id"])} == expected


def test_pause_on_the_due_day_is_judged_by_the_due_date_before_it(watched):
    hall = watched("default")
    rule = next(rule for rule in hall.rules if rule["id"] == "pause_on_due_day")
    ends = {fact["case_no"]: fact["closed_on"] or AS_OF for fact in hall.facts}
    stops = {}
    for stop in hall.suspensions:
        first = stop["started_at"].date()
        last = stop["ended_at"].date() if stop["ended_at"] else max(ends[stop["case_no"]], first)
        stops.setdefault(stop["case_no"], set()).add((first, last))
    expected = {pair for pair in oracle.pauses_near_due(hall.facts, stops, rule, hall.days, hall.worked) if pair[1] <= AS_OF}
    assert len(expected) > 5
    assert {(signal["case_no"], signal["raised_on"]) for signal in of_rule(hall, rule["id"])} == expected


def test_bulk_closing_looks_at_the_last_working_day_and_the_days_off_after_it(watched):
    hall = watched("default")
    rule = next(rule for rule in hall.rules if rule["id"] == "bulk_closing")
    expected = oracle.bulk_closings(hall.facts, rule, hall.days, AS_OF)
    found = {(signal["department"], signal["raised_on"], int(signal["signal_id"].split(":")[-1])) for signal in of_rule(hall, rule["id"])}
    assert expected
    assert found == expected


@pytest.mark.parametrize("style", STYLES)
def test_raised_by_level_rule_and_department_is_the_count_of_signals(watched, style):
    hall = watched(style)
    for by in ("level", "rule", "department"):
        column = "rule_id" if by == "rule" else by
        expected = Counter(signal[column] for signal in hall.signals if signal["family"] == "time_limit")
        rows = evaluate(hall.con, "signals_raised", Query(date(2018, 1, 1), AS_OF, by=(by,))).rows
        assert {row.by[by]: row.value for row in rows if row.value} == expected


def test_in_force_on_any_day_is_the_count_of_signals_then(watched):
    hall = watched("default")
    for number in range(0, 200, 17):
        day = date(2018, 1, 10) + timedelta(days=number)
        expected = Counter(
            signal["level"]
            for signal in hall.signals
            if not signal["is_event"] and signal["raised_on"] <= day and (signal["ended_on"] is None or signal["ended_on"] > day)
        )
        rows = evaluate(hall.con, "signals_in_force", Query(day, day, by=("level",))).rows
        assert Counter({row.by["level"]: row.value for row in rows if row.value}) == expected


def test_late_entry_rate_is_a_ratio_of_sums(watched):
    hall = watched("default")
    first, last = date(2018, 1, 1), AS_OF
    entered = [fact for fact in hall.facts if fact["entered_at"] is not None]
    late = [
        fact
        for fact in entered
        if fact["entered_at"].date() > fact["received_on"] and hall.worked.between(fact["received_on"], fact["entered_at"].date()) > 1
    ]
    (row,) = evaluate(hall.con, "late_entry_rate", Query(first, last)).rows
    assert (row.numerator, row.denominator) == (len(late), len(entered))
    by_department = evaluate(hall.con, "late_entry_rate", Query(first, last, by=("department",))).rows
    assert sum(row.numerator for row in by_department) == len(late)
