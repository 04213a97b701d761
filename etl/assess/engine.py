"""The assessment of a hall: scores of any period, ranks, awards, published months and what is corrected after them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from etl.assess.awards import award
from etl.assess.exact import total_of
from etl.assess.inputs import Event, Inputs, Overlay, first_day, month_of, months_of, next_month, period_kind
from etl.assess.months import Facts, MonthScores, vetoes
from etl.assess.periods import keep_within_share, over_months
from etl.assess.ranking import rankings
from etl.assess.reading import Schemes
from etl.assess.results import Award, Frozen, Line, Ranking, Score, SubjectKind, VetoHit
from etl.assess.scheme import RULED_KINDS, RuledKind, Scheme
from etl.assess.totals import bounded_again, grade_of

Subject = tuple[SubjectKind, str]
ALL: tuple[SubjectKind, ...] = ("person", "chief", "window", "department")


class Assessment:
    """Scores made when asked and kept. `frozen` are the published months (by month); they are read, never computed again."""

    def __init__(self, inputs: Inputs, schemes: Schemes, frozen: Mapping[str, Frozen] | None = None) -> None:
        self.inputs, self.schemes, self.frozen = inputs, schemes, dict(frozen or {})
        self._facts = Facts(inputs)
        self._scores: dict[str, dict[Subject, Score]] = {}

    # -- scores -----------------------------------------------------------------------------------------------------------------

    def scores(self, period: str, kind: SubjectKind | None = None) -> tuple[Score, ...]:
        """All scores of a month (2018-10), quarter (2018Q3) or year (2018); of one kind where it is given.

        Kind `person` is everybody by his own events alone, `chief` what a chief has with his share of the window's deductions.
        Raises HallError when no scheme holds then.
        """
        if period not in self._scores:
            made = self._month(period) if period_kind(period) == "month" else self._longer(period)
            self._scores[period] = {(one.subject_kind, one.subject): one for one in made}
        return tuple(one for one in self._scores[period].values() if kind in (None, one.subject_kind))

    def score(self, kind: SubjectKind, subject: str, period: str) -> Score | None:
        """One score, None where the subject has none in the period."""
        self.scores(period)
        return self._scores[period].get((kind, subject))

    def own_score(self, staff_no: str, period: str) -> Score | None:
        """What a member of staff is told: the score as chief for who was one, else as person."""
        return self.score("chief", staff_no, period) or self.score("person", staff_no, period)

    def ranked_scores(self, kind: RuledKind, period: str) -> tuple[Score, ...]:
        """One score a subject, as ranks and awards take them: a chief with what he carries."""
        if kind != "person":
            return self.scores(period, kind)
        chiefs = {one.subject: one for one in self.scores(period, "chief")}
        return tuple(chiefs.get(one.subject, one) for one in self.scores(period, "person"))

    def _month(self, month: str) -> tuple[Score, ...]:
        if month in self.frozen:
            return self.frozen[month].scores
        scheme = self.schemes.of(month)
        made = MonthScores(self._facts, scheme, month).scores
        corrections = self._corrections(month)
        return tuple(_corrected(scheme, one, corrections.get((one.subject_kind, one.subject), [])) for one in made)

    def _longer(self, period: str) -> list[Score]:
        months = [month for month in months_of(period) if self._is_known(month)]
        # The scheme of the last month with data says how months are put together.
        scheme = self.schemes.of(months[-1] if months else months_of(period)[-1])
        made: list[Score] = []
        for kind in ALL:
            found: dict[str, dict[str, Score]] = {}
            for month in months:
                for one in self.scores(month, kind):
                    found.setdefault(one.subject, {})[month] = one
            for subject, by_month in sorted(found.items()):
                if kind == "chief":
                    # Months as nobody's chief count as those of any person.
                    own = {month: self.own_score(subject, month) for month in months}
                    by_month = {month: one for month, one in own.items() if one is not None}
                marks = [one for one in self.inputs.overlay.marks if (one.year, one.staff_no) == (period, subject)]
                if scheme.subject_of(kind) is not None:
                    held = [hit for hit in self._vetoes(kind, subject, period) if month_of(hit.day) in months_of(period)]
                    made.append(replace(over_months(scheme, kind, by_month, period, marks), vetoes=tuple(held)))
        return _within_shares(scheme, period, made)

    def _is_known(self, month: str) -> bool:
        has_data = bool(self._facts.stays(month) or self._facts.metrics.windows.get(month))
        return month in self.frozen or (has_data and self.schemes.on(first_day(month)) is not None)

    # -- ranks and awards -------------------------------------------------------------------------------------------------------

    def rankings(self, kind: RuledKind, period: str) -> tuple[Ranking, ...]:
        """Ranks by group; those of a published month as they were published."""
        if period in self.frozen:
            return tuple(one for one in self.frozen[period].rankings if one.subject_kind == kind)
        return rankings(self._scheme(period), kind, period, self.ranked_scores(kind, period))

    def awards(self, period: str) -> tuple[Award, ...]:
        """The awards that the scheme gives for such a period."""
        scheme = self._scheme(period)
        found = [rule for rule in scheme.award if rule.period == period_kind(period)]
        return tuple(
            award(
                scheme, rule, period, self.ranked_scores(rule.subject, period),
                lambda one: self._standing(one, months_of(period)),
                lambda one: self._vetoes(one.subject_kind, one.subject, period),
            )
            for rule in found
        )  # fmt: skip

    def _scheme(self, period: str) -> Scheme:
        known = [month for month in months_of(period) if self._is_known(month)]
        return self.schemes.of(known[-1] if known else months_of(period)[-1])

    def _standing(self, one: Score, months: Iterable[str]) -> list[Event]:
        """Events of the subject that no appeal has reversed."""
        kind: RuledKind = "person" if one.subject_kind == "chief" else one.subject_kind
        found = [event for month in months for event in self._facts.events(month, kind, one.subject)]
        return [event for event in found if not self.inputs.is_reversed(event)]

    def _vetoes(self, kind: SubjectKind, subject: str, period: str) -> tuple[VetoHit, ...]:
        """Vetoes from January to the end of the period, by what stands now: an appeal granted after a month was published frees too."""
        last = months_of(period)[-1]
        ruled: RuledKind = "person" if kind == "chief" else kind
        return tuple(
            hit
            for month in months_of(last[:4])
            if month <= last and self.schemes.on(first_day(month)) is not None
            for hit in vetoes(self.schemes.of(month), ruled, self._facts.events(month, ruled, subject), self.inputs.overlay.reversed_events)
        )

    # -- published months -------------------------------------------------------------------------------------------------------

    def freeze(self, month: str) -> Frozen:
        """The month as it is published now: scores, ranks, and the events that stood."""
        scores = self.scores(month)
        ranks = tuple(one for kind in RULED_KINDS for one in self.rankings(kind, month))
        events = tuple(event for event in self.inputs.events_shown if event.month == month and not self.inputs.is_reversed(event))
        scheme = self._scheme(month)
        return Frozen(month, scheme.id, scheme.version, scores, ranks, events)

    def _corrections(self, month: str) -> dict[Subject, list[Line]]:
        """Lines by which this open month makes good what changed in published months whose next open month it is."""
        found: dict[Subject, list[Line]] = {}
        for published in sorted(self.frozen):
            if published < month and self._next_open(published) == month:
                for subject, line in self._changed(self.frozen[published]).items():
                    found.setdefault(subject, []).append(line)
        return found

    def _next_open(self, month: str) -> str:
        at = next_month(month)
        while at in self.frozen:
            at = next_month(at)
        return at

    def _changed(self, frozen: Frozen) -> dict[Subject, Line]:
        """What the events of a published month give now, less what they gave then, less what later published months made good.

        Both are computed under today's scheme and posts, so that only events make a difference.
        """
        now = {
            event.event_id: event
            for event in self.inputs.events_shown
            if event.month == frozen.month and not self.inputs.is_reversed(event)
        }
        then = {event.event_id: event for event in frozen.events}
        changed = sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name))
        others = tuple(event for event in self.inputs.events_shown if event.month != frozen.month)
        reversed_since = {name: why for name, why in self.inputs.overlay.reversed_events.items() if name not in then}
        past = replace(self.inputs, events=(*others, *frozen.events), overlay=Overlay(reversed_events=reversed_since))
        scheme = self.schemes.of(frozen.month)
        made_good = self._made_good(frozen.month)
        if not changed and not made_good:
            return {}
        before = {(one.subject_kind, one.subject): one.total for one in MonthScores(Facts(past), scheme, frozen.month).scores}
        found = {}
        for one in MonthScores(self._facts, scheme, frozen.month).scores:
            subject = (one.subject_kind, one.subject)
            points = one.total - before.get(subject, one.total) - made_good.get(subject, Decimal(0))
            if points:
                zh, en = (
                    f"{frozen.month} 已公布，更正：{'、'.join(changed)}",
                    f"{frozen.month} is published; corrected: {', '.join(changed)}",
                )
                only = changed[0] if len(changed) == 1 else ""
                found[subject] = Line("correction", "", "correction", points, event_id=only, of_month=frozen.month, note=zh, note_en=en)
        return found

    def _made_good(self, month: str) -> dict[Subject, Decimal]:
        found: dict[Subject, Decimal] = {}
        for later in self.frozen.values():
            for one in later.scores:
                points = total_of(line.points for line in one.lines if line.kind == "correction" and line.of_month == month)
                if points:
                    found[one.subject_kind, one.subject] = found.get((one.subject_kind, one.subject), Decimal(0)) + points
        return found


def _corrected(scheme: Scheme, score: Score, lines: list[Line]) -> Score:
    subject = scheme.subject_of(score.subject_kind)
    if not lines or subject is None:
        return score
    made, total = bounded_again(scheme, subject, score.base, [*score.lines, *lines])
    return replace(score, lines=made, total=total, grade=grade_of(scheme, total, score.vetoes))


def _within_shares(scheme: Scheme, period: str, scores: list[Score]) -> list[Score]:
    """Applies the caps on grades; a chief and a person are one staff, so the chief's score stands for him in the count."""
    for cap in scheme.grade_cap:
        if cap.period != period_kind(period):
            continue
        chiefs = {one.subject for one in scores if one.subject_kind == "chief"}
        staff = [
            one for one in scores
            if (one.subject_kind == cap.subject and not (cap.subject == "person" and one.subject in chiefs))
            or (cap.subject == "person" and one.subject_kind == "chief")
        ]  # fmt: skip
        kept = {(one.subject_kind, one.subject): one for one in keep_within_share(scheme, cap, staff)}
        scores = [kept.get((one.subject_kind, one.subject), one) for one in scores]
    return scores
