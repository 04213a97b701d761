"""Certificates of closed cases, returns by kind, declared stock, and who has been given access, on records counted by hand."""

from datetime import date, datetime

import duckdb
import pytest
from oracles.cases import insert

from etl.config import Home
from etl.engine import build
from etl.indicators import Query, evaluate

YEAR = (date(2018, 1, 1), date(2018, 12, 31))
ITEM = {"item_version": "1", "item_name": "某证核发", "department": "甲局", "level": "district", "valid_from": date(2018, 1, 1)}


@pytest.fixture
def con():
    with duckdb.connect(":memory:") as made:
        yield made


def _build(con, home: Home) -> None:
    build(con, home, as_of=date(2018, 12, 31), now=datetime(2019, 1, 1, 9))


def _value(con, name: str, first: date = YEAR[0], last: date = YEAR[1], **where: str):
    return evaluate(con, name, Query(first, last, where=where)).rows[0].value


def _case(number: str, item: str, closed: date | None, outcome: str | None = "approved") -> dict[str, object]:
    at = None if closed is None else datetime(closed.year, closed.month, closed.day, 16)
    return {
        "case_no": number, "item_code": item, "department": "甲局", "window_name": "1号窗口", "received_at": datetime(2018, 3, 1, 9),
        "accepted_at": datetime(2018, 3, 1, 10), "closed_at": at, "outcome": outcome,
    }  # fmt: skip


def _certificate(number: str, case: str | None, converted: date | None, **fields: object) -> dict[str, object]:
    return {
        "source": "s", "certificate_no": number, "unit": "甲局", "stock_or_new": "new", "case_no": case, "converted_on": converted, **fields
    }  # fmt: skip


def test_closed_cases_of_items_that_result_in_a_certificate_are_matched_by_number(con, home):
    insert(con, "item", [{**ITEM, "item_code": "c", "result_type": "certificate"}, {**ITEM, "item_code": "d", "result_type": "document"}])
    insert(con, "item", [{**ITEM, "item_code": "u"}])
    day, later = date(2018, 3, 5), date(2018, 3, 8)
    insert(con, "case", [_case("same-day", "c", day), _case("late", "c", day), _case("never", "c", day), _case("on-list-only", "c", day)])
    # Not due: still open, not granted, left undecided, another result, a result not said, an item not on the list.
    insert(con, "case", [_case("open", "c", None, None), _case("no", "c", day, "rejected"), _case("gone", "c", day, "withdrawn")])
    insert(con, "case", [_case("doc", "d", day), _case("unsaid", "u", day), _case("nowhere", "x", day)])
    insert(
        con, "certificate", [_certificate("1", "same-day", day), _certificate("2", "late", later), _certificate("3", "on-list-only", None)]
    )
    # Two certificates of one case make no second case; one without a number matches none.
    insert(con, "certificate", [_certificate("4", "late", later), _certificate("5", None, day), _certificate("6", "doc", day)])
    _build(con, home)
    assert _value(con, "certificate_cases") == 4
    assert _value(con, "certificates_missing") == 2
    assert (_value(con, "certificate_sync_rate"), _value(con, "certificate_same_day_rate")) == (50, 25)
    found = con.execute("select case_no, waiting_workdays from fact_certificate_missing order by case_no").fetchall()
    assert [number for number, _ in found] == ["never", "on-list-only"]
    # Working days after the day of closing, up to the cut-off.
    days = con.execute(
        "select count(*) from ref_calendar where is_workday and day > date '2018-03-05' and day <= date '2018-12-31'"
    ).fetchone()
    assert {waiting for _, waiting in found} == {days[0]}


def test_no_case_due_a_certificate_gives_no_rate(con, home):
    _build(con, home)
    (row,) = evaluate(con, "certificate_sync_rate", Query(*YEAR)).rows
    assert (row.numerator, row.denominator, row.value) == (0, 0, None)


