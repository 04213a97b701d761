"""Files into a real warehouse: nothing lost, nothing shifted, nothing guessed."""

import csv
import gzip
import io
import json
import random
import zipfile
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.config import HallError, Home, connect
from etl.ingest import BatchResult, load

HEADERS = [
    "办件编号",
    "事项名称",
    "部门",
    "窗口",
    "渠道",
    "申请人",
    "收件时间",
    "受理时间",
    "承诺时限",
    "承诺时限单位",
    "办结时间",
    "办理结果",
    "备注",
]


def row(number: int, **changed: str) -> list[str]:
    values = {
        "办件编号": f"YW{number:05d}", "事项名称": "食品经营许可", "部门": "市场监督管理局", "窗口": "3号窗口", "渠道": "窗口",
        "申请人": "林某",
        "收件时间": f"2018-10-{number % 20 + 8:02d} 09:05:00", "受理时间": f"2018-10-{number % 20 + 8:02d} 10:00:00", "承诺时限": "5",
        "承诺时限单位": "工作日", "办结时间": "2018-11-01 16:00:00", "办理结果": "准予", "备注": "",
    }  # fmt: skip
    return [{**values, **changed}[header] for header in HEADERS]


def text_of(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> str:
    out = io.StringIO()
    # A writer that ends lines with CR alone would leave a line feed inside a value unquoted.
    quoting = csv.QUOTE_ALL if end == "\r" else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([HEADERS, *rows])
    return out.getvalue()


def loaded(home: Home, path: Path, **options: str) -> tuple[list[BatchResult], dict[str, tuple[object, ...]]]:
    with connect(home) as con:
        results = load(con, home, [path], **options)
        rows = con.execute("select case_no, item_name, department, received_at, closed_at, promised_limit, remark from raw_case").fetchall()
    return results, {found[0]: found[1:] for found in rows}


def adds_up(result: BatchResult) -> bool:
    parts = (result.inserted, result.updated, result.unchanged, result.superseded, result.quarantined)
    return result.read == sum(parts)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_separator_and_line_end_gives_the_same_rows(
    home: Home, tmp_path: Path, encoding: str, delimiter: str, end: str
) -> None:
    path = tmp_path / "cases.txt"
    path.write_bytes(text_of([row(1), row(2, 备注="两行\n备注"), row(3, 备注='说"好"')], delimiter, end).encode(encoding))
    (result,), rows = loaded(home, path)
    assert (result.read, result.inserted, result.quarantined) == (3, 3, 0)
    assert rows["YW00002"][-1] == "两行\n备注"
    assert rows["YW00003"][-1] == '说"好"'


@pytest.mark.parametrize("form", ["xlsx", "json", "jsonl", "parquet", "gz", "zip"])
def test_every_container_gives_the_same_rows(home: Home, tmp_path: Path, form: str) -> None:
    rows = [row(number) for number in range(1, 6)]
    records = [dict(zip(HEADERS, values, strict=True)) for values in rows]
    path = tmp_path / f"cases.{form}"
    if form == "xlsx":
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("办件")
            for line, values in enumerate([HEADERS, *rows]):
                sheet.write_row(line, 0, values)
    elif form == "json":
        path.write_text(json.dumps(records, ensure_ascii=False), "utf-8")
    elif form == "jsonl":
        path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    elif form == "parquet":
        csv_path = tmp_path / "a.csv"
        csv_path.write_text(text_of(rows), "utf-8")
        duckdb.sql(f"copy (from read_csv('{csv_path}', all_varchar=true)) to '{path}' (format parquet)")
    elif form == "gz":
        path.write_bytes(gzip.compress(text_of(rows).encode("gb18030")))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("办件.csv", text_of(rows).encode("gb18030"))
    (result,), found = loaded(home, path)
    assert (result.read, result.inserted) == (5, 5)
    assert found["YW00005"][0] == "食品经营许可"


def dirty(kind: str, text: str, at: int = 3) -> tuple[str, int]:
    """The text spoiled in one way at one of its records, and how many physical records of it must be refused."""
    lines = text.splitlines(keepends=True)
    if kind == "extra separator":
        lines[at] = lines[at].replace("食品经营许可", "食品,经营许可")
    elif kind == "extra separator at the end":
        lines[at] = lines[at].rstrip("\n") + ",\n"
    elif kind == "missing separator":
        lines[at] = lines[at].replace("食品经营许可,", "食品经营许可", 1)
    elif kind == "stray quote at a field's start":
        lines[at] = lines[at].replace("食品经营许可", '"食品经营许可')
    elif kind == "unescaped quote":
        lines[at] = lines[at].replace("食品经营许可", '"食品"经营,许可"')
    elif kind == "repeated header":
        lines.insert(at, lines[0])
    elif kind == "total row":
        lines.append("合计" + "," * (len(HEADERS) - 1) + "\n")
    elif kind == "nul byte":
        lines[at] = lines[at].replace("食品", "食\x00品")
    elif kind == "truncated":
        lines[-1] = lines[-1][:20]
    elif kind == "bad date":
        lines[at] = lines[at].replace("2018-11-01", "2018-11-31")
    elif kind == "day and month order unknown":
        lines[at] = lines[at].replace("2018-11-01 16:00:00", "01/11/2018")
    elif kind == "unknown code":
        lines[at] = lines[at].replace("准予", "也许")
    elif kind == "closed before accepted":
        lines[at] = lines[at].replace("2018-11-01", "2018-09-01")
    elif kind == "key missing":
        lines[at] = lines[at][len("YW00000") :]
    else:
        raise ValueError(kind)
    return "".join(lines), 1


KINDS = [
    "extra separator",
    "extra separator at the end",
    "missing separator",
    "stray quote at a field's start",
    "unescaped quote",
    "repeated header",
    "total row",
    "nul byte",
    "truncated",
    "bad date",
    "day and month order unknown",
    "unknown code",
    "closed before accepted",
    "key missing",
]


@pytest.mark.parametrize("kind", KINDS)
def test_one_spoiled_record_is_quarantined_and_every_other_loads_unshifted(home: Home, tmp_path: Path, kind: str) -> None:
    clean = [row(number) for number in range(1, 11)]
    text, refused = dirty(kind, text_of(clean))
    path = tmp_path / "cases.csv"
    path.write_text(text, "utf-8", newline="")
    (result,), rows = loaded(home, path)
    assert adds_up(result)
    assert result.quarantined == refused
    assert result.read == len(text.splitlines()) - 1
    for values in rows.values():
        assert values[:2] == ("食品经营许可", "市场监督管理局")
        assert values[4] == 5
    with connect(home) as con:
        faults = con.execute(
            "select q.line, q.raw, f.rule, f.zh, f.en from quarantine q join quarantine_fault f using (batch_id, line)"
        ).fetchall()
    assert faults
    assert all(line and raw is not None and zh and en for line, raw, _, zh, en in faults)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=4, unique=True))
