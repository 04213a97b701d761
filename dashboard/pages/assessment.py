"""考核评比 / assessment: ranks of windows, staff and departments with every point, how fair they are, appeals, publishing, annual marks."""

from dashboard import session
from dashboard.components import appealing, choices, fairness, frame, publishing, ranking, scorecard, states
from dashboard.language import Language
from dashboard.queries.assessment import Assessed, assessed
from dashboard.session import Hall
from etl.assess.scheme import RuledKind


def _views(hall: Hall) -> dict[str, str]:
    """What this person may look at or do here."""
    _ = hall.speak
    found = {"ranking": _("排名"), "fairness": _("公平性")}
    if hall.may("decide_appeal"):
        found["appeals"] = _("申诉处理")
    if hall.may("freeze_month"):
        found["publish"] = _("公布月份")
    if hall.may("mark_year"):
        found["marks"] = _("年度评价")
    return found


def _kinds(seen: Assessed, speak: Language) -> dict[RuledKind, str]:
    """Staff by name are for whoever sees the whole hall; a leader is shown windows and departments."""
    words = ranking.kind_words(speak)
    return words if seen.sees_all else {kind: word for kind, word in words.items() if kind != "person"}


def _kind(hall: Hall, seen: Assessed) -> RuledKind:
    words = _kinds(seen, hall.speak)
    named = choices.buttons("kind", {str(kind): word for kind, word in words.items()}, "window", hall.speak("考核对象"))
    return next(kind for kind in words if kind == named)


def render(hall: Hall) -> None:
    """The page."""
    _ = hall.speak
    frame.header(hall, _("考核评比"), with_period=False)
    seen = assessed(hall.store)
    if not seen.months:
        states.nothing(_("数据里还没有考核记录"))
        return
    view = choices.buttons("view", _views(hall), "ranking", _("内容"))
    if view == "appeals":
        appealing.waiting(hall, seen)
        return
    if view == "publish":
        publishing.months(hall, seen)
        return
    if view == "marks":
        publishing.marks(hall, seen)
        return
    period, kind = scorecard.period_choice(hall, seen), _kind(hall, seen)
    if view == "fairness":
        fairness.shown(hall, seen, period, kind)
    else:
        ranking.shown(hall, seen, period, kind, seen.scheme(period))


if __name__ == "__main__":
    render(session.hall())
