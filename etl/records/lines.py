"""The line of a data file on which a key stands, so that a refusal can name it."""

import re
from collections.abc import Sequence


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line of a key such as ("rule", 3, "level"); that of its table where the key itself is not written, else the first."""
    lines = text.splitlines()
    begin, end, found, keys = 0, len(lines), 0, list(place)
    if len(place) > 1 and isinstance(place[1], int):
        heads = [number for number, line in enumerate(lines) if re.match(rf"\s*\[\[\s*{re.escape(str(place[0]))}\s*\]\]", line)]
        if place[1] < len(heads):
            found = begin = heads[place[1]]
            end = next((number for number in range(begin + 1, len(lines)) if lines[number].lstrip().startswith("[[")), len(lines))
        keys = keys[2:]
    for key in keys:
        pattern = re.compile(rf"\s*{re.escape(str(key))}\s*=")
        found = next((number for number in range(begin, end) if pattern.match(lines[number])), found)
    return found + 1
