"""The plan as data: it names what exists, and what is absent is left out or said to be none."""

import re
from datetime import date

import duckdb
import pytest
from pydantic import ValidationError

from dashboard.reports.asking import Asked
from dashboard.reports.figures import Source
from dashboard.reports.making import content_of
from dashboard.reports.period import month
from dashboard.reports.plan import Part, Plan, plan
from dashboard.reports.sentences import Teller, paragraph, words_of
from dashboard.reports.tables import Cell, Table
from etl.indicators import definitions

OCTOBER = month(2018, 10)


@pytest.fixture
def con():
    """Cases of October and September by hand; no other record was ever loaded."""
    con = duckdb.connect()
    con.execute(
        "create table mart_case_day (day date, department varchar, window_name varchar, channel varchar, case_type varchar, "
        "item_kind varchar, "
        "received int, accepted int, closed int, early int, on_day int, late int, no_limit int)"
    )
    for day, department, received, late in (
        (date(2018, 9, 1), "甲局", 10, 0), (date(2018, 9, 3), "乙局", 40, 0), (date(2018, 9, 4), "丁局", 8, 0),
        (date(2018, 10, 8), "甲局", 20, 3), (date(2018, 10, 9), "乙局", 30, 12), (date(2018, 10, 9), "丙局", 2, 0),
    ):  # fmt: skip
        con.execute(
            "insert into mart_case_day values (?, ?, '', '', 'instant', '', ?, ?, ?, ?, 0, ?, 0)",
            [day, department, received, received, received, received - late, late],
        )
    return con


def teller(con, audience="internal", earlier=True, departments=()):
    words = words_of(OCTOBER, date(2018, 10, 31), "中心")
    return Teller(Source(con), OCTOBER, month(2018, 9) if earlier else None, audience, words, departments)


def part(**sentence):
    return Part.model_validate({"id": "one", "sentences": [sentence]})


def test_every_required_indicator_is_in_the_dictionary():
    assert [name for name in plan().required() if name not in definitions()] == []


def test_the_annexes_are_the_seven_of_the_template_and_that_of_counties():
    assert [annex.id for annex in plan().annexes] == [
        "departments", "overdue", "window_scores", "staff_scores", "items", "certificates", "counties", "definitions",
    ]  # fmt: skip
    assert [section.heading for section in plan().sections] == ["总体情况", "窗口运行与考核情况", "存在问题", "下步要求"]


def test_charts_stand_after_parts_that_there_are():
    parts = {part.id for section in plan().sections for part in section.parts}
    assert {chart.after for chart in plan().charts} <= parts


def test_a_key_that_is_not_known_is_refused():
    with pytest.raises(ValidationError):
        Plan.model_validate({**plan().model_dump(), "headings": 1})


def test_an_indicator_that_is_not_defined_yet_is_left_out(con):
    said = paragraph(part(say="figures", figures=[{"indicator": "received"}, {"indicator": "not_there_yet"}]), teller(con))
    assert said is not None
    assert said.text == "收件量52件，环比下降10.34%。"


def test_a_part_without_records_is_left_out(con):
    assert paragraph(part(say="figures", figures=[{"indicator": "online_applications"}]), teller(con)) is None
    needing = Part.model_validate({"id": "one", "needs": ["online_applications"], "none": "无", "sentences": []})
    assert paragraph(needing, teller(con)) is None


def test_a_part_with_nothing_to_say_says_none(con):
    quiet = Part.model_validate(
        {"id": "one", "none": "{this}无业务。", "sentences": [{"say": "beyond", "figure": {"indicator": "on_time_rate"}, "below": 5.0}]}
    )
    said = paragraph(quiet, teller(con))
    assert said is not None
    assert said.text == "本月无业务。"


def test_where_the_records_do_not_reach_back_nothing_is_compared(con):
    con.execute("delete from mart_case_day where day < '2018-10-01'")
    said = paragraph(part(say="figures", figures=[{"indicator": "received"}]), teller(con))
    assert said is not None
    assert said.text == "收件量52件。"


def test_units_without_business_are_those_that_had_some_within_the_year(con):
    said = paragraph(part(say="without", indicator="received"), teller(con))
    assert said is not None
    assert said.text == "本月无业务单位1个：丁局。"


def test_units_without_business_are_those_of_the_office_s_own_list(con):
    said = paragraph(part(say="without", indicator="received"), teller(con, departments=("甲局", "乙局", "戊局")))
    assert said is not None
    assert said.text == "本月无业务单位1个：戊局。"


def test_when_every_unit_has_business_nothing_is_said_of_it(con):
    assert paragraph(part(say="without", indicator="received"), teller(con, departments=("甲局", "乙局"))) is None


