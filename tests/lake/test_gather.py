"""Counties put together: a county's figures are its own, those of city and province their sums, and no two counties' rows are mixed."""

import contextlib
import shutil
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from command_line import answered, in_process
from counties import COUNTIES, CUT_OFF, FUAN, FUJIAN, GULOU, JIAOCHENG, NINGDE, NOW, PUBLISHED, Counties, filled, put_together, shared

from etl.checkup import damage_in_warehouse
from etl.config import HallError, Home, connect
from etl.divisions import GATHERED, SHARED, held, narrow
from etl.engine import build
from etl.engine.models import in_order, read_models
from etl.indicators import Query, definitions, evaluate
from etl.ingest import load
from etl.lake import county_of, export, gather, load_built
from etl.lake.layout import built_of
from etl.publish import current, open_snapshot
from etl.reading import open_county

PERIOD = (date(2018, 1, 1), CUT_OFF)
LATER = datetime(2018, 8, 1, 10)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Counties:
    return shared(tmp_path_factory)


@pytest.fixture
def province(made: Counties):
    with contextlib.closing(open_snapshot(current(made.province))) as con:
        yield con


@pytest.fixture
def centre(tmp_path: Path) -> Home:
    home = Home(tmp_path / "centre")
    home.make()
    return home


def _rows(con: duckdb.DuckDBPyConnection, name: str, by: tuple[str, ...] = (), **where: object):
    return evaluate(con, name, Query(*PERIOD, by=by, where=where)).rows


@pytest.mark.parametrize("division", PUBLISHED)
def test_every_figure_of_a_county_is_that_of_its_own_snapshot(made: Counties, province, division: str):
    with contextlib.closing(open_snapshot(current(made.own[division]))) as own:
        asked = 0
        for name in definitions():
            (expected,) = _rows(own, name)
            assert _rows(province, name, division=division) == (expected,), name
            asked += expected.n > 0
        assert asked > 20
        by = ("month", "department", "window")
        assert _rows(province, "received", by, division=division) == _rows(own, "received", by)


def test_every_sum_of_city_and_province_is_that_of_its_counties(province):
    for name, indicator in definitions().items():
        (whole,) = _rows(province, name)
        parts = _rows(province, name, ("division",))
        if indicator.kind != "percentile":
            assert whole.numerator == pytest.approx(sum(row.numerator for row in parts)), name
            assert (whole.denominator or 0) == sum(row.denominator or 0 for row in parts), name
        assert whole.n == sum(row.n for row in parts), name
        (city,) = _rows(province, name, division=NINGDE)
        assert city.n == sum(row.n for row in parts if str(row.by["division"]).startswith(NINGDE)), name
    assert {str(row.by["division"]) for row in _rows(province, "received", ("division",))} == set(COUNTIES)


@pytest.mark.parametrize("division", PUBLISHED)
def test_every_row_of_a_county_is_there_once_and_its_own(made: Counties, province, division: str):
    with contextlib.closing(duckdb.connect()) as con:
        con.execute(f"attach '{current(made.province)}' as province (read_only)")
        con.execute(f"attach '{current(made.own[division])}' as own (read_only)")
        for (table,) in province.execute("select table_name from duckdb_tables() order by 1").fetchall():
            if table == "meta":
                continue
            theirs = f"select * from province.{table}" + ("" if SHARED.fullmatch(table) else f" where division = '{division}'")
            for one, other in ((theirs, f"select * from own.{table}"), (f"select * from own.{table}", theirs)):
                assert con.execute(f"{one} except all {other} limit 1").fetchall() == [], table
    assert province.execute("select count(*), count(distinct case_no) from fact_case").fetchone() == (270, 90), "numbers are alike"


def test_refused_records_are_counted_within_their_county(province):
    found = province.execute("select division, file, records, faults from quarantine_open order by 1").fetchall()
    assert found == [(division, f"county-{COUNTIES[division]}.csv", 1, 1) for division in sorted(COUNTIES)]
    assert province.execute("select division, sum(records) from quarantine_count group by 1 order by 1").fetchall() == [
        (division, 1) for division in sorted(COUNTIES)
    ]


def test_the_snapshot_names_its_counties(province):
    assert province.execute("select * from ref_division order by 1").fetchall() == [
        (GULOU, "鼓楼区", "Gulou District", "district", "福州市", "Fuzhou City", "福建省", "Fujian Province"),
        (JIAOCHENG, "蕉城区", "Jiaocheng District", "district", "宁德市", "Ningde City", "福建省", "Fujian Province"),
        (FUAN, "福安市", "Fu'an City", "county_city", "宁德市", "Ningde City", "福建省", "Fujian Province"),
    ]
    narrow(province, NINGDE)
    assert held(province) == (JIAOCHENG, FUAN)
    assert province.execute("select count(*) from fact_case").fetchone() == (180,)


