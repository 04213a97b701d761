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
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from etl.config import HallError

DIVISION = re.compile(r"[0-9]{6}([0-9]{3}|[0-9]{6})?")
MANIFEST = "manifest.json"
# What stands where a record has no date.
UNDATED = "none"
# A version without a manifest is one being written, or what a killed writer left.
ABANDONED_SECONDS = 24 * 3600


class Table(BaseModel):
    """One table of an export, partitioned by the month of the first date that a record has, or in one piece."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, str]
    rows: int
    is_by_month: bool = False


class Manifest(BaseModel):
    """What an export holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    division: str
    hall_name: str
    exported_at: str
    as_of: str
    tables: dict[str, Table]


@dataclass(frozen=True)
class County:
    """One county's current export in a lake."""

    folder: Path
    export: Path
    manifest: Manifest

    def files(self, table: str) -> str:
        """The Parquet files of a table, as a pattern, in quotes for SQL."""
        pattern = "*/*.parquet" if self.manifest.tables[table].is_by_month else "*.parquet"
        return quoted(self.export / table / pattern)


def quoted(path: Path) -> str:
    """A path as a text in SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def folder_of(lake: str | Path, division: str) -> Path:
    """A county's place in the lake. Raises HallError for what is no folder or no division."""
    if "://" in str(lake):
        raise HallError(
            f"{lake} 是对象存储地址：DuckDB 不装扩展就无法读写它；请先导出到普通目录或网络共享，再用存储自带的工具同步",
            f"{lake} is object storage, which DuckDB cannot write or read without an extension: use a folder or a network share, "
            "and copy it with the storage's own tool",
        )
    if not division:
        raise HallError(
            "没有行政区划代码：请在 hall.toml 中设置 division，或用 --division 指定",
            "no division code: set division in hall.toml, or give --division",
        )
    if not DIVISION.fullmatch(division):
        raise HallError(f"行政区划代码 {division} 应为 6、9 或 12 位数字", f"division {division} is not a code of 6, 9 or 12 digits")
    return Path(lake).expanduser().resolve() / f"division={division}"


def county_of(lake: str | Path, division: str) -> County:
    """A county as it was last exported. Raises HallError when it never was, or when its manifest cannot be read."""
    folder = folder_of(lake, division)
    try:
        export = folder / (folder / "current").read_text("utf-8").strip()
        return County(folder, export, Manifest.model_validate_json((export / MANIFEST).read_text("utf-8")))
    except FileNotFoundError:
        raise HallError(
            f"数据湖 {lake} 中没有 {division} 的导出：请先在该县运行 hall export --lake",
            f"the lake {lake} holds no export of {division}: run hall export --lake there first",
        ) from None
    except ValidationError:
        raise HallError(
            f"{folder} 的导出说明已损坏：请重新运行 hall export --lake",
            f"the manifest in {folder} is damaged: run hall export --lake again",
        ) from None


def counties_of(lake: str | Path, prefix: str) -> list[County]:
    """The counties of the lake that lie in a division, as they were last exported, by code. Raises HallError when there is none."""
    root = folder_of(lake, "0" * 6).parent
    codes = sorted(path.parent.name.removeprefix("division=") for path in root.glob(f"division={prefix}*/current"))
    if not codes:
        raise HallError(
            f"数据湖 {lake} 中没有区划 {prefix} 的导出：请先在各县运行 hall export --lake",
            f"the lake {lake} holds no export of division {prefix}: run hall export --lake in the counties first",
        )
    return [county_of(lake, code) for code in codes]


def built_of(county: County) -> Path | None:
    """The county's last build, where it was made from the export that is current; else None."""
    version = county.folder / _named(county.folder, "built")
    try:
        made_from = json.loads((version / MANIFEST).read_text("utf-8")).get("export")
    except (OSError, ValueError):
        return None
    return version if made_from == county.export.name else None


def make_current(folder: Path, pointer: str, version: Path) -> None:
    """Let `pointer` (current, built) name a version, and remove older ones than the one before."""
    former = folder / _named(folder, pointer)
    working = folder / f".{pointer}-{os.getpid()}"
    with working.open("w", encoding="utf-8") as file:
        file.write(version.name + "\n")
        file.flush()
        os.fsync(file.fileno())
    working.replace(folder / pointer)
    for path in folder.glob(version.name.partition("-")[0] + "-*"):
        is_whole = (path / MANIFEST).exists()
        if path not in (version, former) and (is_whole or time.time() - path.stat().st_mtime > ABANDONED_SECONDS):
            shutil.rmtree(path, ignore_errors=True)


def build_name(now: datetime) -> str:
    """What a build of this process is called."""
    return f"built-{now:%Y%m%dT%H%M%S}-{os.getpid()}"


@contextmanager
def new_build(county: County, now: datetime) -> Iterator[Path]:
    """A folder beside the county's export to write what is made of it; its last build when all went well, else gone, and the former
    build stays."""
    built = county.folder / build_name(now)
    try:
        yield built
        (built / MANIFEST).write_text(f'{{"export": "{county.export.name}"}}\n', "utf-8")
        make_current(county.folder, "built", built)
    except BaseException:
        shutil.rmtree(built, ignore_errors=True)
        raise


def _named(folder: Path, pointer: str) -> str:
    try:
        return (folder / pointer).read_text("utf-8").strip()
    except FileNotFoundError:
        return pointer
