"""No ID number in the warehouse: the hash is the standard's, tells the same person, and hides everything else."""

import hashlib
import hmac
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_hall import made_once, published

from etl.access import keys
from etl.config import Home, connect
from etl.ingest import load
from etl.ingest.pseudonym import set_key, settle_former
from etl.records import contracts

NUMBER = "35090218000101001X"
WORDS = st.text(st.characters(blacklist_characters="#\0", blacklist_categories=("Cs",)))
HEADER = "申办流水号,审批部门,申报来源,收件日期,承诺期限单位,证件类型,证件号码\n"
ROW = "{case_no},甲局,1,2018-10-08 09:05,工作日,{kind},{number}\n"


@pytest.fixture(scope="module")
def keyed(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("keyed"))
    home.make()
    with connect(home) as con:
        set_key(con, home)
        yield con, keys.key(home, "id")


@settings(max_examples=200, deadline=None)
@given(
    text=st.one_of(st.from_regex(r"\A[0-9]{17}[0-9Xx]\Z"), st.text(st.characters(blacklist_characters="#\0", blacklist_categories=("Cs",))))
)
def test_it_is_hmac_sha256_as_python_computes_it(keyed, text):
    con, key = keyed
    (found,) = con.execute("select pseudonym(?)", [text]).fetchone()
    (upper,) = con.execute("select upper(?)", [text]).fetchone()
    area = text[:4] if len(text) in range(15, 19) and text[:-1].isascii() and text[:-1].isdigit() and text[-1] in "0123456789Xx" else ""
    assert found == area + "#" + hmac.new(key, upper.encode(), hashlib.sha256).hexdigest()[:32]
    assert con.execute("select pseudonym(?)", [found]).fetchone() == (found,)


def test_the_same_person_is_the_same_in_every_file_and_loading_again_changes_nothing(home: Home):
    files = []
    for number in range(2):
        path = home.inbox / f"办件{number}.csv"
        path.write_text(HEADER + ROW.format(case_no=f"A-{number}", kind="111", number=NUMBER), "utf-8")
        files.append(path)
    with connect(home) as con:
        load(con, home, files)
        rows = con.execute("select applicant_id_no from raw_case").fetchall()
        assert len(set(rows)) == 1
        assert rows[0][0].startswith("3509#")
        assert NUMBER not in rows[0][0]
        assert [result.unchanged for result in load(con, home, files)] == [1, 1]


def test_another_office_has_other_hashes(home: Home, tmp_path: Path):
    other = Home(tmp_path / "other")
    found = []
    for place in (home, other):
        place.make()
        with connect(place) as con:
            set_key(con, place)
            found.append(con.execute("select pseudonym(?)", [NUMBER]).fetchone())
    assert found[0] != found[1]


def test_numbers_that_an_earlier_release_loaded_are_replaced(home: Home):
    path = home.inbox / "办件.csv"
    path.write_text(HEADER + ROW.format(case_no="A-1", kind="111", number=NUMBER) + ROW.format(case_no="A-2", kind="", number=""), "utf-8")
    with connect(home) as con:
        load(con, home, [path])
        hashed = con.execute("select applicant_id_no from raw_case order by case_no").fetchall()
        con.execute("update stored_case set applicant_id_no = ? where case_no = 'A-1'", [NUMBER])
        assert settle_former(con, list(contracts().values())) == 1
        assert con.execute("select applicant_id_no from raw_case order by case_no").fetchall() == hashed
        assert settle_former(con, list(contracts().values())) == 0


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    return Home(made_once(tmp_path_factory, "small-hall", published))


def test_no_record_table_holds_an_id_number_in_its_field(loaded):
    with connect(loaded, read_only=True) as con:
        seen = 0
        for record in contracts().values():
            for field in record.fields:
                if field.personal == "id_number":
                    sql = f"select count({field.name}), count(*) filter (where regexp_matches({field.name}, '^[0-9]{{5}}'))"
                    held, raw = con.execute(f"{sql} from {record.table}").fetchone()
                    seen += held
                    assert raw == 0, f"{record.table}.{field.name}"
        assert seen > 0
