"""The demo's files, read here with other means than the loader's: they hold the report's counters, and nobody real."""

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import chinese_calendar
import pytest
from python_calamine import CalamineWorkbook

from etl.config import CHECKOUT
from etl.demo import Made, make

ID_WEIGHTS = [2 ** (17 - place) % 11 for place in range(17)]
USCC_SET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def is_id_number(text: str) -> bool:
    """GB 11643-1999 by its definition: ISO 7064 MOD 11-2."""
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], ID_WEIGHTS, strict=True))
    return (total + (10 if text[17] == "X" else int(text[17]))) % 11 == 1


def is_credit_code(text: str) -> bool:
    """GB 32100-2015: the weighted sum with the check character added is a multiple of 31."""
    weighted = sum(USCC_SET.index(character) * 3**place for place, character in enumerate(text[:17]))
    return (weighted + USCC_SET.index(text[17])) % 31 == 0


def refused_lines(made: Made, file: str, sheet: str | None = None) -> set[int]:
    return {line for entry in made.planted if entry.is_refused and (entry.file, entry.sheet) == (file, sheet) for line in entry.lines}


def case_rows(folder: Path, made: Made) -> Iterator[dict[str, str]]:
    """Every row of the monthly exports that was not spoilt, by Python's csv module."""
    for path in sorted(folder.glob("*区政务审批网办件*.csv")):
        spoilt = refused_lines(made, path.name)
        # Spoilt lines are taken out first, so that a stray quotation mark cannot reach the csv module.
        lines = path.read_bytes().decode("gb18030", errors="replace").split("\r\n")
        numbers, kept = 0, []
        for line in lines:
            numbers += 1
            if numbers not in spoilt:
                kept.append(line)
            numbers += line.count("\n")
        rows = csv.reader(io.StringIO("\r\n".join(kept), newline=""))
        header = next(row for row in rows if row[0] == "申办流水号")
        yield from (dict(zip(header, row, strict=True)) for row in rows if row)


def sheet_rows(path: Path, sheet: str, header_rows: int, made: Made) -> Iterator[list[object]]:
    spoilt = refused_lines(made, path.name, sheet)
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    yield from (row for line, row in enumerate(rows, start=1) if line > 1 + header_rows and line not in spoilt)