def test_polluted_files_conserve_every_physical_record(tmp_path_factory: pytest.TempPathFactory, seed: int, kinds: list[str]) -> None:
    """However a file is spoiled, what loads is a row of the clean file, and the ledger adds up to its records."""
    chance = random.Random(seed)
    folder = tmp_path_factory.mktemp("polluted")
    clean = [row(number, 备注=chance.choice(["", "备注", "有,逗号", '有"引号'])) for number in range(1, 30)]
    expected = {values[0]: values for values in clean}
    text = text_of(clean)
    # Each fault at a record of its own: a separator too few and one too many in the same record give a row like any other.
    for place, kind in enumerate(kinds):
        text, _ = dirty(kind, text, 3 + 5 * place)
    path = folder / "cases.csv"
    path.write_text(text, "utf-8", newline="")
    home = Home(folder / "home")
    (result,), rows = loaded(home, path)
    assert adds_up(result)
    for case_no, values in rows.items():
        assert values[0] == "食品经营许可"
        assert values[1] == expected[case_no][2]
        assert (values[-1] or "") == expected[case_no][-1]


def test_preamble_above_the_header_and_mixed_line_ends_are_no_records(home: Home, tmp_path: Path) -> None:
    lines = text_of([row(1), row(2), row(3)]).splitlines()
    path = tmp_path / "cases.csv"
    path.write_bytes(("蕉城区办件明细\r\n\r\n" + lines[0] + "\r\n" + lines[1] + "\n" + lines[2] + "\r" + lines[3]).encode("gb18030"))
    (result,), rows = loaded(home, path)
    assert (result.read, result.inserted) == (3, 3)
    assert set(rows) == {"YW00001", "YW00002", "YW00003"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.csv", b""),
        ("cut.csv.gz", gzip.compress(("办件编号,受理时间\n" * 5000).encode(), mtime=0)[:60]),
        ("broken.xlsx", b"PK\x03\x04 this is no workbook"),
        ("broken.json", '[{"办件编号": "1", "受理时间": "2018-10-08"'.encode()),
        ("page.xls", b"<html><table></table></html>"),
        ("no-key.csv", "部门,受理时间\n民政局,2018-10-08\n".encode()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_one_clear_error_and_nothing_loads(home: Home, tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with connect(home) as con:
        with pytest.raises(HallError) as refusal:
            load(con, home, [path])
        assert con.execute("select count(*) from batch").fetchone() == (0,)
    assert name.split(".")[0] in refusal.value.zh


def test_missing_column_names_the_nearest_mapping(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(text_of([row(1)]).replace("办件编号", "编号"), "utf-8")
    with connect(home) as con, pytest.raises(HallError) as refusal:
        load(con, home, [path])
    assert "canonical-case" in refusal.value.zh
    assert "办件编号" in refusal.value.zh


def test_header_only_loads_nothing_and_says_so(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(text_of([]), "utf-8")
    (result,), _ = loaded(home, path)
    assert result.read == 0
    assert [warned.rule for warned in result.warnings] == ["no_records"]


def test_same_file_twice_changes_nothing_and_order_does_not_matter(tmp_path: Path) -> None:
    older = tmp_path / "a.csv"
    newer = tmp_path / "b.csv"
    older.write_text(text_of([row(1, 办结时间="", 办理结果=""), row(2), row(3)]), "utf-8")
    newer.write_text(text_of([row(1), row(2), row(2, 备注="新"), row(4)]), "utf-8")
    states = []
    for order in ([older, newer], [newer, older], [older, newer, older, newer]):
        home = Home(tmp_path / str(len(states)))
        with connect(home) as con:
            for path in order:
                for result in load(con, home, [path]):
                    assert adds_up(result)
            states.append(con.execute("select * exclude (_batch_id, _line) from raw_case order by case_no").fetchall())
            assert con.execute("select closed_at is not null from raw_case where case_no = 'YW00001'").fetchone() == (True,)
    assert states[0] == states[1] == states[2]


def test_dry_run_counts_and_writes_nothing(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(text_of([row(1)]), "utf-8")
    with connect(home) as con:
        (result,) = load(con, home, [path], dry_run=True)
        assert result.inserted == 1
        assert con.execute("select count(*) from raw_case").fetchone() == (0,)


def test_unknown_columns_stay_with_their_row(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("办件编号,受理时间,楼层\nA1,2018-10-08,三楼\n", "utf-8")
    with connect(home) as con:
        (result,) = load(con, home, [path])
        assert json.loads(con.execute("select _extra from raw_case").fetchone()[0]) == {"楼层": "三楼"}  # type: ignore[index]
    assert [warned.rule for warned in result.warnings] == ["unknown_column"]


def test_two_row_merged_header_and_excel_serials(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "cases.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["办件编号", "受理时间", "承诺时限", "承诺时限单位", "备注"])
        sheet.write_row(1, 0, ["007", 43381.375, 5, "gzr", "文本"])
        sheet.write_row(2, 0, ["008", "２０１８年１０月８日", "３", "工作日", ""])
    with connect(home) as con:
        load(con, home, [path])
        rows = con.execute(
            "select case_no, cast(accepted_at as varchar), promised_limit, promised_unit from raw_case order by 1"
        ).fetchall()
    assert rows == [("007", "2018-10-08 09:00:00", 5, "workday"), ("008", "2018-10-08 00:00:00", 3, "workday")]


def test_permit_log_loads_with_two_rows_refused(home: Home, real_files: Path) -> None:
    (result,), _ = loaded(home, real_files / "permits" / "receipt.cases.csv")
    assert (result.read, result.inserted, result.quarantined) == (1434, 1432, 2)


def test_item_list_keeps_every_code_as_text(home: Home, real_files: Path) -> None:
    path = real_files / "items" / "guangan_items.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        codes = {line["itemCode"] for line in csv.DictReader(stream)}
    with connect(home) as con:
        (result,) = load(con, home, [path])
        assert {found[0] for found in con.execute("select item_code from raw_item").fetchall()} == codes
    assert result.inserted == len(codes) == 1135


def test_due_date_without_a_time_lasts_until_the_day_ends(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("办件编号,受理时间,承诺办结时间\nA1,2018-10-08,2018-10-09\nA2,2018-10-08,2018-10-09T00:00:00\n", "utf-8")
    with connect(home) as con:
        load(con, home, [path])
        found = con.execute("select cast(promise_due_at as varchar) from raw_case order by case_no").fetchall()
    assert found == [("2018-10-09 23:59:59",), ("2018-10-09 00:00:00",)]


@pytest.mark.parametrize("form", ["one line", "several lines", "json"])
def test_record_too_long_to_be_one_is_refused_and_the_others_load(home: Home, tmp_path: Path, form: str) -> None:
    long = "长" * 1_000_001 if form != "several lines" else "\n".join(["长" * 9000] * 120)
    rows = [row(1), row(2, 备注=long), row(3, 备注="长" * 999_000)]
    if form == "json":
        path = tmp_path / "cases.json"
        path.write_text(json.dumps([dict(zip(HEADERS, values, strict=True)) for values in rows], ensure_ascii=False), "utf-8")
    else:
        path = tmp_path / "cases.csv"
        path.write_text(text_of(rows), "utf-8")
    (result,), found = loaded(home, path)
    assert adds_up(result)
    assert set(found) == {"YW00001", "YW00003"}
    assert len(str(found["YW00003"][-1])) == 999_000
    with connect(home) as con:
        assert con.execute("select distinct rule from quarantine_fault").fetchall() == [("line_too_long",)]
