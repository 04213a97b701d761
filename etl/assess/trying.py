"""Schemes tried out and held beside one another: numbers changed in a copy, and what one scheme says otherwise than another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ValidationError

from etl.assess.checking import faults
from etl.assess.scheme import Scheme
from etl.config import HallError

# By what the entries of a table are told apart; entries of the others go by their place.
KEYS: dict[str, tuple[str, ...]] = {
    "subject": ("kind",),
    "dimension": ("subject", "id"),
    "rule": ("subject", "id"),
    "metric": ("subject", "id"),
    "part": ("subject", "id"),
    "propagation": ("id",),
    "veto": ("id",),
    "grade": ("id",),
    "grade_cap": ("subject", "period", "grade"),
    "group": ("subject", "id"),
    "award": ("id",),
    "annual": ("subject",),
    "annual_mark": ("part",),
}


@dataclass(frozen=True)
class Setting:
    """One number of a scheme that can be changed in a copy: table, place in it, name of the setting."""

    table: str
    index: int
    field: str
    value: Decimal

    @property
    def key(self) -> str:
        return f"{self.table}.{self.index}.{self.field}"


@dataclass(frozen=True)
class Difference:
    """What a setting is in one scheme and in the other; None where that one does not have it.

    `entry` names the entry by its keys, `zh` and `en` are its own words; a whole entry that only one has goes by field "".
    """

    table: str
    entry: str
    zh: str
    en: str
    field: str
    before: str | None
    after: str | None


def settings(scheme: Scheme) -> Iterator[Setting]:
    """Every number of the scheme's tables, in their order."""
    for table in KEYS:
        for index, entry in enumerate(getattr(scheme, table)):
            for field in type(entry).model_fields:
                value = getattr(entry, field)
                if isinstance(value, int | Decimal) and not isinstance(value, bool):
                    yield Setting(table, index, field, Decimal(value))


def changed(scheme: Scheme, values: Mapping[str, Decimal]) -> Scheme:
    """A copy with these settings, by their keys, otherwise. Raises HallError when the copy is no scheme: what and why."""
    dumped = scheme.model_dump()
    for one in settings(scheme):
        if one.key in values:
            entry = dict(dumped[one.table][one.index])
            entry[one.field] = values[one.key]
            dumped[one.table] = [entry if index == one.index else other for index, other in enumerate(dumped[one.table])]
    try:
        made = Scheme.model_validate(dumped)
    except ValidationError as error:
        first = error.errors()[0]
        place = _said(scheme, tuple(first["loc"]))
        raise HallError(f"{place}：{first['input']} 不是允许的取值", f"{place}: {first['input']}: {first['msg']}") from None
    for fault in faults(made):
        place = _said(scheme, fault.place)
        raise HallError(f"{place}：{fault.zh}", f"{place}: {fault.en}")
    return made


def _said(scheme: Scheme, place: tuple[str | int, ...]) -> str:
    """A place in the scheme by the names of its entries: rule A1 points."""
    if len(place) >= 2 and isinstance(place[1], int) and str(place[0]) in KEYS:
        entry = getattr(scheme, str(place[0]))[place[1]]
        return " ".join([str(place[0]), _entry(str(place[0]), entry, place[1]), *(str(part) for part in place[2:])])
    return ".".join(str(part) for part in place)


def _entry(table: str, entry: BaseModel, index: int) -> str:
    keys = KEYS.get(table)
    return str(index + 1) if keys is None else ".".join(str(getattr(entry, key)) for key in keys)


def differences(before: Scheme, after: Scheme) -> list[Difference]:
    """Everything that the two schemes say differently, table by table in the order of the format."""
    found: list[Difference] = []
    for field in Scheme.model_fields:
        one, other = getattr(before, field), getattr(after, field)
        if one == other:
            continue
        is_table = all(isinstance(value, tuple) and all(isinstance(entry, BaseModel) for entry in value) for value in (one, other))
        found += _entries(field, one, other) if is_table else [Difference("", "", "", "", field, written(one), written(other))]
    return found


def _entries(table: str, before: tuple[BaseModel, ...], after: tuple[BaseModel, ...]) -> list[Difference]:
    old = {_entry(table, entry, index): entry for index, entry in enumerate(before)}
    new = {_entry(table, entry, index): entry for index, entry in enumerate(after)}
    found = []
    for name in dict.fromkeys([*old, *new]):
        one, other = old.get(name), new.get(name)
        named = one if other is None else other
        words = (str(getattr(named, "zh", "")), str(getattr(named, "en", "")))
        if one is None or other is None:
            found.append(
                Difference(table, name, *words, "", None if one is None else _whole(one), None if other is None else _whole(other))
            )
            continue
        fields = [field for field in type(other).model_fields if getattr(one, field) != getattr(other, field)]
        found += [Difference(table, name, *words, field, written(getattr(one, field)), written(getattr(other, field))) for field in fields]
    return found


def _whole(entry: BaseModel) -> str:
    """An entry that only one scheme has, by what it sets beyond names and defaults."""
    told = {field: getattr(entry, field) for field in entry.model_fields_set if field not in ("id", "zh", "en", "subject")}
    return "; ".join(f"{field} = {written(value)}" for field, value in sorted(told.items()) if value is not None)


def written(value: Any) -> str:
    """A value as the file writes it; numbers without the zeros of their writing."""
    if value is None:
        return "—"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, tuple):
        return ", ".join(written(one) for one in value)
    if isinstance(value, BaseModel):
        return " ".join(written(getattr(value, field)) for field in type(value).model_fields)
    return str(value)
