"""Plotly figures: pure functions from a DataFrame to a Figure. Colour is never the only sign: lines differ in dash and
marker, bars in pattern, cells carry their number. Only `graph_objects`: plotly.express costs fifty times as much."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio

INK = "#1b2733"
# Each stands out on a light and on a dark page (3:1 or more); text takes the page's own colour, by the style sheet of the frame.
BLUE, ORANGE, GREEN, PURPLE, OCHRE, GREY, RED = "#2f74b8", "#c46a11", "#2e8b66", "#8e63ad", "#96791f", "#6b7b8b", "#cc4640"
GRID = "rgba(120, 135, 150, 0.25)"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, OCHRE, GREY)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKERS = ("circle", "square", "diamond", "triangle-up", "x", "cross")
AGE_COLOURS = ("#b9d2ea", "#7fadd6", "#4a83bb", "#c46a11", "#b3312c")
AGE_PATTERNS = ("", "/", "x", ".", "+")
MAXIMUM_POINTS = 500
# Below this the ticks of whole numbers are set: Plotly would put fractions between them.
SMALL = 6
CJK = re.compile(r"[\u3400-\u9fff]")
# Room around the axes, in pixels, as Streamlit's theme takes it. Plotly finds it out itself (automargin, which stays for labels that need
# more), but by drawing the figure a second time, which is a third of what drawing it costs.
BESIDE_NUMBERS, BELOW, BESIDE_NAMES, ABOVE = 76, 67, 46, 41
ZH_FORMAT = {
    "dictionary": {
        "Autoscale": "自动缩放", "Download plot as a PNG": "下载为图片", "Download plot as a png": "下载为图片",
        "Pan": "平移", "Reset axes": "恢复原状", "Zoom": "放大", "Zoom in": "放大", "Zoom out": "缩小", "Reset": "恢复原状",
        "Taking snapshot - this may take a few seconds": "正在生成图片…", "Snapshot succeeded": "图片已生成",
        "Sorry, there was a problem downloading your snapshot!": "图片生成失败", "Double-click to zoom back out": "双击恢复原状",
        "Double-click on legend to isolate one trace": "双击图例只看一项",
    },
    "format": {
        "days": ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
        "shortDays": ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
        "months": [f"{month}月" for month in range(1, 13)],
        "shortMonths": [f"{month}月" for month in range(1, 13)],
        "date": "%Y年%-m月%-d日",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Series:
    """One column of a frame as a line or a bar: what it is called, how it looks."""

    column: str
    label: str
    colour: str | None = None
    pattern: str = ""


def config(code: str) -> dict[str, object]:
    """Plotly's own controls in the page's language, and only the ones that help."""
    shared: dict[str, object] = {
        "displaylogo": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
    }
    return shared | {"locale": "zh-CN", "locales": {"zh-CN": ZH_FORMAT}} if code == "zh" else shared


def _trace(kind: str, **settings: object) -> dict[str, object]:
    """One line or set of bars as the figure takes it. As an object of Plotly's own it would be checked twice."""
    return {"type": kind, **settings}


def _figure(traces: Sequence[object], height: int, unit: str = "", **layout: object) -> go.Figure:
    # The template is Streamlit's, applied in the browser; Plotly's own would add kilobytes to each figure.
    pio.templates.default = None
    base: dict[str, Any] = {
        "height": height,
        "margin": {"l": BESIDE_NUMBERS, "r": 12, "t": _above(height), "b": BELOW},
        "font": {"color": INK, "size": 13},
        "legend": {
            "orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom", "font": {"size": 13}, "title": {"text": ""},
            "traceorder": "normal",
        },
        "hovermode": "x unified",
        "xaxis": {"automargin": True, "showgrid": False, "fixedrange": True, "title": {"text": ""}, "tickfont": {"color": INK}},
        "yaxis": {
            "automargin": True, "gridcolor": GRID, "fixedrange": True, "rangemode": "tozero", "tickformat": ",~f", "zerolinecolor": GRID,
            "title": {"text": unit}, "tickfont": {"color": INK},
        },
    }  # fmt: skip
    if (unit == "%" or CJK.search(unit)) and "yaxis" not in layout:
        base["yaxis"]["title"] = {"text": ""}
        base["margin"]["l"] = max(BESIDE_NUMBERS, 12 + 12 * len(unit))
        base["annotations"] = [_above_the_axis(unit)]
    return go.Figure(data=list(traces), layout=base | layout)


