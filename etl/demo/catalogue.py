"""The hall's departments, windows and item list, read from catalogue.toml and numbered the way the province numbers them."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from etl.demo.people import credit_code

# Figures of the 2018 report. The centre's items are part of the district's; 840 = 2,879 - 2,039.
DISTRICT_ITEMS = 840
TOWNSHIP_ITEMS = 2_039
DISTRICT_WITHIN_ONE_TRIP = 831
CENTRE_ZERO_TRIP = 83
CENTRE_ONE_TRIP = 372
CENTRE_TWO_TRIPS = 6
# Not in the report: how the 376 items outside the centre split between no trip and one.
OUTSIDE_ZERO_TRIP = 58

_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "licence": ("核发", "变更", "延续", "补办", "注销"),
    "confirmation": ("登记", "变更登记", "注销登记", "备案"),
    "public_service": ("申请", "变更", "查询"),
    "other": ("备案", "审核", "变更备案"),
    "payment": ("申请", "变更", "终止"),
}
_KIND_CODES: Mapping[str, str] = {"licence": "01", "payment": "05", "confirmation": "07", "other": "10", "public_service": "20"}
KIND_LABELS: Mapping[str, str] = {
    "licence": "行政许可",
    "payment": "行政给付",
    "confirmation": "行政确认",
    "other": "其他行政权力",
    "public_service": "公共服务",
}
_QUICK_ACTIONS = frozenset({"变更", "补办", "注销", "查询", "终止", "变更登记", "注销登记", "备案", "变更备案"})

CATEGORY_WINDOWS: Mapping[str, str] = {
    "social": "社会事业综合窗口",
    "investment": "投资项目综合窗口",
    "property": "不动产交易综合窗口",
    "business": "商事登记综合窗口",
}
_ZONES: Mapping[str, str] = {"business": "一楼A区", "property": "一楼B区", "social": "二楼A区", "investment": "三楼A区"}


@dataclass(frozen=True)
class Department:
    code: str
    name: str
    short_name: str
    is_township: bool
    weight: float = 0.0
    instant_share: float = 0.5
    category: str = "social"
    is_in_hall: bool = False
    has_account: bool = False
    has_seal: bool = False
    late_months: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Window:
    code: str
    name: str
    department: str
    zone: str
    is_one_window: bool
    opens_weekend: bool
    valid_from: str


@dataclass(frozen=True)
class Item:
    """Limits: a count and its unit (workday, day, month); 0 is the same day, -1 is none. trips -1: nothing promised."""

    code: str
    name: str
    parent_name: str
    department: Department
    kind: str
    case_type: str
    statutory_limit: int
    statutory_unit: str
    promised_limit: int
    promised_unit: str
    trips: int
    is_online: bool
    depth: str
    is_in_hall: bool

    @property
    def is_instant(self) -> bool:
        return self.case_type == "instant"


@dataclass(frozen=True)
class Catalogue:
    departments: tuple[Department, ...]
    windows: tuple[Window, ...]
    items: tuple[Item, ...]


def catalogue(random: Random, year: int) -> Catalogue:
    """Everything that stands still during the year. `year` dates the comprehensive windows, which open in its October."""
    document = tomllib.loads(Path(__file__).with_name("catalogue.toml").read_text("utf-8"))
    departments = tuple(_departments(document))
    items = (*_district_items(random, document["department"], departments), *_township_items(random, document["township"], departments))
    return Catalogue(departments, tuple(_windows(departments, year)), items)


def _departments(document: Mapping[str, Any]) -> Iterator[Department]:
    number = 0
    for entry in document["department"]:
        number += 1
        yield Department(
            code=credit_code("11", number),
            name=entry["name"],
            short_name=entry["short_name"],
            is_township=False,
            weight=float(entry["weight"]),
            instant_share=entry["instant"],
            category=entry["category"],
            is_in_hall=entry["is_in_hall"],
            has_account=entry["has_account"],
            has_seal=entry["has_seal"],
            late_months=tuple((int(month), share) for month, share in entry.get("late", {}).items()),
        )
    for name in document["township"]["names"]:
        number += 1
        yield Department(credit_code("11", number), name, name[: -len("人民政府" if name.endswith("府") else "办事处")], is_township=True)


def _windows(departments: Sequence[Department], year: int) -> Iterator[Window]:
    number = 0
    for department in departments:
        if not department.is_in_hall:
            continue
        count = 3 if department.weight >= 6 else 2 if department.weight >= 2 else 1
        for index in range(count):
            number += 1
            name = f"{department.short_name}{index + 1}号窗口" if count > 1 else f"{department.short_name}窗口"
            weekend = department.weight >= 6 and index == 0
            yield Window(f"W{number:03d}", name, department.name, _ZONES[department.category], False, weekend, f"{year}-01-01")
    for category, label in CATEGORY_WINDOWS.items():
        for index in range(2):
            number += 1
            yield Window(f"W{number:03d}", f"{label}{index + 1}", "蕉城区行政服务中心", _ZONES[category], True, index == 0, f"{year}-10-08")


def windows_of(department: Department) -> tuple[str, ...]:
    """Names of a department's own windows, the busiest first."""
    if department.weight >= 2:
        return tuple(f"{department.short_name}{index + 1}号窗口" for index in range(3 if department.weight >= 6 else 2))
    return (f"{department.short_name}窗口",)


