"""Due dates that show their working: the day of acceptance is day 0, days of a pause are not counted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Literal, get_args

import duckdb

from etl.calendar import KIND_NAMES, LAST_DAY, Calendar, english_name
from etl.config import HallError
from etl.timerules import NO_RULE, TimeRule, read_rules, suspension_labels, write_rules

__all__ = ["Due", "Limit", "LimitUnitUnknown", "Step", "Suspension", "Terms", "due_on", "explain", "write_rules"]

Unit = Literal["workday", "day", "month"]
UNIT_NAMES = {"workday": ("个工作日", "working days"), "day": ("个自然日", "calendar days"), "month": ("个月", "months")}
LONGEST_LIMIT = 9999
END_OF_DAY = time(23, 59, 59)
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ONE_DAY = timedelta(days=1)


class LimitUnitUnknown(HallError):  # noqa: N818 - a refusal is named for what is wrong
    """The unit of a limit is none of workday, day and month."""


@dataclass(frozen=True)
class Limit:
    """A time limit; 0 means the same calendar day. Raises LimitUnitUnknown, or HallError for a negative count."""

    count: int
    unit: Unit = "workday"

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit):
            raise LimitUnitUnknown(
                f"时限单位“{self.unit}”不认识，应为 workday（工作日）、day（自然日）或 month（月）",
                f"unknown limit unit {self.unit!r}: use workday, day or month",
            )
        if self.count > LONGEST_LIMIT:
            raise HallError(f"时限 {self.count} 过长，最多 {LONGEST_LIMIT}", f"the limit {self.count} is too long; at most {LONGEST_LIMIT}")
        if self.count < 0:
            raise HallError(
                f"时限 {self.count} 为负数，应为 0 或正整数", f"the limit {self.count} is negative; use 0 or a positive whole number"
            )


@dataclass(frozen=True)
class Suspension:
    """Days on which the clock stands still, both included."""

    started_on: date
    ended_on: date
    zh: str = ""
    en: str = ""

    def __post_init__(self) -> None:
        if self.ended_on < self.started_on:
            raise HallError(
                f"暂停的结束日 {self.ended_on} 早于开始日 {self.started_on}，请核对",
                f"the pause ends on {self.ended_on}, before it starts on {self.started_on}",
            )


@dataclass(frozen=True)
class Step:
    """One run of days treated alike: its first and last day, how many days are counted after it, and what is said of it."""

    day: date
    through: date
    counted: int
    zh: str
    en: str


@dataclass(frozen=True)
class Due:
    """The last day on which closing is not late, the steps that led to it, and whether an unpublished calendar was used."""

    due_on: date
    is_provisional: bool
    steps: tuple[Step, ...]
    calendar: str


@dataclass(frozen=True)
class Terms:
    """What beginning, end and extension of the clock are called, in Chinese and English: a case is accepted, a letter received."""

    began: tuple[str, str] = ("受理", "accepted")
    ended: tuple[str, str] = ("办结", "closed")
    extended: tuple[str, str] = ("延长审批", "extended")


CASE_TERMS = Terms()


@dataclass(frozen=True)
class _Day:
    """One day of the walk: what it is, and the count it brought the clock to (0 when it was not counted)."""

    day: date
    zh: str
    en: str
    counted: int


def _paused_by(day: date, suspensions: Sequence[Suspension]) -> Suspension | None:
    return next((stop for stop in suspensions if stop.started_on <= day <= stop.ended_on), None)


def _described(day: date, calendar: Calendar) -> tuple[str, str]:
    zh, en = KIND_NAMES[calendar.kind(day)]
    name = calendar.name(day)
    if name:
        zh, en = (f"{name}{zh}", f"{english_name(name)}, {en}")
    return (f"{zh}（暂定）", f"{en} (provisional)") if calendar.is_provisional(day) else (zh, en)


def _walk(
    first: date, target: int, suspensions: Sequence[Suspension], calendar: Calendar, counts: Callable[[date], bool], total_before: int = 0
) -> Iterator[_Day]:
    """Days from `first` until `target` of them have been counted."""
    counted = 0
    day = first
    while counted < target:
        stop = _paused_by(day, suspensions)
        zh, en = _described(day, calendar)
        if stop is not None:
            kind = (f"（{stop.zh}）", f" ({stop.en})") if stop.zh else ("", "")
            yield _Day(day, f"特别程序{kind[0]}暂停计时", f"clock stopped{kind[1]}", 0)
        elif counts(day):
            counted += 1
            yield _Day(day, zh, en, total_before + counted)
        else:
            yield _Day(day, zh, en, 0)
        day += _ONE_DAY


def _span(first: date, last: date) -> tuple[str, str]:
    zh, en = f"{first} 星期{_WEEKDAYS_ZH[first.weekday()]}", f"{first} {_WEEKDAYS_EN[first.weekday()]}"
    if first == last:
        return zh, en
    return f"{zh}至 {last} 星期{_WEEKDAYS_ZH[last.weekday()]}", f"{en} to {last} {_WEEKDAYS_EN[last.weekday()]}"


def _step_of(run: Sequence[_Day]) -> Step:
    first, last = run[0], run[-1]
    zh, en = _span(first.day, last.day)
    if not last.counted:
        return Step(first.day, last.day, 0, f"{zh} {first.zh}，不计", f"{en}: {first.en}, not counted")
    if first is last:
        return Step(first.day, last.day, last.counted, f"{zh} {first.zh}，计第 {last.counted} 日", f"{en}: {first.en}, day {last.counted}")
    numbers = f"{first.counted}–{last.counted}"
    return Step(first.day, last.day, last.counted, f"{zh} {first.zh}，计第 {numbers} 日", f"{en}: {first.en}, days {numbers}")


def _runs(days: Sequence[_Day]) -> list[Step]:
    return [_step_of(list(run)) for _, run in groupby(days, key=lambda day: (day.zh, bool(day.counted)))]


def _month_later(day: date, months: int) -> date:
    """The same day of the month, or the last day of a shorter month."""
    month = day.year * 12 + day.month - 1 + months
    if month // 12 > LAST_DAY.year:
        raise HallError(f"{day} 起 {months} 个月超出日历范围", f"{months} months from {day} is outside the calendar")
    first = date(month // 12, month % 12 + 1, 1)
    length = ((first + timedelta(days=31)).replace(day=1) - first).days
    return first + timedelta(days=min(day.day, length) - 1)


def due_on(
    accepted_on: date,
    limit: Limit,
    suspensions: Sequence[Suspension],
    calendar: Calendar,
    *,
    extension_workdays: int = 0,
    rule: TimeRule = NO_RULE,
    terms: Terms = CASE_TERMS,
) -> Due:
    """Last day on which the case may be closed without being late.

    The day of acceptance is day 0 (行政许可法第八十二条 makes the law's days working days; `rule.count_from` may make it day 1). Days
    of the union of `suspensions`, both ends included, are not counted (art. 45). A limit of 0 is the same calendar day, working day or
    not. A month ends on the same day of the month, or the last of a shorter one, and is pushed on by the suspended days in between.
    An extension (art. 42) moves the result by working days. `terms` are the words of the steps.
    Raises HallError for a day outside the calendar.
    """
    zh, en = UNIT_NAMES[limit.unit]
    start_zh, start_en = _span(accepted_on, accepted_on)
    is_day_one = rule.count_from == "same_day" and limit.count > 0
    steps: list[Step] = []
    if not is_day_one:
        steps.append(
            Step(
                accepted_on,
                accepted_on,
                0,
                f"{start_zh} {terms.began[0]}，当日不计（第 0 日）",
                f"{start_en}: {terms.began[1]}, day 0, not counted",
            )
        )
    first = accepted_on if is_day_one else accepted_on + _ONE_DAY
    days: list[_Day] = []
    if limit.count == 0:
        due = accepted_on
        began, ended = terms.began, terms.ended
        en = "to be closed on the day of acceptance" if terms is CASE_TERMS else f"to be {ended[1]} on the day it is {began[1]}"
        steps.append(Step(due, due, 0, f"时限为 0：应于{began[0]}当日{ended[0]}", f"limit 0: {en}"))
    elif limit.unit == "workday":
        days = list(_walk(first, limit.count, suspensions, calendar, calendar.is_workday))
        due = days[-1].day
        steps += _runs(days)
    else:
        nominal = _month_later(accepted_on, limit.count) if limit.unit == "month" else accepted_on + timedelta(days=limit.count)
        if limit.unit == "month":
            steps.append(
                Step(
                    nominal,
                    nominal,
                    0,
                    f"{limit.count} 个月后的对应日为 {nominal}",
                    f"{limit.count} months on, the corresponding day is {nominal}",
                )
            )
        walked = list(_walk(first, (nominal - accepted_on).days, suspensions, calendar, lambda _: True))
        due = walked[-1].day
        # Weekends and holidays count here: naming them would only cut the run to pieces.
        steps += _runs([day if not day.counted else replace(day, zh="自然日", en="calendar days") for day in walked])
        if rule.roll_to_workday and not calendar.is_workday(due):
            days, due, rolled = _rolled(due, calendar)
            steps.append(rolled)
    provisional = any(calendar.is_provisional(day.day) for day in days)
    if extension_workdays > 0:
        extra = list(_walk(due + _ONE_DAY, extension_workdays, suspensions, calendar, calendar.is_workday))
        text = (
            f"{terms.extended[0]} {extension_workdays} 个工作日，自 {due} 次日起计",
            f"{terms.extended[1]} by {extension_workdays} working days after {due}",
        )
        steps += [Step(due, due, 0, *text), *_runs(extra)]
        due = extra[-1].day
        provisional = provisional or any(calendar.is_provisional(day.day) for day in extra)
    end_zh, end_en = _span(due, due)
    steps.append(Step(due, due, limit.count, f"{end_zh} 到期（时限 {limit.count} {zh}）", f"{end_en}: due (limit {limit.count} {en})"))
    return Due(due, provisional, tuple(steps), calendar.version)


def _rolled(due: date, calendar: Calendar) -> tuple[list[_Day], date, Step]:
    """The next working day after a deadline that falls on a day off (民法典第二百零三条), the days looked at and the step that says so."""
    to, _ = calendar.next_workday(due)
    seen = [_Day(due + timedelta(days=number), "", "", 0) for number in range((to - due).days + 1)]
    return seen, to, Step(due, to, 0, f"{due} 非工作日，顺延至 {to}", f"{due} is a day off: moved to {to}")


def _from_file(due_at: datetime, calendar: Calendar) -> Due:
    """A due date that came with the file is taken as it came; one without a time of day was loaded as the last second of its day."""
    shown = f"{due_at:%Y-%m-%d}" if due_at.time() == END_OF_DAY else f"{due_at:%Y-%m-%d %H:%M:%S}"
    step = Step(
        due_at.date(),
        due_at.date(),
        0,
        f"到期时间 {shown} 来自导入的文件，未另行计算",
        f"due {shown} came with the imported file and was not computed",
    )
    return Due(due_at.date(), False, (step,), calendar.version)


def explain(con: duckdb.DuckDBPyConnection, case_no: str, calendar: Calendar) -> dict[str, Due]:
    """Both due dates of a case, step by step, from the facts of a warehouse or a snapshot: keys `promised` and `statutory`.

    A deadline the case does not have is left out. Raises HallError when there is no such case, or when it has no deadline at all.
    """
    found = con.execute(
        "select started_on, is_deemed_accepted, promised_limit, promised_unit, statutory_limit, statutory_unit, limit_source, "
        "promise_due_at, promised_due_on, statutory_due_on from fact_case where case_no = ?",
        [case_no],
    ).fetchone()
    if found is None:
        raise HallError(f"没有编号为 {case_no} 的办件，请核对编号", f"there is no case {case_no}; check the number")
    started_on, is_deemed, promised, promised_unit, statutory, statutory_unit, source, promise_due_at, promised_due, statutory_due = found
    stops, extension = _stops_of(con, case_no)
    dues: dict[str, Due] = {}
    if promised_due is not None:
        if source == "file":
            dues["promised"] = _from_file(promise_due_at, calendar)
        else:
            dues["promised"] = due_on(started_on, Limit(promised, promised_unit), stops, calendar, rule=_rule_on(con, started_on))
    if statutory_due is not None:
        if statutory is None:
            dues["statutory"] = _from_file(datetime.combine(statutory_due, END_OF_DAY), calendar)
        else:
            limit = Limit(statutory, statutory_unit)
            dues["statutory"] = due_on(started_on, limit, stops, calendar, extension_workdays=extension, rule=_rule_on(con, started_on))
    if not dues:
        raise HallError(f"办件 {case_no} 没有时限，或尚未受理", f"case {case_no} has no time limit, or has not been accepted yet")
    return {name: _on_receipt(due) for name, due in dues.items()} if is_deemed else dues


def _on_receipt(due: Due) -> Due:
    """The same due date with article 32 said first: the clock began on receipt."""
    day = due.steps[0].day
    step = Step(
        day,
        day,
        0,
        f"收件后逾期未告知、未受理，视为 {day} 收件之日受理（行政许可法第三十二条）",
        f"neither told nor accepted in time: deemed accepted on receipt, {day} (Administrative Licensing Law, art. 32)",
    )
    return replace(due, steps=(step, *due.steps))


def _stops_of(con: duckdb.DuckDBPyConnection, case_no: str) -> tuple[list[Suspension], int]:
    labels = suspension_labels()
    rows = con.execute(
        "select kind, started_on, effective_end_on, is_pause, extension_workdays from fact_suspension "
        "where case_no = ? order by started_on, kind",
        [case_no],
    ).fetchall()
    stops = [Suspension(first, last, *labels.get(kind, (kind, kind))) for kind, first, last, is_pause, _ in rows if is_pause]
    return stops, sum(days for *_, days in rows)


def _rule_on(con: duckdb.DuckDBPyConnection, day: date) -> TimeRule:
    """The counting rule of the day, as the facts behind `con` were computed."""
    try:
        return read_rules(con).on(day)
    except duckdb.CatalogException:
        raise HallError(
            "缺少时限规则表：请重新运行 hall build 和 hall publish",
            "the table of time rules is missing: run hall build and hall publish again",
        ) from None
