"""Quarters, years, ranks and awards: means of months, places that are shared, who is out and why."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.paper_hall import NOTHING, OCTOBER, event, events, hall, leave, post, rate

from etl.assess.awards import loses, shared_out
from etl.assess.inputs import Mark, Overlay, months_of
from etl.assess.reading import Schemes, load_schemes
from etl.assess.results import VetoHit

D = Decimal
calm = settings(max_examples=60, deadline=None)
QUARTER = months_of("2018Q4")
NAMES = "甲乙丙丁戊己庚辛壬癸"


def sums_exactly(score):
    return score.base + sum((line.points for line in score.lines), D(0)) == score.total


def test_a_quarter_is_the_mean_of_its_months_each_a_line():
    found = hall(post(), event("quarrel", day=date(2018, 10, 3)), event("absent", day=date(2018, 12, 3), quantity=2))
    score = found.score("person", "s1", "2018Q4")
    assert [line.points for line in score.lines if line.kind == "month"] == [D("32.666667"), D("33.666666"), D("30")]  # 98, 101, 90
    assert score.total == D("96.33")
    assert (score.months, score.coverage, score.grade) == (3, 1, "excellent")
    assert sums_exactly(score)


def test_a_month_counts_by_the_days_one_was_there():
    found = hall(post(first=date(2018, 11, 16)), event("absent", day=date(2018, 11, 20), quantity=4))
    # November: 80 for half the month; December: 101 for all of it.
    assert found.score("person", "s1", "2018Q4").total == D("94")
    assert found.score("person", "s1", "2018Q4").months == 1


def test_months_without_business_do_not_count_for_a_window():
    lost = [rate("accepted", 20, None, month="2018-10"), rate("on_time_rate", 15, 20, month="2018-10")]
    found = hall(post(), *lost)
    assert found.score("window", "甲", OCTOBER).total == 85
    assert found.score("window", "甲", "2018Q4").total == 85


@settings(max_examples=60, deadline=None)
@given(events(days=st.dates(date(2018, 1, 1), date(2018, 12, 31)), most=60), st.dates(date(2018, 1, 1), date(2018, 12, 1)))
def test_means_agree_with_a_computation_in_fractions(happened, came):
    found = hall(post("s1", "甲"), post("s2", "甲", first=came), post("s3", "乙"), *happened, overlay=Overlay(marks=MARKS))
    for staff in ("s1", "s2"):
        for period, percent, marks in (("2018Q4", 100, 0), ("2018", 80, Fraction(37, 2) if staff == "s1" else 0)):
            months = [one for month in months_of(period) if (one := found.score("person", staff, month)) is not None]
            weights = [Fraction(one.coverage) for one in months]
            mean = sum(Fraction(one.total) * weight for one, weight in zip(months, weights, strict=True)) / sum(weights)
            hundredths = mean * percent + Fraction(marks) * 100 + Fraction(1, 2)
            assert found.score("person", staff, period).total == D(hundredths.numerator // hundredths.denominator) / 100


MARKS = tuple(Mark("2018", "s1", part, D(points)) for part, points in (("dossier", "7.5"), ("peers", "5"), ("leaders", "6")))


def test_a_year_is_four_fifths_of_the_months_and_the_annual_marks():
    score = hall(post(), overlay=Overlay(marks=MARKS)).score("person", "s1", "2018")
    assert score.total == D("99.30")  # 0.8 x 101 + 18.5
    assert score.is_ranked
    assert sums_exactly(score)


def test_a_year_without_its_marks_has_no_grade_and_no_rank():
    score = hall(post(), overlay=Overlay(marks=MARKS[:2])).score("person", "s1", "2018")
    assert (score.grade, score.is_ranked) == ("", False)
    assert score.why_not == ("年度评价未录入：领导评价", "annual marks are missing: Judged by leaders")


def test_a_mark_above_its_most_is_cut_by_a_line():
    marks = (*MARKS[:2], Mark("2018", "s1", "leaders", D(9)))
    score = hall(post(), overlay=Overlay(marks=marks)).score("person", "s1", "2018")
    assert score.total == D("99.30")
    assert [line.points for line in score.lines if line.kind == "cap"] == [D(-3)]


def staff(number: int, **given):
    """So many persons, each at a window of his own."""
    return [post(f"s{index:02d}", f"窗{index:02d}", **given) for index in range(number)]


def marked(points):
    return tuple(
        Mark("2018", f"s{index:02d}", part, D(each)) for index, each in enumerate(points) for part in ("dossier", "peers", "leaders")
    )


@pytest.mark.parametrize(
    ("points", "excellent"),
    [
        ([6, 5, 4, 4, 4, 4, 4, 4, 4, 4], 2),  # 2 of 10
        ([6, 5, 5, 4, 4, 4, 4, 4, 4, 4], 1),  # two equals for one place
        ([6] * 10, 0),
        ([6, 6, 4, 4], 0),  # none of 4: 20 % is less than one
    ],
)
def test_excellent_is_for_a_fifth_of_the_staff_at_most(points, excellent):
    found = hall(*staff(len(points)), overlay=Overlay(marks=marked(points)))
    grades = Counter(one.grade for one in found.scores("2018", "person"))
    assert grades["excellent"] == excellent
    lost = [one for one in found.scores("2018", "person") if one.grade_note is not None]
    assert {one.grade for one in lost} <= {"good"}


def test_who_has_a_veto_is_not_excellent_in_that_year():
    bribed = event("bribery", "s00", date(2018, 3, 1), "窗00")
    found = hall(*staff(10), bribed, overlay=Overlay(marks=marked([6] + [4] * 9)))
    best = found.score("person", "s00", "2018")
    assert best.grade == "good"
    assert "一票否决" in best.grade_note[0]
    assert found.score("person", "s00", "2018-03").grade == "fail"
    assert found.score("person", "s00", "2018-04").grade == "excellent"


def test_equals_share_a_place_and_the_next_place_is_left_out():
    found = hall(
        *staff(4), event("rude", "s01", window="窗01"), event("rude", "s02", window="窗02"), event("quarrel", "s03", window="窗03")
    )
    [ranking] = found.rankings("person", OCTOBER)
    assert [(one.subject, one.place, one.is_shared) for one in ranking.places] == [
        ("s00", 1, False), ("s01", 2, True), ("s02", 2, True), ("s03", 4, False),
    ]  # fmt: skip


def test_a_tie_is_broken_by_who_lost_less():
    facts = [event("praise", "s00", window="窗00"), event("dress", "s00", window="窗00")]
    [ranking] = hall(*staff(2), *facts).rankings("person", OCTOBER)
    assert [(one.subject, one.total, one.place) for one in ranking.places] == [("s01", D("101.00"), 1), ("s00", D("101.00"), 2)]


def test_who_was_hardly_there_stands_outside_with_the_reason():
    [ranking] = hall(*staff(2), leave("s01", date(2018, 10, 1), date(2018, 10, 21), 40)).rankings("person", OCTOBER)
    assert [one.subject for one in ranking.places] == ["s00"]
    assert [(one.subject, one.reasons[0][1]) for one in ranking.outside] == [("s01", "at a post less than 50% of the period")]


def business(cases, months=QUARTER):
    """Windows 窗00, 窗01 … with so many cases accepted in each month."""
    return [rate("accepted", each, None, f"窗{index:02d}", month) for index, each in enumerate(cases) for month in months]


def test_a_window_of_12_cases_is_not_ranked_against_one_of_1200():
    found = hall(*staff(4), *business([4, 400, 20, 9]))
    assert [(one.group, sorted(place.subject for place in one.places)) for one in found.rankings("window", "2018Q4")] == [
        ("low", ["窗00", "窗03"]), ("middle", ["窗02"]), ("high", ["窗01"]),
    ]  # fmt: skip


def flags(*facts, number=6, cases=None, overlay=NOTHING):
    return hall(*staff(number), *business(cases or [15] * number), *facts, overlay=overlay).awards("2018Q4")[0]


def test_the_quarter_flags_go_to_two_at_least_and_ties_share():
    worse = [event("guide_wrong", "", date(2018, 11, 5), f"窗{index:02d}") for index in (3, 4, 5)]
    assert [one.subject for one in flags(*worse, event("guide_wrong", "", date(2018, 12, 5), "窗02")).winners] == ["窗00", "窗01"]
    assert [(one.subject, one.place) for one in flags(*worse).winners] == [("窗00", 1), ("窗01", 1), ("窗02", 1)]


def test_who_had_a_red_card_or_an_upheld_complaint_is_out_and_it_says_why():
    red, complaint = event("red_card", "s00", date(2018, 10, 9), "窗00"), event("complaint_upheld", "", date(2018, 12, 9), "窗01")
    found = flags(red, complaint)
    assert found.eligible == 4
    assert {one.subject: one.reasons for one in found.outside} == {
        "窗00": ((f"有红牌（{red.event_id}）", f"Red card ({red.event_id})"),),
        "窗01": ((f"有有效投诉（{complaint.event_id}）", f"Complaint upheld ({complaint.event_id})"),),
    }
    undone = flags(red, complaint, overlay=Overlay(reversed_events={red.event_id: "复核"}))
    assert undone.eligible == 5


def test_thirty_cases_a_quarter_or_the_group_of_low_volume():
    found = flags(number=3, cases=[15, 5, 15])
    assert found.eligible == 3
    assert {one.group for one in found.winners} == {"low", "middle"}
    strict = load_schemes().schemes[0]
    award = replace_award(strict, "red_flag", workload_exempt=())
    outside = hall(*staff(3), *business([15, 5, 15]), schemes=Schemes(tried=award)).awards("2018Q4")[0].outside
    assert [(one.subject, one.reasons[0][1]) for one in outside] == [("窗01", "15 cases, fewer than 30")]


def replace_award(scheme, name, **given):
    return scheme.model_copy(update={"award": tuple(one.model_copy(update=given) if one.id == name else one for one in scheme.award)})


def test_model_staff_are_a_tenth_and_equals_beyond_it_all_go_without():
    facts = [event("praise", f"s{index:02d}", date(2018, 10, 3), f"窗{index:02d}") for index in range(3)]
    model = hall(*staff(20), *facts[:2]).awards("2018Q4")[1]
    assert [one.subject for one in model.winners] == ["s00", "s01"]
    assert hall(*staff(20), *facts).awards("2018Q4")[1].winners == ()


def test_a_newcomer_of_one_full_month_is_no_model_yet():
    facts = [*staff(19), post("s99", "窗00", first=date(2018, 12, 1)), event("innovation", "s99", date(2018, 12, 5), "窗00", quantity=5)]
    model = hall(*facts).awards("2018Q4")[1]
    assert [(one.subject, one.reasons[0][1]) for one in model.outside] == [("s99", "1 full months, fewer than 2")]


@pytest.mark.parametrize(("period", "lost"), [("2018Q1", False), ("2018Q2", True), ("2018Q4", True), ("2018", True), ("2019Q1", False)])
def test_a_veto_takes_the_awards_of_the_rest_of_its_year(period, lost):
    assert loses(VetoHit("V1", "e1", date(2018, 5, 2), "fail", "year"), period) is lost


@given(st.integers(0, 12), st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9), min_size=1))
def test_places_are_shared_out_without_one_lost(places, members):
    given_out = shared_out(places, members)
    if sum(members.values()):
        assert sum(given_out.values()) == places
        assert all(given_out[name] >= places * number // sum(members.values()) for name, number in members.items())
    else:
        assert sum(given_out.values()) == 0


@calm
@given(events(days=st.dates(date(2018, 10, 1), date(2018, 12, 31)), most=40))
def test_places_follow_the_totals_and_everybody_stands_somewhere(happened):
    found = hall(post("s1", "甲", "chief"), post("s2", "甲"), post("s3", "乙"), *happened)
    for kind in ("person", "window"):
        for period in (OCTOBER, "2018Q4", "2018"):
            scores = {one.subject: one for one in found.ranked_scores(kind, period)}
            listed = Counter()
            for ranking in found.rankings(kind, period):
                listed.update(one.subject for one in (*ranking.places, *ranking.outside))
                for one in ranking.places:
                    assert one.place <= 1 + sum(1 for other in ranking.places if other.total >= one.total and other.subject != one.subject)
                    assert one.place >= 1 + sum(1 for other in ranking.places if other.total > one.total)
                    assert one.total == scores[one.subject].total
            assert listed == Counter(scores.keys())
            assert all(sums_exactly(one) for one in scores.values())


def test_a_department_of_the_year_needs_no_marks():
    cases = [replace(rate("accepted", 30, None, month=month), window=None, department="民政局") for month in months_of("2018")]
    score = hall(post(), *cases).score("department", "民政局", "2018")
    assert (score.total, score.is_ranked) == (100, True)
