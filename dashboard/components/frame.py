"""What stands around every page: navigation, title with period and scope in words, footer with the data's origin."""

from contextlib import suppress
from dataclasses import replace
from html import escape

import streamlit as st

from dashboard import session
from dashboard.access import identity
from dashboard.components import filters
from dashboard.components.labels import division_words, plain, scope_words
from dashboard.language import Language
from dashboard.navigation import ENTRIES, SECTIONS, Entry
from dashboard.period import is_running
from dashboard.session import Hall
from etl.access.rules import access_rules
from etl.divisions import GATHERED

# The only style sheet: what the theme cannot reach.
STYLE = """
<style>
[data-testid="stMainBlockContainer"] { padding: 2.6rem 2.2rem 2rem; max-width: 1800px; }
[data-testid="stMetricValue"] { font-variant-numeric: tabular-nums; }
[data-testid="stMetricLabel"], [data-testid="stMetricLabel"] * { white-space: normal !important; overflow: visible !important; }
[class*="st-key-few_"] [data-testid="stMetricValue"] { opacity: 0.65; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p { color: inherit; }
[data-testid="stCaptionContainer"] { opacity: 0.78; }
[data-testid="stPlotlyChart"] :is(.xtick, .ytick, .x2tick, .y2tick, .legend, .infolayer, .annotation) text,
[data-testid="stPlotlyChart"] text.bartext-outside { fill: currentColor !important; }
[data-testid="stSidebarContent"] [data-testid="stPageLink"] p { font-size: 1rem; }
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding-left: 0.9rem; padding-right: 0.9rem; padding-top: 3.4rem; }
  .hall-banner { margin-top: 0.8rem; }
}
[class*="st-key-kpi_"], [class*="st-key-few_"] { padding: 0.7rem 0.8rem 0.3rem; }
.hall-banner { display: inline-block; padding: 0.15rem 0.7rem; border: 1px solid #c46a11; border-radius: 6px; color: #8a4a0c;
  background: #fdf3e7; font-size: 0.9rem; }
.hall-account { font-size: 0.9rem; color: inherit; opacity: 0.85; }
a.hall-account { text-decoration: underline; }
@media print { [data-testid="stSidebar"], [data-testid="stHeader"] { display: none; } }
</style>
"""


def scope_text(hall: Hall) -> str:
    """The scope in words, as pages and exports print it; the window that a person is bound to is part of it."""
    name = hall.store.settings.hall_name
    if hall.store.is_gathered:
        name = division_words(hall.store.looked_at, hall.store.reach.division or hall.store.meta[GATHERED], hall.speak)
    return scope_words(hall.store.shown(hall.scope), name, hall.speak)


def _is_led_to(hall: Hall, entry: Entry) -> bool:
    """Whether the navigation names the page: it is this person's, and there is something on it."""
    return hall.may_open(entry.name) and (not entry.of_counties or len(hall.store.divisions) > 1)


def sidebar(hall: Hall, current: Entry) -> None:
    """Pages by section, the filters of the page, and the other language."""
    _ = hall.speak
    with st.sidebar:
        st.markdown("#### " + _("政务大厅运行看板"))
        for section, title in SECTIONS.items():
            entries = [entry for entry in ENTRIES if entry.section == section and _is_led_to(hall, entry)]
            if entries and section != ENTRIES[0].section:
                st.caption(title(_))
            for entry in entries:
                st.page_link(
                    entry.path, label=entry.title(_), icon=f":material/{entry.icon}:", query_params=hall.view.params(), width="stretch"
                )
        st.divider()
        if current.has_filters:
            filters.show(hall)
            st.divider()
        elif filters.division(hall):
            st.divider()
        _person(hall)
        # A button, not a link: a link to the page one is on leaves the browser's address as it is.
        st.button(
            "English" if hall.view.language == "zh" else "中文",
            key="language",
            icon=":material/translate:",
            type="tertiary",
            on_click=_switch_language,
            args=(hall,),
        )


def _person(hall: Hall) -> None:
    """Who is signed in, and the way to their account; whoever sits at an opened or demo server is told so."""
    _ = hall.speak
    rule = access_rules().roles[hall.principal.role]
    role = _.pick(rule.zh, rule.en)
    mode = identity.mode_of(hall.store.settings)
    if mode == "open":
        words = _("未启用登录：坐在这台电脑前的人都按“{role}”查看").format(role=role)
        st.html(f'<span class="hall-account">{escape(words)}</span>')
        return
    shown = hall.principal.shown if mode != "demo" else _("演示")
    account = f"account?lang={_.code}"
    st.html(f'<a href="{account}" target="_self" class="hall-account">{escape(shown or hall.principal.name)} · {escape(role)}</a>')


def signed_out(speak: Language) -> None:
    """In place of a page: nobody is signed in, or no longer."""
    st.title(speak("请登录"), anchor=False)
    st.warning(speak("登录已结束或尚未登录。"), icon=":material/lock:")
    words = escape(speak("到登录页"))
    st.html(f'<a href="sign-in?lang={speak.code}" target="_self">{words}</a>')


def banner(hall: Hall) -> None:
    """On every page of a demo or an opened server: that it is one."""
    _ = hall.speak
    mode = identity.mode_of(hall.store.settings)
    if mode == "demo":
        words = _("演示模式：一键登录，只限本机，请勿放入真实数据")
    elif mode == "open":
        words = _("未启用登录，只限本机使用")
    else:
        return
    st.html(f'<span class="hall-banner">{escape(words)}</span>')


def _switch_language(hall: Hall) -> None:
    session.write(replace(hall.view, language="en" if hall.view.language == "zh" else "zh"))


def style() -> None:
    st.html(STYLE)


def header(hall: Hall, title: str, with_period: bool = True) -> None:
    """The title, and under it period and scope in words."""
    _ = hall.speak
    banner(hall)
    st.title(title, anchor=False)
    if hall.store.damage is not None:
        st.warning(_("当前数据版本已损坏，这里显示的是最近一个完好的版本；请管理员运行 hall doctor 查看处理办法"), icon=":material/report:")
    if hall.store.is_synthetic:
        st.warning(_("合成演示数据，不是真实办件"), icon=":material/science:")
    if with_period:
        words = _.period(hall.period)
        if is_running(hall.period, hall.store.as_of):
            words += _("（数据截至 {day}）").format(day=_.day(hall.store.as_of))
        st.markdown(f"**{words}**　·　{plain(scope_text(hall))}")


def footer(hall: Hall) -> None:
    """Where the figures come from."""
    _ = hall.speak
    st.divider()
    parts = [
        _("数据截止") + _.colon + _.day(hall.store.as_of),
        _("数据版本") + _.colon + hall.store.snapshot_id,
    ]
    for key, label in (("calendar_version", _("工作日历版本")), ("rules_version", _("规则版本"))):
        with suppress(KeyError):
            parts.append(label + _.colon + hall.store.meta[key])
    st.caption("　|　".join(parts))
