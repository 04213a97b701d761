"""What hangs on the cases: online applications, one-window intakes, and certificates turned into electronic ones."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from etl.demo.catalogue import CATEGORY_WINDOWS, Catalogue, Department, Item
from etl.demo.days import Days, later, moment_after, online_time
from etl.demo.flow import Case
from etl.demo.people import Applicant, applicant, id_number, person_name

_RETURN_REASONS = ("材料扫描件不清晰", "缺少法定代表人签字", "申请表填写不完整", "不属于本部门受理范围", "所附证明已过有效期")


@dataclass(frozen=True)
class Application:
    application_no: str
    item: Item
    channel: str
    applicant: Applicant
    submitted_at: datetime
    prechecked_at: datetime | None
    precheck_result: str
    return_reason: str
    case_no: str
    express_no: str
    sent_on: date | None
    delivered_on: date | None


@dataclass(frozen=True)
class Intake:
    intake_no: str
    case_no: str
    category: str
    window: str
    ticket_no: str
    item: Item
    applicant_name: str
    received_at: datetime
    dispatched_at: datetime | None
    result_at: datetime | None


@dataclass(frozen=True)
class Certificate:
    certificate_no: str
    name: str
    unit: str
    is_stock: bool
    holder_name: str
    holder_code: str
    case_no: str
    issued_on: date
    valid_to: date | None
    converted_on: date | None
    qc_result: str
    reject_reason: str
    stored_on: date | None


def applications(
    random: Random, catalogue: Catalogue, days: Days, cases: Sequence[Case], count: int, cut_off: datetime
) -> list[Application]:
    """`count` applications submitted in the year. Most became one of `cases`; the others were sent back, wait, or went to the province."""
    online = [case for case in cases if case.channel in ("web", "mobile") and case.applied_at.year == days.year]
    linked = random.sample(online, min(round(count * 0.8), len(online)))
    drafts = [_linked(random, days, case, cut_off) for case in linked]
    drafts += [_unlinked(random, catalogue, days, cut_off) for _ in range(count - len(drafts))]
    drafts.sort(key=lambda draft: (draft.submitted_at, draft.case_no, draft.applicant.id_no))
    return [_numbered(draft, number) for number, draft in enumerate(drafts, start=1)]


def _numbered(draft: Application, number: int) -> Application:
    return Application(**{**vars(draft), "application_no": f"SWB{draft.submitted_at:%Y%m%d}YS{number:05d}"})


def _linked(random: Random, days: Days, case: Case, cut_off: datetime) -> Application:
    prechecked_at = max(case.received_at - timedelta(minutes=random.randint(3, 9)), case.applied_at)
    sent_on = delivered_on = None
    express_no = ""
    if case.outcome == "approved" and case.closed_at is not None and random.random() < 0.4:
        sent_on = days.add(case.closed_at.date(), random.choice((0, 1, 1, 2)))
        delivered_on = sent_on + timedelta(days=random.randint(1, 4))
        if sent_on > cut_off.date():
            sent_on = delivered_on = None
        else:
            express_no = f"YSEMS{random.randrange(10**8):08d}"
            delivered_on = delivered_on if delivered_on <= cut_off.date() else None
    return Application(
        "",
        case.item,
        case.channel,
        case.applicant,
        case.applied_at,
        prechecked_at,
        "passed",
        "",
        case.case_no,
        express_no,
        sent_on,
        delivered_on,
    )


def _unlinked(random: Random, catalogue: Catalogue, days: Days, cut_off: datetime) -> Application:
    item = random.choice([item for item in catalogue.items if item.is_online and item.is_in_hall])
    first = date(days.year, 1, 1)
    submitted_at = online_time(random, first + timedelta(days=random.randrange((cut_off.date() - first).days + 1)))
    checked_on = days.add(submitted_at.date(), random.choices((1, 2, 3, 5), (88, 7, 3, 2))[0])
    prechecked_at = moment_after(random, submitted_at, checked_on, days)
    result = random.choices(("passed", "returned"), (52, 48))[0]
    is_forgotten = random.random() < 0.02
    channel = random.choices(("web", "mobile"), (75, 25))[0]
    person = applicant(random, 0.25)
    if prechecked_at > cut_off or is_forgotten:
        return Application("", item, channel, person, submitted_at, None, "pending", "", "", "", None, None)
    reason = random.choice(_RETURN_REASONS) if result == "returned" and random.random() < 0.97 else ""
    return Application("", item, channel, person, submitted_at, prechecked_at, result, reason, "", "", None, None)


def intakes(random: Random, days: Days, cases: Sequence[Case], cut_off: datetime) -> list[Intake]:
    """One intake a case that a comprehensive window took in; now and then one that never became a case."""
    category_of = {f"{label}{number}": category for category, label in CATEGORY_WINDOWS.items() for number in (1, 2)}
    tickets: defaultdict[tuple[date, str], int] = defaultdict(int)
    made: list[Intake] = []
    for case in sorted((case for case in cases if case.window in category_of), key=lambda case: (case.received_at, case.case_no)):
        for is_case in (True, False) if random.random() < 0.08 else (True,):
            category = category_of[case.window]
            day = case.received_at.date()
            tickets[day, category] += 1
            made.append(_intake(random, days, case, category, tickets[day, category], len(made) + 1, is_case, cut_off))
    return made


def _intake(random: Random, days: Days, case: Case, category: str, ticket: int, number: int, is_case: bool, cut_off: datetime) -> Intake:
    received_at = case.received_at
    hand_over = days.add(received_at.date(), random.choices((0, 1, 2), (78, 18, 4))[0])
    dispatched_at = (
        later(random, received_at, 6, 90) if hand_over <= received_at.date() else moment_after(random, received_at, hand_over, days)
    )
    result_at = later(random, case.closed_at, 5, 60) if is_case and case.closed_at is not None else None
    if result_at is not None:
        # What is done at once was passed on at once.
        dispatched_at = min(dispatched_at, (received_at + (result_at - received_at) / 3).replace(second=0))
    return Intake(
        intake_no=f"YCSL{received_at:%Y%m%d}{number:05d}",
        case_no=case.case_no if is_case else "",
        category=category,
        window=case.window,
        ticket_no=f"{'SITB'[('social', 'investment', 'property', 'business').index(category)]}{ticket:03d}",
        item=case.item,
        applicant_name=case.applicant.name if is_case else person_name(random),
        received_at=received_at,
        dispatched_at=dispatched_at if dispatched_at <= cut_off else None,
        result_at=max(result_at, dispatched_at) if result_at is not None and max(result_at, dispatched_at) <= cut_off else None,
    )


def certificates(
    random: Random, catalogue: Catalogue, days: Days, cases: Sequence[Case], stored: int, cut_off: datetime
) -> list[Certificate]:
    """New certificates of the year's granted cases, and so much of the stock that exactly `stored` are in the store."""
    units = [department for department in catalogue.departments if department.has_account]
    new = list(_new(random, days, cases, {unit.name for unit in units}, cut_off))[: stored // 2]
    wanted = stored - sum(certificate.stored_on is not None for certificate in new)
    return [*_stock(random, catalogue, days, units, wanted), *new]


def _certificate_name(item: Item) -> str:
    subject = item.parent_name
    return (
        f"{subject}证"
        if subject.endswith("许可")
        else f"{subject}批准书"
        if subject.endswith(("审批", "核准", "审查"))
        else f"{subject}证书"
    )


def _new(random: Random, days: Days, cases: Sequence[Case], units: set[str], cut_off: datetime) -> Iterator[Certificate]:
    number = 0
    for case in cases:
        granted = case.outcome == "approved" and case.closed_at is not None and case.closed_at <= cut_off
        if not granted or case.closed_at is None or case.department.name not in units or case.item.kind not in ("licence", "confirmation"):
            continue
        if random.random() < 0.04:
            continue
        number += 1
        closed_on = case.closed_at.date()
        converted_on = closed_on if random.random() < 0.8 else days.add(closed_on, random.randint(1, 4))
        yield _certificate(
            random, days, f"YSZZ-X{number:06d}", case.item, False, converted_on, days.last_until(cut_off.date()),
            (case.applicant.name, case.applicant.id_no), case.case_no, closed_on,
        )  # fmt: skip


def _stock(random: Random, catalogue: Catalogue, days: Days, units: Sequence[Department], wanted: int) -> Iterator[Certificate]:
    """Paper certificates of earlier years: `wanted` converted and stored, some sent back by the check, some still on paper."""
    items = {
        unit: [item for item in catalogue.items if item.department == unit and item.kind in ("licence", "confirmation")] for unit in units
    }
    items = {unit: held or [item for item in catalogue.items if item.department == unit] for unit, held in items.items()}
    last = days.last_until(date(days.year, 12, 31))
    working = [day for day in days.workdays if day.year == days.year][:-4]
    # The work began in earnest in March and was pressed hardest before the year's end.
    season = (0.3, 0.3, 0.8, 1.0, 1.0, 1.1, 1.0, 1.0, 1.1, 1.2, 1.4, 1.5)
    pace = [season[day.month - 1] for day in working]
    chosen_units = random.choices(units, [unit.weight + 0.8 for unit in units], k=round(wanted * 1.065))
    chosen_days = random.choices(working, pace, k=len(chosen_units))
    # Every unit has converted something.
    chosen_units[: len(units)] = list(units)[: len(chosen_units)]
    returned, waiting = round(wanted * 0.015), len(chosen_units) - wanted - round(wanted * 0.015)
    fates = ["stored"] * wanted + ["returned"] * returned + ["waiting"] * waiting
    fates[len(units) :] = random.sample(fates[len(units) :], len(fates) - len(units)) if len(fates) > len(units) else []
    for number, (unit, day, fate) in enumerate(zip(chosen_units, chosen_days, fates, strict=True), start=1):
        issued_on = date(days.year - random.randint(1, 9), random.randint(1, 12), random.randint(1, 28))
        holder = person_name(random), id_number(random)
        yield _certificate(
            random, days, f"YSZZ-C{number:06d}", random.choice(items[unit]), True, None if fate == "waiting" else day, last,
            holder, "", issued_on, fate == "returned",
        )  # fmt: skip


def _certificate(
    random: Random, days: Days, number: str, item: Item, is_stock: bool, converted_on: date | None, last: date,
    holder: tuple[str, str], case_no: str, issued_on: date, is_returned: bool = False,
) -> Certificate:  # fmt: skip
    """A certificate; its quality check takes up to three working days, and what the cut-off overtakes stays unchecked."""
    stored_on = days.add(converted_on, random.choice((0, 1, 1, 2, 3))) if converted_on is not None else None
    is_stored = stored_on is not None and stored_on <= last and not is_returned
    in_time = converted_on is not None and converted_on <= last
    return Certificate(
        certificate_no=number,
        name=_certificate_name(item),
        unit=item.department.name,
        is_stock=is_stock,
        holder_name=holder[0],
        holder_code=holder[1],
        case_no=case_no,
        issued_on=issued_on,
        valid_to=date(issued_on.year + random.choice((3, 4, 5)), issued_on.month, min(issued_on.day, 28))
        if random.random() < 0.6
        else None,
        converted_on=converted_on if in_time else None,
        qc_result="returned" if is_returned else "passed" if is_stored else "pending",
        reject_reason=random.choice(("图像缺页", "信息与底册不符", "印章不清")) if is_returned else "",
        stored_on=stored_on if is_stored else None,
    )
