"""The scores of one month: persons by their events, windows with the mean of their staff, departments, chiefs with what they carry."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from etl.assess.carrying import carried
from etl.assess.counting import counted, uncapped
from etl.assess.exact import fine, rounded, total_of
from etl.assess.groups import groups_of
from etl.assess.inputs import Event, Inputs, first_day, months_of, quarter_of
from etl.assess.measuring import Metrics, Owner, metric_lines
from etl.assess.membership import Stay, stays
from etl.assess.results import Line, Score, SubjectKind, VetoHit
from etl.assess.scheme import Part, Rule, RuledKind, Scheme, Subject
from etl.assess.totals import bounded_again, closed, grade_of

NONE = Decimal(0)
NO_BUSINESS = ("当期没有业务，不参加排名", "no business in the period: not ranked")


@dataclass(frozen=True)
class Facts:
    """Inputs by month and by whom they concern; shared by all months and schemes that are scored from them."""

    inputs: Inputs

    @cached_property
    def metrics(self) -> Metrics:
        return Metrics(self.inputs.metrics)

    @cached_property
    def _stays(self) -> dict[str, dict[str, Stay]]:
        return {}

    def stays(self, month: str) -> dict[str, Stay]:
        """Who was at a post in the month."""
        if month not in self._stays:
            self._stays[month] = stays(self.inputs, month)
        return self._stays[month]

    @cached_property
    def _events(self) -> dict[tuple[str, RuledKind, str], list[Event]]:
        found: dict[tuple[str, RuledKind, str], list[Event]] = defaultdict(list)
        for event in self.inputs.events_shown:
            found[event.month, "person", event.staff_no].append(event)
            found[event.month, "window", event.window].append(event)
            found[event.month, "department", event.department].append(event)
        return found

    def events(self, month: str, kind: RuledKind, subject: str) -> Sequence[Event]:
        return self._events.get((month, kind, subject), []) if subject else []

    def named(self, month: str, kind: RuledKind) -> set[str]:
        """Subjects that an event of the month names."""
        return {subject for at, of, subject in self._events if at == month and of == kind and subject}


class MonthScores:
    """Scores of one month under one scheme, made when asked."""

    def __init__(self, facts: Facts, scheme: Scheme, month: str) -> None:
        self.facts, self.scheme, self.month = facts, scheme, month
        self.reversed = facts.inputs.overlay.reversed_events
        self.stays = facts.stays(month)

    @property
    def scores(self) -> tuple[Score, ...]:
        """Persons, chiefs, windows, departments, each in the order of their names."""
        return (*self.persons.values(), *self.chiefs.values(), *self.windows.values(), *self.departments.values())

    # -- persons ----------------------------------------------------------------------------------------------------------------

    @cached_property
    def person_lines(self) -> dict[str, list[Line]]:
        """Lines of each person before floors, ceilings and rounding."""
        return {staff_no: self._person_lines(stay) for staff_no, stay in self.stays.items()}

    def _person_lines(self, stay: Stay) -> list[Line]:
        lines = self._counted("person", stay.staff_no)
        for rule in self.scheme.metric:
            if rule.subject == "person":
                for window in stay.windows:
                    owner = ("window", window)
                    lines += metric_lines(self.facts.metrics, rule, owner, self.month, self._peers(owner), stay.share(window))
        subject = self._subject("person")
        coverage = stay.coverage(subject.present_on_leave)
        if subject.prorate == "base" and coverage < 1:
            zh, en = f"在岗 {coverage:.2%}", f"at a post {coverage:.2%} of the month"
            lines.append(Line("total", "", "prorating", fine(-subject.base * (1 - coverage)), coverage, note=zh, note_en=en))
        return lines

    @cached_property
    def persons(self) -> dict[str, Score]:
        if self.scheme.subject_of("person") is None:
            return {}
        return {staff_no: self._person("person", stay, self.person_lines[staff_no]) for staff_no, stay in self.stays.items()}

    def _person(self, kind: SubjectKind, stay: Stay, lines: Sequence[Line]) -> Score:
        subject = self._subject("person")
        made, total = closed(self.scheme, subject, subject.base, lines)
        vetoes = self._vetoes("person", stay.staff_no)
        window, department = stay.main
        why_not = None
        coverage = stay.coverage(subject.present_on_leave)
        if coverage * 100 < subject.ranked_percent:
            why_not = (f"在岗不足 {subject.ranked_percent}%", f"at a post less than {subject.ranked_percent}% of the period")
        return Score(
            subject_kind=kind, subject=stay.staff_no, name=stay.name, department=department, window=window, period=self.month,
            base=subject.base, lines=made, total=total, grade=grade_of(self.scheme, total, vetoes), is_ranked=why_not is None,
            why_not=why_not, scheme_id=self.scheme.id, scheme_version=self.scheme.version, coverage=coverage,
            months=int(coverage * 100 >= subject.full_month_percent), workload=self._work_of(stay), vetoes=vetoes,
        )  # fmt: skip

    @cached_property
    def chiefs(self) -> dict[str, Score]:
        """Persons who were chief of a window in the month: their own lines and what they carry of the window's."""
        if self.scheme.subject_of("person") is None or not self.scheme.propagation:
            return {}
        found = {}
        for staff_no, stay in self.stays.items():
            shares = {window: share for window in stay.windows if (share := stay.share(window, ("chief",)))}
            if shares:
                found[staff_no] = self._person("chief", stay, [*self.person_lines[staff_no], *carried(self, staff_no, shares)])
        return found

    # -- windows and departments ------------------------------------------------------------------------------------------------

    @cached_property
    def window_departments(self) -> dict[str, str]:
        """Windows of the month, with the department whose staff were there most days; those known by their business or an event too."""
        days: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for stay in self.stays.values():
            for (window, department, _), number in stay.days.items():
                days[window][department] += number
        for window in self.facts.metrics.windows.get(self.month, frozenset()) | self.facts.named(self.month, "window"):
            days.setdefault(window, defaultdict(int))
        named = {event.window: event.department for event in self.facts.inputs.events_shown if event.month == self.month}
        return {
            window: max(at, key=lambda name: (at[name], name)) if at else named.get(window, "")
            for window, at in sorted(days.items())
            if window
        }

    @cached_property
    def window_lines(self) -> dict[str, list[Line]]:
        return {window: self._ruled_lines("window", window) for window in self.window_departments}

    @cached_property
    def windows(self) -> dict[str, Score]:
        if self.scheme.subject_of("window") is None:
            return {}
        places = {window: (department, window) for window, department in self.window_departments.items()}
        return self._ruled("window", places, self.window_lines)

    @cached_property
    def departments(self) -> dict[str, Score]:
        if self.scheme.subject_of("department") is None:
            return {}
        names = sorted({name for name in self.window_departments.values() if name})
        return self._ruled(
            "department", {name: (name, "") for name in names}, {name: self._ruled_lines("department", name) for name in names}
        )

    def _ruled(self, kind: RuledKind, places: Mapping[str, tuple[str, str]], lines: Mapping[str, list[Line]]) -> dict[str, Score]:
        subject = self._subject(kind)
        found = {}
        for name, (department, window) in places.items():
            made, total = closed(self.scheme, subject, subject.base, lines[name])
            vetoes = self._vetoes(kind, name)
            workload = self.workload(kind, name)
            idle = subject.workload is not None and workload == 0 and subject.without_business == "not_ranked"
            found[name] = Score(
                subject_kind=kind, subject=name, name=name, department=department, window=window, period=self.month, base=subject.base,
                lines=made, total=total, grade=grade_of(self.scheme, total, vetoes), is_ranked=not idle,
                why_not=NO_BUSINESS if idle else None, scheme_id=self.scheme.id, scheme_version=self.scheme.version, workload=workload,
                vetoes=vetoes,
            )  # fmt: skip
        if subject.workload is not None and subject.without_business == "group_mean":
            _take_mean(self.scheme, subject, found)
        return found

    def _ruled_lines(self, kind: RuledKind, name: str) -> list[Line]:
        lines = self._counted(kind, name)
        owner = (kind, name)
        for rule in self.scheme.metric:
            if rule.subject == kind:
                lines += metric_lines(self.facts.metrics, rule, owner, self.month, self._peers(owner))
        for part in self.scheme.part:
            if part.subject == kind:
                lines.append(self._part(part, name))
        return lines

    def _part(self, part: Part, name: str) -> Line:
        """The part's points x the weighted mean of the members' totals / out_of, as what is missing to (or above) the part's points."""
        members = self._members(part, name)
        weight = total_of(weight for _, weight in members)
        if not weight:
            return Line(part.id, part.dimension, "part", NONE, NONE, note="没有成员，按满分计", note_en="no members: full points")
        mean = total_of(total * weight for total, weight in members) / weight
        zh, en = f"{len(members)} 名成员平均 {fine(mean)}", f"mean of {len(members)}: {fine(mean)}"
        points = fine(part.points * mean / part.out_of - part.points)
        return Line(part.id, part.dimension, "part", points, fine(mean), is_automatic=True, note=zh, note_en=en)

    def _members(self, part: Part, name: str) -> list[tuple[Decimal, Decimal]]:
        """(total, weight) of each member: staff by their days at the window, or windows of the department."""
        if part.of == "window":
            windows = [one for one in self.windows.values() if one.department == name and one.is_ranked]
            return [(one.total, Decimal(one.workload) if part.weigh == "workload" else Decimal(1)) for one in windows]
        found = []
        for staff_no, stay in self.stays.items():
            here = [
                window for window in stay.windows if window == name or (part.subject == "department" and self._department(window) == name)
            ]
            share = total_of(stay.share(window, part.posts) for window in here)
            if share:
                found.append((self.persons[staff_no].total, share if part.weigh == "days" else Decimal(1)))
        return found

    def _department(self, window: str) -> str:
        return self.window_departments.get(window, "")

    # -- what both use ----------------------------------------------------------------------------------------------------------

    def _subject(self, kind: RuledKind) -> Subject:
        found = self.scheme.subject_of(kind)
        if found is None:
            raise LookupError(f"scheme {self.scheme.id} has no {kind}")
        return found

    def workload(self, kind: RuledKind, name: str) -> int:
        """Cases of the month by which groups are cut."""
        return self.facts.metrics.count(self._subject(kind).workload, (kind, name), self.month)

    def _work_of(self, stay: Stay) -> int:
        """A person's part of the cases of the windows served at, by days."""
        indicator = self._subject("person").workload
        work = [self.facts.metrics.count(indicator, ("window", window), self.month) * stay.share(window) for window in stay.windows]
        return int(rounded(total_of(work), 0)) if indicator is not None else 0

    @cached_property
    def _window_groups(self) -> dict[str, list[Owner]]:
        subject = self.scheme.subject_of("window")
        if subject is None:
            return {}
        workloads = {window: self.workload("window", window) for window in self.window_departments}
        known = {window: (window, department) for window, department in self.window_departments.items()}
        names = groups_of(self.scheme, "window", workloads, known, 1)
        together: dict[str, list[Owner]] = defaultdict(list)
        for window, group in names.items():
            together["" if group is None else group.id].append(("window", window))
        return {window: together["" if group is None else group.id] for window, group in names.items()}

    def _peers(self, owner: Owner) -> Sequence[Owner]:
        return self._window_groups.get(owner[1], [owner]) if owner[0] == "window" else [owner]

    def _counted(self, kind: RuledKind, name: str) -> list[Line]:
        events = self.facts.events(self.month, kind, name)
        stay = self.stays.get(name) if kind == "person" else None
        return counted(
            self.scheme, kind, events, self.reversed,
            computed=lambda rule: [] if stay is None else self._computed(rule, stay, events),
            used=lambda cap: self._used(kind, name, cap),
        )  # fmt: skip

    def _used(self, kind: RuledKind, name: str, cap: str) -> Decimal:
        """What earlier months of the cap's quarter or year have used of it."""
        rules = self.scheme.capped_together[kind, cap]
        if rules[0].cap_per not in ("quarter", "year"):
            return NONE
        period = quarter_of(self.month) if rules[0].cap_per == "quarter" else self.month[:4]
        own = self.scheme.rules_of[kind]
        total = NONE
        for month in months_of(period):
            if month < self.month:
                lines = uncapped(self.scheme, own, self.facts.events(month, kind, name), self.reversed)
                total += total_of(line.points for rule in rules for line in lines[rule.id])
        return abs(total)

    def _computed(self, rule: Rule, stay: Stay, events: Sequence[Event]) -> Sequence[Event]:
        """Events that nobody writes: a month without any absence, and the half-days of leave."""
        leaves = [(leave, half_days) for leave, half_days in stay.leaves if leave.kind not in (rule.excused or ()) and half_days]
        if rule.kinds == ("leave",):
            return [
                _of(stay, self.month, f"leave:{stay.staff_no}:{leave.from_on}", "leave", half_days, leave.from_on.isoformat())
                for leave, half_days in leaves
            ]
        broken = [event for event in events if event.kind in (rule.broken_by or ()) and event.event_id not in self.reversed]
        if rule.kinds == ("full_attendance",) and stay.at_post == stay.of and not leaves and not broken:
            return [_of(stay, self.month, f"full_attendance:{stay.staff_no}:{self.month}", "full_attendance", Decimal(1), self.month)]
        return []

    def _vetoes(self, kind: RuledKind, name: str) -> tuple[VetoHit, ...]:
        return vetoes(self.scheme, kind, self.facts.events(self.month, kind, name), self.reversed)


