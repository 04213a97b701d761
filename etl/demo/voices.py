"""What people said of the hall in 2018: evaluators pressed at the windows, defaults where nobody pressed, and complaints.

2018 is before 好差评: the window evaluator's words were 评议率 and 满意率. Online cases were evaluated through the province's interface,
whose numbers run the other way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from etl.demo.days import Days, counter_time, later, moment_after, online_time
from etl.demo.flow import Case
from etl.demo.people import person_name, phone

LEVELS = ("very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied")
_LEVEL_WEIGHTS = (72, 22, 4.6, 1.0, 0.4)
_WORDS = {
    "very_satisfied": ("", "", "", "", "办理很快，谢谢", "工作人员耐心"),
    "satisfied": ("", "", "", "态度好", "方便"),
    "basically_satisfied": ("", "", "等候稍久", "材料要求可以写清楚些"),
    "dissatisfied": ("排队时间太长", "一次没有说清要带的材料", "跑了两趟"),
    "very_dissatisfied": ("态度生硬", "超过承诺时间才办好", "请回电 12000{number:06d} 说明原因"),
}
_REASONS = ("排队等候时间长", "未一次性告知材料", "服务态度生硬", "超过承诺时限", "网上申报被多次退回", "收费说明不清")
_SOURCES = ("电话", "现场", "网上", "信函", "上级转办")
COMPLAINTS = 42


@dataclass(frozen=True)
class Evaluation:
    number: str
    case: Case
    channel: str
    level: str
    evaluated_at: datetime
    wording: str
    evaluator: str
    phone: str
    review: str = "valid"
    assess_number: int = 1
    rectified_at: datetime | None = None
    revisited_at: datetime | None = None


@dataclass(frozen=True)
class Complaint:
    number: str
    case: Case
    is_about_case: bool
    source: str
    reason: str
    complainant: str
    phone: str
    staff: str
    received_at: datetime
    limit: str
    extension: str
    answered_at: datetime | None
    outcome: str


def evaluations(random: Random, days: Days, cases: Sequence[Case], cut_off: datetime) -> tuple[list[Evaluation], list[Evaluation]]:
    """Of the cases closed in the year: what the evaluators at the windows recorded, and what came through the interface."""
    window: list[Evaluation] = []
    online: list[Evaluation] = []
    for case in cases:
        closed_at = case.closed_at
        if closed_at is None or closed_at > cut_off or closed_at.year != days.year or case.outcome not in ("approved", "rejected"):
            continue
        if case.channel in ("web", "mobile"):
            online += _online(random, days, case, closed_at, cut_off)
        elif random.random() < 0.93:
            window.append(_pressed(random, days, case, closed_at, len(window) + 1, cut_off))
    return window, online


def _pressed(random: Random, days: Days, case: Case, closed_at: datetime, number: int, cut_off: datetime) -> Evaluation:
    """At the window: a key pressed, or after a while the default that nobody gave."""
    is_active = random.random() < 0.64
    level = random.choices(LEVELS, _LEVEL_WEIGHTS)[0] if is_active else "very_satisfied"
    made = Evaluation(
        number=f"YSPY{closed_at:%Y%m%d}{number:05d}",
        case=case,
        channel="evaluator" if is_active else "default",
        level=level,
        evaluated_at=min(later(random, closed_at, 0, 6), cut_off),
        wording=random.choice(_WORDS[level]).format(number=random.randrange(10**6)) if is_active else "",
        evaluator=case.applicant.name if not case.applicant.is_organisation else person_name(random),
        phone=case.applicant.phone if is_active and random.random() < 0.2 else "",
    )
    return _handled(random, days, made, cut_off)


def _online(random: Random, days: Days, case: Case, closed_at: datetime, cut_off: datetime) -> list[Evaluation]:
    """After the result: an opinion within a few days, now and then a second one; else the default fifteen days later."""
    is_active = random.random() < 0.46
    level = random.choices(LEVELS, _LEVEL_WEIGHTS)[0] if is_active else "very_satisfied"
    after = online_time(random, closed_at.date() + timedelta(days=random.randrange(1, 6) if is_active else 15))
    if after > cut_off:
        return []
    made = Evaluation(
        number=case.case_no,
        case=case,
        channel=random.choice(("pc", "pc", "mobile", "qr", "sms")) if is_active else "default",
        level=level,
        evaluated_at=after,
        wording=random.choice(_WORDS[level]).format(number=random.randrange(10**6)) if is_active else "",
        evaluator=case.applicant.name,
        phone=case.applicant.phone,
    )
    found = [_handled(random, days, made, cut_off)]
    if is_active and random.random() < 0.03 and after + timedelta(days=9) <= cut_off:
        found.append(replace(made, assess_number=2, level="very_satisfied", evaluated_at=after + timedelta(days=9), wording="已解决"))
    return found


def _handled(random: Random, days: Days, made: Evaluation, cut_off: datetime) -> Evaluation:
    """A bad one is looked into: a few were keyed by mistake, most put right in time, some late, each revisited or nearly."""
    if made.level not in LEVELS[3:] or made.channel == "default":
        return made
    chance = random.random()
    if chance < 0.08:
        return replace(made, review="mistaken" if chance < 0.06 else "malicious")
    fixed_on = days.add(made.evaluated_at.date(), random.choices((2, 5, 9, 13, 15, 18), (20, 26, 22, 14, 10, 8))[0])
    fixed_at = moment_after(random, made.evaluated_at, fixed_on, days)
    revisited_at = moment_after(random, fixed_at, days.add(fixed_on, random.choice((0, 1, 2))), days)
    is_fixed = fixed_at <= cut_off and random.random() < 0.96
    is_revisited = is_fixed and revisited_at <= cut_off and random.random() < 0.95
    return replace(made, rectified_at=fixed_at if is_fixed else None, revisited_at=revisited_at if is_revisited else None)


def complaints(random: Random, days: Days, cases: Sequence[Case], cut_off: datetime) -> list[Complaint]:
    """The year's complaints; some about a case, a few extended, a few late, the last ones still in hand."""
    working = [day for day in days.workdays if day.year == days.year]
    made: list[Complaint] = []
    for number, day in enumerate(sorted(random.choices(working, k=COMPLAINTS)), start=1):
        limit = random.choice((5, 7, 15, 0))
        extension = random.random() < 0.08 and limit == 15
        allowed = (limit or 15) + (10 if extension else 0)
        used = allowed + random.choice((1, 3)) if random.random() < 0.06 else random.randint(1, allowed)
        received_at = counter_time(random, day, True)
        # Nobody complains of a case that is still to come.
        case = random.choice([case for case in cases if case.received_at <= received_at][-400:] or cases[:1])
        answered_at = moment_after(random, received_at, days.add(day, used), days)
        is_open = answered_at > cut_off
        made.append(
            Complaint(
                number=f"YSTS{day:%Y%m%d}{number:03d}",
                case=case,
                is_about_case=random.random() < 0.55,
                source=random.choices(_SOURCES, (40, 25, 18, 9, 8))[0],
                reason=random.choice(_REASONS),
                complainant=person_name(random),
                phone=phone(random),
                staff=person_name(random),
                received_at=received_at,
                limit=str(limit) if limit else "",
                extension="10" if extension else "",
                answered_at=None if is_open else answered_at,
                outcome="处理中" if is_open else random.choices(("属实", "部分属实", "不属实", "撤诉"), (28, 20, 46, 6))[0],
            )
        )
    return made
