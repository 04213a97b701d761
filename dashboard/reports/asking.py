"""What may be asked of a report, and what came of it. Light: pages import this, the writers stay in the worker's process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from dashboard.reports.period import Boundaries, Kind, ReportPeriod, parsed
from dashboard.reports.plan import Audience
from etl.access.principal import Principal
from etl.access.rules import Export, NotAllowedError, access_rules, reach
from etl.config import HallError, Home, settings_from
from etl.publish import current, snapshots
from etl.soundness import require_sound

if TYPE_CHECKING:
    from dashboard.reports.content import Report

Format = Literal["xlsx", "docx", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)
AUDIENCES: dict[Audience, str] = {"internal": "内部", "leadership": "领导", "public": "公开"}
# The kind of export that each version is.
EXPORTS: dict[Audience, Export] = {"internal": "work", "leadership": "leadership", "public": "public"}
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Asked:
    """What is to be made. The snapshot is the current one where none is named."""

    kind: Kind
    period: str
    formats: tuple[Format, ...] = FORMATS
    audience: Audience = "internal"
    number: str = ""
    snapshot_id: str = ""
    template: str = ""
    has_charts: bool = True
    # A county, city or province of those in the snapshot, as what its codes begin with; empty is all.
    division: str = ""


@dataclass(frozen=True)
class Made:
    """One file."""

    format: Format
    path: Path
    sha256: str
    bytes: int


@dataclass
class Outcome:
    """The files, and what the reader should know."""

    report: "Report"
    files: list[Made] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)


def audiences_of(who: Principal, has_rows: bool = True) -> tuple[Audience, ...]:
    """The versions that this person may ask for and take away, the fullest first.

    The internal one names staff and cases of the whole hall: it is for those from whom the pages keep nothing, and there is none
    where rows cannot be told (`scoping.has_rows`).
    """
    kinds = access_rules().roles[who.role].exports
    is_told = has_rows and reach(who).is_hall
    return tuple(one for one in AUDIENCES if EXPORTS[one] in kinds and (one != "internal" or is_told))


def is_within(who: Principal, division: str) -> bool:
    """Whether a report of this division is of what is theirs."""
    return division.startswith(who.division or "")


def require(who: Principal, audience: Audience, division: str = "") -> None:
    """Raises NotAllowedError when this version, or one of this division, is not for this person."""
    if audience not in audiences_of(who):
        raise NotAllowedError("这一版报告", "this version of a report")
    if not is_within(who, division):
        raise NotAllowedError("其他区县的报告", "another county's report")


def boundaries_of(home: Home) -> Boundaries:
    """Where the office's statistical months begin."""
    settings = settings_from(home)
    return Boundaries(settings.report_month_starts_on, settings.report_month_named_by)


def period_of(home: Home, asked: Asked) -> ReportPeriod:
    """The period asked for. Raises HallError when it is not written as it should be."""
    return parsed(asked.kind, asked.period, boundaries_of(home))


def snapshot_of(home: Home, identifier: str = "") -> tuple[Path, str]:
    """The file of a snapshot and when it was published; the current one where none is named. Raises HallError when it is gone."""
    path = home.snapshots / f"{identifier}.duckdb" if identifier else current(home)
    if path is not None and path.exists():
        require_sound(path)
    known = {one.id: one.published_at for one in snapshots(home)}
    if path is None:
        raise HallError(
            "还没有发布数据：请先运行 hall load、hall build、hall publish",
            "nothing is published yet: run hall load, hall build, hall publish",
        )
    if path.stem not in known:
        raise HallError(
            f"数据版本 {path.stem} 已不在（超过保留天数的版本会被删除）",
            f"snapshot {path.stem} is gone (versions older than the days to keep are removed)",
        )
    return path, known[path.stem]


def formats_named(names: Sequence[str]) -> tuple[Format, ...]:
    """The formats by name; `all` is every one. Raises HallError naming what there is."""
    chosen = [one for one in FORMATS if one in names or "all" in names]
    unknown = [name for name in names if name not in (*FORMATS, "all")]
    if unknown:
        listed = "、".join((*FORMATS, "all"))
        raise HallError(f"没有格式 {unknown[0]}；可用：{listed}", f"no format {unknown[0]}; known: {', '.join((*FORMATS, 'all'))}")
    return tuple(chosen) or FORMATS
