"""Who was where in a month, by working days: transfers, B posts, leave, newcomers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from etl.assess.exact import fine, total_of
from etl.assess.inputs import Inputs, Leave, Post, month_of


@dataclass(frozen=True)
class Stay:
    """One person's month. `days` are working days by (window, department, post); a B post counts only on days without another post.

    `at_post` are the days at any post, `leaves` the month's leaves with their working half-days within it, `of` its working days.
    """

    staff_no: str
    name: str
    days: Mapping[tuple[str, str, str], int]
    at_post: int
    of: int
    leaves: tuple[tuple[Leave, Decimal], ...] = ()

    def coverage(self, present_on_leave: Iterable[str] = ()) -> Decimal:
        """Share of the month's working days at a post and not on leave, 0-1; leave of the kinds named is presence."""
        excused = set(present_on_leave)
        away = total_of(half_days for leave, half_days in self.leaves if leave.kind not in excused)
        return fine(max(self.at_post - away / 2, Decimal(0)) / self.of)

    @property
    def main(self) -> tuple[str, str]:
        """Window and department of most days; of equals the one that stands last in order."""
        window, department, _ = max(self.days, key=lambda at: (self.days[at], at))
        return window, department

    def share(self, window: str, posts: Iterable[str] | None = None) -> Decimal:
        """Share of the person's days that were at this window (at one of these posts), 0-1."""
        wanted = None if posts is None else set(posts)
        here = sum(number for (at, _, post), number in self.days.items() if at == window and (wanted is None or post in wanted))
        return Decimal(here) / sum(self.days.values())

    @property
    def windows(self) -> tuple[str, ...]:
        """The windows served at, in order."""
        return tuple(sorted({window for window, _, _ in self.days if window}))


def stays(inputs: Inputs, month: str) -> dict[str, Stay]:
    """Everybody who had a post on a working day of the month, by staff_no."""
    days = inputs.days(month)
    posts: dict[str, list[Post]] = defaultdict(list)
    for post in inputs.posts:
        if post.from_on <= days[-1] and (post.to_on is None or days[0] < post.to_on):
            posts[post.staff_no].append(post)
    leaves: dict[str, list[Leave]] = defaultdict(list)
    for leave in inputs.leaves:
        if leave.from_on <= days[-1] and days[0] < leave.to_on:
            leaves[leave.staff_no].append(leave)
    found = {}
    for staff_no in sorted(posts):
        stay = _stay(inputs, month, staff_no, posts[staff_no], leaves[staff_no], days)
        if stay is not None:
            found[staff_no] = stay
    return found


def _stay(inputs: Inputs, month: str, staff_no: str, posts: list[Post], leaves: list[Leave], days: tuple[date, ...]) -> Stay | None:
    counted: dict[tuple[str, str, str], int] = defaultdict(int)
    at_post = set()
    for day in days:
        here = [post for post in posts if post.covers(day)]
        own = [post for post in here if post.post != "backup"] or here
        for place in {(post.window, post.department, post.post) for post in own}:
            counted[place] += 1
            at_post.add(day)
    if not at_post:
        return None
    named = max(posts, key=lambda post: post.from_on).staff_name
    within = tuple((leave, half_days_in(inputs, leave, month)) for leave in sorted(leaves, key=lambda one: (one.from_on, one.kind)))
    return Stay(staff_no, named, dict(counted), len(at_post), len(days), within)


def half_days_in(inputs: Inputs, leave: Leave, month: str) -> Decimal:
    """What of a leave's half-days falls into the month: all of it, or by the working days where it runs over several months."""
    months: list[str] = []
    at = month_of(leave.from_on)
    day = leave.from_on
    while day < leave.to_on:
        if month_of(day) != at or not months:
            at = month_of(day)
            months.append(at)
        day = date.fromordinal(day.toordinal() + 1)
    if months == [month]:
        return leave.half_days
    by_month = {one: sum(1 for day in inputs.days(one) if leave.covers(day)) for one in months}
    total = sum(by_month.values())
    return fine(leave.half_days * by_month.get(month, 0) / total) if total else Decimal(0)
