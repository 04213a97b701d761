"""Openness in 2018 (政务公开): what was published, what was asked for and when it was answered. The figures are those of the report.

The report's own words for some of its numbers are not known here; their categories are called by number (类目一…), not by invented names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from etl.demo.catalogue import Catalogue
from etl.demo.days import Days, counter_time, moment_after, online_time
from etl.demo.people import Applicant, applicant

# Figures of the 2018 report.
CATEGORIES = (17, 571, 215, 107, 162, 47, 53, 80)
MORE_CATEGORIES = (276, 56)
READINGS = 11
INTERVIEWS = 6
BULLETINS = (588, 42, 20)
SURVEYS = 20
COLUMNS = 50
POWER_ENTRIES = 4_362
DISCLOSURE_REQUESTS = 28
DEPARTMENT_LETTERS = 61
MAYOR_LETTERS = 12
ERROR_REPORTS = 1
# The report says 3,900 余条, which is no number; this one is near it.
PUBLISHED = 3_926

_DIGITS = "一二三四五六七八九十"
_SUBJECTS = ("土地征收补偿方案", "财政专项资金安排", "规划许可文件", "会议纪要", "行政处罚决定", "招投标结果")
_ASKED = ("道路照明", "社保缴费年限", "学区划分", "噪声扰民", "公交线路", "不动产登记进度", "垃圾清运", "医保报销")


@dataclass(frozen=True)
class Disclosure:
    number: str
    name: str
    kind: str
    category: str
    department: str
    channel: str
    made_on: date
    published_on: date
    entries: int | None
    responses: int | None


@dataclass(frozen=True)
class Request:
    number: str
    kind: str
    department: str
    channel: str
    applicant: Applicant
    subject: str
    received_at: datetime
    supplement_on: date | None
    supplemented_on: date | None
    third_party: tuple[date, date] | None
    extension: int | None
    answered_at: datetime
    outcome: str


def disclosures(random: Random, catalogue: Catalogue, days: Days) -> list[Disclosure]:
    """Everything published in the year, in the order of publication."""
    units = [department.name for department in catalogue.departments]
    wanted: list[tuple[str, str]] = []
    for index, count in enumerate(CATEGORIES):
        wanted += [("information", f"公开类目{_DIGITS[index]}")] * count
    for index, count in enumerate(MORE_CATEGORIES):
        wanted += [("information", f"另列类目{_DIGITS[index]}")] * count
    wanted += [("information", "其他政府信息")] * (PUBLISHED - len(wanted))
    for index, count in enumerate(BULLETINS):
        wanted += [("bulletin", f"简报类目{_DIGITS[index]}")] * count
    for kind, count in (("reading", READINGS), ("interview", INTERVIEWS), ("survey", SURVEYS), ("column", COLUMNS)):
        wanted += [(kind, "")] * count
    working = [day for day in days.workdays if day.year == days.year]
    drafts = [_published(random, days, random.choice(working), kind, category, random.choice(units)) for kind, category in wanted]
    drafts += _power_lists(random, days, units, working)
    drafts.sort(key=lambda draft: (draft.published_on, draft.kind, draft.category, draft.department, draft.made_on))
    return [Disclosure(**{**vars(draft), "number": f"YS350902-{number:05d}"}) for number, draft in enumerate(drafts, start=1)]


def _published(random: Random, days: Days, day: date, kind: str, category: str, unit: str) -> Disclosure:
    made_on = days.add(day, -random.choices((0, 1, 3, 8, 15, 19, 24), (20, 30, 22, 14, 8, 4, 2))[0])
    names = {
        "information": "政府信息", "bulletin": "工作简报", "reading": "政策解读", "interview": "在线访谈", "survey": "意见征集",
        "column": "专题专栏",
    }  # fmt: skip
    channel = random.choices(("website", "new_media", "gazette", "reading_room"), (88, 6, 3, 3))[0] if kind == "information" else "website"
    responses = random.randrange(8, 260) if kind in ("survey", "interview") else None
    return Disclosure("", f"{names[kind]}（演示）", kind, category, unit, channel, made_on, day, None, responses)


def _power_lists(random: Random, days: Days, units: Sequence[str], working: Sequence[date]) -> list[Disclosure]:
    """Each unit's list of powers and duties, published once; their entries add up to the report's number."""
    shares = [random.uniform(0.4, 1.6) for _ in units]
    counts = [int(POWER_ENTRIES * share / sum(shares)) for share in shares]
    counts[0] += POWER_ENTRIES - sum(counts)
    made: list[Disclosure] = []
    for unit, count in zip(units, counts, strict=True):
        day = random.choice(working[:60])
        made.append(Disclosure("", "权力和责任清单（演示）", "power_list", "", unit, "website", days.add(day, -10), day, count, None))
    return made


def requests(random: Random, catalogue: Catalogue, days: Days) -> list[Request]:
    """Requests for information, letters and error reports of the year, each answered within its limit."""
    units = [department.name for department in catalogue.departments if not department.is_township]
    working = [day for day in days.workdays if day.year == days.year][:-22]
    made = [_information(random, days, day, random.choice(units)) for day in sorted(random.choices(working, k=DISCLOSURE_REQUESTS))]
    for kind, count, longest in (
        ("mayor_mailbox", MAYOR_LETTERS, 10),
        ("department_mailbox", DEPARTMENT_LETTERS, 10),
        ("error_report", 1, 2),
    ):
        for day in sorted(random.choices(working, k=count)):
            made.append(_letter(random, days, day, kind, random.choice(units), longest))
    marks = {"disclosure_request": "YSYSQ", "mayor_mailbox": "YSQZ", "department_mailbox": "YSBM", "error_report": "YSZC"}
    return [
        Request(**{**vars(draft), "number": f"{marks[draft.kind]}{days.year}{number:04d}"}) for number, draft in enumerate(made, start=1)
    ]


def _information(random: Random, days: Days, day: date, unit: str) -> Request:
    """Fifteen working days; a few extended by the head's leave, a few after a supplement or while a third party was asked."""
    received_at = counter_time(random, day, True)
    begin, supplement_on, supplemented_on, third_party, extension = day, None, None, None, None
    chance = random.random()
    if chance < 0.12:
        supplement_on = days.add(day, random.randint(1, 5))
        supplemented_on = begin = days.add(supplement_on, random.randint(2, 8))
    longest = 15
    if 0.12 <= chance < 0.27:
        extension, longest = random.choice((10, 15)), 25
    used = random.randint(3, longest)
    if 0.27 <= chance < 0.42:
        # What lies in the consultation is not counted, so that the answer may come that much later.
        third_party = (days.add(begin, 2), days.add(begin, random.randint(5, 9)))
        used = random.randint(10, 16)
    answered_at = moment_after(random, received_at, days.add(begin, used), days)
    return Request(
        "", "disclosure_request", unit, random.choice(("网络", "信函", "当面", "网络")), applicant(random, 0.2),
        f"申请公开{random.choice(_SUBJECTS)}", received_at, supplement_on, supplemented_on, third_party, extension, answered_at,
        random.choices(("予以公开", "部分公开", "无法提供", "不予公开"), (14, 5, 6, 3))[0],
    )  # fmt: skip


def _letter(random: Random, days: Days, day: date, kind: str, unit: str, longest: int) -> Request:
    received_at = online_time(random, day)
    answered_at = moment_after(random, received_at, days.add(day, random.randint(1, longest)), days)
    subject = "网站栏目内容有误" if kind == "error_report" else f"咨询{random.choice(_ASKED)}"
    return Request(
        "", kind, unit, "网络", applicant(random, 0.05), subject, received_at, None, None, None, None, answered_at + timedelta(minutes=1),
        "corrected" if kind == "error_report" else "replied",
    )  # fmt: skip
