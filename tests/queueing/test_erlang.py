"""Erlang's formulas against published table values, against a computation by another road, and by what must hold of them."""

from fractions import Fraction
from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.queueing.erlang import average_wait, erlang_b, erlang_c, share_within, windows_needed
from etl.queueing.staffing import steps

# Published Erlang B tables: the load (erlangs) that so many lines carry at a loss of 1 % and of 5 %, to the digits printed there.
LOSS_1 = {1: 0.0101, 2: 0.153, 3: 0.455, 4: 0.869, 5: 1.36, 6: 1.91, 7: 2.50, 8: 3.13, 9: 3.78, 10: 4.46, 15: 8.11, 20: 12.0, 30: 20.3}
LOSS_5 = {1: 0.0526, 2: 0.381, 3: 0.899, 4: 1.52, 5: 2.22, 6: 2.96, 7: 3.74, 8: 4.54, 9: 5.37, 10: 6.22, 15: 10.6, 20: 15.2, 30: 24.8}


def by_states(windows: int, load: Fraction) -> Fraction:
    """Chance to wait from the definition: the steady states of the line summed in exact fractions, not by the recursion."""
    below = sum(load**n / factorial(n) for n in range(windows))
    at = load**windows / factorial(windows) * windows / (windows - load)
    return at / (below + at)


@pytest.mark.parametrize(("lines", "load"), LOSS_1.items())
def test_loss_of_one_percent_is_that_of_the_tables(lines, load):
    assert erlang_b(lines, load) == pytest.approx(0.01, rel=0.03)


@pytest.mark.parametrize(("lines", "load"), LOSS_5.items())
def test_loss_of_five_percent_is_that_of_the_tables(lines, load):
    assert erlang_b(lines, load) == pytest.approx(0.05, rel=0.02)


def test_the_textbook_call_centre():
    """100 calls in half an hour of 3 minutes each, 80 % within 20 seconds: 10 erlangs, 14 agents, 17.4 % wait, 88.8 % in time."""
    need = windows_needed(100, 1800, 180, 20, 0.8)
    assert need.load == pytest.approx(10)
    assert need.windows == 14
    assert need.trials[-1].waiting_chance == pytest.approx(0.174, abs=0.0005)
    assert need.trials[-1].share_in_time == pytest.approx(0.888, abs=0.0005)
    assert need.trials[-1].average_wait_s == pytest.approx(7.8, abs=0.05)


def test_one_window_waits_as_often_as_it_is_busy():
    """M/M/1: the chance to wait is the load, the mean wait load / (1 - load) services."""
    assert erlang_c(1, 0.6) == pytest.approx(0.6)
    assert average_wait(1, 0.6, 600) == pytest.approx(0.6 / 0.4 * 600)


@given(st.integers(1, 60), st.fractions(min_value=Fraction(1, 100), max_value=Fraction(99, 100), max_denominator=100))
def test_the_chance_to_wait_is_that_of_the_steady_states(windows, use):
    assert erlang_c(windows, float(use * windows)) == pytest.approx(float(by_states(windows, use * windows)), rel=1e-9)


@given(st.floats(0.01, 100), st.floats(30, 3600), st.floats(0, 3600), st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]))
def test_the_answer_is_the_fewest_windows_that_do(arrivals, handling, within, share):
    need = windows_needed(arrivals, 1800, handling, within, share)
    assert need.load == pytest.approx(arrivals * handling / 1800)
    assert share_within(need.windows, need.load, within, handling) >= share
    assert need.windows == 1 or share_within(need.windows - 1, need.load, within, handling) < share
    assert [trial.windows for trial in need.trials] == list(range(need.trials[0].windows, need.windows + 1))


@given(st.integers(1, 80), st.floats(0.01, 79), st.floats(1, 3600), st.floats(1, 3600))
def test_more_windows_and_more_patience_never_make_it_worse(windows, load, within, handling):
    assert share_within(windows + 1, load, within, handling) >= share_within(windows, load, within, handling) - 1e-12
    assert share_within(windows, load, within * 2, handling) >= share_within(windows, load, within, handling) - 1e-12
    assert 0 <= erlang_b(windows, load) <= erlang_c(windows, load) <= 1


def test_windows_that_cannot_keep_up_serve_nobody_in_time():
    assert erlang_c(3, 3) == erlang_c(2, 3) == 1
    assert share_within(3, 3, 9999, 60) == 0
    assert average_wait(3, 3, 60) is None


def test_nobody_comes_nobody_is_needed():
    assert windows_needed(0, 1800, 600, 1200, 0.9).windows == 0
    assert erlang_c(0, 0) == 0
    assert erlang_b(0, 0) == 1


@pytest.mark.parametrize(
    "asked", [(-1, 1800, 60, 60, 0.9), (1, 0, 60, 60, 0.9), (1, 1800, 60, 60, 1.0), (1, 1800, 60, 60, 0.0), (1e9, 1800, 60, 60, 0.9)]
)
def test_what_cannot_be_asked_is_refused(asked):
    with pytest.raises(ValueError, match=r"arrivals|load"):
        windows_needed(*asked)


def test_the_arithmetic_can_be_followed():
    """The printed line of the last trial, computed from what it prints, gives what it prints."""
    need = windows_needed(12, 1800, 780, 1200, 0.9)
    told = steps(need)
    assert len(told) == 1 + len(need.trials)
    assert "12 arrivals × 13.00 min each ÷ 30 min = 5.200" in told[0][1]
    last = need.trials[-1]
    assert 1 - last.waiting_chance * exp(-(last.windows - 5.2) * 20 / 13) == pytest.approx(last.share_in_time)
    assert f"{last.share_in_time * 100:.1f}%" in told[-1][1]
    assert told[-1][1].endswith("target 90% reached")
    assert told[-1][0].endswith("目标 90% 达到")
