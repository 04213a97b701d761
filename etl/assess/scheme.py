"""An assessment scheme as data: what counts how much for whom (data/rules/assessment-*.toml; the format is that of domain points 1-12).

Points are decimals of the scheme's own scale; a deduction is negative, a bonus positive; caps are positive sizes. Shares are percent.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from etl.assess.kinds import Evidence
from etl.assess.results import AwardsLost, SubjectKind
from etl.timerules import OPEN_END

Id = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,31}$")]
Points = Annotated[Decimal, Field(ge=-1000, le=1000, decimal_places=4)]
Size = Annotated[Decimal, Field(gt=0, le=1000, decimal_places=4)]
Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)]
# A chief (首席代表) is scored by the rules of a person and, beside them, by what is carried over to him.
RuledKind = Literal["person", "window", "department"]
RULED_KINDS: tuple[RuledKind, ...] = get_args(RuledKind)
PeriodKind = Literal["month", "quarter", "year"]
Unit = Literal["each", "half_day", "case", "case_workday", "workday_steps", "count_steps"]
TieBreak = Literal["fewest_deductions", "most_bonus", "fewest_events", "most_workload"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Named(_Strict):
    id: Id
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Subject(_Strict):
    """One kind of subject. `floor` or `ceiling` left out: none.

    `workload` is the indicator by which groups are cut and windows without business are known (a person's is his part of his windows', by
    days). `full_month_percent` is the share of a
    month's working days (leave taken off, but for the kinds of `present_on_leave`, an excused absence) from which it counts as a full
    month; below `ranked_percent` a person is not ranked.
    """

    kind: RuledKind
    base: Points
    floor: Points | None = None
    ceiling: Points | None = None
    workload: str | None = None
    without_business: Literal["ranked", "not_ranked", "group_mean"] = "ranked"
    full_month_percent: Percent = Decimal(100)
    ranked_percent: Percent = Decimal(0)
    present_on_leave: tuple[str, ...] = ()
    months_weigh: Literal["equal", "coverage"] = Field(default="equal", description="how months make a quarter and a year")
    prorate: Literal["none", "base"] = Field(default="none", description="base: a month's base for the days at a post alone")
    tie_break: tuple[TieBreak, ...] = ()


class Dimension(_Named):
    """A part of a subject's points that holds its own base, floor and ceiling. A bonus is a dimension with base 0 and a ceiling."""

    subject: RuledKind
    base: Points
    floor: Points | None = None
    ceiling: Points | None = None


class Step(_Strict):
    """From `at` on (included), these points in all."""

    at: Decimal
    points: Points


class Rule(_Named):
    """Points for events.

    unit: `each` occurrence, `half_day`, `case` (once a case), `case_workday` (a case times its working days late), `workday_steps`
    (a table by working days late, case by case), `count_steps` (a table by the number in the month).
    `free` is what is left out of account each month, in the rule's unit. `cap` bounds what the rule takes or gives per `cap_per` (a week
    ends with its month); rules of one `cap_group` share it.
    `evidence` and `automatic` narrow what counts; `attributed` says whether the event names a person or the window alone.
    `counts_again` allows a kind that another rule of the subject counts as well.
    `broken_by` are the events that end `full_attendance`, `excused` the kinds of leave that do not count.
    """

    subject: RuledKind
    dimension: Id
    kinds: tuple[str, ...] = Field(min_length=1)
    unit: Unit = "each"
    points: Points | None = None
    steps: tuple[Step, ...] | None = Field(default=None, min_length=1)
    free: Annotated[Decimal, Field(ge=0, le=1000)] = Decimal(0)
    cap: Size | None = None
    cap_per: Literal["day", "week", "month", "quarter", "year"] = "month"
    cap_group: Id | None = None
    evidence: tuple[Evidence, ...] = ()
    automatic: bool | None = None
    attributed: Literal["any", "person", "window"] = "any"
    counts_again: bool = False
    broken_by: tuple[str, ...] | None = None
    excused: tuple[str, ...] | None = None

    @property
    def cap_name(self) -> str:
        """What shares a cap: the group, or the rule alone."""
        return f"group {self.cap_group}" if self.cap_group is not None else f"rule {self.id}"


