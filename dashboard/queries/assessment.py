"""Scores, ranks and awards as one person may see them. They are made once for all, kept by snapshot, office and schemes.

Whatever a page is given has gone through `Sight`; the whole is handed to whoever may see all of it, and to nobody else.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from dashboard.access.hall import whole_hall, whole_hall_compared
from dashboard.access.scores import Sight
from dashboard.access.trail import office_of
from dashboard.store import Store
from etl.access.rules import NotAllowedError, access_rules
from etl.assess.comparing import Comparison
from etl.assess.engine import Assessment
from etl.assess.fairness import Fairness, fairness
from etl.assess.inputs import Event, first_day, month_of, months_of, next_month, quarter_of
from etl.assess.reading import Schemes, load_schemes
from etl.assess.results import Award, Ranking, Score, SubjectKind
from etl.assess.scheme import RULED_KINDS, RuledKind, Scheme
from etl.assessing import freeze_month
from etl.office import Office
from etl.office.freezing import FrozenMonth, frozen, revision

# Data that begins later in a month than on this day does not have the month.
FIRST_DAYS = 7


@dataclass(frozen=True)
class Assessed:
    """The assessment as this store's person may see it. `at` is how many acts of the office it takes into account."""

    store: Store
    office: Office
    at: int
    _all: Assessment

    @cached_property
    def _sight(self) -> Sight:
        return Sight(self.store.principal)

    @property
    def schemes(self) -> Schemes:
        return self._all.schemes

    @property
    def schemes_version(self) -> str:
        return ",".join(one.version for one in self.schemes.schemes)

    # -- what there is --------------------------------------------------------------------------------------------------------

    @cached_property
    def months(self) -> list[str]:
        """Months with a scheme and somebody at a post, the newest first. One whose beginning the data does not have is left out."""
        posts = self._all.inputs.posts
        month, last, found = month_of(self.store.first_day), month_of(self.store.as_of), []
        if self.store.first_day.day > FIRST_DAYS:
            month = next_month(month_of(self.store.first_day))
        while month <= last:
            first, after = first_day(month), first_day(next_month(month))
            is_staffed = any(one.from_on < after and (one.to_on is None or one.to_on > first) for one in posts)
            if month in self._all.frozen or (is_staffed and self.schemes.on(first) is not None):
                found.append(month)
            month = next_month(month)
        return found[::-1]

    @property
    def quarters(self) -> list[str]:
        """Such as 2018Q3, the newest first."""
        return list(dict.fromkeys(quarter_of(month) for month in self.months))

    @property
    def years(self) -> list[str]:
        return list(dict.fromkeys(month[:4] for month in self.months))

    @property
    def frozen_months(self) -> list[str]:
        return sorted(self._all.frozen)

    @property
    def next_to_freeze(self) -> str | None:
        """The month that is to be published next: after the last published one, the first at the beginning. None when it has no data."""
        last = max(self._all.frozen, default=None)
        wanted = min(self.months, default=None) if last is None else next_month(last)
        return wanted if wanted in self.months else None

    def is_frozen(self, period: str) -> bool:
        """Whether all months of the period that have data are published."""
        found = [month for month in months_of(period) if month in self.months]
        return bool(found) and all(month in self._all.frozen for month in found)

    def scheme(self, period: str) -> Scheme:
        """The scheme by which this period is put together. Raises HallError when there is none."""
        known = [month for month in months_of(period) if month in self.months]
        return self.schemes.of(known[-1] if known else months_of(period)[-1])

    # -- scores, ranks, awards ------------------------------------------------------------------------------------------------

    def scores(self, period: str, kind: SubjectKind) -> tuple[Score, ...]:
        """Scores of this kind that this person may see by name, with their traces."""
        return self._sight.scores(self._all.scores(period, kind))

    def score(self, kind: SubjectKind, subject: str, period: str) -> Score | None:
        """One score; None where there is none that this person may see."""
        return self._seen(self._all.score(kind, subject, period))

    def own_score(self, period: str) -> Score | None:
        """The score of whoever asks: as chief for who was one, else as person."""
        staff_no = self.store.principal.staff_no
        return self._seen(self._all.own_score(staff_no, period)) if staff_no else None

    def ranked_scores(self, period: str, kind: RuledKind) -> tuple[Score, ...]:
        """As ranks take them, a chief with what is carried over; those that this person may see by name."""
        return self._sight.scores(self._all.ranked_scores(kind, period))

    def totals(self, period: str, kind: RuledKind) -> tuple[Score, ...]:
        """Every ranked score without its trace; without its name where this person may not know whose it is."""
        return tuple(self._sight.total(one) for one in self._all.ranked_scores(kind, period))

    def rankings(self, period: str, kind: RuledKind) -> tuple[Ranking, ...]:
        """Places and totals of all, names of those that this person may know."""
        return self._sight.rankings(self._all.rankings(kind, period), self._all.ranked_scores(kind, period))

    def awards(self, period: str) -> tuple[Award, ...]:
        scores = [one for kind in RULED_KINDS for one in self._all.ranked_scores(kind, period)]
        return self._sight.awards(self._all.awards(period), scores)

    def fairness(self, period: str, kind: RuledKind) -> Fairness:
        """How scores spread over the hall; of persons for whoever sees all of it alone. Raises NotAllowedError for others."""
        if not self.sees_all and (kind == "person" or self.store.reach.counts != "hall"):
            raise NotAllowedError
        return fairness(self._all, kind, period)

    @property
    def sees_all(self) -> bool:
        """Whether this person may see every score by name."""
        return self._sight.sees_all

    def _seen(self, found: Score | None) -> Score | None:
        return None if found is None else next(iter(self._sight.scores([found])), None)

    # -- events ---------------------------------------------------------------------------------------------------------------

    def events(self, first: date = date.min, last: date = date.max) -> tuple[Event, ...]:
        """Events of these days that this person may see, those taken back on appeal included."""
        return tuple(one for one in self._all.inputs.events_shown if first <= one.day <= last and self._sight.is_told(one))

    def event(self, event_id: str) -> Event | None:
        """One event; None when there is none that this person may see."""
        return next((one for one in self.events() if one.event_id == event_id), None)

    def counts_in(self, event: Event) -> str:
        """The month in which an event counts: its own, or, where it became known after its own was published, the one that made good."""
        published = self._all.frozen.get(event.month)
        if published is None or any(one.event_id == event.event_id for one in published.events):
            return event.month
        month = next_month(event.month)
        while month in self._all.frozen and not self._makes_good(month, event):
            month = next_month(month)
        return month

    def _makes_good(self, month: str, event: Event) -> bool:
        """Whether this published month has a correction that names the event."""
        return any(
            line.kind == "correction" and line.of_month == event.month and event.event_id in line.note.rpartition("：")[2].split("、")
            for score in self._all.frozen[month].scores
            for line in score.lines
        )

    # -- publishing -----------------------------------------------------------------------------------------------------------

    def published(self, month: str) -> FrozenMonth | None:
        """When, by whom and on what a month was published, without its document: `scores` gives that as this person may see it."""
        found = frozen(self.office, month)
        return None if found is None else replace(found, document=None)

    def publish(self, month: str, actor: str, now: datetime) -> FrozenMonth:
        """Freezes a month as it is shown. Raises HallError with what to do instead, NotAllowedError for other roles."""
        access_rules().require(self.store.principal, "freeze_month")
        return freeze_month(self._all, self.office, month, self.store.snapshot_id, actor, now, self.at)


def assessed(store: Store) -> Assessed:
    """The assessment as it stands: a new snapshot, act of the office or rules file makes it anew. HallError for a wrong rules file."""
    office = office_of(store.home)
    at = revision(office)
    version = ",".join(one.version for one in load_schemes(store.home.overlay("rules")).schemes)
    return Assessed(store, office, at, whole_hall(store, at, version))


def whole(store: Store) -> Assessment:
    """The assessment of the whole hall, for whoever sees all of it; raises NotAllowedError for others."""
    if not Sight(store.principal).sees_all:
        raise NotAllowedError
    return assessed(store)._all


def compared(store: Store, tried: Scheme, period: str) -> Comparison:
    """A period under the schemes in force and under another; nothing is stored. Raises NotAllowedError unless the rules are theirs."""
    access_rules().require(store.principal, "change_rules")
    return whole_hall_compared(store, tried, revision(office_of(store.home)), assessed(store).schemes_version, period)
