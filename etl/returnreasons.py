"""Why applications were returned, as classes found by words: free text may name a person, so only its class is published."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict, Field, field_validator

from etl.records import codes, read_model

NAME = "return-reasons.toml"
UNCLASSIFIED = "unclassified"


class Reason(BaseModel):
    """A class and the words of which any one shows it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    words: tuple[str, ...] = Field(min_length=1)

    @field_validator("code")
    @classmethod
    def _known(cls, code: str) -> str:
        if code not in codes()["return_reason"]:
            raise ValueError(f"{code} is not in code list return_reason ({', '.join(codes()['return_reason'])})")
        return code

    @field_validator("words")
    @classmethod
    def _plain(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        if bad := [word for word in words if not word.strip() or "%" in word or "_" in word]:
            raise ValueError(f"{bad[0]!r} is no word: blank, or with % or _")
        return words


class Reasons(BaseModel):
    """One file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: tuple[Reason, ...] = ()


def load_return_reasons(folders: Sequence[Path]) -> tuple[Reason, ...]:
    """The rules of `return-reasons.toml` in all folders, those of a later folder first. Raises HallError naming file and key."""
    found: list[Reason] = []
    for folder in reversed(folders):
        if (path := folder / NAME).exists():
            found += read_model(path, Reasons, "return-reasons.toml").reason
    return tuple(found)


def classified(text: str | None, reasons: Sequence[Reason]) -> str:
    """The class of a reason: the first rule one of whose words it holds; empty where nothing was written."""
    if not (text or "").strip():
        return ""
    return next((reason.code for reason in reasons if any(word in str(text) for word in reason.words)), UNCLASSIFIED)


def write_return_reasons(con: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> None:
    """Replaces `ref_return_reason`: every word with its class, `position` being the order in which rules are tried."""
    con.execute("create or replace table ref_return_reason (position bigint, word varchar, reason varchar)")
    rows = [(number, word, reason.code) for number, reason in enumerate(load_return_reasons(folders)) for word in reason.words]
    if rows:
        con.executemany("insert into ref_return_reason values (?, ?, ?)", rows)
