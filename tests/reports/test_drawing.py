"""Charts through a browser: drawn when there is one, left out when it is missing, dead or hanging, and nothing is left running."""

import contextlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from chromium import CHECKOUT, executable

from dashboard.reports import charts, pdf
from dashboard.reports.content import ChartData, ChartSeries
from dashboard.reports.drawing import Drawer, _descendants, draw, settled

TREND = ChartData(
    "flow",
    "收件与办结",
    "cases",
    "trend",
    "件",
    ("1月", "2月", "3月"),
    (ChartSeries("收件", (3.0, None, 5.0)), ChartSeries("办结", (2.0, 4.0, 4.0))),
)
RANKED = ChartData("ranking", "前十位", "cases", "ranked", "件", ("甲局", "乙局"), (ChartSeries("收件", (9.0, 4.0)),))
PARTS = ChartData("parts", "时限结果", "cases", "parts", "件", ("提前", "按时", "超期"), (ChartSeries("件", (60.0, 38.0, 2.0)),))
needs_browser = pytest.mark.skipif(executable() is None, reason="no Chrome, Chromium or Edge on this machine")


def test_a_missing_value_is_a_gap():
    trace = charts.figure(TREND)["data"][0]
    assert trace["y"] == [3.0, None, 5.0]
    assert trace["connectgaps"] is False


def test_colour_is_never_the_only_sign():
    one, other = charts.figure(TREND)["data"]
    assert one["line"]["dash"] != other["line"]["dash"]
    assert one["marker"]["symbol"] != other["marker"]["symbol"]
    patterns = [trace["marker"]["pattern"]["shape"] for trace in charts.figure(PARTS)["data"]]
    assert len(set(patterns)) == 3


def test_the_random_word_of_plotly_is_replaced_everywhere():
    drawing = b'<svg><defs id="defs-a1b2c3"></defs><clipPath id="clipa1b2c3xy"/><g clip-path="url(#clipa1b2c3xy)"/></svg>'
    assert b"a1b2c3" not in settled(drawing)
    assert settled(settled(drawing)) == settled(drawing)


@needs_browser
def test_all_charts_are_drawn_with_their_marks_and_alike_each_time():
    first, second = draw([TREND, RANKED, PARTS]), draw([TREND, RANKED, PARTS])
    assert list(first) == ["flow", "ranking", "parts"]
    assert first == second
    assert len(re.findall(rb'class="point"', first["ranking"])) == 2
    assert "甲局".encode() in first["ranking"]
    # Three points of one line and three of the other, one of them missing.
    assert len(re.findall(rb'<path class="point"', first["flow"])) == 5
    assert pdf.picture(first["flow"])[:8] == b"\x89PNG\r\n\x1a\n"


def fake_browser(folder: Path, script: str) -> str:
    path = folder / "chromium"
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return str(path)


def running(mark: str) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark in entry.read_bytes().decode("utf-8", "replace") and int(entry.parent.name) != os.getpid():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    "script", [pytest.param("exec sleep 600", id="hangs"), pytest.param("exit 1", id="dies"), pytest.param("exec cat", id="says-nothing")]
)
def test_a_browser_that_does_not_answer_costs_its_time_limit_and_no_more(tmp_path, monkeypatch, script):
    path = fake_browser(tmp_path, script)
    monkeypatch.setenv("BROWSER_PATH", path)
    began = time.monotonic()
    assert draw([TREND], seconds=4) == {}
    assert time.monotonic() - began < 10
    assert running(str(tmp_path)) == []


def test_without_a_browser_there_are_no_charts_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "nowhere"))
    began = time.monotonic()
    assert draw([TREND], seconds=20) == {}
    assert time.monotonic() - began < 15


def command_of(process: int) -> bytes:
    """Its command line; empty when it has just ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


@needs_browser
def test_a_browser_killed_while_drawing_does_not_hold_up_the_report():
    began = time.monotonic()
    with Drawer(seconds=25) as drawer:
        child = drawer._child
        assert child is not None
        started: list[int] = []
        while not any(b"--type=renderer" in command_of(one) for one in started):
            assert time.monotonic() - began < 20
            time.sleep(0.05)
            started = _descendants(child.pid)
        for process in started:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, 9)
        assert drawer.draw([TREND]) == {}
    # Kaleido itself would wait for ever.
    assert time.monotonic() - began < 30
    assert [one for one in started if command_of(one)] == []


def test_the_command_ends_well_without_a_browser_and_says_so(own_home, tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from etl.cli import main; main()",
            "report",
            "--month",
            "2018-10",
            "--out",
            str(tmp_path / "out"),
            "--json",
        ],
        cwd=CHECKOUT,
        env={**os.environ, "HALL_HOME": str(own_home.root), "BROWSER_PATH": str(tmp_path / "nowhere")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "图表" in done.stderr
    assert "no usable browser" in done.stderr
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".docx", ".pdf", ".xlsx"]