def test_a_city_is_put_together_without_its_neighbours(made: Counties, tmp_path: Path):
    city = put_together(tmp_path / "city", made.lake, NINGDE)
    with contextlib.closing(open_snapshot(current(city))) as con:
        assert held(con) == (JIAOCHENG, FUAN)
        assert con.execute("select value from meta where key = ?", [GATHERED]).fetchone() == (NINGDE,)


def test_a_dozen_counties_add_up_to_the_dozen(made: Counties, province, centre: Home, tmp_path: Path):
    """Four times the three, each under a code of its own, as they are built already."""
    dozen = {f"35{number:02}{place:02}": source for number in (3, 4, 5, 6) for place, source in enumerate(COUNTIES, 1)}
    for code, source in dozen.items():
        folder = shutil.copytree(made.lake / f"division={source}", tmp_path / "lake" / f"division={code}")
        for manifest in folder.glob("export-*/manifest.json"):
            manifest.write_text(manifest.read_text("utf-8").replace(f'"{source}"', f'"{code}"'), "utf-8")
    with connect(centre) as con:
        counties = gather(con, centre, tmp_path / "lake", FUJIAN, now=NOW).counties
        assert {one.division: (one.cases, one.is_computed) for one in counties} == dict.fromkeys(dozen, (90, False))
        for name, indicator in definitions().items():
            three = {str(row.by["division"]): row for row in _rows(province, name, ("division",))}
            for row in _rows(con, name, ("division",)):
                own = three[dozen[str(row.by["division"])]]
                assert (row.numerator, row.denominator, row.value, row.n) == (own.numerator, own.denominator, own.value, own.n), name
            (whole,), (third,) = _rows(con, name), _rows(province, name)
            assert whole.n == 4 * third.n, name
            if indicator.kind != "percentile":
                assert whole.numerator == pytest.approx(4 * third.numerator), name
        for (table,) in province.execute("select table_name from duckdb_tables() where table_name like 'fact_%'").fetchall():
            found = dict(con.execute(f"select division, count(*) from {table} group by 1").fetchall())
            there = dict(province.execute(f"select division, count(*) from {table} group by 1").fetchall())
            assert found == {code: there[source] for code, source in dozen.items() if source in there}, table


def test_a_county_can_be_left_out(made: Counties, centre: Home):
    with connect(centre) as con:
        assert [one.division for one in gather(con, centre, made.lake, FUJIAN, without=[FUAN], now=NOW).counties] == [GULOU, JIAOCHENG]


def test_without_cases_the_figures_are_the_same_and_no_row_is_there(made: Counties, province, tmp_path: Path):
    home = put_together(tmp_path / "figures", made.lake, with_cases=False)
    with contextlib.closing(open_snapshot(current(home))) as con:
        for name in definitions():
            assert _rows(con, name, ("division",)) == _rows(province, name, ("division",)), name
        tables = [table for (table,) in con.execute("select table_name from duckdb_tables() where table_name like 'fact_%'").fetchall()]
        kept = {table for table in tables if con.execute(f"select count(*) from {table}").fetchone() != (0,)}
        assert kept <= {"fact_item", "fact_item_change", "fact_cancelled_proof"}
        count = "select division, promise_state, sum(cases) from mart_open_case group by all order by all"
        assert con.execute(count).fetchall() == province.execute(count).fetchall() != []
    with connect(home) as con:
        assert con.execute("select count(*) from raw_case").fetchone() == (0,)


def test_open_cases_by_state_are_those_of_the_cases(province):
    assert (
        province.execute("select division, promise_state, sum(cases) from mart_open_case group by all order by all").fetchall()
        == province.execute("select division, promise_state, count(*) from fact_case where is_open group by all order by all").fetchall()
    )


def test_a_county_is_computed_once_and_again_after_its_next_export(tmp_path: Path, centre: Home):
    home, lake = Home(tmp_path / "home"), tmp_path / "lake"
    filled(home, 4, 20)
    with connect(home) as con:
        export(con, home, lake, JIAOCHENG, as_of=CUT_OFF, now=NOW)
    county = county_of(lake, JIAOCHENG)
    with connect(centre) as con:
        assert [one.is_computed for one in gather(con, centre, lake, NINGDE, now=NOW).counties] == [True]
        assert [(one.name, one.cases, one.is_computed) for one in gather(con, centre, lake, NINGDE, now=NOW).counties] == [
            ("蕉城区", 20, False)
        ]
    assert built_of(county) is not None
    with connect(home) as con:
        con.execute("delete from raw_case where case_no > 'case-00009'")
        export(con, home, lake, JIAOCHENG, as_of=CUT_OFF, now=LATER)
    assert built_of(county_of(lake, JIAOCHENG)) is None
    with connect(centre) as con:
        assert [(one.cases, one.is_computed) for one in gather(con, centre, lake, NINGDE, now=LATER).counties] == [(10, True)]
        with pytest.raises(HallError, match=r"counties of Ningde City \(3509\) are put together"):
            load_built(con, county_of(lake, JIAOCHENG), in_order(read_models(), county.manifest.tables), NOW)
        with pytest.raises(HallError, match="holds no records"):
            build(con, centre, now=NOW)
        with pytest.raises(HallError, match="holds no records"):
            load(con, centre, [])
    with connect(home) as con, pytest.raises(HallError, match="a home of its own"):
        gather(con, home, lake, NINGDE, now=NOW)


