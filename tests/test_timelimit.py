"""Due dates: the vectors worked out from the published calendar, the letter of the law, and an oracle that counts day by day."""

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.clock import due_date
from oracles.days import national_days

from etl.calendar import Calendar
from etl.config import SHIPPED, HallError, Home
from etl.timelimit import Limit, LimitUnitUnknown, Suspension, due_on
from etl.timerules import NO_RULE, OPEN_END, TimeRule, load_rules, suspension_labels

CALENDAR = Calendar.load([SHIPPED / "calendars"])

VECTORS = [
    (date(2018, 2, 9), 5, date(2018, 2, 22)),
    (date(2018, 2, 10), 5, date(2018, 2, 22)),
    (date(2018, 2, 11), 1, date(2018, 2, 12)),
    (date(2018, 4, 4), 3, date(2018, 4, 10)),
    (date(2018, 4, 27), 1, date(2018, 4, 28)),
    (date(2018, 9, 28), 2, date(2018, 9, 30)),
    (date(2018, 9, 28), 5, date(2018, 10, 10)),
    (date(2018, 1, 31), 20, date(2018, 3, 5)),
    (date(2018, 10, 8), 20, date(2018, 11, 5)),
    (date(2018, 12, 28), 1, date(2018, 12, 29)),
    (date(2019, 4, 30), 3, date(2019, 5, 7)),
    # A due date made by a hall's own system: received and accepted 2014-08-19, promised 11 working days.
    (date(2014, 8, 19), 11, date(2014, 9, 3)),
]


@pytest.mark.parametrize(("accepted", "limit", "expected"), VECTORS)
def test_vector(accepted: date, limit: int, expected: date) -> None:
    due = due_on(accepted, Limit(limit), [], CALENDAR)
    assert (due.due_on, due.is_provisional) == (expected, False)
    assert due_date(accepted, limit, "workday", [], national_days()) == expected


def test_limit_of_zero_is_the_same_day_even_on_a_sunday() -> None:
    assert due_on(date(2018, 9, 16), Limit(0), [], CALENDAR).due_on == date(2018, 9, 16)


def test_overlapping_pauses_count_once() -> None:
    stops = [Suspension(date(2018, 10, 9), date(2018, 10, 11)), Suspension(date(2018, 10, 10), date(2018, 10, 12))]
    assert due_on(date(2018, 10, 8), Limit(1), stops, CALENDAR).due_on == date(2018, 10, 15)


def test_pause_over_a_holiday_does_not_push_the_date() -> None:
    stop = Suspension(date(2018, 10, 1), date(2018, 10, 7))
    assert due_on(date(2018, 9, 28), Limit(5), [stop], CALENDAR).due_on == date(2018, 10, 10)


def test_pause_after_the_due_date_changes_nothing() -> None:
    stop = Suspension(date(2018, 10, 11), date(2018, 10, 20))
    assert due_on(date(2018, 9, 28), Limit(5), [stop], CALENDAR).due_on == date(2018, 10, 10)


def test_pause_of_the_due_date_moves_it() -> None:
    stop = Suspension(date(2018, 10, 10), date(2018, 10, 10))
    assert due_on(date(2018, 9, 28), Limit(5), [stop], CALENDAR).due_on == date(2018, 10, 11)


@pytest.mark.parametrize(
    ("accepted", "months", "expected"),
    [
        (date(2018, 1, 31), 1, date(2018, 2, 28)),
        (date(2020, 1, 31), 1, date(2020, 2, 29)),
        (date(2018, 11, 30), 3, date(2019, 2, 28)),
        (date(2018, 5, 15), 12, date(2019, 5, 15)),
    ],
)
def test_month_ends_on_the_same_day_or_the_last_of_a_shorter_month(accepted: date, months: int, expected: date) -> None:
    assert due_on(accepted, Limit(months, "month"), [], CALENDAR).due_on == expected


def test_month_is_pushed_on_by_suspended_days_until_stable() -> None:
    stops = [Suspension(date(2018, 5, 20), date(2018, 5, 21)), Suspension(date(2018, 6, 16), date(2018, 6, 16))]
    assert due_on(date(2018, 5, 15), Limit(1, "month"), stops, CALENDAR).due_on == date(2018, 6, 18)


