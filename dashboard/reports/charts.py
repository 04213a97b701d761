"""Charts as Plotly figures in plain dictionaries, in the look of the pages. Pure functions; `browser.py` turns them into pictures.

Written without `plotly` and pandas, whose import would take longer than the whole rest of a report.
"""

from collections.abc import Callable
from typing import Any

from dashboard.reports.content import ChartData

# For white paper; the pages have their own, which also stand out on a dark screen.
INK, GRID = "#1b2733", "#e3e9ef"
BLUE, ORANGE, GREEN, PURPLE, RED = "#1d5a96", "#c46a11", "#2b7a5b", "#7a5195", "#b3312c"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE)
DASHES = ("solid", "dash", "dot", "dashdot")
MARKERS = ("circle", "square", "diamond", "triangle-up")
WIDTH = 620
FONT = "Noto Sans SC, Microsoft YaHei, SimHei, sans-serif"
PART_COLOURS = (GREEN, BLUE, RED)
PART_PATTERNS = ("", ".", "/")


def figure(chart: ChartData) -> dict[str, Any]:
    """The chart as `{data, layout}`. Traces have names of their own, which Plotly would else draw by lot."""
    made = _KINDS[chart.kind](chart)
    for place, trace in enumerate(made["data"]):
        trace["uid"] = f"{place:06x}"
    return made


def height(chart: ChartData) -> int:
    """Lying bars need room for each of theirs."""
    return 90 + 34 * len(chart.labels) if chart.kind == "ranked" else 330


def _layout(chart: ChartData, **more: Any) -> dict[str, Any]:
    base = {
        "width": WIDTH,
        "height": height(chart),
        "margin": {"l": 12, "r": 24, "t": 36, "b": 12},
        "font": {"family": FONT, "color": INK, "size": 13},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "showlegend": len(chart.series) > 1,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom", "traceorder": "normal"},
    }
    return base | more


def _trend(chart: ChartData) -> dict[str, Any]:
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers+text" if len(chart.series) == 1 else "lines+markers",
            "name": series.name,
            "x": list(chart.labels),
            "y": list(series.values),
            "text": ["" if value is None else f"{value:,.0f}" for value in series.values],
            "textposition": "top center",
            "connectgaps": False,
            "cliponaxis": False,
            "line": {"color": COLOURS[place], "dash": DASHES[place], "width": 2},
            "marker": {"symbol": MARKERS[place], "size": 7, "color": COLOURS[place]},
        }
        for place, series in enumerate(chart.series)
    ]
    axis = {"type": "category", "automargin": True, "showgrid": False, "tickangle": 0 if len(chart.labels) <= 6 else -45}
    values = {"automargin": True, "gridcolor": GRID, "rangemode": "tozero", "tickformat": ",~f", "title": {"text": chart.unit}}
    return {"data": traces, "layout": _layout(chart, xaxis=axis, yaxis=values)}


def _ranked(chart: ChartData) -> dict[str, Any]:
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": series.name,
            "y": list(chart.labels),
            "x": list(series.values),
            "text": ["" if value is None else f"{value:,.0f}" for value in series.values],
            "textposition": "outside",
            "cliponaxis": False,
            "marker": {
                "color": COLOURS[place],
                "pattern": {"shape": ("", "/", ".")[place % 3], "fillmode": "overlay", "fgcolor": "#ffffff", "size": 6, "solidity": 0.25},
            },
        }
        for place, series in enumerate(chart.series)
    ]
    names = {"type": "category", "autorange": "reversed", "automargin": True}
    values = {"automargin": True, "gridcolor": GRID, "rangemode": "tozero", "tickformat": ",~f", "title": {"text": chart.unit}}
    return {"data": traces, "layout": _layout(chart, barmode="group", bargap=0.3, xaxis=values, yaxis=names)}


def _parts(chart: ChartData) -> dict[str, Any]:
    """One lying bar of parts, each with its number: read more surely than slices of a ring."""
    total = sum(value or 0 for value in chart.series[0].values)
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": label,
            "y": [""],
            "x": [value],
            "text": ["" if value is None else f"{label} {value:,.0f}{chart.unit}<br>{value * 100 / total:.2f}%"],
            "textposition": "inside" if value and total and value / total > 0.12 else "none",
            "insidetextanchor": "middle",
            "textangle": 0,
            "textfont": {"color": "#ffffff"},
            "marker": {
                "color": PART_COLOURS[place % 3],
                "pattern": {"shape": PART_PATTERNS[place % 3], "fillmode": "overlay", "fgcolor": "#ffffff", "size": 5, "solidity": 0.12},
            },
        }
        for place, (label, value) in enumerate(zip(chart.labels, chart.series[0].values, strict=True))
    ]
    for trace in traces:
        if trace["textposition"] == "none":
            trace["name"] = str(trace["text"][0]).replace("<br>", "、")  # type: ignore[index]
    values = {"automargin": True, "gridcolor": GRID, "tickformat": ",~f", "title": {"text": chart.unit}}
    layout = _layout(chart, barmode="stack", xaxis=values, yaxis={"showticklabels": False}, showlegend=True, height=210)
    return {"data": traces, "layout": layout}


_KINDS: dict[str, Callable[[ChartData], dict[str, Any]]] = {"trend": _trend, "ranked": _ranked, "parts": _parts}
