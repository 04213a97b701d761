"""Rules files: both styles load, versions follow their content, and a wrong file is refused with its line and the reason."""

from datetime import date
from pathlib import Path

import pytest

from etl.config import SHIPPED, HallError
from etl.records.lines import line_of
from etl.supervision.rules import load_supervision, read_rule_set

DEFAULT = (SHIPPED / "rules" / "supervision-2004.toml").read_text("utf-8")
SMALL = """id = "small"
valid_from = 2018-01-01
basis = "县里的办法"

[[level]]
id = "yellow"
zh = "黄牌"
en = "Yellow"
colour = "#c9a200"
sign = "▲"

[[rule]]
id = "over"
level = "yellow"
trigger = "over_due"
deadline = "promised"
zh = "超期"
en = "Over"
"""


def written(folder: Path, text: str, name: str = "supervision-x.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("path", sorted((SHIPPED / "rules").rglob("supervision-*.toml")), ids=lambda path: path.stem)
def test_every_shipped_file_is_valid_and_names_levels_in_both_languages(path: Path):
    found = read_rule_set(path)
    assert found.rule
    assert all(level.zh and level.en and level.sign and level.colour for level in found.level)
    assert {rule.level for rule in found.rule} <= {level.id for level in found.level}


def test_examples_are_not_in_force():
    assert [found.id for found in load_supervision().sets] == ["default-2004"]


@pytest.mark.parametrize(
    ("old", "new", "line", "zh", "en"),
    [
        ('level = "yellow"\ntrigger', 'level = "purple"\ntrigger', 14, "没有等级 purple", "no level purple"),
        ('trigger = "over_due"', 'trigger = "too_slow"', 15, "trigger", "near_due"),
        ('deadline = "promised"\n', "", 15, "须写明 deadline", "needs deadline"),
        ('deadline = "promised"', 'deadline = "promised"\nminutes = 5', 17, "没有设置 minutes", "has no setting minutes"),
        ('deadline = "promised"', 'deadline = "promised"\nworkdays = -1', 17, "workdays", "greater than or equal to 0"),
        ('deadline = "promised"', 'deadline = "promised"\ncolor = "red"', 17, "color", "Extra inputs"),
        ('colour = "#c9a200"', 'colour = "yellow"', 9, "colour", "pattern"),
        ("valid_from = 2018-01-01", "valid_from = 2018-01-01\nvalid_to = 2017-01-01", 3, "valid_to", "not after"),
        ('en = "Over"', "", 12, "en", "required"),
        ('basis = "县里的办法"', "basis = 县", 3, "TOML", "line 3"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line_and_reason(tmp_path: Path, old: str, new: str, line: int, zh: str, en: str):
    assert old in SMALL
    path = written(tmp_path, SMALL.replace(old, new))
    with pytest.raises(HallError) as refused:
        read_rule_set(path)
    assert "supervision-x.toml" in refused.value.zh
    assert zh in refused.value.zh
    assert en in refused.value.en
    assert f"line {line}" in refused.value.en
    assert "\n" not in refused.value.zh + refused.value.en


def test_an_id_that_occurs_twice_is_refused_where_it_occurs_again(tmp_path: Path):
    again = SMALL + SMALL[SMALL.index("[[rule]]") :]
    with pytest.raises(HallError, match="line 20: over occurs twice"):
        read_rule_set(written(tmp_path, again))


def test_an_unknown_case_type_is_refused_with_the_known_ones(tmp_path: Path):
    with pytest.raises(HallError, match="no case type slow; known: committed_ordinary"):
        read_rule_set(written(tmp_path, DEFAULT.replace('case_types = ["committed_ordinary",', 'case_types = ["slow",')))


def test_a_changed_rule_is_another_version_even_under_the_same_id(tmp_path: Path):
    before = read_rule_set(written(tmp_path, SMALL))
    after = read_rule_set(written(tmp_path, SMALL.replace('deadline = "promised"', 'deadline = "promised"\nworkdays = 2')))
    assert before.id == after.id
    assert before.version != after.version


def test_two_files_of_one_folder_may_not_cover_the_same_day(tmp_path: Path):
    written(tmp_path, SMALL, "supervision-a.toml")
    written(tmp_path, SMALL.replace("2018-01-01", "2018-06-01"), "supervision-b.toml")
    with pytest.raises(HallError, match=r"overlap from 2018-06-01"):
        load_supervision([tmp_path])


def test_an_office_file_takes_over_on_the_days_it_covers(tmp_path: Path):
    written(tmp_path, SMALL.replace("valid_from = 2018-01-01", "valid_from = 2018-01-01\nvalid_to = 2019-01-01"))
    supervision = load_supervision([SHIPPED / "rules", tmp_path])
    days = [date(2017, 12, 31), date(2018, 1, 1), date(2018, 12, 31), date(2019, 1, 1)]
    assert [supervision.on(day).id for day in days] == ["default-2004", "small", "small", "default-2004"]
    assert supervision.on(date(2004, 6, 30)) is None
    assert [found.id for _, _, found in supervision.stretches()] == ["default-2004", "small", "default-2004"]


def test_the_line_of_a_key_that_is_not_written_is_that_of_its_table():
    assert line_of(SMALL, ("rule", 0, "workdays")) == 12
    assert line_of(SMALL, ("level", 0, "sign")) == 10
    assert line_of(SMALL, ("nothing",)) == 1
