"""What of an assessment one person may see. Scores are made over the whole hall, since ranks need all; here they are cut down.

The manager sees all. A leader sees windows and departments by name, persons without. A window head sees the window and whoever works
there; staff see their own score and, without what concerns colleagues, their window's. Of others both see places and totals alone.
"""

from collections.abc import Iterable
from dataclasses import replace

from etl.access.principal import Principal
from etl.access.rules import reach
from etl.assess.inputs import Event
from etl.assess.results import Award, Line, Place, Ranking, Score, Winner

PERSONS = ("person", "chief")


class Sight:
    """One person's view of scores, ranks, awards and events."""

    def __init__(self, who: Principal) -> None:
        self._reach = reach(who)
        self._staff_no = who.staff_no or ""

    @property
    def sees_all(self) -> bool:
        return self._reach.is_hall

    def is_named(self, one: Score) -> bool:
        """Whether this person may know whose score it is."""
        if self.sees_all or (one.subject_kind in PERSONS and self._is_self(one.subject)):
            return True
        if one.subject_kind in PERSONS:
            return self._reach.records == "window" and self._is_own_place(one.window, one.department)
        if self._reach.counts == "hall":
            return True
        if self._reach.counts != "window":
            return False
        own = self._reach.window if one.subject_kind == "window" else self._reach.department
        is_below = one.subject_kind == "window" and self._reach.window is None and one.department == self._reach.department
        return one.subject == own or is_below

    def is_told(self, event: Event) -> bool:
        """Whether this person may see the event: one of their own, one of the window for its head, any for the manager."""
        if self.sees_all or self._is_self(event.staff_no):
            return True
        return self._reach.records == "window" and self._is_own_place(event.window, event.department)

    def scores(self, found: Iterable[Score]) -> tuple[Score, ...]:
        """Those that this person may see by name, with their traces."""
        return tuple(self._traced(one) for one in found if self.is_named(one))

    def total(self, one: Score) -> Score:
        """The score without its trace, and without its name where this person may not know whose it is."""
        if self.is_named(one):
            return replace(one, lines=(), vetoes=())
        place = {"window": ""} if one.subject_kind in PERSONS else {}
        return replace(one, lines=(), vetoes=(), subject="", name="", why_not=None, grade_note=None, department="", **place)  # type: ignore[arg-type]

    def rankings(self, found: Iterable[Ranking], scores: Iterable[Score]) -> tuple[Ranking, ...]:
        """Places and totals of all; names, and reasons for standing outside, of those that this person may see."""
        named = self._named(scores)
        return tuple(
            replace(
                one,
                places=tuple(self._place(place, named) for place in one.places),
                outside=tuple(outside for outside in one.outside if self.sees_all or outside.subject in named),
            )
            for one in found
        )

    def awards(self, found: Iterable[Award], scores: Iterable[Score]) -> tuple[Award, ...]:
        """Who won is told to the whole hall, but no person's name to a leader; who did not and why, as for rankings."""
        named = self._named(scores)
        return tuple(
            replace(
                one,
                winners=tuple(self._winner(winner, one, named) for winner in one.winners),
                outside=tuple(outside for outside in one.outside if self.sees_all or outside.subject in named),
            )
            for one in found
        )

    def _named(self, scores: Iterable[Score]) -> frozenset[str]:
        return frozenset(one.subject for one in scores if self.is_named(one))

    def _place(self, place: Place, named: frozenset[str]) -> Place:
        return place if self.sees_all or place.subject in named else replace(place, subject="", name="")

    def _winner(self, winner: Winner, award: Award, named: frozenset[str]) -> Winner:
        is_told = self.sees_all or winner.subject in named or award.subject_kind not in PERSONS or self._reach.counts == "window"
        return winner if is_told else replace(winner, subject="", name="")

    def _is_self(self, staff_no: str) -> bool:
        return bool(self._staff_no) and staff_no == self._staff_no

    def _is_own_place(self, window: str, department: str) -> bool:
        if self._reach.window is not None:
            return window == self._reach.window
        return self._reach.department is not None and department == self._reach.department

    def _traced(self, one: Score) -> Score:
        """Lines about somebody else keep their points and lose whom and what they are about."""
        if self.sees_all or self._reach.records == "window":
            return one
        is_self = one.subject_kind in PERSONS and self._is_self(one.subject)
        lines = tuple(line if is_self and line.staff_no in ("", one.subject) else self._blind(line) for line in one.lines)
        return replace(one, lines=lines, vetoes=one.vetoes if is_self else ())

    def _blind(self, line: Line) -> Line:
        if self._is_self(line.staff_no) or not (line.event_id or line.case_no or line.staff_no):
            return line
        return replace(
            line, event_id="", evidence_type="", evidence_no="", version="", day=None, case_no="", staff_no="", note="", note_en=""
        )
