"""Results as JSON documents and back, nothing lost: decimals as text, days in ISO form, what is empty left out of a line.

A year of published months has some ten thousand lines with the same few rules, names, days and points. What is read back shares
them, since a server holds it as long as it runs.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Result = TypeVar("Result")
# How values are read from their text. Equal ones are one object; none can be changed.
SHARED: Mapping[Any, Callable[[str], Any]] = {
    str: sys.intern,
    Decimal: lru_cache(maxsize=4096)(Decimal),
    date: lru_cache(maxsize=4096)(date.fromisoformat),
}


def to_document(value: Any) -> Any:
    """A result (a dataclass of inputs.py or results.py, or a tuple of them) in plain JSON types. Fields at their default are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        shown = {}
        for one in fields(value):
            found = getattr(value, one.name)
            if one.default is not MISSING and found == one.default:
                continue
            shown[one.name] = to_document(found)
        return shown
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_document(one) for one in value]
    return value


def from_document(kind: type[Result], document: Mapping[str, Any]) -> Result:
    """The result that `to_document` was given. Raises ValueError when the document is none of this kind."""
    found: Result = _built(kind, document)
    return found


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _built(kind: Any, value: Any) -> Any:
    if is_dataclass(kind):
        if not isinstance(value, Mapping):
            raise ValueError(f"no {getattr(kind, '__name__', kind)}: {value!r}")
        plain: Any = kind
        hints = _hints(plain)
        unknown = set(value) - set(hints)
        missing = [one.name for one in fields(kind) if one.name not in value and one.default is MISSING and one.default_factory is MISSING]
        if unknown or missing:
            raise ValueError(f"{getattr(kind, '__name__', kind)}: unknown {sorted(unknown)}, missing {missing}")
        return kind(**{name: _built(hints[name], one) for name, one in value.items()})  # type: ignore[operator]
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        if value is None:
            return None
        return _built(next(one for one in get_args(kind) if one is not NoneType), value)
    if origin is tuple:
        inner = get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_built(inner[0], one) for one in value)
        return tuple(_built(of, one) for of, one in zip(inner, value, strict=True))
    if origin is Literal:
        if value not in get_args(kind):
            raise ValueError(f"{value!r} is none of {get_args(kind)}")
        return value
    if kind in (int, bool) and type(value) is kind:
        return value
    if type(value) is str and kind in SHARED:
        return SHARED[kind](value)
    raise ValueError(f"{value!r} is no {kind}")
