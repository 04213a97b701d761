"""The audit trail keeps every act in order and shows when somebody changed it behind its back."""

import sqlite3
from datetime import datetime

import pytest

from etl.config import HallError, Home
from etl.office import append, entries, open_office, verify

NOON = datetime(2018, 10, 8, 12)


def write(office, actions):
    for number, action in enumerate(actions):
        with office.writing() as con:
            append(con, "li", action, f"case-{number}", NOON, {"order": number})


def test_entries_are_given_newest_first_and_by_the_beginning_of_their_action(home: Home):
    office = open_office(home)
    write(office, ["signal.acknowledged", "export.made", "signal.closed"])
    assert [entry.action for entry in entries(office)] == ["signal.closed", "export.made", "signal.acknowledged"]
    assert [entry.subject for entry in entries(office, action="signal.")] == ["case-2", "case-0"]
    assert [entry.action for entry in entries(office, subject="case-1")] == ["export.made"]
    assert verify(office) is None


def test_an_act_that_fails_leaves_no_entry(home: Home):
    office = open_office(home)

    def fail() -> None:
        with office.writing() as con:
            append(con, "li", "signal.closed", "case-1", NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert entries(office) == []


@pytest.mark.parametrize("statement", ["update audit set actor = 'wang' where number = 2", "delete from audit where number = 2"])
def test_the_trail_refuses_changes_and_shows_those_made_past_the_refusal(home: Home, statement: str):
    office = open_office(home)
    write(office, ["a", "b", "c"])
    with pytest.raises(sqlite3.IntegrityError, match="append-only"), office.writing() as con:
        con.execute(statement)
    assert verify(office) is None
    with office.writing() as con:
        con.execute("drop trigger audit_is_not_changed")
        con.execute("drop trigger audit_is_not_removed")
        con.execute(statement)
    assert verify(office) == (2 if statement.startswith("update") else 3)


def test_a_file_that_is_no_database_is_refused_in_two_lines(home: Home):
    (home.root / "office.sqlite3").write_bytes(b"not a database, but long enough to be looked at" * 40)
    with pytest.raises(HallError, match="备份"):
        open_office(home)


def test_opening_twice_keeps_what_is_there(home: Home):
    write(open_office(home), ["a"])
    assert len(entries(open_office(home))) == 1
