"""The lake: a county's records as Parquet, whole or not at all, without its neighbours' being touched or its people being told."""

import contextlib
import os
import shutil
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from both_engines import on_duckdb
from command_line import answer, hall
from oracles.cases import insert, random_cases, random_suspensions

from etl.config import HallError, Home, connect
from etl.engine import build
from etl.engine.models import in_order, read_models
from etl.engine.spark import build_from_lake
from etl.ingest import load
from etl.lake import county_of, export, load_built
from etl.lake.layout import make_current, quoted, version_name
from etl.lake.storage import MANIFEST, Folder
from etl.lake.unfinished import writing
from etl.publish import current, open_snapshot, publish
from etl.records import contracts

NOW = datetime(2018, 12, 31, 18)
LATER = datetime(2018, 12, 31, 19)
ONE, OTHER = "350902", "350981"
SECRETS = {"applicant_name": "张明", "applicant_id_no": "350902180001010019", "applicant_phone": "12000000000", "remark": "电话"}
# Differ by design: the lake knows applicants masked and certificates by a hash. Neither column is published so.
CHANGED = {"fact_case": "applicant_name", "fact_certificate": "certificate_no"}


def _filled(home: Home, seed: int, count: int = 60) -> None:
    with connect(home) as con:
        cases = random_cases(seed, count)
        insert(con, "case", [{**case, "_version": NOW, "_batch_id": "B000001"} for case in cases])
        insert(con, "suspension", random_suspensions(seed, cases))


def _exported(home: Home, lake: Path, division: str, now: datetime = NOW):
    with connect(home) as con:
        return export(con, home, lake, division, now=now)


def _built(county, folder: Path) -> None:
    """What a build on Spark leaves, written by DuckDB: how it is loaded does not hang on who computed it."""
    models = in_order(read_models(), county.manifest.tables)
    made = county.folder / "built-by-duckdb"
    with on_duckdb(county, models, folder / "duck.db") as con:
        for model in models:
            (made / model.name).mkdir(parents=True)
            con.execute(f"copy {model.name} to {quoted(made / model.name / 'a.parquet')} (format parquet)")
    (made / MANIFEST).write_text("{}", "utf-8")
    make_current(county.place, "built", made.name)


