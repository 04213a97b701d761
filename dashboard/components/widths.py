"""How wide the columns of a table are drawn, so that on a desk window of 1280 no column is cut where a narrower one would do.

Left alone, Streamlit makes each column as wide as its longest text. That is right where they fit; where they do not, texts are cut
before numbers, which would be cut before anybody had read them.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Literal, Protocol
from unicodedata import east_asian_width

import pandas as pd

# What a window of 1280 leaves beside the open side bar, less the table's own edge and its bar for scrolling.
ROOM = 880
# Pixels of a sign as wide as it is high, of a digit and of other signs, in the table's font, and the space around a text.
WIDE, DIGIT, NARROW, AROUND = 13.2, 7.6, 6.6, 20
NAMED = {"small": 75, "medium": 200, "large": 400}
# Texts are cut to no less than LEAST where that makes the whole table fit, else to USUAL; numbers of cases and records are not cut.
LEAST, USUAL, MOST = 110, 150, 260
# A column of such a name tells one record from another: its table is a list of records, not a table of counts.
NUMBERS = ("_no", "_id")


class Drawn(Protocol):
    """What is asked of a table's column."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def width(self) -> int | Literal["small", "medium", "large"] | None: ...


@cache
def _sign_width(sign: str) -> float:
    return WIDE if east_asian_width(sign) in "WF" else DIGIT if sign.isdigit() else NARROW


def text_width(text: str) -> float:
    """About how many pixels a text takes."""
    return sum(map(_sign_width, text))


def _longest(texts: Iterable[str]) -> float:
    """The width of the longest text. It is looked for no further once no column would be made as wide as one that was found."""
    longest = 0.0
    for text in texts:
        if len(text) * WIDE > longest:
            longest = max(longest, text_width(text))
        if longest + AROUND >= MOST:
            break
    return longest


def _asked(column: Drawn, frame: pd.DataFrame) -> float:
    """As wide as heading and longest value ask for, a text no wider than MOST."""
    heading = text_width(column.label) + AROUND
    if column.kind == "text":
        longest = _longest(str(value) for value in dict.fromkeys(frame[column.name].tolist()) if not pd.isna(value))
    elif column.kind == "integer":
        numbers = pd.to_numeric(frame[column.name], errors="coerce")
        longest = _longest(f"{number:,.0f}" for number in (numbers.min(), numbers.max()) if number == number)
    else:
        longest = (10 if column.kind == "date" else 7) * DIGIT
    return max(heading, min(longest + AROUND, MOST))


def fitted(frame: pd.DataFrame, columns: Sequence[Drawn], room: int = ROOM) -> Mapping[str, int | None]:
    """Widths in pixels by column; None leaves a column to Streamlit. All are None but those given in pixels where everything fits."""
    given = {column.name: column.width for column in columns if isinstance(column.width, int)}
    asked = {column.name: float(given.get(column.name, 0)) or min(_asked(column, frame), _named(column)) for column in columns}
    if sum(asked.values()) <= room:
        return {column.name: given.get(column.name) for column in columns}
    soft = [column for column in columns if column.kind == "text" and column.name not in given and not column.name.endswith(NUMBERS)]
    cuts = (
        asked | {column.name: min(asked[column.name], max(limit, text_width(column.label) + AROUND)) for column in soft}
        for limit in (*range(MOST, LEAST - 1, -10), USUAL)
    )
    *_, usual = made = list(cuts)
    return {name: round(width) for name, width in next((one for one in made if sum(one.values()) <= room), usual).items()}


def _named(column: Drawn) -> float:
    """A width by name is the most that the column may take; its heading is shown all the same."""
    if not isinstance(column.width, str):
        return float("inf")
    return max(NAMED[column.width], text_width(column.label) + AROUND)
