"""Figures: right values, never too many points, and readable without colour."""

import pandas as pd
import plotly.io
import pytest

from dashboard import charts
from dashboard.charts import Series
from dashboard.components.labels import shortened

FLOW = [Series("received", "收件"), Series("closed", "办结")]


def frame(size: int) -> pd.DataFrame:
    return pd.DataFrame({"step": [f"d{day}" for day in range(size)], "received": range(size), "closed": [None, *range(1, size)]})


def test_lines_hold_the_values_and_a_gap_where_there_is_none():
    figure = charts.lines(frame(5), "step", FLOW, "件")
    assert list(figure.data[0].y) == [0, 1, 2, 3, 4]
    assert figure.data[1].y[0] is None
    assert figure.data[1].connectgaps is False


def test_names_cut_for_an_axis_stay_unlike_each_other():
    """Two bars of one name are drawn as one, the longer for both."""
    windows = [f"Jiaocheng District 市场监督管理局综合窗口{number}号" for number in (1, 2)]
    texts = [*windows, "Gulou District 1号窗口", "市场监管局1号窗口", "甲" * 40, "甲" * 41, "甲" * 42]
    short = shortened(texts)
    assert len(set(short)) == len(texts)
    assert short[2:4] == texts[2:4], "eighteen Chinese letters fit, or twice as many Latin ones"
    assert short[0].startswith("Jiaocheng")
    assert short[0].endswith("窗口1号")
    assert shortened(["乙" * 19]) == ["乙" * 17 + "…"]
    assert shortened(["丙" * 19, "丙" * 19]) == ["丙" * 17 + "…"] * 2, "the same name is the same"


@pytest.mark.parametrize("draw", [charts.lines, charts.bars])
def test_a_series_has_at_most_five_hundred_points_the_latest_ones(draw):
    figure = draw(frame(2000), "step", FLOW, "件")
    assert len(figure.data[0].x) == charts.MAXIMUM_POINTS
    assert figure.data[0].x[-1] == "d1999"


def test_lines_differ_in_dash_and_marker_as_well_as_colour():
    figure = charts.lines(frame(5), "step", FLOW, "件")
    assert len({trace.line.dash for trace in figure.data}) == len({trace.marker.symbol for trace in figure.data}) == 2


def test_a_chinese_unit_stands_upright_above_the_axis_and_an_english_one_beside_it():
    upright = charts.lines(frame(5), "step", FLOW, "工作日").layout
    assert (upright.annotations[0].text, upright.annotations[0].textangle, upright.yaxis.title.text) == ("工作日", None, "")
    assert upright.margin.l >= 12 * len("工作日")
    beside = charts.lines(frame(5), "step", FLOW, "cases").layout
    assert (len(beside.annotations), beside.yaxis.title.text) == (0, "cases")


def test_bars_differ_in_pattern():
    figure = charts.bars(frame(5), "step", [Series("received", "a", charts.GREEN), Series("closed", "b", charts.RED, "/")], "件")
    assert [trace.marker.pattern.shape for trace in figure.data] == ["", "/"]


def test_axis_prints_few_enough_labels():
    assert len(charts.lines(frame(400), "step", FLOW, "件").layout.xaxis.tickvals) <= 8


def test_ranked_bars_stand_in_the_order_given_and_are_cut():
    figure = charts.ranked(frame(40), "step", [Series("received", "收件")], "件", most=15)
    assert list(figure.data[0].y) == [f"d{day}" for day in range(15)]
    assert figure.layout.yaxis.autorange == "reversed"


@pytest.mark.parametrize("most", [0, 1, 2, 5])
def test_an_axis_of_few_whole_things_has_no_fraction_of_one(most):
    data = pd.DataFrame({"step": ["a", "b"], "received": [most, 0], "closed": [0, 0]})
    assert charts.lines(data, "step", FLOW, "件").layout.yaxis.dtick == 1
    assert charts.bars(data, "step", FLOW, "件").layout.yaxis.dtick == 1
    assert charts.ranked(data, "step", FLOW, "件").layout.xaxis.dtick == 1
    assert charts.histogram({"1": most, "2": 0}, "件").layout.yaxis.dtick == 1


def test_an_axis_of_many_or_of_parts_is_divided_by_plotly():
    many = pd.DataFrame({"step": ["a", "b"], "received": [4, 0], "closed": [3, None]})
    # Piled up they are seven, side by side four at most.
    assert charts.bars(many, "step", FLOW, "件").layout.yaxis.dtick is None
    assert charts.bars(many, "step", FLOW, "件", stacked=False).layout.yaxis.dtick == 1
    parts = many.assign(received=[1.5, 0.25])
    for draw, axis in ((charts.lines, "yaxis"), (charts.bars, "yaxis"), (charts.ranked, "xaxis")):
        assert draw(parts, "step", FLOW, "工作日").layout[axis].dtick is None


def test_heat_map_writes_the_number_into_each_cell():
    figure = charts.heat_map(pd.DataFrame([[1, 0], [1200, None]]), ["一", "二"], ["8:00", "9:00"], "件")
    assert [list(row) for row in figure.data[0].text] == [["1", ""], ["1,200", ""]]


def test_figures_carry_no_template_of_plotly():
    figure = charts.histogram({"0": 5, "1": 2}, "件", {"0": "中位数"})
    assert plotly.io.templates.default is None
    assert not figure.layout.template.layout.to_plotly_json()
    assert list(figure.data[0].text) == ["中位数", ""]


def test_controls_of_the_charts_speak_chinese_on_chinese_pages():
    assert charts.config("zh")["locale"] == "zh-CN"
    assert "locale" not in charts.config("en")


def test_room_for_names_grows_with_the_longest_and_a_letter_takes_half_a_sign():
    def room(*labels: str) -> int:
        shown = pd.DataFrame({"name": labels, "received": range(len(labels))})
        return charts.ranked(shown, "name", [Series("received", "收件")], "件").layout.margin.l

    assert room("市场监督管理局", "局") - room("局") == 6 * 13
    assert room("ab") - room("a") == 7
    assert room() >= charts.BESIDE_NAMES


def test_a_high_figure_has_more_room_for_its_legend():
    few, many = (charts.ranked(frame(size), "step", FLOW, "件").layout.margin.t for size in (3, 15))
    assert many > few >= charts.ABOVE
