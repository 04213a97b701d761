"""`hall explain` of what must be answered: a request, a complaint; a number that several have; a supplement that has not come."""

import json
from datetime import date, datetime

import pytest
from oracles.cases import insert
from typer.testing import CliRunner

from etl.cli import hall
from etl.config import HallError, connect
from etl.engine import build

MONDAY = datetime(2018, 10, 8, 9)
ASKED = {"request_kind": "disclosure_request", "received_at": MONDAY}


@pytest.fixture
def explained(home):
    with connect(home) as con:
        case = {"case_no": "N1", "received_at": MONDAY, "accepted_at": MONDAY, "promised_limit": 1, "promised_unit": "workday"}
        insert(con, "case", [case])
        insert(
            con,
            "request",
            [
                {"request_no": "N1", **ASKED},
                {"request_no": "N2", **ASKED, "supplement_notice_at": datetime(2018, 10, 10)},
                {"request_no": "N3", **ASKED, "extended_workdays": 30, "answered_at": datetime(2018, 11, 19, 9)},
            ],
        )
        insert(con, "complaint", [{"complaint_no": "N2", "received_at": MONDAY}])
        build(con, home, as_of=date(2018, 12, 31), now=datetime(2019, 1, 1))

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(hall(), ["--home", str(home.root), "explain", *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_an_extension_beyond_the_law_is_cut_and_said(explained):
    document = json.loads(explained("N3", "--json"))
    assert (document["record"], document["kind"], document["state"]) == ("request", "disclosure_request", "on_day")
    # 15 working days from 8 October and 15 more, of the 30 that were written down.
    assert document["answer"]["due_on"] == "2018-11-19"
    assert document["extension_workdays"] == 15
    assert any("最多可延长 15" in step["zh"] for step in document["answer"]["steps"])
    assert any("at most 15" in step["en"] for step in document["answer"]["steps"])
    assert "第二十四条" in document["basis"]
    assert "2018-11-19" in explained("N3")


def test_a_number_of_several_must_be_said_of_which(explained):
    with pytest.raises(HallError, match="case, request"):
        explained("N1")
    assert json.loads(explained("N1", "--as", "case", "--json"))["promised"]["due_on"] == "2018-10-09"
    assert json.loads(explained("N1", "--as", "request", "--json"))["answer"]["due_on"] == "2018-10-29"
    with pytest.raises(HallError, match="request, complaint"):
        explained("N2")
    with pytest.raises(HallError, match="letter"):
        explained("N2", "--as", "letter")


def test_the_clock_has_not_begun_while_a_supplement_is_awaited(explained):
    document = json.loads(explained("N2", "--as", "request", "--json"))
    assert (document["answer"], document["state"]) == (None, "paused")
    assert "尚未收到补正" in explained("N2", "--as", "request")


def test_a_number_nobody_has_is_refused(explained):
    with pytest.raises(HallError, match="no case N9"):
        explained("N9")
