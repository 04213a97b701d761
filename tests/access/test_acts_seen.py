"""The trail of acts upon signals: a window's head reads those upon the signals of the window and no others, on screen and in the CSV."""

from datetime import datetime

import pytest
from signed_in import signed_in_app

from dashboard.components import tables
from dashboard.queries import supervision as queries
from dashboard.store import Scope, open_current
from etl.access.principal import LOCAL, Principal
from etl.office import open_office
from etl.office.signals import handle

NOW = datetime(2018, 12, 31, 10)
GONE = "no-such-rule:no-such-case"


@pytest.fixture(scope="module")
def windows(people_home) -> tuple[str, str]:
    """Two windows; a signal of each is closed with a reason that names its window, and one that the snapshot no longer has."""
    whole, office = open_current(people_home, LOCAL), open_office(people_home)
    own, other = whole.choices("window")[:2]
    for window in (own, other):
        sql = "select signal_id from fact_signal where window_name = $window order by signal_id limit 1"
        signal_id = str(whole.query(sql, window=window)["signal_id"].iloc[0])
        handle(office, signal_id, "closed", "tester", f"理由属于{window}", NOW)
    handle(office, GONE, "closed", "tester", "信号已不在数据中", NOW)
    return own, other


def read(home, who: Principal, scope: Scope | None = None, most: int = 100) -> list[str]:
    found = queries.acts(open_current(home, who), scope or Scope(), open_office(home), most)
    return [one.detail for one in found]


def test_a_head_reads_the_acts_upon_the_signals_of_the_window_only(people_home, windows):
    own, other = windows
    for window, hidden in ((own, other), (other, own)):
        (detail,) = read(people_home, Principal("x", "window_head", window=window))
        assert f"理由属于{window}" in detail
        assert hidden not in detail


def test_acts_of_other_windows_do_not_use_up_the_length_of_the_list(people_home, windows):
    own, _ = windows
    assert len(read(people_home, Principal("x", "window_head", window=own), most=1)) == 1


def test_whoever_sees_the_hall_reads_all_of_them_and_within_a_scope_its_own(people_home, windows):
    manager = Principal("x", "manager")
    assert len(read(people_home, manager)) == 3
    (detail,) = read(people_home, manager, Scope(window=windows[1]))
    assert windows[1] in detail


@pytest.mark.parametrize(
    ("role", "seen"), [("window_head", [True, False, False]), ("other_head", [False, True, False]), ("manager", [True] * 3)]
)
def test_the_page_and_its_file_hold_no_act_that_is_not_for_the_reader(people_home, monkeypatch, windows, role, seen):
    reasons = [*(f"理由属于{window}" for window in windows), "信号已不在数据中"]
    files: dict[str, str] = {}
    offer = tables.offer

    def kept(hall, label, make, name, **more):
        files[more["key"]] = make().decode("utf-8-sig")
        offer(hall, label, make, name, **more)

    monkeypatch.setattr(tables, "offer", kept)
    app = signed_in_app(people_home, monkeypatch, role, "supervision", lang="zh", period="year", on="2018-01-01")
    (shown,) = [element.value for element in app.dataframe if "reason" in element.value.columns]
    assert [any(reason in one for one in shown["reason"]) for reason in reasons] == seen
    assert [reason in files["export_audit"] for reason in reasons] == seen
    # A running number with gaps would tell how many acts are kept back.
    assert "number" not in shown.columns
    assert "序号" not in files["export_audit"]
