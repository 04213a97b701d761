"""The demo's year of tickets, read here with Python's csv module: consistent with the hall, messy as planted, nobody real."""

import csv
import io
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path

import chinese_calendar
import pytest

from etl.demo import Made

SPOILT = {
    "ended_before_started", "called_before_taken", "started_before_called", "negative_service_time", "done_without_call", "unknown_status",
    "missing_ticket_no", "not_taken", "impossible_date", "over_a_day", "extra_separator", "total_row",
}  # fmt: skip
SELF = "自助服务区"
HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


@pytest.fixture(scope="module")
def rows(demo_year: tuple[Path, Made]) -> list[dict[str, str]]:
    folder, made = demo_year
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for path in sorted(folder.glob("*票号明细*.csv")):
        spoilt = {line for entry in made.planted if entry.is_refused and entry.file == path.name for line in entry.lines}
        text = path.read_bytes().decode("utf-8-sig" if path.stem.endswith("Q4") else "gb18030")
        kept = [line for number, line in enumerate(text.split("\r\n"), start=1) if number not in spoilt]
        listed = list(csv.reader(io.StringIO("\r\n".join(kept), newline="")))
        header = next(row for row in listed if row[0] == "区域名称")
        for row in listed[listed.index(header) + 1 :]:
            if row:
                cells = {name: cell.strip(" \u3000").translate(HALF_WIDTH) for name, cell in zip(header, row, strict=True)}
                found[cells["区域名称"], cells["票号"], cells["取号时间"][:10]] = cells
    return list(found.values())


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_every_ticket_is_written_once_and_several_tens_of_thousands_there_are(rows, demo_year):
    assert len(rows) == demo_year[1].totals.tickets
    assert 30_000 < len(rows) < 60_000


def test_dirt_of_every_kind_is_planted_in_every_quarter(demo_year):
    _, made = demo_year
    for quarter in range(1, 5):
        entries = [entry for entry in made.planted if f"票号明细_2018Q{quarter}" in entry.file]
        assert {entry.kind for entry in entries if entry.is_refused} == SPOILT
        assert {"odd_form", "exact_duplicate"} <= {entry.kind for entry in entries if not entry.is_refused}


def test_windows_are_those_of_the_halls_register_or_terminals(rows, demo_year):
    folder, _ = demo_year
    (path,) = folder.glob("*窗口名册*.csv")
    register = {row[1]: row[3] for row in csv.reader(io.StringIO(path.read_text("gbk")), delimiter=";")}
    for row in rows:
        if row["窗口名称"] and row["区域名称"] != SELF:
            assert register[row["窗口名称"]] == row["区域名称"]
    comprehensive = [row["取号时间"] for row in rows if "综合窗口" in row["窗口名称"]]
    assert min(comprehensive) >= "2018-10-08"


def test_intakes_of_the_comprehensive_windows_name_tickets_that_exist(rows, demo_year):
    import gzip
    import json

    folder, made = demo_year
    tickets = {(row["取号时间"][:10].replace("-", ""), row["票号"]) for row in rows}
    asked = found = 0
    for path in folder.glob("*一窗受理_*.json*"):
        spoilt = {line for entry in made.planted if entry.is_refused and entry.file in path.name for line in entry.lines}
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for number, record in enumerate(json.loads(data)["data"], start=1):
            if number not in spoilt:
                asked += 1
                found += (record["receiveTime"][:8], record["ticketNo"]) in tickets
    assert asked > 3_000
    assert found == asked


def test_numbers_begin_anew_each_day(rows):
    first = {row["取号时间"][:10] for row in rows if row["票号"] == "C001"}
    assert len(first) > 200


def test_times_follow_one_another(rows):
    for row in rows:
        order = [row[name] for name in ("取号时间", "叫号时间", "开始服务时间", "完成时间") if row[name]]
        assert order == sorted(order)


def test_mornings_and_mondays_are_busy_and_noon_is_not(rows):
    taken = [moment(row["取号时间"]) for row in rows if row["区域名称"] != SELF]
    hours = Counter(at.hour for at in taken)
    assert hours.most_common(1)[0][0] in (9, 10)
    assert hours[12] + hours[13] < hours[9] / 5
    days = defaultdict(set)
    for at in taken:
        days[at.isoweekday()].add(at.date())
    weekdays = Counter(at.isoweekday() for at in taken)
    mean = {day: weekdays[day] / len(days[day]) for day in range(1, 6)}
    assert max(mean, key=lambda day: mean[day]) in (1, 2)
    assert mean[1] > mean[5] * 1.2


def test_counters_serve_on_working_days_and_saturday_mornings_and_the_self_service_area_always(rows):
    closed = [
        moment(row["取号时间"])
        for row in rows
        if row["区域名称"] != SELF and not chinese_calendar.is_workday(moment(row["取号时间"]).date())
    ]
    assert 0 < len(closed) < 2_000
    assert all(at.isoweekday() == 6 and at.hour < 13 for at in closed)
    terminals = [moment(row["取号时间"]) for row in rows if row["区域名称"] == SELF]
    assert {at.hour for at in terminals} == set(range(24))
    assert len({at.date() for at in terminals}) > 360
    assert date(2018, 10, 1) in {at.date() for at in terminals}


def test_some_do_not_come_some_are_passed_on_some_are_never_called(rows):
    counters = [row for row in rows if row["区域名称"] != SELF]
    status = Counter(row["状态"] for row in counters)
    assert 0.01 < status["过号"] / len(counters) < 0.06
    assert 0.005 < status["转号"] / len(counters) < 0.03
    never = sum(not row["叫号时间"] for row in counters)
    assert 0.01 < never / len(counters) < 0.08
    assert status["等候中"] > 0
    assert status["弃号"] > 0
    assert {row["过号来源"] for row in counters if row["状态"] == "过号"} == {"窗口点过号", "自动过号", "群众放弃"}


def test_waits_are_longer_since_the_comprehensive_windows_opened(rows):
    """What the year has to tell: in October two windows took over what many had done."""

    def share_in_time(months: set[int]) -> float:
        waits = [
            (moment(row["叫号时间"]) - moment(row["取号时间"])).total_seconds() <= 1200 if row["叫号时间"] else False
            for row in rows
            if row["区域名称"] != SELF and int(row["取号时间"][5:7]) in months
        ]
        return sum(waits) / len(waits)

    assert share_in_time({11, 12}) < share_in_time({3, 4, 5, 6}) - 0.05
