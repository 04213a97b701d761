"""Registers of the staff as offices keep them: what loads, what is refused and why, which word is which kind of event."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from etl.config import Home, connect
from etl.ingest import load
from etl.records import codes
from etl.records.mapping import mappings

ROSTER = "序号,人员编号,姓名,派驻单位,派驻窗口,岗位类别,变动情况,到岗日期,离岗日期（末日）,手机号码\n"
MACHINE = "考勤流水号,人员编号,姓名,派驻窗口,异常类型代码,开始日期,结束日期,迟到早退分钟,折合天数,审批人,更新时间\n"
BOOK = "巡查单号,巡查日期,时段,来源,被查窗口,当事人工号,巡查情况,问题归类,当场整改,照片编号,拟扣分\n"
MINUTES = "评查单号,评查日期,申办流水号,受理窗口,承办人工号,评查结论,问题归类,得分,整改日期\n"
MERITS = "登记编号,发生日期,事项类别,派驻单位,窗口,人员编号,次数,认定情况\n"


def loaded(home: Home, folder: Path, text: str, select: str) -> tuple[str, list[str], list[tuple[object, ...]]]:
    """The mapping that fitted, the rules of the rows refused, and what of the others stands in the table."""
    path = folder / "register.csv"
    path.write_text(text, "utf-8")
    with connect(home) as con:
        (result,) = load(con, home, [path])
        refused = [rule for (rule,) in con.execute("select rule from quarantine_fault order by line, rule").fetchall()]
        return result.mapping, refused, con.execute(f"select {select} from raw_{result.record} order by 1, 2").fetchall()


def test_a_roster_has_a_row_a_stretch_and_only_known_posts(home: Home, tmp_path: Path) -> None:
    text = ROSTER + (
        "1,1001,陈演明,住建局,住建局1号窗口,首席,年初在岗,2015.3.1,2018/6/30,12000000001\n"
        "2,1001,陈演明,住建局,住建局2号窗口,A岗,轮岗,2018年7月2日,,12000000001\n"
        "3,1002,李试安,住建局,住建局1号窗口,临时,,2018-07-02,,\n"
        "4,1002,李试安,住建局,住建局1号窗口,B岗,补位,2018-07-02,2018-07-01,\n"
        "5,1003,李试安,住建局,,B岗,补位,2018-07-02,,\n"
    )
    mapping, refused, found = loaded(home, tmp_path, text, "staff_no, from_on, to_on, staff_post, staff_change")
    assert mapping == "staff-roster"
    assert refused == ["unknown_code", "to_before_from", "missing"]
    assert found == [
        ("1001", date(2015, 3, 1), date(2018, 6, 30), "chief", "start"),
        ("1001", date(2018, 7, 2), None, "window", "rotation"),
    ]


def test_an_export_of_the_attendance_machines(home: Home, tmp_path: Path) -> None:
    text = MACHINE + (
        "K1,1001,陈演明,一号窗口,01,2018.5.2,,８,,,\n"
        "K2,1001,陈演明,一号窗口,12,2018-05-03,2018-05-04,,1.5,李,\n"
        "K3,1001,陈演明,一号窗口,缺卡,2018-05-07,,,,,\n"
        "K4,1001,陈演明,一号窗口,01,2018-05-07,,,,,\n"
        "K5,1001,陈演明,一号窗口,99,2018-05-07,,,,,\n"
        "K6,1001,陈演明,一号窗口,13,2018-05-07,,,0.3,,\n"
        "K7,1001,陈演明,一号窗口,13,2018-05-07,2018-05-08,,3,,\n"
        "K8,1001,陈演明,一号窗口,02,2018-05-07,,-5,,,\n"
        "K9,,陈演明,一号窗口,02,2018-05-07,,5,,,\n"
    )
    mapping, refused, found = loaded(home, tmp_path, text, "attendance_no, attendance_kind, from_on, minutes, days")
    assert mapping == "attendance-machine"
    assert refused == ["unknown_code", "days_not_halves", "days_without_sense", "minutes_below_zero", "missing"]
    assert found == [
        ("K1", "late", date(2018, 5, 2), 8, None),
        ("K2", "leave_sick", date(2018, 5, 3), None, Decimal("1.50")),
        ("K3", "unsigned", date(2018, 5, 7), None, None),
        ("K4", "late", date(2018, 5, 7), None, None),
    ]
    with connect(home) as con:
        assert con.execute("select rule, rows from batch_warning where rule = 'late_without_minutes'").fetchall() == [
            ("late_without_minutes", 1)
        ]


def test_a_book_of_patrols_in_its_own_words(home: Home, tmp_path: Path) -> None:
    text = BOOK + (
        "X1,2018-05-02,上午上班,日巡,一号窗口,1001,发现问题,看手机,是,ZP1.jpg,-1\n"
        "X2,2018-05-02,下午,暗访,一号窗口,,正常,,,,\n"
        "X3,2018-05-02,下午,电子监察,一号窗口,,,空岗,否,,\n"
        "X4,2018-05-02,下午,日巡,一号窗口,,发现问题,,,,\n"
        "X5,2018-05-02,下午,日巡,一号窗口,,正常,聊天,,,\n"
        "X6,2018-05-02,下午,抽查,一号窗口,,正常,,,,\n"
        "X7,2018-05-02,下午,日巡,一号窗口,,,,,,\n"
        "X8,2018-05-02,下午,日巡,一号窗口,,发现问题,其它,,,\n"
    )
    mapping, refused, found = loaded(home, tmp_path, text, "patrol_no, patrol_slot, patrol_source, event_kind, is_fixed, photo_no")
    assert mapping == "patrol-register"
    # A word that is no kind leaves a finding without one: both are said.
    last = ["found_without_kind", "unknown_code"]
    assert refused == ["found_without_kind", "kind_though_clean", "unknown_code", "found_without_kind", *last]
    assert found == [
        ("X1", "morning_start", "daily", "phone_or_chat", True, "ZP1.jpg"),
        ("X2", "afternoon", "covert", None, None, None),
        ("X3", "afternoon", "electronic", "away", False, None),
    ]


def test_minutes_of_case_files_and_a_register_of_merits(home: Home, tmp_path: Path) -> None:
    text = MINUTES + (
        "D1,2018-06-20,A1,一号窗口,1001,A,,95,\n"
        "D2,2018-06-20,A1,一号窗口,1001,C,告知不全,50,2018-06-22\n"
        "D3,2018-06-20,A1,一号窗口,1001,A,文书缺项,95,\n"
        "D4,2018-06-20,A1,一号窗口,1001,C,文书缺项,150,\n"
        "D5,2018-06-20,A1,一号窗口,1001,C,文书缺项,50,2018-06-01\n"
    )
    mapping, refused, found = loaded(home, tmp_path, text, "dossier_no, dossier_result, event_kind, dossier_score")
    assert mapping == "dossier-register"
    assert refused == ["kind_though_passed", "marks_out_of_range", "rectified_before_reviewed"]
    assert found == [("D1", "passed", None, Decimal("95.00")), ("D2", "failed", "not_told_once", Decimal("50.00"))]


def test_a_merit_belongs_to_somebody_and_says_whether_it_is_confirmed(home: Home, tmp_path: Path) -> None:
    text = MERITS + (
        "M1,2018.6.5,锦旗,住建局,一号窗口,1001,,1\n"
        "M2,2018-06-05,信息采用-市,住建局,,,2,属实\n"
        "M3,2018-06-05,吃拿卡要,住建局,一号窗口,1001,1,0\n"
        "M4,2018-06-05,锦旗,,,,1,1\n"
        "M5,2018-06-05,锦旗,住建局,一号窗口,1001,0,1\n"
        "M6,2018-06-05,锦旗,住建局,一号窗口,1001,1,\n"
    )
    mapping, refused, found = loaded(home, tmp_path, text, "merit_no, event_kind, times, merit_status")
    assert mapping == "merit-register"
    assert refused == ["nobody_named", "times_below_one", "missing"]
    assert found == [("M1", "praise", 1, "confirmed"), ("M2", "news_city", 2, "confirmed"), ("M3", "bribery", 1, "pending")]


@pytest.mark.parametrize("name", ["patrol-register", "dossier-register", "merit-register"])
def test_words_of_the_shipped_registers_are_kinds_of_the_list(home: Home, name: str) -> None:
    mapping = mappings(home)[name]
    field = mapping.contract.field("event_kind")
    assert set(mapping.codes["event_kind"].values()) <= set(codes()["assess_event"])
    # The list's own words are understood beside the register's.
    assert mapping.code_map(field)["超法定时限"] == "statute_late"


def test_the_handler_of_a_case_comes_with_the_case(home: Home, tmp_path: Path) -> None:
    text = "办件编号,窗口,收件时间,经办人工号\nA1,一号窗口,2018-10-08 09:00,１００１\n"
    _, refused, found = loaded(home, tmp_path, text, "case_no, staff_no")
    assert (refused, found) == ([], [("A1", "1001")])
