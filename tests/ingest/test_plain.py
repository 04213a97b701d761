"""Lines split together are the lines split one by one, whatever stands in them; only columns that a file has are stored."""

import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl.config import connect
from etl.ingest import load
from etl.ingest.decode import BLOCK, Block, is_utf8
from etl.ingest.delimited import DELIMITERS, DelimitedTable
from etl.ingest.plain import split_plain
from etl.ingest.rows import Row
from etl.records import contract

WIDTH = 3


class Kept:
    """Takes what is staged, as rows by line."""

    def __init__(self):
        self.rows = {}

    def write(self, block):
        for line in block.splitlines():
            number, *cells = line.split("\x1f")
            self.rows[int(number)] = cells

    def write_table(self, table, data):
        for row in table.to_pylist():
            number, *cells = row.values()
            self.rows[number] = [cell or "" for cell in cells]


def expected(lines, delimiter):
    """What becomes of each line below the header, by its separators alone."""
    kept, refused, blank = {}, {}, 0
    for number, line in enumerate(lines, 2):
        if not line.replace(delimiter, "").strip():
            blank += 1
        elif line.count(delimiter) == WIDTH - 1:
            kept[number] = line.split(delimiter)
        else:
            refused[number] = "too_many_fields" if line.count(delimiter) >= WIDTH else "too_few_fields"
    return kept, refused, blank


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=12) | st.text(max_size=8).map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(data=b"")
@example(data=b"abcdefgh" * 4 + b"\xed\xa0\x80")
@example(data="甲\U0010ffff".encode())
@example(data=b"\xc0\x80")
@example(data="甲".encode()[:2])
def test_bytes_are_utf8_when_they_decode(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        assert not is_utf8(data)
    else:
        assert is_utf8(data)


LINE = st.text(st.sampled_from("ab,;\t 甲９，\u00a0\ufeff'\\"), max_size=9)


@settings(max_examples=400, deadline=None)
@given(lines=st.lists(LINE, max_size=12), end=st.sampled_from(["\n", "\r\n", "\r"]), closed=st.booleans(), way=st.sampled_from([0, 1, 2]))
@example(lines=["", ",,", "a,b,", ",b,c", "a,b", "a,b,c,d", "  ", "\ufeffa,b,c"], end="\n", closed=False, way=0)
@example(lines=[], end="\n", closed=True, way=0)
@example(lines=[" \t\t", "a\tb\tc"], end="\n", closed=True, way=1)
@example(lines=["", "\u00a0\t\t", "a\tb"], end="\n", closed=True, way=1)
def test_every_line_is_kept_refused_or_blank_by_its_separators(lines, end, closed, way):
    delimiter = DELIMITERS[way]
    header = delimiter.join(["x", "y", "z"])
    text = end.join([header, *lines]) + (end if closed else "")
    if lines and not closed and not lines[-1]:
        lines = lines[:-1]
    table, out = DelimitedTable("t.csv", lambda: io.BytesIO(text.encode())), Kept()
    tally = table.stage(way, [Row(1, ["x", "y", "z"])], out)
    kept, refused, blank = expected(lines, delimiter)
    assert out.rows == kept
    assert {one.line: one.rule for one in tally.refused} == refused
    assert (tally.rows, tally.blank) == (len(kept), blank)


def test_what_cannot_be_split_together_is_left_to_the_exact_way():
    assert split_plain(Block("a,b,c\n" + "x" * 1_200_000 + ",b,c\n"), ",", WIDTH, 2, "\n") is None
    assert split_plain(Block("\ufeffa,b,c\n"), ",", WIDTH, 2, "\n") is None
    assert split_plain(Block("a\nb\n"), ",", 1, 2, "\n") is None


HEAD = "办件编号,申请人,部门,收件时间\n"


@pytest.mark.parametrize("last", ["林　某", "林\u00a0", "９号", '"两行\n名"'])
def test_what_only_the_last_block_holds_is_cleaned_as_if_the_first_had_it(home, tmp_path, last):
    """The statement is made for the beginning of the file; a later block that holds more has all read again."""
    plain = "".join(f"A{n:06d},林某某,第{n % 40}局,2018-10-08 09:05:00\n" for n in range(BLOCK // 40))
    rows = [plain, f"Z000001,{last},甲,2018-10-08 09:05:00\n", "Z000002,a,甲\n"]
    large, small = tmp_path / "large.csv", tmp_path / "small.csv"
    large.write_text(HEAD + "".join(rows), "utf-8")
    small.write_text(HEAD + "".join(rows[1:]), "utf-8")
    found = []
    for number, path in enumerate((large, small)):
        other = type(home)(Path(home.root) / str(number))
        with connect(other) as con:
            (result,) = load(con, other, [path])
            assert result.read == result.inserted + result.quarantined
            assert result.quarantined == 1
            found.append(con.execute("select applicant_name from raw_case where case_no = 'Z000001'").fetchone())
            assert con.execute("select count(*) = count(distinct _line), min(_line) from raw_case").fetchone() == (True, 2)
    assert found[0] == found[1]


def test_a_column_that_no_file_has_is_not_stored_and_reads_as_null(home, tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(HEAD + "A1,甲,一局,2018-10-08\nA2,乙,一局,2018-10-08\n", "utf-8")
    second.write_text("办件编号,收件时间,办结时间\nA1,2018-10-08,2018-10-09\nA3,2018-10-08,2018-10-09\n", "utf-8")
    names = {field.name for field in contract("case").fields}

    def columns(con, table):
        return {name for (name,) in con.execute("select column_name from duckdb_columns() where table_name = ?", [table]).fetchall()}

    with connect(home) as con:
        load(con, home, [first])
        assert names <= columns(con, "raw_case")
        assert columns(con, "stored_case") & names == {"case_no", "applicant_name", "department", "received_at"}
        load(con, home, [second])
        assert columns(con, "stored_case") & names == {"case_no", "applicant_name", "department", "received_at", "closed_at"}
        found = con.execute("select case_no, department, closed_at is not null, remark from raw_case order by 1").fetchall()
    assert found == [("A1", None, True, None), ("A2", "一局", False, None), ("A3", None, True, None)]