def vetoes(scheme: Scheme, kind: RuledKind, events: Sequence[Event], reversed_events: Mapping[str, str]) -> tuple[VetoHit, ...]:
    """Vetoes that the events of such a subject bring about; as with points, none without evidence or after a granted appeal."""
    return tuple(
        VetoHit(veto.id, event.event_id, event.day, veto.grade, veto.awards_lost)
        for event in events
        for veto in scheme.veto
        if kind in veto.subjects and event.kind in veto.kinds and event.evidence_no and event.event_id not in reversed_events
    )


def _of(stay: Stay, month: str, event_id: str, kind: str, quantity: Decimal, number: str) -> Event:
    window, department = stay.main
    day = first_day(month)
    return Event(
        event_id, day, kind, quantity, 0, stay.staff_no, window, department, "", "attendance", f"{stay.staff_no}/{number}", "", True
    )


def _take_mean(scheme: Scheme, subject: Subject, found: dict[str, Score]) -> None:
    """Those without business take the mean of those with it."""
    busy = [one.total for one in found.values() if one.workload]
    for name, score in list(found.items()):
        if not score.workload and busy:
            mean = total_of(busy) / len(busy)
            added = Line(
                "total",
                "",
                "group_mean",
                fine(mean - score.total),
                note="当期没有业务，按平均分",
                note_en="no business: the mean of the others",
            )
            lines, total = bounded_again(scheme, subject, subject.base, [*score.lines, added])
            found[name] = replace(score, lines=lines, total=total, grade=grade_of(scheme, total, score.vetoes))