class MetricRule(_Named):
    """Points for an indicator of the dictionary (rates 0-100) in the month.

    `per` divides a count by another count, in percent. shape: `linear` (`each` point of value below or above `start`, whole ones alone
    with `whole`), `thresholds` (a table), `steps` (`first` at `start`, `each` for every `every` more). On fewer than `least` the points
    of `when_few` hold: none, or those of the value that the subject's group has together. `of` is whose value a person's is.
    """

    subject: RuledKind
    dimension: Id
    indicator: str
    per: str | None = None
    of: Literal["own", "hall"] = "own"
    shape: Literal["linear", "thresholds", "steps"]
    start: Decimal | None = None
    side: Literal["below", "above"] | None = None
    each: Points | None = None
    whole: bool | None = None
    first: Points | None = None
    every: Size | None = None
    table: tuple[Step, ...] | None = Field(default=None, min_length=1)
    least: int = Field(default=1, ge=1)
    when_few: Literal["none", "group_mean"] = "none"
    cap: Size | None = None


class Part(_Named):
    """Points for the scores of others, such as a window's staff: `points` x their mean / `out_of`, taken off the dimension's base.

    weigh: every one alike, by `days` at the window, or by `workload`.
    """

    subject: Literal["window", "department"]
    dimension: Id
    of: Literal["person", "window"]
    posts: tuple[Literal["chief", "window", "backup", "duty"], ...] = ("chief", "window", "backup", "duty")
    points: Size
    out_of: Size = Decimal(100)
    weigh: Literal["equal", "days", "workload"] = "equal"


class Propagation(_Named):
    """What a chief carries of the deductions of the window (its event rules) or of the other staff there: `percent` of each.

    His own events are not taken from him again. `dimensions` narrows it to those of the source.
    """

    source: Literal["window", "person"]
    percent: Annotated[Decimal, Field(gt=0, le=100, decimal_places=2)]
    dimensions: tuple[Id, ...] = ()
    cap: Size | None = None


class Veto(_Named):
    """One such event and the period's grade is at best `grade`, and awards are lost."""

    subjects: tuple[RuledKind, ...] = Field(min_length=1)
    kinds: tuple[str, ...] = Field(min_length=1)
    grade: Id
    awards_lost: AwardsLost


class SameFact(_Strict):
    """Events of these kinds on one case (or with one evidence number) are one fact: only the heaviest counts. `count` both: all do."""

    kinds: tuple[str, ...] = Field(min_length=2)
    by: Literal["case", "evidence"] = "case"
    count: Literal["heaviest", "both"] = "heaviest"


class Grade(_Named):
    """From `least` (included). Grades stand best first; the last one's `least` is the lowest score there can be, or left out."""

    least: Points | None = None


class GradeCap(_Strict):
    """At most this share of all scored subjects of the period keep the grade; equals beyond the share lose it together."""

    subject: RuledKind
    period: PeriodKind
    grade: Id
    percent: Percent


class Group(_Named):
    """Who is ranked together: named members (staff numbers, windows, departments with all that belong to them), a range of workload,
    cases a month (`to` excluded), or of its quantiles in percent. A group with none of these takes the rest; the first that fits holds.
    """

    subject: RuledKind
    members: tuple[str, ...] | None = None
    workload_from: Annotated[Decimal, Field(ge=0)] | None = None
    workload_to: Annotated[Decimal, Field(ge=0)] | None = None
    quantile_from: Percent | None = None
    quantile_to: Percent | None = None


