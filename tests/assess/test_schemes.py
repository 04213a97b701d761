"""Scheme files: the shipped ones are right, a wrong one is refused with its line and the reason, other counties' fit the format."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from oracles.paper_hall import NOTHING, OCTOBER, POSTS, event, events, hall, inputs, leave, post, rate

from etl.assess.engine import Assessment
from etl.assess.reading import Schemes, load_schemes, read_scheme, scheme_from
from etl.config import SHIPPED, HallError

EXAMPLES = SHIPPED / "rules" / "examples"
SMALL = """id = "small"
zh = "小办法"
en = "Small"
valid_from = 2018-01-01
basis = "县里的办法"
appeal_workdays = 3

[[subject]]
kind = "person"
base = 100
floor = 0

[[dimension]]
subject = "person"
id = "all"
zh = "全部"
en = "All"
base = 100

[[rule]]
subject = "person"
dimension = "all"
id = "late"
zh = "迟到"
en = "Late"
kinds = ["late_short"]
points = -1

[[metric]]
subject = "person"
dimension = "all"
id = "early"
zh = "提前"
en = "Early"
indicator = "early_rate"
shape = "linear"
start = 60
side = "below"
each = -0.1

[[grade]]
id = "good"
zh = "好"
en = "Good"
least = 80

[[grade]]
id = "poor"
zh = "差"
en = "Poor"
"""


def tried(text: str) -> Schemes:
    return Schemes(tried=scheme_from(text, "assessment-x.toml"))


def with_rules(text: str, *rules: str) -> Schemes:
    """The small scheme with other rules in place of its own."""
    begin, end = text.index("[[rule]]"), text.index("[[grade]]")
    made = [f'[[rule]]\nsubject = "person"\ndimension = "all"\nzh = "规则"\nen = "Rule"\n{rule}\n' for rule in rules]
    return tried(text[:begin] + "\n".join(made) + text[end:])


def october(schemes: Schemes, *facts, staff: str = "s1", overlay=NOTHING):
    return hall(post(), *facts, schemes=schemes, overlay=overlay).score("person", staff, OCTOBER)


@pytest.mark.parametrize("path", sorted((SHIPPED / "rules").rglob("assessment-*.toml")), ids=lambda path: path.stem)
def test_every_shipped_scheme_is_right_and_speaks_both_languages(path: Path):
    scheme = read_scheme(path)
    for table in (scheme.dimension, scheme.rule, scheme.metric, scheme.part, scheme.veto, scheme.grade, scheme.group, scheme.award):
        assert all(one.zh and one.en for one in table)


def test_the_hall_scheme_is_in_force_and_the_examples_are_not():
    schemes = load_schemes()
    assert [one.id for one in schemes.schemes] == ["hall"]
    assert schemes.of(OCTOBER).id == "hall"
    with pytest.raises(HallError, match="no assessment scheme holds in 2016-12"):
        schemes.of("2016-12")


WRONG = [
    ("points = -1", "points = 0", 27, "不能为 0", "must not be 0"),
    ("points = -1", "points = -1\ncolour = 3", 28, "没有这个设置", "Extra inputs"),
    ("points = -1", 'unit = "case_hour"\npoints = -1', 27, "unit", "case_workday"),
    ("points = -1", 'unit = "count_steps"\npoints = -1', 27, "须写明 steps", "needs steps"),
    ('kinds = ["late_short"]', 'kinds = ["late_shrt"]', 26, "没有事件种类 late_shrt", "no kind of event late_shrt"),
    ('dimension = "all"\nid = "late"', 'dimension = "al"\nid = "late"', 22, "没有维度 al", "no dimension al; known: all"),
    ('indicator = "early_rate"', 'indicator = "erly_rate"', 35, "没有 erly_rate", "no indicator erly_rate"),
    ('indicator = "early_rate"', 'indicator = "wait_p90"', 35, "不是计数、率或均值", "is no count, rate or mean"),
    ('indicator = "early_rate"', 'indicator = "requests"', 35, "不能按 window 划分", "no dimension window"),
    ('side = "below"\n', "", 36, "须写明 side", "needs side"),
    ("each = -0.1", "each = -0.1\nevery = 5", 40, "没有设置 every", "no setting every"),
    ("base = 100\nfloor = 0", "base = 100\nfloor = 101", 11, "高于基础分", "floor 101 is above the base 100"),
    ("base = 100\nfloor = 0", "base = 110\nfloor = 0", 10, "不等于基础分", "sum to 100, not to the base 110"),
    ("base = 100\nfloor = 0", "base = 100\nceiling = 90", 11, "低于基础分", "below the base"),
    ("least = 80", "", 41, "须写明 least", "good needs least"),
    ('en = "Poor"', 'en = "Poor"\nleast = 80', 51, "重叠", "overlaps"),
    ('id = "poor"', 'id = "good"', 48, "重复", "good occurs twice"),
    ("valid_from = 2018-01-01", "valid_from = 2018-01-01\nvalid_to = 2017-01-01", 5, "不晚于", "not after"),
    ("appeal_workdays = 3", 'appeal_workdays = "three"', 6, "appeal_workdays", "integer"),
    ('basis = "县里的办法"', "basis = 县", 5, "TOML", "line 5"),
    ('id = "small"\n', "", 1, "缺少此项", "required"),
]


@pytest.mark.parametrize(("old", "new", "line", "zh", "en"), WRONG)
def test_a_wrong_scheme_is_refused_with_its_line_and_reason(tmp_path: Path, old: str, new: str, line: int, zh: str, en: str):
    assert old in SMALL
    path = tmp_path / "assessment-x.toml"
    path.write_text(SMALL.replace(old, new, 1), "utf-8")
    with pytest.raises(HallError) as refused:
        read_scheme(path)
    assert "assessment-x.toml" in refused.value.zh
    assert zh in refused.value.zh
    assert en in refused.value.en
    assert f"line {line}" in refused.value.en
    assert "\n" not in refused.value.zh + refused.value.en


MORE = [
    ('[[rule]]\nsubject="person"\ndimension="all"\nid="again"\nzh="又"\nen="A"\nkinds=["late_short"]\npoints=-2', "counts_again = true"),
    ('[[part]]\nsubject="window"\ndimension="all"\nid="p"\nzh="人"\nen="Staff"\nof="person"\npoints=10', "no subject window"),
    ('[[veto]]\nid="v"\nzh="否"\nen="No"\nsubjects=["person"]\nkinds=["fraud"]\ngrade="fail"\nawards_lost="year"', "no grade fail"),
    ('[[annual]]\nsubject="person"\nmonths_percent=80', "do not sum to 100"),
    ('[[award]]\nid="a"\nzh="奖"\nen="Award"\nsubject="person"\nperiod="month"', "winners or percent"),
    ('[[award]]\nid="a"\nzh="奖"\nen="A"\nsubject="person"\nperiod="month"\nwinners=1\nworkload=30', "names no workload"),
    ('[[group]]\nsubject="person"\nid="g"\nzh="组"\nen="G"\nmembers=["a"]\n[[group]]\nsubject="person"\nid="h"\nzh="组"\nen="H"\nmembers=["a"]',
     "group h overlaps g"),
    ('[[rule]]\nsubject="person"\ndimension="all"\nid="t"\nzh="表"\nen="T"\nkinds=["away"]\nunit="count_steps"\n'
     "steps=[{at=1, points=-1}, {at=1, points=-2}]", "overlaps at 1"),
    ('[[rule]]\nsubject="person"\ndimension="all"\nid="t"\nzh="表"\nen="T"\nkinds=["away"]\nunit="count_steps"\n'
     "steps=[{at=1, points=-2}, {at=2, points=-1}, {at=3, points=-2}]", "run one way"),
    ('[[rule]]\nsubject="person"\ndimension="all"\nid="f"\nzh="全勤"\nen="F"\nkinds=["full_attendance", "away"]\npoints=1', "stands alone"),
]  # fmt: skip


@pytest.mark.parametrize(("added", "en"), MORE)
def test_what_does_not_fit_together_is_refused(added: str, en: str):
    with pytest.raises(HallError) as refused:
        scheme_from(SMALL + "\n" + added, "x.toml")
    assert en in refused.value.en
    assert refused.value.zh != refused.value.en


def test_two_schemes_of_one_folder_may_not_cover_the_same_day(tmp_path: Path):
    (tmp_path / "assessment-a.toml").write_text(SMALL, "utf-8")
    (tmp_path / "assessment-b.toml").write_text(SMALL.replace("2018-01-01", "2018-06-01"), "utf-8")
    with pytest.raises(HallError, match=r"overlap from 2018-06-01"):
        load_schemes([tmp_path])


def test_a_changed_point_is_another_version_even_under_the_same_id():
    before, after = scheme_from(SMALL, "x"), scheme_from(SMALL.replace("points = -1", "points = -2"), "x")
    assert before.id == after.id
    assert before.version != after.version


@settings(max_examples=30, deadline=None)
@given(events())
def test_a_copy_of_the_scheme_gives_the_same_scores(happened):
    text = (SHIPPED / "rules" / "assessment-hall.toml").read_text("utf-8")
    facts = inputs(*POSTS, *happened)
    assert Assessment(facts, load_schemes()).scores(OCTOBER) == Assessment(facts, tried(text)).scores(OCTOBER)


# -- units, caps, tables ------------------------------------------------------------------------------------------------------------

WORKDAYS = 'id = "r"\nkinds = ["promise_late"]\nunit = "case_workday"\npoints = -1\ncap = 10'
STEPS = 'id = "r"\nkinds = ["promise_late"]\nunit = "workday_steps"\nsteps = [{at = 1, points = -1}, {at = 4, points = -3}]'
COUNT = 'id = "r"\nkinds = ["late_short"]\nunit = "count_steps"\nsteps = [{at = 1, points = -1}, {at = 3, points = -5}]'
FREE = 'id = "r"\nkinds = ["leave"]\nunit = "half_day"\npoints = -0.5\nfree = 4'
AUTOMATIC = 'id = "r"\nkinds = ["entry_late"]\npoints = -1\nautomatic = true'


@pytest.mark.parametrize(
    ("rule", "facts", "total"),
    [
        (WORKDAYS, [event("promise_late", case_no="a", workdays_late=3), event("promise_late", case_no="a", workdays_late=4)], 96),
        (WORKDAYS, [event("promise_late", case_no="a", workdays_late=8), event("promise_late", case_no="b", workdays_late=4)], 90),
        (STEPS, [event("promise_late", case_no="a", workdays_late=3), event("promise_late", case_no="b", workdays_late=9)], 96),
        (COUNT, [event("late_short"), event("late_short")], 99),
        (COUNT, [event("late_short"), event("late_short"), event("late_short")], 95),
        (FREE, [leave("s1", date(2018, 10, 8), date(2018, 10, 10), 4)], 100),
        (FREE, [leave("s1", date(2018, 10, 8), date(2018, 10, 12), 8)], 98),
        (FREE, [leave("s1", date(2018, 9, 30), date(2018, 10, 4), 8)], 99),  # 3 of 4 days: 6 half-days, 4 of them free
        (AUTOMATIC, [event("entry_late"), event("entry_late", is_automatic=True)], 99),
    ],
)
def test_each_unit_counts_as_its_name_says(rule, facts, total):
    score = october(with_rules(SMALL, rule), *facts)
    assert score.total == total
    assert score.base + sum(line.points for line in score.lines) == score.total


def test_a_cap_of_the_quarter_leaves_to_a_month_what_earlier_months_did_not_use():
    schemes = with_rules(SMALL, 'id = "r"\nkinds = ["rude"]\npoints = -2\ncap = 5\ncap_per = "quarter"')
    days = [date(2018, 10, 1), date(2018, 11, 1), date(2018, 11, 2), date(2018, 12, 1), date(2019, 1, 1)]
    found = hall(post(), *(event("rude", day=day) for day in days), schemes=schemes)
    assert [found.score("person", "s1", month).total for month in (OCTOBER, "2018-11", "2018-12", "2019-01")] == [98, 97, 100, 98]


@pytest.mark.parametrize(("span", "total"), [("day", 92), ("week", 95), ("month", 97)])
def test_a_cap_holds_by_its_span(span, total):
    schemes = with_rules(SMALL, f'id = "r"\nkinds = ["rude"]\npoints = -2\ncap = 3\ncap_per = "{span}"')
    # Two on a Monday, two on the Tuesday, one on a Monday two weeks later: by day 3 + 3 + 2, by week 3 + 2, by month 3.
    days = [date(2018, 10, 8), date(2018, 10, 8), date(2018, 10, 9), date(2018, 10, 9), date(2018, 10, 22)]
    score = october(schemes, *(event("rude", day=day) for day in days))
    assert score.total == total
    assert score.base + sum(line.points for line in score.lines) == score.total


def test_a_group_may_name_departments_or_staff_by_their_window():
    groups = """
