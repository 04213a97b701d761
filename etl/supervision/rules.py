"""Rules of supervision by date: levels with their names and colours, and what raises a signal of each (data/rules/supervision-*.toml)."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from etl.config import SHIPPED, HallError
from etl.dated import holding, layered, stretches
from etl.records import IDENTIFIER, codes
from etl.records.lines import line_of
from etl.timerules import OPEN_END

Trigger = Literal[
    "near_due", "due_today", "over_due", "deemed_accepted", "instant_open",
    "quick_close", "pause_near_due", "bulk_close", "late_entry", "supplements",
]  # fmt: skip
# What each trigger must be told, and what it may be told beside.
SETTINGS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "near_due": (("deadline", "least_workdays"), ("limit_percent", "limit_from", "limit_to")),
    "due_today": (("deadline",), ("limit_from", "limit_to")),
    "over_due": (("deadline",), ("workdays", "within_statute")),
    "deemed_accepted": ((), ()),
    "instant_open": (("workdays",), ()),
    "quick_close": (("minutes", "case_types"), ()),
    "pause_near_due": (("workdays",), ()),
    "bulk_close": (("percent",), ("least_cases",)),
    "late_entry": (("workdays",), ()),
    "supplements": (("notices",), ()),
}
TIME_LIMIT_TRIGGERS = frozenset({"near_due", "due_today", "over_due", "deemed_accepted", "instant_open"})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Level(_Strict):
    """One level. A signal of a level that `lapses` needs nobody's attention once its condition has ended."""

    id: str = Field(pattern=IDENTIFIER)
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    colour: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    sign: str = Field(min_length=1, max_length=2, description="colour is never the only sign")
    lapses: bool = False


class Rule(_Strict):
    """What raises a signal of one level."""

    id: str = Field(pattern=IDENTIFIER)
    level: str
    trigger: Trigger
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    deadline: Literal["promised", "statutory"] | None = None
    least_workdays: int | None = Field(default=None, ge=0, le=250)
    limit_percent: int | None = Field(default=None, ge=0, le=100)
    limit_from: int | None = Field(default=None, ge=0)
    limit_to: int | None = Field(default=None, ge=0)
    workdays: int | None = Field(default=None, ge=0, le=250)
    within_statute: bool | None = None
    minutes: int | None = Field(default=None, ge=1)
    case_types: tuple[str, ...] | None = Field(default=None, min_length=1)
    percent: int | None = Field(default=None, ge=1, le=100)
    least_cases: int | None = Field(default=None, ge=1)
    notices: int | None = Field(default=None, ge=1)

    @property
    def family(self) -> str:
        """`time_limit` for the clock of a case, `data_quality` for what looks keyed in or arranged."""
        return "time_limit" if self.trigger in TIME_LIMIT_TRIGGERS else "data_quality"


class RuleSet(_Strict):
    """One rules file, valid from `valid_from` up to but not including `valid_to`. Levels stand mildest first."""

    id: str = Field(min_length=1, pattern=r"^[A-Za-z0-9._-]+$")
    valid_from: date
    valid_to: date = OPEN_END
    basis: str
    level: tuple[Level, ...] = Field(min_length=1)
    rule: tuple[Rule, ...] = Field(min_length=1)

    @cached_property
    def version(self) -> str:
        """The id with a short hash of all it says: a file changed without a new id is still another version."""
        return f"{self.id}@{hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]}"

    def rank(self, level: str) -> int:
        return [one.id for one in self.level].index(level) + 1

    def level_of(self, rule: Rule) -> Level:
        return self.level[self.rank(rule.level) - 1]


@dataclass(frozen=True)
class Supervision:
    """Rule sets in the order in which they win: a later one overrides an earlier one on the days both cover."""

    sets: tuple[RuleSet, ...]

    def on(self, day: date) -> RuleSet | None:
        """The set in force on `day`, None where there is none."""
        return holding(self.sets, day)

    def stretches(self) -> Iterator[tuple[date, date, RuleSet]]:
        """(first day, day after the last, set) for every stretch of time under one set, in order and without overlap."""
        return stretches(self.sets)


def load_supervision(folders: Sequence[Path] = (SHIPPED / "rules",)) -> Supervision:
    """The sets of all `supervision-*.toml` in `folders`; a later folder overrides an earlier one day by day.

    Raises HallError naming file, line and reason when a file is wrong or two files of one folder cover the same day.
    """
    return Supervision(layered(folders, "supervision-*.toml", read_rule_set))


