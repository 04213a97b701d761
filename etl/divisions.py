"""Divisions (区划) by their codes of GB/T 2260: 350902 is a county, 3509 (written 350900 too) its city, 35 (350000) its province.

One build is one county; its numbers of cases, windows and staff are its own. A snapshot says in the column `division` whose each row is,
so that counties put together in one snapshot are told apart, and a prefix of a code asks for a county, a city or a province.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import duckdb

from etl.config import SHIPPED, HallError, Home

FILE = "divisions.csv"
COLUMNS = ("code", "name", "name_en", "kind", "group", "edition")
# Columns of a snapshot's `ref_division`.
REFERENCE = ("division", "name", "name_en", "peer_group", "city", "city_en", "province", "province_en")
CODE = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}([0-9]{3}|[0-9]{6})?")
COUNTY_DIGITS, CITY_DIGITS, PROVINCE_DIGITS = 6, 4, 2
# Tables that are the same for all counties put together: the calendar and the rules.
SHARED = re.compile(r"meta|ref_(calendar|workday|.*_rule|supervision_level)")
# The key of `meta` under which a home says which division's counties were put together in it, and whether their cases were.
GATHERED, CASES_LEFT = "gathered", "cases_left"
# What a county is compared with, in words; an office's own group is its own words.
GROUPS: Mapping[str, tuple[str, str]] = {
    "district": ("市辖区", "Districts"),
    "county_city": ("县级市", "County-level cities"),
    "county": ("县", "Counties"),
}


@dataclass(frozen=True)
class Division:
    """One line of the reference: `group` is that of the counties it is ranked among, by default its kind.

    `name_en` is the romanised name for English readers; where a line gives none it is the Chinese one.
    """

    code: str
    name: str
    name_en: str
    kind: str
    group: str

    def named(self, language: str = "zh_CN") -> str:
        """The name in a reader's language."""
        return self.name_en if language == "en" else self.name


def prefix_of(code: str) -> str:
    """What the codes of all that lies in a division begin with: 350000 is 35, 350900 is 3509, 350902 itself.

    Raises HallError for what is no code of 2, 4, 6, 9 or 12 digits.
    """
    if not CODE.fullmatch(code):
        raise HallError(
            f"区划代码 {code} 应为 2、4、6、9 或 12 位数字，如 350902（县）、350900（市）、350000（省）",
            f"division {code} is not a code of 2, 4, 6, 9 or 12 digits, such as 350902 (county), 350900 (city), 350000 (province)",
        )
    if len(code) != COUNTY_DIGITS:
        return code
    return code[:PROVINCE_DIGITS] if code.endswith("0000") else code[:CITY_DIGITS] if code.endswith("00") else code


def above(code: str) -> tuple[str, ...]:
    """The prefixes of what a division lies in, the widest first: of 350902 they are 35 and 3509."""
    return tuple(code[:digits] for digits in (PROVINCE_DIGITS, CITY_DIGITS) if digits < len(code))


def read_divisions(folders: Iterable[Path]) -> dict[str, Division]:
    """The reference by code, a later folder's lines in place of an earlier one's. Raises HallError naming the file and the line.

    A later line without an English name leaves the earlier one standing, unless it calls the division something else.
    """
    found: dict[str, Division] = {}
    for path in (folder / FILE for folder in folders):
        for one in _read(path) if path.exists() else ():
            former = found.get(one.code, one)
            found[one.code] = replace(one, name_en=former.name_en) if one.name_en == one.name == former.name else one
    return found


def _read(path: Path) -> list[Division]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := [name for name in COLUMNS[:2] if name not in (reader.fieldnames or ())]:
            raise HallError(f"{path} 缺少列 {'、'.join(missing)}", f"{path} has no column {', '.join(missing)}")
        listed = []
        for number, row in enumerate(reader, 2):
            code, name = (row["code"] or "").strip(), (row["name"] or "").strip()
            if not CODE.fullmatch(code) or not name:
                raise HallError(f"{path} 第 {number} 行：区划代码或名称有误", f"{path}, line {number}: wrong code or no name")
            kind = (row.get("kind") or "").strip()
            romanised, group = ((row.get(column) or "").strip() for column in ("name_en", "group"))
            listed.append(Division(code, name, romanised or name, kind, group or kind))
    return listed


