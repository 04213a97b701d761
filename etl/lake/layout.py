"""What lies where in a lake, and how one version of a county takes the place of the former in one step.

    LAKE/division=350902/current                   names the export that is read
    LAKE/division=350902/export-…/manifest.json    tables, columns with their types, rows, data cut-off
    LAKE/division=350902/export-…/raw_case/month=2018-01/*.parquet
    LAKE/division=350902/built                     names the last build
    LAKE/division=350902/built-…/mart_case_day/*.parquet

A county writes below its own division only. A version is written whole under a new name, then named by one `replace`: who reads holds
on to the version it found, and the one before stays until the next.
"""

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from etl.config import HallError
from etl.lake.storage import MANIFEST, Folder, Place

DIVISION = re.compile(r"[0-9]{6}([0-9]{3}|[0-9]{6})?")
VERSION = re.compile(r"[a-z]+-[A-Za-z0-9-]+")
# What stands where a record has no date.
UNDATED = "none"
# A version without a manifest is one being written, or what a killed writer left.
ABANDONED_SECONDS = 24 * 3600


# Names and types of a manifest are written into SQL, and it may come from another county.
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$|^_[a-z0-9_]+$")]
Kind = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_ ]*(\([0-9, ]+\))?(\[\])*$")]


class Table(BaseModel):
    """One table of an export, partitioned by the month of the first date that a record has, or in one piece."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[Name, Kind]
    rows: int
    is_by_month: bool = False


class Manifest(BaseModel):
    """What an export holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    division: str
    hall_name: str
    exported_at: str
    as_of: str
    tables: dict[Name, Table]


@dataclass(frozen=True)
class County:
    """One county's current export in a lake."""

    place: Place
    version: str
    manifest: Manifest

    @property
    def folder(self) -> Path:
        """Where DuckDB finds the county's versions, once they were fetched."""
        return self.place.near

    @property
    def export(self) -> Path:
        return self.folder / self.version

    def files(self, table: str) -> str:
        """The Parquet files of a table, as a pattern, in quotes for SQL."""
        pattern = "*/*.parquet" if self.manifest.tables[table].is_by_month else "*.parquet"
        return quoted(self.export / table / pattern)


def quoted(path: Path) -> str:
    """A path as a text in SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def require_division(division: str) -> None:
    """Raises HallError for what is no division, whose place would be another's or nobody's."""
    if not division:
        raise HallError(
            "没有行政区划代码：请在 hall.toml 中设置 division，或用 --division 指定",
            "no division code: set division in hall.toml, or give --division",
        )
    if not DIVISION.fullmatch(division):
        raise HallError(f"行政区划代码 {division} 应为 6、9 或 12 位数字", f"division {division} is not a code of 6, 9 or 12 digits")


def place_of(lake: Path | Place, division: str) -> Place:
    """A county's place in the lake; a path is that of a folder. Raises HallError for what is no division."""
    require_division(division)
    return _root(lake).within(f"division={division}")


def county_of(lake: Path | Place, division: str) -> County:
    """A county as it was last exported. Raises HallError when it never was, or when its manifest cannot be read."""
    place = place_of(lake, division)
    version = named(place, "current")
    manifest = None if version is None else place.text(f"{version}/{MANIFEST}")
    if version is None or manifest is None:
        shown = _root(lake).shown
        raise HallError(
            f"数据湖 {shown} 中没有 {division} 的导出：请先在该县运行 hall export --lake",
            f"the lake {shown} holds no export of {division}: run hall export --lake there first",
        )
    try:
        read = Manifest.model_validate_json(manifest)
    except ValidationError:
        read = None
    if read is None or read.division != division:
        raise HallError(
            f"{place.shown} 的导出说明已损坏：请重新运行 hall export --lake",
            f"the manifest in {place.shown} is damaged: run hall export --lake again",
        )
    return County(place, version, read)


def counties_of(lake: Path | Place, prefix: str) -> list[County]:
    """The counties of the lake that lie in a division, as they were last exported, by code. Raises HallError when there is none."""
    root = _root(lake)
    codes = [name.removeprefix("division=") for name in root.names() if name.startswith(f"division={prefix}")]
    exported = [code for code in codes if DIVISION.fullmatch(code) and named(place_of(root, code), "current") is not None]
    if not exported:
        raise HallError(
            f"数据湖 {root.shown} 中没有区划 {prefix} 的导出：请先在各县运行 hall export --lake",
            f"the lake {root.shown} holds no export of division {prefix}: run hall export --lake in the counties first",
        )
    return [county_of(root, code) for code in exported]


def built_of(county: County) -> str | None:
    """The county's last build, where it was made from the export that is current; else None."""
    version = named(county.place, "built")
    try:
        made_from = None if version is None else json.loads(county.place.text(f"{version}/{MANIFEST}") or "{}").get("export")
    except ValueError:
        return None
    return version if made_from == county.version else None


def named(place: Place, pointer: str) -> str | None:
    """The version that a pointer (current, built) names; None where there is none, or no name in it."""
    text = (place.text(pointer) or "").strip()
    return text if VERSION.fullmatch(text) else None


def make_current(place: Place, pointer: str, version: str) -> None:
    """Let `pointer` (current, built) name a version, and remove older ones than the one before."""
    former = named(place, pointer)
    place.put(pointer, version + "\n")
    # What is left lying wastes room and harms nobody; the next version removes it.
    with suppress(HallError, OSError):
        for other in place.versions(version.partition("-")[0]):
            if other.name not in (version, former) and (other.is_whole or time.time() - other.touched > ABANDONED_SECONDS):
                place.remove(other.name)


def version_name(pointer: str, now: datetime) -> str:
    """What a version of this process is called that `pointer` (current, built) is to name."""
    kind = {"current": "export", "built": "built"}[pointer]
    return f"{kind}-{now:%Y%m%dT%H%M%S}-{os.getpid()}"


@contextmanager
def new_version(place: Place, pointer: str, now: datetime) -> Iterator[str]:
    """The name of a version to be written whole inside, its manifest last. When all went well `pointer` names it; else it is gone, and
    the former version stays."""
    version = version_name(pointer, now)
    try:
        yield version
        make_current(place, pointer, version)
    except BaseException:
        # Interrupted after it was named, or without an answer to the naming: it is whole, and may be read already.
        with suppress(HallError, OSError):
            if named(place, pointer) != version:
                place.remove(version)
        raise


@contextmanager
def new_build(county: County, now: datetime) -> Iterator[str]:
    """The name of a version beside the county's export for what is made of it; its last build when all went well."""
    with new_version(county.place, "built", now) as version:
        yield version
        county.place.put(f"{version}/{MANIFEST}", f'{{"export": "{county.version}"}}\n')


def _root(lake: Path | Place) -> Place:
    return Folder(lake.expanduser().resolve()) if isinstance(lake, Path) else lake
