"""Steps of a period: the days, weeks, months, quarters or years from its first to its last day, without a gap."""

from collections.abc import Iterator
from datetime import date, timedelta


def step_of(name: str, day: date) -> str:
    """The step a day belongs to, written as the dimension of that name writes it."""
    match name:
        case "day":
            return day.isoformat()
        case "week":
            return (day - timedelta(days=day.weekday())).isoformat()
        case "month":
            return f"{day:%Y-%m}"
        case "quarter":
            return f"{day.year:04d}-Q{(day.month + 2) // 3}"
        case "year":
            return f"{day.year:04d}"
    raise ValueError(f"{name} is no step of time")


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def steps(name: str, first: date, last: date) -> dict[str, date]:
    """Every step from `first` to `last` in order, with its last day, which is `last` for the step that the period cuts short."""
    return {step_of(name, day): day for day in _days(first, last)}
