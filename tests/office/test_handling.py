"""What is done about a signal is kept with its trace or not at all."""

import sqlite3
from datetime import datetime, timedelta

import pytest

from etl.config import HallError, Home
from etl.office import entries, open_office, verify
from etl.office.signals import handle, handlings, last_handlings

NOON = datetime(2018, 10, 8, 12)
SIGNAL = "promise_over:350902YS201810080001"


def test_acts_are_kept_in_order_each_with_its_trace(home: Home):
    office = open_office(home)
    handle(office, SIGNAL, "acknowledged", "li", "", NOON, "default@1", True)
    handle(office, SIGNAL, "explained", "li", "系统故障，已补录", NOON + timedelta(hours=1), "default@1", True)
    handle(office, SIGNAL, "closed", "wang", "已办结", NOON + timedelta(hours=2), "default@1", False)
    assert [(one.action, one.actor, one.is_current) for one in handlings(office, SIGNAL)] == [
        ("acknowledged", "li", True),
        ("explained", "li", True),
        ("closed", "wang", False),
    ]
    assert last_handlings(office)[SIGNAL].action == "closed"
    trail = entries(office, action="signal.")
    assert (trail[0].action, trail[0].actor, trail[0].subject) == ("signal.closed", "wang", SIGNAL)
    assert "系统故障" in trail[1].detail
    assert verify(office) is None


@pytest.mark.parametrize(
    ("action", "reason", "word"),
    [
        ("explained", "  ", "give the reason"),
        ("closed", "", "give the reason"),
        ("closed", "x" * 501, "too long"),
        ("closed", "申请人电话 13800001111", "telephone"),
        ("explained", "证件350902190001011234有误", "ID"),
    ],
)
def test_what_is_refused_leaves_neither_act_nor_trace(home: Home, action, reason, word):
    office = open_office(home)
    with pytest.raises(HallError, match=word):
        handle(office, SIGNAL, action, "li", reason, NOON)
    assert handlings(office) == []
    assert entries(office) == []


def test_nobody_cannot_act(home: Home):
    office = open_office(home)
    with pytest.raises(HallError, match="nobody"):
        handle(office, SIGNAL, "acknowledged", " ", "", NOON)


def test_a_closed_signal_is_handled_no_more_and_none_is_acknowledged_twice(home: Home):
    office = open_office(home)
    handle(office, SIGNAL, "acknowledged", "li", "", NOON)
    with pytest.raises(HallError, match="acknowledged already"):
        handle(office, SIGNAL, "acknowledged", "wang", "", NOON)
    handle(office, SIGNAL, "closed", "li", "已办结", NOON)
    for action in ("acknowledged", "explained", "closed"):
        with pytest.raises(HallError, match="closed"):
            handle(office, SIGNAL, action, "li", "再来一次", NOON)
    assert len(handlings(office)) == len(entries(office)) == 2


def test_an_act_whose_trace_cannot_be_written_is_undone(home: Home):
    office = open_office(home)
    with office.writing() as con:
        con.execute("create trigger full before insert on audit begin select raise(abort, 'the disk is full'); end")
    with pytest.raises(sqlite3.IntegrityError, match="disk is full"):
        handle(office, SIGNAL, "closed", "li", "已办结", NOON)
    assert handlings(office) == []


@pytest.mark.parametrize("statement", ["update signal_handling set reason = 'x'", "delete from signal_handling"])
def test_acts_are_never_changed(home: Home, statement: str):
    office = open_office(home)
    handle(office, SIGNAL, "closed", "li", "已办结", NOON)
    with pytest.raises(sqlite3.IntegrityError), office.writing() as con:
        con.execute(statement)
