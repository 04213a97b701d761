"""Mappings as data: which header of a source system is which canonical field, and which of its codes is which of ours."""

import re
import unicodedata
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from etl.config import HallError, Home
from etl.records import Contract, ContractField, code_orders, codes, contract, contracts, read_toml, validation_refusal


class JsonPlace(BaseModel):
    """Where the records lie in a JSON document."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    path: str


class Mapping(BaseModel):
    """One source system's export of one record type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    is_own: bool = Field(default=False, description="set on reading: the office's own, not a shipped one")
    record: str
    zh: str
    en: str
    signature: tuple[str, ...] = Field(min_length=1)
    absent: tuple[str, ...] = ()
    utc_offset: str = Field(default="+08:00", pattern=r"^[+-]\d\d:\d\d$")
    datetime_formats: tuple[str, ...] = ()
    header_rows: Literal[1, 2] = 1
    sheets: Literal["all", "first"] | tuple[str, ...] = "all"
    fields: dict[str, str]
    defaults: dict[str, str] = {}
    codes: dict[str, dict[str, str]] = {}
    orders: dict[str, str] = Field(default={}, description="field → which official order of its code list the source uses")
    ignore: tuple[str, ...] = ()
    json_place: JsonPlace | None = Field(default=None, alias="json")

    @field_validator("datetime_formats")
    @classmethod
    def _formats_parse(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for text in formats:
            if not re.fullmatch(r"[%A-Za-z0-9 年月日时分秒:./\-]+", text):
                raise ValueError(f"unusable date format {text!r}")
        return formats

    @property
    def offset_minutes(self) -> int:
        sign = -1 if self.utc_offset[0] == "-" else 1
        return sign * (int(self.utc_offset[1:3]) * 60 + int(self.utc_offset[4:6]))

    @property
    def contract(self) -> Contract:
        return contract(self.record)

    def header_of(self, field: str) -> str | None:
        """The normalised header that feeds a field."""
        source = self.fields.get(field)
        return None if source is None else normal_header(source)

    def code_map(self, field: ContractField) -> dict[str, str]:
        """Source code → canonical code for a field: canonical codes and their Chinese labels always, the mapping's own on top."""
        if field.codes is None:
            return {}
        understood: dict[str, str] = {}
        for code, entry in codes()[field.codes].items():
            for word in (code, entry.zh, *entry.also):
                understood[normal_code(word)] = code
        for source, code in {**self._ordered(field), **self.codes.get(field.name, {})}.items():
            understood[normal_code(source)] = code
        return understood

    def _ordered(self, field: ContractField) -> dict[str, str]:
        """The numbers of the official order that the mapping names for this field."""
        if field.codes is None or field.name not in self.orders:
            return {}
        return code_orders()[field.codes][self.orders[field.name]].codes

    def is_order_open(self, field: ContractField) -> bool:
        """Whether nobody has said what this field's numbers mean, though official lists contradict one another."""
        if field.codes not in code_orders() or field.name in self.orders:
            return False
        return not any(normal_code(source).isdecimal() for source in self.codes.get(field.name, {}))

    def default_of(self, field: ContractField) -> str | None:
        """What a blank or absent value means: by the mapping, else by the contract."""
        return self.defaults.get(field.name, field.default)


def normal_header(text: str) -> str:
    """A header as it is compared: half-width, without blanks, line breaks, byte order mark or the star of a required column."""
    return re.sub("[\\s*\ufeff\u200b]+", "", unicodedata.normalize("NFKC", text))


def normal_code(text: str) -> str:
    """A code as it is compared: half-width, trimmed."""
    return unicodedata.normalize("NFKC", text).strip()


def canonical_mapping(record: Contract) -> Mapping:
    """The mapping of a file headed with the contract's own Chinese labels."""
    return Mapping(
        name=f"canonical-{record.record.replace('_', '-')}",
        record=record.record,
        zh=f"{record.zh}（规范表头）",
        en=f"{record.en} (canonical headers)",
        signature=tuple(field.zh for field in record.fields if field.required),
        absent=record.absent,
        fields={field.name: field.zh for field in record.fields},
    )


def read_mapping(path: Path) -> Mapping:
    """A mapping file, checked against its contract. Raises HallError naming what is wrong."""
    try:
        mapping = Mapping.model_validate({**read_toml(path), "name": path.stem})
    except ValidationError as error:
        raise validation_refusal(path, error) from None
    target = mapping.contract
    names = {field.name for field in target.fields}
    if unknown := sorted({*mapping.fields, *mapping.defaults, *mapping.codes, *mapping.orders} - names):
        listed = "、".join(unknown)
        raise HallError(f"{path.name}：{target.zh}没有字段 {listed}", f"{path.name}: {target.record} has no field {listed}")
    for field_name, order in mapping.orders.items():
        _require_order(path, target.field(field_name), order)
    for field_name, pairs in mapping.codes.items():
        field = target.field(field_name)
        known = codes()[field.codes] if field.codes else {}
        for source, code in pairs.items():
            if code not in known:
                raise HallError(
                    f"{path.name}：{field_name} 的代码 {source} 对应的 {code} 不在代码表 {field.codes} 中",
                    f"{path.name}: {field_name}: {source} maps to {code}, which is not in code list {field.codes}",
                )
    return mapping


def _require_order(path: Path, field: ContractField, order: str) -> None:
    known = code_orders().get(field.codes or "", {})
    if order not in known:
        listed = "；".join(f"{name}（{entry.zh}）" for name, entry in known.items()) or "无"
        listed_en = "; ".join(f"{name} ({entry.en})" for name, entry in known.items()) or "none"
        raise HallError(
            f"{path.name}：[orders] {field.name} 的“{order}”不是已知的代码次序；可用：{listed}",
            f"{path.name}: [orders] {field.name}: no order {order!r} is known; known: {listed_en}",
        )


def mappings(home: Home) -> dict[str, Mapping]:
    """All mappings by name: the canonical ones, the shipped ones, then the office's own, which may replace a shipped one."""
    found = {mapping.name: mapping for mapping in map(canonical_mapping, contracts().values())}
    for folder in home.overlay("mappings"):
        for path in sorted(folder.glob("*.toml")):
            mapping = read_mapping(path)
            found[mapping.name] = mapping.model_copy(update={"is_own": folder == home.root / "mappings"})
    return found


def source_headers(mapping: Mapping) -> dict[str, str]:
    """Normalised header → header as the mapping writes it, for messages."""
    listed = [*mapping.signature, *mapping.fields.values(), *mapping.ignore]
    return {normal_header(header): header for header in listed}
