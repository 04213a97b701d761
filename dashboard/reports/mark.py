"""What a file says about itself: from which snapshot, for which period and reader. `hall report verify` reads it."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from dashboard.reports.period import Boundaries, Kind, NamedBy, ReportPeriod, parsed
from dashboard.reports.plan import Audience
from etl.config import HallError

if TYPE_CHECKING:
    from dashboard.reports.content import Report

DRAFT = "草稿"
VERSION = 1


@dataclass(frozen=True)
class Mark:
    """All that is needed to make the same report again."""

    snapshot_id: str
    definitions_version: str
    period: ReportPeriod
    boundaries: Boundaries
    audience: Audience
    is_draft: bool
    number: str
    template: str = ""
    division: str = ""


def mark_text(report: "Report", template: str = "") -> str:
    """The mark as one line of JSON. `template` is the hash of the unit's own Word template, if one was filled in."""
    stamp = report.stamp
    period = stamp.period
    return json.dumps(
        {
            "report": VERSION,
            "snapshot": stamp.snapshot_id,
            "definitions": stamp.definitions_version,
            "period": [period.kind, period.key],
            "month": [stamp.boundaries.starts_on, stamp.boundaries.named_by],
            "audience": stamp.audience,
            "draft": stamp.is_draft,
            "number": report.number,
            **({"template": template} if template else {}),
            **({"division": stamp.division} if stamp.division else {}),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def read_mark(text: str | None) -> Mark:
    """The mark that a file carries. Raises HallError when it has none or one that is not understood."""
    try:
        found = json.loads(text or "")
        if found["report"] != VERSION:
            raise ValueError(found["report"])
        boundaries = Boundaries(int(found["month"][0]), _one_of(found["month"][1], NamedBy))
        kind = _one_of(found["period"][0], Kind)
        period = parsed(kind, found["period"][1], boundaries)
        audience = _one_of(found["audience"], Audience)
        return Mark(
            found["snapshot"], found["definitions"], period, boundaries, audience, bool(found["draft"]), str(found["number"]),
            str(found.get("template", "")), str(found.get("division", "")),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, IndexError):
        raise HallError(
            "该文件不是本系统导出的报告，或其标识已损坏", "the file is no report of this system, or its mark is damaged"
        ) from None


def _one_of(value: object, kinds: object) -> Any:
    if value not in get_args(kinds):
        raise ValueError(value)
    return value
