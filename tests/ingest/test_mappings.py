"""Choosing a mapping, and what the shipped ones make of their systems' codes."""

from pathlib import Path

import pytest

from etl.config import HallError, Home, connect
from etl.ingest import load
from etl.records import contracts
from etl.records.mapping import canonical_mapping, mappings

GB = "办件编号,基本编码,实施编码,事项名称,办件类型,申请类型,申请人名称,申请人证件类型,申请人证件号码,受理单位,受理时间,办结时间\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_every_shipped_mapping_is_valid_and_named_after_its_record(home: Home) -> None:
    found = mappings(home)
    assert {"fujian-case", "gbt39046-case", "permits-nl", "guangan-items"} <= set(found)
    assert {mapping.record for mapping in found.values()} == set(contracts())


@pytest.mark.parametrize("record", sorted(contracts()))
def test_canonical_file_of_each_record_fits_its_own_mapping_alone(home: Home, tmp_path: Path, record: str) -> None:
    mapping = canonical_mapping(contracts()[record])
    path = write(tmp_path / "a.csv", ",".join(mapping.fields.values()) + "\n")
    with connect(home) as con:
        (result,) = load(con, home, [path])
    assert (result.record, result.mapping) == (record, mapping.name)


def test_national_codes_and_compact_times_are_understood(home: Home, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", GB + "A1,123,456,甲,1,2,某某,111,11010519491231002X,民政局,20181008T090500,2018100816:00:00\n")
    with connect(home) as con:
        (result,) = load(con, home, [path])
        found = con.execute("select case_type, channel, department, cast(accepted_at as varchar), cast(closed_at as varchar) from raw_case")
        assert found.fetchall() == [("instant", "web", "民政局", "2018-10-08 09:05:00", "2018-10-08 16:00:00")]
    assert result.mapping == "gbt39046-case"
    assert {warned.rule for warned in result.warnings} == {"unusual_width"}


@pytest.mark.parametrize(
    ("kind", "number", "refused"),
    [
        ("111", "11010519491231002X", 0),
        ("111", "110105194912310021", 1),
        ("111", "110105491231002", 0),
        ("", "110105194912310021", 1),
        ("", "91350100M000100Y43", 0),
        ("414", "E12345678", 0),
    ],
)
def test_check_digit_of_an_id_card_is_held_against_id_cards_only(home: Home, tmp_path: Path, kind: str, number: str, refused: int) -> None:
    path = write(tmp_path / "a.csv", GB + f"A1,1234567890,1234567890,甲,1,2,某某,{kind},{number},民政局,2018-10-08,\n")
    with connect(home) as con:
        (result,) = load(con, home, [path])
    assert result.quarantined == refused


def test_two_fitting_mappings_are_refused_until_one_is_named(home: Home, tmp_path: Path) -> None:
    folder = home.root / "mappings"
    folder.mkdir()
    for name in ("east", "west"):
        write(
            folder / f"{name}.toml",
            'record = "case"\nzh = "某"\nen = "some"\nsignature = ["号", "受理"]\n[fields]\ncase_no = "号"\naccepted_at = "受理"\n',
        )
    path = write(tmp_path / "a.csv", "号,受理\nA1,2018-10-08\n")
    with connect(home) as con:
        with pytest.raises(HallError, match="east、west"):
            load(con, home, [path])
        (result,) = load(con, home, [path], mapping="west")
    assert result.inserted == 1


def test_faulty_mapping_file_is_refused_by_name_and_place(home: Home, tmp_path: Path) -> None:
    folder = home.root / "mappings"
    folder.mkdir()
    write(folder / "bad.toml", 'record = "case"\nzh = "某"\nen = "some"\nsignature = ["号"]\n[fields]\ncase_number = "号"\n')
    with connect(home) as con, pytest.raises(HallError, match=r"bad\.toml：办件没有字段 case_number"):
        load(con, home, [write(tmp_path / "a.csv", "号\nA1\n")])


def test_day_first_dates_load_only_where_the_mapping_declares_them(home: Home, tmp_path: Path) -> None:
    folder = home.root / "mappings"
    folder.mkdir()
    write(
        folder / "dmy.toml",
        'record = "case"\nzh = "某"\nen = "some"\nsignature = ["号", "受理"]\ndatetime_formats = ["%d/%m/%Y"]\n'
        '[fields]\ncase_no = "号"\naccepted_at = "受理"\n',
    )
    with connect(home) as con:
        (result,) = load(con, home, [write(tmp_path / "a.csv", "号,受理\nA1,08/10/2018\n")])
        assert con.execute("select cast(accepted_at as varchar) from raw_case").fetchall() == [("2018-10-08 00:00:00",)]
    assert result.quarantined == 0


@pytest.mark.parametrize("name", ["cases.xlsx", "cases.json", "cases.parquet", "cases.gz"])
def test_wrong_suffix_does_not_matter(home: Home, tmp_path: Path, name: str) -> None:
    with connect(home) as con:
        (result,) = load(con, home, [write(tmp_path / name, "办件编号,受理时间\nA1,2018-10-08\n")])
    assert result.inserted == 1
