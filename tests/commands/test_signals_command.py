"""`hall signals`, `hall due-soon` and `hall load --publish` as a clerk uses them."""

from pathlib import Path

import pytest
from command_line import answer, hall

from etl.config import SHIPPED

HEAD = "办件编号,部门,办件类型,收件时间,受理时间,承诺时限,承诺时限单位,法定时限,法定时限单位,办结时间\n"
ROWS = (
    "LATE,民政局,承诺件,2018-10-08 09:00,2018-10-08 09:00,3,工作日,20,工作日,2018-10-15 10:00",
    "OPEN,住建局,承诺件,2018-10-16 09:00,2018-10-16 09:00,3,工作日,20,工作日,",
    "SOON,住建局,承诺件,2018-10-18 09:00,2018-10-18 09:00,5,工作日,20,工作日,",
    "LAST,民政局,承诺件,2018-10-22 09:00,2018-10-22 09:00,9,工作日,20,工作日,",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hall")
    path = folder / "cases.csv"
    path.write_text(HEAD + "\n".join(ROWS) + "\n", "utf-8")
    document = answer(folder / "home", "load", path, "--publish", "--actor", "li")
    assert document["snapshot"]
    return folder / "home"


def test_signals_are_listed_handled_once_and_closed_for_good(home: Path):
    rows = answer(home, "signals", "--level", "yellow")["rows"]
    assert [(row["case_no"], row["rule_id"], row["due_on"], row["is_current"]) for row in rows] == [
        ("OPEN", "promise_over", "2018-10-19", True),
        ("LATE", "promise_over", "2018-10-11", False),
    ]
    assert {row["state"] for row in rows} == {"new"}
    assert answer(home, "signals", "--department", "民政局", "--open")["rows"][0]["case_no"] == "LATE"
    name = rows[1]["signal_id"]
    assert answer(home, "signals", "acknowledge", name)["action"] == "acknowledged"
    refused = hall(home, "signals", "close", name, code=1)
    assert refused.stderr.splitlines() == ["请写明理由", "give the reason"]
    answer(home, "signals", "explain", name, "--reason", "材料在途", "--actor", "wang")
    answer(home, "signals", "close", name, "--reason", "已办结")
    hall(home, "signals", "close", name, "--reason", "再来", code=1)
    assert [row["signal_id"] for row in answer(home, "signals", "--open", "--level", "yellow")["rows"]] == [rows[0]["signal_id"]]
    trail = answer(home, "signals", "audit")
    assert trail["is_whole"]
    assert [(row["action"], row["actor"]) for row in trail["rows"]] == [
        ("signal.closed", "local"),
        ("signal.explained", "wang"),
        ("signal.acknowledged", "local"),
    ]


def test_what_is_not_there_is_refused_with_what_is(home: Path):
    assert "yellow" in hall(home, "signals", "--level", "yelow", code=1).stderr
    assert "民政局" in hall(home, "signals", "--department", "民政", code=1).stderr
    assert "no signal" in hall(home, "signals", "acknowledge", "nothing:here", code=1).stderr


def test_cases_due_within_some_working_days_of_the_cut_off(home: Path):
    document = answer(home, "due-soon", "--within", "3")
    assert document["as_of"].startswith("2018-10-22")
    assert [(row["case_no"], row["days_left"]) for row in document["rows"]] == [("SOON", 3)]
    assert [row["case_no"] for row in answer(home, "due-soon", "--within", "9")["rows"]] == ["SOON", "LAST"]
    assert [row["case_no"] for row in answer(home, "due-soon", "--within", "9", "--department", "民政局")["rows"]] == ["LAST"]


def test_the_office_may_have_yellow_mean_near(home: Path):
    rules = home / "rules"
    rules.mkdir()
    (rules / "supervision-own.toml").write_bytes((SHIPPED / "rules" / "examples" / "supervision-quanzhou-2007.toml").read_bytes())
    hall(home, "build")
    hall(home, "publish")
    rows = answer(home, "signals", "--open")["rows"]
    assert {(row["case_no"], row["level"]) for row in rows} == {("LATE", "red"), ("OPEN", "red")}
    yellow = answer(home, "signals", "--level", "yellow")["rows"]
    assert all(row["raised_on"] <= row["due_on"] for row in yellow)
    document = answer(home, "indicator", "signals_raised", "--from", "2018-10-01", "--to", "2018-10-22", "--by", "level")
    assert {row["by"]["level"]: row["value"] for row in document["rows"]} == {"red": 2, "yellow": len(yellow)}
    (rules / "supervision-own.toml").write_text("id = 5\n", "utf-8")
    refused = hall(home, "build", code=1).stderr.splitlines()
    assert len(refused) == 2
    assert "line 1" in refused[1]
