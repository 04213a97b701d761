"""Staged text → typed, checked rows, in one SQL statement made from a contract and a mapping.

Nothing of a file's content enters the SQL text: columns are `c0, c1, …`, names come from the contract (checked
identifiers), codes and constants are session variables.
"""

import re
from dataclasses import dataclass

import duckdb

from etl.ingest.match import Match
from etl.ingest.rows import NEWLINE_MARK, RETURN_MARK
from etl.ingest.stage import Holds
from etl.records import Check, Contract, ContractField
from etl.records.mapping import normal_header

TOTALS = ("合计", "总计", "小计", "合 计", "总 计", "小 计", "合  计", "总  计")

# Type → rule, what is wrong and how to cure it, in Chinese and English.
BAD_VALUE: dict[str, tuple[str, str, str, str, str]] = {
    "datetime": (
        "bad_datetime",
        "不是能确定的时间",
        "写成 2018-10-08 09:05 的样式；日月次序不猜，须在映射里声明",
        "not a time that can be told for certain",
        "write it like 2018-10-08 09:05; day-month order is not guessed, declare it in the mapping",
    ),
    "date": (
        "bad_date",
        "不是能确定的日期",
        "写成 2018-10-08 的样式；日月次序不猜，须在映射里声明",
        "not a date that can be told for certain",
        "write it like 2018-10-08; day-month order is not guessed, declare it in the mapping",
    ),
    "integer": ("bad_integer", "不是整数", "只填数字", "not a whole number", "digits only"),
    "decimal": ("bad_decimal", "不是数", "只填数字", "not a number", "digits only"),
    "boolean": ("bad_boolean", "不是“是”或“否”", "填是或否", "neither yes nor no", "write 是 or 否"),
    "code": (
        "unknown_code",
        "代码不在代码表中",
        "改正代码，或在映射的 [codes] 中写明它的含义",
        "code is not in the code list",
        "correct it, or give its meaning under [codes] in the mapping",
    ),
}


@dataclass(frozen=True)
class Fault:
    """A rule that a row can break: true `sql` breaks it."""

    rule: str
    field: str
    sql: str
    zh: str
    en: str


@dataclass(frozen=True)
class Conform:
    """The SQL of one file: `typed(source)` gives the typed columns, `bad` is true of a row to refuse."""

    match: Match
    fields: list[ContractField]
    inner: str
    cells: str
    faults: list[Fault]
    warnings: list[Fault]
    extra_names: list[str]

    def typed(self, source: str) -> str:
        """Every field cleaned (`t_name`) and typed (`name`), and the row's raw cells `c0 …`, from a relation `_line, c0 …`."""
        return self.inner.replace("{source}", source)

    @property
    def bad(self) -> str:
        return f"coalesce({' or '.join(f'({fault.sql})' for fault in self.faults) or 'false'}, false)"


def set_variables(con: duckdb.DuckDBPyConnection, conform: Conform) -> None:
    """Hand codes, constants and names to SQL as variables."""
    mapping = conform.match.mapping
    for field in conform.fields:
        if field.codes is not None:
            pairs = mapping.code_map(field)
            con.execute(f"set variable codes_{field.name} = map(?::varchar[], ?::varchar[])", [list(pairs), list(pairs.values())])
        if (default := mapping.default_of(field)) is not None:
            con.execute(f"set variable default_{field.name} = ?", [default])
    con.execute("set variable extra_names = ?::varchar[]", [conform.extra_names])
    con.execute("set variable headers = ?::varchar[]", [conform.match.columns])
    con.execute("set variable totals = ?::varchar[]", [list(TOTALS)])
    con.execute("set variable formats = ?::varchar[]", [list(mapping.datetime_formats)])


def _text(field: ContractField, column: str, fullwidth: bool, trimmed: str) -> str:
    if not fullwidth or field.type != "text":
        return f"{trimmed}({column})"
    narrow = "half_width" if field.is_identifier else "half_width_text"
    return f"case when strlen({column}) = length({column}) then {trimmed}({column}) else nullif({narrow}({trimmed}({column})), '') end"


