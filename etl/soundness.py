"""Whether published versions are byte for byte as they were published, and which one may be shown where the current one is not.

A manifest holds the SHA-256 of its snapshot's file, and a seal over itself. What is damaged is told, never mended or removed here.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from etl.config import HallError, Home
from etl.trouble import told

IDENTIFIER = re.compile(r"^[0-9]{8}T[0-9]{6}-[0-9a-f]{8}$")
SEAL = "seal"
MANIFEST_KEYS = frozenset(
    {"id", "content", "published_at", "as_of", "versions", "tables", "totals", "checks", "batches", "sha256", SEAL}
)  # fmt: skip


@dataclass(frozen=True)
class Damage:
    """A version that is not as it was published, and in which way."""

    id: str
    zh: str
    en: str

    @property
    def refusal(self) -> HallError:
        return HallError(
            f"版本 {self.id} 已损坏：{self.zh}；请用 hall rollback 退回完好的版本，或运行 hall publish 重新发布（损坏的文件会保留备查）",
            f"snapshot {self.id} is damaged: {self.en}; go back with hall rollback or run hall publish again (the damaged file is kept)",
        )


@dataclass(frozen=True)
class Shown:
    """The version to show: the current one, or, with the damage that the current one has, the last good one."""

    path: Path
    damage: Damage | None = None


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sealed(document: Mapping[str, Any]) -> str:
    """The text of a manifest: the document with a checksum over all of it."""
    seal = hashlib.sha256(json.dumps(document, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    return json.dumps({**document, SEAL: seal}, ensure_ascii=False, indent=2) + "\n"


def manifest_of(path: Path) -> dict[str, Any]:
    """What a manifest says, without its seal. Raises HallError when it is damaged; one of an earlier release has no seal."""
    refused = HallError(
        f"版本说明 {path.name} 已损坏；请把它和同名的 .duckdb 文件移到别处备查",
        f"the manifest {path.name} is damaged; move it and its .duckdb file away",
    )
    try:
        text = path.read_bytes().decode("utf-8")
        document = json.loads(text)
    except (ValueError, OSError):
        raise refused from None
    if not isinstance(document, dict) or not document.keys() <= MANIFEST_KEYS or not MANIFEST_KEYS - {"sha256", SEAL} <= document.keys():
        raise refused
    has_seal = document.pop(SEAL, None) is not None
    if has_seal != ("sha256" in document) or (has_seal and text != sealed(document)) or document["id"] != path.stem:
        raise refused
    return document


def damage_of(path: Path) -> Damage | None:
    """What is wrong with a version's file or manifest; None where both are as they were published.

    A file is read through once for as long as neither it nor its manifest is touched.
    """
    try:
        stamps = tuple((one.st_ino, one.st_size, one.st_mtime_ns) for one in (path.stat(), path.with_suffix(".json").stat()))
    except OSError:
        missing = ".json" if path.exists() else ".duckdb"
        return Damage(path.stem, f"缺少 {path.stem}{missing}", f"{path.stem}{missing} is missing")
    return _damage(path, stamps)


@lru_cache(maxsize=256)
def _damage(path: Path, _: tuple[tuple[int, ...], ...]) -> Damage | None:
    try:
        expected = manifest_of(path.with_suffix(".json")).get("sha256")
        found = digest_of(path) if expected is not None else None
    except (HallError, OSError) as error:
        refusal = told(error)
        return Damage(path.stem, refusal.zh if refusal else str(error), refusal.en if refusal else str(error))
    if found != expected:
        return Damage(path.stem, "文件内容与发布时的校验值（SHA-256）不符", "its bytes are not those that were published (SHA-256)")
    return None


def require_sound(path: Path) -> Path:
    """The path. Raises HallError where that version is damaged."""
    damage = damage_of(path)
    if damage is not None:
        raise damage.refusal
    return path


def damaged(home: Home) -> list[Damage]:
    """All versions that are not as they were published, the newest first."""
    names = {path.stem for pattern in ("*.duckdb", "*.json") for path in home.snapshots.glob(pattern) if IDENTIFIER.match(path.stem)}
    found = (damage_of(home.snapshots / f"{name}.duckdb") for name in sorted(names, reverse=True))
    return [damage for damage in found if damage is not None]


def current_id(home: Home) -> str | None:
    """The version that `snapshots/current` names. Raises HallError where it names none."""
    try:
        identifier = (home.snapshots / "current").read_bytes().decode("utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None
    if not IDENTIFIER.match(identifier):
        raise HallError(
            "snapshots/current 的内容不是版本号；请用 hall snapshots 查看版本，再用 hall rollback 版本号 指定一个",
            "snapshots/current names no snapshot; look at hall snapshots, then run hall rollback ID",
        )
    return identifier


def shown(home: Home) -> Shown | None:
    """The version that readers are shown; None when none is published.

    Where the current one is damaged it is the newest sound one before it, else the newest sound one. Raises HallError where there is none.
    """
    names = sorted((path.stem for path in home.snapshots.glob("*.duckdb") if IDENTIFIER.match(path.stem)), reverse=True)
    try:
        now = current_id(home)
        if now is None and not names:
            return None
        damage = (
            damage_of(home.snapshots / f"{now}.duckdb")
            if now
            else Damage("current", "缺少 snapshots/current", "snapshots/current is missing")
        )
    except HallError as refusal:
        now, damage = None, Damage("current", refusal.zh, refusal.en)
    if damage is None:
        return Shown(home.snapshots / f"{now}.duckdb")
    for name in [*(name for name in names if now is not None and name < now), *(name for name in names if now is None or name > now)]:
        path = home.snapshots / f"{name}.duckdb"
        if damage_of(path) is None:
            return Shown(path, damage)
    raise damage.refusal


def next_moment(home: Home, now: datetime) -> datetime:
    """`now`, or a second after the newest version where the clock says it is earlier than that or the same."""
    names = [path.stem[:15] for path in home.snapshots.glob("*.duckdb") if IDENTIFIER.match(path.stem)]
    if not names:
        return now
    return max(now, datetime.strptime(max(names), "%Y%m%dT%H%M%S") + timedelta(seconds=1))
