"""What scoring gives: scores with their traces, ranks, awards, frozen months. `base` + the points of all lines is the total, exactly."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from etl.assess.inputs import Event

SubjectKind = Literal["person", "window", "department", "chief"]
AwardsLost = Literal["none", "month", "quarter", "year"]

# What a line is that is no event of a rule: `kind` of such a line, with its Chinese and English name.
STEPS: dict[str, tuple[str, str]] = {
    "metric": ("指标", "indicator"),
    "part": ("组成部分", "part"),
    "month": ("月考核", "month"),
    "mark": ("年度评价", "annual mark"),
    "free": ("免计部分", "left out of account"),
    "cap": ("本项上限", "cap of the rule"),
    "floor": ("扣完为止", "floor"),
    "ceiling": ("最高分限制", "ceiling"),
    "propagation": ("窗口扣分连带", "share of the window's deductions"),
    "prorating": ("按在岗时间折算", "pro rata"),
    "group_mean": ("按同组平均", "mean of the group"),
    "correction": ("已公布月份的更正", "correction of a published month"),
    "rounding": ("四舍五入", "rounding"),
    "full_attendance": ("全勤", "full attendance"),
    "leave": ("请假", "leave"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a trace. `kind` is an event kind or one of STEPS; a line that took nothing (reversed, counted elsewhere) says why.

    `rule` is the rule's id, for a floor or ceiling the dimension's id or "total". `of_month` is set on lines that stand for a month.
    """

    rule: str
    dimension: str
    kind: str
    points: Decimal
    quantity: Decimal | None = None
    event_id: str = ""
    evidence_type: str = ""
    evidence_no: str = ""
    version: str = ""
    day: date | None = None
    case_no: str = ""
    staff_no: str = ""
    window: str = ""
    of_month: str = ""
    is_automatic: bool = False
    note: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class VetoHit:
    """A veto (一票否决) that fell on the subject: the best grade it leaves, and for how long no award can be won."""

    rule: str
    event_id: str
    day: date
    grade_ceiling: str
    awards_lost: AwardsLost


@dataclass(frozen=True, slots=True)
class Score:
    """One subject's score of one period. `subject` is a staff_no, a window name or a department name.

    `coverage` is the share of the period's working days at a post and not on leave (persons), 1 otherwise; `months` is the number of
    months that were covered whole. `workload` is the number of cases the scheme measures groups by. `grade` is empty where the
    scheme has no grades. `why_not` (Chinese, English) says why the subject is not ranked.
    """

    subject_kind: SubjectKind
    subject: str
    name: str
    department: str
    window: str
    period: str
    base: Decimal
    lines: tuple[Line, ...]
    total: Decimal
    grade: str
    is_ranked: bool
    why_not: tuple[str, str] | None
    scheme_id: str
    scheme_version: str
    coverage: Decimal = Decimal(1)
    months: int = 1
    workload: int = 0
    vetoes: tuple[VetoHit, ...] = ()
    grade_note: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A subject's place among those it is compared with: 1, 2, 2, 4 (equal totals share). `of` is how many are ranked there."""

    subject: str
    name: str
    total: Decimal
    place: int
    is_shared: bool
    of: int


@dataclass(frozen=True, slots=True)
class Outside:
    """Who was not ranked, or not eligible for the award, and why (Chinese, English)."""

    subject: str
    name: str
    total: Decimal
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Ranking:
    """One group of subjects of one kind in one period, the best first. `group` is empty where the scheme has no groups."""

    subject_kind: SubjectKind
    period: str
    group: str
    group_zh: str
    group_en: str
    places: tuple[Place, ...]
    outside: tuple[Outside, ...]


@dataclass(frozen=True)
class Winner:
    subject: str
    name: str
    group: str
    total: Decimal
    place: int
    is_shared: bool


@dataclass(frozen=True)
class Award:
    """An award of one period: who won it, how many were eligible, and who was out and why."""

    award: str
    zh: str
    en: str
    subject_kind: SubjectKind
    period: str
    winners: tuple[Winner, ...]
    eligible: int
    outside: tuple[Outside, ...]
    scheme_id: str
    scheme_version: str


@dataclass(frozen=True)
class Frozen:
    """A published month: its scores and rankings, and the events they were made from, by which later corrections are found."""

    month: str
    scheme_id: str
    scheme_version: str
    scores: tuple[Score, ...]
    rankings: tuple[Ranking, ...]
    events: tuple[Event, ...]

    def score(self, kind: SubjectKind, subject: str) -> Score | None:
        return next((one for one in self.scores if (one.subject_kind, one.subject) == (kind, subject)), None)
