"""What an indicator is: its words, its sums over a mart, and how it is read. The dictionary, tooltips and docs are drawn from it."""

from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from etl.config import HallError
from etl.indicators.dimensions import MARTS
from etl.records import IDENTIFIER, read_toml, validation_refusal

DEFINITIONS = Path(__file__).parent / "definitions"
Language = Literal["zh_CN", "en"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    """The same in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def said(self, language: str) -> str:
        return self.en if language == "en" else self.zh


class Part(Words):
    """A numerator or denominator: `sql` is summed over the rows of the mart.

    `opening` is summed over the days before the period and added: what was carried into it.
    """

    sql: str = Field(min_length=1)
    opening: str | None = None


class Indicator(_Strict):
    """One indicator.

    kind: count (a sum), stock (a level at the end of the period), rate (0-100), mean, percentile (of a histogram).
    timing: `period` sums the days from first to last; `until` sums all days up to the last; `in_force` counts what is in force on the last.
    size, sizes_per_unit: the column of a histogram by which a percentile orders its cases, and how many of its steps make the unit
    (4 for quarters of an hour).
    use: when to look at this one rather than at another of like name.
    marts: where the sums are, the preferred one first; another is used when it alone has the dimension asked for.
    """

    name: str
    zh: str
    en: str
    use: Words | None = None
    formula: Words
    kind: Literal["count", "stock", "rate", "mean", "percentile"]
    timing: Literal["period", "until", "in_force"] = "period"
    numerator: Part
    denominator: Part | None = None
    count: Part | None = Field(default=None, description="what n counts, where the denominator is a sum of days or seconds")
    quantile: float | None = Field(default=None, gt=0, lt=1)
    size: str = Field(default="used_workdays", pattern=IDENTIFIER)
    sizes_per_unit: int = Field(default=1, ge=1)
    unit: Words
    direction: Literal["up", "down", "none"]
    marts: tuple[str, ...] = Field(min_length=1)
    where: dict[str, str | tuple[str, ...]] = Field(
        default_factory=dict, description="conditions that hold unless the question says otherwise; several values mean any of them"
    )
    source: Words
    minimum_denominator: int = Field(ge=0)
    reviewed_on: date

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Indicator":
        if (self.kind in ("rate", "mean")) != (self.denominator is not None):
            raise ValueError("a rate or mean has a denominator, the others have none")
        if self.count is not None and self.denominator is None:
            raise ValueError("only a rate or mean says what it counts beside its denominator")
        if (self.kind == "percentile") != (self.quantile is not None):
            raise ValueError("a percentile has a quantile, the others have none")
        if unknown := set(self.marts) - set(MARTS):
            raise ValueError(f"unknown marts {sorted(unknown)}")
        if unknown := set(self.where) - set(self.dimensions):
            raise ValueError(f"unknown dimensions {sorted(unknown)}")
        return self

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Dimensions that it can be asked by, in a fixed order."""
        return tuple(dict.fromkeys(name for mart in self.marts for name in MARTS[mart]))

    def label(self, language: str = "zh_CN") -> str:
        """Its name in that language."""
        return self.en if language == "en" else self.zh


@cache
def definitions() -> dict[str, Indicator]:
    """All indicators by name. Raises HallError naming the file and the key that is wrong."""
    found: dict[str, Indicator] = {}
    for path in sorted(DEFINITIONS.glob("*.toml")):
        try:
            found[path.stem] = Indicator.model_validate({"name": path.stem, **read_toml(path)})
        except ValidationError as error:
            raise validation_refusal(path, error) from None
    return found


def definition(name: str) -> Indicator:
    """The indicator called `name`. Raises HallError with the nearest names when there is none."""
    known = definitions()
    if name not in known:
        raise unknown_name("指标", "indicator", name, known)
    return known[name]


def unknown_name(zh: str, en: str, name: str, known: Iterable[str]) -> HallError:
    """A refusal of a name that is not there, with the nearest ones, or all when none is near."""
    listed = list(known)
    near = get_close_matches(name, listed, n=3, cutoff=0.5) or listed
    return HallError(f"没有{zh} {name}；是否指：{'、'.join(near)}", f"no {en} {name}; did you mean: {', '.join(near)}")