def test_a_county_is_computed_within_the_memory_that_the_home_allows(tmp_path: Path, centre: Home, monkeypatch: pytest.MonkeyPatch):
    home, limits = Home(tmp_path / "home"), []

    def opened(*arguments, **options):
        limits.append(options.get("config", {}).get("memory_limit"))
        return connected(*arguments, **options)

    connected = duckdb.connect
    filled(home, 4, 5)
    centre.settings_file.write_text("memory_megabytes = 700\n", "utf-8")
    with connect(home) as con:
        export(con, home, tmp_path / "lake", JIAOCHENG, as_of=CUT_OFF, now=NOW)
    with connect(centre) as con:
        monkeypatch.setattr(duckdb, "connect", opened)
        gather(con, centre, tmp_path / "lake", NINGDE, now=NOW)
    assert limits == ["700MiB"]


def test_other_cut_offs_and_other_rules_are_refused_by_name(tmp_path: Path, centre: Home):
    lake = tmp_path / "lake"
    for division, as_of in ((JIAOCHENG, CUT_OFF), (FUAN, date(2018, 6, 30))):
        home = Home(tmp_path / division)
        filled(home, 5, 10)
        with connect(home) as con:
            export(con, home, lake, division, as_of=as_of, now=NOW)
    with connect(centre) as con:
        with pytest.raises(HallError, match=r"350902 2018-07-31、350981 2018-06-30"):
            gather(con, centre, lake, NINGDE, now=NOW)
        with pytest.raises(HallError, match="no county is left"):
            gather(con, centre, lake, NINGDE, without=[FUAN, JIAOCHENG], now=NOW)
        with pytest.raises(HallError, match="no export of division 3501"):
            gather(con, centre, lake, "3501", now=NOW)
    home = Home(tmp_path / FUAN)
    (home.root / "calendars").mkdir()
    (home.root / "calendars" / "own.csv").write_text("day,is_workday,name,source\n2018-03-05,0,节,文\n", "utf-8")
    with connect(home) as con:
        export(con, home, lake, FUAN, as_of=CUT_OFF, now=LATER)
    with connect(centre) as con:
        with pytest.raises(HallError, match="rules differ"):
            gather(con, centre, lake, NINGDE, now=NOW)
        found = gather(con, centre, lake, NINGDE, with_cases=False, now=NOW)
        assert found.differing == ("calendar_version",)
        assert con.execute("select count(*) from meta where key = 'calendar_version'").fetchone() == (0,)


def test_what_is_a_countys_own_is_refused_where_counties_are_put_together(made: Counties):
    for command in (
        ("explain", "case-00001"),
        ("reconcile",),
        ("signals",),
        ("score", "1号窗口", "--month", "2018-05"),
        ("freeze", "2018-05"),
    ):
        with pytest.raises(HallError, match=r"counties of Fujian Province \(35\) are put together"):
            in_process(made.province.root, *command)
    with pytest.raises(HallError, match="county's dashboard or home"):
        open_county(made.province)
    with contextlib.closing(open_county(made.own[FUAN])) as con:
        assert con.execute("select count(*) from fact_case").fetchone() == (90,)


def test_refused_records_are_corrected_in_their_county(made: Counties, centre: Home, tmp_path: Path):
    """What was written in them never left it: there is nothing to put into a workbook, nor are they another county's business."""
    with connect(centre) as con:
        gather(con, centre, made.lake, FUJIAN, with_cases=False, now=NOW)
    with pytest.raises(HallError, match="use the county's own home"):
        in_process(centre.root, "quarantine", "export", "--out", tmp_path / "refused.xlsx")


def test_a_sound_home_of_counties_is_not_told_to_be_damaged(made: Counties):
    with connect(made.province, read_only=True) as con:
        assert damage_in_warehouse(con) is None


def test_the_command_says_what_was_put_together(made: Counties, centre: Home):
    told = answered(centre.root, "gather", "--lake", made.lake, "--division", "350900", "--without-cases")
    assert (told["division"], told["as_of"], told["differing"]) == (NINGDE, "2018-07-31", [])
    assert [(row["division"], row["name"], row["name_en"], row["cases"]) for row in told["counties"]] == [
        (JIAOCHENG, "蕉城区", "Jiaocheng District", 90), (FUAN, "福安市", "Fu'an City", 90),
    ]  # fmt: skip
    with pytest.raises(HallError, match="name the city or province with --division"):
        in_process(centre.root, "gather", "--lake", made.lake)
    centre.settings_file.write_text(f'division = "{FUJIAN}0000"\n', "utf-8")
    assert len(answered(centre.root, "gather", "--lake", made.lake)["counties"]) == 3