class AwardRule(_Named):
    """An award: how many win (`winners`, or `percent` of the eligible between `least` and `most`) and who is eligible.

    spread: places are shared out over the groups by their eligible, or given overall. ties: those equal with the last winner win too
    (`share`), or none of them where they would exceed the number (`within`). `workload` is a least number of cases in the period, which
    groups in `workload_exempt` need not have. `none_of` are kinds of events that exclude.
    """

    subject: RuledKind
    period: PeriodKind
    winners: int | None = Field(default=None, ge=1)
    percent: Percent | None = None
    least: int = Field(default=0, ge=0)
    most: int | None = Field(default=None, ge=1)
    spread: Literal["overall", "by_group"] = "overall"
    ties: Literal["share", "within"] = "share"
    months: int = Field(default=0, ge=0, le=12)
    workload: int = Field(default=0, ge=0)
    workload_exempt: tuple[Id, ...] = ()
    none_of: tuple[str, ...] = ()
    grade: Id | None = Field(default=None, description="this grade or better")


class AnnualMark(_Strict):
    """A part of the annual review: the most points it can give, of the 100 of the year."""

    part: Literal["dossier", "peers", "leaders"]
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    most: Size


class Annual(_Strict):
    """The year of a subject: `months_percent` of the mean of its months, and the annual marks. missing: months without a score."""

    subject: RuledKind
    months_percent: Percent
    missing: Literal["left_out", "zero"] = "left_out"


class Scheme(_Strict):
    """One scheme, valid from `valid_from` up to but not including `valid_to`."""

    id: str = Field(min_length=1, pattern=r"^[A-Za-z0-9._-]+$")
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    valid_from: date
    valid_to: date = OPEN_END
    basis: str
    appeal_workdays: int = Field(ge=0, le=30)
    decimal_places: int = Field(default=2, ge=0, le=4, description="of a result, half up")
    subject: tuple[Subject, ...] = Field(min_length=1)
    dimension: tuple[Dimension, ...] = Field(min_length=1)
    rule: tuple[Rule, ...] = ()
    metric: tuple[MetricRule, ...] = ()
    part: tuple[Part, ...] = ()
    propagation: tuple[Propagation, ...] = ()
    veto: tuple[Veto, ...] = ()
    same_fact: tuple[SameFact, ...] = ()
    grade: tuple[Grade, ...] = ()
    grade_cap: tuple[GradeCap, ...] = ()
    group: tuple[Group, ...] = ()
    award: tuple[AwardRule, ...] = ()
    annual: tuple[Annual, ...] = ()
    annual_mark: tuple[AnnualMark, ...] = ()

    @cached_property
    def version(self) -> str:
        """The id with a short hash of all it says: a file changed without a new id is still another version."""
        return f"{self.id}@{hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]}"

    def subject_of(self, kind: SubjectKind) -> Subject | None:
        wanted = "person" if kind == "chief" else kind
        return next((one for one in self.subject if one.kind == wanted), None)

    @cached_property
    def rules_of(self) -> Mapping[RuledKind, tuple[Rule, ...]]:
        """Event rules of each kind of subject, in the order of the file."""
        return {one.kind: tuple(rule for rule in self.rule if rule.subject == one.kind) for one in self.subject}

    @cached_property
    def capped_together(self) -> Mapping[tuple[RuledKind, str], tuple[Rule, ...]]:
        """The rules that share a cap, by kind of subject and the cap's name."""
        found: dict[tuple[RuledKind, str], tuple[Rule, ...]] = {}
        for rule in self.rule:
            if rule.cap is not None:
                found[rule.subject, rule.cap_name] = (*found.get((rule.subject, rule.cap_name), ()), rule)
        return found

    def dimensions_of(self, kind: RuledKind) -> tuple[Dimension, ...]:
        return tuple(one for one in self.dimension if one.subject == kind)

    def grade_rank(self, grade: str) -> int:
        """0 for the best."""
        return [one.id for one in self.grade].index(grade)

    def annual_of(self, kind: SubjectKind) -> Annual | None:
        wanted = "person" if kind == "chief" else kind
        return next((one for one in self.annual if one.subject == wanted), None)

    @property
    def indicators(self) -> tuple[str, ...]:
        """Indicators whose monthly values the scheme needs."""
        named = [one.workload for one in self.subject] + [name for one in self.metric for name in (one.indicator, one.per)]
        return tuple(dict.fromkeys(name for name in named if name is not None))
