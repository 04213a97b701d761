"""The command line as a clerk uses it: a process of its own, its output and its exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import xlsxwriter
from command_line import answer, hall
from python_calamine import CalamineWorkbook

CASES = "办件编号,部门,收件时间,受理时间,承诺时限,承诺时限单位,办结时间,申请人,申请人证件号码\n"


def test_load_prints_what_became_of_every_record(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(
        CASES + "A1,民政局,2018-10-08,2018-10-08,5,工作日,2018-10-09,张明,\nA2,民政局,2018-10-08,2018-10-08,5,工作日,2018-10-01,,\n",
        "utf-8",
    )
    (batch,) = answer(tmp_path / "home", "load", path)["batches"]
    assert set(batch) == {"file", "record", "mapping", "read", "inserted", "updated", "unchanged", "superseded", "quarantined", "warnings"}
    assert (batch["read"], batch["inserted"], batch["quarantined"]) == (2, 1, 1)
    rows = answer(tmp_path / "home", "quarantine", "list")["rows"]
    assert {"file", "line", "column", "value", "rule", "message"} <= set(rows[0])
    assert {(row["line"], row["rule"]) for row in rows} == {(3, "closed_before_received"), (3, "closed_before_accepted")}


def test_corrected_workbook_loads_and_closes_the_quarantine(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = tmp_path / "cases.csv"
    path.write_text(CASES + "A1,民政局,2018-10-08,2018-10-08,5,工作日,2018-10-01,,\nA2,民政局,,2018-10-08,五,工作日,,,\n", "utf-8")
    hall(home, "load", path)
    given = tmp_path / "quarantine.xlsx"
    hall(home, "quarantine", "export", "--out", given)
    book = CalamineWorkbook.from_path(given)
    name = book.sheet_names[0]
    rows = [[str(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]
    corrected = tmp_path / "corrected.xlsx"
    with xlsxwriter.Workbook(str(corrected)) as out:
        sheet = out.add_worksheet(name)
        for index, row in enumerate(rows):
            sheet.write_row(index, 0, [cell.replace("2018-10-01", "2018-10-10") for cell in row])
    refused = hall(home, "load", corrected, code=1).stderr
    assert "hall quarantine retry corrected.xlsx" in refused
    done = answer(home, "quarantine", "retry", corrected)
    assert (done["resolved"], done["open"]) == (1, 1)
    hall(home, "load", path)
    assert {row["line"] for row in answer(home, "quarantine", "list")["rows"]} == {3}


def test_records_come_back_masked(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(CASES + "A1,民政局,2018-10-08,2018-10-08,5,工作日,2018-10-09,欧阳小明,35090218000101001X\n", "utf-8")
    hall(tmp_path / "home", "load", path)
    (record,) = answer(tmp_path / "home", "records", "case")
    assert record["applicant_name"] == "欧**明"
    assert record["applicant_id_no"] == "3509" + "*" * 14
    assert record["closed_at"] == "2018-10-09 00:00:00"


@pytest.mark.parametrize(
    "arguments",
    [
        ("load", "nowhere.csv"),
        ("load", "pyproject.toml"),
        ("records", "nothing"),
        ("due", "--accepted", "2018-13-01", "--limit", "5"),
        ("explain", "nothing"),
        ("indicator", "on_time_rat", "--from", "2018-01-01", "--to", "2018-12-31"),
        ("rollback",),
        ("publish",),
        ("quarantine", "export"),
    ],
)
def test_every_refusal_is_short_bilingual_and_exits_with_one(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = hall(tmp_path / "home", *arguments, code=1)
    lines = done.stderr.strip().splitlines()
    assert 1 <= len(lines) <= 2, done.stderr
    assert any("\u4e00" <= character <= "\u9fff" for character in lines[0])


def test_home_may_stand_anywhere_on_the_line(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(CASES + "A1,民政局,2018-10-08,2018-10-08,5,工作日,2018-10-09,,\n", "utf-8")
    hall(tmp_path / "unused", "load", path, "--home", tmp_path / "other")
    assert (tmp_path / "other" / "warehouse.duckdb").exists()
    assert not (tmp_path / "unused").exists()


def test_doctor_finds_a_fresh_home_sound_or_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from etl.cli import main; main()", "doctor", "--json"],
        capture_output=True, encoding="utf-8", env={**os.environ, "HALL_HOME": str(tmp_path)}, timeout=60, check=False,
    )  # fmt: skip
    rows = json.loads(done.stdout)["rows"]
    assert {row["check"] for row in rows} >= {"python", "home", "calendar", "warehouse", "snapshot"}
    assert all(row["ok"] for row in rows if row["check"] != "calendar")


def test_a_command_loads_nothing_large_before_it_is_chosen() -> None:
    """Every command would start later, and `hall serve` waits beside its server as long as that runs."""
    asked = "import sys; from etl.cli import hall; hall(); print(*sorted({'numpy', 'pandas', 'pyarrow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, encoding="utf-8", timeout=60, check=True)
    assert done.stdout.strip() == ""
