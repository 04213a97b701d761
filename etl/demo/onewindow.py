"""What departments did behind the comprehensive windows: each one's part of an intake, some intakes with several departments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random

from etl.demo.catalogue import CATEGORY_WINDOWS, Catalogue, Department
from etl.demo.days import Days, later, moment_after
from etl.demo.dirt import Cells, plant, put, slashed_date, swap
from etl.demo.follow import Intake
from etl.demo.people import person_name
from etl.demo.writers import LABEL, Entry, Planted, write_workbook
from etl.synthetic import MARK

HEADERS = (
    "序号",
    "收件流水",
    "关联办件流水号",
    "事项信息/实施编码",
    "事项信息/事项名称",
    "环节信息/承办部门",
    "环节信息/主协办",
    "环节信息/转办时间",
    "环节信息/签收时间",
    "环节信息/办结时间",
    "环节信息/结论代码",
    "环节信息/办理意见",
    "环节信息/经办人",
    "更新时间",
)
# Projects and registrations go through several departments more often than a matter of one person's.
_JOINT_SHARE = {"investment": 0.34, "business": 0.16, "property": 0.22, "social": 0.05}
# Departments that let what is passed to them lie.
_SLOW_SHARE = 0.25
_OPINIONS = ("同意", "材料齐全，同意办理", "经核符合条件", "请补充说明后再办", "")


@dataclass(frozen=True)
class Part:
    intake: Intake
    department: Department
    is_lead: bool
    dispatched_at: datetime
    received_at: datetime | None
    finished_at: datetime | None
    result: str
    opinion: str
    handler: str


def parts(random: Random, catalogue: Catalogue, days: Days, intakes: Sequence[Intake], cut_off: datetime) -> list[Part]:
    """The parts of all intakes that were dispatched by the cut-off; a few intakes' parts never reached the export."""
    behind = {
        category: [one for one in catalogue.departments if one.is_in_hall and one.weight > 0 and one.category == category]
        for category in CATEGORY_WINDOWS
    }
    slow = {one.name for held in behind.values() for one in held if random.random() < _SLOW_SHARE}
    made: list[Part] = []
    for intake in intakes:
        if intake.dispatched_at is None or random.random() < 0.012:
            continue
        lead = intake.item.department
        others = [one for one in behind[intake.category] if one != lead]
        is_joint = intake.item.case_type == "joint" or random.random() < _JOINT_SHARE[intake.category]
        support = random.sample(others, min(len(others), random.choices((1, 2, 3), (70, 24, 6))[0])) if is_joint else []
        for department in (lead, *support):
            made.append(_part(random, days, intake, department, department == lead, department.name in slow, cut_off))
    return made


def _part(random: Random, days: Days, intake: Intake, department: Department, is_lead: bool, is_slow: bool, cut_off: datetime) -> Part:
    """Taken over the same day as a rule, by slow departments a day or two later; finished before the result is handed over."""
    if intake.dispatched_at is None:
        raise ValueError(f"{intake.intake_no} was not passed to anybody")
    dispatched_at = later(random, intake.dispatched_at, 0, 12)
    if intake.result_at is not None:
        dispatched_at = min(dispatched_at, intake.result_at)
    waits = random.choices((0, 1, 2, 3), (30, 45, 18, 7) if is_slow else (82, 15, 3, 0))[0]
    taken_on = days.add(dispatched_at.date(), waits)
    received_at: datetime | None = (
        later(random, dispatched_at, 3, 80) if taken_on <= dispatched_at.date() else moment_after(random, dispatched_at, taken_on, days)
    )
    last = intake.result_at
    if last is not None and received_at is not None:
        received_at = max(dispatched_at, min(received_at, (dispatched_at + (last - dispatched_at) / 2).replace(second=0)))
        finished_at = _before(random, days, received_at, last, is_lead)
    elif intake.case_no == "" and received_at is not None:
        # What never became a case was sent back to the window.
        finished_at = moment_after(random, received_at, days.add(received_at.date(), random.choice((0, 1, 1, 2))), days)
    else:
        finished_at = None
    received_at = received_at if received_at is not None and received_at <= cut_off else None
    finished_at = finished_at if received_at is not None and finished_at is not None and finished_at <= cut_off else None
    result = "0" if finished_at is None else "3" if intake.case_no == "" else random.choices(("1", "2"), (98, 2))[0]
    opinion = random.choice(_OPINIONS) if finished_at is not None else ""
    return Part(intake, department, is_lead, dispatched_at, received_at, finished_at, result, opinion, person_name(random))


