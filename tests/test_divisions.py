"""Divisions: codes and names, the column in a county's snapshot, and an indicator asked by it."""

import contextlib
import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from command_line import answered, in_process
from counties import FUAN, JIAOCHENG, shared

from etl.config import SHIPPED, HallError, Home, connect
from etl.divisions import SHARED, above, described, divisions_of, group_words, held, name_of, narrow, prefix_of, read_divisions, shipped
from etl.indicators import Query, evaluate
from etl.publish import current, open_snapshot, publish

YEAR = (date(2018, 1, 1), date(2018, 7, 31))
SYLLABLE = "((?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:[aeiou]{1,3})(?:ng|n|r)?)"


def reference() -> list[dict[str, str]]:
    with (SHIPPED / "reference" / "divisions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return shared(tmp_path_factory).own[JIAOCHENG]


def test_the_reference_has_the_divisions_of_both_lists():
    found = read_divisions([SHIPPED / "reference"])
    edition = {line["code"]: line["edition"] for line in reference()}
    kinds = {
        list_of: Counter(one.kind for one in found.values() if edition[one.code] in ("", list_of) and one.kind not in ("province", "city"))
        for list_of in ("2018", "2025")
    }
    assert kinds["2018"] == {"district": 29, "county_city": 12, "county": 44}
    assert kinds["2025"] == {"district": 31, "county_city": 11, "county": 42}
    assert sum(one.kind == "city" for one in found.values()) == 9
    for one in found.values():
        assert all(prefix.ljust(6, "0") in found for prefix in above(one.code)), one.code
        ending = {"district": "区", "county_city": "市", "county": "县", "city": "市", "province": "省"}[one.kind]
        assert one.name.endswith(ending)
    assert (found[JIAOCHENG].name, found[FUAN].name, found["350900"].name) == ("蕉城区", "福安市", "宁德市")


def test_every_division_has_a_romanised_name_of_its_kind():
    """As many syllables as characters before the kind, an apostrophe before one that begins with a vowel, a character read one way."""
    kinds = {"district": "District", "county_city": "City", "county": "County", "city": "City", "province": "Province"}
    readings: dict[str, set[str]] = {}
    for line in reference():
        name, name_en, kind = line["name"], line["name_en"], line["kind"]
        assert name
        assert name_en.isascii(), line
        own, _, suffix = name_en.rpartition(" ")
        assert suffix == kinds[kind], line
        # A name of one syllable keeps its kind as part of it: 沙县 is Shaxian County.
        letters = name if len(name) == 2 else name[:-1]
        spoken = re.fullmatch(SYLLABLE + rf"(?:(?=[^aeiou']){SYLLABLE}|'(?=[aoe]){SYLLABLE})" * (len(letters) - 1), own.lower())
        assert own == own.capitalize(), line
        assert spoken, line
        for letter, syllable in zip(letters, (one for one in spoken.groups() if one), strict=True):
            readings.setdefault(letter, set()).add(syllable)
    assert {letter: found for letter, found in readings.items() if len(found) > 1} == {}
    assert [readings[letter] for letter in "厦长乐侯将柘蕉漳尾"] == [
        {"xia"}, {"chang"}, {"le"}, {"hou"}, {"jiang"}, {"zhe"}, {"jiao"}, {"zhang"}, {"wei"},
    ]  # fmt: skip


def test_codes_and_names():
    assert [prefix_of(code) for code in ("350000", "350900", "350902", "35", "3509", "350902001")] == [
        "35", "3509", "350902", "35", "3509", "350902001",
    ]  # fmt: skip
    for wrong in ("", "3", "350", "35090", "蕉城区", "3509%", "35 "):
        with pytest.raises(HallError, match="2, 4, 6, 9 or 12 digits"):
            prefix_of(wrong)
    assert [name_of(prefix, shipped()) for prefix in ("35", "3509", JIAOCHENG, "110101")] == ["福建省", "宁德市", "蕉城区", "110101"]
    assert [name_of(prefix, shipped(), "en") for prefix in ("35", FUAN, "110101")] == ["Fujian Province", "Fu'an City", "110101"]
    assert described([FUAN, "110101"], shipped()) == [
        (FUAN, "福安市", "Fu'an City", "county_city", "宁德市", "Ningde City", "福建省", "Fujian Province"),
        ("110101", "110101", "110101", "", "1101", "1101", "11", "11"),
    ]
    assert (group_words("district"), group_words("district", "en"), group_words("山区县")) == ("市辖区", "Districts", "山区县")


def test_an_office_changes_groups_and_adds_divisions(home: Home, tmp_path: Path):
    own = Home(tmp_path)
    (own.root / "reference").mkdir()
    (own.root / "reference" / "divisions.csv").write_text("code,name,group\n350902,蕉城区,沿海\n360000,江西省,\n", "utf-8")
    found = divisions_of(own)
    assert (found[JIAOCHENG].group, found["360000"].name, found[FUAN].group) == ("沿海", "江西省", "county_city")
    assert (found[JIAOCHENG].name_en, found["360000"].name_en) == ("Jiaocheng District", "江西省"), "without an English name the Chinese"
    (own.root / "reference" / "divisions.csv").write_text("code,name,name_en\n350902,蕉城新区,\n350981,福安市,Fuan\n", "utf-8")
    assert [divisions_of(own)[code].name_en for code in (JIAOCHENG, FUAN)] == ["蕉城新区", "Fuan"]
    (own.root / "reference" / "divisions.csv").write_text("code,name\n3509x2,蕉城区\n", "utf-8")
    with pytest.raises(HallError, match="line 2"):
        divisions_of(own)
    (own.root / "reference" / "divisions.csv").write_text("代码,名称\n", "utf-8")
    with pytest.raises(HallError, match="no column code, name"):
        divisions_of(own)


def test_every_table_of_a_snapshot_says_whose_it_is(home: Home):
    with open_snapshot(current(home)) as con:
        tables = [name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()]
        for table in tables:
            columns = [name for name, *_ in con.execute(f"describe {table}").fetchall()]
            assert ("division" in columns) != bool(SHARED.fullmatch(table)), table
            if "division" in columns:
                assert set(con.execute(f"select distinct division from {table}").fetchall()) <= {(JIAOCHENG,)}, table
        assert held(con) == (JIAOCHENG,)
        assert con.execute("select count(*) from fact_case").fetchone() == (90,)


def test_without_a_setting_nobody_is_named(home: Home, tmp_path: Path):
    other = Home(tmp_path / "home")
    other.make()
    with connect(home) as con:
        manifest = publish(con, other)
    with open_snapshot(current(other)) as con:
        assert held(con) == ()
        assert con.execute("select distinct division from fact_case").fetchall() == [("",)]
        rows = evaluate(con, "received", Query(*YEAR, by=("division",))).rows
        assert [(row.by, row.value) for row in rows] == [({"division": ""}, 90)]
    assert manifest.is_new


def test_indicators_are_asked_by_division_and_of_all_that_begins_with_it(home: Home):
    with open_snapshot(current(home)) as con:
        whole = evaluate(con, "on_time_rate", Query(*YEAR)).rows[0]
        (row,) = evaluate(con, "on_time_rate", Query(*YEAR, by=("division",))).rows
        assert (row.by, row.numerator, row.denominator) == ({"division": JIAOCHENG}, whole.numerator, whole.denominator)
        for code in ("35", "350900", "3509", JIAOCHENG):
            assert evaluate(con, "on_time_rate", Query(*YEAR, where={"division": code})).rows == (whole,)
        assert evaluate(con, "received", Query(*YEAR, where={"division": ["3501", FUAN]})).rows[0].value == 0
        assert evaluate(con, "received", Query(*YEAR, where={"division": ["3501", "3509"]})).rows[0].value == 90


def test_a_warehouse_knows_no_division_and_says_so(home: Home):
    with connect(home, read_only=True) as con, pytest.raises(HallError, match="only published snapshots"):
        evaluate(con, "received", Query(*YEAR, by=("division",)))


def test_narrowing_leaves_nothing_else_to_be_asked_for(home: Home):
    with contextlib.closing(open_snapshot(current(home))) as con:
        with pytest.raises(HallError, match="no division 3501; there are: 350902"):
            narrow(con, "3501")
        narrow(con, "3509")
        assert con.execute("select count(*) from fact_case").fetchone() == (90,)


def test_the_command_names_division_and_value(home: Home):
    asked = ("indicator", "received", "--from", "2018-01-01", "--to", "2018-07-31")
    assert [row["by"] for row in answered(home.root, *asked, "--by", "division")["rows"]] == [{"division": JIAOCHENG}]
    assert answered(home.root, *asked, "--division", "3509")["rows"][0]["value"] == 90
    for wrong in (("--division", "350102"), ("--where", "division=3501")):
        with pytest.raises(HallError, match=r"no division 350102; there are: 350902|division has no value '3501'; did you mean: 350902"):
            in_process(home.root, *asked, *wrong)
    assert "蕉城区 / Jiaocheng District" in in_process(home.root, *asked, "--by", "division")
