"""A formula error in a workbook is no blank: its row is refused and shows what the cell said."""

from pathlib import Path

import pytest
import xlsxwriter

from etl.config import Home, connect
from etl.ingest import load
from etl.ingest.errorcells import error_cells

HEADERS = ("办件编号", "事项名称", "部门", "收件时间", "受理时间", "备注")


def write(path: Path, errors: dict[tuple[int, int], str]) -> None:
    """Three cases on a sheet with a title row; `errors` puts error cells at (row, column) counted from 0 below the header."""
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("说明").write(0, 0, "导出说明")
        sheet = book.add_worksheet("办件")
        sheet.write_row(0, 0, HEADERS)
        for row in range(3):
            sheet.write_row(row + 1, 0, (f"BJ{row}", "事项", "民政局", "2018-10-08 09:00:00", "2018-10-08 09:05:00", ""))
        for (row, column), text in errors.items():
            sheet.write_formula(row + 1, column, "=1/0", None, text)


@pytest.mark.parametrize("column", [1, 4, 5])
def test_a_row_with_an_error_cell_is_quarantined_with_what_it_said(home: Home, tmp_path: Path, column: int) -> None:
    path = tmp_path / "办件.xlsx"
    write(path, {(1, column): "#N/A"})
    with connect(home) as con:
        (result,) = load(con, home, [path])
        assert (result.read, result.inserted, result.quarantined) == (3, 2, 1)
        found = con.execute("select line, rule, raw from quarantine inner join quarantine_fault using (batch_id, line)").fetchall()
    assert [(line, rule) for line, rule, _ in found] == [(3, "error_cell")]
    assert "#N/A" in found[0][2]


def test_error_cells_are_found_by_sheet_and_place(tmp_path: Path) -> None:
    path = tmp_path / "办件.xlsx"
    write(path, {(0, 0): "#DIV/0!", (2, 30): "#REF!"})
    assert error_cells(path) == {"办件": {(2, 0): "#DIV/0!", (4, 30): "#REF!"}}
    assert error_cells(path.read_bytes()) == error_cells(path)


def test_a_workbook_without_errors_and_one_of_another_kind_have_none(tmp_path: Path) -> None:
    write(tmp_path / "办件.xlsx", {})
    (tmp_path / "other.xls").write_bytes(b"\xd0\xcf\x11\xe0 not a zip")
    assert error_cells(tmp_path / "办件.xlsx") == {}
    assert error_cells(tmp_path / "other.xls") == {}


def test_seven_kinds_of_error_are_found_in_a_workbook_of_others(real_files: Path) -> None:
    (cells,) = error_cells(real_files / "workbooks" / "errors.xlsx").values()
    assert [cells[row, 0] for row in range(1, 8)] == ["#DIV/0!", "#NAME?", "#VALUE!", "#NULL!", "#REF!", "#NUM!", "#N/A"]