def _district_items(random: Random, entries: Sequence[Mapping[str, Any]], departments: Sequence[Department]) -> Iterator[Item]:
    drafts = _shorten(
        [
            (rank, position, kind, subject, action)
            for position, entry in enumerate(entries)
            for kind, actions in _ACTIONS.items()
            for rank, action in enumerate(actions)
            for subject in entry.get(kind, ())
        ],
        DISTRICT_ITEMS,
    )
    places = _district_places(random, [departments[position].is_in_hall for _, position, *_ in drafts])
    serial = dict.fromkeys(departments, 0)
    for (_, position, kind, subject, action), (trips, is_in_hall) in zip(drafts, places, strict=True):
        department = departments[position]
        serial[department] += 1
        yield _item(random, department, kind, subject, action, serial[department], trips, is_in_hall)


def _shorten(drafts: list[tuple[int, int, str, str, str]], count: int) -> list[tuple[int, int, str, str, str]]:
    """The `count` drafts with the commonest actions, in the order of departments."""
    return sorted(sorted(drafts)[:count], key=lambda draft: (draft[1], draft[2], draft[3], draft[0]))


def _district_places(random: Random, can_be_in_hall: Sequence[bool]) -> list[tuple[int, bool]]:
    """Trips and whether the item is handled in the hall, for each district item, so that every count of the report holds."""
    inside = [0] * CENTRE_ZERO_TRIP + [1] * CENTRE_ONE_TRIP + [2] * CENTRE_TWO_TRIPS
    within_one = DISTRICT_WITHIN_ONE_TRIP - CENTRE_ZERO_TRIP - CENTRE_ONE_TRIP
    outside = [0] * OUTSIDE_ZERO_TRIP + [1] * (within_one - OUTSIDE_ZERO_TRIP)
    outside += [2] * (len(can_be_in_hall) - len(inside) - len(outside))
    random.shuffle(inside)
    random.shuffle(outside)
    eligible = [index for index, possible in enumerate(can_be_in_hall) if possible]
    chosen = set(random.sample(eligible, len(inside)))
    return [(inside.pop(), True) if index in chosen else (outside.pop(), False) for index in range(len(can_be_in_hall))]


def _township_items(random: Random, entry: Mapping[str, Any], departments: Sequence[Department]) -> Iterator[Item]:
    townships = [department for department in departments if department.is_township]
    drafts = [(kind, subject, action) for kind, actions in _ACTIONS.items() for subject in entry.get(kind, ()) for action in actions]
    surplus = len(drafts) * len(townships) - TOWNSHIP_ITEMS
    for position, department in enumerate(townships):
        # A few townships keep one item less, which brings the list to its published length.
        kept = drafts[: len(drafts) - 1] if position < surplus else drafts
        for serial, (kind, subject, action) in enumerate(kept, start=1):
            trips = random.choices((0, 1, 2, -1), (6, 80, 9, 5))[0]
            yield _item(random, department, kind, subject, action, serial, trips, is_in_hall=False)


def _item(random: Random, department: Department, kind: str, subject: str, action: str, serial: int, trips: int, is_in_hall: bool) -> Item:
    is_instant = random.random() < (0.55 if action in _QUICK_ACTIONS else 0.22)
    statutory, unit, promised = _limits(random, is_instant)
    is_online = trips == 0 or random.random() < 0.6
    depth = "五星" if trips == 0 else random.choice(("三星", "四星")) if is_online else random.choice(("一星", "二星"))
    return Item(
        # 18 characters of the unit, the level that exercises it, 12 of base code: 31, as codes are met in practice.
        code=f"{department.code}{5 if department.is_township else 4}{_KIND_CODES[kind]}{serial:05d}00000",
        name=f"{subject}（{action}）" if subject.endswith(("许可", "审批", "核准", "审查", "设立")) else f"{subject}{action}",
        parent_name=subject,
        department=department,
        kind=kind,
        case_type="instant"
        if is_instant
        else random.choices(("committed_ordinary", "committed_special", "joint", "upward"), (86, 9, 3, 2))[0],
        statutory_limit=statutory,
        statutory_unit=unit,
        promised_limit=promised,
        promised_unit=unit if unit == "day" else "workday",
        trips=trips,
        is_online=is_online,
        depth=depth,
        is_in_hall=is_in_hall,
    )


def _limits(random: Random, is_instant: bool) -> tuple[int, str, int]:
    """Statutory limit, its unit, promised limit. A month is promised in working days; calendar days stay calendar days."""
    if is_instant:
        return random.choice((0, 1, 3, 5, 20)), "workday", 0
    statutory, unit = random.choices(
        (
            (5, "workday"),
            (7, "workday"),
            (10, "workday"),
            (15, "workday"),
            (20, "workday"),
            (30, "workday"),
            (45, "workday"),
            (30, "day"),
            (60, "day"),
            (1, "month"),
            (2, "month"),
            (3, "month"),
        ),
        (6, 6, 10, 12, 42, 6, 4, 4, 2, 4, 2, 2),
    )[0]
    workdays = statutory * 20 if unit == "month" else statutory
    return statutory, unit, max(1, round(workdays * random.uniform(0.18, 0.5)))