def _typed(field: ContractField, formats: tuple[str, ...], minutes: int) -> str:
    raw = f"t_{field.name}"
    if field.type in ("datetime", "date"):
        time = f"to_time({raw}, {minutes})"
        if formats:
            # A mapping's own formats come first: they were declared because the general ones must not guess.
            declared = ", ".join(f"try_strptime(half_width({raw}), getvariable('formats')[{index + 1}])" for index in range(len(formats)))
            time = f"coalesce({declared}, {time})"
        return time
    if field.type == "code":
        codes = f"getvariable('codes_{field.name}')"
        return f"coalesce(map_extract_value({codes}, {raw}), map_extract_value({codes}, half_width({raw})))"
    if field.type == "text":
        return raw
    return f"to_{field.type}({raw})"


DATE_ONLY = r"(\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|\d{8}|\d{5})"


def _ranged(field: ContractField) -> str:
    if field.name.endswith("_due_at"):
        # A due date without a time of day is met until that day ends; one that says midnight means midnight.
        day_end = f"regexp_full_match(half_width(t_{field.name}), '{DATE_ONLY}')"
        return (
            f"case when {field.name} is not null and {day_end} then known_time({field.name}) + interval 86399 second "
            f"else known_time({field.name}) end as {field.name}"
        )
    if field.type == "datetime":
        return f"known_time({field.name}) as {field.name}"
    if field.type == "date":
        return f"cast(known_time({field.name}) as date) as {field.name}"
    return field.name


def conform(match: Match, holds: Holds) -> Conform:
    """Make the SQL for a matched file: `holds` says what its text holds, so that only that is looked for."""
    mapping, record = match.mapping, match.mapping.contract
    trimmed = "blank_to_null" if holds.rare_blanks or holds.breaks else "space_to_null"
    place = {header: index for index, header in reversed(list(enumerate(match.normal_columns)))}
    ignored = {normal_header(header) for header in mapping.ignore}
    cleaned: list[str] = []
    fields: list[ContractField] = []
    used: set[int] = set()
    for field in record.fields:
        header = mapping.header_of(field.name)
        default = f"cast(getvariable('default_{field.name}') as varchar)"
        if header in place:
            column = f"c{place[header]}"
            used.add(place[header])
            if holds.breaks:
                column = f"replace(replace({column}, '{NEWLINE_MARK}', e'\\n'), '{RETURN_MARK}', e'\\r')"
            text = _text(field, column, holds.fullwidth, trimmed)
            cleaned.append(f"{text if mapping.default_of(field) is None else f'coalesce({text}, {default})'} as t_{field.name}")
        elif mapping.default_of(field) is not None:
            cleaned.append(f"{default} as t_{field.name}")
        else:
            continue
        fields.append(field)
    width = len(match.columns)
    extras = [i for i in range(width) if i not in used and match.normal_columns[i] not in ignored]
    names = [_extra_name(match.columns, index) for index in extras]
    typed = ", ".join(f"{_typed(field, mapping.datetime_formats, mapping.offset_minutes)} as {field.name}" for field in fields)
    times = [name for name in record.times if name in {field.name for field in fields}]
    version = f"greatest({', '.join(f'cast({name} as timestamp)' for name in times)})" if times else "cast(null as timestamp)"
    cells = ", ".join(f"c{index}" for index in range(width))
    texts = ", ".join(f"t_{field.name}" for field in fields)
    own = ", ".join(field.name for field in fields)
    # The range of years is held against the finished value, one level up, or the parsing would be computed three times.
    ranged = ", ".join(_ranged(field) for field in fields)
    inner = (
        f"select _line, {own}, {texts}, {version} as _version, _extra, {cells} from ("
        f"select _line, {texts}, {ranged}, _extra, {cells} from ("
        f"select _line, {texts}, {typed}, _extra, {cells} from ("
        f"select _line, {', '.join(cleaned)}, {_extra(extras)} as _extra, {cells} from {{source}})))"
    )
    return Conform(match, fields, inner, f"list_value({cells})", _faults(match, fields, place, trimmed), _warnings(match, fields), names)