def test_events_that_did_not_happen(con):
    said = paragraph(part(say="events", figure={"indicator": "late"}, none="{this}无超时办结件。"), teller(con))
    assert said is not None
    assert said.text == "超期办结量15件，涉及：乙局（12件）、甲局（3件）。"
    con.execute("update mart_case_day set late = 0")
    said = paragraph(part(say="events", figure={"indicator": "late"}, none="{this}无超时办结件。"), teller(con))
    assert said is not None
    assert said.text == "本月无超时办结件。"


def test_in_public_small_places_are_not_named(con):
    said = paragraph(part(say="events", figure={"indicator": "late"}, none=""), teller(con, "public"))
    assert said is not None
    assert said.text == "超期办结量15件，较多的为：乙局（12件）。"


def test_a_ranking_of_fewer_than_ten_does_not_speak_of_a_first_ten(con):
    said = paragraph(part(say="top", figure={"indicator": "received"}), teller(con))
    assert said is not None
    assert said.text == "按收件量排列的部门依次为：乙局（30件）、甲局（20件）、丙局（2件）。"
    said = paragraph(part(say="top", figure={"indicator": "received"}, most=2), teller(con))
    assert said is not None
    assert said.text == "收件量居前2位的部门依次为：乙局（30件）、甲局（20件）。"


def test_rates_on_few_cases_do_not_take_part_in_rankings(con):
    said = paragraph(part(say="top", figure={"indicator": "on_time_rate"}), teller(con))
    assert said is not None
    assert said.text == "按已办件按时办结率排列的部门依次为：甲局（85.00%）、乙局（60.00%）。"


def test_beyond_a_limit(con):
    said = paragraph(part(say="beyond", figure={"indicator": "on_time_rate"}, below=80.0), teller(con))
    assert said is not None
    assert said.text == "已办件按时办结率低于80%的部门1个：乙局（60.00%）。"


def test_a_sentence_of_quarters_is_not_said_of_a_month(con):
    assert paragraph(part(say="text", text="红旗窗口", periods=["quarter"]), teller(con)) is None


def test_the_merged_header_spans_what_belongs_together():
    paths = ("序号", "部门", "收件/小计", "收件/即办", "办结/承诺/提前", "办结/承诺/逾期", "退件")
    table = Table("t", paths, ((Cell("1"),) * 7,))
    found = {(cell.text, cell.row, cell.column): (cell.rows, cell.columns) for cell in table.header_cells()}
    assert found == {
        ("序号", 0, 0): (3, 1), ("部门", 0, 1): (3, 1), ("收件", 0, 2): (1, 2), ("小计", 1, 2): (2, 1), ("即办", 1, 3): (2, 1),
        ("办结", 0, 4): (1, 2), ("承诺", 1, 4): (1, 2), ("提前", 2, 4): (1, 1), ("逾期", 2, 5): (1, 1), ("退件", 0, 6): (3, 1),
    }  # fmt: skip
    covered = [
        (row, column)
        for cell in table.header_cells()
        for row in range(cell.row, cell.row + cell.rows)
        for column in range(cell.column, cell.column + cell.columns)
    ]
    assert sorted(covered) == [(row, column) for row in range(3) for column in range(7)]


def test_a_year_is_drawn_by_its_months_and_one_point_is_no_trend(hall_home):
    """The demo has one year: a chart of years would be a single dot."""
    charts = {one.id: one for one in content_of(hall_home, Asked("year", "2018")).charts}
    assert charts["flow"].labels == tuple(f"2018年{number}月" for number in range(1, 13))
    assert all(value for series in charts["flow"].series for value in series.values)
    january = {one.id for one in content_of(hall_home, Asked("month", "2018-01")).charts}
    assert "flow" not in january
    assert "ranking" in january


def test_a_part_of_noughts_says_its_own_words(hall_home):
    """One window opened in July: a count of 0 is said as there being none."""
    said = {part.id: part.said.text for section in content_of(hall_home, Asked("month", "2018-03")).sections for part in section.parts}
    assert said["one_window"] == "本月无一窗受理业务。"
    assert not any(re.search(r"(?<!\d)0(件|本|张)", text) for text in said.values())


def test_the_counter_of_each_online_figure_is_named(hall_home):
    """Applications are those of the online hall, the rate is of the case system: side by side they must not be taken for one."""
    report = content_of(hall_home, Asked("month", "2018-10"))
    said = next(part.said.text for section in report.sections for part in section.parts if part.id == "online")
    assert "网上办事大厅收到申报" in said
    assert "按办件系统登记的申报方式，收件的网上申报率" in said
    departments = next(annex for annex in report.annexes if annex.id == "departments").tables
    for table in (*departments, report.kpis):
        assert any("系统" in note for note in table.notes), table.title
    assert all(any("只计承诺件" in note for note in table.notes) for table in departments)
