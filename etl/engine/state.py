"""What the last build was made from, so that the next one can tell what has changed since."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import duckdb

from etl.config import Home
from etl.engine.models import Model, Parsed
from etl.records import contracts

# Of `meta` these change with every build or with the data. Models that read `meta` are told of the cut-off; none reads `built_at`.
MOVING = ("as_of", "built_at")
# Reference tables that are made from records too, and from which. Their rules and the calendar are in the signature.
DERIVED = {"ref_service_session": "raw_ticket"}
# So often everything is computed, whatever changed: what nobody thought of lasts no longer.
WHOLE_EVERY = timedelta(days=7)


@dataclass(frozen=True)
class State:
    """`signature` covers everything but the records: models, code, contracts, calendar, rules, mappings, settings. `rows` by raw table;
    `whole_on` is the day of the last build that computed everything."""

    signature: str
    as_of: date
    batches: int
    rows: dict[str, int]
    whole_on: date

    def can_lead_to(self, now: "State") -> bool:
        """Whether the build that left this state can be brought to `now` by what changed in the records."""
        is_recent = timedelta(0) <= now.whole_on - self.whole_on < WHOLE_EVERY
        return self.signature == now.signature and self.batches <= now.batches and is_recent


def state_of(con: duckdb.DuckDBPyConnection, home: Home, models: Sequence[Model], as_of: date, today: date) -> State:
    """The state of the warehouse as it is now, its reference tables being written, as if everything were computed today."""
    (batches,) = con.execute("select count(*) from batch").fetchone() or (0,)
    rows = {}
    for record in contracts().values():
        (rows[record.table],) = con.execute(f"select count(*) from {record.table}").fetchone() or (0,)
    return State(_signature(con, home, models), as_of, int(batches), rows, today)


def _signature(con: duckdb.DuckDBPyConnection, home: Home, models: Sequence[Model]) -> str:
    digest = hashlib.sha256(version("duckdb").encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    for model in sorted(models, key=lambda one: one.name):
        digest.update(f"{model.name}\n{model.sql}\n".encode())
    for record in contracts().values():
        digest.update(repr([(field.name, field.sql_type) for field in record.fields]).encode())
    for path in _given_files(home):
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
    settings = con.execute("select key, value from meta order by all").fetchall()
    digest.update(repr([(key, value) for key, value in settings if key not in MOVING]).encode())
    found = con.execute(
        "select table_name from duckdb_tables() where starts_with(table_name, 'ref_') and not temporary order by 1"
    ).fetchall()
    for (name,) in found:
        if name in DERIVED:
            continue
        digest.update(f"{name} {con.execute(f'select count(*), bit_xor(hash(r)), sum(hash(r)) from {name} r').fetchone()}".encode())
    return digest.hexdigest()


def _given_files(home: Home) -> list[Path]:
    """What the office and the programme have set: also where the reference tables would not show it."""
    folders = [folder for name in ("calendars", "rules", "service-hours", "mappings", "reference") for folder in home.overlay(name)]
    found = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return [*found, *([home.settings_file] if home.settings_file.exists() else [])]


def write_state(con: duckdb.DuckDBPyConnection, state: State) -> None:
    """Keep the state of the build that is being made."""
    con.execute(
        "create or replace table build_state (signature varchar, as_of date, batches bigint, whole_on date, rows map(varchar, bigint))"
    )
    con.execute(
        "insert into build_state values (?, ?, ?, ?, map(?::varchar[], ?::bigint[]))",
        [state.signature, state.as_of, state.batches, state.whole_on, list(state.rows), list(state.rows.values())],
    )


def read_state(con: duckdb.DuckDBPyConnection) -> State | None:
    """The state of the last build; None when there was none, or when an earlier version wrote it."""
    found = con.execute("select column_name from duckdb_columns() where table_name = 'build_state'").fetchall()
    if ("whole_on",) not in found:
        return None
    row = con.execute("select signature, as_of, batches, map_keys(rows), map_values(rows), whole_on from build_state").fetchone()
    return None if row is None else State(row[0], row[1], row[2], dict(zip(row[3], row[4], strict=True)), row[5])


def read_parsed(con: duckdb.DuckDBPyConnection) -> dict[str, Parsed]:
    """What parsing models told in former builds; it takes longer than building what a day changes."""
    con.execute("create table if not exists build_parsed (digest varchar, reads varchar[], measures varchar[])")
    rows = con.execute("select digest, reads, measures from build_parsed").fetchall()
    return {digest: Parsed(frozenset(reads), tuple(measures)) for digest, reads, measures in rows}


def write_parsed(con: duckdb.DuckDBPyConnection, parsed: dict[str, Parsed]) -> None:
    """Keep it for the next build."""
    con.execute("delete from build_parsed")
    con.executemany("insert into build_parsed values (?, ?, ?)", [[key, sorted(one.reads), one.measures] for key, one in parsed.items()])