def read_rule_set(path: Path) -> RuleSet:
    """One rules file. Raises HallError naming file, line and reason."""
    try:
        text = path.read_text("utf-8")
        found = RuleSet.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise HallError(f"规则文件 {path.name} 不是有效的 TOML：{error}", f"rules file {path.name} is not valid TOML: {error}") from None
    except UnicodeDecodeError:
        raise HallError(f"规则文件 {path.name} 不是 UTF-8 编码", f"rules file {path.name} is not UTF-8; save it as UTF-8") from None
    except ValidationError as error:
        first = error.errors()[0]
        given = "" if first["type"] == "missing" else f"，现为 {first['input']!r}"
        en_given = "" if first["type"] == "missing" else f", found {first['input']!r}"
        name = ".".join(str(part) for part in first["loc"])
        raise _refusal(path, text, first["loc"], f"{name} 有误（{first['msg']}）{given}", f"{name}: {first['msg']}{en_given}") from None
    _check(path, text, found)
    return found


def _check(path: Path, text: str, found: RuleSet) -> None:
    """What one key alone cannot show: settings that fit the trigger, levels and codes that exist, ids that occur once."""
    if found.valid_to <= found.valid_from:
        raise _refusal(path, text, ("valid_to",), "valid_to 不晚于 valid_from", "valid_to is not after valid_from")
    levels = [level.id for level in found.level]
    known_types = set(codes()["case_type"])
    for kind, ids in (("level", levels), ("rule", [rule.id for rule in found.rule])):
        for index, one in enumerate(ids):
            if one in ids[:index]:
                raise _refusal(path, text, (kind, index, "id"), f"{one} 重复出现", f"{one} occurs twice")
    for index, rule in enumerate(found.rule):
        place = ("rule", index)
        if rule.level not in levels:
            listed = "、".join(levels)
            raise _refusal(
                path,
                text,
                (*place, "level"),
                f"没有等级 {rule.level}；可用：{listed}",
                f"no level {rule.level}; known: {', '.join(levels)}",
            )
        needed, allowed = SETTINGS[rule.trigger]
        given = {name for name in rule.model_fields_set if name not in ("id", "level", "trigger", "zh", "en")}
        for name in needed:
            if name not in given:
                raise _refusal(path, text, (*place, "trigger"), f"{rule.trigger} 须写明 {name}", f"{rule.trigger} needs {name}")
        for name in sorted(given - {*needed, *allowed}):
            raise _refusal(path, text, (*place, name), f"{rule.trigger} 没有设置 {name}", f"{rule.trigger} has no setting {name}")
        for name in rule.case_types or ():
            if name not in known_types:
                listed = ", ".join(sorted(known_types))
                raise _refusal(
                    path, text, (*place, "case_types"), f"没有办件类型 {name}；可用：{listed}", f"no case type {name}; known: {listed}"
                )


def _refusal(path: Path, text: str, place: Sequence[str | int], zh: str, en: str) -> HallError:
    line = line_of(text, place)
    return HallError(f"规则文件 {path.name} 第 {line} 行：{zh}", f"rules file {path.name}, line {line}: {en}")


_LEVEL_COLUMNS = (
    "rule_version varchar, valid_from date, valid_to date, level varchar, level_rank bigint, zh varchar, en varchar, "
    "colour varchar, sign varchar, lapses boolean"
)
_RULE_COLUMNS = (
    "rule_id varchar, rule_version varchar, valid_from date, valid_to date, basis varchar, level varchar, level_rank bigint, "
    "lapses boolean, family varchar, trigger_name varchar, zh varchar, en varchar, deadline varchar, least_workdays bigint, "
    "limit_percent bigint, limit_from bigint, limit_to bigint, workdays bigint, is_within_statute boolean, minutes bigint, "
    "case_types varchar, percent bigint, least_cases bigint, notices bigint"
)


def write_supervision(con: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> str:
    """Replaces `ref_supervision_level` and `ref_supervision_rule`: levels and rules by date, `valid_to` excluded, without overlap.

    `case_types` are joined with a bar before, between and after them, so that one is found by a plain `like`.
    Returns the versions in force, joined.
    """
    supervision = load_supervision(folders)
    con.execute(f"create or replace table ref_supervision_level ({_LEVEL_COLUMNS})")
    con.execute(f"create or replace table ref_supervision_rule ({_RULE_COLUMNS})")
    for first, end, found in supervision.stretches():
        for rank, level in enumerate(found.level, 1):
            con.execute(
                "insert into ref_supervision_level values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [found.version, first, end, level.id, rank, level.zh, level.en, level.colour, level.sign, level.lapses],
            )
        for rule in found.rule:
            types = None if rule.case_types is None else "|" + "|".join(rule.case_types) + "|"
            con.execute(
                f"insert into ref_supervision_rule values ({', '.join('?' * 24)})",
                [
                    rule.id, found.version, first, end, found.basis, rule.level, found.rank(rule.level), found.level_of(rule).lapses,
                    rule.family, rule.trigger, rule.zh, rule.en, rule.deadline, rule.least_workdays, rule.limit_percent or 0,
                    rule.limit_from or 0, rule.limit_to, rule.workdays or 0, bool(rule.within_statute), rule.minutes, types, rule.percent,
                    rule.least_cases or 1, rule.notices,
                ],
            )  # fmt: skip
    return "+".join(dict.fromkeys(found.version for _, _, found in supervision.stretches()))
