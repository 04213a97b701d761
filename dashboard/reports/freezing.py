"""Whether a month's figures are final. Until they are, a report of it carries the mark of a draft."""

from dashboard.reports.period import ReportPeriod
from etl.assess.inputs import month_of, next_month
from etl.config import Home
from etl.office import existing_office
from etl.office.freezing import frozen_months


def is_frozen(home: Home, period: ReportPeriod) -> bool:
    """Whether all calendar months that the period meets are frozen; a statistical month from the 17th to the 16th meets two."""
    office = existing_office(home)
    frozen = set() if office is None else set(frozen_months(office))
    month, last = month_of(period.first), month_of(period.last)
    while month in frozen and month < last:
        month = next_month(month)
    return month in frozen
