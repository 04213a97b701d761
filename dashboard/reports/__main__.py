"""The process that makes reports: `python -m dashboard.reports COMMAND [JSON]`. `hall report` and the page start it so.

It prints one JSON document; a refusal is `{"refused": [Chinese, English]}` with exit code 1.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from etl.config import HallError, Home, home_from, settings_from
from etl.divisions import prefix_of

Said = dict[str, Any]


def _make(home: Home, wanted: Said) -> Said:
    from dashboard.reports import asking, exports, making
    from dashboard.reports.delivering import deliver

    formats = asking.formats_named(wanted["formats"])
    asked = asking.Asked(
        wanted["kind"],
        wanted["period"],
        formats,
        wanted["audience"],
        wanted["number"],
        wanted["snapshot"],
        wanted["template"],
        wanted["charts"],
        prefix_of(wanted["division"]) if wanted.get("division") else "",
    )
    periods = [asked.period]
    if wanted["each_month"]:
        from dataclasses import replace

        periods = [f"{asked.period}-{month:02d}" for month in range(1, 13)]
        each = [replace(asked, kind="month", period=period) for period in periods]
    else:
        each = [asked]
    files: list[Said] = []
    warnings: list[list[str]] = []
    for place, one in enumerate(each):
        _say(f"{place + 1}/{len(each)} {one.period}", wanted)
        outcome = making.make(home, one, Path(wanted["out"]), lambda share, step: _say(f"  {share:4.0%} {step}", wanted))
        exports.record(home, one, outcome, exports.ACTOR, datetime.now())
        stamp = outcome.report.stamp
        for made in outcome.files:
            files.append(
                {
                    "file": str(made.path),
                    "format": made.format,
                    "period": stamp.period.key,
                    "from": stamp.period.first.isoformat(),
                    "to": stamp.period.last.isoformat(),
                    "audience": stamp.audience,
                    "division": stamp.division,
                    "draft": stamp.is_draft,
                    "snapshot": stamp.snapshot_id,
                    "as_of": stamp.as_of.isoformat(),
                    "definitions": stamp.definitions_version,
                    "bytes": made.bytes,
                    "sha256": made.sha256,
                }
            )
        warnings += [list(pair) for pair in outcome.warnings if list(pair) not in warnings]
        if wanted["deliver"]:
            body = f"{outcome.report.title}，{outcome.report.stamp.lines()[0]}"
            deliver(settings_from(home).notify, outcome.report.title, body, [made.path for made in outcome.files])
    return {"files": files, "warnings": warnings}


def _say(text: str, wanted: Said) -> None:
    if wanted["progress"]:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def _verify(home: Home, wanted: Said) -> Said:
    from dashboard.reports.verifying import verify

    found = verify(home, Path(wanted["file"]), wanted["template"])
    return {
        "file": wanted["file"],
        "format": found.kind,
        "matches": found.matches,
        "snapshot": found.mark.snapshot_id,
        "period": found.mark.period.key,
        "audience": found.mark.audience,
        "division": found.mark.division,
        "same_definitions": found.has_same_definitions,
        "export": None
        if found.export is None
        else {"number": found.export.number, "actor": found.export.actor, "at": found.export.asked_at},
        "differences": [{"place": one.place, "file": one.in_file, "snapshot": one.in_snapshot} for one in found.differences],
    }


def _list(home: Home, wanted: Said) -> Said:
    from dashboard.reports import exports

    rows = [
        {
            "number": job.number,
            "period": job.period,
            "audience": job.audience,
            "division": job.division,
            "formats": list(job.formats),
            "state": job.state,
            "snapshot": job.snapshot_id,
            "actor": job.actor,
            "at": job.asked_at,
            "files": [{"name": file.name, "sha256": file.sha256, "bytes": file.bytes} for file in job.files],
        }
        for job in exports.jobs(home)
    ]
    return {"rows": rows}


def _work(home: Home, wanted: Said) -> Said:
    from dashboard.reports.working import work

    return {"made": work(home)}


COMMANDS: dict[str, Callable[[Home, Said], Said]] = {"make": _make, "verify": _verify, "list": _list, "work": _work}


def main() -> None:
    """Does one thing and says what came of it."""
    wanted = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    try:
        said = COMMANDS[sys.argv[1]](home_from(None, os.environ), wanted)
    except HallError as refusal:
        said = {"refused": [refusal.zh, refusal.en]}
    sys.stdout.buffer.write(json.dumps(said, ensure_ascii=False).encode())
    sys.stdout.flush()
    sys.exit(1 if "refused" in said else 0)


if __name__ == "__main__":
    main()
