"""Answers kept in memory: found once, forgotten in order, never a failure for somebody else."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from dashboard.kept import Kept, named, texts_once


def test_an_answer_is_found_once_and_the_longest_unasked_is_forgotten():
    kept, found = Kept(2), []
    for question in ("a", "b", "a", "c", "a", "b"):
        kept.get(question, lambda question=question: found.append(question))
    assert found == ["a", "b", "c", "b"]


def test_large_answers_leave_room_for_fewer():
    kept, found = Kept(10, len), []

    def asked(question: str, size: int) -> None:
        kept.get(question, lambda: found.append(question) or "x" * size)

    for question, size in (("a", 4), ("b", 4), ("c", 5), ("b", 4), ("a", 4), ("b", 4)):
        asked(question, size)
    assert found == ["a", "b", "c", "a"]
    asked("whole", 11)
    asked("b", 4)
    assert found == ["a", "b", "c", "a", "whole", "b"]


def test_whoever_asks_at_the_same_time_waits_for_the_one_answer():
    kept, begun, go_on, found = Kept(10), threading.Event(), threading.Event(), []

    def slow() -> int:
        begun.set()
        assert go_on.wait(5)
        found.append(1)
        return 7

    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(kept.get, "a", slow)
        assert begun.wait(5)
        others = [pool.submit(kept.get, "a", lambda: found.append(2)) for _ in range(8)]
        other = kept.get("b", lambda: "another question does not wait")
        go_on.set()
        assert {first.result(5), *(one.result(5) for one in others)} == {7}
    assert other
    assert found == [1]


def test_a_failure_is_not_kept_and_is_not_given_to_others():
    kept, begun, go_on = Kept(10), threading.Event(), threading.Event()

    def fails() -> int:
        begun.set()
        assert go_on.wait(5)
        raise LookupError

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept.get, "a", fails)
        assert begun.wait(5)
        second = pool.submit(kept.get, "a", lambda: 8)
        go_on.set()
        with pytest.raises(LookupError):
            first.result(5)
        assert second.result(5) == 8
    assert kept.get("a", lambda: 9) == 9


def test_parameters_that_only_look_alike_are_other_questions():
    assert len({named({"x": value}) for value in (1, 1.0, True, "1", [1], (2,))}) == 6
    assert named({"x": 1, "y": 2}) != named({"y": 1, "x": 2})


def test_equal_texts_of_a_list_are_held_once_and_stay_what_they_are(store):
    found = store.query("select case_no, department, nullif(window_name, '') as place, days_left from fact_case order by case_no limit 500")
    assert len({id(text) for text in found["department"]}) == found["department"].nunique()
    given = pd.DataFrame({"a": pd.array(["x", None, "x"], dtype="str"), "n": [1, 2, 3], "b": ["y", "x", "z"]})
    pd.testing.assert_frame_equal(texts_once(given.copy()), given)
