"""Long lists as workbooks: every row is there, text stays text, numbers and dates are numbers and dates."""

from datetime import date, datetime

import pytest
from oracles.cases import insert
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from etl.cli import hall
from etl.config import connect
from etl.records import contract, sheets
from etl.records.sheets import write_sheets


def read(path):
    book = CalamineWorkbook.from_filelike(path.open("rb"))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_values_keep_their_types(tmp_path):
    row = ["=1+1", "007", "-1", None, 3, 2.5, True, date(2018, 10, 8), datetime(2018, 10, 8, 9, 5)]
    write_sheets(tmp_path / "a.xlsx", "办件", [f"列{number}" for number in range(9)], [row])
    (found,) = read(tmp_path / "a.xlsx").values()
    assert found[1] == ["=1+1", "007", "-1", "", 3.0, 2.5, True, date(2018, 10, 8), datetime(2018, 10, 8, 9, 5)]


def test_a_list_that_is_too_long_for_a_sheet_goes_on_on_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "ROWS_A_SHEET", 4)
    write_sheets(tmp_path / "a.xlsx", "办件", ["编号"], ([f"{number}"] for number in range(9)))
    found = read(tmp_path / "a.xlsx")
    assert list(found) == ["办件", "办件2", "办件3"]
    assert [cell for rows in found.values() for (cell,) in rows[1:]] == [f"{number}" for number in range(9)]
    assert all(rows[0] == ["编号"] for rows in found.values())


def test_an_empty_list_has_its_header(tmp_path):
    write_sheets(tmp_path / "a.xlsx", "办件", ["编号"], [])
    assert read(tmp_path / "a.xlsx") == {"办件": [["编号"]]}


def test_records_come_as_a_workbook_masked_under_chinese_labels(home, tmp_path):
    with connect(home) as con:
        insert(
            con, "case", [{"case_no": "case-1", "item_name": "=cmd", "applicant_name": "欧阳小华", "applicant_id_no": "350902180001010019"}]
        )
    target = tmp_path / "cases.xlsx"
    done = CliRunner().invoke(hall(), ["--home", str(home.root), "records", "case", "--format", "xlsx", "--out", str(target)])
    assert done.exit_code == 0, done.output
    (rows,) = read(target).values()
    found = dict(zip(rows[0], rows[1], strict=True))
    assert (found["办件编号"], found["事项名称"]) == ("case-1", "=cmd")
    assert "小" not in str(found["申请人"])
    assert "350902180001010019" not in str(rows)
    assert set(rows[0]) <= {field.zh for field in contract("case").fields}


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
def test_a_workbook_needs_a_file(home, form):
    done = CliRunner().invoke(hall(), ["--home", str(home.root), "records", "case", "--format", form])
    assert done.exit_code == 1
