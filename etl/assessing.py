"""The assessment of a hall, put together: facts of a snapshot, what the office added, the schemes, the published months."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import duckdb

from etl.assess.documents import from_document, to_document
from etl.assess.engine import Assessment
from etl.assess.inputs import Inputs, Overlay, first_day, month_of, next_month
from etl.assess.loading import load, months_from, period_of
from etl.assess.reading import Schemes, load_schemes
from etl.assess.results import Frozen
from etl.assess.scheme import Scheme
from etl.config import HallError, Home
from etl.divisions import refuse_gathered
from etl.office.database import Office
from etl.office.freezing import FrozenMonth, freeze, frozen, frozen_months, revision
from etl.office.overlay import overlay


def assessment(con: duckdb.DuckDBPyConnection, home: Home, office: Office | None) -> Assessment:
    """What is assessed of this snapshot now. Published months are as they were published; without an office nothing is added to it.

    Raises HallError where a rules file is wrong or the snapshot has nothing of an assessment.
    """
    schemes = load_schemes(home.overlay("rules"))
    added, published = (Overlay(), {}) if office is None else (overlay(office), _published(office))
    return Assessment(_inputs(con, added, schemes.schemes), schemes, published)


def simulation(con: duckdb.DuckDBPyConnection, office: Office, tried: Scheme) -> Assessment:
    """What would have been, had this scheme held in every month: all months are computed anew, published ones too."""
    return Assessment(_inputs(con, overlay(office), (tried,)), Schemes(tried=tried))


def freeze_months(
    con: duckdb.DuckDBPyConnection, home: Home, office: Office, months: Sequence[str], snapshot_id: str, actor: str, now: datetime
) -> None:
    """Publishes months one after another, in order, as they stand. Raises HallError at the first that cannot be."""
    made, at = assessment(con, home, office), revision(office)
    for month in months:
        found = made.freeze(month)
        _keep(found, office, snapshot_id, actor, now, at)
        # What was published is read, never computed again; everything else stands as it was.
        made, at = Assessment(made.inputs, made.schemes, {**made.frozen, month: found}), at + 1


def freeze_month(made: Assessment, office: Office, month: str, snapshot_id: str, actor: str, now: datetime, at: int) -> FrozenMonth:
    """Publishes a month as `made` has it, computed when the office stood at revision `at`."""
    return _keep(made.freeze(month), office, snapshot_id, actor, now, at)


def _keep(found: Frozen, office: Office, snapshot_id: str, actor: str, now: datetime, at: int) -> FrozenMonth:
    return freeze(office, found.month, to_document(found), snapshot_id, found.scheme_id, found.scheme_version, actor, now, at)


def published_month(office: Office, month: str) -> Frozen | None:
    """A published month; None while it is open. Raises HallError when its document cannot be read."""
    found = frozen(office, month)
    try:
        return None if found is None else from_document(Frozen, found.document)
    except ValueError as error:
        raise HallError(
            f"{month} 的冻结结果无法读取：{error}；请从备份恢复 office.sqlite3",
            f"the frozen result of {month} cannot be read: {error}; restore office.sqlite3 from a backup",
        ) from None


def _published(office: Office) -> dict[str, Frozen]:
    return {month: made for month in frozen_months(office) if (made := published_month(office, month)) is not None}


def _inputs(con: duckdb.DuckDBPyConnection, added: Overlay, schemes: Sequence[Scheme]) -> Inputs:
    """From the month of the first event to that of the data cut-off. Raises HallError where several counties are put together."""
    refuse_gathered(con)
    known = period_of(con)
    cut_off = con.execute("select value from meta where key = 'as_of'").fetchone()
    last = month_of(date.fromisoformat(str(cut_off[0])[:10])) if cut_off else ""
    if known is None or last < known[0]:
        return Inputs(overlay=added)
    months = months_from(known[0], last)
    found = load(con, months, (name for scheme in schemes for name in scheme.indicators), added)
    # Nobody is at a post in months to come: else a year that has only begun would have twelve months of full marks.
    end = first_day(next_month(last))
    posts = tuple(replace(post, to_on=end if post.to_on is None else min(post.to_on, end)) for post in found.posts)
    return replace(found, posts=posts)
