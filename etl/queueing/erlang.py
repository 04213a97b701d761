"""Erlang's formulas for waiting lines: how many windows a service level needs, with the arithmetic of every step.

Model M/M/n: people come at random at an even rate, service times vary as an exponential distribution does, nobody leaves, and
the half hour is long enough to be even. Real halls are kinder in the one and harsher in the other; the page says so. Kept here and
not taken from a package: the one that exists (pyworkforce) brings a constraint solver of tens of megabytes for forty lines.
"""

from dataclasses import dataclass
from math import ceil, exp

# Beyond any hall; a question that needs more has a slip of the keyboard in it.
MOST_WINDOWS = 1000


@dataclass(frozen=True)
class Trial:
    """What a number of windows would give: chance to wait at all, share called in time, average wait in seconds."""

    windows: int
    waiting_chance: float
    share_in_time: float
    average_wait_s: float | None


@dataclass(frozen=True)
class Need:
    """How many windows are needed. `load` is in erlangs: windows that would be busy all the time. `trials` are the steps."""

    arrivals: float
    period_s: float
    handling_s: float
    within_s: float
    share: float
    load: float
    windows: int
    trials: tuple[Trial, ...]


def _checked(windows: int, load: float) -> None:
    if windows < 0 or load < 0:
        raise ValueError("windows and load are not negative")


def erlang_b(windows: int, load: float) -> float:
    """Chance that all windows are busy where nobody waits (Erlang's loss formula), by its recursion in the number of windows."""
    _checked(windows, load)
    blocked = 1.0
    for number in range(1, windows + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def erlang_c(windows: int, load: float) -> float:
    """Chance that somebody who comes has to wait. 1 where the windows cannot keep up with the load."""
    _checked(windows, load)
    if load == 0:
        return 0.0
    if windows <= load:
        return 1.0
    blocked = erlang_b(windows, load)
    return windows * blocked / (windows - load * (1 - blocked))


def share_within(windows: int, load: float, within_s: float, handling_s: float) -> float:
    """Share of people called within so many seconds of coming. 0 where the windows cannot keep up: the line only grows."""
    if load == 0:
        return 1.0
    if windows <= load:
        return 0.0
    return 1 - erlang_c(windows, load) * exp(-(windows - load) * within_s / handling_s)


def average_wait(windows: int, load: float, handling_s: float) -> float | None:
    """Average wait in seconds over all people; None where the windows cannot keep up."""
    if load == 0:
        return 0.0
    return None if windows <= load else erlang_c(windows, load) * handling_s / (windows - load)


def trial(windows: int, load: float, within_s: float, handling_s: float) -> Trial:
    """Everything that is said of one number of windows."""
    return Trial(
        windows,
        erlang_c(windows, load),
        share_within(windows, load, within_s, handling_s),
        average_wait(windows, load, handling_s),
    )


def windows_needed(arrivals: float, period_s: float, handling_s: float, within_s: float, share: float) -> Need:
    """The fewest windows with which `share` (0 to 1) of `arrivals` in `period_s` seconds are called within `within_s` seconds.

    Raises ValueError for a share of 1 or more (no number of windows makes it certain), for times and rates that are no such, and
    for more windows than any hall has.
    """
    if arrivals < 0 or period_s <= 0 or handling_s < 0 or within_s < 0 or not 0 < share < 1:
        raise ValueError("arrivals, times and a share between 0 and 1")
    load = arrivals * handling_s / period_s
    if load == 0:
        return Need(arrivals, period_s, handling_s, within_s, share, load, 0, ())
    if load >= MOST_WINDOWS:
        raise ValueError(f"a load of {load:.0f} windows")
    trials: list[Trial] = []
    windows = max(1, ceil(load))
    while True:
        tried = trial(windows, load, within_s, handling_s)
        trials.append(tried)
        if tried.share_in_time >= share:
            return Need(arrivals, period_s, handling_s, within_s, share, load, windows, tuple(trials))
        windows += 1
