"""Whether a month's figures are final. Until they are, a report of it carries the mark of a draft."""

from dashboard.reports.period import ReportPeriod
from etl.config import Home


def is_frozen(home: Home, period: ReportPeriod) -> bool:
    """Whether all months of the period are frozen.

    Freezing is done with the monthly assessment, which this version does not have yet: no month is frozen, every report is a draft.
    The assessment puts its answer here.
    """
    return False
