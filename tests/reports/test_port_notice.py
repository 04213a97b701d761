"""The content of a published notice, from an input made to its figures: same statements, same arithmetic."""

import re

import pytest
from port_notice import IDLE, published
from small_hall import made_once

from dashboard.reports.asking import Asked
from dashboard.reports.making import content_of
from etl.config import Home


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    home = Home(made_once(tmp_path_factory, "port-notice", published))
    return content_of(home, Asked("month", "2011-03"))


@pytest.fixture(scope="module")
def text(report):
    return "".join(part.said.text for section in report.sections for part in section.parts)


def test_what_was_accepted_and_closed_with_its_change(text):
    assert "受理5,610件，环比增长75.42%" in text
    assert "办结5,497件，环比增长79.11%" in text


def test_the_average_time_of_committed_cases_is_0_28_days_shorter(text):
    assert "承诺件平均办结时间1.78个工作日，较上月缩短0.28个工作日" in text


def test_the_actual_speed_up_is_1_1_percentage_points_higher(text):
    assert "实际提速92.80%，较上月提高1.10个百分点" in text


def test_no_case_was_late(text):
    assert "本月无超时办结件。" in text
    assert "超期办结" not in text.replace("超法定时限办结", "")


def test_the_first_ten_by_cases(text, report):
    listed = re.search(r"收件量居前10位的部门依次为：([^。]+)。", text)
    assert listed is not None
    names = re.findall(r"(单位\d\d)（([\d,]+)件）", listed[1])
    assert len(names) == 10
    counts = [int(count.replace(",", "")) for _, count in names]
    assert counts == sorted(counts, reverse=True)
    table = next(annex for annex in report.annexes if annex.id == "departments").tables[1]
    assert [row[1].text for row in table.rows[:10]] == [name for name, _ in names]


def test_the_first_ten_by_speed_up(text):
    listed = re.search(r"办理提速率居前10位的部门依次为：([^。]+)。", text)
    assert listed is not None
    shares = [float(share) for share in re.findall(r"（([\d.]+)%）", listed[1])]
    assert len(shares) == 10
    assert shares == sorted(shares, reverse=True)


def test_the_twelve_units_without_business(text):
    assert f"本月无业务单位12个：{'、'.join(IDLE)}。" in text


def test_the_month_before_has_nothing_to_be_compared_with(tmp_path_factory):
    home = Home(made_once(tmp_path_factory, "port-notice", published))
    february = content_of(home, Asked("month", "2011-02"))
    text = "".join(part.said.text for section in february.sections for part in section.parts)
    assert "受理3,198件；" in text
    assert "环比" not in text