def _above(height: int) -> int:
    """Room for a legend in one line, which stands above the figure by a fiftieth of its height."""
    return ABOVE + height // 50


def _beside(labels: Sequence[str]) -> int:
    """Room for names beside an axis: a Chinese sign is as wide as it is high, a letter some half of that."""
    return BESIDE_NAMES + max((sum(13 if CJK.match(sign) else 7 for sign in label) for label in labels), default=0)


def _above_the_axis(unit: str) -> dict[str, object]:
    """The unit where a Chinese reader looks for it: upright at the top of the axis. On its side 个 is an arrow, % hard to read."""
    return {
        "text": unit, "xref": "paper", "x": 0, "xanchor": "right", "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 3,
        "showarrow": False, "font": {"color": INK, "size": 12},
    }  # fmt: skip


def _thinned(labels: Sequence[str], most: int = 12) -> list[str]:
    """Which labels of an axis to print, so that they never overlap."""
    step = max(1, -(-len(labels) // most))
    return list(labels[::step])


def _category_axis(labels: Sequence[str], most: int = 12) -> dict[str, object]:
    return {
        "type": "category", "automargin": True, "showgrid": False, "fixedrange": True, "tickmode": "array",
        "tickvals": _thinned(labels, most), "tickfont": {"color": INK}, "autotickangles": [0, 45, 90], "title": {"text": ""},
    }  # fmt: skip


def _whole_ticks(sizes: Sequence[float]) -> dict[str, int]:
    """Ticks of an axis of small whole numbers: there is no 0.4 of a case. Nothing for larger ones, which Plotly divides well itself."""
    most = max(sizes, default=0)
    return {"dtick": 1} if most < SMALL and all(float(size).is_integer() for size in sizes) else {}


def _sizes(frame: pd.DataFrame, series: Sequence[Series], stacked: bool) -> list[float]:
    """How high the bars of a frame stand, each or piled up."""
    found = [_filled(frame[one.column]) for one in series]
    return [sum(row) for row in zip(*found, strict=True)] if stacked else [size for one in found for size in one]


def _filled(values: pd.Series) -> list[float]:
    """A column as numbers, 0 where there is none."""
    return [0.0 if pd.isna(value) else float(value) for value in values.tolist()]


def lines(
    frame: pd.DataFrame, x: str, series: Sequence[Series], unit: str, height: int = 340, most_labels: int = 6, from_zero: bool = True
) -> go.Figure:
    """Values over time; a missing value is a gap, never a zero. At most 500 points a line: the caller chooses the step."""
    shown = frame.tail(MAXIMUM_POINTS)
    labels = [str(label) for label in shown[x]]
    few = len(labels) <= 62
    traces = [
        _trace(
            "scatter",
            x=labels,
            y=[None if pd.isna(value) else float(value) for value in shown[one.column]],
            name=one.label,
            mode="lines+markers" if few else "lines",
            connectgaps=False,
            line={"color": one.colour or COLOURS[index % 6], "dash": DASHES[index % 6], "width": 2},
            marker={"symbol": MARKERS[index % 6], "size": 7, "color": one.colour or COLOURS[index % 6]},
            hovertemplate="%{y:,.10~g} " + unit,
        )
        for index, one in enumerate(series)
    ]
    figure = _figure(traces, height, unit, showlegend=True, xaxis=_category_axis(labels, most_labels))
    if not from_zero:
        figure.update_layout(yaxis_rangemode="normal")
    figure.update_yaxes(_whole_ticks([float(value) for one in series for value in shown[one.column].dropna()]))
    return figure


def bars(
    frame: pd.DataFrame, x: str, series: Sequence[Series], unit: str, stacked: bool = True, height: int = 340, most_labels: int = 8
) -> go.Figure:
    """Upright bars, stacked or side by side."""
    shown = frame.tail(MAXIMUM_POINTS)
    labels = [str(label) for label in shown[x]]
    traces = [
        _trace(
            "bar",
            x=labels,
            y=_filled(shown[one.column]),
            name=one.label,
            marker={
                "color": one.colour or COLOURS[index % 6],
                "pattern": {"shape": one.pattern, "fillmode": "overlay", "fgcolor": "#ffffff", "size": 6, "solidity": 0.25},
            },
            hovertemplate="%{y:,.10~g} " + unit,
        )
        for index, one in enumerate(series)
    ]
    figure = _figure(traces, height, unit, barmode="stack" if stacked else "group", bargap=0.25, xaxis=_category_axis(labels, most_labels))
    return figure.update_yaxes(_whole_ticks(_sizes(shown, series, stacked)))


def ranked(frame: pd.DataFrame, y: str, series: Sequence[Series], unit: str, stacked: bool = False, most: int = 15) -> go.Figure:
    """Lying bars for named things, the first row on top, with their numbers written out."""
    shown = frame.head(most)
    labels = [str(label) for label in shown[y]]
    single = len(series) == 1
    lengths = [_filled(shown[one.column]) for one in series]
    traces = [
        _trace(
            "bar",
            y=labels,
            x=lengths[index],
            name=one.label,
            orientation="h",
            text=[f"{value:,.10g}" for value in lengths[index]],
            textposition="none" if stacked else "outside",
            textfont={"size": 12, "color": INK},
            constraintext="none",
            cliponaxis=False,
            marker={
                "color": one.colour or COLOURS[index % 6],
                "pattern": {"shape": one.pattern, "fillmode": "overlay", "fgcolor": "#ffffff", "size": 6, "solidity": 0.25},
            },
            hovertemplate="%{x:,.10~g} " + unit,
        )
        for index, one in enumerate(series)
    ]
    height = 108 + max(1, len(labels)) * (26 if single or stacked else 22 * len(series))
    return _figure(
        traces,
        height,
        barmode="stack" if stacked else "group",
        hovermode="y unified",
        showlegend=not single,
        bargap=0.3,
        margin={"l": _beside(labels), "r": 48, "t": 8 if single else _above(height), "b": 60},
        xaxis={
            **_whole_ticks(_sizes(shown, series, stacked)),
            "automargin": True,
            "gridcolor": GRID,
            "fixedrange": True,
            "rangemode": "tozero",
            # Kept off the tick numbers.
            "title": {"text": unit, "standoff": 18},
            "tickformat": ",~f",
            "tickfont": {"color": INK},
        },
        yaxis={
            "automargin": True,
            "autorange": "reversed",
            "fixedrange": True,
            "tickfont": {"color": INK},
            "type": "category",
            "title": {"text": ""},
        },
    )


def heat_map(frame: pd.DataFrame, row_labels: Sequence[str], column_labels: Sequence[str], unit: str) -> go.Figure:
    """A table of numbers coloured by size, each cell with its number. `frame` has one row a weekday and one column an hour."""
    values = [[float(value) for value in row] for row in frame.fillna(0).to_numpy()]
    trace = _trace(
        "heatmap",
        z=values,
        x=list(column_labels),
        y=list(row_labels),
        colorscale=[[0, "#f2f5f9"], [0.5, "#8db5da"], [1, "#1d5a96"]],
        text=[[f"{value:,.0f}" if value else "" for value in row] for row in values],
        texttemplate="%{text}",
        hovertemplate="%{y} %{x}<br>%{z:,.0f} " + unit + "<extra></extra>",
        showscale=False,
        xgap=2,
        ygap=2,
    )
    return _figure(
        [trace],
        70 + 40 * len(row_labels),
        hovermode="closest",
        margin={"l": _beside(row_labels) + 10, "r": 8, "t": 8, "b": BELOW + 3},
        xaxis={
            "automargin": True,
            "fixedrange": True,
            "type": "category",
            "tickangle": 0,
            "tickfont": {"color": INK},
            "title": {"text": ""},
        },
        yaxis={
            "automargin": True,
            "fixedrange": True,
            "autorange": "reversed",
            "type": "category",
            "tickfont": {"color": INK},
            "title": {"text": ""},
        },
    )


def histogram(counts: Mapping[str, float], unit: str, marked: Mapping[str, str] | None = None) -> go.Figure:
    """Counts by size, in the order given; `marked` names bars to point out, such as the median."""
    labels = list(counts)
    notes = marked or {}
    trace = _trace(
        "bar",
        x=labels,
        y=list(counts.values()),
        marker={"color": [ORANGE if label in notes else BLUE for label in labels]},
        text=[notes.get(label, "") for label in labels],
        textposition="outside",
        textfont={"size": 12, "color": INK},
        textangle=0,
        constraintext="none",
        cliponaxis=False,
        hovertemplate="%{y:,.0f} " + unit + "<extra></extra>",
    )
    figure = _figure(
        [trace],
        320,
        unit,
        showlegend=False,
        bargap=0.12,
        margin={"l": BESIDE_NUMBERS, "r": 12, "t": 26, "b": BELOW},
        xaxis=_category_axis(labels, 26),
    )
    return figure.update_yaxes(_whole_ticks(list(counts.values())))


def dots(values: Sequence[float], labels: Sequence[str], marked: Mapping[int, str], unit: str, height: int = 300) -> go.Figure:
    """One dot a subject in the given order; `marked` names those to point out by their place in the list, with a mark of their own."""
    plain = [index for index in range(len(values)) if index not in marked]
    trace = {"mode": "markers", "hovertemplate": "%{text}: %{y:,.10~g} " + unit + "<extra></extra>", "showlegend": False}
    traces = [
        _trace(
            "scatter",
            x=[index + 1 for index in places],
            y=[values[index] for index in places],
            text=[labels[index] for index in places],
            marker=marker,
            cliponaxis=False,
            **trace,
        )
        for places, marker in (
            (plain, {"symbol": "circle", "size": 9, "color": GREY}),
            (list(marked), {"symbol": "star", "size": 17, "color": ORANGE}),
        )
    ]
    notes = [
        {"x": index + 1, "y": values[index], "text": f"<b>{words}</b>", "showarrow": False, "yshift": -20, "font": {"size": 13}}
        for index, words in marked.items()
    ]
    figure = _figure(traces, height, unit, hovermode="closest", annotations=notes)
    axis = {"tickformat": "d", "dtick": max(1, len(values) // 12), "range": [0.5, len(values) + 0.5], "zeroline": False}
    figure.update_layout(yaxis_rangemode="normal", xaxis=axis)
    return figure


@dataclass(frozen=True)
class Spread:
    """Five numbers of a set of values: the least, the quartiles, the most."""

    label: str
    numbers: tuple[float, float, float, float, float]


def boxes(spreads: Sequence[Spread], unit: str) -> go.Figure:
    """How values spread: a lying box a set, from quartile to quartile with a line at the middle, whiskers to the ends."""
    traces = [
        _trace(
            "box",
            y=[one.label],
            **dict(zip(("lowerfence", "q1", "median", "q3", "upperfence"), ([number] for number in one.numbers), strict=True)),
            orientation="h",
            name=one.label,
            line={"color": COLOURS[index % 6], "width": 2},
            fillcolor="rgba(120, 135, 150, 0.2)",
            showlegend=False,
        )
        for index, one in enumerate(spreads)
    ]
    figure = _figure(traces, 90 + 60 * max(1, len(spreads)), hovermode="closest", margin={"l": 8, "r": 24, "t": 8, "b": 8})
    figure.update_layout(
        xaxis={"showgrid": True, "gridcolor": GRID, "title": {"text": unit}, "tickformat": ",~f", "zeroline": False},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False, "title": {"text": ""}},
    )
    return figure


def cloud(sets: Mapping[str, Sequence[tuple[float, float, str]]], x_title: str, y_title: str, height: int = 360) -> go.Figure:
    """Points of two numbers and a name, by set: each has a colour and a mark of its own."""
    traces = [
        _trace(
            "scatter",
            x=[point[0] for point in points],
            y=[point[1] for point in points],
            text=[point[2] for point in points],
            name=name,
            mode="markers",
            marker={"symbol": MARKERS[index % 6], "size": 9, "color": COLOURS[index % 6]},
            cliponaxis=False,
            hovertemplate="%{text}: %{x:,.10~g}, %{y:,.10~g}<extra></extra>",
        )
        for index, (name, points) in enumerate(sets.items())
    ]
    figure = _figure(traces, height, y_title, hovermode="closest", showlegend=len(sets) > 1)
    figure.update_layout(
        yaxis_rangemode="normal",
        xaxis={"showgrid": True, "gridcolor": GRID, "title": {"text": x_title}, "tickformat": ",~f", "zeroline": False},
    )
    return figure
