"""The only module that touches `st.session_state` and the query parameters.

What is looked at (period, scope, language) lives in the URL, so that a view can be sent to a colleague and survives a
reload. The URL is a visitor's input: every value is checked against the data before it is used. Links between pages
carry the view; where Streamlit drops it, the last one of the session is written back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import streamlit as st

from dashboard.language import Code, Language, language
from dashboard.period import KINDS, Kind, Period, containing
from dashboard.store import Dimension, Scope, Store
from etl.access.principal import Principal
from etl.access.rules import COUNTY_ACTIONS, Action, Export, NotAllowedError, access_rules
from etl.divisions import CODE, prefix_of

DIMENSIONS: tuple[Dimension, ...] = ("scope", "department", "window", "channel")
_HALL = "_hall"
_VIEW = "_view"
_NOTED = "_noted"


@dataclass(frozen=True)
class View:
    """What is looked at, and in which language. `division` is a county, city or province of those in the snapshot; None is all."""

    language: Code
    period: Period
    scope: Scope
    division: str | None = None

    def params(self) -> dict[str, str]:
        """The query parameters that bring this view back."""
        params: dict[str, str] = {"lang": self.language, "period": self.period.kind}
        if self.period.kind == "custom":
            params |= {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        else:
            params["on"] = self.period.first.isoformat()
        if self.division is not None:
            params["division"] = self.division
        return params | {str(name): value for name, value in self.scope.chosen().items()}


@dataclass(frozen=True)
class Hall:
    """All that a page is given for one run."""

    store: Store
    view: View
    speak: Language

    @property
    def principal(self) -> Principal:
        """Whoever the page is drawn for."""
        return self.store.principal

    def may_open(self, page: str) -> bool:
        """Whether this person has the page of this name."""
        return access_rules().may_open(self.principal.role, page)

    def exports(self) -> tuple[Export, ...]:
        """The kinds of export this person may take away, the usual one first."""
        return access_rules().roles[self.principal.role].exports

    def may(self, action: Action) -> bool:
        """Whether this person may do this; `etl.access` names the actions."""
        if self.store.is_gathered and action in COUNTY_ACTIONS:
            return False
        return access_rules().may(self.principal.role, action)

    def require(self, action: Action) -> None:
        """Raises NotAllowedError where this person may not do this."""
        if not self.may(action):
            raise NotAllowedError("（该操作）", "this action")

    @property
    def period(self) -> Period:
        return self.view.period

    @property
    def scope(self) -> Scope:
        return self.view.scope


def enter(hall: Hall) -> None:
    """Hands the run's store, view and language to the page that follows."""
    st.session_state[_HALL] = hall


def hall() -> Hall:
    """What `enter` was given in this run."""
    found = st.session_state[_HALL]
    if not isinstance(found, Hall):
        raise TypeError("the page was started without its frame")
    return found


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _period(params: Mapping[str, str], first_day: date, as_of: date) -> Period:
    """The period of the URL, within the data; the month of the cut-off where it says nothing usable."""
    kind = next((kind for kind in KINDS if kind == params.get("period")), None)
    if kind == "custom":
        first, last = _day(params.get("from")), _day(params.get("to"))
        if first and last:
            first, last = min(max(first, first_day), as_of), min(max(last, first_day), as_of)
            return Period("custom", min(first, last), max(first, last))
    elif kind and (on := _day(params.get("on"))):
        return containing(kind, min(max(on, first_day), as_of))
    return containing(kind if kind and kind != "custom" else "month", as_of)


def _scope(params: Mapping[str, str], store: Store) -> Scope:
    """The scope of the URL; a value that does not occur in the data is dropped."""
    scope = Scope()
    for name in DIMENSIONS:
        value = params.get(name)
        if value and value in store.choices(name):
            scope = replace(scope, **{name: value})
    return scope


def _division(params: Mapping[str, str], store: Store) -> str | None:
    """The division of the URL; None where there is but one county to be seen, or where it names none of those that are."""
    asked, theirs = params.get("division"), store.divisions
    if not asked or not CODE.fullmatch(asked) or len(theirs) < 2:
        return None
    prefix = prefix_of(asked)
    return prefix if any(one.code.startswith(prefix) for one in theirs) else None


def _params(keys: Sequence[str]) -> dict[str, str]:
    return {key: st.query_params[key] for key in keys if key in st.query_params}


def language_code(default: str) -> Code:
    """The language asked for in the URL, else the session's, else the office's."""
    asked = st.query_params.get("lang") or st.session_state.get(_VIEW, {}).get("lang") or default
    return "en" if asked == "en" else "zh"


def read(store: Store) -> View:
    """The view of this run, written back to the URL in full. A URL without a view takes the session's last one."""
    params = _params(("period", "on", "from", "to", "division", *DIMENSIONS))
    remembered: dict[str, str] = st.session_state.get(_VIEW, {})
    if not params and remembered:
        params = remembered
    code = language_code("en" if store.settings.language == "en" else "zh")
    division = _division(params, store)
    view = View(code, _period(params, store.first_day, store.as_of), _scope(params, store.within(division)), division)
    write(view)
    return view


def write(view: View) -> None:
    """Puts the view into the URL and the session; parameters that belong to a page stay."""
    params = view.params()
    for name in ("on", "from", "to", "division", *DIMENSIONS):
        if name not in params and name in st.query_params:
            del st.query_params[name]
    for name, value in params.items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value
    st.session_state[_VIEW] = params


def is_first(what: str) -> bool:
    """Whether this is done for the first time in this session: a page is redrawn often, what it shows is noted once."""
    seen = st.session_state.setdefault(_NOTED, set())
    if what in seen:
        return False
    seen.add(what)
    return True


def actor() -> str:
    """Who acts in this session, for the audit trail."""
    return hall().store.principal.name


def leave_case() -> None:
    """Takes the case number, and what it is of, out of the URL: after the browser's Back it would stay there."""
    for name in ("case", "of"):
        if name in st.query_params:
            del st.query_params[name]


def seed(key: str, value: object) -> None:
    """Gives a widget the value it is to show in this run."""
    st.session_state[key] = value


def chosen(key: str) -> object:
    """What a widget holds."""
    return st.session_state.get(key)


def pressed_row(key: str) -> int | None:
    """The row of the table button pressed in this run, counted from 0 as the frame was given."""
    click = st.session_state.get(key)
    return None if click is None else int(click["row"])


def page_choice(name: str, allowed: Sequence[str], default: str) -> str:
    """A page's own choice kept in the URL, such as the time step; the default where the URL has none of the allowed."""
    asked = st.query_params.get(name)
    return asked if asked is not None and asked in allowed else default


def set_param(name: str, value: str | None) -> None:
    """Sets or clears one page parameter."""
    if value is None:
        if name in st.query_params:
            del st.query_params[name]
    else:
        st.query_params[name] = value


def param(name: str) -> str | None:
    """A page parameter as it stands in the URL."""
    return st.query_params.get(name)


def bound(name: str, key: str) -> Callable[[], None]:
    """A widget's callback that puts its value into the URL."""

    def keep() -> None:
        value = st.session_state.get(key)
        if value is not None:
            st.query_params[name] = str(value)

    return keep


def speak_for(code: Code) -> Language:
    """The language of a run."""
    return language(code)


def kind_named(value: object) -> Kind:
    """The kind of period a widget holds."""
    return next(kind for kind in KINDS if kind == value)