def test_returns_are_counted_by_kind_and_only_while_they_are_returned(con, home):
    day = date(2018, 5, 2)
    returned = {"qc_result": "returned"}
    insert(
        con,
        "certificate",
        [
            _certificate("1", None, day, **returned, return_reason="seal_unclear"),
            _certificate("2", None, day, **returned, return_reason="seal_unclear"),
            _certificate("3", None, day, **returned),
            _certificate("4", None, day, qc_result="passed", stored_on=day, return_reason="seal_unclear"),
            _certificate("5", None, day, qc_result="pending"),
        ],
    )
    _build(con, home)
    rows = evaluate(con, "certificates_returned", Query(*YEAR, by=("return_reason",))).rows
    assert {row.by["return_reason"]: row.value for row in rows if row.value} == {"seal_unclear": 2, "": 1}
    (rate,) = evaluate(con, "certificate_return_rate", Query(*YEAR)).rows
    assert (rate.numerator, rate.denominator) == (3, 4)


def test_progress_is_against_what_the_unit_declared_and_what_the_ledger_lists(con, home):
    stock = {"stock_or_new": "stock", "issued_on": date(2015, 1, 1)}
    insert(con, "certificate", [_certificate(str(n), None, date(2018, n, 1), **stock) for n in (1, 2, 3)])
    insert(con, "certificate", [_certificate("9", None, None, **stock), _certificate("n", None, date(2018, 1, 1))])
    insert(con, "unit_access", [{"unit": "甲局", "declared_stock": 10, "listed_on": date(2017, 1, 1)}])
    insert(con, "unit_access", [{"unit": "乙局", "declared_stock": 30, "listed_on": date(2017, 1, 1), "closed_on": date(2018, 6, 1)}])
    _build(con, home)
    (ledger,) = evaluate(con, "stock_conversion_rate", Query(date(2018, 2, 1), date(2018, 2, 28))).rows
    (declared,) = evaluate(con, "stock_progress_rate", Query(date(2018, 2, 1), date(2018, 2, 28))).rows
    assert (ledger.numerator, ledger.denominator) == (2, 4)
    assert (declared.numerator, declared.denominator) == (2, 40)
    assert _value(con, "stock_declared") == 10
    by_unit = {row.by["unit"]: row.value for row in evaluate(con, "stock_progress_rate", Query(*YEAR, by=("unit",))).rows}
    assert by_unit == {"甲局": 30, "乙局": None}


def test_access_is_a_level_that_rises_when_opened_and_falls_when_closed_or_expired(con, home):
    insert(
        con,
        "unit_access",
        [
            {"unit": "甲局", "account_opened_on": date(2018, 2, 1), "seal_opened_on": date(2018, 3, 1), "listed_on": date(2018, 1, 1)},
            {"unit": "乙局", "has_account": True, "has_seal": False, "listed_on": date(2018, 1, 1)},
            {"unit": "丙局", "account_opened_on": date(2017, 1, 1), "closed_on": date(2018, 4, 1), "listed_on": date(2017, 1, 1)},
            {"unit": "丁局", "ca_opened_on": date(2016, 5, 2), "ca_valid_to": date(2018, 5, 1), "listed_on": date(2016, 1, 1)},
        ],
    )
    _build(con, home)

    def levels(name: str) -> list[float]:
        return [row.value for row in evaluate(con, name, Query(date(2018, 1, 1), date(2018, 6, 30), by=("month",))).rows]

    assert levels("unit_accounts") == [2, 3, 3, 2, 2, 2]
    assert levels("unit_seals") == [0, 0, 1, 1, 1, 1]
    # A certificate is valid on its last day and not after it.
    assert _value(con, "unit_digital_certificates", last=date(2018, 5, 1)) == 1
    assert _value(con, "unit_digital_certificates", last=date(2018, 5, 2)) == 0
    assert levels("access_units") == [4, 4, 4, 3, 3, 3]


def test_proofs_are_counted_by_the_day_they_were_abolished(con, home):
    proofs = [{"code": str(n), "proof_name": "证明", "unit": "甲局", "cancelled_on": date(2018, n, 1)} for n in (5, 9, 9 + 3)]
    insert(con, "cancelled_proof", [*proofs, {"code": "x", "proof_name": "证明", "unit": "乙局", "cancelled_on": date(2017, 1, 1)}])
    insert(con, "cancelled_proof", [{**proofs[0], "code": "y", "sync_operation": "D"}])
    _build(con, home)
    assert _value(con, "cancelled_proofs") == 3
    assert _value(con, "cancelled_proofs", last=date(2018, 9, 30)) == 2
    assert _value(con, "cancelled_proofs", first=date(2017, 1, 1), unit="乙局") == 1