def _before(random: Random, days: Days, received_at: datetime, last: datetime, is_lead: bool) -> datetime:
    """When a part was finished: the lead's on the last stretch, another's anywhere between taking over and the result."""
    if is_lead:
        return max(received_at, last - timedelta(minutes=random.randint(2, 25)))
    span = days.add(received_at.date(), random.randint(0, max(0, (last.date() - received_at.date()).days)))
    if span <= received_at.date() or span >= last.date():
        return max(received_at, last - timedelta(minutes=random.randint(5, 90)))
    return datetime.combine(span, time(random.choice((9, 10, 11, 15, 16, 17)), random.randrange(60)))


def departments_of(held: Sequence[Part]) -> dict[str, str]:
    """Intake number → its departments as the intake's own export lists them, the lead first."""
    listed: dict[str, list[str]] = {}
    for part in held:
        listed.setdefault(part.intake.intake_no, []).append(part.department.name)
    return {number: "、".join(names) for number, names in listed.items()}


def write_parts(folder: Path, random: Random, held: Sequence[Part], year: int) -> tuple[list[Path], list[Planted]]:
    """The one-window system's list of parts: a workbook with a sheet a category, two header rows."""
    spoils = (
        swap("finished_before_taken", "环节信息/签收时间", "环节信息/办结时间"), put("unknown_result", "环节信息/结论代码", "7"),
        put("missing_intake_no", "收件流水", ""), put("missing_department", "环节信息/承办部门", ""),
        put("impossible_date", "环节信息/转办时间", "2018-11-31 09:00:00"), put("not_dispatched", "环节信息/转办时间", ""),
        put("unknown_role", "环节信息/主协办", "9"),
    )  # fmt: skip
    sheets: dict[str, list[Entry]] = {}
    for category, label in CATEGORY_WINDOWS.items():
        rows = [_cells(number, part) for number, part in enumerate((one for one in held if one.intake.category == category), start=1)]
        line_kinds = ("total_row", "repeated_header") if category == "business" else ("total_row",)
        odd = {"环节信息/转办时间": slashed_date, "环节信息/签收时间": slashed_date}
        sheets[label.removesuffix("综合窗口")] = plant(random, HEADERS, rows, "收件流水", spoils, line_kinds, 0.02, odd, doubles=3)
    path = folder / f"{MARK}一窗受理部门环节_{year}.xlsx"
    notes = ("主协办：1 牵头，2 配合", "结论代码：0 办理中，1 同意，2 不同意，3 退回前台")
    serials = frozenset({"环节信息/签收时间", "环节信息/办结时间"})
    return [path], write_workbook(path, HEADERS, sheets, preamble=f"一窗受理部门环节明细（{LABEL}）", serials=serials, notes=notes)


def _text(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def _cells(number: int, part: Part) -> Cells:
    touched = max(moment for moment in (part.dispatched_at, part.received_at, part.finished_at) if moment is not None)
    return dict(
        zip(
            HEADERS,
            (
                str(number), part.intake.intake_no, part.intake.case_no, part.intake.item.code, part.intake.item.name,
                part.department.name, "1" if part.is_lead else "2", _text(part.dispatched_at), _text(part.received_at),
                _text(part.finished_at), part.result, part.opinion, part.handler, _text(touched + timedelta(minutes=1)),
            ),
            strict=True,
        )
    )  # fmt: skip
