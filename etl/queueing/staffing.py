"""Windows needed for a service level, half hour by half hour, beside the windows that were open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from etl.config import HallError
from etl.queueing.erlang import Need, share_within, windows_needed
from etl.queueing.hours import HALF_HOUR_S
from etl.queueing.live import Ask

# How long a ticket keeps a window is taken from so many days up to the day: one day of a small zone says too little.
HANDLING_DAYS = 28
WITHIN_MINUTES = (5, 10, 15, 20, 30)
SHARES = (80, 85, 90, 95, 99)
TARGET_WITHIN, TARGET_SHARE = 20, 90

ARRIVALS = """
select zone, half_hour, sum(tickets) as arrivals, sum(called) as called
from mart_ticket_half_hour
where day = $day and channel in ('window', 'weekend') and {scope}
group by zone, half_hour
"""
HANDLING = """
select zone, sum(occupied_s) as occupied_s, sum(occupied_count) as occupied_count
from mart_ticket_half_hour
where day between $since and $day and channel in ('window', 'weekend') and {scope}
group by zone
"""
OPEN = """
select zone, half_hour, sum(open_s) as open_s, sum(serve_s) as serve_s
from mart_window_half_hour
where day = $day and channel in ('window', 'weekend') and {scope}
group by zone, half_hour
"""


@dataclass(frozen=True)
class HalfHour:
    """One zone in one half hour. `open_windows` is an average: 1.5 is two windows of which one was open for half of it."""

    zone: str
    half_hour: int
    arrivals: int
    open_windows: float
    need: Need | None

    @property
    def begins(self) -> str:
        return f"{self.half_hour // 2:02d}:{'30' if self.half_hour % 2 else '00'}"

    @property
    def needed(self) -> int | None:
        return None if self.need is None else self.need.windows

    @property
    def short(self) -> float | None:
        """Windows lacking; negative where more were open than needed."""
        return None if self.needed is None else self.needed - self.open_windows

    @property
    def share_expected(self) -> float | None:
        """Share called in time that the open windows, rounded to whole ones, promise by the formula."""
        if self.need is None or self.need.load == 0:
            return None
        return share_within(round(self.open_windows), self.need.load, self.need.within_s, self.need.handling_s)

    def as_json(self) -> dict[str, object]:
        """The documented JSON form of a row of `hall queue --needed`."""
        need = self.need
        return {
            "zone": self.zone,
            "half_hour": self.begins,
            "arrivals": self.arrivals,
            "handling_s": None if need is None else round(need.handling_s, 1),
            "load_erlang": None if need is None else round(need.load, 4),
            "needed": self.needed,
            "open": round(self.open_windows, 2),
            "share_expected": None if self.share_expected is None else round(self.share_expected * 100, 1),
            "steps": [] if need is None else [{"zh": zh, "en": en} for zh, en in steps(need)],
        }


def staffing(ask: Ask, day: date, within_minutes: int, share: int, zone: str | None = None) -> list[HalfHour]:
    """Every half hour of the day in which somebody came or a window was open, by zone. `share` is in percent.

    The windows of a zone are taken to serve all who come to it. Raises HallError for a target that cannot be met or is none.
    """
    if not 0 < share < 100:
        raise HallError(f"服务水平 {share}% 应在 1 与 99 之间", f"the service level {share}% should lie between 1 and 99")
    if not 0 <= within_minutes <= 600:
        raise HallError(f"等候 {within_minutes} 分钟应在 0 与 600 之间", f"a wait of {within_minutes} minutes should lie between 0 and 600")
    came = _by_place(ask(ARRIVALS, {"day": day}), "arrivals")
    was_open = _by_place(ask(OPEN, {"day": day}), "open_s")
    handling = _handling(ask(HANDLING, {"day": day, "since": day - timedelta(days=HANDLING_DAYS - 1)}))
    rows: list[HalfHour] = []
    for place in sorted({*came, *was_open}):
        name, half_hour = place
        if zone is not None and name != zone:
            continue
        seconds = handling.get(name) or handling.get("")
        arrivals = int(came.get(place, 0))
        need = None if seconds is None else _need(arrivals, seconds, within_minutes * 60, share / 100)
        rows.append(HalfHour(name, half_hour, arrivals, was_open.get(place, 0) / HALF_HOUR_S, need))
    return rows


def _need(arrivals: int, handling_s: float, within_s: float, share: float) -> Need | None:
    try:
        return windows_needed(arrivals, HALF_HOUR_S, handling_s, within_s, share)
    except ValueError:
        # More windows than any hall has: the tickets of that half hour are no people's.
        return None


def _by_place(rows: Sequence[dict[str, Any]], field: str) -> dict[tuple[str, int], float]:
    return {(str(row["zone"]), int(row["half_hour"])): float(row[field]) for row in rows}


def _handling(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Mean seconds from call to end by zone, and under the empty name over all of them."""
    counted = [(str(row["zone"]), float(row["occupied_s"]), float(row["occupied_count"])) for row in rows]
    found = {zone: seconds / tickets for zone, seconds, tickets in counted if tickets}
    tickets = sum(each for _, _, each in counted)
    return found | ({"": sum(seconds for _, seconds, _ in counted) / tickets} if tickets else {})


def steps(need: Need) -> list[tuple[str, str]]:
    """The arithmetic in Chinese and English, one line a step."""
    minutes = need.handling_s / 60
    lines = [
        (
            f"话务量 A = 到达 {need.arrivals:g} 张 × 平均占用 {minutes:.2f} 分钟 ÷ {need.period_s / 60:g} 分钟 = {need.load:.3f} 个窗口",
            f"load A = {need.arrivals:g} arrivals × {minutes:.2f} min each ÷ {need.period_s / 60:g} min = {need.load:.3f} windows",
        )
    ]
    for tried in need.trials:
        n = tried.windows
        target = need.within_s / 60
        if n <= need.load:
            lines.append((f"n = {n}：n ≤ A，队伍只会变长", f"n = {n}: n ≤ A, the line only grows"))
            continue
        exponent = f"e^(−({n} − {need.load:.3f}) × {target:g} ÷ {minutes:.2f})"
        sums = f"1 − {tried.waiting_chance:.4f} × {exponent} = {tried.share_in_time * 100:.1f}%"
        mark_zh, mark_en = ("达到", "reached") if tried.share_in_time >= need.share else ("未达到", "not reached")
        lines.append(
            (
                f"n = {n}：需等候的概率 C = {tried.waiting_chance:.4f}；{target:g} 分钟内叫到 {sums}，目标 {need.share * 100:g}% {mark_zh}",
                f"n = {n}: chance to wait C = {tried.waiting_chance:.4f}; called within {target:g} min {sums}, "
                f"target {need.share * 100:g}% {mark_en}",
            )
        )
    return lines
