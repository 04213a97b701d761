"""Record types as data: what a contract and a code list say, read from TOML and checked on the way in."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from etl.config import SHIPPED, HallError

Model = TypeVar("Model", bound=BaseModel)

CONTRACTS = Path(__file__).parent / "contracts"
FieldType = Literal["text", "code", "integer", "decimal", "boolean", "date", "datetime"]
Personal = Literal["name", "id_number", "phone", "address", "free_text", "secret"]
IDENTIFIER = r"^[a-z][a-z0-9_]{0,62}$"

SQL_TYPES: dict[FieldType, str] = {
    "text": "varchar",
    "code": "varchar",
    "integer": "bigint",
    "decimal": "decimal(16,2)",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ContractField(_Strict):
    """One canonical field of a record type."""

    name: str = Field(pattern=IDENTIFIER)
    zh: str
    en: str
    type: FieldType
    required: bool = False
    codes: str | None = None
    aliases: tuple[str, ...] = ()
    personal: Personal | None = None
    width: tuple[int, int] | None = Field(default=None, description="usual length of a code; another one warns")
    default: str | None = Field(default=None, description="what a blank or absent value means, where every source means the same")

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]

    @property
    def is_identifier(self) -> bool:
        """Numbers and codes in which full-width digits and letters can only be a slip of the keyboard."""
        return self.width is not None or self.personal in ("id_number", "phone", "secret") or self.name.endswith(("_no", "_code", "_uscc"))


class Check(_Strict):
    """A row check: `sql` is true where the row is bad. Level `reject` quarantines it, `warn` loads and counts it."""

    id: str = Field(pattern=IDENTIFIER)
    level: Literal["reject", "warn"]
    even_without_fields: bool = Field(default=False, description="judged also where the file has none of the fields")
    fields: tuple[str, ...] = Field(min_length=1)
    sql: str
    zh: str
    en: str
    cure_zh: str
    cure_en: str


class Contract(_Strict):
    """A record type: its fields, its key, how versions are ordered, and what a row must satisfy."""

    record: str = Field(pattern=IDENTIFIER)
    zh: str
    en: str
    key: tuple[str, ...] = Field(min_length=1)
    version: tuple[str, ...] = ()
    absent: tuple[str, ...] = Field(default=(), description="headers that show a canonical file to be of another record type")
    fields: tuple[ContractField, ...]
    checks: tuple[Check, ...] = ()

    @model_validator(mode="after")
    def _names_exist(self) -> "Contract":
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError("a field name occurs twice")
        used = {*self.key, *self.version, *(name for check in self.checks for name in check.fields)}
        if unknown := used - set(names):
            raise ValueError(f"unknown fields {sorted(unknown)}")
        return self

    @property
    def table(self) -> str:
        return f"raw_{self.record}"

    def field(self, name: str) -> ContractField:
        return next(field for field in self.fields if field.name == name)

    @property
    def times(self) -> list[str]:
        """Event times, whose latest orders versions that carry no time of synchronisation."""
        return [field.name for field in self.fields if field.type in ("date", "datetime") and not field.name.endswith("_due_at")]


class Code(_Strict):
    """A canonical code with its labels; `also` are other words that mean the same in every source."""

    zh: str
    en: str
    also: tuple[str, ...] = ()


def read_toml(path: Path) -> dict[str, object]:
    """A TOML file; HallError names the file and the line when it cannot be read."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise HallError(f"{path.name} 不是有效的 TOML：{error}", f"{path.name} is not valid TOML: {error}") from None
    except UnicodeDecodeError:
        raise HallError(f"{path.name} 不是 UTF-8 编码，请另存为 UTF-8", f"{path.name} is not UTF-8; save it as UTF-8") from None


def validation_refusal(path: Path, error: ValidationError, example: str | None = None) -> HallError:
    """What is wrong with a data file, by its first fault; `example` is a file or entry that shows how it is done."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    value = first["input"] if isinstance(first["input"], str | int | float | date) else None
    zh = f"{path.name}：{where or '文件'}" + ("" if value is None else f" 的值 {value!r}") + f" 有误：{first['msg']}"
    en = f"{path.name}: {where or 'file'}: {first['msg']}" + ("" if value is None else f", found {value!r}")
    if example is not None:
        zh, en = f"{zh}，请对照 {example} 改正", f"{en}; correct it after {example}"
    return HallError(zh, en)


def read_model(path: Path, model: type[Model], example: str | None = None) -> Model:
    """A TOML file as this model. Raises HallError naming the file and what is wrong in it."""
    try:
        return model.model_validate(read_toml(path))
    except ValidationError as error:
        raise validation_refusal(path, error, example) from None


@cache
def contracts() -> dict[str, Contract]:
    """All record types by name."""
    found: dict[str, Contract] = {}
    for path in sorted(CONTRACTS.glob("*.toml")):
        contract_read = read_model(path, Contract)
        found[contract_read.record] = contract_read
    return found


def contract(record: str) -> Contract:
    """The contract of a record type. Raises HallError naming the known ones."""
    known = contracts()
    if record not in known:
        names = "、".join(known)
        raise HallError(f"没有记录类型 {record}；现有：{names}", f"no record type {record}; known: {', '.join(known)}")
    return known[record]


@cache
def codes() -> dict[str, dict[str, Code]]:
    """Code lists: list name → canonical code → labels (data/reference/codes.toml; kinds of assessment events: a file of their own)."""
    path = SHIPPED / "reference" / "codes.toml"
    document = {**read_toml(path), "assess_event": _events()}
    return {name: {code: Code.model_validate(entry) for code, entry in entries.items()} for name, entries in document.items()}  # type: ignore[attr-defined]


def _events() -> dict[str, object]:
    """Kinds of assessment events as a code list; what else their file says of them is for the rules of assessment."""
    kinds = read_toml(SHIPPED / "reference" / "assessment-events.toml")
    return {kind: {key: said for key, said in entry.items() if key in Code.model_fields} for kind, entry in kinds.items()}  # type: ignore[attr-defined]


class CodeOrder(_Strict):
    """One official order of a code list that exists in several: its name for a message, and what each code means in it."""

    zh: str
    en: str
    codes: dict[str, str]


@cache
def code_orders() -> dict[str, dict[str, CodeOrder]]:
    """Code lists that exist in several official orders: list name → order → its codes (data/reference/code-orders.toml)."""
    path = SHIPPED / "reference" / "code-orders.toml"
    found: dict[str, dict[str, CodeOrder]] = {}
    for name, orders in read_toml(path).items():
        found[name] = {order: CodeOrder.model_validate(entry) for order, entry in orders.items()}  # type: ignore[attr-defined]
        for order, entry in found[name].items():
            if unknown := sorted(set(entry.codes.values()) - set(codes()[name])):
                listed = "、".join(unknown)
                raise HallError(f"{path.name}：{name}.{order} 的 {listed} 不在代码表中", f"{path.name}: {name}.{order}: unknown {listed}")
    return found
