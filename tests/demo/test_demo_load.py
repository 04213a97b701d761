"""The demo's files through the real ingest: what was planted is what is quarantined, and the counters hold."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from balanced import out_of_balance
from small_hall import copied, made_once, published

from etl.config import Home, connect
from etl.demo import Made
from etl.engine import build
from etl.ingest.load import BatchResult, files_of, load
from etl.records import contracts


def loaded(home: Home, files: Iterable[Path]) -> list[BatchResult]:
    with connect(home) as con:
        return load(con, home, files)


def contents(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """Every raw table by its contract's own columns, whatever batch and line a row came from."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with connect(home) as con:
        for name, contract in contracts().items():
            columns = ", ".join(field.name for field in contract.fields)
            found[name] = con.execute(f"select {columns} from raw_{name} order by all").fetchall()
    return found


@pytest.fixture(scope="session")
def loaded_year(demo_year: tuple[Path, Made], tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Made, list[BatchResult]]:
    _, made = demo_year
    home = Home(tmp_path_factory.mktemp("demo-home"))
    return home, made, loaded(home, sorted(made.files))


def test_what_was_planted_is_what_is_quarantined(loaded_year: tuple[Home, Made, list[BatchResult]]) -> None:
    home, made, _ = loaded_year
    planted = {(entry.file, entry.sheet, line) for entry in made.planted if entry.is_refused for line in entry.lines}
    with connect(home) as con:
        quarantined = con.execute("select file, sheet, line from quarantine").fetchall()
    assert len(quarantined) == len(planted) == made.refused
    assert set(quarantined) == planted


def test_every_record_read_is_accounted_for(loaded_year: tuple[Home, Made, list[BatchResult]]) -> None:
    for result in loaded_year[2]:
        assert result.read == result.inserted + result.updated + result.unchanged + result.superseded + result.quarantined


def test_the_published_counters_hold_after_the_load(loaded_year: tuple[Home, Made, list[BatchResult]]) -> None:
    home, made, _ = loaded_year
    counted = {
        "select count(*) from raw_case where year(received_at) = 2018": 16_392,
        "select count(*) from raw_application where year(submitted_at) = 2018": 2_592,
        "select count(*) from raw_item where item_version = '2018'": 2_879,
        "select count(*) from raw_item where item_version = '2017'": made.totals.earlier_items,
        "select count(*) from raw_item where item_version = '2018' and level = 'township'": 2_039,
        "select count(*) from raw_item where item_version = '2018' and level = 'district' and trips in (0, 1)": 831,
        "select count(*) from raw_item where item_version = '2018' and is_entry_center and trips = 0": 83,
        "select count(*) from raw_item where item_version = '2018' and is_entry_center and trips = 1": 372,
        "select count(*) from raw_certificate where stored_on is not null": made.totals.certificates,
        "select count(distinct unit) from raw_certificate": 27,
        "select count(*) from raw_unit_access where account_opened_on is not null": 27,
        "select count(*) from raw_unit_access where seal_opened_on is not null": 27,
        "select count(*) from raw_cancelled_proof": 30,
        "select count(distinct category) from raw_one_window": 4,
        "select count(*) from raw_one_window where received_at < '2018-10-08'": 0,
        "select count(*) from raw_one_window": made.totals.intakes,
        "select count(*) from raw_suspension": made.totals.suspensions,
        "select count(*) from raw_window": made.totals.windows,
        "select count(*) from raw_case as c anti join raw_item as i on c.item_code = i.item_code": 0,
        "select count(*) from raw_suspension as s anti join raw_case as c on s.case_no = c.case_no": 0,
        "select count(*) from raw_application as a anti join raw_case as c on a.case_no = c.case_no where a.case_no is not null": 0,
    }
    with connect(home) as con:
        assert {sql: (con.execute(sql).fetchone() or (None,))[0] for sql in counted} == counted


def test_some_cases_are_open_and_some_clocks_stand_still_at_the_years_end(loaded_year: tuple[Home, Made, list[BatchResult]]) -> None:
    home, _, _ = loaded_year
    with connect(home) as con:
        open_cases, standing = con.execute(
            "select count(*), count(*) filter (where case_no in (select case_no from raw_suspension where ended_at is null)) "
            "from raw_case where closed_at is null"
        ).fetchone() or (0, 0)
    assert open_cases > 100
    assert standing > 0


def test_the_open_cases_of_the_year_balance_in_every_slice(loaded_year: tuple[Home, Made, list[BatchResult]]) -> None:
    home, _, _ = loaded_year
    with connect(home) as con:
        build(con, home)
        gone = con.execute("select sum(closed), sum(refused), sum(returned), sum(withdrawn) from mart_case_day").fetchone() or ()
        assert all(gone), "cases must leave in every way"
        assert out_of_balance(con) == []


def test_loading_again_and_in_reverse_changes_nothing(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    forward = copied(Home(made_once(tmp_path_factory, "small-hall", published)), tmp_path / "forward")
    files = files_of([forward.inbox / "demo"])
    once = contents(forward)
    assert all(result.inserted == result.updated == 0 for result in loaded(forward, files))
    backward = Home(tmp_path / "backward")
    # ID numbers are kept as hashes under a home's own key: with another key the same number is another hash.
    shutil.copytree(forward.root / "keys", backward.root / "keys")
    loaded(backward, files[::-1])
    assert once == contents(forward) == contents(backward)