[[group]]
subject = "person"
id = "estate"
zh = "不动产"
en = "Real estate"
members = ["不动产登记中心"]

[[group]]
subject = "person"
id = "rest"
zh = "其他"
en = "Others"
"""
    schemes = tried(SMALL + groups)
    found = hall(post("s1"), post("s2", "乙", department="不动产登记中心"), post("s3", "丙"), schemes=schemes).rankings("person", OCTOBER)
    assert [(one.group, [place.subject for place in one.places]) for one in found] == [("estate", ["s2"]), ("rest", ["s1", "s3"])]


def test_a_person_has_his_part_of_the_cases_of_his_windows():
    schemes = tried(SMALL.replace('kind = "person"', 'kind = "person"\nworkload = "accepted"'))
    moved = (post("s1", "甲", end=date(2018, 10, 11)), post("s1", "乙", first=date(2018, 10, 11)))
    cases = (rate("accepted", 310, None, "甲"), rate("accepted", 31, None, "乙"))
    assert hall(*moved, *cases, schemes=schemes).score("person", "s1", OCTOBER).workload == 121  # 310 x 10/31 + 31 x 21/31


def test_a_month_can_be_scored_pro_rata():
    schemes = tried(SMALL.replace('kind = "person"', 'kind = "person"\nprorate = "base"'))
    score = hall(post(first=date(2018, 10, 17)), event("late_short", day=date(2018, 10, 20)), schemes=schemes).score(
        "person", "s1", OCTOBER
    )
    assert score.total == Decimal("47.39")  # 15 of 31 days: 48.387 - 1
    assert [line.kind for line in score.lines if line.kind in ("prorating", "rounding")] == ["prorating", "rounding"]
    assert score.base + sum(line.points for line in score.lines) == score.total


def test_a_city_that_deducts_in_both_says_so():
    both = ('id = "a"\nkinds = ["rude"]\npoints = -2\ncounts_again = true', 'id = "b"\nkinds = ["rude"]\npoints = -3\ncounts_again = true')
    assert october(with_rules(SMALL, *both), event("rude")).total == 95


METRIC = '[[metric]]\nsubject = "window"\ndimension = "all"\nid = "m"\nzh = "指标"\nen = "Metric"\n'


@pytest.mark.parametrize(
    ("rule", "metrics", "points"),
    [
        ('indicator = "good_rate"\nshape = "thresholds"\ntable = [{at = 95, points = 1}, {at = 99, points = 1.5}]', [(94, 100)], 0),
        ('indicator = "good_rate"\nshape = "thresholds"\ntable = [{at = 95, points = 1}, {at = 99, points = 1.5}]', [(95, 100)], 1),
        ('indicator = "good_rate"\nshape = "thresholds"\ntable = [{at = 95, points = 1}, {at = 99, points = 1.5}]', [(99, 100)], "1.5"),
        ('indicator = "good_rate"\nshape = "linear"\nstart = 98\nside = "below"\neach = -1\ncap = 2', [(975, 1000)], "-0.5"),
        ('indicator = "good_rate"\nshape = "linear"\nstart = 98\nside = "below"\neach = -1\nwhole = true', [(965, 1000)], -1),
        ('indicator = "good_rate"\nshape = "linear"\nstart = 98\nside = "below"\neach = -1\ncap = 2', [(50, 100)], -2),
        ('indicator = "good_rate"\nshape = "linear"\nstart = 98\nside = "below"\neach = -1\nleast = 10', [(0, 9)], 0),
        ('indicator = "quality_signals"\nper = "accepted"\nshape = "linear"\nstart = 1\nside = "above"\neach = -2', [(3, None)], -4),
    ],
)
def test_each_shape_of_a_metric(rule, metrics, points):
    text = SMALL.replace('"person"', '"window"')
    text = text[: text.index("[[rule]]")] + METRIC + rule + "\n" + text[text.index("[[grade]]") :]
    named = "quality_signals" if "quality_signals" in rule else "good_rate"
    facts = [rate(named, *pair) for pair in metrics] + [rate("accepted", 100, None)]
    score = hall(post(), *facts, schemes=tried(text)).score("window", "甲", OCTOBER)
    assert score.total == 100 + Decimal(points)


def test_too_few_cases_can_take_the_value_of_the_group():
    text = SMALL.replace('"person"', '"window"')
    rule = 'indicator = "good_rate"\nshape = "linear"\nstart = 100\nside = "below"\neach = -1\nleast = 10\nwhen_few = "group_mean"\n'
    text = text[: text.index("[[rule]]")] + METRIC + rule + text[text.index("[[grade]]") :]
    facts = [rate("good_rate", 0, 2, "甲"), rate("good_rate", 95, 98, "乙")]
    found = hall(post(), post("s3", "乙"), *facts, schemes=tried(text))
    assert found.score("window", "甲", OCTOBER).total == 95  # 95 of 100 together
    assert found.score("window", "乙", OCTOBER).total == Decimal("96.94")


# -- schemes of other counties ------------------------------------------------------------------------------------------------------


def example(name: str) -> Schemes:
    return Schemes(tried=read_scheme(EXAMPLES / name))


@pytest.mark.parametrize(
    ("facts", "total"),
    [
        ([], 100),
        ([event("late_short"), event("unsigned"), event("away"), event("absent")], 89),  # 1 + 2 + 3 + 5
        ([event("absent", quantity=22)], -10),  # 11 days: no floor
        ([event("praise", quantity=4), event("extra_service", quantity=4)], 105),  # 5 at most
        ([event("praise", quantity=4), event("extra_service", quantity=4), event("absent", quantity=2)], 95),
    ],
)
def test_cangnan_deducts_without_floor_and_gives_at_most_5(facts, total):
    assert october(example("assessment-cangnan-2019.toml"), *facts).total == total


@pytest.mark.parametrize(
    ("facts", "total"),
    [
        ([], 100),
        ([event("promise_late", case_no="a"), event("statute_late", case_no="b")], 90),  # 5 a case
        ([event("promise_late", case_no=f"c{number}") for number in range(4)], 85),  # the heading has 15
        ([event("absent", quantity=2), event("meeting_absent"), event("tidiness", quantity=5)], 87),  # 6 + 5 + 2 of 2
        ([event("innovation"), event("innovation"), event("praise", quantity=3)], 110),  # 110 at most
        ([event("not_accepted", case_no="a"), event("file_error", case_no="a"), event("praise")], 97),
    ],
)
def test_the_county_has_100_and_at_most_110(facts, total):
    found = hall(post(), *facts, schemes=example("assessment-county-110.toml"))
    score = found.score("window", "甲", OCTOBER)
    assert score.total == total
    assert score.grade == ""
    assert score.base + sum(line.points for line in score.lines) == score.total
