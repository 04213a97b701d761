"""Writes a county's loaded records to the lake: what the models and the publishing of their results read, and no more."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from etl.config import HallError, Home, settings_from, transaction
from etl.engine.models import Model, read_models
from etl.engine.reference import prepare
from etl.ingest.pseudonym import set_key
from etl.lake.layout import UNDATED, Manifest, Table, new_version, place_of, quoted, require_division
from etl.lake.opening import lake_at
from etl.lake.storage import MANIFEST, Place
from etl.publish import COPIED, QUEUE, masked_applicant
from etl.records import Contract, ContractField, contracts
from etl.records.masking import masked

COMMENT = re.compile(r"--.*")
# Raw text of refused records, and headers as a file had them: neither a model nor a snapshot has a use for them.
LEFT_OUT = {"batch": {"headers"}, "quarantine": {"raw", "cells"}, "quarantine_fault": {"value"}}
# What publishing asks of a record beside what the models read.
ALSO = {"raw_case": {"applicant_type"}}


@dataclass(frozen=True)
class Exported:
    """One export: where it lies, and what it holds."""

    path: str
    manifest: Manifest


def export(
    con: duckdb.DuckDBPyConnection, home: Home, lake: str | Path, division: str, as_of: date | None = None, now: datetime | None = None
) -> Exported:
    """Writes the county's records, ledger, calendar and rules as a new version, and makes it the one that is read.

    Killed at any instant it leaves the former version. Other counties' places are not touched. Raises HallError when there is nothing
    to export or the lake cannot be written.
    """
    now = now or datetime.now()
    require_division(division)
    set_key(con, home)
    with lake_at(lake, home) as root:
        try:
            return _export(con, home, place_of(root, division), division, as_of, now)
        except (duckdb.IOException, OSError) as error:
            first = str(error).splitlines()[0]
            raise HallError(f"写入数据湖 {lake} 失败：{first}", f"writing to the lake {lake} failed: {first}") from error


def _export(con: duckdb.DuckDBPyConnection, home: Home, place: Place, division: str, as_of: date | None, now: datetime) -> Exported:
    with new_version(place, "current", now) as version:
        folder = place.near / version
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            shown = place.shown
            raise HallError(f"无法写入数据湖 {shown}：{error.strerror}", f"cannot write to the lake {shown}: {error.strerror}") from None
        # The calendar and the rules as a build would write them; the warehouse itself stays as it is.
        with transaction(con, keep=False):
            settings = settings_from(home)
            cut_off = prepare(con, home, settings, as_of, now)
            tables = {name: _write(con, name, folder / name, text) for name, text in _inputs(read_models()).items()}
        manifest = Manifest(
            division=division,
            hall_name=settings.hall_name,
            exported_at=now.isoformat(timespec="seconds"),
            as_of=cut_off.isoformat(),
            tables=tables,
        )
        place.send(version)
        place.put(f"{version}/{MANIFEST}", manifest.model_dump_json(indent=1) + "\n")
    return Exported(f"{place.shown}/{version}", manifest)


def _inputs(models: Sequence[Model]) -> dict[str, str]:
    """The tables that are there before any model, each with the text of the models that read it."""
    made = {model.name for model in models}
    found = {table: "" for table in (*COPIED, *QUEUE) if table not in made}
    for model in models:
        for table in model.reads - made:
            found[table] = found.get(table, "") + COMMENT.sub("", model.sql)
    return dict(sorted(found.items()))


def _write(con: duckdb.DuckDBPyConnection, table: str, place: Path, models_text: str) -> Table:
    """One table below `place`, by month where its records have a date."""
    types = {name: kind for name, kind, *_ in con.execute(f"describe {table}").fetchall()}
    record = next((one for one in contracts().values() if one.table == table), None)
    if record is None:
        columns = {name: name for name in types if name not in LEFT_OUT.get(table, ())}
    else:
        words = set(re.findall(r"\w+", models_text)) | ALSO.get(table, set())
        columns = {name: _shown(record, name) for name in types if name in words}
    (rows,) = con.execute(f"select count(*) from {table}").fetchone() or (0,)
    times = [f"cast({name} as date)" for name in (record.times if record and rows else ()) if name in columns]
    listed = ", ".join(f"{shown} as {name}" for name, shown in columns.items())
    place.mkdir()
    if not times:
        con.execute(f"copy (select {listed} from {table}) to {quoted(place / 'data_0.parquet')} (format parquet)")
    else:
        month = f"coalesce(strftime(coalesce({', '.join(times)}), '%Y-%m'), '{UNDATED}') as month"
        con.execute(f"copy (select {listed}, {month} from {table}) to {quoted(place)} (format parquet, partition_by (month))")
    return Table(columns={name: types[name] for name in columns}, rows=rows, is_by_month=bool(times))


def _shown(record: Contract, name: str) -> str:
    """A column as it leaves the county: applicants masked as in a snapshot, numbers hashed, text without numbers of persons.

    Names of the staff stay: a snapshot holds them too, since the assessment is theirs.
    """
    field: ContractField | None = next((one for one in record.fields if one.name == name), None)
    if field is None or field.personal is None or (record.record, name) == ("staff", "staff_name"):
        return name
    if (record.record, name) == ("case", "applicant_name"):
        return masked_applicant("applicant_type", "applicant_name")
    return f"pseudonym({name})" if field.personal in ("secret", "id_number") else masked(field)
