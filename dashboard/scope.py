"""What part of a hall is looked at: a scope of the item list, a department, a window, a channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from etl.indicators.dimensions import SCOPE_PLACES

Dimension = Literal["scope", "department", "window", "channel"]
DIMENSIONS: dict[Dimension, str] = {"scope": "place", "department": "department", "window": "window_name", "channel": "channel"}
Conditions = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Scope:
    """What part of the hall is looked at; None is all of it. `scope` is one of the item list's: district, centre, township."""

    scope: str | None = None
    department: str | None = None
    window: str | None = None
    channel: str | None = None

    def chosen(self) -> dict[Dimension, str]:
        """Only the dimensions that narrow the view."""
        values: dict[Dimension, str | None] = {
            "scope": self.scope,
            "department": self.department,
            "window": self.window,
            "channel": self.channel,
        }
        return {name: value for name, value in values.items() if value is not None}


def condition_of(chosen: Mapping[Dimension, str], prefix: str = "") -> tuple[str, dict[str, str]]:
    """The scope as SQL: columns from our own list, values as parameters."""
    parts = [f"{prefix}{DIMENSIONS[name]} = ${name}" for name in chosen if name != "scope"]
    parameters = {str(name): value for name, value in chosen.items() if name != "scope"}
    if "scope" in chosen:
        places = SCOPE_PLACES[chosen["scope"]]
        parts.append(f"{prefix}{DIMENSIONS['scope']} in ({', '.join(f'$place_{number}' for number in range(len(places)))})")
        parameters |= {f"place_{number}": place for number, place in enumerate(places)}
    return " and ".join(parts) or "true", parameters
