"""A published month stays as it was; what changes in it later is made good in the next open month, once."""

import json
from datetime import date
from decimal import Decimal

from oracles.paper_hall import NOTHING, event, hall, post

from etl.assess.documents import from_document, to_document
from etl.assess.inputs import Overlay
from etl.assess.results import Frozen

QUARREL = event("quarrel", "s2", date(2018, 10, 9))
HALL = (post("s1", "甲", "chief"), post("s2", "甲"), QUARREL)
GRANTED = Overlay(reversed_events={QUARREL.event_id: "录像显示并无争吵"})


def published(overlay=NOTHING, months=("2018-10",), frozen=None, facts=()):
    """The months as they are published one after the other, through the documents that the office keeps."""
    kept = dict(frozen or {})
    for month in months:
        document = json.dumps(to_document(hall(*HALL, *facts, overlay=overlay, frozen=kept).freeze(month)), ensure_ascii=False)
        kept[month] = from_document(Frozen, json.loads(document))
    return kept


def corrections(assessment, kind, subject, month):
    return [(line.of_month, line.points) for line in assessment.score(kind, subject, month).lines if line.kind == "correction"]


def test_the_published_month_keeps_its_score_and_the_next_makes_it_good():
    found = hall(*HALL, overlay=GRANTED, frozen=published())
    assert found.score("person", "s2", "2018-10").total == 98
    assert corrections(found, "person", "s2", "2018-11") == [("2018-10", 3)]
    assert found.score("person", "s2", "2018-11").total == 104
    line = next(line for line in found.score("person", "s2", "2018-11").lines if line.kind == "correction")
    assert line.event_id == QUARREL.event_id
    assert "2018-10 已公布" in line.note


def test_the_window_and_its_chief_are_made_good_too():
    found = hall(*HALL, overlay=GRANTED, frozen=published())
    # The window lost 2 for the quarrel and 25 x 0.5 % for its staff: 97.875, published as 97.88; the chief carried 1.
    assert corrections(found, "window", "甲", "2018-11") == [("2018-10", Decimal("2.12"))]
    assert corrections(found, "chief", "s1", "2018-11") == [("2018-10", 1)]


def test_nothing_is_made_good_where_nothing_changed():
    found = hall(*HALL, frozen=published())
    assert not [line for one in found.scores("2018-11") for line in one.lines if line.kind == "correction"]


def test_a_correction_is_made_once_even_when_its_month_is_published_too():
    later = published(GRANTED, ["2018-11"], frozen=published())
    found = hall(*HALL, overlay=GRANTED, frozen=later)
    assert found.score("person", "s2", "2018-11").total == 104
    assert corrections(found, "person", "s2", "2018-12") == []


def test_a_correction_that_is_undone_is_taken_back():
    later = published(GRANTED, ["2018-11"], frozen=published())
    assert corrections(hall(*HALL, frozen=later), "person", "s2", "2018-12") == [("2018-10", -3)]


def test_a_finding_entered_late_counts_in_the_next_open_month():
    late = event("rude", "s2", date(2018, 10, 30))
    found = hall(*HALL, overlay=Overlay(findings=(late,)), frozen=published(months=["2018-10", "2018-11"]))
    assert corrections(found, "person", "s2", "2018-11") == []
    assert corrections(found, "person", "s2", "2018-12") == [("2018-10", -2)]


def test_a_changed_rule_corrects_nothing():
    from etl.assess.reading import Schemes, scheme_from
    from etl.config import SHIPPED

    text = (SHIPPED / "rules" / "assessment-hall.toml").read_text("utf-8").replace("points = -3\n", "points = -9\n")
    found = hall(*HALL, schemes=Schemes(tried=scheme_from(text, "x")), frozen=published())
    assert found.score("person", "s2", "2018-10").total == 98
    assert found.score("person", "s2", "2018-10").scheme_version != found.score("person", "s2", "2018-11").scheme_version
    assert corrections(found, "person", "s2", "2018-11") == []


def test_quarters_take_published_months_as_they_were():
    found = hall(*HALL, overlay=GRANTED, frozen=published())
    assert found.score("person", "s2", "2018Q4").total == 101  # 98, 104, 101
    assert found.rankings("person", "2018-10") == published()["2018-10"].rankings[:1]


def test_a_veto_lifted_after_publication_no_longer_bars_from_awards_but_the_month_stays_as_it_was():
    bribe = event("bribery", "s2", date(2018, 10, 9))
    kept = published(facts=(bribe,))
    barred = hall(*HALL, bribe, frozen=kept)
    assert {one.subject for one in barred.awards("2018Q4")[1].outside} == {"s2"}
    freed = hall(*HALL, bribe, frozen=kept, overlay=Overlay(reversed_events={bribe.event_id: "查无实据"}))
    assert freed.awards("2018Q4")[1].outside == ()
    assert freed.score("person", "s2", "2018Q4").vetoes == ()
    assert freed.score("person", "s2", "2018-10").grade == "fail"


def test_a_veto_found_after_publication_bars_from_awards():
    bribe = event("bribery", "s2", date(2018, 10, 9))
    found = hall(*HALL, frozen=published(), overlay=Overlay(findings=(bribe,)))
    assert {one.subject for one in found.awards("2018Q4")[1].outside} == {"s2"}
    assert found.score("person", "s2", "2018-10").grade == "excellent"
