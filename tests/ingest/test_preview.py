"""What the reader sees of awkward files, held against the answers that lie beside them."""

import json
from pathlib import Path

import pytest

from etl.config import Home
from etl.ingest.draft import draft, preview


def test_awkward_csv_files_equal_their_answers(real_files: Path) -> None:
    files = sorted((real_files / "csv_spectrum" / "csvs").glob("*.csv"))
    assert files
    for path in files:
        (seen,) = preview(path)
        rows = [dict(zip(seen.columns, row.cells, strict=True)) for row in seen.rows]
        answer = json.loads((real_files / "csv_spectrum" / "json" / f"{path.stem}.json").read_text("utf-8"))
        if b"\r" not in path.read_bytes():
            # A copy whose line ends were changed on the way cannot give back the ones that the answer has.
            answer = [{key: value.replace("\r\n", "\n") for key, value in record.items()} for record in answer]
        assert rows == answer, path.name
        assert seen.refused == []


@pytest.mark.parametrize("name", ["date.xls", "date_1904.xls", "date_1904.xlsx"])
def test_dates_of_both_epochs_are_right(real_files: Path, name: str) -> None:
    (seen,) = preview(real_files / "workbooks" / name)
    cells = [seen.columns, *(row.cells for row in seen.rows)]
    assert [line[0] for line in cells[:2]] == ["2021-01-01", "2021-01-02"]


def test_draft_marks_what_a_person_must_decide(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "hall.csv"
    path.write_text(
        "事项名称,窗口名称,办件编号,申请人,申请时间,受理时间,办件状态,认领人\n甲,乙,丙,丁,2018-10-08,2018-10-08,办结,戊\n", "utf-8"
    )
    text = draft(home, path)
    assert 'case_no = "办件编号"' in text
    assert "[codes.outcome]" in text
    assert text.count("请人工确认") >= 3
    assert "认领人" in text
