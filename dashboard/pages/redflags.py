"""流动红旗与评优 / red flags and awards: a quarter's windows and model staff, a year's result, ties, and who was out and why."""

from dashboard import session
from dashboard.components import awarding, choices, frame, scoring, states
from dashboard.queries.assessment import Assessed, assessed
from dashboard.session import Hall
from etl.assess.inputs import months_of, period_kind


def _period(hall: Hall, seen: Assessed) -> str:
    """A quarter or a year that has data; by default the newest quarter of which every month has."""
    _ = hall.speak
    kind = choices.buttons("by", {"quarter": _("季"), "year": _("年")}, "quarter", _("周期"))
    offered = seen.quarters if kind == "quarter" else seen.years
    whole = [period for period in offered if set(months_of(period)) <= set(seen.months)]
    options = {period: scoring.period_words(period, _) for period in offered}
    return choices.box(f"{kind}_at", options, next(iter(whole or offered)), _("期间"))


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("流动红旗与评优"), with_period=False)
    seen = assessed(hall.store)
    if not seen.months:
        states.nothing(_("数据里还没有考核记录"))
        return
    period = _period(hall, seen)
    scheme = seen.scheme(period)
    found = seen.awards(period)
    for one in found:
        awarding.shown(hall, seen, one, scheme)
    if period_kind(period) == "year":
        awarding.of_year(hall, seen, period, [quarter for quarter in reversed(seen.quarters) if quarter.startswith(period)])
        awarding.annual(hall, seen, period, scheme)
    elif not found:
        states.nothing(_("考核办法没有规定这一周期的评优"))


if __name__ == "__main__":
    render(session.hall())
