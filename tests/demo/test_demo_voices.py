"""The demo's voices and openness through the real ingest: both code orders come out alike, and the report's figures on openness hold."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from small_hall import SCALE, made_once, published

from etl.config import Home, connect
from etl.demo import Made, make
from etl.engine import build
from etl.ingest.load import load
from etl.reconcile import figures, reconcile

BY_CASES = {"cases", "online_applications", "certificates_stored"}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[duckdb.DuckDBPyConnection, Made]]:
    home = Home(made_once(tmp_path_factory, "small-hall", published))
    with connect(home, read_only=True) as con:
        yield con, make(tmp_path_factory.mktemp("voices"), scale=SCALE)


def test_what_was_made_is_what_is_loaded(year: tuple[duckdb.DuckDBPyConnection, Made]) -> None:
    con, made = year
    wanted = {name: getattr(made.totals, f"{name}s") for name in ("evaluation", "complaint", "request", "disclosure")}
    assert {name: (con.execute(f"select count(*) from raw_{name}").fetchone() or (0,))[0] for name in wanted} == wanted


def test_the_two_files_in_opposite_orders_tell_the_same_story(year: tuple[duckdb.DuckDBPyConnection, Made]) -> None:
    con, _ = year
    shares = dict(
        con.execute(
            "select b.mapping, avg(case when e.satisfaction in ('very_satisfied', 'satisfied') then 1.0 else 0.0 end) "
            "from raw_evaluation e join batch b on e._batch_id = b.batch_id where e.evaluation_channel <> 'default' group by b.mapping"
        ).fetchall()
    )
    assert set(shares) == {"window-evaluator", "evaluation-interface"}
    assert all(0.85 < share < 1 for share in shares.values()), shares


def test_the_raw_numbers_of_the_two_files_run_opposite_ways(year: tuple[duckdb.DuckDBPyConnection, Made]) -> None:
    _, made = year
    window = next(path for path in made.files if "窗口评价器" in path.name and "上半年" in path.name)
    online = next(path for path in made.files if "网上评价接口" in path.name)
    evaluator = [
        line.split(",")[9] for line in window.read_bytes().decode("gb18030", errors="replace").splitlines() if line.startswith("YSPY")
    ]
    interface = [line.split(",")[10] for line in online.read_text("utf-8-sig").splitlines() if line.startswith("350902,")]
    assert evaluator.count("1") > 10 * evaluator.count("5")
    assert interface.count("5") > 10 * interface.count("1")


def test_the_reports_figures_on_openness_come_out_of_the_records(year: tuple[duckdb.DuckDBPyConnection, Made]) -> None:
    con, _ = year
    rows = [row for row in reconcile(con, figures()) if row.figure.id not in BY_CASES and row.computed is not None]
    assert {row.figure.id for row in rows} >= {
        "disclosure_requests",
        "disclosure_requests_in_time",
        "published",
        "power_entries",
        "columns",
    }
    assert [row.figure.id for row in rows if not row.equal] == []
    # What is published as approximate is near, not the same by accident of a typed-in number.
    published = next(row for row in rows if row.figure.id == "published")
    assert (published.figure.approximate, published.computed) == (True, 3926)


def test_no_complaint_is_about_a_case_still_to_come(year: tuple[duckdb.DuckDBPyConnection, Made]) -> None:
    con, _ = year
    sql = "select count(*) from raw_complaint p join raw_case c on p.case_no = c.case_no where c.received_at > p.received_at"
    assert con.execute(sql).fetchone() == (0,)


def test_another_years_requests_are_judged_by_that_years_law(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.make()
    made = make(home.inbox, year=2019, scale=0.01)
    with connect(home) as con:
        load(con, home, [path for path in made.files if "依申请公开" in path.name])
        build(con, home, as_of=date(2019, 12, 31))
        found = dict(con.execute("select rule_id, min(limit_count) from fact_answer where record = 'request' group by rule_id").fetchall())
    assert found == {"disclosure-2008": 15, "disclosure-2019": 20}
