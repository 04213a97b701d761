"""`hall score` and `hall rules check` as a manager uses them: posts, findings and cases loaded, a score with all it is made of."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from command_line import answer, hall
from oracles.cases import insert

from etl.assess.engine import Assessment
from etl.assess.inputs import months_of
from etl.assess.loading import load, months_from, period_of
from etl.assessing import assessment
from etl.config import SHIPPED, HallError, Home, connect
from etl.engine import build
from etl.publish import publish

RULES = SHIPPED / "rules"


def post(number: str, name: str, window: str, kind: str = "window") -> dict[str, object]:
    made = {"staff_no": number, "staff_name": name, "department": "民政局", "window_name": window, "staff_post": kind}
    return {**made, "from_on": date(2018, 1, 2)}


def patrol(number: str, kind: str, staff: str | None, window: str) -> dict[str, object]:
    made = {"patrol_no": number, "patrolled_on": date(2018, 10, 17), "patrol_source": "daily", "window_name": window}
    return {**made, "staff_no": staff, "event_kind": kind}


def case(number: str, closed: date, window: str) -> dict[str, object]:
    made = {"case_no": number, "department": "民政局", "window_name": window, "case_type": "committed_ordinary", "channel": "window"}
    limits = {"promised_limit": 5, "promised_unit": "workday", "statutory_limit": 20, "statutory_unit": "workday"}
    return {
        **made,
        **limits,
        "received_at": date(2018, 10, 8),
        "accepted_at": date(2018, 10, 8),
        "closed_at": closed,
        "outcome": "approved",
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("hall"))
    with connect(made) as con:
        insert(
            con, "staff", [post("1001", "陈演明", "甲窗口", "chief"), post("1002", "林合成", "甲窗口"), post("1003", "林合成", "乙窗口")]
        )
        insert(con, "patrol", [patrol("P1", "rude", "1002", "甲窗口"), patrol("P2", "tidiness", None, "甲窗口")])
        # Twelve in time, three of them early; the calendar gives 15 October as the promised day.
        insert(con, "case", [case(f"C{index:02d}", date(2018, 10, 12 if index < 3 else 15), "甲窗口") for index in range(12)])
        build(con, made, as_of=date(2018, 12, 31))
        publish(con, made)
    return made


def test_a_window_tells_its_score_and_every_point_of_it(home: Home):
    found = answer(home.root, "score", "甲窗口", "--month", "2018-10")
    assert (found["kind"], found["base"], found["scheme"], found["is_frozen"]) == ("window", "100", "hall", False)
    lines = {line["rule"]: line for line in found["lines"] if line["kind"] != "cap"}
    assert (lines["W12"]["points"], lines["W12"]["evidence_type"], lines["W12"]["evidence_no"]) == ("-2", "patrol", "P1")
    assert (lines["W9"]["points"], lines["W9"]["staff_no"]) == ("-0.5", "")
    # Early: 3 of 12, that is 35 points below 60, and 8 at most would be 7; nobody applied online: 30 x 0.2.
    assert (lines["W2"]["points"], lines["W2"]["quantity"], lines["W2"]["note"]) == ("-7", "25", "3/12")
    assert (lines["W3"]["points"], lines["W1"]["points"]) == ("-6", "0")
    assert Decimal(found["base"]) + sum(Decimal(line["points"]) for line in found["lines"]) == Decimal(found["total"])
    assert found["sum"].endswith(f"= {found['total']}")
    assert found["cases"] == 12


def test_a_member_of_staff_is_found_by_number_and_by_name_and_a_chief_as_chief(home: Home):
    assert answer(home.root, "score", "1002", "--month", "2018-10")["total"] == "99.00"
    chief = answer(home.root, "score", "陈演明", "--month", "2018-10")
    assert (chief["kind"], chief["subject"], chief["total"]) == ("chief", "1001", "99.75")  # 101 - half of 2.5
    assert answer(home.root, "score", "1001", "--month", "2018-10", "--kind", "person")["total"] == "101.00"
    assert answer(home.root, "score", "1002", "--quarter", "2018Q4")["total"] == "100.33"
    assert answer(home.root, "score", "1002", "--year", "2018")["why_not"][1].startswith("annual marks are missing")
    shown = hall(home.root, "score", "1002", "--month", "2018-10").stdout
    assert "100 - 2 + 1 = 99.00" in shown
    assert "P1" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("林合成", "--month", "2018-10"), "1002 (person), 1003 (person)"),
        (("陈演", "--month", "2018-10"), "陈演明"),
        (("1002", "--month", "2018-13"), "write it like 2018-10"),
        (("1002", "--quarter", "2018-Q3"), "write it like 2018Q3"),
        (("1002",), "one of --month"),
        (("1002", "--month", "2018-10", "--year", "2018"), "one of --month"),
        (("1002", "--month", "2018-10", "--kind", "persn"), "person"),
        (("1002", "--month", "2014-10"), "no assessment"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(home: Home, arguments: tuple[str, ...], said: str):
    assert said in hall(home.root, "score", *arguments, code=1).stderr


def test_a_rules_file_is_checked_before_it_is_put_in_force(home: Home, tmp_path: Path):
    for path in sorted(RULES.rglob("*.toml")):
        if path.name != "return-reasons.toml":
            assert answer(home.root, "rules", "check", path)["file"] == path.name
    bad = tmp_path / "assessment-bad.toml"
    bad.write_text((RULES / "assessment-hall.toml").read_text("utf-8").replace('kinds = ["rude"]', 'kinds = ["rood"]', 1), "utf-8")
    refused = hall(home.root, "rules", "check", bad, code=1).stderr.splitlines()
    line = next(number for number, text in enumerate(bad.read_text("utf-8").splitlines(), 1) if "rood" in text)
    assert f"assessment-bad.toml 第 {line} 行：没有事件种类 rood" in refused[0]
    assert f"assessment-bad.toml, line {line}: no kind of event rood" in refused[1]
    assert "no file" in hall(home.root, "rules", "check", tmp_path / "none.toml", code=1).stderr


def test_what_is_loaded_is_what_the_snapshot_holds(home: Home):
    with connect(home, read_only=True) as con:
        made = assessment(con, home, None)
        assert (len(made.inputs.posts), len(made.inputs.events), len(made.inputs.days("2018-10"))) == (3, 2, 18)
        assert period_of(con) == ("2018-10", "2018-10")
        metric = next(one for one in made.inputs.metrics if (one.indicator, one.window, one.month) == ("early_rate", "甲窗口", "2018-10"))
        assert (metric.numerator, metric.denominator, metric.n) == (3, 12, 12)
        whole = Assessment(load(con, months_of("2018"), made.schemes.of("2018-10").indicators), made.schemes)
        assert whole.scores("2018-10") == made.scores("2018-10")


def test_the_command_tells_the_score_that_the_pages_show(home: Home):
    with connect(home, read_only=True) as con:
        shown = assessment(con, home, None).own_score("1003", "2018")
    found = answer(home.root, "score", "1003", "--year", "2018")
    assert (Decimal(found["total"]), found["full_months"]) == (shown.total, shown.months)
    assert [Decimal(line["points"]) for line in found["lines"]] == [line.points for line in shown.lines]


def test_without_the_tables_of_assessment_it_says_what_to_do():
    with duckdb.connect(":memory:") as con, pytest.raises(HallError, match="run hall build and hall publish again"):
        load(con, ("2018-10",))


def test_months_follow_one_another_over_the_year():
    assert months_from("2018-11", "2019-02") == ("2018-11", "2018-12", "2019-01", "2019-02")