def _stand(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


def test_counties_share_a_lake_without_touching_each_other(tmp_path: Path):
    lake = tmp_path / "lake"
    for seed, division in ((1, ONE), (2, OTHER)):
        _filled(Home(tmp_path / division), seed)
        _exported(Home(tmp_path / division), lake, division)
    before = _stand(lake / f"division={OTHER}")
    former = county_of(lake, ONE)
    with connect(Home(tmp_path / ONE)) as con:
        con.execute("delete from raw_case where case_no > 'case-00029'")
    _exported(Home(tmp_path / ONE), lake, ONE, LATER)
    assert _stand(lake / f"division={OTHER}") == before
    assert county_of(lake, ONE).manifest.tables["raw_case"].rows == 30
    # Who was reading the former version goes on; the one before it is gone after the next export.
    with duckdb.connect() as con:
        assert con.execute(f"select count(*) from read_parquet({former.files('raw_case')})").fetchone() == (60,)
    _exported(Home(tmp_path / ONE), lake, ONE, datetime(2018, 12, 31, 20))
    assert not former.export.exists()


def test_records_lie_by_month_and_none_is_lost(home: Home, tmp_path: Path):
    _filled(home, 3)
    with connect(home) as con:
        insert(con, "case", [{"case_no": "undated"}])
    _exported(home, tmp_path / "lake", ONE)
    county = county_of(tmp_path / "lake", ONE)
    folders = {path.name for path in (county.export / "raw_case").iterdir()}
    assert {"month=2018-01", "month=2018-05", "month=none"} <= folders
    with duckdb.connect() as con:
        for name, one in county.manifest.tables.items():
            assert con.execute(f"select count(*) from read_parquet({county.files(name)})").fetchone() == (one.rows,)


def test_months_are_those_of_the_records(home: Home, tmp_path: Path):
    with connect(home) as con:
        days = (datetime(2018, 3, 1, 9), datetime(2018, 3, 31, 9), datetime(2018, 4, 1, 9), None)
        insert(con, "case", [{"case_no": str(number), "received_at": day} for number, day in enumerate(days)])
    _exported(home, tmp_path / "lake", ONE)
    county = county_of(tmp_path / "lake", ONE)
    found = {path.name for path in (county.export / "raw_case").iterdir()}
    assert found == {"month=2018-03", "month=2018-04", "month=none"}
    assert all("month" not in table.columns for table in county.manifest.tables.values())


def test_the_lake_holds_nothing_personal(home: Home, tmp_path: Path):
    _filled(home, 4)
    with connect(home) as con:
        text = {"return_reason": "请林小姐 12000000000 补充 350902180001010019", "precheck_result": "returned"}
        insert(con, "application", [{"application_no": "a", "submitted_at": NOW, **text}])
        insert(con, "certificate", [{"certificate_no": "ZJ350902000001", "holder_name": "张明"}])
    _exported(home, tmp_path / "lake", ONE)
    county = county_of(tmp_path / "lake", ONE)
    with duckdb.connect() as con:
        whole = "\n".join(
            str(con.execute(f"select * from read_parquet({county.files(name)})").fetchall()) for name in county.manifest.tables
        )
    for secret in (*SECRETS.values(), "ZJ350902000001"):
        assert secret not in whole, secret
    assert "宁德建工有限公司" in whole, "an organisation is public"
    kept = {
        (record.record, field.name)
        for record in contracts().values()
        for field in record.fields
        if field.personal and field.name in (county.manifest.tables[record.table].columns if record.table in county.manifest.tables else ())
    }
    assert kept == {
        ("application", "return_reason"), ("case", "applicant_name"), ("certificate", "certificate_no"),
        ("evaluation", "rectification"), ("staff", "staff_name"),
    }  # fmt: skip


def test_models_find_in_the_lake_all_that_they_find_in_the_warehouse(home: Home, tmp_path: Path):
    _filled(home, 5, 200)
    with connect(home) as con:
        build(con, home, now=NOW)
    _exported(home, tmp_path / "lake", ONE)
    county = county_of(tmp_path / "lake", ONE)
    models = in_order(read_models(), county.manifest.tables)
    with on_duckdb(county, models) as con:
        con.execute(f"attach {quoted(home.warehouse)} as warehouse (read_only)")
        for model in models:
            if model.is_view:
                continue
            left_out = f" exclude ({CHANGED[model.name]})" if model.name in CHANGED else ""
            for one, other in ((model.name, f"warehouse.{model.name}"), (f"warehouse.{model.name}", model.name)):
                odd = con.execute(f"select *{left_out} from {one} except all select *{left_out} from {other}").fetchall()
                assert odd == [], model.name
        assert con.execute("select count(*) from mart_case_day").fetchone() != (0,)


def test_exporting_leaves_the_warehouse_as_it_is(home: Home, tmp_path: Path):
    _filled(home, 6)
    with connect(home) as con:
        build(con, home, as_of=date(2018, 6, 30), now=NOW)
    with connect(home) as con:
        before = con.execute("select * from meta order by all").fetchall()
        export(con, home, tmp_path / "lake", ONE, as_of=date(2018, 7, 31), now=LATER)
        assert con.execute("select * from meta order by all").fetchall() == before
    assert county_of(tmp_path / "lake", ONE).manifest.as_of == "2018-07-31"


def test_an_export_that_was_killed_is_never_read_and_goes_in_time(home: Home, tmp_path: Path):
    _filled(home, 7)
    first = _exported(home, tmp_path / "lake", ONE)
    left = county_of(tmp_path / "lake", ONE).folder / "export-20181231T183000-1"
    shutil.copytree(first.path, left)
    (left / MANIFEST).unlink()
    assert county_of(tmp_path / "lake", ONE).export == Path(first.path)
    _exported(home, tmp_path / "lake", ONE, LATER)
    assert left.exists(), "another export may be under way"
    os.utime(left, (0, 0))
    _exported(home, tmp_path / "lake", ONE, datetime(2018, 12, 31, 20))
    assert not left.exists()


def test_an_export_interrupted_once_it_is_named_stays(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    _filled(home, 7, 20)
    first = _exported(home, tmp_path / "lake", ONE)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Folder, "versions", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _exported(home, tmp_path / "lake", ONE, LATER)
    county = county_of(tmp_path / "lake", ONE)
    assert county.export != Path(first.path)
    assert (county.export / "raw_case").is_dir()


def test_a_lake_that_cannot_be_written_keeps_the_former_export(home: Home, tmp_path: Path):
    _filled(home, 8)
    first = _exported(home, tmp_path / "lake", ONE)
    # A file where the county's next version has a folder to make.
    (Path(first.path).parent / f"export-20181231T190000-{os.getpid()}").write_text("")
    with pytest.raises(HallError, match="cannot write to the lake"):
        _exported(home, tmp_path / "lake", ONE, LATER)
    assert county_of(tmp_path / "lake", ONE).export == Path(first.path)


@pytest.mark.parametrize(
    ("lake", "division", "said"),
    [
        ("s3://bucket/lake", ONE, "s3a://BUCKET/PREFIX"),
        ("lake", "", "set division in hall.toml"),
        ("lake", "蕉城区", "not a code of 6, 9 or 12 digits"),
        ("lake", "../../etc", "not a code of 6, 9 or 12 digits"),
    ],
)
def test_what_is_no_lake_or_no_division_is_refused(home: Home, tmp_path: Path, lake: str, division: str, said: str):
    place = lake if "://" in lake else str(tmp_path / lake)
    with connect(home) as con, pytest.raises(HallError, match=said):
        export(con, home, place, division, now=NOW)
    assert not (tmp_path / "lake").exists()


def test_a_county_that_never_exported_or_whose_manifest_is_damaged_is_refused(home: Home, tmp_path: Path):
    with pytest.raises(HallError, match="holds no export of 350902"):
        county_of(tmp_path, ONE)
    made = _exported(home, tmp_path / "lake", ONE)
    written = (Path(made.path) / MANIFEST).read_text("utf-8")
    for damaged in (
        "{",
        written.replace('"raw_case"', '"raw_case; drop table meta"'),
        written.replace('"case_no"', '"case_no, 1"'),
        written.replace('"VARCHAR"', '"VARCHAR, x"', 1),
        written.replace(f'"{ONE}"', f'"{OTHER}"'),
    ):
        assert damaged != written
        (Path(made.path) / MANIFEST).write_text(damaged, "utf-8")
        with pytest.raises(HallError, match="damaged"):
            county_of(tmp_path / "lake", ONE)


def test_a_home_of_the_lake_publishes_and_takes_no_records(home: Home, tmp_path: Path):
    _filled(home, 9, 200)
    home.settings_file.write_text(f'division = "{ONE}"\n', "utf-8")
    with connect(home) as con:
        build(con, home, now=NOW)
        publish(con, home, NOW)
    _exported(home, tmp_path / "lake", ONE)
    county = county_of(tmp_path / "lake", ONE)
    _built(county, tmp_path)
    models = in_order(read_models(), county.manifest.tables)
    centre = Home(tmp_path / "centre")
    for _ in range(2):
        with connect(centre) as con:
            load_built(con, county, models, NOW)
            publish(con, centre, NOW)
    with contextlib.closing(open_snapshot(current(home))) as ours, contextlib.closing(open_snapshot(current(centre))) as theirs:
        for name in ("fact_case", "mart_case_day", "mart_backlog_change", "ref_calendar"):
            sql = f"select * from {name} order by all"
            assert ours.execute(sql).fetchall() == theirs.execute(sql).fetchall(), name
    with connect(centre) as con:
        with pytest.raises(HallError, match="holds no records"):
            build(con, centre, now=NOW)
        with pytest.raises(HallError, match="holds no records"):
            load(con, centre, [])


def test_a_home_of_records_is_never_overwritten_from_a_lake(home: Home, tmp_path: Path):
    _filled(home, 10, 20)
    with connect(home) as con:
        con.execute("insert into batch (batch_id, file, read) values ('B000001', 'a.csv', 20)")
        export(con, home, tmp_path / "lake", ONE, now=NOW)
        with pytest.raises(HallError, match="a home of its own"):
            build_from_lake(con, county_of(tmp_path / "lake", ONE), "local[1]", {}, NOW)
        assert con.execute("select count(*) from raw_case").fetchone() == (20,)


def test_the_command_takes_the_division_from_the_settings(home: Home, tmp_path: Path):
    _filled(home, 11, 20)
    assert "division" in hall(home.root, "export", "--lake", tmp_path / "lake", code=1).stderr
    home.settings_file.write_text(f'division = "{ONE}"\n', "utf-8")
    told = answer(home.root, "export", "--lake", tmp_path / "lake")
    assert told["division"] == ONE
    assert {"name": "raw_case", "rows": 20, "columns": 27, "is_by_month": True} in told["tables"]
    refused = hall(tmp_path / "centre", "build", "--engine", "spark", "--division", ONE, code=1)
    assert "--lake" in refused.stderr
    refused = hall(tmp_path / "centre", "build", "--engine", "flink", code=1)
    assert "there is no engine flink" in refused.stderr


def test_a_build_that_was_killed_goes_with_the_next_of_the_same_home(home: Home, tmp_path: Path):
    _filled(home, 7, 20)
    _exported(home, tmp_path / "lake", ONE)
    county = county_of(tmp_path / "lake", ONE)
    half, whole = (county.folder / version_name("built", moment) for moment in (NOW, LATER))
    others = county.folder / "built-20181231T180000-1"
    for folder in (half, whole, others):
        (folder / "fact_case").mkdir(parents=True)
    (whole / MANIFEST).write_text("{}", "utf-8")
    centre = Home(tmp_path / "centre")
    for moment in (NOW, LATER):
        # Left as it is, like by a process that is killed.
        with connect(centre) as con:
            writing(con, county, moment).__enter__()
    with connect(centre) as con:
        with writing(con, county, datetime(2018, 12, 31, 20)):
            assert (half.exists(), whole.exists(), others.exists()) == (False, True, True), "whole, or another home's: it may be under way"
        assert con.execute("select * from lake_unfinished").fetchall() == []
