"""Several indicators over time or by a dimension, side by side in one frame."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pandas as pd

from dashboard.components.labels import value_words
from dashboard.components.tables import Column
from dashboard.language import Language
from dashboard.period import Grain, Period, containing
from dashboard.session import Hall
from dashboard.store import Conditions
from etl.indicators.dimensions import Value


def step_start(grain: Grain, text: str) -> date:
    """The first day of a step as `etl.indicators` names it."""
    return date.fromisoformat(f"{text}-01" if grain == "month" else text)


def over_time(hall: Hall, names: Mapping[str, str], period: Period, grain: Grain, where: Conditions = ()) -> pd.DataFrame:
    """Columns: `start` (first day of the step), `step` (in words), `weekday` and one for each of `names` (column: indicator)."""
    found = {column: hall.store.by(name, period, hall.scope, grain, where=where) for column, name in names.items()}
    steps = _keys(found)
    if not steps:
        return pd.DataFrame(columns=["start", "step", "weekday", *names])
    starts = sorted((step_start(grain, str(step)), step) for step in steps)
    words: dict[str, list[object]] = {
        "start": [start for start, _ in starts],
        "step": [hall.speak.step(grain, start) for start, _ in starts],
        "weekday": [hall.speak.weekday(start) for start, _ in starts],
    }
    return pd.DataFrame(words | {column: [values.get(step, math.nan) for _, step in starts] for column, values in found.items()})


def _keys(found: Mapping[str, Mapping[Value, object]]) -> list[Value]:
    """What any of the columns has a number for: in their own order where there is one column, else sorted."""
    if len(found) == 1:
        return list(*found.values())
    return sorted({key for values in found.values() for key in values})


def sizes(hall: Hall, name: str, period: Period, grain: Grain) -> pd.Series:
    """On how many cases an indicator rests in each step, by the step's first day."""
    frame = hall.store.series(name, period, hall.scope, (grain,))
    return pd.Series(frame["n"].to_numpy(), index=[step_start(grain, value) for value in frame[grain]])


def few_notes(counts: pd.Series, minimum: int, speak: Language) -> list[str]:
    """For each row what to say of its rate when it rests on fewer cases than the minimum."""
    none, few = speak("本期没有可计的记录"), speak("样本少，n={n}")
    return ["" if n >= minimum else few.format(n=int(n)) if n else none for n in counts.fillna(0)]


def fits(hall: Hall, name: str, *by: str) -> bool:
    """Whether the indicator can be narrowed to the scope and broken down by these dimensions together."""
    return not hall.store.unsupported_by(name, hall.scope, by)


def by_dimension(
    hall: Hall, columns: Mapping[str, tuple[str, str]], dimension: str, period: Period | None = None, where: Conditions = ()
) -> pd.DataFrame:
    """One row a value of the dimension; columns as `column: (indicator, field)`; `value` counts absent as missing."""
    found = {
        column: hall.store.by(name, period or hall.period, hall.scope, dimension, field, where) for column, (name, field) in columns.items()
    }
    keys = _keys(found)
    cells: dict[str, list[object]] = {dimension: list(named_values(keys, dimension, hall.speak))}
    return pd.DataFrame(cells | {column: [values.get(key, math.nan) for key in keys] for column, values in found.items()})


def named_values(values: Sequence[object] | pd.Series, dimension: str, speak: Language) -> list[str]:
    """Values of a dimension in words."""
    return [value_words(dimension, str(value) if value else "", speak) for value in values]


def trend_period(period: Period) -> tuple[Period, Grain]:
    """What a trend shows for a period: its days, weeks or months; for a day the two weeks that end with it."""
    if period.kind == "day":
        return Period("custom", period.last - timedelta(days=13), period.last), "day"
    if period.days <= 62:
        return period, "day"
    return (period, "week") if period.days <= 190 else (Period("custom", containing("month", period.first).first, period.last), "month")


def year_until(last: date) -> Period:
    """The twelve months that end with the month of this day, up to the day."""
    following = containing("month", last).last + timedelta(days=1)
    return Period("custom", following.replace(year=following.year - 1), last)


def partial_note(period: Period, grain: Grain, speak: Language) -> str | None:
    """That the first or the last step of a series is not whole, which looks like a fall; None where both are."""
    if grain == "day":
        return None
    first, last = containing(grain, period.first), containing(grain, period.last)
    is_first, is_last = first.first < period.first, period.last < last.last
    if not is_first and not is_last:
        return None
    if grain == "week":
        words = speak("首末两周不满 7 天，数量偏少") if is_first and is_last else speak("首周不满 7 天，数量偏少") if is_first else None
        return words or speak("末周不满 7 天，数量偏少")
    words = speak("首末两月不是整月，数量偏少") if is_first and is_last else speak("首月不是整月，数量偏少") if is_first else None
    return words or speak("末月不是整月，数量偏少")


def step_columns(hall: Hall, grain: Grain) -> list[Column]:
    """The columns that name a step in a table: a day with its weekday, a week or month in words with its first day."""
    _ = hall.speak
    if grain == "day":
        return [Column("start", _("日期"), "date"), Column("weekday", _("星期"))]
    return [Column("step", _("期间")), Column("start", _("起始日"), "date")]
