"""The rules of the clock by date: what is counted from when, which stops pause it, and the five days of article 32."""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

import duckdb
from pydantic import BaseModel, ConfigDict, Field

from etl.config import SHIPPED, HallError
from etl.dated import holding, layered, stretches
from etl.records import read_model

# A rule without valid_to holds until this day (excluded), which lies beyond every calendar.
OPEN_END = date(9999, 12, 31)


class SuspensionRule(BaseModel):
    """Whether one kind of stop pauses the clock, and on what legal basis."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pause: bool
    basis: str


class TimeRule(BaseModel):
    """One rules file, valid from `valid_from` up to but not including `valid_to`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    valid_from: date
    valid_to: date = OPEN_END
    basis: str
    count_from: Literal["next_workday", "same_day"] = "next_workday"
    roll_to_workday: bool = False
    acceptance_workdays: int | None = Field(default=None, ge=1, description="article 32; none: no acceptance is ever deemed")
    suspension: dict[str, SuspensionRule] = Field(default_factory=dict)


# What holds on a day that no rules file covers: counted from the next day, nothing pauses, no acceptance is deemed.
NO_RULE = TimeRule(id="none", valid_from=date.min, basis="")


@dataclass(frozen=True)
class TimeRules:
    """Rules in the order in which they win: a later one overrides an earlier one on the days both cover."""

    rules: tuple[TimeRule, ...]

    def on(self, day: date) -> TimeRule:
        """The rule that holds on `day`, `NO_RULE` where none does."""
        return holding(self.rules, day) or NO_RULE

    @cached_property
    def version(self) -> str:
        """A short hash of everything the rules say."""
        return hashlib.sha256("\n".join(rule.model_dump_json() for rule in self.rules).encode()).hexdigest()[:8]

    @cached_property
    def stretches(self) -> tuple[tuple[date, date, TimeRule], ...]:
        """(first day, day after the last, rule) for every stretch of time under one rule, in order and without overlap."""
        return tuple(stretches(self.rules))


def load_rules(folders: Sequence[Path] = (SHIPPED / "rules",)) -> TimeRules:
    """The rules of all `timelimits-*.toml` in `folders`; a later folder overrides an earlier one day by day.

    Raises HallError naming file, key or line, and reason when a file is wrong or two files of one folder cover the same day.
    """
    return TimeRules(layered(folders, "timelimits-*.toml", read_rule))


def read_rule(path: Path) -> TimeRule:
    """One rules file. Raises HallError naming file, key or line, and reason."""
    rule = read_model(path, TimeRule, "timelimits-2004.toml")
    if rule.valid_to <= rule.valid_from:
        raise HallError(f"规则文件 {path.name}：valid_to 不晚于 valid_from", f"rules file {path.name}: valid_to is not after valid_from")
    unknown = sorted(set(rule.suspension) - _known_kinds())
    if unknown:
        raise HallError(
            f"规则文件 {path.name}：suspension.{unknown[0]} 不是已知的特别程序种类，可用：{'、'.join(sorted(_known_kinds()))}",
            f"rules file {path.name}: suspension.{unknown[0]} is not a known kind; known: {', '.join(sorted(_known_kinds()))}",
        )
    return rule


def _known_kinds() -> set[str]:
    return set(suspension_labels())


def suspension_labels() -> dict[str, tuple[str, str]]:
    """Chinese and English label of every suspension kind of the code list."""
    codes = tomllib.loads((SHIPPED / "reference" / "codes.toml").read_text("utf-8"))
    return {kind: (code["zh"], code["en"]) for kind, code in codes["suspension_kind"].items()}


def write_rules(con: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> str:
    """Replaces `ref_time_rule` and `ref_suspension_rule`: the rules of `folders` by date, `valid_to` excluded, without overlap.

    Returns the version of the rules: a short hash of all they say.
    """
    rules = load_rules(folders)
    stretches = rules.stretches
    con.execute(
        "create or replace table ref_time_rule (rule_id varchar, valid_from date, valid_to date, basis varchar, "
        "is_same_day_counted boolean, is_rolled boolean, acceptance_workdays bigint)"
    )
    con.execute(
        "create or replace table ref_suspension_rule (kind varchar, valid_from date, valid_to date, is_pause boolean, legal_basis varchar)"
    )
    for first, end, rule in stretches:
        con.execute(
            "insert into ref_time_rule values (?, ?, ?, ?, ?, ?, ?)",
            [rule.id, first, end, rule.basis, rule.count_from == "same_day", rule.roll_to_workday, rule.acceptance_workdays],
        )
        for kind, stop in rule.suspension.items():
            con.execute("insert into ref_suspension_rule values (?, ?, ?, ?, ?)", [kind, first, end, stop.pause, stop.basis])
    return rules.version


def read_rules(con: duckdb.DuckDBPyConnection) -> TimeRules:
    """The counting rules that the warehouse or snapshot was computed with (without its suspension kinds, which its facts carry)."""
    rows = con.execute(
        "select rule_id, valid_from, valid_to, basis, is_same_day_counted, is_rolled, acceptance_workdays "
        "from ref_time_rule order by valid_from"
    ).fetchall()
    return TimeRules(
        tuple(
            TimeRule(
                id=rule_id,
                valid_from=first,
                valid_to=end,
                basis=basis,
                count_from="same_day" if same_day else "next_workday",
                roll_to_workday=rolled,
                acceptance_workdays=days,
            )
            for rule_id, first, end, basis, same_day, rolled, days in rows
        )
    )
