"""Within how many days what is asked of an office must be answered, by kind and by date: data/rules/answerlimits-*.toml."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb
from pydantic import BaseModel, ConfigDict, Field, model_validator

from etl.config import SHIPPED
from etl.dated import in_folder, require_apart, stretches
from etl.records import read_model
from etl.timerules import OPEN_END

# What has a limit: the kinds of requests, and what else is answered or published under one.
KINDS = ("disclosure_request", "mayor_mailbox", "department_mailbox", "error_report", "complaint", "bad_evaluation", "publication")
Stop = Literal["third_party", "other_organ"]


class AnswerLimit(BaseModel):
    """The limit of one kind. An extension has `extension_workdays` as its most; without it none is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: int = Field(ge=0, le=999)
    unit: Literal["workday", "day"] = "workday"
    extension_workdays: int = Field(default=0, ge=0, le=999)
    restarts_on_supplement: bool = False
    pauses: tuple[Stop, ...] = ()
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    @model_validator(mode="after")
    def _extends_working_days(self) -> "AnswerLimit":
        if self.unit == "day" and self.extension_workdays:
            raise ValueError("a limit in calendar days has no extension in working days")
        return self


class AnswerRule(BaseModel):
    """One rules file, valid from `valid_from` up to but not including `valid_to`, by the day of receipt."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    valid_from: date
    valid_to: date = OPEN_END
    limit: dict[str, AnswerLimit]

    @model_validator(mode="after")
    def _makes_sense(self) -> "AnswerRule":
        if self.valid_to <= self.valid_from:
            raise ValueError("valid_to is not after valid_from")
        if unknown := sorted(set(self.limit) - set(KINDS)):
            raise ValueError(f"unknown kinds {unknown}; known: {', '.join(KINDS)}")
        return self


@dataclass(frozen=True)
class Stretch:
    """One kind's limit over a stretch of time, `end` excluded."""

    kind: str
    first: date
    end: date
    rule_id: str
    limit: AnswerLimit


def load_answer_rules(folders: Sequence[Path] = (SHIPPED / "rules",)) -> tuple[Stretch, ...]:
    """The limits of all `answerlimits-*.toml` in `folders`, kind by kind; a later folder overrides an earlier one day by day.

    Raises HallError naming file and reason when a file is wrong, or when two files of one folder cover the same kind on the same day.
    """
    rules: list[AnswerRule] = []
    for folder in folders:
        found = in_folder(folder, "answerlimits-*.toml", read_rule)
        for kind in KINDS:
            require_apart([(rule, path) for rule, path in found if kind in rule.limit], kind)
        rules += [rule for rule, _ in found]
    return tuple(
        Stretch(kind, first, end, rule.id, rule.limit[kind])
        for kind in KINDS
        for first, end, rule in stretches([rule for rule in rules if kind in rule.limit])
    )


def read_rule(path: Path) -> AnswerRule:
    """One rules file. Raises HallError naming file, key and reason."""
    return read_model(path, AnswerRule, "answerlimits-hall.toml")


def write_answer_rules(con: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> None:
    """Replaces `ref_answer_rule`: one row a kind and stretch of time, `valid_to` excluded, without overlap."""
    con.execute(
        "create or replace table ref_answer_rule (kind varchar, valid_from date, valid_to date, rule_id varchar, limit_count bigint, "
        "limit_unit varchar, extension_workdays bigint, is_restarted boolean, is_third_party_paused boolean, "
        "is_other_organ_paused boolean, basis_zh varchar, basis_en varchar)"
    )
    for one in load_answer_rules(folders):
        limit = one.limit
        con.execute(
            "insert into ref_answer_rule values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                one.kind, one.first, one.end, one.rule_id, limit.count, limit.unit, limit.extension_workdays, limit.restarts_on_supplement,
                "third_party" in limit.pauses, "other_organ" in limit.pauses, limit.zh, limit.en,
            ],
        )  # fmt: skip
