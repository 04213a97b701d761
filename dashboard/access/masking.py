"""What an export may carry, by its kind: names for work, hidden names for leadership, none and no small counts for the public."""

from collections.abc import Sequence
from typing import Literal, Protocol

import pandas as pd

from etl.access.rules import Export

# What a column says of a person. `staff` is somebody of the hall, `person` an applicant (already masked in the snapshot),
# `number` a case or certificate number, `text` words that somebody wrote.
Personal = Literal["staff", "person", "number", "text"]
SMALLEST_SHOWN = 5
SUPPRESSED = "<5"
HIDDEN_NAME = "**"


class Shown(Protocol):
    """What is asked of a table's column."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def personal(self) -> Personal | None: ...


def kept_columns(columns: Sequence[Shown], kind: Export) -> list[str]:
    """Names of the columns that this kind of export has. The public gets none that says anything of a single person or case."""
    return [column.name for column in columns if kind != "public" or column.personal is None]


def for_export(frame: pd.DataFrame, columns: Sequence[Shown], kind: Export) -> pd.DataFrame:
    """The rows as this kind of export carries them."""
    made = frame.copy()
    if kind == "leadership":
        for column in columns:
            if column.personal == "person":
                made[column.name] = made[column.name].map(_hidden)
    return suppressed(made, columns) if kind == "public" else made


def _hidden(value: object) -> object:
    """A name of fixed width: how long it was is not told. An organisation (five characters and more, unmasked) is public."""
    text = "" if value is None or value != value else str(value)
    return text[:1] + HIDDEN_NAME if text and ("*" in text or len(text) < SMALLEST_SHOWN) else value


def suppressed(frame: pd.DataFrame, columns: Sequence[Shown]) -> pd.DataFrame:
    """Counts of 1 to 4 are hidden. Where a column would hide one count only, the next smallest is hidden too: else the total gives it away.

    Rates and means of a row with a hidden count are left out, since with the rest of the row they would bring it back.
    """
    counts = [column.name for column in columns if column.kind == "integer"]
    derived = [column.name for column in columns if column.kind in ("percent", "decimal", "change")]
    made = frame.astype(dict.fromkeys([*counts, *derived], object))
    touched = pd.Series(False, index=frame.index)
    for name in counts:
        numbers = pd.to_numeric(frame[name], errors="coerce")
        small = (numbers > 0) & (numbers < SMALLEST_SHOWN)
        if small.sum() == 1:
            rest = numbers[(numbers > 0) & ~small]
            small |= numbers.index == rest.idxmin() if not rest.empty else False
        made.loc[small, name] = SUPPRESSED
        touched |= small
    for name in derived:
        made.loc[touched, name] = None
    return made