def test_extension_moves_the_date_by_working_days() -> None:
    due = due_on(date(2018, 9, 3), Limit(20), [], CALENDAR, extension_workdays=10)
    assert due.due_on == due_on(date(2018, 9, 3), Limit(30), [], CALENDAR).due_on


def test_calendar_days_roll_to_the_next_working_day_only_where_the_rule_says_so() -> None:
    rolling = TimeRule(id="r", valid_from=date(2004, 7, 1), basis="", roll_to_workday=True)
    assert due_on(date(2018, 9, 26), Limit(5, "day"), [], CALENDAR).due_on == date(2018, 10, 1)
    assert due_on(date(2018, 9, 26), Limit(5, "day"), [], CALENDAR, rule=rolling).due_on == date(2018, 10, 8)


def test_counting_from_the_same_day_ends_a_day_earlier() -> None:
    same_day = TimeRule(id="r", valid_from=date(2004, 7, 1), basis="", count_from="same_day")
    assert due_on(date(2018, 9, 28), Limit(5), [], CALENDAR, rule=same_day).due_on == date(2018, 10, 9)


def test_due_date_beyond_the_published_calendar_is_provisional() -> None:
    assert due_on(date(2026, 12, 30), Limit(3), [], CALENDAR).is_provisional
    assert not due_on(date(2026, 12, 30), Limit(3, "day"), [], CALENDAR).is_provisional


def test_steps_tell_how_every_day_was_treated() -> None:
    due = due_on(date(2018, 9, 28), Limit(5), [Suspension(date(2018, 10, 9), date(2018, 10, 10), "听证", "Hearing")], CALENDAR)
    assert [step.zh for step in due.steps] == [
        "2018-09-28 星期五 受理，当日不计（第 0 日）",
        "2018-09-29 星期六至 2018-09-30 星期日 国庆节调休上班，计第 1–2 日",
        "2018-10-01 星期一至 2018-10-07 星期日 国庆节放假，不计",
        "2018-10-08 星期一 工作日，计第 3 日",
        "2018-10-09 星期二至 2018-10-10 星期三 特别程序（听证）暂停计时，不计",
        "2018-10-11 星期四至 2018-10-12 星期五 工作日，计第 4–5 日",
        "2018-10-12 星期五 到期（时限 5 个工作日）",
    ]
    assert due.steps[4].en == "2018-10-09 Tue to 2018-10-10 Wed: clock stopped (Hearing), not counted"


def test_unknown_unit_and_negative_limit_are_refused() -> None:
    with pytest.raises(LimitUnitUnknown, match="week"):
        Limit(1, "week")  # type: ignore[arg-type]
    with pytest.raises(HallError, match="-2"):
        Limit(-2)
    with pytest.raises(HallError, match="2018-10-01"):
        Suspension(date(2018, 10, 2), date(2018, 10, 1))
    with pytest.raises(HallError, match="99999"):
        Limit(99999)


near_2018 = st.dates(date(2017, 11, 1), date(2019, 3, 1))
units = st.sampled_from(["workday", "day", "month"])
stops = st.lists(st.tuples(st.integers(-10, 60), st.integers(0, 25)), max_size=5)
county = st.dictionaries(st.dates(date(2018, 1, 1), date(2018, 12, 31)), st.booleans(), max_size=15)


@settings(deadline=None, max_examples=150)
@given(near_2018, st.integers(0, 40), units, stops, st.integers(0, 15), county, st.booleans(), st.booleans())
def test_due_date_agrees_with_counting_day_by_day(
    accepted: date,
    count: int,
    unit: str,
    pauses: list[tuple[int, int]],
    extension: int,
    overrides: dict[date, bool],
    same_day: bool,
    roll: bool,
) -> None:
    intervals = [(accepted + timedelta(days=start), accepted + timedelta(days=start + length)) for start, length in pauses]
    count_from = "same_day" if same_day else "next_workday"
    rule = TimeRule(id="r", valid_from=date(2004, 7, 1), basis="", count_from=count_from, roll_to_workday=roll)
    if unit == "month":
        count = count % 7
    expected = due_date(accepted, count, unit, intervals, national_days(overrides), extension, count_from, roll)
    found = due_on(
        accepted,
        Limit(count, unit),  # type: ignore[arg-type]
        [Suspension(*interval) for interval in intervals],
        calendar_with(overrides),
        extension_workdays=extension,
        rule=rule,
    )
    assert found.due_on == expected
    assert found.steps[-1].day == expected


