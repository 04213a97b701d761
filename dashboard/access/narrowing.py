"""Row-level access at the bottom: a connection on which every table is already cut down to what one person may see.

Before a question is asked, temporary views with the names of the tables are laid over the snapshot's own: narrowed to the
county, city or province looked at, to the person's window, to their own staff number, or refusing altogether. So a page's SQL that
forgets the person still gets only their rows, and a table that no rule knows is refused. The views are private to the connection;
the snapshot is not written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

import duckdb
import pandas as pd

from etl.access.rules import NotAllowedError, Reach, Rules, access_rules
from etl.divisions import SHARED

REFUSED = "hall-refused"
KEPT_CONNECTIONS = 8
# Ways around the views: another schema's name, a quoted name, functions that show the catalogue or the variables, a second statement.
AROUND = re.compile(
    r'"|;|\b(main|temp|system|pg_catalog|information_schema)\s*\.|\bduckdb_\w+|\bpragma|getvariable|query_table|\bquery\s*\(', re.I
)
WORD = re.compile(r"\w+")
READING = re.compile(r"^\s*(select|with|from)\b", re.I)


def check_text(sql: str) -> None:
    """Raises NotAllowedError for a text that could reach the tables under the views."""
    if AROUND.search(sql) or not READING.match(sql):
        raise NotAllowedError("（该查询绕过了数据范围）", "what this question asks for: it goes around the scope")


def view_of(table: str, columns: Sequence[str], reach: Reach, rules: Rules) -> str | None:
    """The condition that stands in the table's view; None where the table is shown as it is."""
    conditions = [_of_division(table, columns, reach, rules), _of_person(table, columns, reach, rules)]
    found = [condition for condition in conditions if condition is not None]
    return next((one for one in found if REFUSED in one), " and ".join(found)) if found else None


def _of_division(table: str, columns: Sequence[str], reach: Reach, rules: Rules) -> str | None:
    """Rows of the county, city or province looked at; of several counties nothing but figures, of which no number is a county's own."""
    if SHARED.fullmatch(table):
        return None
    is_figure = rules.is_count(table) or table.startswith("ref_")
    if (reach.is_several and not is_figure) or (reach.are_cases_left and not is_figure and not rules.is_public(table)):
        return f"error('{REFUSED} {table}')"
    if reach.division is None:
        return None
    if "division" not in columns:
        return f"error('{REFUSED} {table}')"
    return "starts_with(division, getvariable('reach_division'))"


def _of_person(table: str, columns: Sequence[str], reach: Reach, rules: Rules) -> str | None:
    if rules.is_public(table):
        return None
    level = reach.counts if rules.is_count(table) else reach.records
    if level == "hall":
        return None
    names = rules.tables
    staff = next((name for name in names.staff if name in columns), None)
    if staff is not None and reach.records == "own":
        # Rows about a person: one's own, in whatever window they were made; never a colleague's.
        return f"{staff} = getvariable('reach_staff_no')"
    if level == "window":
        if reach.window is not None:
            bound, value = names.window, "getvariable('reach_window')"
        else:
            bound, value = names.department, "getvariable('reach_department')"
        column = next((name for name in bound if name in columns), None)
        if column is not None:
            return f"{column} = {value}"
        case = next((name for name in names.case if name in columns), None)
        if case is not None and not rules.is_count(table):
            # The view over fact_case is already narrowed.
            return f"{case} in (select case_no from fact_case)"
    return f"error('{REFUSED} {table}')"


class Narrowed:
    """Connections to one snapshot for one reach, kept for the next question. Two questions at once never share one."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, reach: Reach, rules: Rules | None = None) -> None:
        self._connection = connection
        self._reach = reach
        self._rules = rules or access_rules()
        self.refused: frozenset[str] = frozenset()
        self._idle: list[duckdb.DuckDBPyConnection] = []
        self._lock = Lock()

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> pd.DataFrame:
        """The answer to a page's own SQL. Raises NotAllowedError before it is asked when a refused table occurs in it.

        Refusing by the view alone would come only with the first row that is left after the other conditions: whether it
        came would tell whether there is such a row.
        """
        if not self._reach.is_unbounded:
            check_text(sql)
        with self.cursor() as cursor:
            # By its words, not by parsing: a refused table's name anywhere in the text is one too many.
            if self.refused & set(WORD.findall(sql.lower())):
                raise self._reach.refusal()
            return cursor.execute(sql, dict(parameters)).df()

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that reaches nothing else. Raises NotAllowedError when a table was asked for that is refused."""
        with self._lock:
            cursor = self._idle.pop() if self._idle else None
        if cursor is None:
            cursor = self._laid()
        try:
            yield cursor
        except duckdb.InvalidInputException as error:
            cursor.close()
            if REFUSED in str(error):
                raise self._reach.refusal() from None
            raise
        except BaseException:
            cursor.close()
            raise
        with self._lock:
            if len(self._idle) < KEPT_CONNECTIONS:
                self._idle.append(cursor)
                return
        cursor.close()

    def _laid(self) -> duckdb.DuckDBPyConnection:
        cursor = self._connection.cursor()
        if self._reach.is_unbounded:
            return cursor
        for name, value in (
            ("reach_window", self._reach.window),
            ("reach_department", self._reach.department),
            ("reach_staff_no", self._reach.staff_no),
            ("reach_division", self._reach.division),
        ):
            cursor.execute(f"set variable {name} = ?", [value])
        catalogue = str((cursor.execute("select current_database()").fetchone() or ("",))[0]).replace('"', '""')
        refused = set()
        for table, columns in sorted(_tables(cursor).items(), key=lambda pair: pair[0] != "fact_case"):
            condition = view_of(table, columns, self._reach, self._rules)
            if condition is not None:
                if REFUSED in condition:
                    refused.add(table)
                cursor.execute(f'create temp view {table} as select * from "{catalogue}".main.{table} where {condition}')
        self.refused = frozenset(refused)
        return cursor


def _tables(cursor: duckdb.DuckDBPyConnection) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    rows = cursor.execute(
        "select table_name, column_name from information_schema.columns "
        "where table_catalog = current_database() and table_schema = 'main' order by table_name, ordinal_position"
    ).fetchall()
    for table, column in rows:
        found.setdefault(str(table), []).append(str(column))
    return found
