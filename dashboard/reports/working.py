"""The worker: makes what is on the list, one report after another, in a process of its own, and ends when nothing is left."""

import os
from datetime import datetime
from typing import cast

from dashboard.reports import exports
from dashboard.reports.asking import Asked, Format
from dashboard.reports.making import make
from dashboard.reports.period import Kind
from etl.config import HallError, Home


def work(home: Home) -> int:
    """Makes all that is waiting. Returns how many reports were made."""
    made = 0
    while (job := exports.claim(home, os.getpid(), datetime.now())) is not None:
        made += _one(home, job)
    return made


def _one(home: Home, job: exports.Job) -> bool:
    asked = Asked(
        cast(Kind, job.kind),
        job.period,
        cast(tuple[Format, ...], job.formats),
        job.audience,
        job.document_number,
        snapshot_id=job.snapshot_id,
        division=job.division,
    )

    def progress(share: float, step: str) -> None:
        exports.advance(home, job.number, share, step, datetime.now())

    try:
        outcome = make(home, asked, exports.folder(home, job.number), progress)
    except exports.Cancelled:
        return False
    except HallError as refusal:
        exports.fail(home, job.number, str(refusal), datetime.now())
        return False
    except Exception as error:
        # The list must say so, and the next report must still be made.
        exports.fail(home, job.number, f"意外错误 / unexpected: {type(error).__name__}: {error}", datetime.now())
        return False
    exports.finish(home, job.number, outcome, datetime.now())
    return True
