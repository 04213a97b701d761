"""The demo's staff, read here with csv and calamine: about a hundred people whose year hangs together, messy as planted, nobody real."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from python_calamine import CalamineWorkbook

from etl.demo import Made, make

Row = dict[str, str]
HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


def refused(made: Made, file: str, sheet: str | None = None) -> set[int]:
    return {line for entry in made.planted if entry.is_refused and (entry.file, entry.sheet) == (file, sheet) for line in entry.lines}


def one(made: Made, word: str) -> Path:
    (path,) = (path for path in made.files if word in path.name)
    return path


def cleaned(header: list[str], cells: list[str], key: str, found: dict[str, Row]) -> None:
    row = {name: cell.strip(" \u3000").translate(HALF_WIDTH) for name, cell in zip(header, cells, strict=True)}
    found[row[key]] = row


def sheets(made: Made, word: str, key: str) -> dict[str, Row]:
    """Rows of a workbook that were not spoilt, by their number; what stands there twice is one."""
    path = one(made, word)
    book = CalamineWorkbook.from_path(str(path))
    found: dict[str, Row] = {}
    for name in book.sheet_names:
        rows = [[str(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
        if key not in rows[1 if len(rows) > 1 else 0]:
            continue
        for line, cells in enumerate(rows[2:], start=3):
            if line not in refused(made, path.name, name):
                cleaned(rows[1], cells, key, found)
    return found


def text(made: Made, path: Path, encoding: str, delimiter: str, key: str) -> dict[str, Row]:
    spoilt = refused(made, path.name)
    lines = path.read_bytes().decode(encoding, errors="replace").split("\r\n")
    kept = [line for number, line in enumerate(lines, start=1) if number not in spoilt]
    rows = list(csv.reader(io.StringIO("\r\n".join(kept), newline=""), delimiter=delimiter))
    begin = next(number for number, row in enumerate(rows) if key in row)
    found: dict[str, Row] = {}
    for cells in rows[begin + 1 :]:
        if cells:
            cleaned(rows[begin], cells, key, found)
    return found


def day(written: str) -> date:
    """2018-03-05 or 2018.3.5."""
    year, month, on = written.replace(".", "-").split("-")
    return date(int(year), int(month), int(on))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("staff"), scale=0.05)


@pytest.fixture(scope="module")
def roster(made: Made) -> list[Row]:
    return list(sheets(made, "人员花名册", "序号").values())


@pytest.fixture(scope="module")
def slips(made: Made) -> list[Row]:
    paths = [path for path in made.files if "考勤异常" in path.name]
    return [row for path in paths for row in text(made, path, "gb18030", ",", "考勤流水号").values()]


def own_posts(roster: list[Row], number: str, on: date) -> list[str]:
    def is_on(row: Row) -> bool:
        return day(row["到岗日期"]) <= on and (not row["离岗日期（末日）"] or on <= day(row["离岗日期（末日）"]))

    return [row["派驻窗口"] for row in roster if row["人员编号"] == number and row["岗位类别"] != "B岗" and is_on(row)]


def case_rows(made: Made) -> Iterator[Row]:
    for path in (path for path in made.files if "区政务审批网办件" in path.name):
        spoilt = refused(made, path.name)
        lines, numbers, kept = path.read_bytes().decode("gb18030", errors="replace").split("\r\n"), 0, []
        for line in lines:
            numbers += 1
            if numbers not in spoilt:
                kept.append(line)
            numbers += line.count("\n")
        rows = list(csv.reader(io.StringIO("\r\n".join(kept), newline="")))
        header = next(row for row in rows if "申办流水号" in row)
        yield from (dict(zip(header, row, strict=True)) for row in rows[rows.index(header) + 1 :] if row)


def test_about_a_hundred_people_come_move_and_leave(made: Made, roster: list[Row]) -> None:
    people = {row["人员编号"] for row in roster}
    changes = Counter(row["变动情况"] for row in roster)
    assert 90 <= len(people) <= 110
    assert len(roster) == made.totals.posts
    assert changes["新派驻"] == 4
    assert changes["轮岗"] > 16
    assert changes["调整"] >= 3
    assert changes["补位"] >= 10
    assert {row["岗位类别"] for row in roster} == {"首席", "A岗", "B岗", "值班长"}
    newcomers = [day(row["到岗日期"]) for row in roster if row["变动情况"] == "新派驻"]
    assert all(date(2018, 3, 1) < on < date(2018, 12, 1) for on in newcomers)
    gone = people - {row["人员编号"] for row in roster if not row["离岗日期（末日）"]}
    assert len(gone) == 2


def test_every_window_has_somebody_on_every_working_day(made: Made, roster: list[Row]) -> None:
    windows = next(path for path in made.files if "窗口名册" in path.name)
    listed = [line.split(";") for line in windows.read_text("gbk").splitlines()[1:]]
    for month in range(1, 13):
        on = date(2018, month, 28)
        staffed = {window for row in roster for window in own_posts([row], row["人员编号"], on)}
        open_then = {row[1] for row in listed if row[1] and day(row[6].replace("/", "-")) <= on}
        assert open_then - staffed == set(), month


def test_nobody_has_two_posts_of_their_own_but_where_the_roster_forgot_the_end(roster: list[Row]) -> None:
    doubled = set()
    for number in {row["人员编号"] for row in roster}:
        for month in range(1, 13):
            if len(own_posts(roster, number, date(2018, month, 28))) > 1:
                doubled.add(number)
    assert len(doubled) <= 1


def test_nobody_is_late_on_a_day_of_leave_or_before_they_came(made: Made, roster: list[Row], slips: list[Row]) -> None:
    away: defaultdict[str, set[date]] = defaultdict(set)
    for row in slips:
        if row["结束日期"]:
            first, last = day(row["开始日期"]), day(row["结束日期"])
            away[row["人员编号"]] |= {first + timedelta(days=offset) for offset in range((last - first).days + 1)}
    assert len(slips) == made.totals.slips
    for row in slips:
        on = day(row["开始日期"])
        assert chinese_calendar.is_workday(on)
        assert row["派驻窗口"] in own_posts(roster, row["人员编号"], on)
        assert row["结束日期"] or on not in away[row["人员编号"]]
        assert bool(row["迟到早退分钟"]) == (row["异常类型代码"] in ("01", "02", "04"))


def test_who_handled_a_case_stood_at_its_window_that_day(made: Made, roster: list[Row]) -> None:
    handled = 0
    for row in case_rows(made):
        if row["经办人工号"]:
            handled += 1
            taken = row["收件日期"].translate(HALF_WIDTH)
            # Only dates in the plain form: the odd ones are of the same cases.
            if len(taken) == 19 and taken[4] == "-":
                assert row["受理窗口"] in own_posts(roster, row["经办人工号"], day(taken[:10])), row["申办流水号"]
        assert row["受理日期"] or not row["经办人工号"]
    assert handled > 700


def test_patrols_find_something_of_somebody_now_and_then_and_more_at_the_troubled_windows(made: Made, roster: list[Row]) -> None:
    rows = list(sheets(made, "值班巡查登记", "巡查单号").values())
    assert len(rows) == made.totals.visits
    found = [row for row in rows if row["问题归类"]]
    assert all((row["巡查情况"] == "发现问题") == bool(row["问题归类"]) for row in rows)
    assert 300 < len(found) < 900
    by_window = Counter(row["被查窗口"] for row in found)
    assert min(by_window[name] for name in ("人社局2号窗口", "税务局2号窗口", "公安分局3号窗口")) > 2 * len(found) / len(by_window)
    assert {row["来源"] for row in rows} == {"日巡", "周查", "视频", "暗访", "电子监察"}
    for row in found:
        on = day(row["巡查日期"])
        assert chinese_calendar.is_workday(on)
        if row["当事人工号"]:
            assert row["被查窗口"] in own_posts(roster, row["当事人工号"], on)
    assert any(row["照片编号"] for row in found)
    assert any(not row["当事人工号"] for row in found)


def test_the_year_has_one_confirmed_veto(made: Made) -> None:
    rows = text(made, one(made, "加分与否决"), "utf-8-sig", "\t", "登记编号").values()
    assert len(rows) == made.totals.merits
    vetoes = [row for row in rows if row["事项类别"] in ("媒体曝光", "吃拿卡要", "弄虚作假")]
    assert sorted((row["事项类别"], row["认定情况"]) for row in vetoes) == [("吃拿卡要", "2"), ("媒体曝光", "1"), ("弄虚作假", "0")]


def test_nobody_in_the_registers_is_real(roster: list[Row]) -> None:
    assert all(row["手机号码"].startswith("12000") for row in roster)
    assert all(len(row["姓名"]) in (2, 3) for row in roster)


def test_case_files_looked_through_are_files_of_closed_cases(made: Made) -> None:
    rows = list(sheets(made, "案卷评查", "评查单号").values())
    closed = {row["申办流水号"] for row in case_rows(made) if row["办结日期"]}
    assert len(rows) == made.totals.inspections
    assert {row["申办流水号"] for row in rows} <= closed
    assert {row["评查结论"] for row in rows} == {"A", "B", "C"}
    assert any(row["评查结论"] == "C" and not row["问题归类"] for row in rows)


def test_dirt_of_every_kind_is_planted_in_the_registers(made: Made) -> None:
    kinds = {
        "人员花名册": {"missing_window", "unknown_post", "impossible_date", "ends_before_it_begins"},
        "考勤异常": {
            "unknown_kind",
            "missing_staff",
            "negative_minutes",
            "minutes_not_a_number",
            "days_not_halves",
            "ends_before_it_begins",
        },
        "值班巡查": {"unknown_kind", "finding_without_kind", "kind_though_clean", "unknown_source", "missing_number"},
        "案卷评查": {"unknown_result", "marks_out_of_range", "put_right_too_early"},
        "加分与否决": {"unknown_kind", "unknown_status", "no_times", "nobody"},
    }
    for word, expected in kinds.items():
        assert {entry.kind for entry in made.planted if word in entry.file and entry.is_refused} >= expected, word