def _extra_name(columns: list[str], index: int) -> str:
    name = columns[index].strip() or f"第{index + 1}列"
    earlier = columns[:index].count(columns[index])
    return name if not earlier else f"{name}#{earlier + 1}"


def _extra(extras: list[int]) -> str:
    if not extras:
        return "cast(null as varchar)"
    listed = ", ".join(f"c{index}" for index in extras)
    pairs = ", ".join(f"getvariable('extra_names')[{place + 1}], c{index}" for place, index in enumerate(extras))
    return f"case when coalesce({listed}) is not null then cast(json_object({pairs}) as varchar) end"


def _faults(match: Match, fields: list[ContractField], place: dict[str, int], trimmed: str) -> list[Fault]:
    mapping, record = match.mapping, match.mapping.contract
    names = {field.name for field in fields}
    faults: list[Fault] = []
    headed = [place[header] for field in fields if (header := mapping.header_of(field.name)) in place][:2]
    if headed:
        again = " and ".join(f"trim(c{index}) = trim(getvariable('headers')[{index + 1}])" for index in headed)
        # Asked first because trimming every cell of two columns costs ten times as much.
        again = f"case when contains(c{headed[0]}, trim(getvariable('headers')[{headed[0] + 1}])) then {again} else false end"
        faults.append(
            Fault("repeated_header", "", again, "表头重复出现在数据中；可删去该行", "the header row again, amid the data; delete the line")
        )
    first = {0, *(place[header] for key in record.key if (header := mapping.header_of(key)) in place)}
    total = " or ".join(f"list_contains(getvariable('totals'), {trimmed}(c{index}))" for index in sorted(first))
    faults.append(Fault("total_row", "", total, "合计行，不是一条记录；可删去该行", "a row of totals, not a record; delete the line"))
    for field in fields:
        if field.required:
            what = f"{field.zh}为空；请补填", f"{field.en} is empty; fill it in"
            faults.append(Fault("missing", field.name, f"t_{field.name} is null", *what))
        if field.type != "text":
            rule, zh, cure_zh, en, cure_en = BAD_VALUE[field.type]
            bad = f"t_{field.name} is not null and {field.name} is null"
            faults.append(Fault(rule, field.name, bad, f"{field.zh}{zh}；{cure_zh}", f"{field.en}: {en}; {cure_en}"))
    asked = [check for check in record.checks if check.level == "reject" and (names & set(check.fields) or check.even_without_fields)]
    return faults + [_check(check, record, names) for check in asked]


def _check(check: Check, record: Contract, present: set[str]) -> Fault:
    """A contract's check for a file with these fields. A field that the file does not have is NULL in it: that a case has no
    start at all still shows, comparisons do not hold."""
    sql = _with_nulls(check.sql, record.fields, present)
    return Fault(check.id, _shown(check.fields, present), sql, f"{check.zh}；{check.cure_zh}", f"{check.en}; {check.cure_en}")


def _shown(fields: tuple[str, ...], present: set[str]) -> str:
    return next((name for name in fields if name in present), "")


def _with_nulls(sql: str, fields: tuple[ContractField, ...], present: set[str]) -> str:
    for field in fields:
        if field.name not in present:
            sql = re.sub(rf"(?<!['\w]){field.name}(?!['\w])", f"cast(null as {field.sql_type})", sql)
    return sql


def _warnings(match: Match, fields: list[ContractField]) -> list[Fault]:
    record = match.mapping.contract
    names = {field.name for field in fields}
    warnings = [_check(check, record, names) for check in record.checks if check.level == "warn" and names.issuperset(check.fields)]
    for field in fields:
        if field.width is not None:
            low, high = field.width
            what = f"{field.zh}的长度不在 {low}–{high} 位之间", f"{field.en} is not {low} to {high} characters long"
            warnings.append(Fault("unusual_width", field.name, f"length({field.name}) not between {low} and {high}", *what))
    return warnings
