"""The benchmark of loading measures what it says: the generator, what each contender finds, what is said of bad rows, the tables."""

import csv
import json
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.benchmarks import badrows, charts, ingest, peers
from tests.benchmarks.cases import HEADERS, KINDS, NEWER, expected, write_cases, write_gb18030

ROWS = 3000
QUICK = [one for one in ingest.CONTENDERS.values() if one.file == ingest.TEXT]


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / ingest.TEXT
    write_cases(path, ROWS)
    return path


def test_the_generator_makes_what_it_says(cases, tmp_path):
    with cases.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    named = [dict(zip(HEADERS, row, strict=True)) for row in rows]
    seen: dict[str, list[str]] = {}
    found: Counter[str] = Counter()
    for row, cells in zip(named, rows, strict=True):
        found["date"] += row["办结时间"].startswith("2018-02-30")
        found["code"] += row["办理结果"] not in ("准予", "不予许可", "退件")
        found["order"] += row["办结时间"] < row["收件时间"]
        found["limit"] += not row["承诺时限"].isdigit()
        found["missing"] += not row["办件编号"]
        if row["办件编号"] in seen and row["办件编号"]:
            found["identical"] += seen[row["办件编号"]] == cells
            found["newer"] += row["窗口"] == NEWER and row["办结时间"] > seen[row["办件编号"]][11]
        seen[row["办件编号"]] = cells
    made = expected(ROWS)
    assert (tuple(header), len(rows)) == (HEADERS, ROWS)
    assert found == {**made.dirty, "identical": made.identical, "newer": made.newer}
    # 2 % and 1 %.
    assert (sum(made.dirty.values()), made.identical + made.newer) == (ROWS // 50, ROWS // 100)
    again, national = tmp_path / "again.csv", tmp_path / "national.csv"
    write_cases(again, ROWS)
    write_gb18030(again, national)
    assert again.read_bytes() == cases.read_bytes() != national.read_bytes()
    assert national.read_bytes().decode("gb18030") == cases.read_text("utf-8")


@pytest.mark.parametrize("contender", QUICK, ids=lambda one: one.name)
def test_a_contender_finds_what_it_should(contender, cases, tmp_path, monkeypatch):
    pytest.importorskip(contender.needs)
    for name in ("RUNTIME__DLTHUB_TELEMETRY", "RUNTIME__LOG_LEVEL", "DLT_DATA_DIR"):
        # What a peer sets for its own process goes with the test.
        monkeypatch.setenv(name, "")
    module, _, function = contender.task.partition(":")
    told = getattr({"peers": peers, "ingest": ingest}[module], function)(str(cases), str(tmp_path))
    ingest.check(contender, tmp_path, told or {}, expected(ROWS))
    with pytest.raises(ValueError, match="kept, refused and newer are"):
        ingest.check(replace(contender, finds=("code",)), tmp_path, told or {}, expected(ROWS))


def test_who_would_not_do_is_left_out_with_the_reason():
    hungry = replace(ingest.CONTENDERS["pandas + pandera"], needs="duckdb", gib=1e6)
    slow = replace(hungry, gib=0.1, cpu=1000)
    absent = replace(hungry, needs="no_such_package")
    assert [ingest.why_not(one, 1_000_000).split(" ")[0] for one in (hungry, slow, absent)] == ["holds", "would", "no_such_package"]
    assert ingest.why_not(ingest.CONTENDERS["hall load"], 10_000) == ""


def test_ours_says_all_of_a_bad_row_and_read_csv_what_has_no_such_type():
    ours, theirs = (badrows.judged(badrows.hear(name)) for name in ("hall load", "bare read_csv, store_rejects"))
    assert ours == {
        "file": "yes",
        "line": "6 of 6",
        "column": "8 of 8",
        "value": "7 of 7",
        "all three faults of line 8": "3",
        "raw row": "6 of 6",
        "good rows loaded": "2 of 2",
        "bad rows loaded": "0 of 6",
    }
    # Three rows have no such time or number; the other three are in the table.
    assert (theirs["file"], theirs["line"], theirs["bad rows loaded"]) == ("yes", "3 of 6", "3 of 6")
    assert badrows.shifted(badrows.hear("hall load", badrows.write_shifted)) == "2 of 3 rows loaded, its line named"


def test_tables_and_charts_come_from_the_results(tmp_path):
    (tmp_path / "benchmarks.md").write_text("before\n<!-- measured: ingest --> old <!-- end: ingest -->\nafter\n", "utf-8")
    took = {"hall load": 4.0, "bare typed read_csv": 2.0, "dlt": 200.0}
    runs = {name: [{"wall": cpu / 2, "cpu": cpu, "peak": 0.5}] for name, cpu in took.items()}
    charts.keep(1_000_000, runs, {"pandas + pandera": "not installed"}, "a machine", docs=tmp_path)
    charts.keep(100_000, runs, {}, "a machine", docs=tmp_path)
    page = (tmp_path / "benchmarks.md").read_text("utf-8")
    assert page.startswith("before\n")
    assert page.endswith("after\n")
    assert " old " not in page
    assert page.index("100,000 rows") < page.index("1,000,000 rows")
    assert "| hall load | 500,000 | 4.0 | 1.00 | 0.50 | 1 |" in page
    assert "| pandas + pandera | not installed |" in page
    assert "| load, CPU ÷ bare typed read_csv | ≤ 2.0 | 2.00 | kept |" in page
    for name in charts.MEASURES:
        drawn = ElementTree.fromstring((tmp_path / "benchmarks" / f"ingest-{name}.svg").read_text("utf-8"))
        texts = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
        assert {"100,000 rows", "1,000,000 rows", *took} <= set(texts)
        assert "pandas + pandera" not in texts
    assert set(json.loads((tmp_path / "benchmarks" / "ingest.json").read_text("utf-8"))) == {"100000", "1000000"}
    with pytest.raises(ValueError, match="no <!-- measured: badrows -->"):
        charts.put(page, "badrows", [])


def test_every_kind_of_fault_has_its_rule():
    from etl.ingest.conform import BAD_VALUE
    from etl.records import contract

    rules = {rule for rule, *_ in BAD_VALUE.values()} | {one.id for one in contract("case").checks} | {"missing"}
    assert set(KINDS.values()) <= rules
