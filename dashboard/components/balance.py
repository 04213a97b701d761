"""What was open when the period began, came in, went out, and is open at its end: the numbers must agree."""

from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from dashboard.language import Language
from dashboard.period import Period
from dashboard.session import Hall
from dashboard.store import Scope, Store

# How a case leaves the backlog other than by a decision; the third holds those that were broken off too.
OTHERWISE = ("returned", "refused", "withdrawn")


@dataclass(frozen=True)
class Balance:
    """Numbers of cases. `otherwise` is by indicator: returned, refused, withdrawn."""

    opening: int
    received: int
    closed: int
    otherwise: dict[str, int]
    closing: int

    @property
    def difference(self) -> int:
        """By how much what is open at the end differs from what the others make; 0 where they agree."""
        return self.closing - (self.opening + self.received - self.closed - sum(self.otherwise.values()))


def balance(store: Store, period: Period, scope: Scope) -> Balance:
    """The balance of a period. A case is open from the day it is received, accepted or not, until it is closed or otherwise ends."""
    eve = period.first - timedelta(days=1)

    def counted(name: str, over: Period = period) -> int:
        return int(store.measure(name, over, scope).value or 0)

    return Balance(
        opening=counted("open_at_end", Period("custom", eve, eve)),
        received=counted("received"),
        closed=counted("closed"),
        otherwise={name: counted(name) for name in OTHERWISE},
        closing=counted("open_at_end"),
    )


def words(found: Balance, speak: Language) -> str:
    """The balance as a sum, in Markdown; ways of ending that did not occur are left out."""
    names = {"returned": speak("退件"), "refused": speak("不予受理"), "withdrawn": speak("撤回、终止")}
    parts = [
        ("", speak("期初在办"), found.opening),
        ("+ ", speak("收件"), found.received),
        ("− ", speak("办结"), found.closed),
        *(("− ", names[name], number) for name, number in found.otherwise.items() if number),
        ("= ", speak("期末在办"), found.closing),
    ]
    return " ".join(f"{sign}{name} **{number:,}**" for sign, name, number in parts)


def show(hall: Hall) -> None:
    """The sum with whether it agrees, and what it counts from."""
    _ = hall.speak
    found = balance(hall.store, hall.period, hall.scope)
    if found.difference:
        text = _("在办收支相差 {n} 件，请核对办结日早于收件日的办件：").format(n=f"{found.difference:+,}")
        st.error(text + words(found, _), icon=":material/error:")
    else:
        st.success(_("在办收支相符：") + words(found, _), icon=":material/balance:")
    st.caption(_("在办从收件起算，受理不改变在办数；当日收、当日办结的一进一出。"))
