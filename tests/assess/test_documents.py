"""A frozen month is read back as it was written, to the last digit."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.assess.documents import from_document, to_document
from etl.assess.inputs import Event
from etl.assess.results import Award, Frozen, Line, Outside, Place, Ranking, Score, VetoHit, Winner

text = st.text(max_size=8)
points = st.decimals(min_value=-200, max_value=200, places=6)
days = st.dates(date(2018, 1, 1), date(2018, 12, 31))
reasons = st.tuples(text, text)
subjects = st.sampled_from(["person", "window", "department", "chief"])
lines = st.builds(Line, points=points, quantity=st.none() | points, day=st.none() | days, rule=text, note=text)
vetoes = st.builds(VetoHit, day=days, rule=text, event_id=text, grade_ceiling=text)
scores = st.builds(
    Score, subject_kind=subjects, base=points, total=points, coverage=points, lines=st.lists(lines, max_size=3).map(tuple),
    vetoes=st.lists(vetoes, max_size=2).map(tuple), why_not=st.none() | reasons, grade_note=st.none() | reasons,
)  # fmt: skip
outside = st.builds(Outside, total=points, reasons=st.lists(reasons, max_size=2).map(tuple))
rankings = st.builds(
    Ranking, subject_kind=subjects, places=st.lists(st.builds(Place, total=points), max_size=2).map(tuple),
    outside=st.lists(outside, max_size=2).map(tuple),
)  # fmt: skip
events = st.builds(Event, day=days, quantity=points)
frozen = st.builds(
    Frozen, scores=st.lists(scores, max_size=2).map(tuple), rankings=st.lists(rankings, max_size=1).map(tuple),
    events=st.lists(events, max_size=2).map(tuple),
)  # fmt: skip
awards = st.builds(
    Award, subject_kind=subjects, winners=st.lists(st.builds(Winner, total=points), max_size=2).map(tuple),
    outside=st.lists(outside, max_size=2).map(tuple),
)  # fmt: skip


@given(frozen | awards)
def test_a_document_loses_nothing(result):
    document = json.loads(json.dumps(to_document(result), ensure_ascii=False))
    assert from_document(type(result), document) == result


def test_decimals_are_text_with_their_places():
    assert to_document(Line("A1", "attendance", "late_short", Decimal("-1.50")))["points"] == "-1.50"


@pytest.mark.parametrize("document", [{"rule": "A1"}, {"rule": "A1", "dimension": "d", "kind": "k", "points": "1", "more": 1}, []])
def test_a_document_of_another_kind_is_refused(document):
    with pytest.raises(ValueError, match="Line"):
        from_document(Line, document)
