"""What the page of e-certificates asks: closed cases without their certificate, and which unit has been given what."""

import pandas as pd

from dashboard.period import Period
from dashboard.store import LIST_LIMIT, Scope, Store


def missing(store: Store, period: Period, scope: Scope) -> pd.DataFrame:
    """Cases closed in the period that should have a certificate and have none, the longest waiting first."""
    sql = (
        "select case_no, item_name, department, window_name, channel, closed_on, waiting_workdays from fact_certificate_missing "
        f"where closed_on between $first and $last and {{scope}} order by closed_on, case_no limit {LIST_LIMIT}"
    )
    return store.query(sql, scope, first=period.first, last=min(period.last, store.as_of))


def access(store: Store, period: Period, scope: Scope) -> pd.DataFrame:
    """Units on the register on the period's last day; a date after it is left out."""
    sql = """
    select
        department,
        case when account_opened_on <= $last then account_opened_on end as account_opened_on,
        case when seal_opened_on <= $last then seal_opened_on end as seal_opened_on,
        case when ca_opened_on <= $last then ca_opened_on end as ca_opened_on,
        case when ca_opened_on <= $last then ca_valid_to end as ca_valid_to
    from (select fact_unit_access.*, unit as department from fact_unit_access) as access
    where listed_on <= $last and (closed_on is null or closed_on > $last) and {scope}
    order by department
    """
    return store.query(sql, scope, last=min(period.last, store.as_of))
