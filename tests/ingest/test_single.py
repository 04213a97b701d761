"""A record typed into a form is refused for what a file of it would be refused for, in the same words."""

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.config import Home, connect
from etl.ingest import load
from etl.ingest.single import judge
from etl.records import contract

PATROL = contract("patrol")
GOOD = {
    "patrol_no": "XC-1", "patrolled_on": "2018-10-08", "patrol_source": "日巡查", "window_name": "民政窗口", "staff_no": "0301",
    "event_kind": "dress",
}  # fmt: skip
CELLS = st.sampled_from([
    "", " ", "　", "2018-10-08", "２０１８年10月8日", "08/10/2018", "2018-13-01", "1899-01-01",
    "日巡查", "daily", "着装胸牌", "dress", "正常",
    "发现问题", "是", "也许", "-1", "1", "１．５", "abc", "合计", "民政窗口", "0301", "巡查编号", "a,b", '引"号', " 前后空格 ", "上午",
])  # fmt: skip
ROWS = st.fixed_dictionaries({field.name: CELLS for field in PATROL.fields})


def loaded(home: Home, cells: dict[str, str], file: Path) -> tuple[set[tuple[str, str, str, str]], set[str], dict[str, object] | None]:
    """The faults, the warnings and the kept values of a file with this one record."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([field.zh for field in PATROL.fields])
        writer.writerow([cells.get(field.name, "") for field in PATROL.fields])
    with connect(home) as con:
        (batch,) = load(con, home, [file], record="patrol", mapping="canonical-patrol")
        faults = con.execute("select rule, field, zh, en from quarantine_fault where batch_id = ?", [batch.batch_id]).fetchall()
        names = ", ".join(field.name for field in PATROL.fields)
        rows = con.execute(f"select {names} from raw_patrol").fetchall()
        con.execute("delete from stored_patrol")
    values = dict(zip([field.name for field in PATROL.fields], rows[0], strict=True)) if rows else None
    return set(faults), {one.rule for one in batch.warnings}, values


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.one_of(ROWS, st.builds(lambda good, some: {**good, **some}, st.just(GOOD), st.dictionaries(
    st.sampled_from([field.name for field in PATROL.fields]), CELLS, max_size=3))))  # fmt: skip
def test_form_and_file_refuse_the_same_in_the_same_words(home, tmp_path, cells):
    if not any(text.strip() for text in cells.values()):
        return
    faults, warnings, values = loaded(home, cells, tmp_path / "巡查.csv")
    found = judge(PATROL, cells)
    ours = {(one.rule, one.field, one.zh, one.en) for one in found.faults}
    alone = {fault for fault in ours if fault[0] in ("repeated_header", "total_row")}
    assert (alone or ours) == faults
    if values is not None:
        assert found.values == values
        assert {one.rule for one in found.warnings} == warnings


def test_a_good_record_is_kept_as_the_file_would_be():
    found = judge(PATROL, {**GOOD, "is_fixed": "是", "points": "-0.5", "finding": "第一行\n第二行"})
    assert found.faults == ()
    assert (found.values["patrol_source"], found.values["is_fixed"], found.values["finding"]) == ("daily", True, "第一行\n第二行")


@pytest.mark.parametrize(
    ("text", "rule"), [("\x00", "control_character"), ("\x1f", "control_character"), ("x" * 1_000_001, "line_too_long")]
)
def test_what_no_reader_would_take_is_refused(text, rule):
    (fault,) = judge(PATROL, {**GOOD, "finding": text}).faults
    assert fault.rule == rule


def test_a_field_that_the_contract_does_not_have_is_the_callers_mistake():
    with pytest.raises(ValueError, match="colour"):
        judge(PATROL, {"colour": "red"})
