"""Reads schemes from their files, refusing a wrong one by file, line and reason, and lays them over one another by date."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError

from etl.assess.checking import faults
from etl.assess.inputs import first_day
from etl.assess.scheme import Scheme
from etl.config import SHIPPED, HallError
from etl.dated import holding, layered
from etl.records.lines import line_of

PATTERN = "assessment-*.toml"


@dataclass(frozen=True)
class Schemes:
    """Schemes in the order in which they win: a later one overrides an earlier one on the days both cover.

    `tried` holds in every month instead of them: a simulation.
    """

    schemes: tuple[Scheme, ...] = ()
    tried: Scheme | None = None

    def of(self, month: str) -> Scheme:
        """The scheme in force on the first day of the month. Raises HallError when there is none."""
        found = self.on(first_day(month))
        if found is None:
            raise HallError(
                f"{month} 没有有效的考核办法（data/rules/{PATTERN}）", f"no assessment scheme holds in {month} (data/rules/{PATTERN})"
            )
        return found

    def on(self, day: date) -> Scheme | None:
        return self.tried or holding(self.schemes, day)


def load_schemes(folders: Sequence[Path] = (SHIPPED / "rules",)) -> Schemes:
    """The schemes of all `assessment-*.toml` in `folders`; a later folder overrides an earlier one day by day.

    Raises HallError naming file, line and reason when a file is wrong or two files of one folder cover the same day.
    """
    return Schemes(layered(folders, PATTERN, read_scheme))


def read_scheme(path: Path) -> Scheme:
    """One scheme. Raises HallError naming file, line and reason."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise HallError(
            f"规则文件 {path.name} 不是 UTF-8 编码，请另存为 UTF-8", f"rules file {path.name} is not UTF-8; save it as UTF-8"
        ) from None
    except OSError as error:
        raise HallError(f"无法读取 {path}", f"cannot read {path}: {error.strerror}") from None
    return scheme_from(text, path.name)


def scheme_from(text: str, name: str) -> Scheme:
    """The scheme written in `text`, which a refusal calls `name`: a file, or a copy that is tried out."""
    try:
        scheme = Scheme.model_validate(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        raise HallError(f"规则文件 {name} 不是有效的 TOML：{error}", f"rules file {name} is not valid TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = tuple(part for part in first["loc"])
        key = ".".join(str(part) for part in place)
        given = "" if first["type"] == "missing" or isinstance(first["input"], dict) else str(first["input"])
        zh, en = f"{key} 有误（{_said(first['type'], first['msg'])}）", f"{key}: {first['msg']}"
        raise _refusal(name, text, place, zh + (f"，现为 {given}" if given else ""), en + (f", found {given}" if given else "")) from None
    for place, zh, en in faults(scheme):
        raise _refusal(name, text, place, zh, en)
    return scheme


_SAID = {
    "extra_forbidden": "没有这个设置",
    "missing": "缺少此项",
    "literal_error": "不是允许的取值",
    "decimal_parsing": "应为数字",
    "string_pattern_mismatch": "格式不符",
    "date_from_datetime_parsing": "应为日期",
}


def _said(kind: str, message: str) -> str:
    return _SAID.get(kind, message)


def _refusal(name: str, text: str, place: Sequence[str | int], zh: str, en: str) -> HallError:
    line = line_of(text, place)
    return HallError(f"规则文件 {name} 第 {line} 行：{zh}", f"rules file {name}, line {line}: {en}")
