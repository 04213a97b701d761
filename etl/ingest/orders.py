"""Codes whose official lists contradict one another: a file with bare numbers is refused until its mapping says which list they are of."""

import duckdb

from etl.config import HallError
from etl.ingest.match import Match
from etl.ingest.rows import Table
from etl.records import ContractField, code_orders


def _open(match: Match) -> list[tuple[ContractField, int]]:
    """Fields whose order the mapping leaves open, with the place of their column."""
    columns = match.normal_columns
    found = []
    for field in match.mapping.contract.fields:
        header = match.mapping.header_of(field.name)
        if header in columns and match.mapping.is_order_open(field):
            found.append((field, columns.index(header)))
    return found


def open_codes(match: Match) -> list[str]:
    """SELECT items over the staged columns: the bare number in each such column, null where there is none."""
    cells = [(field, f"half_width(trim(c{place}))") for field, place in _open(match)]
    return [f"case when regexp_full_match({cell}, '[0-9]+') then {cell} end as _open_{field.name}" for field, cell in cells]


def require_declared_orders(con: duckdb.DuckDBPyConnection, table: Table, match: Match) -> None:
    """Looks for numbers in the columns whose order the mapping leaves open, among the staged records in `incoming`.

    Words (非常满意) mean the same everywhere and need no declaration. Raises HallError naming file, line, column, value and cure.
    """
    for field, place in _open(match):
        number = f"_open_{field.name}"
        found = con.execute(f"select _line, {number} from incoming where {number} is not null order by _line limit 1").fetchone()
        if found is not None:
            raise _undeclared(table, match, field, match.columns[place].strip(), int(found[0]), str(found[1]))


def _undeclared(table: Table, match: Match, field: ContractField, column: str, line: int, value: str) -> HallError:
    where = table.name if table.sheet is None else f"{table.name}［{table.sheet}］"
    orders = code_orders()[field.codes or ""]
    listed = "；".join(f'{field.name} = "{name}"（{entry.zh}）' for name, entry in orders.items())
    listed_en = "; ".join(f'{field.name} = "{name}" ({entry.en})' for name, entry in orders.items())
    name = match.mapping.name
    return HallError(
        f"{where} 第 {line} 行：“{column}”列的代码“{value}”在不同的正式代码表中含义相反，映射 {name} 没有声明用哪一种，未载入任何数据；"
        f"请在映射的 [orders] 里写明：{listed}，或在 [codes.{field.name}] 里逐个写明",
        f"{where} line {line}: code “{value}” in column “{column}” means opposite things in different official lists and mapping {name} "
        f"does not declare which it uses; nothing loaded; under [orders] of the mapping write {listed_en}, "
        f"or give each code under [codes.{field.name}]",
    )
