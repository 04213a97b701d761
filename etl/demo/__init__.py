"""A whole synthetic year of the hall, written as the messy files its systems would export. The figures are those of the 2018 report.

Nobody in it is real (see etl.demo.people). The same arguments give the same bytes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from etl.demo.accessfile import write_access
from etl.demo.casefiles import write_cases
from etl.demo.catalogue import catalogue
from etl.demo.conduct import inspections, merits, slips, visits
from etl.demo.conductfiles import write_inspections, write_merits, write_roster, write_slips, write_visits
from etl.demo.days import days_of
from etl.demo.flow import cases
from etl.demo.follow import applications, certificates, intakes
from etl.demo.gaming import arranged
from etl.demo.itemlists import earlier_list, write_earlier_list, write_proofs
from etl.demo.onewindow import departments_of, parts, write_parts
from etl.demo.openfiles import write_disclosures, write_requests
from etl.demo.openness import disclosures, requests
from etl.demo.otherfiles import write_applications, write_certificates, write_intakes, write_items, write_registers, write_suspensions
from etl.demo.queue import tickets
from etl.demo.queuefiles import write_tickets
from etl.demo.roster import handlers, roster
from etl.demo.voicefiles import write_complaints, write_evaluations
from etl.demo.voices import complaints, evaluations
from etl.demo.writers import Planted

__all__ = ["APPLICATIONS", "CASES", "CERTIFICATES_STORED", "Made", "Planted", "Totals", "make"]

CASES = 16_392
APPLICATIONS = 2_592
# The report says 近4万多本, which is no number; this one is near it.
CERTIFICATES_STORED = 39_688
CARRIED_OVER = 46

README = """# 合成演示数据 / synthetic demonstration data

本文件夹由 `hall demo` 生成，全部为合成数据，仅供演示，不含任何真实个人、单位或办件。
证件号码的出生年份均为 18xx 年，手机号码以 12000 开头，统一社会信用代码的行政区划为不存在的 350999。
部分记录故意写错，用来演示隔离区。政务公开各类目的名称未知，按序号称呼（公开类目一……）。

