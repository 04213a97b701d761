"""Kinds of events that a rule may count (data/reference/assessment-events.toml), and those the engine finds itself."""

from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from etl.config import SHIPPED
from etl.records import read_toml, validation_refusal

EVIDENCE = ("attendance", "patrol", "dossier", "merit", "case", "application", "certificate", "complaint", "evaluation", "signal")
Evidence = Literal["attendance", "patrol", "dossier", "merit", "case", "application", "certificate", "complaint", "evaluation", "signal"]
# Found from posts and leave, not written by anybody: a month without any absence, and half-days of leave.
COMPUTED = {"full_attendance": ("全勤", "Full attendance"), "leave": ("请假（半天）", "Leave (half-days)")}


class EventKind(BaseModel):
    """One kind of event; `evidence` is what it is usually shown by, `group` where it stands in a list."""

    model_config = ConfigDict(frozen=True)

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    group: str = ""
    evidence: Evidence
    also: tuple[str, ...] = ()


@cache
def event_kinds() -> dict[str, EventKind]:
    """All kinds by name, in the order of the file. Raises HallError when the file is wrong."""
    path = SHIPPED / "reference" / "assessment-events.toml"
    try:
        return TypeAdapter(dict[str, EventKind]).validate_python(read_toml(path))
    except ValidationError as error:
        raise validation_refusal(path, error) from None


def label(kind: str, language: str = "zh_CN") -> str:
    """What a reader sees for a kind, computed ones included; the kind itself where it is unknown."""
    if kind in COMPUTED:
        return COMPUTED[kind][1 if language == "en" else 0]
    one = event_kinds().get(kind)
    return kind if one is None else one.en if language == "en" else one.zh
