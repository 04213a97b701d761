"""The inbox: new files go through once, a refused one is told once, and the dashboard gets a snapshot."""

import os
import time
from pathlib import Path

from etl.config import Home
from etl.inbox import Seen
from etl.publish import current
from etl.refresh import refresh


def put(home: Home, name: str, text: str) -> Path:
    path = home.inbox / name
    path.write_text(text, "utf-8")
    past = time.time() - 60
    os.utime(path, (past, past))
    return path


def test_new_file_is_loaded_built_and_published_once(home: Home) -> None:
    put(home, "a.csv", "办件编号,受理时间,承诺时限,承诺时限单位\nA1,2018-10-08,5,工作日\n")
    first = refresh(home)
    assert [result.inserted for result in first.results] == [1]
    assert first.manifest is not None
    assert current(home) is not None
    assert refresh(home).results == []


def test_refused_file_is_told_once_and_again_when_it_changed(home: Home) -> None:
    remembered = Seen()
    put(home, "a.csv", "甲,乙\n1,2\n")
    assert len(refresh(home, remembered).refusals) == 1
    assert refresh(home, remembered).refusals == []
    put(home, "a.csv", "办件编号,受理时间\nA1,2018-10-08\n")
    assert [result.inserted for result in refresh(home, remembered).results] == [1]