def divisions_of(home: Home) -> dict[str, Division]:
    """The reference as this home has it."""
    return read_divisions(home.overlay("reference"))


@cache
def shipped() -> Mapping[str, Division]:
    """The reference that comes along."""
    return read_divisions([SHIPPED / "reference"])


def name_of(prefix: str, known: Mapping[str, Division], language: str = "zh_CN") -> str:
    """The name of the division that a prefix stands for; the prefix itself where the reference does not have it."""
    found = known.get(prefix.ljust(COUNTY_DIGITS, "0"))
    return prefix if found is None else found.named(language)


def group_words(group: str, language: str = "zh_CN") -> str:
    """The words of a group of counties."""
    zh, en = GROUPS.get(group, (group, group))
    return en if language == "en" else zh


def described(codes: Sequence[str], known: Mapping[str, Division]) -> list[tuple[str, ...]]:
    """Rows of a snapshot's `ref_division`: code, name, group, name of the city and of the province, each name in both languages."""
    rows: list[tuple[str, ...]] = []
    for code in codes:
        found = known.get(code)
        province, city = (*above(code), "", "")[:2]
        of_city, of_province = ((name_of(one, known), name_of(one, known, "en")) for one in (city, province))
        rows.append((code, name_of(code, known), name_of(code, known, "en"), found.group if found else "", *of_city, *of_province))
    return rows


def write_divisions(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[str, ...]]) -> None:
    """Makes `ref_division`, under the name `table`, of what `described` gives."""
    con.execute(f"create or replace table {table} ({', '.join(f'{column} varchar' for column in REFERENCE)})")
    if rows:
        con.executemany(f"insert into {table} values ({', '.join('?' for _ in REFERENCE)})", [list(row) for row in rows])


def held(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The divisions of a snapshot, in order; none where nobody said whose it is, and for a warehouse."""
    try:
        found = con.execute("select division from ref_division order by division").fetchall()
    except duckdb.CatalogException:
        return ()
    return tuple(str(division) for (division,) in found)


def narrow(con: duckdb.DuckDBPyConnection, prefix: str) -> None:
    """Cuts every table of a snapshot down to one division, for this connection: views of the tables' names lie over them from now on.

    Raises HallError when the snapshot has nothing of it.
    """
    known = held(con)
    if not any(division.startswith(prefix) for division in known):
        listed = "、".join(known) or "（未设置）"
        raise HallError(
            f"数据中没有区划 {prefix}；现有：{listed}（单个县在 hall.toml 中设置 division 后重新发布）",
            f"the data have no division {prefix}; there are: {', '.join(known) or 'none'} "
            "(a single county sets division in hall.toml and publishes again)",
        )
    con.execute("set variable division = ?", [prefix])
    catalogue = str((con.execute("select current_database()").fetchone() or ("",))[0]).replace('"', '""')
    tables = con.execute(
        "select table_name from information_schema.columns where table_catalog = current_database() and table_schema = 'main' "
        "and column_name = 'division' order by table_name"
    ).fetchall()
    for (table,) in tables:
        con.execute(
            f"create temp view {table} as select * from \"{catalogue}\".main.{table} where starts_with(division, getvariable('division'))"
        )


def gathered_in(con: duckdb.DuckDBPyConnection) -> str | None:
    """The division whose counties were put together in this snapshot or warehouse; None for a county's own."""
    try:
        found = con.execute("select value from meta where key = ?", [GATHERED]).fetchone()
    except duckdb.CatalogException:
        return None
    return None if found is None else str(found[0])


def refuse_gathered(con: duckdb.DuckDBPyConnection) -> None:
    """Raises HallError where several counties are put together: numbers of cases and signals, windows and staff are a county's own."""
    if (division := gathered_in(con)) is not None:
        zh, en = (name_of(division, shipped(), language) for language in ("zh_CN", "en"))
        raise HallError(
            f"这里汇集了{zh}（{division}）的多个区县；办件办理、信号、考核和对账属于各区县，请在该县自己的看板或目录中进行",
            f"the counties of {en} ({division}) are put together here; cases, signals, assessment and reconciliation are a county's own: "
            "see them in that county's dashboard or home",
        )
