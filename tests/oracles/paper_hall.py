"""A hall on paper: events, posts and metrics written in a line each, for the tests of the assessment."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count

from hypothesis import strategies as st

from etl.assess.engine import Assessment
from etl.assess.inputs import Event, Inputs, Leave, Metric, Overlay, Post
from etl.assess.kinds import event_kinds
from etl.assess.reading import Schemes, load_schemes

NUMBERS = count(1)
OCTOBER = "2018-10"
NOTHING = Overlay()
IN_OCTOBER = st.dates(date(2018, 10, 1), date(2018, 10, 31))


def event(kind: str, staff: str = "s1", day: date = date(2018, 10, 15), window: str = "甲", **given) -> Event:
    """One event with its usual evidence."""
    number = given.pop("event_id", f"e{next(NUMBERS):05d}")
    found = event_kinds().get(kind)
    plain = Event(
        number, day, kind, Decimal(1), 0, staff, window, "民政局", "", found.evidence if found else "patrol", f"no-{number}", "1", False,
    )  # fmt: skip
    return replace(plain, **{**given, "quantity": Decimal(str(given.get("quantity", 1)))})


def post(
    staff: str = "s1",
    window: str = "甲",
    kind: str = "window",
    first: date = date(2018, 1, 1),
    end: date | None = None,
    department: str = "民政局",
):
    return Post(staff, f"姓名{staff}", department, window, kind, first, end)


def leave(staff: str, first: date, end: date, half_days: int, kind: str = "personal") -> Leave:
    return Leave(staff, first, end, kind, Decimal(half_days))


def rate(indicator: str, numerator: int, denominator: int | None, window: str = "甲", month: str = OCTOBER) -> Metric:
    n = numerator if denominator is None else denominator
    return Metric(indicator, window, None, month, Decimal(numerator), None if denominator is None else Decimal(denominator), n)


def hall(*facts, overlay: Overlay = NOTHING, schemes: Schemes | None = None, frozen=None) -> Assessment:
    """An assessment of these posts, leaves, events and metrics in any order."""
    return Assessment(inputs(*facts, overlay=overlay), schemes or load_schemes(), frozen)


def inputs(*facts, overlay: Overlay = NOTHING) -> Inputs:
    of = {kind: tuple(one for one in facts if isinstance(one, kind)) for kind in (Post, Leave, Event, Metric)}
    return Inputs(of[Post], of[Leave], of[Event], of[Metric], frozenset(), overlay)


@st.composite
def events(draw, staff=("s1", "s2", "s3", ""), windows=("甲", "乙"), days=IN_OCTOBER, most=25):
    """Events of one month; a person's events are at the window where `at_window` puts him."""
    found = []
    for number in range(draw(st.integers(0, most))):
        kind = draw(st.sampled_from(list(event_kinds())))
        who = draw(st.sampled_from(staff))
        found.append(
            event(
                kind, who, draw(days), at_window(who) or draw(st.sampled_from(windows)), event_id=f"h{number:03d}",
                quantity=draw(st.sampled_from([1, 1, 1, 2, "0.5", 3])), workdays_late=draw(st.integers(0, 12)),
                case_no=draw(st.sampled_from(["", "c1", "c2", "c3"])), evidence_no=draw(st.sampled_from(["x", "x", "x", ""])),
                evidence_type=draw(st.sampled_from([event_kinds()[kind].evidence, "patrol"])),
            )
        )  # fmt: skip
    return found


def at_window(staff: str) -> str:
    return {"s1": "甲", "s2": "甲", "s3": "乙"}.get(staff, "")


POSTS = (post("s1", "甲", "chief"), post("s2", "甲"), post("s3", "乙"))