Everything in this folder is made up by `hall demo`. ID numbers carry births in 18xx, phones begin with 12000, credit codes
name division 350999, which does not exist. Some records are spoilt on purpose, to show the quarantine at work.
The names of the report's categories of published information are not known; they go by their place (公开类目一 and so on).
"""


@dataclass(frozen=True)
class Totals:
    """What the files hold once loaded, dirt left aside. `certificates` counts stored ones; `received` the cases of the year;
    `earlier_items` those of the list before, of which `items_dropped` are no longer on the new one, which has `items_added` of its own."""

    received: int
    carried_over: int
    applications: int
    intakes: int
    parts: int
    suspensions: int
    certificates: int
    items: int
    earlier_items: int
    items_added: int
    items_dropped: int
    departments: int
    windows: int
    tickets: int
    evaluations: int
    complaints: int
    requests: int
    disclosures: int
    posts: int
    slips: int
    visits: int
    inspections: int
    merits: int


@dataclass(frozen=True)
class Made:
    files: tuple[Path, ...]
    planted: tuple[Planted, ...]
    totals: Totals

    @property
    def refused(self) -> int:
        """How many records must end in quarantine."""
        return sum(len(planted.lines) for planted in self.planted if planted.is_refused)


def make(folder: Path, year: int = 2018, seed: int = 2018, scale: float = 1.0) -> Made:
    """Write the year's files into `folder`. `scale` shrinks or grows cases, applications and certificates, not the item list.

    Files of an earlier run in the folder are written over.
    """
    folder.mkdir(parents=True, exist_ok=True)
    days = days_of(year)
    cut_off = datetime(year + 1, 1, 1) - timedelta(minutes=1)

    def random(part: str) -> Random:
        # A stream of its own for each part, so that a change in one leaves the others as they were.
        return Random(f"{seed}/{year}/{part}")

    hall = catalogue(random("catalogue"), year)
    held = cases(random("cases"), hall, days, round(CASES * scale), round(CARRIED_OVER * scale))
    applied = applications(random("applications"), hall, days, held, round(APPLICATIONS * scale), cut_off)
    taken_in = intakes(random("intakes"), days, held, cut_off)
    passed_on = parts(random("parts"), hall, days, taken_in, cut_off)
    certified = certificates(random("certificates"), hall, days, held, round(CERTIFICATES_STORED * scale), cut_off)
    before = earlier_list(random("library"), hall, frozenset(case.item.code for case in held))
    queued = tickets(random("tickets"), hall, days, held, taken_in, scale)
    evaluated, evaluated_online = evaluations(random("evaluations"), days, held, cut_off)
    complained = complaints(random("complaints"), days, held, cut_off)
    disclosed = disclosures(random("disclosures"), hall, days)
    asked = requests(random("requests"), hall, days)
    # After the others have drawn from the cases, so that their files stay as they were.
    held = arranged(random("gaming"), days, held)
    posted = roster(random("roster"), hall, days)
    handled = handlers(random("handlers"), posted, held)
    slipped = slips(random("attendance"), days, posted)
    visited = visits(random("patrols"), hall, days, posted)
    inspected = inspections(random("dossiers"), days, held, handled)
    praised = merits(random("merits"), days, posted)
    files: list[Path] = []
    planted: list[Planted] = []
    for written, found in (
        write_items(folder, random("items-dirt"), hall, year),
        write_registers(folder, hall, year),
        write_cases(folder, random("cases-dirt"), held, handled, year),
        write_applications(folder, random("applications-dirt"), applied, year),
        write_intakes(folder, random("intakes-dirt"), taken_in, year, departments_of(passed_on)),
        write_parts(folder, random("parts-dirt"), passed_on, year),
        write_suspensions(folder, random("suspensions-dirt"), held, year, cut_off),
        write_certificates(folder, random("certificates-dirt"), certified, year),
        write_earlier_list(folder, random("library-dirt"), before, year),
        write_proofs(folder, random("proofs"), hall, year),
        write_access(folder, random("access"), hall, certified, year),
        write_tickets(folder, random("tickets-dirt"), queued, year),
        write_evaluations(folder, random("evaluations-dirt"), evaluated, evaluated_online, year),
        write_complaints(folder, random("complaints-dirt"), complained, year),
        write_disclosures(folder, random("disclosures-dirt"), disclosed, year),
        write_requests(folder, random("requests-dirt"), asked, year),
        write_roster(folder, random("roster-dirt"), posted, year),
        write_slips(folder, random("attendance-dirt"), slipped, year),
        write_visits(folder, random("patrols-dirt"), hall, visited, year),
        write_inspections(folder, random("dossiers-dirt"), inspected, year),
        write_merits(folder, random("merits-dirt"), praised, year),
    ):
        files += written
        planted += found
    (folder / "README.md").write_text(README, encoding="utf-8")
    totals = Totals(
        received=sum(case.received_at.year == year for case in held),
        carried_over=sum(case.received_at.year < year for case in held),
        applications=len(applied),
        intakes=len(taken_in),
        parts=len(passed_on),
        suspensions=sum(stop.started_on <= cut_off.date() for case in held for stop in case.suspensions),
        certificates=sum(certificate.stored_on is not None for certificate in certified),
        items=len(hall.items),
        earlier_items=len(before.items),
        items_added=len(before.added),
        items_dropped=len(before.dropped),
        departments=len(hall.departments),
        windows=len(hall.windows),
        tickets=len(queued),
        evaluations=len(evaluated) + len(evaluated_online),
        complaints=len(complained),
        requests=len(asked),
        disclosures=len(disclosed),
        posts=len(posted.stretches),
        slips=len(slipped),
        visits=len(visited),
        inspections=len(inspected),
        merits=len(praised),
    )
    return Made(tuple(files), tuple(planted), totals)
