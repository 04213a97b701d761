"""One record typed into a form, held against its contract by the same SQL that judges a file: the same faults in the same words."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from etl.ingest.conform import Fault, conform, set_variables
from etl.ingest.macros import create_macros
from etl.ingest.match import Match
from etl.ingest.rows import LONGEST_RECORD, RESERVED, RULES, Row
from etl.ingest.stage import Holds
from etl.records import Contract
from etl.records.mapping import canonical_mapping


@dataclass(frozen=True)
class Broken:
    """A rule that the record breaks; `field` is empty where it is none in particular."""

    rule: str
    field: str
    zh: str
    en: str


@dataclass(frozen=True)
class Judged:
    """The record as the loader would keep it, and what it would say of it. With a fault it would go to quarantine."""

    values: dict[str, object]
    faults: tuple[Broken, ...]
    warnings: tuple[Broken, ...]


def judge(record: Contract, cells: Mapping[str, str]) -> Judged:
    """What loading a file of this one record would make of it. Fields that are not given are blank."""
    if unknown := set(cells) - {field.name for field in record.fields}:
        raise ValueError(f"{record.record} has no field {sorted(unknown)}")
    texts = [cells.get(field.name, "") for field in record.fields]
    if sum(map(len, texts)) > LONGEST_RECORD:
        return Judged({}, (_unreadable("line_too_long"),), ())
    if any(mark in text for text in texts for mark in RESERVED):
        return Judged({}, (_unreadable("control_character"),), ())
    mapping = canonical_mapping(record)
    columns = [mapping.fields[field.name] for field in record.fields]
    made = conform(Match(mapping, 0, [Row(1, columns)], columns), Holds(True, True, True))
    with duckdb.connect() as con:
        create_macros(con)
        set_variables(con, made)
        given = ", ".join(f"nullif(cast(? as varchar), '') as c{number}" for number in range(len(texts)))
        con.execute(f"create temp table given as select 1 as _line, {given}", texts)
        con.execute(f"create temp table typed as {made.typed('given')}")
        names = [field.name for field in made.fields]
        row = con.execute(f"select {', '.join(names)} from typed").fetchone() or ()
        return Judged(dict(zip(names, row, strict=True)), _broken(con, made.faults), _broken(con, made.warnings))


def _broken(con: duckdb.DuckDBPyConnection, rules: list[Fault]) -> tuple[Broken, ...]:
    if not rules:
        return ()
    found = con.execute(f"select {', '.join(f'coalesce({rule.sql}, false)' for rule in rules)} from typed").fetchone() or ()
    return tuple(Broken(rule.rule, rule.field, rule.zh, rule.en) for rule, is_broken in zip(rules, found, strict=True) if is_broken)


def _unreadable(rule: str) -> Broken:
    return Broken(rule, "", RULES[rule].zh, RULES[rule].en)
