"""The hall's own scheme, by hand and against a plain second computation; what must hold whatever happens in a month."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.assessment import PERSON, carried_by_chief, half_up, person_month, window_month
from oracles.paper_hall import NOTHING, OCTOBER, POSTS, event, events, hall, leave, post, rate

from etl.assess.engine import Assessment
from etl.assess.inputs import Inputs, Overlay
from etl.assess.kinds import event_kinds

calm = settings(max_examples=120, deadline=None)
D = Decimal


def person(*facts, overlay=NOTHING, staff="s1"):
    return hall(post(), *facts, overlay=overlay).score("person", staff, OCTOBER)


def sums_exactly(score):
    return score.base + sum((line.points for line in score.lines), D(0)) == score.total


@pytest.mark.parametrize(
    ("facts", "total", "grade"),
    [
        ([], "101", "excellent"),  # full attendance
        ([event("late_short")], "99", "excellent"),
        ([event("absent", quantity=3)], "85", "good"),  # three half-days
        ([event("dress") for _ in range(8)], "96", "excellent"),  # 5 at most, full attendance stays
        ([event("tidiness", quantity="3")], "99.50", "excellent"),
        ([event("tidiness", quantity="9")], "99", "excellent"),  # 2 at most
        ([event("not_told_once", case_no="c1"), event("not_told_once", case_no="c1")], "98", "excellent"),  # a case once
        ([event("not_told_once", case_no="c1"), event("not_told_once", case_no="c2")], "95", "excellent"),
        ([event("promise_late", case_no="c1"), event("yellow_card", case_no="c1")], "96", "excellent"),  # one fact
        ([event("promise_late", case_no="c1"), event("yellow_card", case_no="c2")], "91", "excellent"),  # two facts
        ([event("promise_late", case_no="c1"), event("red_card", case_no="c1")], "91", "excellent"),  # the heavier
        ([event("praise") for _ in range(5)], "104", "excellent"),
        ([event("news_province"), event("news_city"), event("news_county")], "104", "excellent"),  # 3 together
        ([event("news_province"), event("news_city"), event("innovation", quantity=7)], "110", "excellent"),  # 10 at most
        ([event("absent", quantity=30)], "0", "fail"),
        ([event("bribery")], "101", "fail"),
        ([event("quarrel", evidence_no="")], "101", "excellent"),  # no deduction without evidence
    ],
)
def test_a_month_by_hand(facts, total, grade):
    score = person(*facts)
    assert (score.total, score.grade) == (D(total), grade)
    assert sums_exactly(score)


@pytest.mark.parametrize(
    ("early", "points"), [((6, 10), 1), ((59, 100), 0), ((69, 100), 1), ((7, 10), 2), ((80, 100), 3), ((10, 10), 3), ((9, 9), 0)]
)
def test_early_completion_gives_a_point_from_60_and_one_for_each_10_more(early, points):
    score = person(rate("early_rate", *early))
    assert sum(line.points for line in score.lines if line.rule == "P5") == points
    assert sums_exactly(score)


def test_a_granted_appeal_leaves_the_line_without_points_and_the_reason():
    quarrel = event("quarrel")
    score = person(quarrel, overlay=Overlay(reversed_events={quarrel.event_id: "录像显示并无争吵"}))
    [line] = [one for one in score.lines if one.event_id == quarrel.event_id]
    assert line.points == 0
    assert "录像显示并无争吵" in line.note
    assert score.total == 101


def test_a_corrected_finding_stands_in_for_the_one_it_corrects():
    wrong, right = event("quarrel"), event("rude")
    score = person(wrong, overlay=Overlay(findings=(right,), replaced=frozenset({wrong.event_id})))
    assert score.total == 99
    assert wrong.event_id not in {line.event_id for line in score.lines}


def test_leave_ends_full_attendance_and_the_month_is_full_from_four_fifths_of_its_days():
    scores = [person(leave("s1", date(2018, 10, 8), date(2018, 10, 8 + days), 2 * days)) for days in (1, 6, 7, 16)]
    assert [one.total for one in scores] == [100] * 4
    assert [one.months for one in scores] == [1, 1, 0, 0]
    assert [one.is_ranked for one in scores] == [True, True, True, False]
    assert scores[3].why_not is not None


def test_a_newcomer_is_scored_for_his_days_and_has_no_full_attendance():
    score = hall(post(first=date(2018, 10, 20))).score("person", "s1", OCTOBER)
    assert score.total == 100
    assert not score.is_ranked
    assert score.coverage == D("0.387097")  # 12 of 31 days


def test_somebody_who_left_before_the_month_has_no_score():
    assert hall(post(end=date(2018, 10, 1))).score("person", "s1", OCTOBER) is None


def test_who_moved_counts_in_each_window_by_days():
    moved = (post("s1", "甲", end=date(2018, 10, 11)), post("s1", "乙", first=date(2018, 10, 11)), post("s2", "甲"))
    found = hall(*moved, event("absent", "s1", date(2018, 10, 2), "甲", quantity=4))
    # s1: 80 with 10 of 31 days at 甲 and 21 at 乙; s2: 101.
    part = {name: next(line for line in found.score("window", name, OCTOBER).lines if line.kind == "part") for name in ("甲", "乙")}
    assert part["甲"].quantity == D("95.878049")  # (80 x 10/31 + 101) / (41/31) = 3931/41
    assert part["乙"].quantity == 80


def test_a_b_post_counts_only_on_days_without_another_post():
    found = hall(post("s1", "甲"), post("s1", "乙", "backup"), post("s3", "乙"), event("absent", "s1", quantity=4))
    part = next(line for line in found.score("window", "乙", OCTOBER).lines if line.kind == "part")
    assert part.quantity == 101


def test_a_chief_carries_half_of_what_the_window_loses_but_his_own_events_once():
    facts = (*POSTS, event("rude", "s2"), event("guide_wrong", ""), event("dress", "s1"))
    found = hall(*facts)
    # s1: 100 - 1 (own dress) + 1 (full attendance); the window lost 2 for rude, 1 for the guide, 0.5 for his own dress.
    assert found.score("person", "s1", OCTOBER).total == 100
    assert found.score("chief", "s1", OCTOBER).total == D("98.5")
    assert found.own_score("s2", OCTOBER).total == 99
    assert sums_exactly(found.score("chief", "s1", OCTOBER))


def test_a_window_month_by_hand():
    facts = (
        *POSTS, rate("accepted", 200, None), rate("on_time_rate", 190, 200), rate("early_rate", 50, 100), rate("online_rate", 20, 100),
        rate("late_entry_rate", 6, 100), rate("good_rate", 95, 100), event("complaint_upheld", "s2"), event("tidiness", "", quantity=2),
    )  # fmt: skip
    score = hall(*facts).score("window", "甲", OCTOBER)
    # business 35 - 5 - 2 - 2 - 2; evaluation 20 - 3 - 5; order 15 - 1; staff 25 x (101 + 96) / 2 / 100 = 24.625; items 5.
    assert score.total == D("79.63")
    assert score.grade == "pass"
    assert sums_exactly(score)
    assert score.lines[-1].kind == "rounding"


def test_a_window_without_business_is_scored_but_not_ranked():
    found = hall(*POSTS, rate("accepted", 5, None, "甲"))
    assert found.score("window", "甲", OCTOBER).is_ranked
    idle = found.score("window", "乙", OCTOBER)
    assert (idle.is_ranked, idle.why_not[1]) == (False, "no business in the period: not ranked")


def test_a_department_is_the_mean_of_its_windows_by_cases():
    facts = (*POSTS, rate("accepted", 300, None, "甲"), rate("accepted", 100, None, "乙"), event("complaint_upheld", "s2", window="甲"))
    found = hall(*facts)
    # 甲: 100 - 5 - 25 x (1 - 98.5 %) = 94.625 -> 94.63; 乙: 100; (94.63 x 300 + 100 x 100) / 400 = 95.9725.
    assert found.score("window", "甲", OCTOBER).total == D("94.63")
    assert found.score("department", "民政局", OCTOBER).total == D("95.97")


rates = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair)))


@calm
@given(events(), rates, st.sets(st.integers(0, 24).map("h{:03d}".format), max_size=4))
def test_a_person_agrees_with_the_plain_computation(happened, early, reversed_ids):
    overlay = Overlay(reversed_events=dict.fromkeys(reversed_ids, "复核"))
    found = hall(*POSTS, *happened, rate("early_rate", *early, "甲"), overlay=overlay)
    for staff in ("s1", "s2"):
        own = [one for one in happened if one.staff_no == staff]
        assert found.score("person", staff, OCTOBER).total == person_month(own, reversed_ids, early)


@calm
@given(events(), st.fixed_dictionaries(dict.fromkeys(("on_time_rate", "early_rate", "online_rate", "late_entry_rate", "good_rate"), rates)))
def test_a_window_agrees_with_the_plain_computation(happened, sums):
    found = hall(*POSTS, *happened, *(rate(name, *pair, "甲") for name, pair in sums.items()))
    staff = [(found.score("person", who, OCTOBER).total, 31, 31) for who in ("s1", "s2")]
    assert found.score("window", "甲", OCTOBER).total == window_month([one for one in happened if one.window == "甲"], sums, staff)


@calm
@given(events(), st.sets(st.integers(0, 24).map("h{:03d}".format), max_size=4))
def test_a_chief_agrees_with_the_plain_computation(happened, reversed_ids):
    few = [one for one in happened if one.kind not in ("bribery", "absent")]
    found = hall(*POSTS, *few, overlay=Overlay(reversed_events=dict.fromkeys(reversed_ids, "复核")))
    own = found.score("person", "s1", OCTOBER)
    before_bounds = own.base + sum((line.points for line in own.lines if line.kind not in ("floor", "rounding")), D(0))
    carried = carried_by_chief("s1", [one for one in few if one.window == "甲"], reversed_ids)
    assert found.score("chief", "s1", OCTOBER).total == half_up(max(D(0), before_bounds + carried))


@calm
@given(events(), rates)
def test_every_trace_sums_to_its_total_exactly_and_within_the_bounds(happened, early):
    for score in hall(*POSTS, *happened, rate("early_rate", *early)).scores(OCTOBER):
        assert sums_exactly(score)
        assert 0 <= score.total <= 110
        assert score.total == round(score.total, 2)


@calm
@given(events(), st.randoms(use_true_random=False))
def test_the_order_of_what_happened_does_not_matter(happened, random):
    shuffled = [*POSTS, *happened]
    random.shuffle(shuffled)
    assert hall(*POSTS, *happened).scores(OCTOBER) == hall(*shuffled).scores(OCTOBER)


BONUSES = {kind for kinds, points, _, _ in PERSON.values() for kind in kinds if isinstance(points, dict) or D(points) > 0}
DEDUCTIONS = sorted(set(event_kinds()) - BONUSES)


@calm
@given(events(), st.sampled_from(DEDUCTIONS), st.sampled_from(["", "c1", "c2"]), st.sampled_from([("s1", "甲"), ("s3", "乙"), ("", "甲")]))
def test_one_more_deduction_never_raises_a_score(happened, kind, case, at):
    more = event(kind, at[0], window=at[1], case_no=case, event_id="more")
    before, after = hall(*POSTS, *happened), hall(*POSTS, *happened, more)
    for score in before.scores(OCTOBER):
        assert after.score(score.subject_kind, score.subject, OCTOBER).total <= score.total


@calm
@given(events(), st.integers(0, 24))
def test_a_granted_appeal_never_lowers_a_score_of_deductions(happened, index):
    only = [one for one in happened if one.kind in DEDUCTIONS]
    undone = Overlay(reversed_events={f"h{index:03d}": "复核"})
    before, after = hall(*POSTS, *only), hall(*POSTS, *only, overlay=undone)
    for score in before.scores(OCTOBER):
        assert after.score(score.subject_kind, score.subject, OCTOBER).total >= score.total


@calm
@given(events())
def test_no_line_takes_points_without_evidence(happened):
    for score in hall(*POSTS, *happened).scores(OCTOBER):
        assert all(line.evidence_no for line in score.lines if line.event_id and line.points)


def test_scores_are_the_same_however_often_they_are_asked():
    made = hall(*POSTS, event("rude"))
    assert made.scores(OCTOBER) == made.scores(OCTOBER) == Assessment(replace(made.inputs), made.schemes).scores(OCTOBER)
    assert isinstance(made.inputs, Inputs)
