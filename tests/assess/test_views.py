"""Simulation, fairness and advice."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from oracles.paper_hall import OCTOBER, POSTS, event, events, hall, inputs, post, rate

from etl.assess.advice import what_would_raise
from etl.assess.comparing import compare
from etl.assess.fairness import fairness
from etl.assess.reading import load_schemes, scheme_from
from etl.config import SHIPPED

D = Decimal
TEXT = (SHIPPED / "rules" / "assessment-hall.toml").read_text("utf-8")
HALL = load_schemes()
SCHEME = HALL.schemes[0]


def changed(rule: str, old: str, new: str):
    """The hall's scheme with one setting of one rule changed."""
    at = TEXT.index(f'id = "{rule}"')
    end = TEXT.index("\n\n", at)
    assert old in TEXT[at:end]
    return scheme_from(TEXT[:at] + TEXT[at:end].replace(old, new) + TEXT[end:], "copy")


def test_a_changed_rule_shows_whose_place_moves_and_why():
    facts = inputs(post("s1", "甲"), post("s2", "乙"), event("dress", "s1"), event("dress", "s1"), event("quarrel", "s2", window="乙"))
    found = compare(facts, SCHEME, changed("B1", "points = -1", "points = -2"), OCTOBER)
    moved = {(one.subject_kind, one.subject): one for one in found.moves}
    one = moved["person", "s1"]
    assert (one.before, one.after, one.place_before, one.place_after) == (99, 97, 1, 2)
    assert [(why.rule, why.before, why.after, why.difference) for why in one.because] == [("B1", -2, -4, -2)]
    assert moved["person", "s2"].because == ()
    assert (moved["person", "s2"].place_before, moved["person", "s2"].place_after) == (2, 1)
    assert next(why.rule for why in moved["window", "甲"].because) == "W13"
    assert found.before != found.after


@settings(max_examples=30, deadline=None)
@given(events())
def test_a_copy_moves_nobody(happened):
    found = compare(inputs(*POSTS, *happened), HALL, scheme_from(TEXT, "copy"), OCTOBER)
    assert found.moves == found.awards == ()
    assert found.unmoved == 3 + 2 + 1


@settings(max_examples=30, deadline=None)
@given(events())
def test_what_moves_is_explained_to_the_last_digit(happened):
    for period in (OCTOBER, "2018Q4"):
        found = compare(inputs(*POSTS, *happened), SCHEME, changed("C7", "points = -2", "points = -4"), period)
        for move in found.moves:
            assert move.difference == sum((why.difference for why in move.because), D(0))


def test_an_award_that_changes_hands_is_named():
    posts = [post(f"s{index:02d}", f"窗{index:02d}") for index in range(10)]
    facts = inputs(
        *posts, event("praise", "s03", date(2018, 11, 2), "窗03"), event("extra_service", "s04", date(2018, 11, 2), "窗04", quantity=2)
    )
    found = compare(facts, SCHEME, changed("P1", "points = 1", "points = 3"), "2018Q4")
    assert [(one.award, one.subject, one.change) for one in found.awards] == [("model", "s03", "won"), ("model", "s04", "lost")]


def test_a_lower_cap_gives_back_and_never_takes():
    facts = inputs(post(), *(event("dress") for _ in range(9)))
    totals = []
    for cap in (1, 3, 5, 9, 20):
        found = compare(facts, SCHEME, changed("B1", "cap = 5", f"cap = {cap}"), OCTOBER)
        after = {(one.subject_kind, one.subject): one.after for one in found.moves}
        totals.append(after.get(("person", "s1"), D(96)))
    assert totals == [100, 98, 96, 92, 92]


def test_fairness_tells_where_points_are_taken_and_how_scores_spread():
    facts = [
        *POSTS, rate("accepted", 50, None, "甲"), rate("accepted", 20, None, "乙"), event("rude", "s1"),
        event("promise_late", "s3", window="乙", case_no="c", is_automatic=True), event("complaint_upheld", "s2"),
    ]  # fmt: skip
    found = fairness(hall(*facts), "person", OCTOBER)
    assert {one.evidence_type: one.points for one in found.origins} == {"patrol": -2, "case": -5, "complaint": -5}
    assert found.automatic_share == D("41.666667")
    assert found.patrol_share == D("16.666667")
    assert {one.subject: one.workload for one in found.points} == {"s1": 50, "s2": 50, "s3": 20}
    [spread] = found.spreads
    # s1: 100 - 2 - half of what the window lost for the complaint; s2, s3: 96.
    assert (spread.n, spread.least, spread.middle, spread.most) == (3, 96, 96, D("96.5"))
    assert found.correlation == D("0.5")


def test_fairness_without_deductions_has_no_shares():
    found = fairness(hall(*POSTS), "window", OCTOBER)
    assert (found.automatic_share, found.patrol_share, found.correlation) == (None, None, None)


def test_advice_says_what_was_lost_and_what_is_still_open():
    score = hall(post(), event("dress"), event("dress"), event("not_told_once", case_no="c"), event("praise", quantity=2)).own_score(
        "s1", OCTOBER
    )
    found = [(one.way, one.rule, one.points, one.events) for one in what_would_raise(score, SCHEME)]
    assert found[:2] == [("avoid", "C1", 3, 1), ("avoid", "B1", 2, 2)]
    assert ("bonus", "P1", 1, 0) in found  # 3 at most, 2 given
    assert ("bonus", "P3", 3, 0) in found
    assert not [one for one in found if one[1] in ("P6", "P3b")]  # given already; the cap is told once


def test_advice_to_a_window_names_indicators_and_staff():
    score = hall(*POSTS, rate("on_time_rate", 90, 100), event("absent", "s2", quantity=2)).score("window", "甲", OCTOBER)
    found = {one.rule: one for one in what_would_raise(score, SCHEME)}
    assert (found["W1"].way, found["W1"].points, found["W1"].value) == ("indicator", 10, 90)
    assert (found["W13"].way, found["W13"].points) == ("staff", D("1.125"))


def test_advice_never_promises_more_than_the_ceiling():
    score = hall(post(), event("innovation", quantity=9)).own_score("s1", OCTOBER)
    assert score.total == 110
    assert what_would_raise(score, SCHEME) == ()


@pytest.mark.parametrize("kind", ["dress", "rude", "file_error", "complaint_upheld", "red_card"])
def test_what_is_advised_comes_true(kind):
    more = event("quarrel", "s1")
    with_it, without = hall(post(), more, event(kind, "s1")), hall(post(), more)
    advised = {one.rule: one for one in what_would_raise(with_it.own_score("s1", OCTOBER), SCHEME) if one.way == "avoid"}
    rule = next(line.rule for line in with_it.own_score("s1", OCTOBER).lines if line.kind == kind)
    assert without.own_score("s1", OCTOBER).total - with_it.own_score("s1", OCTOBER).total == advised[rule].points