def calendar_with(overrides: dict[date, bool]) -> Calendar:
    """The national calendar with the county's days, by the way an office gives them: a file."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        lines = [f"{day},{int(worked)},县,文" for day, worked in overrides.items()]
        Path(folder, "county.csv").write_text("\n".join(["day,is_workday,name,source", *lines]) + "\n", "utf-8")
        return Calendar.load([Path(folder)])


def test_shipped_rule_pauses_for_article_45_only() -> None:
    rule = load_rules().on(date(2018, 6, 1))
    paused = {kind for kind, stop in rule.suspension.items() if stop.pause}
    article_45 = {"hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review"}
    assert paused == article_45 | {"supplement"}
    assert set(rule.suspension) == set(suspension_labels())
    assert (rule.count_from, rule.roll_to_workday, rule.acceptance_workdays) == ("next_workday", False, 5)


def test_no_rule_holds_before_the_licensing_law() -> None:
    assert load_rules().on(date(2004, 6, 30)) is NO_RULE


RULE = 'id = "{id}"\nvalid_from = {first}\nbasis = "x"\n'


def test_office_rule_overrides_the_shipped_one_on_its_days(tmp_path: Path) -> None:
    text = RULE.format(id="county", first="2018-01-01") + 'valid_to = 2019-01-01\ncount_from = "same_day"\n'
    (tmp_path / "timelimits-county.toml").write_text(text, "utf-8")
    rules = load_rules([SHIPPED / "rules", tmp_path])
    assert [(first, end, rule.id) for first, end, rule in rules.stretches] == [
        (date(2004, 7, 1), date(2018, 1, 1), "licensing-2004"),
        (date(2018, 1, 1), date(2019, 1, 1), "county"),
        (date(2019, 1, 1), OPEN_END, "licensing-2004"),
    ]
    assert rules.version != load_rules().version


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id = \n", "line 1"),
        (RULE.format(id="x", first='"soon"'), "valid_from"),
        (RULE.format(id="x", first="2018-01-01") + 'count_from = "tomorrow"\n', "count_from"),
        (RULE.format(id="x", first="2018-01-01") + "roll = true\n", "roll"),
        (RULE.format(id="x", first="2018-01-01") + "valid_to = 2017-01-01\n", "valid_to"),
        (RULE.format(id="x", first="2018-01-01") + '[suspension.lunch]\npause = true\nbasis = "x"\n', "suspension.lunch"),
    ],
)
def test_bad_rules_file_is_refused_with_its_key(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "timelimits-x.toml").write_text(text, "utf-8")
    with pytest.raises(HallError) as refusal:
        load_rules([tmp_path])
    assert "timelimits-x.toml" in refusal.value.zh
    assert said in refusal.value.en


def test_two_rules_of_one_folder_may_not_overlap(tmp_path: Path) -> None:
    for name, first in (("a", "2018-01-01"), ("b", "2019-01-01")):
        (tmp_path / f"timelimits-{name}.toml").write_text(RULE.format(id=name, first=first), "utf-8")
    with pytest.raises(HallError, match="2019-01-01"):
        load_rules([tmp_path])


def hall(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from etl.cli import main; main()", "--home", str(home.root), *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def test_command_prints_due_date_and_steps_as_json(home: Home) -> None:
    done = hall(home, "due", "--accepted", "2018-09-28", "--limit", "5", "--suspend", "2018-10-09:2018-10-10", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert (answer["due_on"], answer["provisional"]) == ("2018-10-12", False)
    assert answer["calendar"].startswith("chinesecalendar-")
    assert {"day", "through", "counted", "zh", "en"} == set(answer["steps"][0])


@pytest.mark.parametrize(
    "arguments",
    [
        ("--accepted", "2018-02-30", "--limit", "5"),
        ("--accepted", "2018-09-28", "--limit", "5", "--unit", "week"),
        ("--accepted", "2018-09-28", "--limit", "-1"),
        ("--accepted", "2018-09-28", "--limit", "5", "--suspend", "2018-10-09"),
        ("--accepted", "2018-09-28", "--limit", "5", "--suspend", "2018-10-09:2018-10-01"),
        ("--accepted", "2050-12-28", "--limit", "500", "--unit", "month"),
    ],
)
def test_command_refuses_in_two_lines(home: Home, arguments: tuple[str, ...]) -> None:
    done = hall(home, "due", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 2
    assert "Traceback" not in done.stderr