def one(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def test_a_year_has_the_reports_number_of_cases(demo_year: tuple[Path, Made]) -> None:
    folder, made = demo_year
    numbers = {row["申办流水号"] for row in case_rows(folder, made)}
    received = Counter(number[8:12] for number in numbers)
    assert received["2018"] == 16_392 == made.totals.received
    assert received["2017"] == made.totals.carried_over > 0


def test_a_case_comes_again_until_it_is_closed(demo_year: tuple[Path, Made]) -> None:
    folder, made = demo_year
    results: dict[str, list[str]] = {}
    for row in case_rows(folder, made):
        results.setdefault(row["申办流水号"], []).append(row["办结结果"])
    assert any(outcomes[0] == "0" and outcomes[-1] != "0" for outcomes in results.values())
    assert all("0" not in outcomes[outcomes.index(closed) :] for outcomes in results.values() for closed in outcomes if closed != "0")


def test_the_item_list_has_the_reports_counts(demo_year: tuple[Path, Made]) -> None:
    folder, made = demo_year
    path = one(folder, "*事项清单*.xlsx")
    district = list(sheet_rows(path, "区直部门", 2, made))
    township = list(sheet_rows(path, "乡镇街道", 2, made))
    assert (len(district), len(township)) == (840, 2_039)
    trips = Counter((row[17], row[16]) for row in district)
    assert (trips["是", "0"], trips["是", "1"]) == (83, 372)
    assert sum(count for (_, trip), count in trips.items() if trip in ("0", "1")) == 831
    assert len({row[1] for row in [*district, *township]}) == 2_879
    assert all(row[17] == "否" for row in township)


def test_every_case_names_an_item_of_the_list(demo_year: tuple[Path, Made]) -> None:
    folder, made = demo_year
    path = one(folder, "*事项清单*.xlsx")
    codes = {str(row[1]) for sheet in ("区直部门", "乡镇街道") for row in sheet_rows(path, sheet, 2, made)}
    rows = list(case_rows(folder, made))
    assert {row["实施编码"] for row in rows} <= codes
    assert any(row["承诺期限"] == "" for row in rows)


def test_applications_of_the_year_are_counted_apart_from_cases(demo_year: tuple[Path, Made]) -> None:
    folder, made = demo_year
    path = one(folder, "*申报*.xlsx")
    rows = [row for sheet in ("一季度", "二季度", "三季度", "四季度") for row in sheet_rows(path, sheet, 2, made)]
    assert len({row[0] for row in rows}) == 2_592
    linked = {str(row[12]) for row in rows if row[12]}
    numbers = {row["申办流水号"] for row in case_rows(folder, made)}
    assert linked
    assert linked <= numbers
    assert any(not row[12] for row in rows)


def test_certificates_stored_are_close_to_forty_thousand_in_27_units(demo_year: tuple[Path, Made]) -> None:
    folder, made = demo_year
    stock = one(folder, "*存量*.txt")
    spoilt = refused_lines(made, stock.name)
    lines = stock.read_bytes().decode("utf-16").split("\r\n")
    rows: list[list[object]] = [
        list(line.split("\t")) for number, line in enumerate(lines, start=1) if number > 1 and number not in spoilt and line
    ]
    rows += [row for sheet in ("上半年", "下半年") for row in sheet_rows(one(folder, "*增量*.xlsx"), sheet, 1, made)]
    stored = {row[1] for row in rows if row[13]}
    assert len(stored) == made.totals.certificates
    assert abs(len(stored) - 40_000) < 1_000
    assert len({row[3] for row in rows}) == 27
    assert {row[4] for row in rows} == {"C", "Z"}


def test_27_units_have_accounts_and_27_have_seals(demo_year: tuple[Path, Made]) -> None:
    folder, made = demo_year
    rows = {row[1]: row for row in sheet_rows(one(folder, "*账号印章登记表*.xlsx"), "登记表", 2, made)}
    assert sum(bool(row[6]) for row in rows.values()) == 27
    assert sum(bool(row[8]) for row in rows.values()) == 27


def test_one_window_begins_in_october_in_four_categories(demo_year: tuple[Path, Made]) -> None:
    folder, made = demo_year
    october = json.loads(one(folder, "*一窗受理_201810.json").read_text("utf-8"))
    spoilt = refused_lines(made, "合成演示_一窗受理_201810.json")
    good = [record for number, record in enumerate(october["data"], start=1) if number not in spoilt]
    assert {record["windowType"] for record in good} == {"1", "2", "3", "4"}
    assert min(record["receiveTime"] for record in good) >= "20181008"
    assert not list(folder.glob("*一窗受理_201809*"))


def test_nobody_in_the_demo_is_real(demo_year: tuple[Path, Made]) -> None:
    folder, made = demo_year
    for row in case_rows(folder, made):
        number = row["证件号码"]
        if row["证件类型"] == "111":
            assert re.fullmatch(r"35090218\d{2}(0[1-9]|1[0-2])\d{2}\d{3}[\dX]", number)
            assert is_id_number(number)
        else:
            assert number.startswith("91350999")
            assert is_credit_code(number)
        assert row["联系电话"].translate(str.maketrans("０１２３４５６７８９", "0123456789")).startswith("12000")


def test_every_file_says_that_it_is_synthetic(demo_year: tuple[Path, Made]) -> None:
    folder, made = demo_year
    assert all(path.name.startswith("合成演示_") for path in made.files)
    assert {path.name for path in folder.iterdir()} == {path.name for path in made.files} | {"README.md"}


def test_people_come_on_working_days_at_opening_hours_and_seldom_at_noon(demo_year: tuple[Path, Made]) -> None:
    folder, made = demo_year
    moments: dict[str, datetime] = {}
    for row in case_rows(folder, made):
        if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row["收件日期"]):
            moments[row["申办流水号"]] = datetime.fromisoformat(row["收件日期"])
    hours = Counter(moment.hour for moment in moments.values())
    assert hours[12] + hours[13] < hours[9] / 4
    assert set(hours) <= set(range(8, 19))
    closed_days = [moment for moment in moments.values() if not chinese_calendar.is_workday(moment.date())]
    assert 0 < len(closed_days) < len(moments) / 50
    assert all(moment.weekday() == 5 for moment in closed_days)
    # The make-up Sunday before Spring Festival was worked.
    assert any(moment.date() == date(2018, 2, 11) for moment in moments.values())


def test_dirt_of_every_kind_is_planted_and_stays_about_one_in_a_hundred(demo_year: tuple[Path, Made]) -> None:
    _, made = demo_year
    refused = {entry.kind for entry in made.planted if entry.is_refused}
    assert refused >= {
        "closed_before_accepted", "accepted_before_received", "impossible_date", "ambiguous_date", "unknown_code", "missing_case_no",
        "bad_id_number", "extra_separator", "missing_separator", "stray_quote", "unescaped_quote", "repeated_header", "total_row",
        "nul_byte", "undecodable", "truncated", "unit_missing", "no_times_at_all",
    }  # fmt: skip
    assert {entry.kind for entry in made.planted if not entry.is_refused} >= {"preamble", "odd_form", "exact_duplicate"}
    cases = sum(len(entry.lines) for entry in made.planted if entry.is_refused and "办件" in entry.file)
    assert 0.007 < cases / made.totals.received < 0.015


def digest(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    make(tmp_path / "here", scale=0.02)
    script = "import sys; from pathlib import Path; from etl.demo import make; make(Path(sys.argv[1]), scale=0.02)"
    environ = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(CHECKOUT)}
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "there")], check=True, env=environ)
    assert digest(tmp_path / "here") == digest(tmp_path / "there")


def test_another_seed_gives_other_cases_and_the_same_counters(tmp_path: Path) -> None:
    one_year = make(tmp_path / "a", seed=1, scale=0.02)
    other = make(tmp_path / "b", seed=2, scale=0.02)
    assert (one_year.totals.received, one_year.totals.applications) == (other.totals.received, other.totals.applications) == (328, 52)
    first, second = digest(tmp_path / "a"), digest(tmp_path / "b")
    assert all(first[name] != second[name] for name in first if "办件" in name)


@pytest.mark.parametrize("year", [2017, 2019])
def test_another_year_can_be_made(tmp_path: Path, year: int) -> None:
    made = make(tmp_path, year=year, scale=0.01)
    assert made.totals.received == 164
    assert (tmp_path / f"合成演示_区政务审批网办件_{year}12.csv").exists()
